// SPDX-License-Identifier: Apache-2.0
#include "services/field/form.hpp"

#include "services/runtime/core/nfc.hpp"
#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <span>
#include <variant>

namespace chieng {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

using Route = std::vector<const FieldDescriptor*>;  // from the event down to the field
struct Slot {
    Flag flag;
    Route route;
};
using Value = std::variant<const EnumValueDescriptor*, bool, std::uint64_t, std::string>;
struct Error {
    std::string text;
};

// Filled in by the outbox, never by a person.
constexpr std::array assigned{std::string_view("sequence"), std::string_view("recorded_at")};

struct Alias {
    std::string_view path;
    std::string_view flag;
};
// A correction's fields would read badly by their path.
constexpr std::array aliases{Alias{"correction.sequence", "corrects"}, Alias{"correction.device", "corrects-device"},
                             Alias{"correction.action", "action"}, Alias{"correction.reason", "reason"}};

struct Word {
    std::string_view name;
    bool value;
    std::string_view vi;
};
// What a yes or a no may be called; the first two are named to a person.
constexpr std::array words{Word{"yes", true, "Có"},  Word{"no", false, "Không"}, Word{"true", true, {}},
                           Word{"false", false, {}}, Word{"có", true, {}},       Word{"không", false, {}}};

std::string dashed(std::string text) {
    std::replace(text.begin(), text.end(), '_', '-');
    return text;
}

std::string path_of(std::span<const FieldDescriptor* const> route) {
    std::string path;
    for (const auto* field : route) {
        path += (path.empty() ? "" : ".") + field->name();
    }
    return path;
}

Slot slot_of(const Route& route) {
    const auto& field = *route.back();
    const auto& rule = field.options().GetExtension(v1::field);
    const bool in_body = route.front()->containing_oneof() != nullptr;
    Slot slot;
    slot.route = route;
    slot.flag.path = path_of(route);
    slot.flag.name = "--" + dashed(in_body ? path_of(std::span(route).subspan(1)) : slot.flag.path);
    for (const auto& alias : aliases) {
        if (alias.path == slot.flag.path) {
            slot.flag.name = std::string("--").append(alias.flag);
        }
    }
    slot.flag.label = rule.label();
    slot.flag.unit = rule.unit();
    slot.flag.required = rule.required();
    slot.flag.list = field.is_repeated();
    slot.flag.decimals = rule.decimals();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
        for (const auto& word : std::span(words).first(2)) {
            v1::Label label;
            label.set_vi(std::string(word.vi));
            label.set_en(std::string(word.name));
            slot.flag.values.push_back({std::string(word.name), label});
        }
    }
    if (const auto* type = field.enum_type()) {
        for (int i = 0; i < type->value_count(); ++i) {
            if (type->value(i)->number() != 0) {
                slot.flag.values.push_back({type->value(i)->name(), type->value(i)->options().GetExtension(v1::value)});
            }
        }
    }
    return slot;
}

void add_field(const FieldDescriptor& field, Route& route, std::vector<Slot>& slots) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field.is_repeated()) {
        return;  // a list of whole messages is no text
    }
    route.push_back(&field);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        for (int i = 0; i < field.message_type()->field_count(); ++i) {
            add_field(*field.message_type()->field(i), route, slots);
        }
    } else {
        slots.push_back(slot_of(route));
    }
    route.pop_back();
}

// The envelope's slots, and those of this body unless it is null.
std::vector<Slot> slots_of(const Descriptor* body) {
    std::vector<Slot> slots;
    Route route;
    const auto& event = *v1::Event::descriptor();
    for (int i = 0; i < event.field_count(); ++i) {
        const auto& field = *event.field(i);
        const bool wanted = field.containing_oneof() != nullptr
                                ? field.message_type() == body
                                : std::find(assigned.begin(), assigned.end(), field.name()) == assigned.end();
        if (wanted) {
            add_field(field, route, slots);
        }
    }
    return slots;
}

std::vector<Flag> flags_of(const Descriptor* body) {
    std::vector<Flag> all;
    for (auto& slot : slots_of(body)) {
        all.push_back(std::move(slot.flag));
    }
    return all;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string quoted(std::string_view text) {
    return std::string("\"").append(text).append("\"");
}

bool same_name(std::string_view typed, std::string_view name) {
    return std::equal(typed.begin(), typed.end(), name.begin(), name.end(), [](char a, char b) {
        const char upper = a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a;
        return (upper == '-' ? '_' : upper) == b;
    });
}

std::variant<Value, Error> read_enum(const Slot& slot, std::string_view text) {
    const auto& type = *slot.route.back()->enum_type();
    std::string names;
    for (const auto& allowed : slot.flag.values) {
        if (same_name(text, allowed.name)) {
            return Value(type.FindValueByName(allowed.name));
        }
        names += (names.empty() ? "" : ", ") + allowed.name;
    }
    return Error{slot.flag.name + ": không có giá trị " + quoted(text) + ", hãy chọn / no such value, choose one of: " + names};
}

// 10.5, or 10,5 as it is written in Vietnamese, where two decimals are kept is 1050: it is never a floating-point number on its way.
std::variant<Value, Error> read_number(const Slot& slot, std::string_view text) {
    const bool narrow = slot.route.back()->cpp_type() == FieldDescriptor::CPPTYPE_UINT32;
    const std::uint64_t most = narrow ? std::numeric_limits<std::uint32_t>::max() : std::numeric_limits<std::uint64_t>::max();
    const std::size_t decimals = slot.flag.decimals;
    const auto point = decimals == 0 ? std::string_view::npos : text.find_first_of(".,");
    const auto fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
    const bool cut_short = text.empty() || point == 0 || (point != std::string_view::npos && fraction.empty());
    auto digits = std::string(text.substr(0, point)).append(fraction);
    digits.append(decimals - std::min(decimals, fraction.size()), '0');
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (!cut_short && fraction.size() <= decimals && error == std::errc() && end == digits.data() + digits.size() && number <= most) {
        return Value(number);
    }
    if (decimals > 0) {
        const auto places = std::to_string(decimals);
        return Error{slot.flag.name + ": " + quoted(text) + " không phải số có tối đa " + places + " chữ số thập phân (ví dụ 10,5)" +
                     " / is not a number with at most " + places + " decimals (such as 10.5)"};
    }
    // What the field itself allows, the validator says.
    const bool is_too_large = error == std::errc::result_out_of_range || (error == std::errc() && end == digits.data() + digits.size());
    return Error{slot.flag.name + ": " + quoted(text) +
                 (is_too_large
                      ? " lớn quá / is too large"
                      : " phải là số nguyên từ 0 trở lên, không có dấu chấm hay dấu phẩy (ví dụ 5000000) / must be a whole number, 0 or "
                        "more, without points or commas (such as 5000000)")};
}

std::variant<Value, Error> read_bool(const Slot& slot, std::string_view text) {
    const auto typed = composed_in_any_case(text);
    for (const auto& word : words) {
        if (typed == word.name) {
            return Value(word.value);
        }
    }
    return Error{slot.flag.name + ": " + quoted(text) + " phải là \"có\" hoặc \"không\" / is neither yes nor no"};
}

std::variant<Value, Error> read_text(const Slot& slot, std::string_view text) {
    auto value = composed(text);
    if (!value) {
        return Error{slot.flag.name + ": không phải chữ UTF-8 / is not UTF-8 text"};
    }
    return Value(std::move(*value));
}

std::variant<Value, Error> read(const Slot& slot, std::string_view text) {
    switch (slot.route.back()->cpp_type()) {
        case FieldDescriptor::CPPTYPE_ENUM: return read_enum(slot, text);
        case FieldDescriptor::CPPTYPE_BOOL: return read_bool(slot, text);
        case FieldDescriptor::CPPTYPE_UINT32:
        case FieldDescriptor::CPPTYPE_UINT64: return read_number(slot, text);
        case FieldDescriptor::CPPTYPE_STRING: return read_text(slot, text);
        default: return Error{slot.flag.name + ": không nhập được bằng chữ / cannot be filled in from text"};
    }
}

// Puts a value that was read for this field into it; at the end, when it is a list.
struct Writer {
    google::protobuf::Message& message;
    const FieldDescriptor& field;

    void operator()(const EnumValueDescriptor* value) const {
        const auto& at = *message.GetReflection();
        field.is_repeated() ? at.AddEnum(&message, &field, value) : at.SetEnum(&message, &field, value);
    }
    void operator()(bool value) const {
        const auto& at = *message.GetReflection();
        field.is_repeated() ? at.AddBool(&message, &field, value) : at.SetBool(&message, &field, value);
    }
    void operator()(std::uint64_t value) const {
        const auto& at = *message.GetReflection();
        if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
            const auto narrow = static_cast<std::uint32_t>(value);
            field.is_repeated() ? at.AddUInt32(&message, &field, narrow) : at.SetUInt32(&message, &field, narrow);
        } else {
            field.is_repeated() ? at.AddUInt64(&message, &field, value) : at.SetUInt64(&message, &field, value);
        }
    }
    void operator()(const std::string& value) const {
        const auto& at = *message.GetReflection();
        field.is_repeated() ? at.AddString(&message, &field, value) : at.SetString(&message, &field, value);
    }
};

std::vector<std::string_view> pieces(const Slot& slot, std::string_view text) {
    std::vector<std::string_view> parts;
    while (slot.flag.list && text.find(',') != std::string_view::npos) {
        const auto comma = text.find(',');
        parts.push_back(trimmed(text.substr(0, comma)));
        text.remove_prefix(comma + 1);
    }
    parts.push_back(trimmed(text));
    return parts;
}

}  // namespace

std::vector<EventType> event_types() {
    std::vector<EventType> types;
    const auto& bodies = *v1::Event::descriptor()->FindOneofByName("body");
    for (int i = 0; i < bodies.field_count(); ++i) {
        const auto& field = *bodies.field(i);
        const auto& rule = rule_of(*field.message_type());
        types.push_back({dashed(field.name()), rule.service(), rule.label(), field.message_type()});
    }
    return types;
}

std::optional<v1::Event> new_event(std::string_view type) {
    const auto& bodies = *v1::Event::descriptor()->FindOneofByName("body");
    for (int i = 0; i < bodies.field_count(); ++i) {
        if (dashed(bodies.field(i)->name()) == type) {
            v1::Event event;
            event.GetReflection()->MutableMessage(&event, bodies.field(i));
            return event;
        }
    }
    return std::nullopt;
}

std::vector<Flag> flags(const Descriptor& body) {
    return flags_of(&body);
}
std::vector<Flag> envelope_flags() {
    return flags_of(nullptr);
}

std::optional<std::string> set(v1::Event& event, std::string_view flag, std::string_view value) {
    const auto name = flag.starts_with("--") ? std::string(flag) : std::string("--").append(flag);
    const auto slots = slots_of(body_type(event));
    const auto slot = std::find_if(slots.begin(), slots.end(), [&](const Slot& each) { return each.flag.name == name; });
    if (slot == slots.end()) {
        return name + ": không có mục này trong loại tin đã chọn / this type of event has no such field";
    }
    std::vector<Value> values;
    for (const auto piece : pieces(*slot, value)) {
        auto result = read(*slot, piece);
        if (const auto* error = std::get_if<Error>(&result)) {
            return error->text;
        }
        values.push_back(std::get<Value>(std::move(result)));
    }
    google::protobuf::Message* message = &event;
    for (const auto* field : std::span(slot->route).first(slot->route.size() - 1)) {
        message = message->GetReflection()->MutableMessage(message, field);
    }
    const auto& field = *slot->route.back();
    message->GetReflection()->ClearField(message, &field);
    for (const auto& each : values) {
        std::visit(Writer{*message, field}, each);
    }
    return std::nullopt;
}

}  // namespace chieng
