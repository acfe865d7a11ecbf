// SPDX-License-Identifier: Apache-2.0
// Who receives what, and what a definition of recipients may not say.
#include "gateway/serve/recipients.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/events.hpp"
#include "tests/support/filled.hpp"

#include "data/recipients.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace recipients_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

Recipients at(const std::string& place, const std::string& text = data::recipients) {
    return Recipients::load(text, "r.txtpb", definitions(), place);
}

v1::IndicatorValue a_value(const std::string& area, const std::string& code, const std::string& period = "2022-Q2") {
    v1::IndicatorValue value;
    value.set_area(area);
    value.set_calendar(v1::OFFICIAL);
    value.set_period(period);
    value.set_to("2022-06-14");
    value.set_indicator(code);
    value.set_number(9);
    for (const auto* organisation : {"WOMEN", "YOUTH"}) {
        auto& part = *value.add_parts();
        part.set_cut("organiser");
        part.set_cut_value(organisation);
        part.set_number(*organisation == 'W' ? 4 : 5);
    }
    auto& form = *value.add_parts();
    form.set_cut("form");
    form.set_cut_value("TALK");
    form.set_number(9);
    return value;
}

// Names of those who get it.
std::string who(const Recipients& recipients, const v1::IndicatorValue& value, const std::string& today = "2022-06-15") {
    std::string text;
    for (const auto& message : recipients.of_value(value, EventData(value), *parse_day(today))) {
        CHECK(message.retained);
        const auto name = message.topic.find("/recipients/") + 12;
        text += message.topic.substr(name, message.topic.find("/official/") - name) + " ";
    }
    return text;
}

const std::string purpose = "purpose { vi: \"m\" en: \"p\" } ";

// One recipient with these fields instead of good ones.
std::string wrong(const std::string& fields, const std::string& name = "a/b") {
    try {
        static_cast<void>(at("23656", "\nrecipient { name: \"" + name + "\" delivery: AS_IT_HAPPENS " + purpose + fields + " }"));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "taken";
}

}  // namespace

TEST_CASE("each of the plan's nine recipients is defined, the archive too", "[recipients]") {
    std::set<std::string> plan;
    for (const auto* place : {"23656", "625"}) {
        const auto recipients = at(place);
        for (const auto& recipient : recipients.all()) {
            plan.insert(recipient.plan());
        }
    }
    CHECK(plan == std::set<std::string>{"", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9"});
}

TEST_CASE("a value goes to whom it concerns, by indicator, area and level", "[recipients]") {
    const auto commune = at("23656");
    const auto district = at("625");
    CHECK(who(district, a_value("625", "CUL-01")) == "district/culture ");
    CHECK(who(district, a_value("23656", "POV-03")) == "district/labour ");
    CHECK(who(district, a_value("23656-01", "POV-03")).empty());  // a village's figures are the commune's
    CHECK(who(commune, a_value("625", "POV-03")).empty());
    CHECK(who(commune, a_value("23656", "TOU-03")) == "commune/party commune/council commune/leaders archive ");
    CHECK(who(commune, a_value("23656", "COM-02")) == "commune/party commune/council commune/leaders commune/centre archive ");
    CHECK(who(commune, a_value("23656-01", "COM-02")) == "village/23656-01 ");
    const auto topic =
        district.of_value(a_value("625", "CUL-01"), EventData(a_value("625", "CUL-01")), *parse_day("2022-06-15")).at(0).topic;
    CHECK(topic == "chieng/1/areas/625/recipients/district/culture/official/2022-Q2/CUL-01");
}

TEST_CASE("who is reported to gets a value when its period is over", "[recipients]") {
    const auto commune = at("23656");
    CHECK(who(commune, a_value("23656", "TOU-03"), "2022-06-14") == "commune/leaders ");
    CHECK(Recipients::a_period_closed(*parse_day("2022-06-14"), *parse_day("2022-06-15")));
    CHECK(Recipients::a_period_closed(*parse_day("2022-06-20"), *parse_day("2022-07-03")));
    CHECK_FALSE(Recipients::a_period_closed(*parse_day("2022-06-15"), *parse_day("2022-06-15")));
    CHECK_FALSE(Recipients::a_period_closed(*parse_day("2022-06-15"), *parse_day("2022-06-30")));
}

TEST_CASE("a mass organisation gets its own part of what is cut by organisation", "[recipients]") {
    const auto given = [](const std::string& name) {
        v1::IndicatorValue value;
        for (const auto& message :
             at("23656").of_value(a_value("23656", "COM-01"), EventData(a_value("23656", "COM-01")), *parse_day("2022-06-15"))) {
            if (message.topic.find("/recipients/commune/front/" + name + "/") != std::string::npos) {
                REQUIRE(read_retained_event(message.payload, value));
            }
        }
        return value;
    };
    CHECK(given("WOMEN").number() == 4);
    CHECK(given("WOMEN").parts_size() == 1);
    CHECK(given("FARMERS").indicator() == "COM-01");
    CHECK(given("FARMERS").number() == 0);
    CHECK(given("FARMERS").parts().empty());
}

TEST_CASE("of what was achieved of targets a recipient gets what does not tell of more than it is given", "[recipients]") {
    auto value = a_value("23656", "TGT-01");
    value.clear_parts();
    for (const auto* code : {"COM-01", "POV-01", "SUP-01"}) {
        auto& part = *value.add_parts();
        part.set_cut("indicator");
        part.set_cut_value(code);
    }
    std::string parts;
    auto of_village = value;
    of_village.set_area("23656-01");
    v1::IndicatorValue told;
    REQUIRE(read_retained_event(at("23656").of_value(of_village, EventData(of_village), *parse_day("2022-06-15")).at(0).payload, told));
    CHECK(told.parts_size() == 3);  // a village is told of all its targets
    for (const auto& message : at("23656").of_value(value, EventData(value), *parse_day("2022-06-15"))) {
        v1::IndicatorValue given;
        REQUIRE(read_retained_event(message.payload, given));
        CHECK(given.number() == 9);
        if (message.topic.find("/WOMEN/") != std::string::npos || message.topic.find("/commune/party/") != std::string::npos) {
            parts += message.topic.find("/WOMEN/") != std::string::npos ? "women" : "party";
            for (const auto& part : given.parts()) {
                parts += " " + part.cut_value();
            }
            parts += "; ";
        }
    }
    CHECK(parts == "party COM-01 POV-01 SUP-01; women SUP-01; ");  // COM-01 would be that of all organisations
}

TEST_CASE("of an event a recipient reads what its class allows", "[recipients]") {
    const auto read = [](const std::string& place, v1::Event event) {
        event.set_note("a note");
        v1::Entry entry;
        entry.set_device("p1");
        entry.set_event(event.SerializeAsString());
        std::string text;
        for (const auto& message : at(place).of_event("23656", "any", entry)) {
            CHECK_FALSE(message.retained);
            v1::Event given;
            REQUIRE(given.ParseFromString(message.payload));
            text += message.topic.substr(message.topic.find("/recipients/") + 12) + (given.note().empty() ? "" : " with its note") +
                    (given.body_case() == v1::Event::BODY_NOT_SET ? " without its body " : " ");
        }
        return text;
    };
    CHECK(read("23656", a_session_held(7)) == "commune/centre/events/any/p1/7 ");
    CHECK(read("23656", a_household_supported(7)) == "commune/labour/events/any/p1/7 with its note ");
    CHECK(read("625", a_session_held(7)).empty());
    // A VOID need not say what it takes back: it goes to whom that was told.
    v1::Entry entry;
    entry.set_device("p1");
    entry.set_event(correcting(an_event(8), v1::Correction::VOID, 7).SerializeAsString());
    CHECK(at("23656").of_event("23656", "any", entry).empty());  // it takes nothing back
    entry.mutable_retracts()->set_event(a_household_supported(7).SerializeAsString());
    const auto told = at("23656").of_event("23656", "any", entry);
    REQUIRE(told.size() == 1);
    CHECK_THAT(told.front().topic, Catch::EndsWith("/recipients/commune/labour/events/any/p1/8"));
    auto event = a_household_supported(1);
    Recipients::cut(event, v1::INTERNAL);
    CHECK(event.body_case() == v1::Event::BODY_NOT_SET);
    auto alert = sensible(*v1::Event::descriptor()->FindFieldByName("attention_needed"));
    const auto subject = alert.attention_needed().subject();
    Recipients::cut(alert, v1::INTERNAL);
    CHECK_FALSE(subject.empty());
    CHECK(alert.attention_needed().subject() == subject);  // what it is about: leaders are to act on it
}

TEST_CASE("a definition of recipients that is wrong is refused with its place and the reason", "[recipients]") {
    const std::string good = "level: OF_COMMUNE data_class: INTERNAL indicators: \"COM\" ";
    CHECK(wrong(good) == "taken");
    CHECK(wrong("level: OF_DISTRICT data_class: PERSONAL indicators: \"COM\"") ==
          "r.txtpb:2:1: a/b: what is PERSONAL does not leave the commune's own offices");
    CHECK(wrong("level: OF_VILLAGE data_class: SENSITIVE indicators: \"COM\"", "a/{village}") ==
          "r.txtpb:2:1: a/{village}: what is SENSITIVE does not leave the commune's own offices");
    CHECK(wrong("level: OF_DISTRICT data_class: PUBLIC events: \"session_held\"") == "r.txtpb:2:1: a/b: events do not leave the commune");
    CHECK(wrong("level: OF_DISTRICT data_class: PUBLIC candidates: true") ==
          "r.txtpb:2:1: a/b: candidates do not leave the commune's own offices");
    CHECK(wrong("level: OF_DISTRICT data_class: PUBLIC threshold: 5 indicators: \"COM\"") == "taken");
    CHECK(wrong(good + "threshold: 5") ==
          "r.txtpb:2:1: a/b: threshold: only who is of the district has one; a commune cannot hide what its district tells");
    CHECK(wrong(good + "events: \"household_supported\"") ==
          "r.txtpb:2:1: a/b: household_supported is PERSONAL, above the class that it may read");
    CHECK(wrong(good + "events: \"fair_held\"") == "r.txtpb:2:1: a/b: there is no event fair_held");
    CHECK(wrong(good + "indicators: \"COM-99\"") == "r.txtpb:2:1: a/b: there is no indicator or group COM-99");
    CHECK(wrong("level: OF_COMMUNE data_class: INTERNAL") == "r.txtpb:2:1: a/b: it receives nothing");
    CHECK(wrong("level: OF_COMMUNE indicators: \"COM\"") == "r.txtpb:2:1: a/b: level, delivery and data_class must be given");
    CHECK(wrong(good, "a/{village}").find("{village} stands in the name") != std::string::npos);
    CHECK(wrong(good + "organisations: WOMEN").find("{organisation} stands in the name") != std::string::npos);
    CHECK(wrong(good, "a b").find("a name has letters") != std::string::npos);
    CHECK(wrong(good + "} recipient { name: \"a/b\" delivery: AS_IT_HAPPENS " + purpose + good) ==
          "r.txtpb:2:136: a/b: the name is given twice");
    CHECK(wrong("level: OF_TOWN").starts_with("r.txtpb:2:"));
}

TEST_CASE("who receives something says what for, in both languages", "[recipients]") {
    const std::string good = "recipient { name: \"a/b\" level: OF_COMMUNE data_class: PUBLIC delivery: AS_IT_HAPPENS indicators: \"COM\" ";
    CHECK(at("23656", good + purpose + "}").all().at(0).purpose().vi() == "m");
    for (const auto* lacking : {"", "purpose { vi: \"m\" }", "purpose { en: \"p\" }"}) {
        CHECK_THROWS_WITH(at("23656", "\n" + good + lacking + "}"),
                          "r.txtpb:2:1: a/b: purpose must be given, in Vietnamese and in English");
    }
}

}  // namespace recipients_test
