// SPDX-License-Identifier: Apache-2.0
#include "tests/recount/question.hpp"

namespace chieng::recount {
namespace {

void ins_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kInspectionHeld)) {
        const auto& held = fact->event().inspection_held();
        add(figure, 1, {{"kind", v1::InspectionHeld::Kind_Name(held.kind())}, {"level", v1::InspectionHeld::Level_Name(held.level())}});
    }
}

// A list may name other villages than the event's own, so every inspection of the window is looked at.
void ins_02(const Question& asked, Figure& figure) {
    std::set<std::string> inspected;
    for (const auto* fact : asked.ever(Body::kInspectionHeld)) {
        if (asked.in_window(fact->on)) {
            inspected.insert(fact->event().village());
            const auto& list = fact->event().inspection_held().villages();
            inspected.insert(list.begin(), list.end());
        }
    }
    cover(asked, inspected, figure);
}

void ins_03(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kInspectionHeld)) {
        figure.whole.number += fact->event().inspection_held().recommendations();
    }
}

void ins_04(const Question& asked, Figure& figure) {
    const auto subject = [](const Fact& fact) {
        const auto& finding = fact.event().finding_resolved();
        return named(fact, finding.inspection_id()) + "/" + std::to_string(finding.recommendation_no());
    };
    for (const auto* report : latest(asked, asked.ever(Body::kFindingResolved), Day::max(), subject)) {
        const auto& finding = report->event().finding_resolved();
        if (asked.in_window(*parse_day(finding.due()))) {
            figure.whole.number += finding.status() == v1::FindingResolved::RESOLVED ? 1 : 0;
            figure.whole.denominator += 1;
        }
    }
}

void ins_05(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kReviewDone)) {
        const auto& review = fact->event().review_done();
        add(figure, review.count(), {{"subject", v1::ReviewDone::Subject_Name(review.subject())}});
        add_part(figure, "result", "EXCELLENT", review.excellent());
        add_part(figure, "result", "GOOD", review.good());
        add_part(figure, "result", "FULFILLED", review.fulfilled());
        add_part(figure, "result", "NOT_FULFILLED", review.not_fulfilled());
    }
}

void emu_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kMovementLaunched)) {
        add(figure, 1, {{"movement", v1::MovementLaunched::Movement_Name(fact->event().movement_launched().movement())}});
    }
}

void emu_02(const Question& asked, Figure& figure) {
    Different awards;
    for (const auto* fact : asked.all(Body::kCommendationAwarded)) {
        const auto& award = fact->event().commendation_awarded();
        awards.take(named(*fact, award.award_id()),
                    {{"form", v1::AwardForm_Name(award.form())}, {"level", v1::Authority_Name(award.authority())}});
    }
    awards.count(figure);
}

void emu_03(const Question& asked, Figure& figure) {
    Different awards;
    for (const auto* fact : asked.all(Body::kCommendationAwarded)) {
        const auto& award = fact->event().commendation_awarded();
        awards.take(named(*fact, award.award_id()), {{"recipient", v1::Recipient_Name(award.recipient())}});
    }
    awards.count(figure);
}

void emu_04(const Question& asked, Figure& figure) {
    std::vector<std::int64_t> delays;
    for (const auto* fact : asked.all(Body::kCommendationAwarded)) {
        const auto& award = fact->event().commendation_awarded();
        delays.push_back((*parse_day(award.decision_date()) - *parse_day(award.achievement_date())).count());
    }
    set_median(delays, figure);
}

}  // namespace

Formulas formulas_of_inspection() {
    return {{"INS-01", ins_01}, {"INS-02", ins_02}, {"INS-03", ins_03}, {"INS-04", ins_04}, {"INS-05", ins_05},
            {"EMU-01", emu_01}, {"EMU-02", emu_02}, {"EMU-03", emu_03}, {"EMU-04", emu_04}};
}

}  // namespace chieng::recount
