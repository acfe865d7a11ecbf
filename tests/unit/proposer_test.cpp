// SPDX-License-Identifier: Apache-2.0
// Exemplary households are proposed from what the household service journals: the rule, corrections, erasure, restarts.
#include "services/commendation/proposer.hpp"

#include "services/household/household.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/dated_rules.hpp"
#include "services/runtime/core/engine.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_link.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <memory>

namespace proposer_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

const std::string key = "h-17";

v1::Event a_support(std::uint64_t sequence, const std::string& day, const std::string& household = key) {
    auto event = a_household_supported(sequence, "HT-" + std::to_string(sequence) + household);
    event.set_occurred_on(day);
    event.mutable_household_supported()->set_household_key(household);
    event.set_note("nhà ông Đinh Văn X");
    return event;
}

v1::Event a_move(std::uint64_t sequence, const std::string& day, const std::string& household = key,
                 v1::HouseholdStatusChanged::Movement movement = v1::HouseholdStatusChanged::ESCAPED_POVERTY) {
    auto event = an_event(sequence);
    event.set_occurred_on(day);
    auto& move = *event.mutable_household_status_changed();
    move.set_household_key(household);
    const bool escapes = movement == v1::HouseholdStatusChanged::ESCAPED_POVERTY;
    move.set_from_class(escapes ? v1::POOR : v1::NEWLY_ESCAPED);
    move.set_to_class(escapes ? v1::NEWLY_ESCAPED : v1::POOR);
    move.set_cause(v1::HouseholdStatusChanged::STANDING_REVIEW);
    move.set_movement(movement);
    move.set_standard(v1::DECREE_07_2021);
    return event;
}

// The household service and the proposer, joined by a broker; and who reads what it tells.
struct Commune {
    Commune() {
        reader.send({Subscribe{Proposer::topic("23656")}});
        restart();
        settle();
    }
    void restart() {
        kept.crash();
        engine = std::make_unique<Engine>(make_service<Household>(), "23656", kbang(), journal, 7);
        proposer = std::make_unique<Proposer>("23656", rules, kept);
    }
    void send(std::initializer_list<v1::Event> events, const std::string& device = "labour") {
        to_engine.send({Publish{{topics::events("23656", "household", device), payload(device, events), false}}});
        settle();
    }
    void settle() {
        for (int round = 0; round < 30; ++round) {
            now.steady += std::chrono::milliseconds(1'000);
            auto inputs = to_engine.take();
            inputs.emplace_back(Tick{});
            to_engine.send(engine->handle(inputs, now));
            inputs = to_proposer.take();
            inputs.emplace_back(Tick{});
            to_proposer.send(proposer->handle(inputs, now));
        }
        for (const auto& input : reader.take()) {
            if (const auto* arrived = std::get_if<Arrived>(&input)) {
                told = arrived->message.payload;
                ++times;
            }
        }
    }
    // "h-17 23656-01 2022-03-25 2 supports"
    std::string proposed() {
        v1::Proposals proposals;
        if (!told.empty()) {
            REQUIRE(read_retained_event(told, proposals));
        }
        std::string text;
        for (const auto& each : proposals.proposals()) {
            CHECK_FALSE(each.text().vi().empty());
            CHECK_FALSE(each.text().en().empty());
            text += (text.empty() ? "" : ", ") + each.household_key() + " " + each.village() + " " + each.escaped_on() + " " +
                    std::to_string(each.supports_size()) + " supports";
        }
        return text;
    }
    // The consents of those who are proposed.
    [[nodiscard]] std::string agreed() const {
        v1::Proposals proposals;
        REQUIRE(read_retained_event(told, proposals));
        std::string text;
        for (const auto& each : proposals.proposals()) {
            text += each.consent_ref();
        }
        return text;
    }
    bool kept_holds(const std::string& what) {
        bool found = false;
        kept.scan("", [&](std::string_view at, std::string_view bytes) {
            found = found || at.find(what) != std::string_view::npos || bytes.find(what) != std::string_view::npos;
            return true;
        });
        return found;
    }

    v1::ServiceRules rules = built_in_rules();
    MemoryBroker broker;
    MemoryLink to_engine{broker};
    MemoryLink to_proposer{broker};
    MemoryLink reader{broker};
    MemoryStore journal;
    MemoryStore kept;
    std::unique_ptr<Engine> engine;
    std::unique_ptr<Proposer> proposer;
    std::string told;
    int times = 0;
    Instant now{Seconds(*parse_day("2022-04-10")), {}};
};

}  // namespace

TEST_CASE("a household that escaped poverty after support is proposed, with what it was given") {
    Commune commune;
    commune.send({a_move(1, "2022-03-25")});
    CHECK(commune.proposed().empty());  // never supported
    commune.send({a_support(2, "2022-03-26")});
    CHECK(commune.proposed().empty());  // supported after it
    commune.send({a_support(3, "2022-03-20"), a_support(4, "2022-01-20"), a_support(5, "2022-03-20", "h-18")});
    CHECK(commune.proposed() == "h-17 23656-01 2022-03-25 2 supports");
    const auto proposals = commune.proposer->at(*parse_day("2022-04-10"));
    CHECK(proposals.proposals(0).supports(0).completed_on() == "2022-01-20");
    CHECK(proposals.proposals(0).supports(0).kind() != v1::SUPPORT_KIND_UNSPECIFIED);
    CHECK(commune.proposer->at(*parse_day("2023-03-24")).proposals_size() == 1);
    CHECK(commune.proposer->at(*parse_day("2023-03-25")).proposals_size() == 0);
    CHECK(commune.proposer->at(*parse_day("2022-03-24")).proposals_size() == 0);
    CHECK_FALSE(commune.kept_holds("Đinh"));
}

TEST_CASE("a proposal says whether the household agreed to be told of, and no longer once that is corrected") {
    Commune commune;
    auto move = a_move(2, "2022-03-25");
    move.mutable_household_status_changed()->set_example_consent_ref("DY-01");
    commune.send({a_support(1, "2022-03-20"), move});
    CHECK(commune.agreed() == "DY-01");
    commune.restart();
    commune.broker.stop();
    commune.broker.start();
    commune.reader.send({Subscribe{Proposer::topic("23656")}});
    commune.told.clear();
    commune.settle();
    CHECK(commune.agreed() == "DY-01");
    commune.send({correcting(a_move(3, "2022-03-25"), v1::Correction::REPLACE, 2)});
    CHECK_FALSE(commune.proposed().empty());
    CHECK(commune.agreed().empty());
}

TEST_CASE("who told of one escape without a consent is asked first") {
    Commune commune;
    auto move = a_move(2, "2022-03-25");
    move.mutable_household_status_changed()->set_example_consent_ref("DY-01");
    commune.send({a_support(1, "2022-03-20"), move});
    commune.send({a_move(1, "2022-03-24")}, "desk");
    CHECK_FALSE(commune.proposed().empty());
    CHECK(commune.agreed().empty());
}

TEST_CASE("a household that moved away is not proposed") {
    Commune commune;
    commune.send({a_support(1, "2022-03-20"), a_move(2, "2022-03-25")});
    CHECK_FALSE(commune.proposed().empty());
    auto gone = a_move(3, "2022-03-28", key, v1::HouseholdStatusChanged::UNCHANGED);
    gone.mutable_household_status_changed()->set_cause(v1::HouseholdStatusChanged::MOVED_OUT);
    gone.mutable_household_status_changed()->set_from_class(v1::NEWLY_ESCAPED);
    gone.mutable_household_status_changed()->clear_to_class();
    commune.send({gone});
    CHECK(commune.proposed().empty());
}

TEST_CASE("a household that is poor again is not proposed, and one whose fall was an error is again") {
    Commune commune;
    commune.send({a_support(1, "2022-03-20"), a_move(2, "2022-03-25")});
    CHECK_FALSE(commune.proposed().empty());
    commune.send({a_move(3, "2022-04-02", key, v1::HouseholdStatusChanged::POOR_AGAIN)});
    CHECK(commune.proposed().empty());
    CHECK_FALSE(commune.told.empty());  // who tells it on hears that it is nobody
    commune.send({correcting(an_event(4), v1::Correction::VOID, 3)});
    CHECK_FALSE(commune.proposed().empty());
    commune.send({correcting(an_event(5), v1::Correction::VOID, 1)});
    CHECK(commune.proposed().empty());
}

TEST_CASE("an erased household is proposed no longer, and nothing that is kept or told names it") {
    Commune commune;
    commune.send(
        {a_support(1, "2022-03-20"), a_move(2, "2022-03-25"), a_support(3, "2022-03-20", "h-18"), a_move(4, "2022-03-26", "h-18")});
    CHECK(commune.proposed() == "h-18 23656-01 2022-03-26 1 supports, h-17 23656-01 2022-03-25 1 supports");
    CHECK(commune.kept_holds(key));
    auto erasure = an_event(5);
    erasure.set_role(v1::LABOUR_OFFICIAL);
    erasure.mutable_household_erased()->set_household_key(key);
    erasure.mutable_household_erased()->set_ground(v1::HouseholdErased::ON_REQUEST);
    commune.send({erasure});
    CHECK(commune.proposed() == "h-18 23656-01 2022-03-26 1 supports");
    CHECK_FALSE(commune.kept_holds(key));
}

TEST_CASE("after a restart the proposer goes on where it kept what it had read, and proposes the same") {
    Commune commune;
    commune.send({a_support(1, "2022-03-20"), a_move(2, "2022-03-25")});
    const auto before = commune.proposed();
    const auto times = commune.times;
    commune.settle();
    CHECK(commune.times == times);  // nothing changed: nothing is told
    commune.restart();
    CHECK(commune.proposer->at(*parse_day("2022-04-10")).proposals_size() == 1);
    commune.broker.stop();
    commune.broker.start();
    commune.reader.send({Subscribe{Proposer::topic("23656")}});
    commune.told.clear();
    commune.settle();
    CHECK(commune.proposed() == before);
}

TEST_CASE("rows without a word of how far they go are read anew, and nothing of them stays") {
    Commune commune;
    commune.kept.put("h/" + key, "as an older program kept it");
    commune.kept.put("m/" + key, "no version");
    commune.kept.erase("read/4");
    commune.kept.commit();
    commune.restart();
    commune.broker.stop();
    commune.broker.start();
    commune.settle();
    commune.send({a_support(1, "2022-03-20", "h-18"), a_move(2, "2022-03-25", "h-18")});
    CHECK(commune.proposer->at(*parse_day("2022-04-10")).proposals_size() == 1);
    CHECK_FALSE(commune.kept_holds(key));
}

TEST_CASE("what lies between two commits of the proposer is read again") {
    Commune commune;
    commune.send({a_support(1, "2022-03-20")});
    commune.kept.fail_commits = 1;
    CHECK_THROWS_AS(commune.send({a_move(2, "2022-03-25")}), Broken);
    commune.restart();
    commune.broker.stop();
    commune.broker.start();
    commune.reader.send({Subscribe{Proposer::topic("23656")}});
    commune.settle();
    CHECK(commune.proposed() == "h-17 23656-01 2022-03-25 1 supports");
}

}  // namespace proposer_test
