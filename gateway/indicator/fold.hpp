// SPDX-License-Identifier: Apache-2.0
// What an event adds, series by series and place by place. For the board's own files.
#pragma once

#include "gateway/indicator/board.hpp"
#include "gateway/indicator/event_fields.hpp"

namespace chieng {

// Calls `take` with each series that the event adds to, and what. An opening says 0 of every value that it does not have.
template <class Take>
void Board::each_contribution(const Fact& fact, const SourcePlan& plan, const Take& take) {
    auto amount = plan.plus.empty() ? 1 : sum_at(fact.event, plan.plus);
    for (const auto& factor : plan.times) {
        amount *= fact.event.number(factor.id);
    }
    amount *= plan.sign;
    take(plan.whole, amount);
    for (const auto& cut : plan.cuts) {
        switch (cut.by) {
            case CutPlan::By::nothing: break;
            case CutPlan::By::field:
                each_value(fact.event, cut.field, [&](int value) {
                    if (plan.when == SourcePlan::When::opens) {
                        for (const auto& [other, series] : cut.values) {
                            take(series, other == value ? amount : 0);
                        }
                    } else if (const auto series = cut.series(value)) {
                        take(*series, amount);
                    }
                });
                break;
            case CutPlan::By::parts:
                for (const auto& part : cut.parts) {
                    if (holds(fact.event, part.where)) {
                        take(part.series,
                             part.plus.empty() ? amount : plan.sign * (sum_at(fact.event, part.plus) - sum_at(fact.event, part.minus)));
                    }
                }
                break;
            case CutPlan::By::text:
                if (const auto named = cut.texts.find(fact.event.text(plan.value_of.id)); named != cut.texts.end()) {
                    take(named->second, amount);
                }
                break;
        }
    }
}

template <class Take>
void Board::each_place(const Fact& fact, const SourcePlan& plan, const Take& take) {
    if (!plan.has_places) {
        return take(fact.village);
    }
    bool own = false;
    for (const auto village : fact.event.texts(plan.places.id)) {
        const auto area = area_id(village);
        own = own || area == fact.village;
        take(area);
    }
    if (!own) {
        take(fact.village);
    }
}

}  // namespace chieng
