// SPDX-License-Identifier: Apache-2.0
// An event of any type with every field set, made from the schema alone: what a new type needs in no test.
#pragma once

#include "chieng/v1/event.pb.h"
#include "chieng/v1/options.pb.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <string>
#include <vector>

namespace chieng::testing {

namespace filling {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Within the field's bounds, and parts of a total far enough below it.
inline std::uint64_t number_for(const v1::FieldRule& rule) {
    const std::uint64_t wanted = (rule.at_most().empty() ? 10U : 1U) + (rule.sum().empty() ? 0U : 4U);
    const auto least = std::max(wanted, static_cast<std::uint64_t>(rule.min()));
    return rule.max() == 0 ? least : std::min(least, static_cast<std::uint64_t>(rule.max()));
}

inline std::string text_for(const FieldDescriptor& field, v1::Shape shape, int item) {
    const auto number = std::to_string(item + 1);
    switch (shape) {
        case v1::VILLAGE_CODE: return "23656-0" + number;
        case v1::DATE: return "2022-03-1" + number;
        case v1::PERIOD: return "2022-Q" + number;
        case v1::INDICATOR_CODE: return "COM-0" + number;
        case v1::TIME: return "14:3" + number;
        case v1::REFERENCE: return std::to_string(field.number()) + "-" + number;
        default: return std::to_string(field.number()) + ". chiêng " + number;
    }
}

inline void fill(Message& message);

// One value, at the end of a list.
inline void fill_field(Message& message, const FieldDescriptor& field, int item) {
    const auto& at = *message.GetReflection();
    const auto& rule = field.options().GetExtension(v1::field);
    const bool list = field.is_repeated();
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE: fill(list ? *at.AddMessage(&message, &field) : *at.MutableMessage(&message, &field)); break;
        case FieldDescriptor::CPPTYPE_ENUM: {
            const auto* value = field.enum_type()->value(item + 1);
            list ? at.AddEnum(&message, &field, value) : at.SetEnum(&message, &field, value);
            break;
        }
        case FieldDescriptor::CPPTYPE_STRING: {
            const auto text = text_for(field, rule.shape(), item);
            list ? at.AddString(&message, &field, text) : at.SetString(&message, &field, text);
            break;
        }
        case FieldDescriptor::CPPTYPE_BOOL: at.SetBool(&message, &field, true); break;
        case FieldDescriptor::CPPTYPE_UINT32: at.SetUInt32(&message, &field, static_cast<std::uint32_t>(number_for(rule))); break;
        default: at.SetUInt64(&message, &field, number_for(rule)); break;
    }
}

inline void fill(Message& message) {
    const auto& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
        if (type.field(i)->containing_oneof() == nullptr) {
            for (int item = 0; item < (type.field(i)->is_repeated() ? 2 : 1); ++item) {
                fill_field(message, *type.field(i), item);
            }
        }
    }
}

}  // namespace filling

// The fields of the event that are its types.
inline std::vector<const google::protobuf::FieldDescriptor*> bodies() {
    std::vector<const google::protobuf::FieldDescriptor*> all;
    const auto& oneof = *v1::Event::descriptor()->FindOneofByName("body");
    for (int i = 0; i < oneof.field_count(); ++i) {
        all.push_back(oneof.field(i));
    }
    return all;
}

// Every field of the envelope that every event has, and every field of this body.
inline v1::Event filled(const google::protobuf::FieldDescriptor& body) {
    v1::Event event;
    event.set_sequence(1);
    event.set_occurred_on("2022-03-20");
    event.set_village("23656-01");
    event.set_organisation(v1::VILLAGE);
    event.set_role(v1::VILLAGE_HEAD);
    filling::fill_field(event, body, 0);
    return event;
}

// Filled by reflection, then made to agree with itself where a rule joins two fields.
inline v1::Event sensible(const google::protobuf::FieldDescriptor& type) {
    auto event = filled(type);
    if (event.has_household_status_changed()) {
        event.mutable_household_status_changed()->set_standard(v1::DECREE_07_2021);
        event.mutable_household_status_changed()->set_to_class(v1::NEAR_POOR);
    } else if (event.has_deprivation_counted()) {
        event.mutable_deprivation_counted()->set_standard(v1::DECREE_07_2021);
    } else if (event.has_review_meeting_held()) {
        event.mutable_review_meeting_held()->set_agreed(event.review_meeting_held().attendants());
    } else if (event.has_household_erased()) {
        event.set_role(v1::LABOUR_OFFICIAL);
    } else if (event.has_report_submitted()) {
        event.mutable_report_submitted()->set_period("2021");
    } else if (event.has_period_filed()) {
        event.mutable_period_filed()->set_period("2021");
    }
    return event;
}

// The same with all that an envelope may hold.
inline v1::Event filled_to_the_brim(const google::protobuf::FieldDescriptor& body) {
    v1::Event event;
    filling::fill(event);
    filling::fill_field(event, body, 0);
    return event;
}

}  // namespace chieng::testing
