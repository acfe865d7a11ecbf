// SPDX-License-Identifier: Apache-2.0
// The session service: sessions, broadcasts, products, stories, training, practices, models. Nearly all its rules stand in
// the schema; a story that names somebody needs a consent that holds (Law 91/2025/QH15, article 16).
#pragma once

#include "services/runtime/core/service.hpp"

namespace chieng {

struct Session {
    static constexpr std::string_view name = "session";
    using Judged = Types<v1::ExemplarPublished, v1::ConsentWithdrawn>;

    // `scope`: of one channel; unspecified: of all.
    static std::string withdrawal_of(const std::string& subject, v1::ExemplarPublished::Channel scope) {
        const auto all = "withdrawn/" + subject;  // in which there is no end of a line
        return scope == v1::ExemplarPublished::CHANNEL_UNSPECIFIED ? all : all + "\n" + v1::ExemplarPublished::Channel_Name(scope);
    }

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
        const auto withdrawn = [&](v1::ExemplarPublished::Channel scope) {
            const auto day = context.held(withdrawal_of(story.subject_ref(), scope));
            return day && *day <= context.event.occurred_on() && story.consent_date() < *day ? day : std::nullopt;
        };
        if (const auto day = withdrawn(v1::ExemplarPublished::CHANNEL_UNSPECIFIED)) {
            reasons.push_back(reason(ReasonCode::consent_withdrawn, "exemplar_published.consent_date", *day));
            return reasons;
        }
        for (const auto number : story.channels()) {
            const auto channel = static_cast<v1::ExemplarPublished::Channel>(number);
            if (withdrawn(channel)) {
                reasons.push_back(reason(ReasonCode::channel_withdrawn, "exemplar_published.channels", named(channel)));
            }
        }
        return reasons;
    }

    static std::optional<Claim> claim(const v1::ConsentWithdrawn& withdrawn, const v1::Event& event) {
        return Claim{withdrawal_of(withdrawn.subject_ref(), withdrawn.scope()), std::nullopt, {}, {}, event.occurred_on()};
    }
};

}  // namespace chieng
