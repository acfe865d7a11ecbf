// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/definitions.hpp"

#include "data/indicators.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace definitions_test {

using namespace chieng;

namespace {

const std::string words = "label { vi: 'Số' en: 'Number' } unit { vi: 'cái' en: 'pieces' } ";

void refused(const std::string& rest, const std::string& reason, const std::string& line = "f.txtpb:2:1: ") {
    const auto text = "# one line\nindicator { code: \"X-1\" " + words + rest + " }\n";
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
    refused("measure: STOCK spans: MONTH source { event: 'officer_assigned' stands_from: 'officer_assigned.from' latest: '@commune' }",
            "what stands_from a day is not the latest");
    refused("colour: 1", "colour", "f.txtpb:2:");
}

TEST_CASE("a code that is defined anew counts in the same way as before") {
    const auto load = [](const std::string& then) {
        const auto code = "indicator { code: 'X-1' " + words + "spans: MONTH ";
        return Definitions::load(
            code + "until: '2022-12-31' measure: NUMBER source { event: 'session_held' } }\n" + code + "from: '2023-01-01' " + then + " }",
            "f.txtpb");
    };
    CHECK_NOTHROW(load("measure: NUMBER source { event: 'training_held' }"));
    for (const std::string then : {"measure: STOCK source { event: 'session_held' }",
                                   "measure: MEDIAN source { event: 'session_held' days_from: '@occurred' days_to: '@received' }",
                                   "measure: NUMBER source { event: 'session_held' distinct: 'village' }"}) {
        CHECK_THROWS_WITH(load(then), Catch::StartsWith("f.txtpb:2:1: X-1: in other years it is"));
    }
}

TEST_CASE("what is told apart is a single value, and no text about persons") {
    const auto counting = [](const std::string& rest) {
        return "measure: NUMBER spans: MONTH source { event: 'household_supported' " + rest + " }";
    };
    refused(counting("distinct: 'note'"), "field 'note' is a text about persons");
    refused(counting("latest: 'note'"), "field 'note' is a text about persons");
    refused(counting("distinct: 'evidence'"), "field 'evidence' is not a single value");
    refused(counting("distinct: 'correction'"), "field 'correction' is not a single value");
    const auto load = [&](const std::string& rest) {
        return Definitions::load("indicator { code: 'X-1' " + words + counting(rest) + " }", "f.txtpb");
    };
    CHECK_NOTHROW(load("distinct: 'household_supported.household_key'"));
    CHECK_NOTHROW(load("distinct: ['village', 'occurred_on']"));
}

TEST_CASE("the scope of what is withdrawn is one of a few values, of what somebody agrees to") {
    const auto about = [](const std::string& event, const std::string& rest) {
        return "measure: NUMBER spans: MONTH source { event: '" + event + "' latest: '" + event + ".subject_ref' " + rest + " }";
    };
    refused(about("consent_withdrawn", "withdraws: true scope: 'consent_withdrawn.subject_ref'"),
            "field 'consent_withdrawn.subject_ref' is not one of a few values");
    refused(about("consent_withdrawn", "scope: 'consent_withdrawn.scope'"), "scope is of what is agreed to, or withdraws");
    const auto load = [&](const std::string& rest) {
        return Definitions::load("indicator { code: 'X-1' " + words + rest + " }", "f.txtpb");
    };
    CHECK_NOTHROW(load(about("consent_withdrawn", "withdraws: true scope: 'consent_withdrawn.scope'")));
    refused(about("consent_withdrawn", "withdraws: true scope: 'consent_withdrawn.scope'") +
                " source { event: 'exemplar_published' latest: 'exemplar_published.subject_ref' agreed_on: "
                "'exemplar_published.consent_date' }",
            "scope is of all that is agreed to or withdraws, or of none");
}

TEST_CASE("a code is a level of topics: letters, digits, and a part") {
    const auto load = [](const std::string& code) {
        return Definitions::load("\n\nindicator { code: '" + code + "' " + words + "measure: NUMBER spans: MONTH source { event: '*' } }",
                                 "f.txtpb");
    };
    for (const auto* code : {"X-1", "COM-01", "com-012", "COM-11.all", "POV-04.near_poor", "TGT.assigned"}) {
        INFO(code);
        CHECK_NOTHROW(load(code));
    }
    for (const auto* code : {"X", "X-", "-1", "X1", "X-1a", "X-1.", ".all", "X-1.a.b", "X-1/a", "X-1#", "#", "+", "X-+", "X 1", "X-1 ",
                             " X-1", "X-1.a b", "X-1\\n", "Số-1"}) {
        INFO(code);
        CHECK_THROWS_WITH(load(code), Catch::StartsWith("f.txtpb:3:1: ") && Catch::Contains("the code is not letters, a dash and digits"));
    }
    CHECK_THROWS_WITH(load(""), "f.txtpb:3:1: : it has no code");
}

TEST_CASE("what people read of an indicator is there in both languages, unless it is hidden") {
    const std::string rest = " measure: NUMBER spans: MONTH source { event: '*' } }";
    const auto load = [&](const std::string& said) { return Definitions::load("indicator { code: 'X-1' " + said + rest, "f.txtpb"); };
    CHECK_THROWS_WITH(load("unit { vi: 'cái' en: 'pieces' }"), "f.txtpb:1:1: X-1: it has no label in both languages, and is not hidden");
    CHECK_THROWS_WITH(load("label { vi: 'Số' } unit { vi: 'cái' en: 'pieces' }"), Catch::Contains("no label"));
    CHECK_THROWS_WITH(load("label { vi: 'Số' en: 'Number' }"), "f.txtpb:1:1: X-1: it has no unit in both languages, and is not hidden");
    CHECK_THROWS_WITH(load("label { vi: 'Số' en: 'Number' } unit { en: 'pieces' }"), Catch::Contains("no unit"));
    CHECK_NOTHROW(load("hidden: true"));
}

TEST_CASE("nothing is said twice, and something is said") {
    refused("measure: NUMBER spans: [MONTH, YEAR, MONTH] source { event: '*' }", "X-1: the span MONTH is named twice");
    refused("measure: NUMBER spans: MONTH source { event: '*' } cut { name: 'c' field: 'role' } cut { name: 'c' field: 'organisation' }",
            "X-1: two cuts have the name c");
    refused("measure: RATIO spans: MONTH coverage { of: 'X-2' } cut { name: 'c' } cut { name: 'c' }", "X-1: two cuts have the name c");
    CHECK_THROWS_WITH(Definitions::load("", "f.txtpb"), "f.txtpb:1:1: it defines no indicator");
    CHECK_THROWS_WITH(Definitions::load("# only a comment\n", "f.txtpb"), "f.txtpb:1:1: it defines no indicator");
}

TEST_CASE("a code may be defined again for other days only") {
    const std::string one =
        "indicator { code: 'X-1' " + words + "measure: NUMBER spans: MONTH source { event: '*' } until: '2022-12-31' }\n";
    const std::string next =
        "indicator { code: 'X-1' " + words + "measure: NUMBER spans: MONTH source { event: '*' } from: '2023-01-01' }\n";
    const auto definitions = Definitions::load(one + next, "f.txtpb");
    CHECK(definitions.find("X-1", *parse_day("2022-05-01")) == &definitions.all().front());
    CHECK(definitions.find("X-1", *parse_day("2023-05-01")) == &definitions.all().back());
    CHECK_THROWS_WITH(Definitions::load(one + one, "f.txtpb"), Catch::StartsWith("f.txtpb:2:1: X-1: ") && Catch::Contains("twice"));
}

}  // namespace definitions_test
