// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/rules.hpp"

#include "chieng/v1/options.pb.h"
#include "services/runtime/core/validator.hpp"

namespace chieng {
namespace {

constexpr Day programme_begins = std::chrono::year(2021) / 1 / 1;

bool takes_events(std::string_view service) {
    const auto& bodies = *v1::Event::descriptor()->FindOneofByName("body");
    for (int i = 0; i < bodies.field_count(); ++i) {
        if (rule_of(*bodies.field(i)->message_type()).service() == service) {
            return true;
        }
    }
    return false;
}

void judge_type(const v1::Event& event, std::string_view service, Reasons& reasons) {
    const auto* body = body_type(event);
    if (body == nullptr) {
        if (event.correction().action() != v1::Correction::VOID) {
            reasons.push_back(reason(ReasonCode::unknown_type, "body"));
        } else if (!takes_events(service)) {
            reasons.push_back(reason(ReasonCode::unknown_type, "service", service));
        }
    } else if (const auto& taker = rule_of(*body).service(); taker.empty()) {
        reasons.push_back(reason(ReasonCode::unknown_type, "body"));
    } else if (taker != service) {
        reasons.push_back(reason(ReasonCode::wrong_service, "body", taker));
    }
}

}  // namespace

Reasons judge_event(const v1::Event& event, std::string_view service, const Places* places, std::string_view commune, Day today) {
    auto reasons = validate(event);
    judge_type(event, service, reasons);
    const auto occurred_on = parse_day(event.occurred_on());
    if (!occurred_on) {
        return reasons;  // the validator has said it
    }
    // A phone's clock and the server's may differ by a day at midnight.
    if (*occurred_on > today + std::chrono::days(1)) {
        reasons.push_back(reason(ReasonCode::in_the_future, "occurred_on", event.occurred_on()));
    } else if (*occurred_on < programme_begins) {
        reasons.push_back(reason(ReasonCode::before_service, "occurred_on", event.occurred_on()));
    } else if (places != nullptr && !event.village().empty()) {
        const auto* place = places->find(event.village(), *occurred_on);
        if (place == nullptr || place->parent() != commune) {
            reasons.push_back(reason(ReasonCode::unknown_place, "village", event.village()));
        }
    }
    return reasons;
}

}  // namespace chieng
