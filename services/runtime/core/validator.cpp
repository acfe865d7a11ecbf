// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/validator.hpp"

#include "chieng/v1/options.pb.h"
#include "services/runtime/core/nfc.hpp"
#include "services/runtime/core/time.hpp"

#include <google/protobuf/descriptor.h>
#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Nothing but what English is written with: most texts are codes, and need no closer look.
bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '\\' && c != '^'; });
}

bool is_nfc(std::string_view text) {
    return composed(text) == text;
}

std::size_t characters(std::string_view text) {
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

// Ends of lines and tabs are text; what else steers a terminal or a printer is none, nor what turns the direction of the letters
// (U+202A to U+202E, U+2066 to U+2069) or ends a line for some readers only (U+2028, U+2029).
bool has_control_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        const bool is_c0 = byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t';
        const auto third = i + 2 < text.size() ? static_cast<unsigned char>(text[i + 2]) : 0U;
        const bool is_turn =
            byte == 0xE2 && ((next == 0x80 && third >= 0xA8 && third <= 0xAE) || (next == 0x81 && third >= 0xA6 && third <= 0xA9));
        if (is_turn || is_c0 || byte == 0x7F || (byte == 0xC2 && next >= 0x80 && next < 0xA0)) {
            return true;
        }
    }
    return false;
}

// Bahnar and Jrai texts of the years before Unicode hold signs such as \ and ^ for letters of their own, inside words.
bool is_of_old_font(std::string_view text) {
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

// The schema's rules of a message, read once.
struct TypePlan;
struct FieldPlan {
    const v1::FieldRule* rule = nullptr;
    std::string path;  // from the event
    FieldDescriptor::CppType kind{};
    bool is_list = false;
    const google::protobuf::EnumDescriptor* values = nullptr;
    std::optional<std::size_t> at_most;  // of its siblings
    std::vector<std::size_t> sum;
    std::unique_ptr<TypePlan> inner;  // of a message
};
struct TypePlan {
    static constexpr std::size_t unknown = SIZE_MAX;
    std::vector<FieldPlan> fields;       // in schema order
    std::vector<char> required;          // whether each is, side by side: most of an event's fields are other events' bodies
    std::vector<std::size_t> by_number;  // which of the fields
};

TypePlan plan_of(const Descriptor& type, const std::string& prefix) {
    TypePlan plan;
    for (int i = 0; i < type.field_count(); ++i) {
        const auto& field = *type.field(i);
        const auto sibling = [&](const std::string& name) { return static_cast<std::size_t>(type.FindFieldByName(name)->index()); };
        FieldPlan made;
        made.rule = &field.options().GetExtension(v1::field);
        made.path = prefix + field.name();
        made.kind = field.cpp_type();
        made.is_list = field.is_repeated();
        made.values = field.enum_type();
        if (!made.rule->at_most().empty()) {
            made.at_most = sibling(made.rule->at_most());
        }
        for (const auto& part : made.rule->sum()) {
            made.sum.push_back(sibling(part));
        }
        if (const auto* inner = field.message_type()) {
            made.inner = std::make_unique<TypePlan>(plan_of(*inner, made.path + "."));
        }
        const auto number = static_cast<std::size_t>(field.number());
        plan.by_number.resize(std::max(plan.by_number.size(), number + 1), TypePlan::unknown);
        plan.by_number[number] = plan.fields.size();
        plan.required.push_back(made.rule->required() ? 1 : 0);
        plan.fields.push_back(std::move(made));
    }
    return plan;
}

// One value: a number, or what is written as bytes.
struct Item {
    std::uint64_t number = 0;
    std::string_view bytes;
};

// What a message holds, field by field, read from bytes that the library wrote. Asking the library for one field after the other by
// reflection takes longer than all else that becomes of an event. It writes fields in the order of their numbers, the items of a list
// side by side, and behind them what this revision of the schema does not know.
class Fields {
public:
    Fields(const TypePlan& type, std::string_view bytes) : spans_(type.fields.size()), rest_(bytes) {
        while (!rest_.empty()) {
            const auto tag = read_number();
            const auto number = tag >> 3U;
            const auto at = number < type.by_number.size() ? type.by_number[number] : TypePlan::unknown;
            if (at == TypePlan::unknown || !read(type.fields[at], tag & 7U)) {
                return;
            }
            spans_[at].count += static_cast<std::uint32_t>(items_.size()) - end_;
            end_ = static_cast<std::uint32_t>(items_.size());
            spans_[at].end = end_;
        }
    }
    [[nodiscard]] std::span<const Item> operator[](std::size_t field) const {
        const auto& span = spans_[field];
        return {items_.data() + (span.end - span.count), span.count};
    }
    [[nodiscard]] std::uint64_t number(std::size_t field) const {
        return spans_[field].count == 0 ? 0 : items_[spans_[field].end - 1].number;
    }

private:
    enum WireType : std::uint64_t { varint = 0, length = 2 };
    struct Span {
        std::uint32_t end = 0;
        std::uint32_t count = 0;
    };

    std::uint64_t read_number() {
        std::uint64_t number = 0;
        for (unsigned shift = 0; !rest_.empty() && shift < 64; shift += 7) {
            const auto byte = static_cast<std::uint8_t>(rest_.front());
            rest_.remove_prefix(1);
            number |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) {
                break;
            }
        }
        return number;
    }
    std::string_view read_bytes() {
        const auto bytes = rest_.substr(0, read_number());
        rest_.remove_prefix(bytes.size());
        return bytes;
    }
    bool read(const FieldPlan& field, std::uint64_t wire_type) {
        const bool is_bytes = field.inner != nullptr || field.kind == FieldDescriptor::CPPTYPE_STRING;
        if (wire_type != (is_bytes || field.is_list ? length : varint)) {
            return false;
        }
        if (is_bytes) {
            items_.push_back({0, read_bytes()});
        } else if (!field.is_list) {
            items_.push_back({read_number(), {}});
        } else {
            const auto bytes = read_bytes();
            const auto after = std::exchange(rest_, bytes);
            while (!rest_.empty()) {
                items_.push_back({read_number(), {}});
            }
            rest_ = after;
        }
        return true;
    }

    boost::container::small_vector<Item, 32> items_;  // which most messages fit in
    boost::container::small_vector<Span, 64> spans_;  // of the items, by field
    std::uint32_t end_ = 0;
    std::string_view rest_;
};

// As a person writes it: 1050 with two decimals is 10,50 in Vietnamese and 10.50 in English.
Detail shown(std::uint64_t value, std::uint32_t decimals) {
    auto text = std::to_string(value);
    if (decimals == 0) {
        return {text, text};
    }
    text.insert(0, text.size() > decimals ? 0 : decimals + 1 - text.size(), '0');
    const auto whole = text.substr(0, text.size() - decimals);
    const auto fraction = text.substr(text.size() - decimals);
    return {whole + "," + fraction, whole + "." + fraction};
}

Detail compared(std::uint64_t value, const char* sign, std::uint64_t with, const v1::FieldRule& rule) {
    return Detail{" ", " "}.add(shown(value, rule.decimals())).add(sign).add(shown(with, rule.decimals()));
}

class Walk {
public:
    Reasons take(const TypePlan& type, std::string_view bytes) {
        visit(type, bytes);
        return std::move(reasons_);
    }

private:
    // Names the field, each sentence in its own language.
    static v1::Reason failure(ReasonCode code, const FieldPlan& plan, const Detail& more) {
        const auto& label = plan.rule->label();
        return reason(code, plan.path, Detail{label.vi(), label.en()}.add(more));
    }
    void fail(ReasonCode code, const FieldPlan& plan, const Detail& more) { reasons_.push_back(failure(code, plan, more)); }
    void fail(ReasonCode code, const FieldPlan& plan, const std::string& more = {}) { fail(code, plan, Detail{more, more}); }

    void check_number(std::uint64_t value, const FieldPlan& plan) {
        const auto& rule = *plan.rule;
        if (rule.max() > 0 && value > static_cast<std::uint64_t>(rule.max())) {
            fail(ReasonCode::above_max, plan, compared(value, " > ", static_cast<std::uint64_t>(rule.max()), rule));
        }
        if (rule.min() > 0 && value < static_cast<std::uint64_t>(rule.min())) {
            fail(ReasonCode::below_min, plan, compared(value, " < ", static_cast<std::uint64_t>(rule.min()), rule));
        }
    }

    void check_text(std::string_view text, const FieldPlan& plan) {
        const auto& rule = *plan.rule;
        const bool plain = is_plain(text);
        if (!plain && (!is_nfc(text) || is_of_old_font(text))) {
            fail(ReasonCode::not_nfc, plan);
        } else if (!plain && has_control_character(text)) {
            fail(ReasonCode::control_character, plan);
        } else if (rule.max_chars() > 0 && characters(text) > rule.max_chars()) {
            fail(ReasonCode::too_long, plan, " > " + std::to_string(rule.max_chars()));
        } else if (!has_shape(text, rule.shape())) {
            fail(shape_failure(rule.shape()), plan);
        }
    }

    void check_enum(std::uint64_t number, const FieldPlan& plan) {
        const auto value = static_cast<std::int32_t>(number);
        if (plan.values->FindValueByNumber(value) == nullptr) {
            fail(ReasonCode::unknown_value, plan, " " + std::to_string(value));
        }
    }

    void check_list(std::span<const Item> items, const FieldPlan& plan) {
        const auto& rule = *plan.rule;
        if (rule.max_items() > 0 && items.size() > rule.max_items()) {
            fail(ReasonCode::too_many, plan, " > " + std::to_string(rule.max_items()));
            return;
        }
        for (const auto& item : items) {
            if (plan.kind == FieldDescriptor::CPPTYPE_ENUM && item.number == 0) {
                fail(ReasonCode::required, plan);
            }
            check_one(item, plan);
        }
        for (auto item = items.begin(); item != items.end() && plan.inner == nullptr; ++item) {
            const auto is_same = [&](const Item& other) { return other.number == item->number && other.bytes == item->bytes; };
            if (std::any_of(items.begin(), item, is_same)) {
                fail(ReasonCode::repeated, plan);
            }
        }
    }

    void check_one(const Item& item, const FieldPlan& plan) {
        switch (plan.kind) {
            case FieldDescriptor::CPPTYPE_MESSAGE: visit(*plan.inner, item.bytes); break;
            case FieldDescriptor::CPPTYPE_STRING: check_text(item.bytes, plan); break;
            case FieldDescriptor::CPPTYPE_ENUM: check_enum(item.number, plan); break;
            case FieldDescriptor::CPPTYPE_BOOL: break;
            default: check_number(item.number, plan); break;
        }
    }

    void visit(const TypePlan& type, std::string_view bytes) {
        const Fields held(type, bytes);
        bool part_failed = false;  // a part alone is above its total: the sum says nothing new
        std::optional<v1::Reason> sum_failure;
        for (std::size_t i = 0; i < type.fields.size(); ++i) {
            const auto items = held[i];
            if (items.empty() && type.required[i] == 0) {
                continue;
            }
            const auto& plan = type.fields[i];
            if (items.empty()) {
                fail(ReasonCode::required, plan);
                continue;
            }
            plan.is_list ? check_list(items, plan) : check_one(items.back(), plan);
            if (plan.at_most && held.number(i) > held.number(*plan.at_most)) {
                fail(ReasonCode::above_total, plan, compared(held.number(i), " > ", held.number(*plan.at_most), *plan.rule));
                part_failed = true;
            }
            const auto sum = std::accumulate(plan.sum.begin(), plan.sum.end(), std::uint64_t{0},
                                             [&](std::uint64_t so_far, std::size_t part) { return so_far + held.number(part); });
            if (sum > held.number(i) && !plan.sum.empty()) {
                sum_failure = failure(ReasonCode::above_total, plan, compared(sum, " > ", held.number(i), *plan.rule));
            }
        }
        if (sum_failure && !part_failed) {
            reasons_.push_back(*sum_failure);
        }
    }

    Reasons reasons_;
};

// A type of event, looked up once: the library takes a lock for each question.
struct Body {
    const FieldDescriptor* field = nullptr;
    const Descriptor* type = nullptr;
};

// Null when there is none that this revision knows.
const Body* known_body(const v1::Event& event) {
    static const auto by_number = [] {
        std::vector<Body> bodies;
        const auto& all = *v1::Event::descriptor()->FindOneofByName("body");
        for (int i = 0; i < all.field_count(); ++i) {
            const auto number = static_cast<std::size_t>(all.field(i)->number());
            bodies.resize(std::max(bodies.size(), number + 1));
            bodies[number] = {all.field(i), all.field(i)->message_type()};
        }
        return bodies;
    }();
    return event.body_case() == v1::Event::BODY_NOT_SET ? nullptr : &by_number[static_cast<std::size_t>(event.body_case())];
}

}  // namespace

bool has_shape(std::string_view text, v1::Shape shape) {
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

bool is_village_code(std::string_view text) {
    return text.size() == 8 && text[5] == '-' && all_digits(text.substr(0, 5)) && all_digits(text.substr(6));
}

Reasons validate(const v1::Event& event) {
    static const TypePlan plan = plan_of(*v1::Event::descriptor(), "");
    boost::container::small_vector<char, 512> bytes(event.ByteSizeLong(), boost::container::default_init);
    event.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(bytes.data()));
    auto reasons = Walk().take(plan, {bytes.data(), bytes.size()});
    const auto* body = body_type(event);
    if (body != nullptr && event.village().empty() && rule_of(*body).in_a_village()) {
        reasons.push_back(reason(ReasonCode::required, "village", named(*v1::Event::descriptor()->FindFieldByName("village"))));
    }
    return reasons;
}

const google::protobuf::Message* body_of(const v1::Event& event) {
    static const auto& reflection = *v1::Event::GetReflection();
    const auto* body = known_body(event);
    return body == nullptr ? nullptr : &reflection.GetMessage(event, body->field);
}

const Descriptor* body_type(const v1::Event& event) {
    const auto* body = known_body(event);
    return body == nullptr ? nullptr : body->type;
}

const v1::EventRule& rule_of(const Descriptor& type) {
    return type.options().GetExtension(v1::event);
}

std::string service_of(const v1::Event& event) {
    const auto* type = body_type(event);
    return event.has_duplicate_decided() ? event.duplicate_decided().service() : type == nullptr ? "" : rule_of(*type).service();
}

}  // namespace chieng
