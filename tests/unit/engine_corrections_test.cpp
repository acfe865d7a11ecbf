// SPDX-License-Identifier: Apache-2.0
// Events that correct others, and who may: in whatever order they come.
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/journal.hpp"

#include "services/household/household.hpp"
#include "tests/support/engine_bench.hpp"
#include "tests/support/entries.hpp"
#include "tests/support/events.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

namespace engine_corrections_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

// Each of them from one device, in every order, with a restart after each. `check` is given what each was told, in the order of the
// events, and the bench in the end.
template <class Check>
void in_each_order(const std::vector<v1::Event>& events, const Check& check) {
    std::vector<std::size_t> order(events.size());
    std::iota(order.begin(), order.end(), 0);
    do {
        Bench bench;
        std::vector<std::string> told(events.size());
        std::string named;
        for (const auto at : order) {
            told[at] = bench.send("p1", {events[at]});
            bench.restart();
            named += std::to_string(at);
        }
        INFO(named);
        check(bench, told);
    } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace

TEST_CASE("a correction takes the old version out and puts the new one in") {
    Bench bench;
    static_cast<void>(bench.send("p1", {attended_by(a_session_held(1), 45)}));
    CHECK(bench.send("p1", {correcting(attended_by(a_session_held(2), 54), v1::Correction::REPLACE, 1)}) == "2,STORED 202204;");
    CHECK(bench.attendances() == 54);
    CHECK(bench.send("p1", {correcting(attended_by(a_session_held(3), 60), v1::Correction::REPLACE, 2)}) == "3,STORED 202204;");
    CHECK(bench.attendances() == 60);
    bench.restart();
    CHECK(bench.send("p1", {correcting(a_session_held(4), v1::Correction::VOID, 1)}) == "4,STORED;");
    CHECK(bench.attendances() == 0);
    CHECK(bench.send("p1", {correcting(attended_by(a_session_held(5), 70), v1::Correction::REPLACE, 1)}) == "5,STORED 202204;");
    CHECK(bench.attendances() == 70);
}

TEST_CASE("a correction that overtakes its event counts in its place") {
    Bench bench;
    static_cast<void>(bench.send("p1", {correcting(attended_by(a_session_held(2), 54), v1::Correction::REPLACE, 1)}));
    bench.restart();
    CHECK(bench.send("p1", {attended_by(a_session_held(1), 45)}) == "1,STORED 202204;");
    CHECK(bench.attendances() == 54);
}

TEST_CASE("of two corrections of one device the later one stands, whichever comes first") {
    Bench bench;
    static_cast<void>(bench.send("p1", {attended_by(a_session_held(1), 45)}));
    static_cast<void>(bench.send("p1", {correcting(attended_by(a_session_held(3), 60), v1::Correction::REPLACE, 1)}));
    static_cast<void>(bench.send("p1", {correcting(attended_by(a_session_held(2), 54), v1::Correction::REPLACE, 1)}));
    CHECK(bench.attendances() == 60);
}

TEST_CASE("a correction that its own device has superseded does not undo what an officer corrected since") {
    Bench bench;
    const auto of = [](std::uint64_t sequence, std::uint32_t total) {
        return correcting(attended_by(a_session_held(sequence), total), v1::Correction::REPLACE, 1);
    };
    auto officer = correcting(attended_by(a_session_held(1), 60), v1::Correction::REPLACE, 1, "p1");
    officer.set_role(v1::CULTURE_OFFICIAL);
    static_cast<void>(bench.send("p1", {attended_by(a_session_held(1), 50)}));
    static_cast<void>(bench.send("p1", {of(3, 70)}));
    CHECK(bench.send("officer", {officer}) == "1,STORED 202204;");
    bench.restart();
    CHECK(bench.send("p1", {of(2, 65)}) == "2,STORED;");  // it counts in no month, and is told so again
    CHECK(bench.send("p1", {of(2, 65)}) == "2,DUPLICATE(STORED);");
    CHECK(bench.send("p1", {of(3, 70)}) == "3,DUPLICATE(STORED) 202204;");
    CHECK(bench.attendances() == 60);
    auto gone = correcting(attended_by(a_session_held(2), 60), v1::Correction::VOID, 1, "p1");
    gone.set_role(v1::CULTURE_OFFICIAL);
    static_cast<void>(bench.send("officer", {gone}));
    CHECK(bench.attendances() == 0);
    static_cast<void>(bench.send("p1", {of(4, 80)}));  // this one he wrote after the one that was superseded
    CHECK(bench.attendances() == 80);
}

TEST_CASE("of several devices the correction that was recorded last stands, whichever comes first") {
    const auto at = [](v1::Event event, std::uint64_t recorded_at) {
        event.set_recorded_at(recorded_at);
        return event;
    };
    const auto noon = noon_of("2022-04-01");
    const auto fixed = at(correcting(attended_by(a_session_held(2), 54), v1::Correction::REPLACE, 1), noon);
    auto voided = at(correcting(a_session_held(1), v1::Correction::VOID, 1, "p1"), noon + 60);
    voided.set_role(v1::CULTURE_OFFICIAL);
    for (const bool phone_is_late : {false, true}) {
        INFO(phone_is_late);
        Bench bench;
        static_cast<void>(bench.send("p1", {attended_by(a_session_held(1), 45)}));
        for (const bool is_phone : {!phone_is_late, phone_is_late}) {
            static_cast<void>(is_phone ? bench.send("p1", {fixed}) : bench.send("officer", {voided}));
            bench.restart();
        }
        CHECK(bench.attendances() == 0);
        static_cast<void>(bench.send("p1", {at(correcting(attended_by(a_session_held(4), 61), v1::Correction::REPLACE, 1), noon + 90)}));
        CHECK(bench.attendances() == 61);
        // A lower number of that device changes nothing.
        static_cast<void>(bench.send("p1", {at(correcting(attended_by(a_session_held(3), 99), v1::Correction::REPLACE, 1), noon + 95)}));
        CHECK(bench.attendances() == 61);
    }
}

TEST_CASE("who corrects the very version that stands has seen it, whatever the clocks say") {
    Bench bench;
    const auto noon = noon_of("2022-04-01");
    auto fixed = correcting(attended_by(a_session_held(2), 54), v1::Correction::REPLACE, 1);
    fixed.set_recorded_at(noon);
    auto of_it = correcting(attended_by(a_session_held(1), 60), v1::Correction::REPLACE, 2, "p1");
    of_it.set_role(v1::CULTURE_OFFICIAL);
    of_it.set_recorded_at(noon - 3600);
    static_cast<void>(bench.send("p1", {attended_by(a_session_held(1), 45), fixed}));
    static_cast<void>(bench.send("officer", {of_it}));
    CHECK(bench.attendances() == 60);
    auto of_the_first = correcting(attended_by(a_session_held(2), 70), v1::Correction::REPLACE, 1, "p1");
    of_the_first.set_role(v1::LABOUR_OFFICIAL);
    of_the_first.set_recorded_at(noon - 7200);
    CHECK(bench.send("labour", {of_the_first}) == "2,STORED;");
    CHECK(bench.attendances() == 60);
    // A clock that runs ahead says no more than that the correction has come.
    fixed.set_sequence(3);
    fixed.set_recorded_at(noon_of("2090-01-01"));
    static_cast<void>(bench.send("p1", {fixed}));
    CHECK(bench.attendances() == 54);
    of_the_first.set_sequence(3);
    of_the_first.clear_recorded_at();
    static_cast<void>(bench.send("labour", {of_the_first}));
    CHECK(bench.attendances() == 70);
}

TEST_CASE("a superseded correction that comes while its event is a duplicate is not what counts when it is none") {
    Bench bench;
    const auto of = [](std::uint64_t sequence, std::uint32_t total) {
        return correcting(attended_by(a_session_held(sequence), total), v1::Correction::REPLACE, 1);
    };
    static_cast<void>(bench.send("p1", {attended_by(a_session_held(1), 50)}));
    static_cast<void>(bench.send("p2", {attended_by(a_session_held(1), 47)}));
    static_cast<void>(bench.send("p1", {of(4, 70)}));
    const auto decided = [](std::uint64_t sequence, v1::DuplicateDecided::Decision decision) {
        auto event = a_session_held(sequence);
        event.set_role(v1::CULTURE_OFFICIAL);
        auto& one = *event.mutable_duplicate_decided();
        one.set_service("session");
        one.set_device("p1");
        one.set_sequence(1);
        one.set_same_device("p2");
        one.set_same_sequence(1);
        one.set_decision(decision);
        return event;
    };
    CHECK(bench.send("officer", {decided(1, v1::DuplicateDecided::SAME)}) == "1,STORED 202204;");
    static_cast<void>(bench.send("p1", {of(3, 65)}));
    bench.restart();
    static_cast<void>(bench.send("officer", {decided(2, v1::DuplicateDecided::DIFFERENT)}));
    CHECK(bench.attendances() == 117);
}

TEST_CASE("of one device that several post from each corrects only his own, unless he is a commune official") {
    Bench bench;
    auto first = a_session_held(1);
    first.set_posted_by("union");
    static_cast<void>(bench.send("office", {first}));
    const auto voided = [](std::uint64_t sequence, const std::string& by, v1::Role role) {
        auto event = correcting(a_session_held(sequence), v1::Correction::VOID, 1);
        event.set_posted_by(by);
        event.set_role(role);
        return event;
    };
    CHECK(bench.send("office", {voided(2, "women", v1::ASSOCIATION_OFFICER)}) == "2,REFUSED NOT_YOURS_TO_CORRECT;");
    bench.restart();
    CHECK(bench.send("office", {voided(3, "women", v1::ASSOCIATION_OFFICER)}) == "3,REFUSED NOT_YOURS_TO_CORRECT;");
    CHECK(bench.send("office", {voided(4, "women", v1::CULTURE_OFFICIAL)}) == "4,STORED;");
    auto named = a_session_held(1);
    named.set_posted_by("head");
    static_cast<void>(bench.send("phone", {named}));
    CHECK(bench.send("phone", {voided(2, "", v1::VILLAGE_HEAD)}) == "2,STORED;");  // a phone that names somebody once only
    CHECK(bench.send("office", {voided(5, "union", v1::ASSOCIATION_OFFICER)}) == "5,STORED;");
}

TEST_CASE("another device may correct only as a commune official, and only what has come") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1)}));
    CHECK(bench.send("p2", {correcting(a_session_held(1), v1::Correction::VOID, 1, "p1")}) == "1,REFUSED NOT_YOURS_TO_CORRECT;");
    auto officer = correcting(a_session_held(1), v1::Correction::VOID, 1, "p1");
    officer.set_role(v1::CULTURE_OFFICIAL);
    CHECK(bench.send("officer", {officer}) == "1,STORED;");
    officer.set_sequence(2);
    officer.mutable_correction()->set_sequence(9);
    CHECK(bench.send("officer", {officer}) == "2,REFUSED NOTHING_TO_CORRECT;");
}

TEST_CASE("a correction of a correction counts once, in whatever order the three come") {
    const auto with = [](v1::Event event, std::uint32_t total) {
        event.mutable_session_held()->mutable_audience()->set_total(total);
        return event;
    };
    const std::vector<v1::Event> all{a_session_held(1), with(correcting(a_session_held(2), v1::Correction::REPLACE, 1), 50),
                                     with(correcting(a_session_held(3), v1::Correction::REPLACE, 2), 60)};
    in_each_order(all, [](Bench& bench, const auto& /*told*/) {
        CHECK(bench.attendances() == 60);
        CHECK(bench.send("p1", {correcting(an_event(4), v1::Correction::VOID, 1)}) == "4,STORED;");
        CHECK(bench.attendances() == 0);
    });
}

TEST_CASE("a correction that was corrected before it came is not asked what it says, or two versions would count") {
    auto wrong = correcting(attended_by(a_session_held(2), 20), v1::Correction::REPLACE, 1);
    wrong.mutable_session_held()->mutable_audience()->set_female(99);
    const auto right = correcting(attended_by(a_session_held(3), 25), v1::Correction::REPLACE, 2);
    const std::vector<v1::Event> all{attended_by(a_session_held(1), 30), wrong, right};
    in_each_order(all, [](Bench& bench, const auto& told) {
        CHECK(told[0].find("STORED") != std::string::npos);
        CHECK(told[2].find("STORED") != std::string::npos);
        CHECK(bench.attendances() == 25);
        CHECK(bench.send("p1", {correcting(an_event(4), v1::Correction::VOID, 1)}) == "4,STORED;");
        CHECK(bench.attendances() == 0);
    });
    Bench bench;  // of what it is, it is asked
    static_cast<void>(bench.send("p1", {all[0], right}));
    wrong.set_village("99999-01");
    CHECK(bench.send("p1", {wrong}).starts_with("2,REFUSED"));
}

TEST_CASE("what a journal of before let stand stands, also where the rule would have it otherwise now") {
    const auto at = [](v1::Event event, std::uint64_t seconds) {
        event.set_recorded_at(noon_of("2022-04-01") + seconds);
        return event;
    };
    const auto entry_of = [](const char* device, const v1::Event& event, v1::Entry::Effect effect) {
        v1::Entry entry;
        entry.set_device(device);
        entry.set_event(event.SerializeAsString());
        entry.set_received_at(noon_of("2022-04-02"));
        entry.set_effect(effect);
        return entry;
    };
    for (const bool officer_voids : {false, true}) {
        INFO(officer_voids);
        auto by_officer = at(
            correcting(attended_by(a_session_held(1), 60), officer_voids ? v1::Correction::VOID : v1::Correction::REPLACE, 1, "p1"), 300);
        by_officer.set_role(v1::CULTURE_OFFICIAL);
        store::v1::Entries entries;
        const auto first = entry_of("p1", attended_by(a_session_held(1), 45), v1::Entry::COUNTS);
        auto second = entry_of("officer", by_officer, officer_voids ? v1::Entry::NOTHING : v1::Entry::COUNTS);
        *second.mutable_retracts() = first;
        const auto third =
            entry_of("p1", at(correcting(attended_by(a_session_held(3), 54), v1::Correction::REPLACE, 2), 0), v1::Entry::COUNTS);
        auto fourth = entry_of("p1", at(correcting(attended_by(a_session_held(2), 50), v1::Correction::REPLACE, 1), 0), v1::Entry::NOTHING);
        if (!officer_voids) {  // of two devices the one that came last stood
            *fourth.mutable_retracts() = second;
            fourth.mutable_retracts()->clear_retracts();
        }
        for (const auto& entry : {first, second, third, fourth}) {
            *entries.add_entries() = entry;
        }
        Bench bench;
        const auto bytes = entries.SerializeAsString();
        bench.store.append({1, 4, 0, chain_after(bytes, 0), bytes});
        bench.store.commit();
        auto& block = bench.feed.emplace_back();
        block.mutable_entries()->CopyFrom(entries.entries());
        bench.restart();
        CHECK(bench.attendances() == 54);
        auto voided = correcting(a_session_held(2), v1::Correction::VOID, 1, "p1");
        voided.set_role(v1::CULTURE_OFFICIAL);
        CHECK(bench.send("officer", {voided}) == "2,STORED;");
        CHECK(bench.attendances() == 0);
    }
}

TEST_CASE("who replaces a correction that was refused means the event that it was of") {
    Bench bench;
    const auto with = [](v1::Event event, std::uint32_t total, std::uint32_t female = 0) {
        event.mutable_session_held()->mutable_audience()->set_total(total);
        event.mutable_session_held()->mutable_audience()->set_female(female);
        return event;
    };
    const auto replacing = [&](std::uint64_t number, std::uint64_t of) {
        return correcting(a_session_held(number), v1::Correction::REPLACE, of);
    };
    CHECK(bench.send("p1", {with(a_session_held(1), 30)}) == "1,STORED 202204;");
    CHECK(bench.send("p1", {with(replacing(2, 1), 20, 99)}) == "2,REFUSED ABOVE_TOTAL;");
    bench.restart();
    CHECK(bench.send("p1", {with(replacing(3, 2), 21, 99)}) == "3,REFUSED ABOVE_TOTAL;");
    CHECK(bench.send("p1", {with(replacing(4, 3), 20)}) == "4,STORED 202204;");
    CHECK(bench.attendances() == 20);
    bench.restart();
    CHECK(bench.send("p1", {with(replacing(5, 4), 25)}) == "5,STORED 202204;");
    CHECK(bench.attendances() == 25);
    CHECK(bench.send("p1", {correcting(an_event(6), v1::Correction::VOID, 3)}) == "6,REFUSED NOTHING_TO_CORRECT;");
    CHECK(bench.attendances() == 25);
    CHECK(bench.send("p1", {correcting(an_event(7), v1::Correction::VOID, 1)}) == "7,STORED;");
    CHECK(bench.attendances() == 0);
}

TEST_CASE("a completion that is corrected twice is one, in whatever order the three come") {
    const std::vector<v1::Event> all{a_household_supported(1), correcting(a_household_supported(2), v1::Correction::REPLACE, 1),
                                     correcting(a_household_supported(3), v1::Correction::REPLACE, 2)};
    std::vector<std::size_t> order{0, 1, 2};
    do {
        Bench bench(make_service<Household>());
        INFO(order[0] << order[1] << order[2]);
        std::vector<std::size_t> waiting;
        for (const auto at : order) {
            if (bench.send("p1", {all[at]}).empty()) {
                waiting.push_back(at);  // not before what it hangs together with has come
            }
            bench.restart();
        }
        for (const auto at : waiting) {
            CHECK(bench.send("p1", {all[at]}) == std::to_string(at + 1) + ",STORED 202204;");
        }
        std::int64_t counted = 0;
        for (const auto& block : bench.feed) {
            for (const auto& entry : block.entries()) {
                counted += (entry.effect() == v1::Entry::COUNTS ? 1 : 0) - (entry.has_retracts() ? 1 : 0);
            }
        }
        CHECK(counted == 1);
        CHECK(bench.send("p2", {a_household_supported(1)}) == "1,REFUSED ALREADY_COMPLETED;");
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("two events that correct each other are not both taken") {
    Bench bench;
    static_cast<void>(bench.send("p1", {correcting(a_session_held(3), v1::Correction::REPLACE, 2)}));
    CHECK(bench.send("p1", {correcting(a_session_held(2), v1::Correction::REPLACE, 3)}).find("NOTHING_TO_CORRECT") != std::string::npos);
    CHECK(bench.attendances() == 45);
}

}  // namespace engine_corrections_test
