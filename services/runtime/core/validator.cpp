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
#include <string>
#include <vector>

namespace chieng {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

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

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
bool capitals(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

ReasonCode shape_failure(v1::Shape shape) {
    switch (shape) {
        case v1::DATE: return ReasonCode::not_a_date;
        case v1::PERIOD: return ReasonCode::not_a_period;
        case v1::TIME: return ReasonCode::not_a_time;
        default: return ReasonCode::not_a_code;
    }
}

// Ends of lines and tabs are text; what else steers a terminal or a printer is none.
bool has_control_character(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        const bool is_c0 = byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t';
        if (is_c0 || byte == 0x7F || (byte == 0xC2 && next >= 0x80 && next < 0xA0)) {
            return true;
        }
    }
    return false;
}

// Bahnar and Jrai texts of the years before Unicode hold signs such as \ and ^ for letters of their own, inside words.
bool is_of_old_font(const std::string& text) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80U) != 0;
    };
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if ((text[i] == '\\' || text[i] == '^') && is_letter(text[i + 1])) {
            return true;
        }
    }
    return false;
}

bool has_shape(const std::string& text, v1::Shape shape) {
    switch (shape) {
        case v1::REFERENCE:
            return std::all_of(text.begin(), text.end(),
                               [](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-' || c == '/'; });
        case v1::VILLAGE_CODE: return is_village_code(text);
        case v1::DATE: return parse_day(text).has_value();
        case v1::PERIOD: return Period::parse(v1::OFFICIAL, text).has_value();
        case v1::INDICATOR_CODE: return text.size() == 6 && text[3] == '-' && capitals(text.substr(0, 3)) && all_digits(text.substr(4));
        case v1::TIME:
            return text.size() == 5 && text[2] == ':' && all_digits(text.substr(0, 2)) && all_digits(text.substr(3)) && text < "24" &&
                   text[3] < '6';
        default: return true;
    }
}

// The schema's rules of a message, read once.
struct TypePlan;
struct FieldPlan {
    const FieldDescriptor* field = nullptr;
    const v1::FieldRule* rule = nullptr;
    std::string path;  // from the event
    const FieldDescriptor* at_most = nullptr;
    std::vector<const FieldDescriptor*> sum;
    std::unique_ptr<TypePlan> inner;  // of a message
};
struct TypePlan {
    std::vector<FieldPlan> fields;
    // Of one of several only the one that is set is looked at: by index of the field in its type.
    const google::protobuf::OneofDescriptor* choice = nullptr;
    std::vector<FieldPlan> choices;
};

TypePlan plan_of(const Descriptor& type, const std::string& prefix) {
    TypePlan plan;
    for (int i = 0; i < type.field_count(); ++i) {
        FieldPlan made;
        made.field = type.field(i);
        made.rule = &made.field->options().GetExtension(v1::field);
        made.path = prefix + made.field->name();
        if (!made.rule->at_most().empty()) {
            made.at_most = type.FindFieldByName(made.rule->at_most());
        }
        for (const auto& part : made.rule->sum()) {
            made.sum.push_back(type.FindFieldByName(part));
        }
        if (const auto* inner = made.field->message_type()) {
            made.inner = std::make_unique<TypePlan>(plan_of(*inner, made.path + "."));
        }
        if (const auto* choice = made.field->real_containing_oneof()) {
            plan.choice = choice;
            plan.choices.resize(static_cast<std::size_t>(type.field_count()));
            plan.choices[static_cast<std::size_t>(i)] = std::move(made);
        } else {
            plan.fields.push_back(std::move(made));
        }
    }
    return plan;
}

std::uint64_t number(const google::protobuf::Message& message, const FieldDescriptor& field) {
    const auto& reflection = *message.GetReflection();
    return field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ? reflection.GetUInt32(message, &field)
                                                               : reflection.GetUInt64(message, &field);
}

// As a person writes it: 1050 with two decimals is 10.50.
std::string shown(std::uint64_t value, std::uint32_t decimals) {
    auto text = std::to_string(value);
    if (decimals > 0) {
        text.insert(0, text.size() > decimals ? 0 : decimals + 1 - text.size(), '0');
        text.insert(text.size() - decimals, ".");
    }
    return text;
}

class Walk {
public:
    Reasons take(const google::protobuf::Message& message, const TypePlan& plan) {
        visit(message, plan);
        return std::move(reasons_);
    }

private:
    // Names the field, each sentence in its own language.
    static v1::Reason failure(ReasonCode code, const FieldPlan& plan, const std::string& more = {}) {
        const auto& label = plan.rule->label();
        return reason(code, plan.path, Detail{label.vi() + more, label.en() + more});
    }
    void fail(ReasonCode code, const FieldPlan& plan, const std::string& more = {}) { reasons_.push_back(failure(code, plan, more)); }

    void check_number(const google::protobuf::Message& message, const FieldPlan& plan) {
        const auto& rule = *plan.rule;
        const auto value = number(message, *plan.field);
        const auto compared = [&](const char* sign, std::uint64_t with) {
            return " " + shown(value, rule.decimals()) + sign + shown(with, rule.decimals());
        };
        if (rule.max() > 0 && value > static_cast<std::uint64_t>(rule.max())) {
            fail(ReasonCode::above_max, plan, compared(" > ", static_cast<std::uint64_t>(rule.max())));
        }
        if (rule.min() > 0 && value < static_cast<std::uint64_t>(rule.min())) {
            fail(ReasonCode::below_min, plan, compared(" < ", static_cast<std::uint64_t>(rule.min())));
        }
        if (plan.at_most != nullptr) {
            const auto total = number(message, *plan.at_most);
            if (value > total) {
                fail(ReasonCode::above_total, plan, compared(" > ", total));
                part_failed_ = true;
            }
        }
        if (!plan.sum.empty()) {
            std::uint64_t sum = 0;
            for (const auto* part : plan.sum) {
                sum += number(message, *part);
            }
            if (sum > value) {
                sum_failure_ = failure(ReasonCode::above_total, plan, " " + std::to_string(sum) + " > " + std::to_string(value));
            }
        }
    }

    void check_text(const std::string& text, const FieldPlan& plan) {
        const auto& rule = *plan.rule;
        if (!is_nfc(text) || is_of_old_font(text)) {
            fail(ReasonCode::not_nfc, plan);
        } else if (has_control_character(text)) {
            fail(ReasonCode::control_character, plan);
        } else if (rule.max_chars() > 0 && characters(text) > rule.max_chars()) {
            fail(ReasonCode::too_long, plan, " > " + std::to_string(rule.max_chars()));
        } else if (!has_shape(text, rule.shape())) {
            fail(shape_failure(rule.shape()), plan);
        }
    }

    void check_enum(int value, const FieldPlan& plan) {
        if (plan.field->enum_type()->FindValueByNumber(value) == nullptr) {
            fail(ReasonCode::unknown_value, plan, " " + std::to_string(value));
        }
    }

    void check_list(const google::protobuf::Message& message, const FieldPlan& plan) {
        const auto& rule = *plan.rule;
        const auto& reflection = *message.GetReflection();
        const int size = reflection.FieldSize(message, plan.field);
        if (rule.max_items() > 0 && size > static_cast<int>(rule.max_items())) {
            fail(ReasonCode::too_many, plan, " > " + std::to_string(rule.max_items()));
            return;
        }
        const auto distinct = [&](const auto& value_at) {
            for (int i = 0; i < size; ++i) {
                bool seen = false;
                for (int before = 0; before < i && !seen; ++before) {
                    seen = value_at(before) == value_at(i);
                }
                if (seen) {
                    fail(ReasonCode::repeated, plan);
                }
            }
        };
        switch (plan.field->cpp_type()) {
            case FieldDescriptor::CPPTYPE_MESSAGE:
                for (int i = 0; i < size; ++i) {
                    visit_inner(reflection.GetRepeatedMessage(message, plan.field, i), *plan.inner);
                }
                break;
            case FieldDescriptor::CPPTYPE_STRING: {
                const auto text_at = [&](int i) { return reflection.GetRepeatedString(message, plan.field, i); };
                for (int i = 0; i < size; ++i) {
                    check_text(text_at(i), plan);
                }
                distinct(text_at);
                break;
            }
            default: {
                const auto value_at = [&](int i) { return reflection.GetRepeatedEnumValue(message, plan.field, i); };
                for (int i = 0; i < size; ++i) {
                    if (value_at(i) == 0) {
                        fail(ReasonCode::required, plan);
                    }
                    check_enum(value_at(i), plan);
                }
                distinct(value_at);
            }
        }
    }

    void check_one(const google::protobuf::Message& message, const FieldPlan& plan) {
        const auto* field = plan.field;
        const auto& reflection = *message.GetReflection();
        switch (field->cpp_type()) {
            case FieldDescriptor::CPPTYPE_MESSAGE: visit_inner(reflection.GetMessage(message, field), *plan.inner); break;
            case FieldDescriptor::CPPTYPE_STRING: {
                std::string scratch;
                check_text(reflection.GetStringReference(message, field, &scratch), plan);
                break;
            }
            case FieldDescriptor::CPPTYPE_ENUM: check_enum(reflection.GetEnumValue(message, field), plan); break;
            case FieldDescriptor::CPPTYPE_BOOL: break;
            default: check_number(message, plan); break;
        }
    }

    void visit(const google::protobuf::Message& message, const TypePlan& type) {
        const auto& reflection = *message.GetReflection();
        part_failed_ = false;
        sum_failure_.reset();
        for (const auto& plan : type.fields) {
            const auto* field = plan.field;
            const bool is_set = field->is_repeated() ? reflection.FieldSize(message, field) > 0 : reflection.HasField(message, field);
            if (!is_set) {
                if (plan.rule->required()) {
                    fail(ReasonCode::required, plan);
                }
                continue;
            }
            field->is_repeated() ? check_list(message, plan) : check_one(message, plan);
        }
        if (const auto* chosen = type.choice == nullptr ? nullptr : reflection.GetOneofFieldDescriptor(message, type.choice)) {
            check_one(message, type.choices[static_cast<std::size_t>(chosen->index())]);
        }
        if (sum_failure_ && !part_failed_) {
            reasons_.push_back(*sum_failure_);
        }
    }

    void visit_inner(const google::protobuf::Message& message, const TypePlan& type) {
        const bool part_failed = part_failed_;
        auto sum_failure = std::move(sum_failure_);
        visit(message, type);
        part_failed_ = part_failed;
        sum_failure_ = std::move(sum_failure);
    }

    Reasons reasons_;
    bool part_failed_ = false;  // a part alone is above its total: the sum says nothing new
    std::optional<v1::Reason> sum_failure_;
};

}  // namespace

bool is_village_code(std::string_view text) {
    return text.size() == 8 && text[5] == '-' && all_digits(text.substr(0, 5)) && all_digits(text.substr(6));
}

Reasons validate(const v1::Event& event) {
    static const TypePlan plan = plan_of(*v1::Event::descriptor(), "");
    auto reasons = Walk().take(event, plan);
    const auto* body = body_type(event);
    if (body != nullptr && rule_of(*body).in_a_village() && event.village().empty()) {
        const auto& label = v1::Event::descriptor()->FindFieldByName("village")->options().GetExtension(v1::field).label();
        reasons.push_back(reason(ReasonCode::required, "village", Detail{label.vi(), label.en()}));
    }
    return reasons;
}

const google::protobuf::Message* body_of(const v1::Event& event) {
    static const auto* const body = v1::Event::descriptor()->FindOneofByName("body");
    const auto* field = event.GetReflection()->GetOneofFieldDescriptor(event, body);
    return field == nullptr ? nullptr : &event.GetReflection()->GetMessage(event, field);
}

const Descriptor* body_type(const v1::Event& event) {
    const auto* body = body_of(event);
    return body == nullptr ? nullptr : body->GetDescriptor();
}

const v1::EventRule& rule_of(const Descriptor& type) {
    return type.options().GetExtension(v1::event);
}

std::string service_of(const v1::Event& event) {
    const auto* type = body_type(event);
    return event.has_duplicate_decided() ? event.duplicate_decided().service() : type == nullptr ? "" : rule_of(*type).service();
}

}  // namespace chieng
