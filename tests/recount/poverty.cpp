// SPDX-License-Identifier: Apache-2.0
#include "tests/recount/question.hpp"

namespace chieng::recount {
namespace {

// Households by class, of all and of the minorities.
struct Counts {
    std::int64_t households = 0;
    std::int64_t poor = 0;
    std::int64_t near_poor = 0;
    std::int64_t newly_escaped = 0;

    void operator+=(const Counts& other) {
        households += other.households;
        poor += other.poor;
        near_poor += other.near_poor;
        newly_escaped += other.newly_escaped;
    }
    void change(v1::HouseholdClass of, std::int64_t by) {
        poor += of == v1::POOR ? by : 0;
        near_poor += of == v1::NEAR_POOR ? by : 0;
        newly_escaped += of == v1::NEWLY_ESCAPED ? by : 0;
    }
};
struct Standing {
    Counts all;
    Counts minority;
    void operator+=(const Standing& other) {
        all += other.all;
        minority += other.minority;
    }
};
struct Review {
    std::map<v1::PovertyStandard, Standing> by_standard;
    std::set<v1::PovertyStandard> openings;  // standards of the openings
    [[nodiscard]] Standing sum() const {
        Standing sum;
        for (const auto& [standard, standing] : by_standard) {
            sum += standing;
        }
        return sum;
    }
};

// The opening of the latest year that is not after the period's.
const Fact* opening_of(const Question& asked, const std::string& village) {
    const Fact* opening = nullptr;
    for (const auto* fact : asked.ever(Body::kBaselineSet)) {
        const auto year = fact->event().baseline_set().year();
        if (fact->event().village() == village && static_cast<int>(year) <= asked.period.year &&
            (opening == nullptr || year > opening->event().baseline_set().year() ||
             (year == opening->event().baseline_set().year() && later(*fact, *opening)))) {
            opening = fact;
        }
    }
    return opening;
}

void take_change(const v1::HouseholdStatusChanged& change, Counts& counts) {
    using Change = v1::HouseholdStatusChanged;
    const bool arrives = change.cause() == Change::MOVED_IN || change.cause() == Change::SPLIT_OFF;
    const bool leaves = change.cause() == Change::MOVED_OUT || change.cause() == Change::DISSOLVED;
    if (!arrives) {
        counts.change(change.from_class(), -1);
    }
    if (!leaves) {
        counts.change(change.to_class(), 1);
    }
    counts.households += (arrives ? 1 : 0) - (leaves ? 1 : 0);
}

void review_village(const Question& asked, const std::string& village, Day until, Review& review) {
    const auto* opening = opening_of(asked, village);
    auto since = Day::min();
    if (opening != nullptr) {
        const auto& baseline = opening->event().baseline_set();
        since = window_of(asked.period.calendar, v1::YEAR, static_cast<int>(baseline.year()), 1).first;
        Standing standing;
        standing.all = {baseline.households(), baseline.poor(), baseline.near_poor(), baseline.newly_escaped()};
        standing.minority = {baseline.minority_households(), baseline.minority_poor(), baseline.minority_near_poor(),
                             baseline.minority_newly_escaped()};
        review.by_standard[baseline.standard()] += standing;
        review.openings.insert(baseline.standard());
    }
    for (const auto* fact : asked.ever(Body::kHouseholdStatusChanged)) {
        if (fact->event().village() == village && since <= fact->on && fact->on <= until) {
            const auto& change = fact->event().household_status_changed();
            auto& standing = review.by_standard[change.standard()];
            take_change(change, standing.all);
            if (change.ethnic_minority()) {
                take_change(change, standing.minority);
            }
        }
    }
}

// How households stood at the end of that day.
Review review_of(const Question& asked, Day until) {
    Review review;
    for (const auto& village : asked.villages()) {
        review_village(asked, village, until, review);
    }
    return review;
}

Review review_at_end(const Question& asked) {
    return review_of(asked, asked.window.last);
}
Review review_at_start(const Question& asked) {
    return review_of(asked, asked.window.first - std::chrono::days(1));
}

void stock(const Review& review, std::int64_t Counts::*what, Figure& figure) {
    const auto sum = review.sum();
    figure.whole.number = sum.all.*what;
    figure.parts[{"minority", "MINORITY"}].number = sum.minority.*what;
    figure.parts[{"minority", "OTHER"}].number = sum.all.*what - sum.minority.*what;
    for (const auto& [standard, standing] : review.by_standard) {
        figure.parts[{"standard", v1::PovertyStandard_Name(standard)}].number = standing.all.*what;
    }
}

// Of the households of each part.
void rate(const Review& review, std::int64_t Counts::*what, Figure& figure) {
    stock(review, what, figure);
    Figure households;
    stock(review, &Counts::households, households);
    figure.whole.denominator = households.whole.number;
    for (auto& [cut, part] : figure.parts) {
        part.denominator = households.parts.at(cut).number;
    }
}

void pov_01(const Question& asked, Figure& figure) {
    stock(review_at_end(asked), &Counts::households, figure);
}

void pov_02(const Question& asked, Figure& figure) {
    stock(review_at_end(asked), &Counts::poor, figure);
    for (const auto& village : asked.villages()) {
        const auto& commune = *asked.places.find(asked.places.find(village, asked.window.last)->parent(), asked.window.last);
        Review review;
        review_village(asked, village, asked.window.last, review);
        add_part(figure, "area", v1::Place::Kind_Name(commune.kind()), review.sum().all.poor);
    }
}

void pov_03(const Question& asked, Figure& figure) {
    rate(review_at_end(asked), &Counts::poor, figure);
}

void pov_04(const Question& asked, Figure& figure) {
    rate(review_at_end(asked), &Counts::near_poor, figure);
}

void pov_05(const Question& asked, Figure& figure) {
    const auto sum = review_at_end(asked).sum();
    figure.whole = {sum.minority.poor, sum.minority.households};
}

void pov_06(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHouseholdStatusChanged)) {
        const auto& change = fact->event().household_status_changed();
        if (change.movement() == v1::HouseholdStatusChanged::ESCAPED_POVERTY) {
            add(figure, 1, {{"to", change.to_class() == v1::NEAR_POOR ? "NEAR_POOR" : "ABOVE"}});
        }
    }
}

void pov_07(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHouseholdStatusChanged)) {
        const auto movement = fact->event().household_status_changed().movement();
        if (movement == v1::HouseholdStatusChanged::POOR_AGAIN || movement == v1::HouseholdStatusChanged::NEWLY_POOR) {
            add(figure, 1, {{"movement", v1::HouseholdStatusChanged::Movement_Name(movement)}});
        }
    }
}

// Only under one and the same standard.
void pov_08(const Question& asked, Figure& figure) {
    const auto start = review_at_start(asked);
    const auto end = review_at_end(asked);
    auto openings = start.openings;
    openings.insert(end.openings.begin(), end.openings.end());
    if (openings.size() == 1) {
        const auto own = [&](const Review& review) {
            Review of_one;
            const auto it = review.by_standard.find(*openings.begin());
            if (it != review.by_standard.end()) {
                of_one.by_standard.insert(*it);
            }
            return of_one;
        };
        Figure at_start;
        Figure at_end;
        rate(own(start), &Counts::poor, at_start);
        rate(own(end), &Counts::poor, at_end);
        figure.start = at_start.whole;
        figure.whole = at_end.whole;
        const auto is_mixed = [&](const Review& review) {
            const auto all = review.sum().all;
            const auto under_one = own(review).sum().all;
            return all.poor != under_one.poor || all.households != under_one.households;
        };
        if (is_mixed(start) || is_mixed(end)) {
            return;
        }
        for (const std::string part : {"MINORITY", "OTHER"}) {
            figure.starts[{"minority", part}] = at_start.parts.at({"minority", part});
            figure.parts[{"minority", part}] = at_end.parts.at({"minority", part});
        }
    }
}

void pov_09(const Question& asked, Figure& figure) {
    figure.whole.number = review_at_end(asked).sum().all.newly_escaped;
}

void pov_10(const Question& asked, Figure& figure) {
    const auto subject = [](const Fact& fact) {
        return fact.event().village() + "/" + std::to_string(fact.event().deprivation_counted().household_class());
    };
    for (const auto* report : latest(asked, Body::kDeprivationCounted, subject)) {
        const auto& counted = report->event().deprivation_counted();
        const std::int64_t households = counted.households();
        const std::vector<std::pair<std::string, std::uint32_t>> lacks{{"EMPLOYMENT", counted.employment()},
                                                                       {"DEPENDENTS", counted.dependents()},
                                                                       {"NUTRITION", counted.nutrition()},
                                                                       {"HEALTH_INSURANCE", counted.health_insurance()},
                                                                       {"ADULT_EDUCATION", counted.adult_education()},
                                                                       {"SCHOOLING", counted.schooling()},
                                                                       {"HOUSING_QUALITY", counted.housing_quality()},
                                                                       {"FLOOR_AREA", counted.floor_area()},
                                                                       {"WATER", counted.water()},
                                                                       {"TOILET", counted.toilet()},
                                                                       {"TELECOM", counted.telecom()},
                                                                       {"INFORMATION_MEANS", counted.information_means()}};
        auto& of_class = figure.parts[{"class", v1::HouseholdClass_Name(counted.household_class())}];
        auto& of_standard = figure.parts[{"standard", v1::PovertyStandard_Name(counted.standard())}];
        of_class.denominator += households;
        of_standard.denominator += households;
        figure.whole.denominator += households;
        for (const auto& [name, number] : lacks) {
            auto& part = figure.parts[{"indicator", name}];
            part.number += number;
            part.denominator += households;
            of_class.number += number;
            of_standard.number += number;
            figure.whole.number += number;
        }
    }
}

void sup_06(const Question& asked, Figure& figure) {
    std::set<std::string> supported;
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        if (step.stage() == v1::COMPLETED && step.household_class() == v1::POOR) {
            supported.insert(named(*fact, step.household_key()));
        }
    }
    figure.whole = {static_cast<std::int64_t>(supported.size()), review_at_start(asked).sum().all.poor};
}

}  // namespace

Formulas formulas_of_poverty() {
    return {{"POV-01", pov_01}, {"POV-02", pov_02}, {"POV-03", pov_03}, {"POV-04", pov_04}, {"POV-05", pov_05}, {"POV-06", pov_06},
            {"POV-07", pov_07}, {"POV-08", pov_08}, {"POV-09", pov_09}, {"POV-10", pov_10}, {"SUP-06", sup_06}};
}

}  // namespace chieng::recount
