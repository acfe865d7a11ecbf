// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/rules.hpp"

#include "chieng/v1/options.pb.h"
#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <vector>

namespace chieng {
namespace {

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
            // What a later version says stands among the fields that are not known here.
            const bool says_something = !event.GetReflection()->GetUnknownFields(event).empty();
            reasons.push_back(says_something ? reason(ReasonCode::unknown_type, "body")
                                             : reason(ReasonCode::required, "body", Detail{"nội dung tin", "what happened"}));
        } else if (!takes_events(service)) {
            reasons.push_back(reason(ReasonCode::unknown_type, "service", service));
        }
    } else if (const auto& rule = rule_of(*body); rule.any_service()) {
        if (!takes_events(service)) {
            reasons.push_back(reason(ReasonCode::unknown_type, "service", service));
        }
    } else if (const auto& taker = rule.service(); taker.empty()) {
        reasons.push_back(reason(ReasonCode::unknown_type, "body"));
    } else if (taker != service) {
        reasons.push_back(reason(ReasonCode::wrong_service, "body", taker));
    }
}

// What is wrong about a place, with the commune that it is about on that day where the register knows one.
Detail with_commune(const std::string& what, const Detail& was, const Places& places, std::string_view commune, Day day) {
    const auto* place = places.find(commune, day);
    if (place == nullptr) {
        return {what, what};
    }
    return {what + " (" + was.vi + place->name().vi() + ", mã " + place->code() + ")",
            what + " (" + was.en + place->name().en() + ", " + place->code() + ")"};
}

Detail village_elsewhere(const std::string& village, const Places& places, Day day) {
    const auto* place = places.find(village, day);
    return with_commune(village, {"khi đó thuộc ", "then in "}, places, place == nullptr ? "" : place->parent(), day);
}

// Of an event of a commune that was not there: whose village it was, or what became of the commune.
Detail commune_elsewhere(const v1::Event& event, const Places& places, std::string_view commune, Day day) {
    const auto* village = places.find(event.village(), day);
    const auto then = places.nearest_day(commune, day);
    const auto other = village != nullptr ? std::string_view(village->parent()) : then ? places.carrier(commune, *then, day) : "";
    return with_commune(event.occurred_on(), {"khi đó là ", "then "}, places, other, day);
}

bool was_in(const Places& places, std::string_view village, std::string_view commune, Day day) {
    const auto* place = places.find(village, day);
    return place != nullptr && place->parent() == commune;
}

// Fields of each type of event that are lists of villages.
std::vector<std::vector<const google::protobuf::FieldDescriptor*>> village_lists() {
    std::vector<std::vector<const google::protobuf::FieldDescriptor*>> lists;
    const auto& bodies = *v1::Event::descriptor()->FindOneofByName("body");
    for (int i = 0; i < bodies.field_count(); ++i) {
        const auto number = static_cast<std::size_t>(bodies.field(i)->number());
        lists.resize(std::max(lists.size(), number + 1));
        const auto& type = *bodies.field(i)->message_type();
        for (int at = 0; at < type.field_count(); ++at) {
            if (type.field(at)->is_repeated() && type.field(at)->options().GetExtension(v1::field).shape() == v1::VILLAGE_CODE) {
                lists[number].push_back(type.field(at));
            }
        }
    }
    return lists;
}

void judge_villages(const v1::Event& event, const Places& places, std::string_view commune, Day day, Reasons& reasons) {
    static const auto lists = village_lists();
    const auto type = static_cast<std::size_t>(event.body_case());
    for (const auto* field : type < lists.size() ? lists[type] : std::vector<const google::protobuf::FieldDescriptor*>()) {
        const auto* body = body_of(event);
        const auto path = v1::Event::descriptor()->FindFieldByNumber(event.body_case())->name() + "." + field->name();
        for (int at = 0; at < body->GetReflection()->FieldSize(*body, field); ++at) {
            const auto village = body->GetReflection()->GetRepeatedString(*body, field, at);
            if (!was_in(places, village, commune, day)) {
                reasons.push_back(reason(ReasonCode::unknown_place, path, village_elsewhere(village, places, day)));
            }
        }
    }
}

}  // namespace

Reasons judge_event(const v1::Event& event, std::string_view service, const Places* places, std::string_view commune, Day today) {
    auto reasons = validate(event);
    judge_type(event, service, reasons);
    if ((event.legal_basis() == v1::Event::CONSENT || event.legal_basis() == v1::Event::CONTRACT) && event.basis_ref().empty()) {
        reasons.push_back(reason(ReasonCode::required, "basis_ref", named(*v1::Event::descriptor()->FindFieldByName("basis_ref"))));
    }
    const auto occurred_on = parse_day(event.occurred_on());
    if (!occurred_on) {
        return reasons;  // the validator has said it
    }
    // A phone's clock and the server's may differ by a day at midnight.
    if (*occurred_on > today + std::chrono::days(1)) {
        reasons.push_back(reason(ReasonCode::in_the_future, "occurred_on", event.occurred_on()));
    } else if (*occurred_on < programme_begins) {
        reasons.push_back(reason(ReasonCode::before_service, "occurred_on", event.occurred_on()));
    } else if (places != nullptr) {
        // What an attendant says of a commune that is no more still has to come to an end.
        if (places->find(commune, *occurred_on) == nullptr && !event.has_attention_needed()) {
            reasons.push_back(reason(ReasonCode::no_such_commune, "occurred_on", commune_elsewhere(event, *places, commune, *occurred_on)));
        } else if (!event.village().empty() && !was_in(*places, event.village(), commune, *occurred_on)) {
            reasons.push_back(reason(ReasonCode::unknown_place, "village", village_elsewhere(event.village(), *places, *occurred_on)));
        }
        judge_villages(event, *places, commune, *occurred_on, reasons);
    }
    return reasons;
}

}  // namespace chieng
