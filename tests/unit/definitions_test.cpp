// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/definitions.hpp"

#include "data/indicators.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace definitions_test {

using namespace chieng;

namespace {

void refused(const std::string& rest, const std::string& reason, const std::string& line = "f.txtpb:2:1: ") {
    const auto text = "# one line\nindicator { code: \"X-1\" " + rest + " }\n";
    CHECK_THROWS_WITH(Definitions::load(text, "f.txtpb"), Catch::StartsWith(line) && Catch::Contains(reason));
}

}  // namespace

TEST_CASE("all 71 indicators load, with both languages and the spans of the catalogue") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    CHECK(std::count_if(definitions.all().begin(), definitions.all().end(), [](const auto& each) { return !each.indicator.hidden(); }) ==
          71);
    for (const auto& definition : definitions.all()) {
        INFO(definition.indicator.code());
        CHECK(!definition.indicator.label().vi().empty());
        CHECK(!definition.indicator.label().en().empty());
        CHECK((definition.indicator.hidden() || !definition.indicator.unit().vi().empty()));
        CHECK(!definition.indicator.spans().empty());
    }
}

TEST_CASE("a cut shows only the values that the indicator lets in") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    CHECK(definitions.series_id("COM-05", "language", "BAHNAR"));
    CHECK_FALSE(definitions.series_id("COM-05", "language", "VIETNAMESE"));
    CHECK_FALSE(definitions.series_id("SUP-02", "kind", "LOAN"));
    CHECK_FALSE(definitions.series_id("MOB-03", "organisation", "VILLAGE"));
}

TEST_CASE("a definition that cannot hold is refused with file, line and reason") {
    refused("measure: NUMBER spans: MONTH source { event: 'session' }", "X-1: unknown event 'session'");
    refused("measure: NUMBER spans: MONTH source { event: 'session_held' plus: 'session_held.audience.men' }", "unknown field");
    refused("measure: NUMBER spans: MONTH source { event: 'session_held' plus: 'household_supported.workdays' }", "is not of session_held");
    refused("measure: NUMBER spans: MONTH source { event: '*' plus: 'session_held.audience.total' }", "is not of *");
    refused("measure: NUMBER spans: MONTH source { event: 'session_held' plus: 'session_held.form' }", "is not a number");
    refused("measure: NUMBER spans: MONTH source { event: '*' where { field: 'role' any: 'KING' } }", "unknown value 'KING'");
    refused("measure: RATIO spans: MONTH coverage { of: 'X-9' }", "unknown indicator 'X-9'");
    refused("measure: NUMBER source { event: '*' }", "no spans");
    refused("measure: MEDIAN spans: MONTH source { event: '*' }", "days_from");
    refused("measure: NUMBER spans: MONTH source { event: '*' } cut { name: 'c' field: 'note' }", "is not an enum");
    refused("measure: NUMBER spans: MONTH source { event: '*' } from: 'soon'", "'soon' is not a date");
    refused("colour: 1", "colour", "f.txtpb:2:");
}

TEST_CASE("a code may be defined again for other days only") {
    const std::string one = "indicator { code: 'X-1' measure: NUMBER spans: MONTH source { event: '*' } until: '2022-12-31' }\n";
    const std::string next = "indicator { code: 'X-1' measure: NUMBER spans: MONTH source { event: '*' } from: '2023-01-01' }\n";
    const auto definitions = Definitions::load(one + next, "f.txtpb");
    CHECK(definitions.find("X-1", *parse_day("2022-05-01")) == &definitions.all().front());
    CHECK(definitions.find("X-1", *parse_day("2023-05-01")) == &definitions.all().back());
    CHECK_THROWS_WITH(Definitions::load(one + one, "f.txtpb"), Catch::StartsWith("f.txtpb:2:1: X-1: ") && Catch::Contains("twice"));
}

}  // namespace definitions_test
