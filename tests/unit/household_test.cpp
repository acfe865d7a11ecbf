// SPDX-License-Identifier: Apache-2.0
// The rules of the household service: what is refused, and its neighbour that is not.
#include "services/household/household.hpp"

#include "services/runtime/core/retention.hpp"
#include "tests/support/engine_bench.hpp"
#include "tests/support/judged.hpp"

#include <array>
#include <map>
#include <set>
#include <vector>

namespace household_test {

using namespace chieng;
using namespace chieng::testing;
using Change = v1::HouseholdStatusChanged;

namespace {

v1::Event a_change(v1::HouseholdClass from, v1::HouseholdClass to, Change::Cause cause, Change::Movement movement) {
    auto event = an_event(1);
    event.set_occurred_on("2022-11-20");
    auto& change = *event.mutable_household_status_changed();
    change.set_household_key("h-17");
    change.set_from_class(from);
    change.set_to_class(to);
    change.set_cause(cause);
    change.set_movement(movement);
    change.set_standard(v1::DECREE_07_2021);
    return event;
}

v1::Event a_baseline(std::uint64_t sequence, std::uint32_t year, v1::PovertyStandard standard = v1::DECREE_07_2021) {
    auto event = an_event(sequence);
    auto& baseline = *event.mutable_baseline_set();
    baseline.set_year(year);
    baseline.set_standard(standard);
    baseline.set_households(120);
    baseline.set_minority_households(80);
    baseline.set_poor(40);
    baseline.set_near_poor(20);
    baseline.set_newly_escaped(10);
    baseline.set_minority_poor(35);
    return event;
}

v1::Event a_count(const std::string& day, v1::PovertyStandard standard) {
    auto event = an_event(1);
    event.set_occurred_on(day);
    auto& counted = *event.mutable_deprivation_counted();
    counted.set_household_class(v1::POOR);
    counted.set_standard(standard);
    counted.set_households(40);
    counted.set_toilet(31);
    return event;
}

v1::Event a_review_meeting(std::uint32_t attendants, std::uint32_t agreed) {
    auto event = an_event(1);
    event.mutable_review_meeting_held()->set_attendants(attendants);
    event.mutable_review_meeting_held()->set_agreed(agreed);
    return event;
}

constexpr std::array classes{v1::POOR, v1::NEAR_POOR, v1::NEWLY_ESCAPED, v1::AVERAGE, v1::NOT_LISTED};
constexpr std::array movements{Change::ESCAPED_POVERTY, Change::ESCAPED_NEAR_POVERTY, Change::POOR_AGAIN, Change::NEAR_POOR_AGAIN,
                               Change::NEWLY_POOR,      Change::NEWLY_NEAR_POOR,      Change::UNCHANGED};
const std::string wrong_movement = "household_status_changed.movement:WRONG_MOVEMENT";

// What the review's form knows: rows are the class before, columns the class after.
const std::set<Change::Movement>& movements_between(v1::HouseholdClass from, v1::HouseholdClass to) {
    using Set = std::set<Change::Movement>;
    static const Set same{Change::UNCHANGED};
    static const Set out_of_poverty{Change::ESCAPED_POVERTY};
    static const Set out_of_near_poverty{Change::ESCAPED_NEAR_POVERTY};
    static const Set into_poverty{Change::POOR_AGAIN, Change::NEWLY_POOR};
    static const Set into_near_poverty{Change::NEAR_POOR_AGAIN, Change::NEWLY_NEAR_POOR};
    using Row = std::map<v1::HouseholdClass, const Set*>;
    static const Set none;  // newly escaped is who was recognised as such
    static const Row newly{{v1::POOR, &into_poverty},
                           {v1::NEAR_POOR, &into_near_poverty},
                           {v1::NEWLY_ESCAPED, &same},
                           {v1::AVERAGE, &same},
                           {v1::NOT_LISTED, &same}};
    static const Row above{{v1::POOR, &into_poverty},
                           {v1::NEAR_POOR, &into_near_poverty},
                           {v1::NEWLY_ESCAPED, &none},
                           {v1::AVERAGE, &same},
                           {v1::NOT_LISTED, &same}};
    static const std::map<v1::HouseholdClass, Row> table{{v1::POOR,
                                                          {{v1::POOR, &same},
                                                           {v1::NEAR_POOR, &out_of_poverty},
                                                           {v1::NEWLY_ESCAPED, &out_of_poverty},
                                                           {v1::AVERAGE, &out_of_poverty},
                                                           {v1::NOT_LISTED, &out_of_poverty}}},
                                                         {v1::NEAR_POOR,
                                                          {{v1::POOR, &into_poverty},
                                                           {v1::NEAR_POOR, &same},
                                                           {v1::NEWLY_ESCAPED, &out_of_near_poverty},
                                                           {v1::AVERAGE, &out_of_near_poverty},
                                                           {v1::NOT_LISTED, &out_of_near_poverty}}},
                                                         {v1::NEWLY_ESCAPED, newly},
                                                         {v1::AVERAGE, above},
                                                         {v1::NOT_LISTED, above}};
    return *table.at(from).at(to);
}

// What the review's identity adds to the number of poor households: end = start − escaped + poor again + newly poor.
int poor_by_identity(Change::Movement movement) {
    switch (movement) {
        case Change::ESCAPED_POVERTY: return -1;
        case Change::POOR_AGAIN:
        case Change::NEWLY_POOR: return 1;
        default: return 0;
    }
}

}  // namespace

TEST_CASE("a movement of a review fits the classes that it joins, and the review's identity holds", "[household]") {
    for (const auto cause : {Change::YEARLY_REVIEW, Change::STANDING_REVIEW}) {
        for (const auto from : classes) {
            for (const auto to : classes) {
                for (const auto movement : movements) {
                    INFO(v1::HouseholdClass_Name(from) << " → " << v1::HouseholdClass_Name(to) << ", " << Change::Movement_Name(movement));
                    const bool fits = movements_between(from, to).contains(movement);
                    CHECK(judged(a_change(from, to, cause, movement)) == (fits ? "" : wrong_movement));
                    if (fits) {
                        CHECK(poor_by_identity(movement) == (to == v1::POOR ? 1 : 0) - (from == v1::POOR ? 1 : 0));
                    }
                }
            }
        }
    }
}

TEST_CASE("a household that comes or leaves has made no movement, and has the class that it adds to or is taken from", "[household]") {
    constexpr auto none = v1::HOUSEHOLD_CLASS_UNSPECIFIED;
    for (const auto cause : {Change::MOVED_IN, Change::SPLIT_OFF}) {
        CHECK(judged(a_change(none, v1::POOR, cause, Change::UNCHANGED)).empty());
        CHECK(judged(a_change(none, none, cause, Change::UNCHANGED)) == "household_status_changed.to_class:REQUIRED");
        CHECK(judged(a_change(none, v1::POOR, cause, Change::NEWLY_POOR)) == wrong_movement);
    }
    for (const auto cause : {Change::MOVED_OUT, Change::DISSOLVED}) {
        CHECK(judged(a_change(v1::POOR, none, cause, Change::UNCHANGED)).empty());
        CHECK(judged(a_change(none, v1::POOR, cause, Change::UNCHANGED)) == "household_status_changed.from_class:REQUIRED");
        CHECK(judged(a_change(v1::POOR, none, cause, Change::ESCAPED_POVERTY)) == wrong_movement);
    }
    CHECK(judged(a_change(none, none, Change::YEARLY_REVIEW, Change::UNCHANGED)) ==
          "household_status_changed.to_class:REQUIRED household_status_changed.from_class:REQUIRED");
    CHECK(judged(a_change(none, v1::POOR, Change::YEARLY_REVIEW, Change::NEWLY_POOR)) == "household_status_changed.from_class:REQUIRED");
}

TEST_CASE("a figure is made under the standard of its time", "[household]") {
    struct Row {
        const char* day;
        v1::PovertyStandard standard;
        bool holds;
    };
    for (const auto& row : std::vector<Row>{{"2021-08-31", v1::DECISION_59_2015, true},
                                            {"2021-08-31", v1::DECREE_07_2021, false},
                                            {"2021-09-01", v1::DECREE_07_2021, true},  // the review of 2021 made the lists of 2022
                                            {"2021-12-31", v1::DECISION_59_2015, true},
                                            {"2022-01-01", v1::DECISION_59_2015, false},
                                            {"2022-01-01", v1::DECREE_07_2021, true},
                                            {"2026-08-31", v1::DECREE_351_2025, false},
                                            {"2026-09-01", v1::DECREE_351_2025, true},
                                            {"2026-12-31", v1::DECREE_07_2021, true},
                                            {"2027-01-01", v1::DECREE_07_2021, false},
                                            {"2030-12-31", v1::DECREE_351_2025, true},
                                            {"2031-01-01", v1::DECREE_351_2025, false}}) {
        INFO(row.day << " " << v1::PovertyStandard_Name(row.standard));
        CHECK(judged(a_count(row.day, row.standard)) == (row.holds ? "" : "deprivation_counted.standard:WRONG_STANDARD"));
        auto change = a_change(v1::POOR, v1::POOR, Change::YEARLY_REVIEW, Change::UNCHANGED);
        change.set_occurred_on(row.day);
        change.mutable_household_status_changed()->set_standard(row.standard);
        CHECK(judged(change) == (row.holds ? "" : "household_status_changed.standard:WRONG_STANDARD"));
    }
}

TEST_CASE("a baseline is of the standard of its whole year", "[household]") {
    const std::string wrong = "baseline_set.standard:WRONG_STANDARD";
    CHECK(judged(a_baseline(1, 2021, v1::DECISION_59_2015)).empty());
    CHECK(judged(a_baseline(1, 2021, v1::DECREE_07_2021)) == wrong);
    CHECK(judged(a_baseline(1, 2022, v1::DECISION_59_2015)) == wrong);
    CHECK(judged(a_baseline(1, 2022, v1::DECREE_07_2021)).empty());
    CHECK(judged(a_baseline(1, 2026, v1::DECREE_07_2021)).empty());
    CHECK(judged(a_baseline(1, 2026, v1::DECREE_351_2025)) == wrong);
    CHECK(judged(a_baseline(1, 2027, v1::DECREE_351_2025)).empty());
    CHECK(judged(a_baseline(1, 2027, v1::DECREE_07_2021)) == wrong);
}

TEST_CASE("a baseline's classes are not above its households, nor a minority's part above its class", "[household]") {
    auto event = a_baseline(1, 2022);
    auto& baseline = *event.mutable_baseline_set();
    baseline.set_newly_escaped(61);
    CHECK(judged(event) == "baseline_set.households:ABOVE_TOTAL");
    baseline.set_newly_escaped(60);
    CHECK(judged(event).empty());
    baseline.set_minority_poor(41);
    CHECK(judged(event) == "baseline_set.minority_poor:ABOVE_TOTAL");
    baseline.set_minority_poor(40);
    CHECK(judged(event).empty());
    baseline.set_minority_newly_escaped(41);
    CHECK(judged(event) == "baseline_set.minority_households:ABOVE_TOTAL");
    baseline.set_minority_newly_escaped(40);
    CHECK(judged(event).empty());
}

TEST_CASE("a village has one baseline a year: a second is a correction", "[household]") {
    Bench bench(make_service<Household>());
    CHECK(bench.refusal("p1", a_baseline(1, 2022)).empty());
    CHECK(bench.refusal("p1", a_baseline(2, 2022)) == "baseline_set.year:ALREADY_SET");
    CHECK(bench.refusal("p2", a_baseline(1, 2022)) == "baseline_set.year:ALREADY_SET");
    CHECK(bench.refusal("p1", a_baseline(3, 2023)).empty());
    auto elsewhere = a_baseline(4, 2022);
    elsewhere.set_village("23656-02");
    CHECK(bench.refusal("p1", elsewhere).empty());
    CHECK(bench.refusal("p1", correcting(a_baseline(5, 2022), v1::Correction::REPLACE, 1)).empty());
    bench.restart();
    CHECK(bench.refusal("p2", a_baseline(2, 2022)) == "baseline_set.year:ALREADY_SET");
    CHECK(bench.refusal("p1", correcting(a_baseline(6, 2022), v1::Correction::VOID, 1)).empty());
    CHECK(bench.refusal("p2", a_baseline(3, 2022)).empty());
}

TEST_CASE("half of those present must agree on the review", "[household]") {
    const std::string refused = "review_meeting_held.agreed:NOT_AGREED";
    CHECK(judged(a_review_meeting(100, 50)).empty());
    CHECK(judged(a_review_meeting(100, 49)) == refused);
    CHECK(judged(a_review_meeting(99, 50)).empty());
    CHECK(judged(a_review_meeting(99, 49)) == refused);
    CHECK(judged(a_review_meeting(1, 0)) == refused);
    CHECK(judged(a_review_meeting(40, 41)) == "review_meeting_held.agreed:ABOVE_TOTAL");
}

TEST_CASE("which standard holds and how many must agree is the data's word", "[household]") {
    const auto rules = load_service_rules(
        "standard { standard: DECREE_07_2021 from: '2023-01-01' } review_meeting { from: '2022-01-01' agreed_percent: 60 } "
        "review_meeting { from: '2023-01-01' agreed_percent: 70 }",
        "own");
    auto service = make_service<Household>();
    service.rules = &rules;
    Bench bench(service);
    bench.now.civil = Seconds(*parse_day("2023-06-01"));
    CHECK(bench.refusal("p1", a_baseline(1, 2022)) == "baseline_set.standard:WRONG_STANDARD");
    CHECK(bench.refusal("p1", a_baseline(2, 2023)).empty());
    const auto meeting = [](std::uint64_t sequence, const char* day, std::uint32_t agreed) {
        auto event = a_review_meeting(100, agreed);
        event.set_sequence(sequence);
        event.set_occurred_on(day);
        return event;
    };
    CHECK(bench.refusal("p1", meeting(3, "2021-12-31", 1)).empty());  // before the first
    CHECK(bench.refusal("p1", meeting(4, "2022-12-31", 60)).empty());
    CHECK(bench.refusal("p1", meeting(5, "2022-12-31", 59)) == "review_meeting_held.agreed:NOT_AGREED");
    CHECK(bench.refusal("p1", meeting(6, "2023-01-01", 69)) == "review_meeting_held.agreed:NOT_AGREED");
}

TEST_CASE("who reads that too few agreed is told how many, of how many, and how many must", "[household]") {
    const auto event = a_review_meeting(99, 49);
    const auto reasons =
        Household::decide(event.review_meeting_held(), {event, kbang(), *parse_day(event.occurred_on()), *parse_day("2022-03-25"), {}});
    REQUIRE(reasons.size() == 1);
    CHECK(reasons[0].vi() == "Quá ít người dự đồng ý: 49/99 < 50 %. Hãy rà soát lại rồi họp lại.");
}

TEST_CASE("a result is not taken down before it is posted", "[household]") {
    auto event = a_review_meeting(100, 80);
    event.mutable_review_meeting_held()->set_posted_from("2022-03-21");
    event.mutable_review_meeting_held()->set_posted_to("2022-03-20");
    CHECK(judged(event) == "review_meeting_held.posted_to:ENDS_BEFORE");
    event.mutable_review_meeting_held()->set_posted_to("2022-03-21");
    CHECK(judged(event).empty());
}

namespace {

// A change of this household's class, as a review found it on that day.
v1::Event a_review(std::uint64_t sequence, const std::string& household, const std::string& day, v1::HouseholdClass from,
                   v1::HouseholdClass to, Change::Movement movement) {
    auto event = a_change(from, to, Change::YEARLY_REVIEW, movement);
    event.set_sequence(sequence);
    event.set_occurred_on(day);
    event.mutable_household_status_changed()->set_household_key(household);
    return event;
}

v1::Event an_escape(std::uint64_t sequence, const std::string& household, const std::string& day) {
    return a_review(sequence, household, day, v1::POOR, v1::NEWLY_ESCAPED, Change::ESCAPED_POVERTY);
}

class Review {
public:
    Review() { bench.now.civil = Seconds(*parse_day("2025-06-20")); }

    void take(const v1::Event& event, const std::string& device = "p1") { CHECK(bench.refusal(device, event).empty()); }
    std::string listed(std::string_view day = "2025-06-20") {
        std::string text;
        for (const auto& each : escaped_before(bench.store, day)) {
            text += each.household + " " + each.since + ", ";
        }
        return text;
    }

    Bench bench{make_service<Household>()};
};

}  // namespace

TEST_CASE("households that are newly escaped since before a day are listed in the order of their days", "[household]") {
    Review review;
    review.take(an_escape(1, "b", "2022-11-20"));
    review.take(an_escape(2, "a", "2022-12-01"));
    review.take(a_review(3, "near", "2022-11-19", v1::NEAR_POOR, v1::NEWLY_ESCAPED, Change::ESCAPED_NEAR_POVERTY));
    review.take(a_review(4, "poor", "2022-11-19", v1::POOR, v1::POOR, Change::UNCHANGED));
    review.take(a_review(5, "above", "2022-11-19", v1::POOR, v1::AVERAGE, Change::ESCAPED_POVERTY));
    CHECK(review.listed() == "near 2022-11-19, b 2022-11-20, a 2022-12-01, ");
    CHECK(review.listed("2022-11-20") == "near 2022-11-19, ");
    CHECK(review.listed("2022-11-19").empty());
}

TEST_CASE("the latest change decides whether a household is newly escaped, whatever comes first", "[household]") {
    Review review;
    const auto escape = an_escape(0, "", "2022-11-20");
    const auto again = a_review(0, "", "2023-11-20", v1::NEWLY_ESCAPED, v1::NEWLY_ESCAPED, Change::UNCHANGED);
    const auto gone = a_review(0, "", "2025-05-21", v1::NEWLY_ESCAPED, v1::AVERAGE, Change::UNCHANGED);
    const auto fallen = a_review(0, "", "2024-11-20", v1::NEWLY_ESCAPED, v1::POOR, Change::POOR_AGAIN);
    const auto anew = an_escape(0, "", "2025-05-20");
    std::uint64_t sequence = 0;
    const auto take = [&](const std::string& household, std::vector<v1::Event> events) {
        for (auto& event : events) {
            event.set_sequence(++sequence);
            event.mutable_household_status_changed()->set_household_key(household);
            review.take(event);
        }
    };
    take("stays", {again, escape});  // a review that finds it as it was begins nothing anew
    take("gone", {gone, escape, again});
    take("fallen", {fallen, escape});
    take("anew", {anew, fallen, escape});
    take("met", {again});  // how it escaped was not told
    CHECK(review.listed() == "stays 2022-11-20, met 2023-11-20, anew 2025-05-20, ");
    auto left = a_change(v1::NEWLY_ESCAPED, v1::HOUSEHOLD_CLASS_UNSPECIFIED, Change::MOVED_OUT, Change::UNCHANGED);
    left.set_occurred_on("2024-01-01");
    take("stays", {left});
    auto came = a_change(v1::HOUSEHOLD_CLASS_UNSPECIFIED, v1::NEWLY_ESCAPED, Change::MOVED_IN, Change::UNCHANGED);
    came.set_occurred_on("2024-02-01");
    take("came", {came});
    CHECK(review.listed() == "met 2023-11-20, came 2024-02-01, anew 2025-05-20, ");
}

TEST_CASE("a change that was voided, or corrected, makes no household newly escaped", "[household]") {
    Review review;
    review.take(an_escape(1, "a", "2022-11-20"));
    review.take(an_escape(2, "b", "2022-11-21"));
    review.take(a_review(3, "c", "2022-11-22", v1::POOR, v1::AVERAGE, Change::ESCAPED_POVERTY));
    review.take(an_escape(4, "d", "2022-11-23"));
    review.take(a_review(5, "d", "2023-11-23", v1::NEWLY_ESCAPED, v1::POOR, Change::POOR_AGAIN));
    CHECK(review.listed() == "a 2022-11-20, b 2022-11-21, ");
    review.take(correcting(an_event(6), v1::Correction::VOID, 1));
    review.take(correcting(an_escape(7, "e", "2022-11-30"), v1::Correction::REPLACE, 2));  // of another household
    review.take(correcting(an_escape(8, "c", "2022-11-24"), v1::Correction::REPLACE, 3));
    review.take(correcting(an_event(9), v1::Correction::VOID, 5));
    CHECK(review.listed() == "d 2022-11-23, c 2022-11-24, e 2022-11-30, ");
    review.take(correcting(an_escape(10, "e", "2022-12-01"), v1::Correction::REPLACE, 2));  // once more
    CHECK(review.listed() == "d 2022-11-23, c 2022-11-24, e 2022-12-01, ");
}

TEST_CASE("an erased household is not listed as newly escaped", "[household]") {
    Review review;
    review.take(an_escape(1, "a", "2022-11-20"));
    review.take(an_escape(2, "b", "2022-11-21"));
    auto erasure = an_event(1);
    erasure.set_role(v1::LABOUR_OFFICIAL);
    erasure.mutable_household_erased()->set_household_key("a");
    erasure.mutable_household_erased()->set_ground(v1::HouseholdErased::ON_REQUEST);
    review.take(erasure, "office");
    CHECK(review.listed() == "b 2022-11-21, ");
}

TEST_CASE("a support is completed once, whatever came before", "[household]") {
    Bench bench(make_service<Household>());
    auto started = a_household_supported(1);
    started.mutable_household_supported()->set_stage(v1::STARTED);
    CHECK(bench.refusal("p1", started).empty());
    started.set_sequence(2);
    CHECK(bench.refusal("p1", started).empty());
    CHECK(bench.refusal("p1", a_household_supported(3)).empty());
    CHECK(bench.refusal("p1", a_household_supported(4)) == "household_supported.support_id:ALREADY_COMPLETED");
    CHECK(bench.refusal("p1", a_household_supported(5, "S-2")).empty());
}

}  // namespace household_test
