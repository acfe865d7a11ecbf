// SPDX-License-Identifier: Apache-2.0
// Rules with dates as data: which one holds on a day, what a service makes of them, and how a wrong file is refused.
#include "services/runtime/core/dated_rules.hpp"

#include "services/commendation/commendation.hpp"
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>

namespace dated_rules_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

// What no file may lack.
const std::string rest = "\nstandard { standard: DECREE_07_2021 } review_meeting { from: '2021-01-01' agreed_percent: 50 }";

std::string refused(const std::string& text) {
    try {
        static_cast<void>(load_service_rules("\n" + text, "mine"));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "taken";
}

}  // namespace

TEST_CASE("a file of the services' rules that is wrong is refused with its line and the reason") {
    CHECK_THROWS_WITH(load_service_rules("proposal { from: '2022-01-01' days: 3 }\nproposal { from: '2021-01-01' days: 3 }", "mine"),
                      Catch::Contains("mine:2:1: proposal: from '2021-01-01'"));
    CHECK_THROWS_WITH(load_service_rules("\nproposal { from: 'soon' days: 3 }", "mine"),
                      Catch::Contains("mine:2:1: proposal: from 'soon'"));
    CHECK_THROWS_WITH(load_service_rules("proposal { from: '2022-01-01' }", "mine"), Catch::Contains("days"));
    CHECK_THROWS_WITH(load_service_rules("proposal { day: 3 }", "mine"), Catch::StartsWith("mine:1:15: "));
}

TEST_CASE("the rule of a day is the latest that began") {
    const auto rules = load_service_rules("proposal { from: '2022-01-01' days: 3 } proposal { from: '2023-01-01' days: 4 }" + rest, "mine");
    CHECK(proposal_rule_on(rules, *parse_day("2021-12-31")) == nullptr);
    CHECK(proposal_rule_on(rules, *parse_day("2022-12-31"))->days() == 3);
    CHECK(proposal_rule_on(rules, *parse_day("2024-01-01"))->days() == 4);
}

TEST_CASE("who may grant an award is the data's word, on the day of the decision") {
    const auto& rules = built_in_rules();
    const auto may = [&](v1::AwardForm form, v1::Authority authority, std::string_view day) {
        return may_grant(rules, form, authority, *parse_day(day));
    };
    CHECK(may(v1::COMMUNE_CERTIFICATE, v1::COMMUNE, "2022-03-12"));
    CHECK_FALSE(may(v1::COMMUNE_CERTIFICATE, v1::DISTRICT, "2022-03-12"));
    CHECK(may(v1::GRASSROOTS_FIGHTER, v1::DISTRICT, "2025-06-30"));
    CHECK_FALSE(may(v1::GRASSROOTS_FIGHTER, v1::DISTRICT, "2025-07-01"));
    CHECK_FALSE(may(v1::GRASSROOTS_FIGHTER, v1::COMMUNE, "2025-06-30"));
    CHECK(may(v1::GRASSROOTS_FIGHTER, v1::COMMUNE, "2025-07-01"));
    CHECK(may(v1::LETTER_OF_PRAISE, v1::CENTRAL, "2030-01-01"));
}

TEST_CASE("a service judges by the rules that it was given") {
    auto award = an_event(1);
    auto& given = *award.mutable_commendation_awarded();
    given.set_award_id("KT-1");
    given.set_form(v1::COMMUNE_CERTIFICATE);
    given.set_authority(v1::DISTRICT);
    given.set_recipient(v1::COLLECTIVE);
    given.set_achievement_ref("TT-1");
    given.set_achievement_date("2022-01-10");
    given.set_decision_no("12/QĐ");
    given.set_decision_date("2022-03-01");
    award.set_village("");
    const auto own = load_service_rules("award { form: COMMUNE_CERTIFICATE authorities: DISTRICT }" + rest, "own");
    for (const auto* rules : {&built_in_rules(), &own}) {
        MemoryStore store;
        auto service = make_service<Commendation>();
        service.rules = rules;
        Engine engine(service, "23656", kbang(), store, 7);
        const Input input = Arrived{{topics::events("23656", "commendation", "office"), payload("office", {award}), false}};
        static_cast<void>(engine.handle({&input, 1}, {Seconds(*parse_day("2022-04-10")), {}}));
        CHECK(engine.counters().stored == (rules == &own ? 1 : 0));
        CHECK(engine.counters().refused == (rules == &own ? 0 : 1));
    }
}

TEST_CASE("a wrong row of who may grant what is refused with its line and the reason") {
    const std::string good = "award { form: ADVANCED_WORKER authorities: COMMUNE until: '2023-12-31' }";
    CHECK(refused(good + rest) == "taken");
    CHECK(refused(good + "\naward { form: ADVANCED_WORKER authorities: COMMUNE from: '2024-01-01' }" + rest) == "taken");
    CHECK(refused(good + "\naward { form: ADVANCED_WORKER authorities: DISTRICT }" + rest) == "taken");
    CHECK(refused(good + "\naward { form: ADVANCED_WORKER authorities: COMMUNE from: '2023-12-31' }") ==
          "mine:3:1: award: ADVANCED_WORKER: another row holds on some of these days");
    CHECK(refused(good + "\naward { form: ADVANCED_WORKER }") ==
          "mine:3:1: award: ADVANCED_WORKER: another row holds on some of these days");
    CHECK(refused("award { authorities: COMMUNE }") == "mine:2:1: award: it names no form");
    CHECK(refused("award { form: ADVANCED_WORKER from: 'soon' }") == "mine:2:1: award: 'soon' is no day");
    CHECK(refused("award { form: ADVANCED_WORKER from: '2023-01-01' until: '2022-01-01' }") ==
          "mine:2:1: award: it ends on 2022-01-01, before it begins");
    CHECK(refused("award { form: GOLD }").starts_with("mine:2:"));
}

TEST_CASE("a standard holds from its first day to its last, both of them in it") {
    const auto rules = load_service_rules(
        "standard { standard: DECREE_07_2021 from: '2021-09-01' until: '2026-12-31' } standard { standard: DECREE_351_2025 } "
        "review_meeting { from: '2021-01-01' agreed_percent: 50 }",
        "mine");
    const auto holds = [&](v1::PovertyStandard standard, std::string_view first, std::string_view last) {
        return standard_holds(rules, standard, *parse_day(first), *parse_day(last));
    };
    CHECK(holds(v1::DECREE_07_2021, "2021-09-01", "2026-12-31"));
    CHECK_FALSE(holds(v1::DECREE_07_2021, "2021-08-31", "2021-09-01"));
    CHECK_FALSE(holds(v1::DECREE_07_2021, "2026-12-31", "2027-01-01"));
    CHECK(holds(v1::DECREE_351_2025, "2016-01-01", "2050-12-31"));  // without days: always
    CHECK_FALSE(holds(v1::DECISION_59_2015, "2022-01-01", "2022-01-01"));
}

TEST_CASE("a wrong row of the poverty standards, or none, is refused with its line and the reason") {
    const std::string meeting = "\nreview_meeting { from: '2021-01-01' agreed_percent: 50 }";
    const std::string good = "standard { standard: DECREE_07_2021 from: '2021-09-01' until: '2026-12-31' }";
    CHECK(refused(good + meeting) == "taken");
    CHECK(refused(good + "\nstandard { standard: DECREE_351_2025 from: '2026-09-01' }" + meeting) == "taken");
    CHECK(refused(good + "\nstandard { standard: DECREE_07_2021 from: '2027-01-01' }" + meeting) ==
          "mine:3:1: standard: DECREE_07_2021: another row has its days");
    CHECK(refused("standard { from: '2021-09-01' }" + meeting) == "mine:2:1: standard: it names no standard");
    CHECK(refused("standard { standard: DECREE_07_2021 until: 'late' }" + meeting) == "mine:2:1: standard: 'late' is no day");
    CHECK(refused("standard { standard: DECREE_07_2021 from: '2023-01-01' until: '2022-01-01' }" + meeting) ==
          "mine:2:1: standard: it ends on 2022-01-01, before it begins");
    CHECK(refused(meeting) == "mine: standard: at least one must be given");
}

TEST_CASE("a wrong row of how many must agree at a review meeting, or none, is refused with its line and the reason") {
    const std::string standard = "standard { standard: DECREE_07_2021 }";
    const std::string good = standard + "\nreview_meeting { from: '2021-01-01' agreed_percent: 50 }";
    CHECK(refused(good) == "taken");
    CHECK(refused(good + "\nreview_meeting { from: '2027-01-01' agreed_percent: 100 }") == "taken");
    CHECK(refused(good + "\nreview_meeting { from: '2021-01-01' agreed_percent: 60 }") ==
          "mine:4:1: review_meeting: from '2021-01-01' must be after that of the rule before");
    CHECK(refused(standard + "\nreview_meeting { agreed_percent: 50 }") == "mine:3:1: review_meeting: from '' is no day");
    CHECK(refused(standard + "\nreview_meeting { from: '2021-01-01' }") == "mine:3:1: review_meeting: agreed_percent must be 1 to 100");
    CHECK(refused(standard + "\nreview_meeting { from: '2021-01-01' agreed_percent: 101 }") ==
          "mine:3:1: review_meeting: agreed_percent must be 1 to 100");
    CHECK(refused(standard) == "mine: review_meeting: at least one must be given");
}

TEST_CASE("a wrong row of how early a report may be sent is refused with its line and the reason") {
    CHECK(refused("report { from: '2022-07-15' spans: [HALF, YEAR] days: 45 }" + rest) == "taken");
    CHECK(refused("report { spans: HALF days: 45 }" + rest) == "mine:2:1: report: from '' is no day");
    CHECK(refused("report { from: '2022-07-15' spans: HALF days: 367 }" + rest) == "mine:2:1: report: days must be at most 366");
    CHECK(refused("report { from: '2022-07-15' spans: SPAN_UNSPECIFIED days: 45 }" + rest) ==
          "mine:2:1: report: SPAN_UNSPECIFIED is no span");
    const auto rules = load_service_rules("report { from: '2022-07-15' spans: HALF days: 45 }" + rest, "mine");
    CHECK(days_early(rules, v1::HALF, *parse_day("2022-07-14")) == 0);
    CHECK(days_early(rules, v1::HALF, *parse_day("2022-07-15")) == 45);
    CHECK(days_early(rules, v1::YEAR, *parse_day("2022-07-15")) == 0);
}

}  // namespace dated_rules_test
