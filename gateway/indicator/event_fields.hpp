// SPDX-License-Identifier: Apache-2.0
// Reads an event by paths of fields, as a definition names them.
#pragma once

#include "gateway/indicator/definitions.hpp"

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <vector>

namespace chieng {

// The message that holds the path's last field.
[[nodiscard]] const google::protobuf::Message& holder(const google::protobuf::Message& event, const Path& path);

[[nodiscard]] std::int64_t number_at(const google::protobuf::Message& event, const Path& path);
[[nodiscard]] std::int64_t sum_at(const google::protobuf::Message& event, const std::vector<Path>& paths);
// A text field; `scratch` holds it when the message cannot.
[[nodiscard]] const std::string& text_at(const google::protobuf::Message& event, const Path& path, std::string& scratch);
// Any single field, as text: an enum by the number of its value.
void append_at(const google::protobuf::Message& event, const Path& path, std::string& to);
// Empty when the field holds no day.
[[nodiscard]] std::optional<Day> day_in(const google::protobuf::Message& event, const Path& path);

// Calls `take` with each value of an enum or yes-no field, single or repeated.
template <class Take>
void each_value(const google::protobuf::Message& event, const Path& path, const Take& take) {
    const auto& message = holder(event, path);
    const auto& reflection = *message.GetReflection();
    const auto* field = path.back();
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_BOOL) {
        take(static_cast<int>(reflection.GetBool(message, field)));
    } else if (!field->is_repeated()) {
        take(reflection.GetEnumValue(message, field));
    } else {
        for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
            take(reflection.GetRepeatedEnumValue(message, field, i));
        }
    }
}

[[nodiscard]] bool holds(const google::protobuf::Message& event, const std::vector<Condition>& conditions);

}  // namespace chieng
