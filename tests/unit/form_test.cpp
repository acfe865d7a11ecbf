// SPDX-License-Identifier: Apache-2.0
// Events from text, as the schema says.
#include "services/field/form.hpp"

#include "services/runtime/core/validator.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

namespace form_test {

using namespace chieng;

namespace {

void paths_of(const google::protobuf::Descriptor& type, const std::string& prefix, std::set<std::string>& paths) {
    for (int i = 0; i < type.field_count(); ++i) {
        const auto& field = *type.field(i);
        if (field.message_type() != nullptr && field.is_repeated()) {
            continue;  // evidence: in JSON only
        }
        if (field.message_type() != nullptr) {
            paths_of(*field.message_type(), prefix + field.name() + ".", paths);
        } else {
            paths.insert(prefix + field.name());
        }
    }
}

std::set<std::string> names(const std::vector<Flag>& flags) {
    std::set<std::string> all;
    for (const auto& flag : flags) {
        all.insert(flag.name);
    }
    return all;
}

Flag flag_named(const std::vector<Flag>& flags, const std::string& name) {
    const auto found = std::find_if(flags.begin(), flags.end(), [&](const Flag& flag) { return flag.name == name; });
    REQUIRE(found != flags.end());
    return *found;
}

}  // namespace

TEST_CASE("event types are named by their field, with dashes, and know their service", "[form]") {
    const auto types = event_types();
    REQUIRE(types.size() >= 3);
    CHECK(types[0].name == "session-held");
    CHECK(types[0].service == "session");
    CHECK(types[0].label.vi() == "Tổ chức buổi tuyên truyền");
    for (const auto& type : types) {
        CHECK((!type.service.empty() || rule_of(*type.body).any_service()));
        const auto event = new_event(type.name);
        REQUIRE(event.has_value());
        CHECK(body_type(*event) == type.body);
    }
    CHECK(!new_event("session_held").has_value());
    CHECK(!new_event("").has_value());
}

TEST_CASE("every field of the schema has one flag, with a label in both languages", "[form]") {
    std::set<std::string> wanted;
    paths_of(*v1::Event::descriptor(), "", wanted);
    wanted.erase("sequence");     // given by the outbox
    wanted.erase("recorded_at");  // given by the outbox
    std::set<std::string> found;
    for (const auto& type : event_types()) {
        const auto all = flags(*type.body);
        CHECK(names(all).size() == all.size());
        for (const auto& flag : all) {
            found.insert(flag.path);
            INFO(flag.name);
            CHECK(!flag.label.vi().empty());
            CHECK(!flag.label.en().empty());
            for (const auto& value : flag.values) {
                CHECK(!value.label.vi().empty());
            }
        }
    }
    CHECK(found == wanted);
}

TEST_CASE("every flag can be set", "[form]") {
    for (const auto& type : event_types()) {
        for (const auto& flag : flags(*type.body)) {
            auto event = *new_event(type.name);
            const auto before = event.ByteSizeLong();
            INFO(flag.name);
            CHECK(set(event, flag.name, flag.values.empty() ? "7" : flag.values.front().name) == std::nullopt);
            CHECK(event.ByteSizeLong() > before);
        }
    }
}

TEST_CASE("flags are dashed paths; those of a correction read as a person says them", "[form]") {
    const auto all = flags(*v1::SessionHeld::descriptor());
    for (const auto* name :
         {"--audience.total", "--audience.poor-households", "--form", "--topics", "--duration-minutes", "--occurred-on", "--village",
          "--organisation", "--role", "--note", "--corrects", "--corrects-device", "--action", "--reason"}) {
        CHECK(names(all).contains(name));
    }
    CHECK(flag_named(all, "--topics").list);
    CHECK(flag_named(all, "--form").required);
    CHECK(flag_named(all, "--form").values.front().name == "VILLAGE_MEETING");
    CHECK(flag_named(all, "--duration-minutes").unit == "minutes");
    CHECK(flag_named(all, "--audience.female").label.vi() == "Nữ");
    CHECK(names(envelope_flags()).contains("--corrects"));
    CHECK(!names(envelope_flags()).contains("--form"));
}

TEST_CASE("a whole event can be filled in from text", "[form]") {
    auto event = *new_event("session-held");
    const std::vector<std::pair<std::string, std::string>> words{
        {"--occurred-on", "2022-03-20"}, {"village", "23656-01"},        {"--organisation", "village"}, {"--role", "Village-Head"},
        {"--form", "village_meeting"},   {"--topics", "policy, CREDIT"}, {"--languages", "BAHNAR"},     {"--audience.total", "45"},
        {"--audience.female", " 20 "},   {"--note", "Họp tại nhà rông"}};
    for (const auto& [flag, value] : words) {
        INFO(flag);
        CHECK(set(event, flag, value) == std::nullopt);
    }
    event.set_sequence(1);
    CHECK(validate(event).empty());
    CHECK(event.session_held().topics_size() == 2);
    CHECK(event.session_held().topics(1) == v1::CREDIT);
    CHECK(event.session_held().audience().female() == 20);
    CHECK(set(event, "--topics", "LAW") == std::nullopt);
    CHECK(event.session_held().topics_size() == 1);
}

TEST_CASE("a void needs no body", "[form]") {
    v1::Event event;
    CHECK(set(event, "--action", "void") == std::nullopt);
    CHECK(set(event, "--reason", "entered_twice") == std::nullopt);
    CHECK(set(event, "--corrects", "12") == std::nullopt);
    CHECK(event.correction().action() == v1::Correction::VOID);
    CHECK(event.correction().sequence() == 12);
    CHECK(set(event, "--form", "TALK").has_value());
}

TEST_CASE("a bad enum value names the allowed ones and changes nothing", "[form]") {
    auto event = *new_event("household-supported");
    CHECK(set(event, "--stage", "STARTED") == std::nullopt);
    const auto error = set(event, "--stage", "done");
    REQUIRE(error.has_value());
    CHECK(error->find("--stage") == 0);
    CHECK(error->find("\"done\"") != std::string::npos);
    CHECK(error->find("COMMITTED, STARTED, COMPLETED, CANCELLED") != std::string::npos);
    CHECK(event.household_supported().stage() == v1::STARTED);
    CHECK(set(event, "--stage", "SUPPORT_STAGE_UNSPECIFIED").has_value());
    CHECK(set(event, "--stage", "").has_value());
    auto session = *new_event("session-held");
    CHECK(set(session, "--topics", "POLICY,,LAW").has_value());
    CHECK(set(session, "--topics", "POLICY,nonsense").has_value());
    CHECK(session.session_held().topics().empty());
}

TEST_CASE("numbers are whole, not negative and fit their field", "[form]") {
    auto event = *new_event("household-supported");
    CHECK(set(event, "--value-vnd", "20000000000") == std::nullopt);
    CHECK(event.household_supported().value_vnd() == 20'000'000'000U);
    for (const auto* text : {"", "-1", "1.5", "12x", "20.000.000", "4294967296"}) {
        INFO(text);
        CHECK(set(event, "--workdays", text).has_value());
    }
    CHECK(set(event, "--workdays", "4294967295") == std::nullopt);
}

TEST_CASE("a number with decimals is written with a point or a comma, and kept whole", "[form]") {
    auto event = *new_event("practice-adopted");
    CHECK(flag_named(flags(*v1::PracticeAdopted::descriptor()), "--area-ha").decimals == 2);
    for (const auto& [text, value] : std::vector<std::pair<std::string, std::uint32_t>>{
             {"10.5", 1050}, {"10,5", 1050}, {"10.50", 1050}, {"0,07", 7}, {"10", 1000}, {" 3.0 ", 300}, {"42949672.95", 4'294'967'295U}}) {
        INFO(text);
        CHECK(set(event, "--area-ha", text) == std::nullopt);
        CHECK(event.practice_adopted().area_ha() == value);
    }
    for (const auto* text :
         {"", ".", "10.", ".5", "10.505", "1,000", "1.2.3", "1.2,3", "-1", "+1", "1e3", "10.5ha", "1 0", "42949672.96"}) {
        INFO(text);
        const auto error = set(event, "--area-ha", text);
        REQUIRE(error.has_value());
        CHECK(error->find("chữ số thập phân") != std::string::npos);
        CHECK(error->find("at most 2 decimals") != std::string::npos);
    }
    CHECK(event.practice_adopted().area_ha() == 4'294'967'295U);
    auto training = *new_event("training-held");
    CHECK(set(training, "--days", "2.5") == std::nullopt);
    CHECK(training.training_held().days() == 25);
    CHECK(set(training, "--days", "2.55").has_value());
    auto target = *new_event("target-assigned");
    CHECK(set(target, "--value", "1000000000000.25") == std::nullopt);
    CHECK(target.target_assigned().value() == 100'000'000'000'025U);
}

TEST_CASE("yes and no are said in either language", "[form]") {
    auto event = *new_event("practice-adopted");
    for (const auto* yes : {"yes", "YES", "true", "có", "Có", "co\xCC\x81"}) {  // the last as a Mac types it
        INFO(yes);
        CHECK(set(event, "--in-campaign", "no") == std::nullopt);
        CHECK(set(event, "--in-campaign", yes) == std::nullopt);
        CHECK(event.practice_adopted().in_campaign());
    }
    for (const auto* no : {"no", "False", "không", "KHÔNG"}) {
        INFO(no);
        CHECK(set(event, "--in-campaign", "yes") == std::nullopt);
        CHECK(set(event, "--in-campaign", no) == std::nullopt);
        CHECK(!event.practice_adopted().in_campaign());
    }
    CHECK(set(event, "--in-campaign", "yes") == std::nullopt);
    for (const auto* text : {"", "7", "maybe", "co", "\xFF"}) {
        INFO(text);
        const auto error = set(event, "--in-campaign", text);
        REQUIRE(error.has_value());
        CHECK(error->find("--in-campaign") == 0);
        CHECK(error->find("neither yes nor no") != std::string::npos);
    }
    CHECK(event.practice_adopted().in_campaign());
    CHECK(flag_named(flags(*v1::PracticeAdopted::descriptor()), "--in-campaign").values.front().label.vi() == "Có");
}

TEST_CASE("evidence has no flag", "[form]") {
    auto event = *new_event("session-held");
    CHECK(set(event, "--evidence", "photo").has_value());
    CHECK(set(event, "--evidence.kind", "PHOTO").has_value());
}

TEST_CASE("texts are brought to NFC and must be UTF-8", "[form]") {
    v1::Event event;
    CHECK(set(event, "--note", "la\xCC\x80ng, tho\xCC\x82n") == std::nullopt);  // as a Mac types it
    CHECK(event.note() == "l\xC3\xA0ng, th\xC3\xB4n");
    CHECK(set(event, "--note", "\xFF").has_value());
    CHECK(set(event, "--note", "một, hai") == std::nullopt);  // a comma is no list here
    CHECK(event.note() == "một, hai");
}

TEST_CASE("what the outbox assigns, and what is unknown, cannot be set", "[form]") {
    auto event = *new_event("session-held");
    for (const auto* flag : {"--sequence", "--recorded-at", "--award-id", "--audience", "--nothing", ""}) {
        INFO(flag);
        CHECK(set(event, flag, "1").has_value());
    }
}

}  // namespace form_test
