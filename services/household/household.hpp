// SPDX-License-Identifier: Apache-2.0
// The household service: support, commitments, status, baselines, reviews, jobs (plan I.3, II.3, III.1b, III.3, III.4a).
// When a poverty standard holds, and how many must agree at a review meeting, is data: deploy/rules/rules.txtpb. A movement must
// fit the classes it joins, so that the review's identity holds:
// end = start - escaped + poor again + newly poor + moved in and split off - moved out and dissolved.
//
// No rule here looks at what came before, but those that guard against counting twice: phones return in any order.
#pragma once

#include "services/runtime/core/service.hpp"

namespace chieng {

struct Household {
    static constexpr std::string_view name = "household";
    using Judged = Types<v1::HouseholdSupported, v1::BaselineSet, v1::HouseholdStatusChanged, v1::DeprivationCounted, v1::ReviewMeetingHeld,
                         v1::HouseholdErased>;

    static Reasons judge_standard(v1::PovertyStandard standard, std::string_view field, Day from, Day until, const std::string& when,
                                  const Context& context) {
        if (standard_holds(context.rules, standard, from, until)) {
            return {};
        }
        return {reason(ReasonCode::wrong_standard, field, named(standard).add(", ").add(when))};
    }

    static Reasons decide(const v1::BaselineSet& baseline, const Context& context) {
        const auto year = std::chrono::year(static_cast<int>(baseline.year()));
        return judge_standard(baseline.standard(), "baseline_set.standard", Day(year / 1 / 1), Day(year / 12 / 31),
                              std::to_string(baseline.year()), context);
    }

    static Reasons decide(const v1::DeprivationCounted& counted, const Context& context) {
        return judge_standard(counted.standard(), "deprivation_counted.standard", context.occurred_on, context.occurred_on,
                              context.event.occurred_on(), context);
    }

    static Reasons decide(const v1::HouseholdStatusChanged& change, const Context& context) {
        auto reasons = judge_standard(change.standard(), "household_status_changed.standard", context.occurred_on, context.occurred_on,
                                      context.event.occurred_on(), context);
        using Change = v1::HouseholdStatusChanged;
        const bool arrives = change.cause() == Change::MOVED_IN || change.cause() == Change::SPLIT_OFF;
        const bool leaves = change.cause() == Change::MOVED_OUT || change.cause() == Change::DISSOLVED;
        if (!leaves && change.to_class() == v1::HOUSEHOLD_CLASS_UNSPECIFIED) {
            reasons.push_back(reason(ReasonCode::required, "household_status_changed.to_class",
                                     named(*Change::descriptor()->FindFieldByName("to_class"))));
        }
        if (!arrives && change.from_class() == v1::HOUSEHOLD_CLASS_UNSPECIFIED) {
            reasons.push_back(reason(ReasonCode::required, "household_status_changed.from_class",
                                     named(*Change::descriptor()->FindFieldByName("from_class"))));
        }
        const bool fits =
            arrives || leaves ? change.movement() == Change::UNCHANGED : joins(change.movement(), change.from_class(), change.to_class());
        if (reasons.empty() && !fits) {
            auto detail = named(change.movement()).add(": ");
            if (!arrives) {
                detail.add(named(change.from_class()));
            }
            if (!leaves) {
                detail.add(" → ").add(named(change.to_class()));
            }
            reasons.push_back(reason(ReasonCode::wrong_movement, "household_status_changed.movement", detail));
        }
        return reasons;
    }

    // Which movement leads from one class to the other. Out of poverty only by an escape, also into near-poverty. Whether a fall
    // is "again" or new is the reviewer's word: a class says nothing of the years before it. Newly escaped is who was recognised as
    // such, out of poverty or near-poverty.
    static bool joins(v1::HouseholdStatusChanged::Movement movement, v1::HouseholdClass from, v1::HouseholdClass to) {
        using Change = v1::HouseholdStatusChanged;
        const bool changed = from != to;
        switch (movement) {
            case Change::ESCAPED_POVERTY: return from == v1::POOR && changed;
            case Change::ESCAPED_NEAR_POVERTY: return from == v1::NEAR_POOR && changed && to != v1::POOR;
            case Change::POOR_AGAIN:
            case Change::NEWLY_POOR: return to == v1::POOR && changed;
            case Change::NEAR_POOR_AGAIN:
            case Change::NEWLY_NEAR_POOR: return to == v1::NEAR_POOR && changed && from != v1::POOR;
            case Change::UNCHANGED: return !changed || (from > v1::NEAR_POOR && to > v1::NEWLY_ESCAPED);
            default: return false;
        }
    }

    static Reasons decide(const v1::ReviewMeetingHeld& meeting, const Context& context) {
        Reasons reasons;
        const auto* rule = review_meeting_rule_on(context.rules, context.occurred_on);
        if (rule != nullptr && std::uint64_t{meeting.agreed()} * 100 < std::uint64_t{meeting.attendants()} * rule->agreed_percent()) {
            reasons.push_back(reason(ReasonCode::not_agreed, "review_meeting_held.agreed",
                                     std::to_string(meeting.agreed()) + "/" + std::to_string(meeting.attendants()) + " < " +
                                         std::to_string(rule->agreed_percent()) + " %"));
        }
        if (!meeting.posted_to().empty() && meeting.posted_to() < meeting.posted_from()) {
            reasons.push_back(reason(ReasonCode::ends_before, "review_meeting_held.posted_to", meeting.posted_to()));
        }
        return reasons;
    }

    // The engine erases; see engine_erasure.cpp.
    static Reasons decide(const v1::HouseholdErased& /*erased*/, const Context& context) {
        const auto role = context.event.role();
        if (role == v1::LABOUR_OFFICIAL || role == v1::CULTURE_OFFICIAL || role == v1::COMMUNE_LEADER) {
            return {};
        }
        return {reason(ReasonCode::not_yours_to_erase, "role", named(role))};
    }

    static Reasons retract(const v1::HouseholdErased& erased, const Context& /*context*/) {
        return {reason(ReasonCode::erased_for_good, "correction.sequence", erased.household_key())};
    }

    static std::optional<Claim> claim(const v1::HouseholdSupported& support, const v1::Event& /*event*/) {
        if (support.stage() != v1::COMPLETED) {
            return std::nullopt;
        }
        return Claim{
            "completed/" + support.support_id(), ReasonCode::already_completed, "household_supported.support_id", support.support_id(), {}};
    }

    static std::optional<Claim> claim(const v1::BaselineSet& baseline, const v1::Event& event) {
        const auto what = event.village() + "/" + std::to_string(baseline.year());
        return Claim{"baseline/" + what, ReasonCode::already_set, "baseline_set.year", what, {}};
    }
};

}  // namespace chieng
