// SPDX-License-Identifier: Apache-2.0
// Which events look like one fact, and until when.
#include "gateway/watch/duplicates.hpp"
#include "tests/support/entries.hpp"

#include <catch2/catch.hpp>

namespace alike_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

std::string told(const Duplicates& duplicates) {
    std::string text;
    for (const auto& group : duplicates.undecided()) {
        text += group.kind + ":";
        for (const auto& member : group.members) {
            text += " " + member.root.text();
        }
        for (const auto& [one, other] : group.undecided) {
            text += " " + one.text() + "=" + other.text();
        }
        text += ";";
    }
    return text;
}

v1::Event at_time(v1::Event event, const std::string& time) {
    event.set_time(time);
    return event;
}

}  // namespace

TEST_CASE("events of two devices that agree in village, day and kind are one undecided group") {
    Duplicates duplicates;
    duplicates.apply("session", entry_of("head", a_session_held(1)));
    CHECK(told(duplicates).empty());
    duplicates.apply("session", entry_of("women", a_session_held(7)));
    CHECK(told(duplicates) == "session_held: head/1 women/7 head/1=women/7;");
}

TEST_CASE("what one device says twice under two numbers is a pair, until an officer has said what it is") {
    Duplicates duplicates;
    const auto decide = [&](std::uint64_t sequence, std::uint64_t one, std::uint64_t other, v1::DuplicateDecided::Decision decision) {
        auto entry = entry_of("officer", a_decision(sequence, "head", one, "head", other, decision));
        entry.set_effect(v1::Entry::NOTHING);
        if (decision == v1::DuplicateDecided::SAME) {
            *entry.mutable_retracts() = entry_of("head", a_session_held(one));
        }
        duplicates.apply("session", entry);
    };
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
        duplicates.apply("session", entry_of("head", a_session_held(sequence)));
    }
    CHECK(told(duplicates) == "session_held: head/1 head/2 head/3 head/1=head/2 head/1=head/3 head/2=head/3;");
    decide(1, 2, 1, v1::DuplicateDecided::DIFFERENT);
    CHECK(told(duplicates) == "session_held: head/1 head/2 head/3 head/1=head/3 head/2=head/3;");
    decide(2, 3, 1, v1::DuplicateDecided::SAME);
    CHECK(told(duplicates).empty());
}

TEST_CASE("what one device says for two organisations, or at two times, is no copy") {
    auto other = at_time(a_session_held(2), "08:30");
    const bool is_of_another = GENERATE(false, true);
    if (is_of_another) {
        other.set_organisation(v1::FARMERS);
    } else {
        other.set_time("08:45");
    }
    Duplicates duplicates;
    duplicates.apply("session", entry_of("head", at_time(a_session_held(1), "08:30")));
    duplicates.apply("session", entry_of("head", other));
    CHECK(told(duplicates).empty());
    duplicates.apply("session", entry_of("head", a_session_held(3)));
    CHECK(told(duplicates) == (is_of_another ? "session_held: head/1 head/3 head/1=head/3;"
                                             : "session_held: head/1 head/2 head/3 head/1=head/3 head/2=head/3;"));
}

TEST_CASE("ten thousand copies under numbers of their own are as many pairs as anybody can decide") {
    Duplicates duplicates;
    for (std::uint64_t sequence = 1; sequence <= 10'000; ++sequence) {
        duplicates.apply("session", entry_of("head", a_session_held(sequence)));
    }
    const auto groups = duplicates.undecided();
    REQUIRE(groups.size() == 1);
    CHECK(groups.front().undecided.size() == Duplicates::pairs_max);
    CHECK(groups.front().members.size() == Duplicates::pairs_max + 1);
}

TEST_CASE("what one device says otherwise, and another form, village, day, household or hour, is another fact") {
    auto other = a_session_held(9);
    const auto change = GENERATE(0, 1, 2, 3, 4);
    auto first = a_session_held(1);
    std::string device = "women";
    switch (change) {
        case 0:
            device = "head";
            other.mutable_session_held()->mutable_audience()->set_total(31);
            break;
        case 1: other.mutable_session_held()->set_form(v1::TALK); break;
        case 2: other.set_village("23656-02"); break;
        case 3: other.set_occurred_on("2022-03-21"); break;
        default:
            first.set_time("08:30");
            other.set_time("14:00");
            break;
    }
    Duplicates duplicates;
    duplicates.apply("session", entry_of("head", first));
    duplicates.apply("session", entry_of(device, other));
    auto supported = a_household_supported(2);
    supported.mutable_household_supported()->set_household_key("h-18");
    duplicates.apply("household", entry_of("head", a_household_supported(1)));
    duplicates.apply("household", entry_of("women", supported));
    CHECK(told(duplicates).empty());
}

TEST_CASE("who post at one gateway are several reporters, also when one of them corrects himself") {
    const auto by = [](v1::Event event, const std::string& name) {
        event.set_posted_by(name);
        return event;
    };
    Duplicates duplicates;
    duplicates.apply("session", entry_of("office", by(a_session_held(1), "union")));
    auto second = by(a_session_held(2), "union");
    second.mutable_session_held()->mutable_audience()->set_total(31);
    duplicates.apply("session", entry_of("office", second));
    CHECK(told(duplicates).empty());
    duplicates.apply("session", entry_of("office", by(a_session_held(3), "women")));
    CHECK(told(duplicates) == "session_held: office/1 office/2 office/3 office/1=office/3 office/2=office/3;");
    auto entry = entry_of("office", by(correcting(a_session_held(4), v1::Correction::REPLACE, 3), "officer"));
    *entry.mutable_retracts() = entry_of("office", by(a_session_held(3), "women"));
    duplicates.apply("session", entry);
    CHECK(told(duplicates) == "session_held: office/1 office/2 office/3 office/1=office/3 office/2=office/3;");
}

TEST_CASE("who is the same as one is the same as all, and who is different from one of them leaves them all") {
    Duplicates duplicates;
    const auto decide = [&](std::uint64_t sequence, const std::string& device, const std::string& same,
                            v1::DuplicateDecided::Decision decision) {
        auto entry = entry_of("officer", a_decision(sequence, device, 1, same, 1, decision));
        entry.set_effect(v1::Entry::NOTHING);
        duplicates.apply("session", entry);
    };
    const auto instead_of = [&](const std::string& device) {
        std::string names;
        for (const auto& instead : duplicates.counted_instead_of("session", {device, 1})) {
            names += instead.id.device;
        }
        return names;
    };
    for (const auto* device : {"a", "b", "c"}) {
        duplicates.apply("session", entry_of(device, a_session_held(1)));
    }
    decide(1, "b", "a", v1::DuplicateDecided::SAME);
    decide(2, "c", "b", v1::DuplicateDecided::SAME);
    CHECK(instead_of("a") == "bc");
    decide(3, "b", "a", v1::DuplicateDecided::DIFFERENT);
    CHECK(instead_of("a") == "c");
    CHECK(instead_of("b").empty());
    CHECK(instead_of("c") == "a");
}

TEST_CASE("an event without a time hangs together with those of any hour") {
    Duplicates duplicates;
    duplicates.apply("session", entry_of("a", at_time(a_session_held(1), "08:30")));
    duplicates.apply("session", entry_of("b", at_time(a_session_held(1), "14:00")));
    CHECK(told(duplicates).empty());
    duplicates.apply("session", entry_of("c", a_session_held(1)));
    CHECK(told(duplicates) == "session_held: a/1 b/1 c/1 a/1=c/1 b/1=c/1;");
}

TEST_CASE("a decision settles a pair: the same counts no longer, the different stay apart") {
    Duplicates duplicates;
    const auto head = entry_of("head", a_session_held(1));
    const auto women = entry_of("women", a_session_held(7));
    duplicates.apply("session", head);
    duplicates.apply("session", women);
    SECTION("the same") {
        duplicates.apply("session",
                         taking_back(entry_of("office", a_decision(1, "women", 7, "head", 1, v1::DuplicateDecided::SAME)), women));
        CHECK(told(duplicates).empty());
        SECTION("and after all not") {
            auto entry = entry_of("office", a_decision(2, "women", 7, "head", 1, v1::DuplicateDecided::DIFFERENT));
            entry.set_effect(v1::Entry::NOTHING);
            *entry.mutable_restores() = women;
            duplicates.apply("session", entry);
            CHECK(told(duplicates).empty());
            duplicates.apply("session", entry_of("youth", a_session_held(3)));
            CHECK(told(duplicates) == "session_held: head/1 women/7 youth/3 head/1=youth/3 women/7=youth/3;");
        }
    }
    SECTION("different") {
        auto entry = entry_of("office", a_decision(1, "head", 1, "women", 7, v1::DuplicateDecided::DIFFERENT));
        entry.set_effect(v1::Entry::NOTHING);
        duplicates.apply("session", entry);
        CHECK(told(duplicates).empty());
        SECTION("also when one of them is corrected later") {
            auto replaced = entry_of("women", correcting(a_session_held(8), v1::Correction::REPLACE, 7));
            *replaced.mutable_retracts() = women;
            duplicates.apply("session", replaced);
            CHECK(told(duplicates).empty());
        }
    }
}

TEST_CASE("a group ends when one of its two members is taken back or moves to another day") {
    Duplicates duplicates;
    const auto women = entry_of("women", a_session_held(7));
    duplicates.apply("session", women);
    duplicates.apply("session", entry_of("head", a_session_held(1)));
    auto moved = correcting(a_session_held(8), v1::Correction::REPLACE, 7);
    const bool is_void = GENERATE(true, false);
    if (is_void) {
        duplicates.apply("session", taking_back(entry_of("women", correcting(moved, v1::Correction::VOID, 7)), women));
    } else {
        moved.set_occurred_on("2022-03-22");
        auto entry = entry_of("women", moved);
        *entry.mutable_retracts() = women;
        duplicates.apply("session", entry);
    }
    CHECK(told(duplicates).empty());
}

}  // namespace alike_test
