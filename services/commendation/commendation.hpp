// SPDX-License-Identifier: Apache-2.0
// The commendation service: movements, awards, titles (plan II.5, III.4b). Who may grant what, and until when, is data:
// deploy/rules/rules.txtpb. Whom it proposes as exemplary: proposer.hpp.
#pragma once

#include "services/runtime/core/service.hpp"

namespace chieng {

struct Commendation {
    static constexpr std::string_view name = "commendation";
    using Judged = Types<v1::CommendationAwarded>;

    static Reasons decide(const v1::CommendationAwarded& award, const Context& context) {
        Reasons reasons;
        const auto decided = *parse_day(award.decision_date());
        if (!may_grant(context.rules, award.form(), award.authority(), decided)) {
            reasons.push_back(reason(ReasonCode::not_their_award, "commendation_awarded.authority",
                                     named(award.form()).add(", ").add(named(award.authority()))));
        }
        if (decided < *parse_day(award.achievement_date())) {
            reasons.push_back(reason(ReasonCode::before_achievement, "commendation_awarded.decision_date", award.decision_date()));
        }
        if (decided > context.received_on + std::chrono::days(1)) {
            reasons.push_back(reason(ReasonCode::in_the_future, "commendation_awarded.decision_date", award.decision_date()));
        }
        return reasons;
    }

    static std::optional<Claim> claim(const v1::CommendationAwarded& award, const v1::Event& /*event*/) {
        return Claim{"achievement/" + award.achievement_ref(),
                     ReasonCode::already_awarded,
                     "commendation_awarded.achievement_ref",
                     award.achievement_ref(),
                     {}};
    }
};

}  // namespace chieng
