// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/validator.hpp"

#include "chieng/v1/options.pb.h"
#include "services/runtime/core/time.hpp"

#include <google/protobuf/descriptor.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace chieng {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool is_nfc(const std::string& text) {
    if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
        return true;
    }
    utf8proc_uint8_t* mapped = nullptr;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto size = utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    return size == static_cast<utf8proc_ssize_t>(text.size()) &&
           std::equal(text.begin(), text.end(), mapped, [](char a, utf8proc_uint8_t b) { return static_cast<utf8proc_uint8_t>(a) == b; });
}

std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool has_shape(const std::string& text, v1::Shape shape) {
    switch (shape) {
        case v1::REFERENCE:
            return std::all_of(text.begin(), text.end(),
                               [](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-' || c == '/'; });
        case v1::VILLAGE_CODE: {
            const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
            return text.size() == 8 && text[5] == '-' && digit(0) && digit(1) && digit(2) && digit(3) && digit(4) && digit(6) && digit(7);
        }
        case v1::DATE: return parse_day(text).has_value();
        default: return true;
    }
}

class Walk {
public:
    Reasons take(const Message& message, const std::string& path) {
        visit(message, path);
        return std::move(reasons_);
    }

private:
    static std::uint64_t number(const Message& message, const FieldDescriptor& field) {
        const auto& reflection = *message.GetReflection();
        return field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ? reflection.GetUInt32(message, &field)
                                                                   : reflection.GetUInt64(message, &field);
    }

    void fail(ReasonCode code, const std::string& path, const std::string& detail) { reasons_.push_back(reason(code, path, detail)); }

    void check_number(const Message& message, const FieldDescriptor& field, const v1::FieldRule& rule, const std::string& path) {
        const auto value = number(message, field);
        if (rule.max() > 0 && value > static_cast<std::uint64_t>(rule.max())) {
            fail(ReasonCode::above_max, path, rule.label().vi() + " " + std::to_string(value) + " > " + std::to_string(rule.max()));
        }
        if (rule.min() > 0 && value < static_cast<std::uint64_t>(rule.min())) {
            fail(ReasonCode::below_min, path, rule.label().vi() + " " + std::to_string(value) + " < " + std::to_string(rule.min()));
        }
        if (!rule.at_most().empty()) {
            const auto total = number(message, *message.GetDescriptor()->FindFieldByName(rule.at_most()));
            if (value > total) {
                fail(ReasonCode::above_total, path, rule.label().vi() + " " + std::to_string(value) + " > " + std::to_string(total));
                part_failed_ = true;
            }
        }
        if (rule.sum_size() > 0) {
            std::uint64_t sum = 0;
            for (const auto& part : rule.sum()) {
                sum += number(message, *message.GetDescriptor()->FindFieldByName(part));
            }
            if (sum > value) {
                sum_failure_ =
                    reason(ReasonCode::above_total, path, rule.label().vi() + " " + std::to_string(sum) + " > " + std::to_string(value));
            }
        }
    }

    void check_text(const std::string& text, const v1::FieldRule& rule, const std::string& path) {
        if (!is_nfc(text)) {
            fail(ReasonCode::not_nfc, path, rule.label().vi());
        } else if (rule.max_chars() > 0 && characters(text) > rule.max_chars()) {
            fail(ReasonCode::too_long, path, rule.label().vi() + " > " + std::to_string(rule.max_chars()));
        } else if (!has_shape(text, rule.shape())) {
            fail(rule.shape() == v1::DATE ? ReasonCode::not_a_date : ReasonCode::not_a_code, path, rule.label().vi());
        }
    }

    void check_enum(const FieldDescriptor& field, int value, const v1::FieldRule& rule, const std::string& path) {
        if (field.enum_type()->FindValueByNumber(value) == nullptr) {
            fail(ReasonCode::unknown_value, path, rule.label().vi() + " " + std::to_string(value));
        }
    }

    void check_list(const Message& message, const FieldDescriptor& field, const v1::FieldRule& rule, const std::string& path) {
        const auto& reflection = *message.GetReflection();
        const int size = reflection.FieldSize(message, &field);
        if (rule.max_items() > 0 && size > static_cast<int>(rule.max_items())) {
            fail(ReasonCode::too_many, path, rule.label().vi() + " > " + std::to_string(rule.max_items()));
            return;
        }
        std::set<int> seen;
        for (int i = 0; i < size; ++i) {
            const int value = reflection.GetRepeatedEnumValue(message, &field, i);
            if (value == 0) {
                fail(ReasonCode::required, path, rule.label().vi());
            }
            check_enum(field, value, rule, path);
            if (!seen.insert(value).second) {
                fail(ReasonCode::repeated, path, rule.label().vi());
            }
        }
    }

    static bool is_set(const Message& message, const FieldDescriptor& field) {
        const auto& reflection = *message.GetReflection();
        return field.is_repeated() ? reflection.FieldSize(message, &field) > 0 : reflection.HasField(message, &field);
    }

    void visit(const Message& message, const std::string& prefix) {
        const Descriptor& type = *message.GetDescriptor();
        const auto& reflection = *message.GetReflection();
        part_failed_ = false;
        sum_failure_.reset();
        for (int i = 0; i < type.field_count(); ++i) {
            const FieldDescriptor& field = *type.field(i);
            const auto& rule = field.options().GetExtension(v1::field);
            const std::string path = prefix + field.name();
            if (!is_set(message, field)) {
                if (rule.required()) {
                    fail(ReasonCode::required, path, rule.label().vi());
                }
                continue;
            }
            if (field.is_repeated()) {
                check_list(message, field, rule, path);
                continue;
            }
            switch (field.cpp_type()) {
                case FieldDescriptor::CPPTYPE_MESSAGE: visit_inner(reflection.GetMessage(message, &field), path + "."); break;
                case FieldDescriptor::CPPTYPE_STRING: check_text(reflection.GetString(message, &field), rule, path); break;
                case FieldDescriptor::CPPTYPE_ENUM: check_enum(field, reflection.GetEnumValue(message, &field), rule, path); break;
                default: check_number(message, field, rule, path); break;
            }
        }
        if (sum_failure_ && !part_failed_) {
            reasons_.push_back(*sum_failure_);
        }
    }

    void visit_inner(const Message& message, const std::string& prefix) {
        const bool part_failed = part_failed_;
        auto sum_failure = std::move(sum_failure_);
        visit(message, prefix);
        part_failed_ = part_failed;
        sum_failure_ = std::move(sum_failure);
    }

    Reasons reasons_;
    bool part_failed_ = false;  // a part alone is above its total: the sum says nothing new
    std::optional<v1::Reason> sum_failure_;
};

}  // namespace

Reasons validate(const v1::Event& event) {
    return Walk().take(event, "");
}

const Message* body_of(const v1::Event& event) {
    const auto* field = event.GetReflection()->GetOneofFieldDescriptor(event, event.GetDescriptor()->FindOneofByName("body"));
    return field == nullptr ? nullptr : &event.GetReflection()->GetMessage(event, field);
}

const Descriptor* body_type(const v1::Event& event) {
    const auto* body = body_of(event);
    return body == nullptr ? nullptr : body->GetDescriptor();
}

const v1::EventRule& rule_of(const Descriptor& type) {
    return type.options().GetExtension(v1::event);
}

}  // namespace chieng
