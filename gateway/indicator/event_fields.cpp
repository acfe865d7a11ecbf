// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/event_fields.hpp"

#include <algorithm>

namespace chieng {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const Message& holder(const Message& event, const Path& path) {
    const auto* message = &event;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        message = &message->GetReflection()->GetMessage(*message, path[i]);
    }
    return *message;
}

std::int64_t number_at(const Message& event, const Path& path) {
    const auto& message = holder(event, path);
    const auto& reflection = *message.GetReflection();
    const auto* field = path.back();
    switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32: return reflection.GetInt32(message, field);
        case FieldDescriptor::CPPTYPE_INT64: return reflection.GetInt64(message, field);
        case FieldDescriptor::CPPTYPE_UINT32: return reflection.GetUInt32(message, field);
        case FieldDescriptor::CPPTYPE_UINT64: return static_cast<std::int64_t>(reflection.GetUInt64(message, field));
        default: return 0;
    }
}

std::int64_t sum_at(const Message& event, const std::vector<Path>& paths) {
    std::int64_t sum = 0;
    for (const auto& path : paths) {
        sum += number_at(event, path);
    }
    return sum;
}

const std::string& text_at(const Message& event, const Path& path, std::string& scratch) {
    const auto& message = holder(event, path);
    return message.GetReflection()->GetStringReference(message, path.back(), &scratch);
}

void append_at(const Message& event, const Path& path, std::string& to) {
    const auto& message = holder(event, path);
    std::string scratch;
    switch (path.back()->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING: to += text_at(event, path, scratch); break;
        case FieldDescriptor::CPPTYPE_ENUM: to += std::to_string(message.GetReflection()->GetEnumValue(message, path.back())); break;
        default: to += std::to_string(number_at(event, path));
    }
}

std::optional<Day> day_in(const Message& event, const Path& path) {
    std::string scratch;
    return parse_day(text_at(event, path, scratch));
}

bool holds(const Message& event, const std::vector<Condition>& conditions) {
    return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
        if (!condition.not_after.empty()) {
            const auto day = day_in(event, condition.field);
            const auto bound = day_in(event, condition.not_after);
            return day && bound && *day <= *bound;
        }
        if (condition.above_zero) {
            return number_at(event, condition.field) > 0;
        }
        bool found = false;
        each_value(event, condition.field, [&](int value) {
            found = found || std::find(condition.any.begin(), condition.any.end(), value) != condition.any.end();
        });
        return found;
    });
}

}  // namespace chieng
