// SPDX-License-Identifier: Apache-2.0
// Which places are silent over HTTP, and what is said of a month in which nothing was reported.
#include "tests/support/web_world.hpp"

#include <algorithm>

namespace web_silent_test {

using namespace chieng;
using namespace chieng::testing;
using web::Json;

TEST_CASE("a place is silent when nothing of it was counted in the month") {
    WebWorld world;
    world.happened(a_session_held(1));
    const auto silent = world.get("/api/v1/silent").at("places");
    CHECK(silent.size() == 13);
    world.at("2022-06-01");
    const auto later = world.get("/api/v1/silent").at("places");
    CHECK(later.size() == 14);
    for (const auto& place : later) {
        CHECK(place.contains("lastPeriod") == (place.at("code") == "23656"));
    }
}

TEST_CASE("of a period that is asked for, those are silent that said nothing in all of it") {
    WebWorld world;
    world.happened(a_session_held(1));
    world.at("2022-07-01");
    const auto codes = [&](const std::string& period) {
        const auto reply = world.get("/api/v1/silent?period=" + period);
        CHECK(reply.at("period") == period);
        return reply.at("places").size();
    };
    CHECK(codes("2022-H1") == 13);
    CHECK(codes("2022-Q2") == 13);
    CHECK(codes("2022-06") == 14);
    CHECK(codes("2022") == 13);
    CHECK(world.refused("/api/v1/silent?period=2022-13") == "400 period");
}

TEST_CASE("of a commune its villages are told that are silent, of a village itself") {
    WebWorld world;
    world.happened(a_session_held(1));
    const auto silent_of = [&](const std::string& area) { return world.get("/api/v1/silent?area=" + area).at("places"); };
    const auto villages = silent_of("23656");
    CHECK(villages.size() > 1);
    for (const auto& village : villages) {
        CHECK(village.at("code").get<std::string>().starts_with("23656-"));
        CHECK(village.at("code") != "23656-01");
    }
    CHECK(silent_of("23656-01").empty());
    CHECK(silent_of("23656-02").at(0).at("code") == "23656-02");
    CHECK(world.refused("/api/v1/silent?area=99999") == "404 area");
}

TEST_CASE("what stands does not break a place's silence, and a month without an event is not reported") {
    WebWorld world;
    auto event = an_event(1);
    auto& baseline = *event.mutable_baseline_set();
    baseline.set_year(2022);
    baseline.set_standard(v1::DECREE_07_2021);
    baseline.set_households(100);
    baseline.set_poor(20);
    world.happened(event);
    world.happened(a_session_held(2));
    world.at("2022-06-01");
    CHECK(world.get("/api/v1/silent").at("places").size() == 14);
    const auto table = world.get("/api/v1/table?period=2022-06");
    CHECK(value_in(table, "POV-03", "23656").at("status") == "OK");
    CHECK(value_in(table, "POV-03", "23656").at("standards") == web::Json{"DECREE_07_2021"});
    CHECK_FALSE(value_in(table, "COM-01", "23656").contains("standards"));
    CHECK(value_in(table, "COM-01", "23656").at("status") == "NOT_REPORTED");
}

TEST_CASE("a period that is filed, or a target that is assigned, is no news of the month in which that was done", "[web]") {
    WebWorld world;
    world.happened(a_session_held(1));
    world.at("2022-09-20");
    auto filing = an_event(2);
    filing.set_village("");
    filing.set_occurred_on("2022-09-20");
    filing.mutable_period_filed()->set_period("2022-H1");
    filing.mutable_period_filed()->set_digest("d41d8cd9");
    world.happened(filing);
    auto target = a_target(3, "COM-01", "2022-10", 100);
    target.set_occurred_on("2022-09-20");
    world.happened(target);
    const auto is_silent = [&] {
        const auto places = world.get("/api/v1/silent").at("places");
        return std::any_of(places.begin(), places.end(), [](const Json& place) { return place.at("code") == "23656"; });
    };
    CHECK(is_silent());
    CHECK(value_in(world.get("/api/v1/table?period=2022-10"), "COM-01", "23656").at("status") == "NOT_REPORTED");
    auto session = a_session_held(4);
    session.set_occurred_on("2022-09-20");
    world.happened(session);
    CHECK_FALSE(is_silent());
}

}  // namespace web_silent_test
