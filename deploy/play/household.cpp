// SPDX-License-Identifier: Apache-2.0
// Work with households of one commune in one month: baselines at the start, support through the year, the review from
// September on.
#include "deploy/play/pen.hpp"
#include "services/runtime/core/time.hpp"

namespace chieng::play {
namespace {

using Change = v1::HouseholdStatusChanged;

// Made in the review of 2021, recognised around the turn of the year.
void set_baselines(Pen& pen) {
    for (const auto& village : pen.villages()) {
        auto made = pen.by_labour(village.code);
        made.set_occurred_on(format_day(*parse_day("2021-12-15") + std::chrono::days(pen.draw(22))));
        auto& baseline = *made.mutable_baseline_set();
        baseline.set_year(2022);
        baseline.set_standard(v1::DECREE_07_2021);
        baseline.set_households(village.households);
        baseline.set_people(village.households * 4 + pen.draw(40));
        baseline.set_minority_households(village.minority);
        baseline.set_poor(village.poor);
        baseline.set_near_poor(village.near_poor);
        baseline.set_newly_escaped(village.newly_escaped);
        baseline.set_minority_poor(village.minority_of(village.poor));
        baseline.set_minority_near_poor(village.minority_of(village.near_poor));
        baseline.set_minority_newly_escaped(village.minority_of(village.newly_escaped));
        pen.post(Phone::labour, made);
    }
}

void change(Pen& pen, const Village& village, const std::string& key, Change::Cause cause, Change::Movement movement,
            v1::HouseholdClass from, v1::HouseholdClass to) {
    auto made = pen.by_labour(village.code);
    auto& changed = *made.mutable_household_status_changed();
    changed.set_household_key("h-" + village.code + "-" + std::to_string(pen.month()) + "-" + key);
    changed.set_from_class(from);
    changed.set_to_class(to);
    changed.set_cause(cause);
    changed.set_movement(movement);
    changed.set_ethnic_minority(pen.chance(village.minority_share));
    changed.set_standard(v1::DECREE_07_2021);
    changed.set_decision_no(std::to_string(40 + pen.month()) + "/QĐ-UBND");
    pen.post(Phone::labour, made);
}

// In four months about a sixth of the poor escape and a few become poor: some two points of the rate.
void review(Pen& pen, const Village& village) {
    const auto cause = Change::YEARLY_REVIEW;
    for (std::uint32_t i = pen.share(village.poor, 4); i > 0; --i) {
        const auto to = pen.chance(50) ? v1::NEAR_POOR : v1::NEWLY_ESCAPED;
        change(pen, village, "a" + std::to_string(i), cause, Change::ESCAPED_POVERTY, v1::POOR, to);
    }
    for (std::uint32_t i = pen.share(village.near_poor, 4); i > 0; --i) {
        change(pen, village, "b" + std::to_string(i), cause, Change::ESCAPED_NEAR_POVERTY, v1::NEAR_POOR, v1::NEWLY_ESCAPED);
    }
    for (std::uint32_t i = pen.share(village.poor, 1); i > 0; --i) {
        change(pen, village, "c" + std::to_string(i), cause, Change::NEWLY_POOR, v1::AVERAGE, v1::POOR);
    }
    if (pen.chance(6)) {
        change(pen, village, "d", cause, Change::POOR_AGAIN, v1::NEWLY_ESCAPED, v1::POOR);
    }
    if (pen.chance(6)) {
        change(pen, village, "e", cause, Change::NEWLY_NEAR_POOR, v1::AVERAGE, v1::NEAR_POOR);
    }
}

void come_and_go(Pen& pen) {
    constexpr auto none = v1::HOUSEHOLD_CLASS_UNSPECIFIED;
    const auto any_class = [&] { return pen.chance(15) ? v1::POOR : pen.chance(15) ? v1::NEAR_POOR : v1::NOT_LISTED; };
    const auto& village = pen.some_village();
    switch (pen.draw(6)) {
        case 0: return change(pen, village, "in", Change::MOVED_IN, Change::UNCHANGED, none, any_class());
        case 1: return change(pen, village, "out", Change::MOVED_OUT, Change::UNCHANGED, any_class(), none);
        case 2: return change(pen, village, "split", Change::SPLIT_OFF, Change::UNCHANGED, none, any_class());
        case 3: return change(pen, village, "end", Change::DISSOLVED, Change::UNCHANGED, any_class(), none);
        case 4: return change(pen, village, "poor", Change::STANDING_REVIEW, Change::NEWLY_POOR, v1::NOT_LISTED, v1::POOR);
        default: return;
    }
}

void meet_on_review(Pen& pen) {
    for (const auto& village : pen.villages()) {
        auto made = pen.event(village.code, v1::VILLAGE, v1::VILLAGE_HEAD);
        auto& meeting = *made.mutable_review_meeting_held();
        meeting.set_attendants(40 + pen.draw(50));
        meeting.set_agreed(meeting.attendants() - pen.draw(meeting.attendants() / 3));
        meeting.set_households_reviewed(village.poor + village.near_poor);
        const auto day = *parse_day(made.occurred_on());
        meeting.set_posted_from(format_day(day + std::chrono::days(1)));
        meeting.set_posted_to(format_day(day + std::chrono::days(8)));
        pen.post(Phone::head, made);
    }
}

void count_deprivation(Pen& pen) {
    for (const auto& village : pen.villages()) {
        for (const auto household_class : {v1::POOR, v1::NEAR_POOR}) {
            const auto households = household_class == v1::POOR ? village.poor : village.near_poor;
            if (households == 0) {
                continue;
            }
            auto made = pen.by_labour(village.code);
            auto& counted = *made.mutable_deprivation_counted();
            counted.set_household_class(household_class);
            counted.set_standard(v1::DECREE_07_2021);
            counted.set_households(households);
            counted.set_employment(pen.share(households, 35));
            counted.set_dependents(pen.share(households, 20));
            counted.set_nutrition(pen.share(households, 25));
            counted.set_health_insurance(pen.share(households, 10));
            counted.set_adult_education(pen.share(households, 40));
            counted.set_schooling(pen.share(households, 15));
            counted.set_housing_quality(pen.share(households, 45));
            counted.set_floor_area(pen.share(households, 30));
            counted.set_water(pen.share(households, 35));
            counted.set_toilet(pen.share(households, 75));
            counted.set_telecom(pen.share(households, 50));
            counted.set_information_means(pen.share(households, 20));
            pen.post(Phone::labour, made);
        }
    }
}

// Returns the last household.
std::string support(Pen& pen) {
    std::string household;
    for (std::uint32_t i = 0; i < 6; ++i) {
        auto made = pen.by_labour(pen.some_village().code);
        auto& step = *made.mutable_household_supported();
        // One in thirty is entered a second time under the same number: the service refuses the second completion.
        step.set_support_id("HT-" + std::to_string(pen.month()) + "-" + std::to_string(pen.draw(30) == 0 ? 0 : i));
        household = "h" + std::to_string(pen.draw(400));
        step.set_household_key(household);
        step.set_household_class(pen.any<v1::HouseholdClass>(3));
        step.set_kind(pen.any<v1::SupportKind>());
        step.set_stage(v1::COMPLETED);
        step.set_value_vnd(500'000ULL * (1 + pen.draw(60)));
        step.set_workdays(pen.draw(20));
        step.set_funder(pen.any<v1::Funder>());
        step.set_organiser(static_cast<v1::Organisation>(4 + pen.draw(6)));
        pen.post(Phone::labour, made);
    }
    return household;
}

void commit(Pen& pen) {
    for (const auto& village : pen.villages()) {
        auto made = pen.event(village.code, v1::FATHERLAND_FRONT, v1::ASSOCIATION_OFFICER);
        auto& commitment = *made.mutable_household_committed();
        commitment.set_household_key("h" + std::to_string(pen.draw(400)));
        commitment.set_household_class(pen.any<v1::HouseholdClass>(2));
        commitment.set_kind(commitment.household_class() == v1::POOR ? v1::HouseholdCommitted::ESCAPE_POVERTY
                                                                     : v1::HouseholdCommitted::ESCAPE_NEAR_POVERTY);
        if (pen.chance(30)) {
            commitment.set_kind(v1::HouseholdCommitted::CHANGE_THINKING);
        }
        commitment.set_year(2022);
        pen.post(Phone::head, made);
    }
}

void place_in_work(Pen& pen) {
    auto made = pen.by_labour();
    auto& job = *made.mutable_job_placed();
    job.set_people(4 + pen.draw(12));
    job.set_female(pen.draw(job.people()));
    job.set_ethnic_minority(pen.draw(job.people()));
    job.set_from_poor(pen.draw(3));
    job.set_from_near_poor(pen.draw(2));
    job.set_from_newly_escaped(pen.draw(2));
    job.set_kind(pen.any<v1::JobPlaced::Kind>());
    job.set_months(3 + pen.draw(30));
    pen.post(Phone::labour, made);
}

void erase(Pen& pen, const std::string& household) {
    auto made = pen.by_labour();
    made.mutable_household_erased()->set_household_key(household);
    made.mutable_household_erased()->set_ground(pen.any<v1::HouseholdErased::Ground>());
    pen.post(Phone::labour, made);
}

}  // namespace

void play_household(Pen& pen) {
    if (pen.month_is({1})) {
        set_baselines(pen);
    }
    const auto household = support(pen);
    place_in_work(pen);
    come_and_go(pen);
    if (pen.month_is({2, 3})) {
        commit(pen);
    }
    if (pen.month() >= 9) {
        for (const auto& village : pen.villages()) {
            review(pen, village);
        }
    }
    if (pen.month_is({10})) {
        meet_on_review(pen);
    }
    if (pen.month_is({11})) {
        count_deprivation(pen);
    }
    if (pen.month_is({12}) && pen.chance(40)) {
        erase(pen, household);
    }
}

}  // namespace chieng::play
