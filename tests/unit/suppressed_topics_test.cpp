// SPDX-License-Identifier: Apache-2.0
// What a recipient with a threshold is told on its topics: what the API tells a viewer who reads as it, which is held against attacks
// by hiding_test and its own tests.
#include "gateway/serve/suppressed_topics.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/gateway_bench.hpp"
#include "tests/support/web_world.hpp"

#include "data/recipients.hpp"

#include <random>
#include <set>

namespace suppressed_topics_test {

using namespace chieng;
using namespace chieng::testing;
using web::Json;

namespace {

constexpr const char* press = R"(
recipient {
  name: "district/press" label { vi: "b" en: "p" } purpose { vi: "m" en: "p" } level: OF_DISTRICT data_class: PUBLIC
  delivery: AS_IT_HAPPENS indicators: ["*"] threshold: 5
}
recipient {
  name: "district/reported" label { vi: "b" en: "r" } purpose { vi: "m" en: "p" } level: OF_DISTRICT data_class: PUBLIC
  delivery: AT_PERIOD_CLOSE indicators: ["COM"] threshold: 5
})";

const std::vector<std::string> communes{"23656", "23659", "23638"};

// A district's gateway that reads events of three communes, and what stands on its recipients' topics.
struct District {
    MemoryStore store;
    Recipients recipients = Recipients::load(data::recipients + std::string(press), "r.txtpb", definitions(), "625");
    Gateway gateway{definitions(), kbang(), "625", {{"23656", "session"}, {"23659", "session"}, {"23638", "session"}}, store, 77};
    std::string place = "625";
    SuppressedTopics topics{definitions(), kbang(), place, gateway, recipients.with_threshold()};
    std::map<std::string, std::uint64_t> offsets;
    std::map<std::string, v1::IndicatorValue> told;  // by topic
    std::vector<std::string> news;                   // topics, in the order in which they were told
    Instant now{Seconds(*parse_day("2022-07-01")), std::chrono::milliseconds(0)};

    District() { gateway.serve(recipients); }

    void hear(const Input& input) {
        const std::span inputs(&input, 1);
        for (const auto& actions : {gateway.handle(inputs, now), topics.handle(inputs, now)}) {
            for (const auto& action : actions) {
                const auto* publish = std::get_if<Publish>(&action);
                const auto topic = publish == nullptr ? "" : publish->message.topic;
                if (topic.find("/recipients/district/press/") != std::string::npos ||
                    topic.find("/recipients/district/reported/") != std::string::npos) {
                    news.push_back(topic);
                    told[topic].Clear();
                    REQUIRE(publish->message.retained);
                    REQUIRE(read_retained_event(publish->message.payload, told[topic]));
                }
            }
        }
    }
    void pass(std::chrono::milliseconds time) {
        for (const auto until = now.steady + time; now.steady < until;) {
            now.steady += std::chrono::milliseconds(500);
            hear(Tick{});
        }
    }
    void happened(const v1::Event& event, const std::string& commune) {
        const auto block = gateway_test::block_of(++offsets[commune], event, 5);
        hear(Arrived{{topics::feed(commune, "session"), block.SerializeAsString(), false}});
    }
    std::set<std::string> told_to(const std::string& name) const {
        std::set<std::string> found;
        for (const auto& [topic, value] : told) {
            if (topic.find("/recipients/" + name + "/") != std::string::npos) {
                found.insert(topic);
            }
        }
        return found;
    }
};

// Sessions with small groups among the audience, supports of few and of many households, and a target.
void happen(District& district, unsigned seed) {
    std::mt19937_64 random(seed);
    std::uint64_t sequence = 0;
    for (const auto& commune : communes) {
        for (int n = 0; n < 12; ++n) {
            ++sequence;
            auto event = random() % 2 == 0 ? a_session_held(sequence) : a_household_supported(sequence, "S-" + std::to_string(sequence));
            event.set_village(commune + "-0" + std::to_string(1 + random() % 3));
            event.set_occurred_on(format_day(*parse_day("2022-01-05") + std::chrono::days(random() % 150)));
            if (event.has_session_held()) {
                event.mutable_session_held()->mutable_audience()->set_total(static_cast<std::uint32_t>(20 + random() % 30));
                event.mutable_session_held()->mutable_audience()->set_female(static_cast<std::uint32_t>(random() % 8));
            } else {
                event.mutable_household_supported()->set_household_key("h-" + std::to_string(random() % 9));
            }
            district.happened(event, commune);
        }
        district.happened(a_target(++sequence, "SUP-02", "2022", 400, commune + "-01"), commune);
    }
}

// The same value, as the table says it.
void check_same(const v1::IndicatorValue& told, const Json& shown) {
    INFO(told.DebugString() << shown.dump());
    REQUIRE(told.suppressed() == (shown.at("status") == "SUPPRESSED"));
    CHECK_FALSE(told.has_lineage());
    CHECK(told.histogram().empty());
    if (told.suppressed()) {
        CHECK(told.number() == 0);
        CHECK(told.denominator() == 0);
        CHECK(told.median() == 0);
    } else {
        CHECK(told.number() == shown.value("number", std::int64_t{0}));
        CHECK(told.denominator() == shown.value("denominator", std::int64_t{0}));
        CHECK(told.start_number() == shown.value("startNumber", std::int64_t{0}));
        CHECK(told.median() == Approx(shown.value("median", 0.0)));
    }
    const auto parts = shown.value("parts", Json::array());
    REQUIRE(static_cast<std::size_t>(told.parts_size()) == parts.size());
    for (int i = 0; i < told.parts_size(); ++i) {
        const auto& part = parts[static_cast<std::size_t>(i)];
        CHECK(told.parts(i).cut_value() == part.at("value"));
        CHECK(told.parts(i).suppressed() == (part.at("status") == "SUPPRESSED"));
        CHECK(told.parts(i).number() == part.value("number", std::int64_t{0}));
    }
}

}  // namespace

TEST_CASE("a recipient with a threshold is told on its topics what a viewer who reads as it is told over HTTP", "[recipients]") {
    District district;
    district.hear(LinkUp{});
    happen(district, GENERATE(1U, 2U, 3U));
    district.pass(std::chrono::minutes(3));
    const auto rights = web::Rights::load(viewer_of("press", "horn", "recipient: \"district/press\""), "rights.txtpb",
                                          [&](const std::string& name) { return district.recipients.share(name, kbang()); });
    web::Api api({definitions(), kbang(), "625", district.gateway.board(), district.gateway.follows(), district.gateway.reports(), {}},
                 rights);
    web::Now at;
    at.civil = district.now.civil;
    at.caught_up = true;
    std::map<std::string, Json> tables;
    std::size_t hidden = 0;
    std::size_t shown = 0;
    const auto topics = district.told_to("district/press");
    for (const auto& topic : topics) {
        const auto& value = district.told.at(topic);
        const auto target = "/api/v1/table?cuts=true&area=" + value.area() + "&period=" + value.period() +
                            "&calendar=" + (value.calendar() == v1::OFFICIAL ? "official" : "calendar");
        auto& table = tables[target];
        if (table.is_null()) {
            HttpRequest request;
            request.method = "GET";
            REQUIRE(read_target(target, request));
            request.fields = as("horn");
            const auto reply = std::get<HttpReply>(api.answer(request, at));
            INFO(reply.body);
            REQUIRE(reply.status == 200);
            table = Json::parse(reply.body);
        }
        INFO(topic);
        check_same(value, value_in(table, value.indicator(), value.area()));
        ++(value.suppressed() ? hidden : shown);
    }
    CHECK(hidden > 100);
    CHECK(shown > 100);
    // What the board tells of a place, and whatever moved in it, is told to who receives all; nothing of a village.
    for (const auto& [target, table] : tables) {
        for (const auto& row : table.at("rows")) {
            const auto& value = row.at("values")[0];
            const bool is_number = value.contains("number") && value.at("number") != 0;
            const auto area = table.at("places")[0].at("code").get<std::string>();
            const auto topic = "chieng/1/areas/" + area + "/recipients/district/press/" +
                               (target.ends_with("official") ? "official/" : "calendar/") + table.at("period").get<std::string>() + "/" +
                               row.at("indicator").get<std::string>();
            INFO(topic << value.dump());
            CHECK((!is_number || topics.contains(topic)));
            CHECK(area.find('-') == std::string::npos);
        }
    }
}

TEST_CASE("what a recipient with a threshold is told moves when what is hidden does, at most once a minute", "[recipients]") {
    District district;
    district.hear(LinkUp{});
    const auto topic = "chieng/1/areas/23656/recipients/district/press/official/2022-Q2/SUP-01";
    const auto support = [&](std::uint64_t n, const std::string& commune) {
        auto event = a_household_supported(n, "S-" + std::to_string(n));
        event.set_village(commune + "-01");
        event.mutable_household_supported()->set_household_key("h-" + std::to_string(n));
        district.happened(event, commune);
    };
    std::uint64_t n = 0;
    for (int i = 0; i < 3; ++i) {
        support(++n, "23656");
    }
    for (int i = 0; i < 9; ++i) {
        support(++n, "23659");
    }
    district.pass(std::chrono::minutes(2));
    REQUIRE(district.told.contains(topic));
    CHECK(district.told[topic].suppressed());
    for (int i = 0; i < 6; ++i) {
        support(++n, "23656");
    }
    district.news.clear();
    district.pass(std::chrono::minutes(2));
    CHECK_FALSE(district.told[topic].suppressed());
    CHECK(district.told[topic].number() == 9);
    CHECK(std::count(district.news.begin(), district.news.end(), topic) == 1);
    CHECK(std::set(district.news.begin(), district.news.end()).size() == district.news.size());

    district.news.clear();
    district.pass(std::chrono::minutes(2));
    CHECK(district.news.empty());  // nothing moved
    district.hear(LinkUp{});       // a broker that lost its memory
    district.pass(std::chrono::minutes(2));
    CHECK(std::set(district.news.begin(), district.news.end()).size() == district.told.size());
}

TEST_CASE("who has a threshold and is reported to is told of a period when it is over", "[recipients]") {
    District district;
    district.hear(LinkUp{});
    happen(district, 4);
    district.pass(std::chrono::minutes(2));
    const auto over = [&](const std::string& period) {
        return district.told_to("district/reported")
            .contains("chieng/1/areas/625/recipients/district/reported/official/" + period + "/COM-01");
    };
    CHECK(over("2022-Q2"));
    CHECK_FALSE(over("2022-H2"));
    CHECK_FALSE(over("2022"));
    district.now.civil = Seconds(*parse_day("2022-12-15"));
    district.pass(std::chrono::minutes(2));
    CHECK(over("2022"));
}

TEST_CASE("a viewer who reads as a recipient with a threshold has at least that one", "[recipients]") {
    const auto recipients = Recipients::load(data::recipients + std::string(press), "r.txtpb", definitions(), "625");
    const auto read = [&](const std::string& more) {
        const auto rights = web::Rights::load(viewer_of("press", "horn", "recipient: \"district/press\" " + more), "rights.txtpb",
                                              [&](const std::string& name) { return recipients.share(name, kbang()); });
        return rights.of_token("horn")->threshold();
    };
    CHECK(read("") == 5);
    CHECK(read("threshold: 3") == 5);
    CHECK(read("threshold: 10") == 10);
}

}  // namespace suppressed_topics_test
