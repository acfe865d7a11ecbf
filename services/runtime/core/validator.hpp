// SPDX-License-Identifier: Apache-2.0
// Checks an event field by field against the rules in the schema. Nothing about a field is written here.
#pragma once

#include "chieng/v1/event.pb.h"
#include "services/runtime/core/reasons.hpp"

#include <string>
#include <string_view>

namespace chieng {

// 23656-01.
[[nodiscard]] bool is_village_code(std::string_view text);

// Whether a text is as the schema asks of that shape.
[[nodiscard]] bool has_shape(std::string_view text, v1::Shape shape);

// All that is wrong with the fields, in schema order; empty when nothing is.
[[nodiscard]] Reasons validate(const v1::Event& event);

// The descriptor of the event's body, or null when there is none that this revision knows.
[[nodiscard]] const google::protobuf::Descriptor* body_type(const v1::Event& event);
[[nodiscard]] const google::protobuf::Message* body_of(const v1::Event& event);

// The schema's word on an event type.
[[nodiscard]] const v1::EventRule& rule_of(const google::protobuf::Descriptor& type);

// The service that takes this event; a decision about an event goes to the one that took it. Empty when nobody does.
[[nodiscard]] std::string service_of(const v1::Event& event);

}  // namespace chieng
