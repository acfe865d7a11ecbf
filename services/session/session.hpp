// SPDX-License-Identifier: Apache-2.0
// The session service: sessions, broadcasts, products, stories, training, practices, models. Nearly all its rules stand in
// the schema; a story that names somebody needs a consent that holds (Law 91/2025/QH15, article 16).
#pragma once

#include "services/runtime/core/service.hpp"

namespace chieng {

struct Session {
    static constexpr std::string_view name = "session";
    using Judged = Types<v1::ExemplarPublished, v1::ConsentWithdrawn>;

    static std::string withdrawal_of(const std::string& subject) { return "withdrawn/" + subject; }

    static Reasons decide(const v1::ExemplarPublished& story, const Context& context) {
        if (story.consent() != v1::ExemplarPublished::GIVEN) {
            return {};
        }
        if (story.consent_ref().empty() || story.consent_date().empty()) {
            const auto* field =
                v1::ExemplarPublished::descriptor()->FindFieldByName(story.consent_ref().empty() ? "consent_ref" : "consent_date");
            return {reason(ReasonCode::consent_missing, "exemplar_published." + field->name(), named(*field))};
        }
        Reasons reasons;
        if (context.occurred_on < *parse_day(story.consent_date())) {
            reasons.push_back(reason(ReasonCode::consent_too_late, "exemplar_published.consent_date", story.consent_date()));
        }
        const auto withdrawn = context.held(withdrawal_of(story.subject_ref()));
        if (withdrawn && *withdrawn <= context.event.occurred_on() && story.consent_date() < *withdrawn) {
            reasons.push_back(reason(ReasonCode::consent_withdrawn, "exemplar_published.consent_date", *withdrawn));
        }
        return reasons;
    }

    static std::optional<Claim> claim(const v1::ConsentWithdrawn& withdrawn, const v1::Event& event) {
        return Claim{withdrawal_of(withdrawn.subject_ref()), std::nullopt, {}, {}, event.occurred_on()};
    }
};

}  // namespace chieng
