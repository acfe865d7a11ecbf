// SPDX-License-Identifier: Apache-2.0
// Two reporters, one session: what an officer's decision does.
#include "services/commendation/commendation.hpp"
#include "services/household/household.hpp"
#include "tests/support/engine_bench.hpp"

#include <algorithm>

namespace duplicates_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

v1::Event a_decision(std::uint64_t sequence, v1::DuplicateDecided::Decision decision, const std::string& device = "union",
                     std::uint64_t target = 1) {
    v1::Event event;
    event.set_sequence(sequence);
    event.set_occurred_on("2022-04-05");
    event.set_organisation(v1::COMMUNE_PEOPLES_COMMITTEE);
    event.set_role(v1::CULTURE_OFFICIAL);
    auto& decided = *event.mutable_duplicate_decided();
    decided.set_service("session");
    decided.set_device(device);
    decided.set_sequence(target);
    decided.set_same_device("head");
    decided.set_same_sequence(1);
    decided.set_decision(decision);
    return event;
}

struct TwoReports : Bench {
    TwoReports() {
        static_cast<void>(send("head", {a_session_held(1)}));
        static_cast<void>(send("union", {a_session_held(1)}));
    }
    const std::int64_t one = a_session_held(1).session_held().audience().total();
};

}  // namespace

TEST_CASE("the same fact counts once, and twice again when it was not the same", "[duplicates]") {
    TwoReports bench;
    CHECK(bench.attendances() == 2 * bench.one);
    CHECK(bench.send("officer", {a_decision(1, v1::DuplicateDecided::SAME)}) == "1,STORED 202204;");
    CHECK(bench.attendances() == bench.one);
    CHECK(bench.send("union", {a_session_held(1)}) == "1,DUPLICATE(STORED) 202204;");  // it keeps its receipt
    bench.restart();
    CHECK(bench.send("officer", {a_decision(2, v1::DuplicateDecided::SAME)}) == "2,STORED 202204;");
    CHECK(bench.attendances() == bench.one);
    CHECK(bench.send("officer", {a_decision(3, v1::DuplicateDecided::DIFFERENT)}) == "3,STORED 202204;");
    CHECK(bench.attendances() == 2 * bench.one);
    CHECK(bench.send("officer", {a_decision(4, v1::DuplicateDecided::DIFFERENT)}) == "4,STORED 202204;");
    CHECK(bench.attendances() == 2 * bench.one);
}

TEST_CASE("a duplicate that is corrected stays one, and counts as corrected when it is none after all", "[duplicates]") {
    TwoReports bench;
    static_cast<void>(bench.send("officer", {a_decision(1, v1::DuplicateDecided::SAME)}));
    auto corrected = correcting(a_session_held(2), v1::Correction::REPLACE, 1);
    corrected.mutable_session_held()->mutable_audience()->set_total(static_cast<std::uint32_t>(bench.one + 5));
    CHECK(bench.send("union", {corrected}) == "2,STORED;");
    CHECK(bench.attendances() == bench.one);
    bench.restart();
    static_cast<void>(bench.send("officer", {a_decision(2, v1::DuplicateDecided::DIFFERENT)}));
    CHECK(bench.attendances() == 2 * bench.one + 5);
}

TEST_CASE("when the report that counts is voided, another one of the same fact counts in its place", "[duplicates]") {
    TwoReports bench;
    static_cast<void>(bench.send("third", {a_session_held(1)}));
    static_cast<void>(
        bench.send("officer", {a_decision(1, v1::DuplicateDecided::SAME), a_decision(2, v1::DuplicateDecided::SAME, "third")}));
    CHECK(bench.attendances() == bench.one);
    auto corrected = correcting(a_session_held(2), v1::Correction::REPLACE, 1);
    corrected.mutable_session_held()->mutable_audience()->set_total(static_cast<std::uint32_t>(bench.one + 5));
    static_cast<void>(bench.send("union", {corrected}));
    CHECK(bench.attendances() == bench.one);
    static_cast<void>(bench.send("head", {correcting(a_session_held(2), v1::Correction::VOID, 1)}));
    CHECK(bench.attendances() == bench.one + 5);  // the first that was the same, as it was corrected
    bench.restart();
    CHECK(bench.send("union", {correcting(a_session_held(3), v1::Correction::VOID, 1)}) == "3,STORED;");
    CHECK(bench.attendances() == bench.one);  // and then the next one
    CHECK(bench.send("third", {correcting(a_session_held(2), v1::Correction::VOID, 1)}) == "2,STORED;");
    CHECK(bench.attendances() == 0);
}

TEST_CASE("who reports again what he voided counts again, in place of the one that took its place", "[duplicates]") {
    TwoReports bench;
    static_cast<void>(bench.send("officer", {a_decision(1, v1::DuplicateDecided::SAME)}));
    static_cast<void>(bench.send("head", {correcting(a_session_held(2), v1::Correction::VOID, 1)}));
    bench.restart();
    auto again = correcting(a_session_held(3), v1::Correction::REPLACE, 1);
    again.mutable_session_held()->mutable_audience()->set_total(static_cast<std::uint32_t>(bench.one + 7));
    static_cast<void>(bench.send("head", {again}));
    CHECK(bench.attendances() == bench.one + 7);
    static_cast<void>(bench.send("officer", {a_decision(2, v1::DuplicateDecided::DIFFERENT)}));
    CHECK(bench.attendances() == 2 * bench.one + 7);
}

TEST_CASE("of two reports of one session one counts, in whatever order both are voided and reported again", "[duplicates]") {
    std::vector<std::pair<std::string, v1::Event>> steps{{"officer", a_decision(1, v1::DuplicateDecided::SAME)},
                                                         {"union", correcting(a_session_held(2), v1::Correction::VOID, 1)},
                                                         {"union", correcting(a_session_held(3), v1::Correction::REPLACE, 1)},
                                                         {"head", correcting(a_session_held(2), v1::Correction::VOID, 1)}};
    steps[2].second.mutable_session_held()->mutable_audience()->set_total(66);
    std::vector<std::size_t> order{0, 1, 2, 3};
    do {
        TwoReports bench;
        std::string said;
        for (const auto at : order) {
            said += std::to_string(at);
            static_cast<void>(bench.send(steps[at].first, {steps[at].second}));
            if (at % 2 == 0) {
                bench.restart();
            }
        }
        INFO(said);
        CHECK(bench.attendances() == 66);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a duplicate of a duplicate takes the place of the one that is voided", "[duplicates]") {
    TwoReports bench;
    static_cast<void>(bench.send("third", {a_session_held(1)}));
    auto of_the_second = a_decision(1, v1::DuplicateDecided::SAME, "third");
    of_the_second.mutable_duplicate_decided()->set_same_device("union");
    static_cast<void>(bench.send("officer", {of_the_second, a_decision(2, v1::DuplicateDecided::SAME)}));
    CHECK(bench.attendances() == bench.one);
    static_cast<void>(bench.send("union", {correcting(a_session_held(2), v1::Correction::VOID, 1)}));
    bench.restart();
    static_cast<void>(bench.send("head", {correcting(a_session_held(2), v1::Correction::VOID, 1)}));
    CHECK(bench.attendances() == bench.one);
}

TEST_CASE("an event that stands, but whose claim another one has taken, is not taken back a second time", "[duplicates]") {
    Bench bench(make_service<Commendation>());
    const auto decide = [&](std::uint64_t sequence, v1::DuplicateDecided::Decision decision, const std::string& one,
                            const std::string& two) {
        auto event = a_decision(sequence, decision, one);
        event.mutable_duplicate_decided()->set_service("commendation");
        event.mutable_duplicate_decided()->set_same_device(two);
        return bench.refusal("officer", event);
    };
    CHECK(bench.refusal("p1", a_commendation_awarded(1, "A-1")).empty());
    CHECK(bench.refusal("p2", a_commendation_awarded(1, "A-2")).empty());
    CHECK(decide(1, v1::DuplicateDecided::SAME, "p2", "p1").empty());
    CHECK(bench.refusal("p3", a_commendation_awarded(1, "A-2")).empty());  // free since then
    CHECK(decide(2, v1::DuplicateDecided::DIFFERENT, "p2", "p1") == "commendation_awarded.achievement_ref:ALREADY_AWARDED");
    CHECK(decide(3, v1::DuplicateDecided::DIFFERENT, "p1", "p2").empty());
    bench.restart();
    CHECK(bench.refusal("p2", correcting(a_commendation_awarded(2, "A-2"), v1::Correction::VOID, 1)).empty());
    CHECK(bench.refusal("p4", a_commendation_awarded(1, "A-2")) == "commendation_awarded.achievement_ref:ALREADY_AWARDED");
}

TEST_CASE("a decision that cannot be is refused with its field", "[duplicates]") {
    TwoReports bench;
    const auto refused = [&](std::uint64_t sequence, const auto& change) {
        auto decision = a_decision(sequence, v1::DuplicateDecided::SAME);
        change(decision);
        return bench.refusal("officer", decision);
    };
    CHECK(refused(1, [](auto& e) { e.set_role(v1::VILLAGE_HEAD); }) == "duplicate_decided.device:NOT_YOURS_TO_CORRECT");
    CHECK(refused(2, [](auto& e) { e.mutable_duplicate_decided()->set_sequence(9); }) == "duplicate_decided.sequence:NOTHING_TO_CORRECT");
    CHECK(refused(3, [](auto& e) { e.mutable_duplicate_decided()->set_same_sequence(9); }) ==
          "duplicate_decided.same_sequence:NOTHING_TO_CORRECT");
    CHECK(refused(4, [](auto& e) { e.mutable_duplicate_decided()->set_service("culture"); }) == "duplicate_decided.service:WRONG_SERVICE");
    CHECK(refused(5, [](auto& e) { e.mutable_duplicate_decided()->set_device("head"); }) == "duplicate_decided.same_sequence:ONE_EVENT");
    // Of two that are the same one stays.
    CHECK(refused(6, [](auto&) {}).empty());
    CHECK(refused(7, [](auto& e) {
              e.mutable_duplicate_decided()->set_device("head");
              e.mutable_duplicate_decided()->set_same_device("union");
          }).empty());
    CHECK(bench.attendances() == bench.one);
    // A decision is not voided: another one is posted.
    auto officer = correcting(a_session_held(8), v1::Correction::VOID, 6);
    CHECK(bench.refusal("officer", officer) == "correction.sequence:DECISION_STANDS");
    CHECK(bench.attendances() == bench.one);
}

TEST_CASE("a decision does not come as a correction of something else, where nobody would judge it", "[duplicates]") {
    TwoReports bench;
    auto decision = correcting(a_decision(2, v1::DuplicateDecided::DIFFERENT), v1::Correction::REPLACE, 1);
    decision.set_role(v1::VILLAGE_HEAD);
    CHECK(bench.refusal("union", decision) == "body:OTHER_TYPE");
    CHECK(bench.refusal("union", correcting(a_session_held(3), v1::Correction::VOID, 1)).empty());
    CHECK(bench.attendances() == bench.one);
}

}  // namespace duplicates_test
