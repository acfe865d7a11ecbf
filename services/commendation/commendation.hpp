// SPDX-License-Identifier: Apache-2.0
// The commendation service: movements, awards, titles (plan II.5, III.4b). Who may grant what is a table with dates: Law on Emulation and
// Commendation 2003 (as amended 2005, 2013) until 2023, Law 06/2022/QH15, article 80, from 2024; after the district level ended on 1 July
// 2025 its powers lie with the commune (Decree 152/2025/NĐ-CP).
#pragma once

#include "services/runtime/core/service.hpp"

#include <array>

namespace chieng {

struct Commendation {
    static constexpr std::string_view name = "commendation";
    using Judged = Types<v1::CommendationAwarded>;

    struct Grant {
        v1::AwardForm form;
        v1::Authority authority;
        std::string_view from;
        std::string_view until;
    };

    static constexpr std::string_view ever = "1900-01-01";
    static constexpr std::string_view always = "2199-12-31";
    static constexpr std::string_view reform = "2025-07-01";
    static constexpr std::string_view before_reform = "2025-06-30";
    static constexpr std::array grants{
        Grant{v1::COMMUNE_CERTIFICATE, v1::COMMUNE, ever, always},
        Grant{v1::DISTRICT_CERTIFICATE, v1::DISTRICT, ever, before_reform},
        Grant{v1::PROVINCE_COMMENDATION, v1::PROVINCE, ever, always},
        Grant{v1::PRIME_MINISTER_COMMENDATION, v1::CENTRAL, ever, always},
        Grant{v1::ADVANCED_WORKER, v1::COMMUNE, ever, always},
        Grant{v1::ADVANCED_WORKER, v1::DISTRICT, ever, before_reform},
        Grant{v1::ADVANCED_COLLECTIVE, v1::DISTRICT, ever, before_reform},
        Grant{v1::ADVANCED_COLLECTIVE, v1::COMMUNE, reform, always},
        Grant{v1::GRASSROOTS_FIGHTER, v1::DISTRICT, ever, before_reform},
        Grant{v1::GRASSROOTS_FIGHTER, v1::COMMUNE, reform, always},
    };

    static bool may_grant(v1::AwardForm form, v1::Authority authority, Day on) {
        if (form == v1::PUBLIC_PRAISE || form == v1::LETTER_OF_PRAISE) {
            return true;
        }
        for (const auto& grant : grants) {
            if (grant.form == form && grant.authority == authority && *parse_day(grant.from) <= on && on <= *parse_day(grant.until)) {
                return true;
            }
        }
        return false;
    }

    static Reasons decide(const v1::CommendationAwarded& award, const Context& context) {
        Reasons reasons;
        const auto decided = *parse_day(award.decision_date());
        if (!may_grant(award.form(), award.authority(), decided)) {
            reasons.push_back(reason(ReasonCode::not_their_award, "commendation_awarded.authority",
                                     v1::AwardForm_Name(award.form()) + ", " + v1::Authority_Name(award.authority())));
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
