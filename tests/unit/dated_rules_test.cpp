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

TEST_CASE("a file of the services' rules that is wrong is refused with its line and the reason") {
    CHECK_THROWS_WITH(load_service_rules("proposal { from: '2022-01-01' days: 3 }\nproposal { from: '2021-01-01' days: 3 }", "mine"),
                      Catch::Contains("mine:2:1: proposal: from '2021-01-01'"));
    CHECK_THROWS_WITH(load_service_rules("\nproposal { from: 'soon' days: 3 }", "mine"),
                      Catch::Contains("mine:2:1: proposal: from 'soon'"));
    CHECK_THROWS_WITH(load_service_rules("proposal { from: '2022-01-01' }", "mine"), Catch::Contains("days"));
    CHECK_THROWS_WITH(load_service_rules("proposal { day: 3 }", "mine"), Catch::StartsWith("mine:1:15: "));
}

TEST_CASE("the rule of a day is the latest that began") {
    const auto rules = load_service_rules("proposal { from: '2022-01-01' days: 3 } proposal { from: '2023-01-01' days: 4 }", "mine");
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
    const auto own = load_service_rules("award { form: COMMUNE_CERTIFICATE authorities: DISTRICT }", "own");
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
    const auto refused = [](const std::string& text) {
        try {
            static_cast<void>(load_service_rules("\n" + text, "mine"));
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string("taken");
    };
    const std::string good = "award { form: ADVANCED_WORKER authorities: COMMUNE until: '2023-12-31' }";
    CHECK(refused(good) == "taken");
    CHECK(refused(good + "\naward { form: ADVANCED_WORKER authorities: COMMUNE from: '2024-01-01' }") == "taken");
    CHECK(refused(good + "\naward { form: ADVANCED_WORKER authorities: DISTRICT }") == "taken");
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

}  // namespace dated_rules_test
