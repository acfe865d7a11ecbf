// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/event_fields.hpp"

#include "chieng/v1/event.pb.h"
#include "services/runtime/core/time.hpp"

#include <algorithm>
#include <stdexcept>

namespace chieng {
namespace {

using google::protobuf::FieldDescriptor;

FieldTree::Kind kind_of(const FieldDescriptor& field) {
    switch (field.type()) {
        case FieldDescriptor::TYPE_MESSAGE: return FieldTree::Kind::message;
        case FieldDescriptor::TYPE_STRING: return FieldTree::Kind::text;
        case FieldDescriptor::TYPE_BOOL: return FieldTree::Kind::flag;
        case FieldDescriptor::TYPE_INT32:
        case FieldDescriptor::TYPE_ENUM: return FieldTree::Kind::int32;
        case FieldDescriptor::TYPE_UINT32: return FieldTree::Kind::uint32;
        case FieldDescriptor::TYPE_INT64:
        case FieldDescriptor::TYPE_UINT64: return FieldTree::Kind::wide;
        default: throw std::invalid_argument("field '" + field.full_name() + "' is of a type that no definition reads");
    }
}

enum class WireType : std::uint32_t { varint = 0, eight_bytes = 1, bytes = 2, four_bytes = 5 };

// A part of the bytes that are still to be read; false at their end, or when they break off.
bool take_long_varint(std::string_view& bytes, std::uint64_t& value) {
    value = 0;
    for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << (7 * i);
        if (byte < 0x80U) {
            bytes.remove_prefix(i + 1);
            return true;
        }
    }
    return false;
}

inline bool take_varint(std::string_view& bytes, std::uint64_t& value) {
    if (!bytes.empty() && static_cast<unsigned char>(bytes.front()) < 0x80U) {  // as nearly always
        value = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        return true;
    }
    return take_long_varint(bytes, value);
}

bool take(std::string_view& bytes, std::uint64_t size, std::string_view& value) {
    if (size > bytes.size()) {
        return false;
    }
    value = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return true;
}

}  // namespace

Path::Path(std::vector<const FieldDescriptor*> way, FieldId field)
    : steps(std::move(way)),
      id(field),
      is_repeated(back()->is_repeated()),
      is_text(back()->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {}

FieldTree::FieldTree() {
    const auto& event = *v1::Event::descriptor();
    for (const auto* name : {"sequence", "occurred_on", "village", "recorded_at"}) {
        add({event.FindFieldByName(name)});
    }
    correction_ = static_cast<std::uint32_t>(event.FindFieldByName("correction")->number());
    edge(0, *event.FindFieldByName("correction"));
    const auto* body = event.FindOneofByName("body");
    for (int i = 0; i < body->field_count(); ++i) {
        edge(0, *body->field(i)).is_body = true;
    }
}

FieldTree::Edge& FieldTree::edge(std::uint32_t node, const FieldDescriptor& field) {
    const auto number = static_cast<std::uint32_t>(field.number());
    const auto at = std::lower_bound(nodes_[node].begin(), nodes_[node].end(), number,
                                     [](const Edge& one, std::uint32_t other) { return one.number < other; });
    if (at != nodes_[node].end() && at->number == number) {
        return *at;
    }
    Edge made{number, kind_of(field), field.is_repeated(), false, 0};
    const auto index = at - nodes_[node].begin();
    if (made.kind == Kind::message) {
        made.target = static_cast<std::uint32_t>(nodes_.size());
        nodes_.emplace_back();
    } else {
        made.target = static_cast<FieldId>(bodies_.size());
        bodies_.push_back(0);
    }
    return *nodes_[node].insert(nodes_[node].begin() + index, made);
}

FieldId FieldTree::add(const std::vector<const FieldDescriptor*>& steps) {
    std::uint32_t node = 0;
    for (const auto* step : steps) {
        node = edge(node, *step).target;
    }
    if (steps.front()->containing_oneof() != nullptr) {
        bodies_[node] = static_cast<std::uint32_t>(steps.front()->number());
    }
    return node;
}

std::span<const std::int64_t> EventFields::numbers(FieldId id) const {
    return is_set(id) ? std::span<const std::int64_t>(leaves_[id].numbers) : std::span<const std::int64_t>();
}

std::span<const std::string_view> EventFields::texts(FieldId id) const {
    return is_set(id) ? std::span<const std::string_view>(leaves_[id].texts) : std::span<const std::string_view>();
}

bool EventFields::read(std::string_view event) {
    if (walk(event)) {
        return true;
    }
    v1::Event parsed;
    if (!parsed.ParseFromArray(event.data(), static_cast<int>(event.size()))) {
        return false;
    }
    parsed.DiscardUnknownFields();
    plain_ = parsed.SerializeAsString();
    return walk(plain_);
}

bool EventFields::walk(std::string_view event) {
    ++reads_;
    body_ = 0;
    has_correction_ = false;
    return walk(event, 0);
}

// Fields mostly come in the order of their numbers: the search goes on where it was.
bool EventFields::walk(std::string_view bytes, std::uint32_t node) {
    const auto& edges = tree_.edges(node);
    auto edge = edges.begin();
    while (!bytes.empty()) {
        std::uint64_t tag = 0;
        if (!take_varint(bytes, tag) || tag >> 3U == 0) {
            return false;
        }
        const auto number = static_cast<std::uint32_t>(tag >> 3U);
        edge = edge != edges.end() && edge->number <= number ? edge : edges.begin();
        while (edge != edges.end() && edge->number < number) {
            ++edge;
        }
        const bool is_wanted = edge != edges.end() && edge->number == number;
        std::uint64_t value = 0;
        std::string_view held;
        switch (static_cast<WireType>(tag & 7U)) {
            case WireType::varint:
                if (!take_varint(bytes, value)) {
                    return false;
                }
                if (is_wanted && edge->kind != FieldTree::Kind::message && edge->kind != FieldTree::Kind::text) {
                    take_number(*edge, value);
                }
                break;
            case WireType::bytes:
                if (!take_varint(bytes, value) || !take(bytes, value, held) || (is_wanted && !take_bytes(*edge, held))) {
                    return false;
                }
                break;
            case WireType::eight_bytes:
                if (!take(bytes, 8, held)) {
                    return false;
                }
                break;
            case WireType::four_bytes:
                if (!take(bytes, 4, held)) {
                    return false;
                }
                break;
            default: return false;
        }
    }
    return true;
}

bool EventFields::take_bytes(const FieldTree::Edge& edge, std::string_view value) {
    if (edge.kind == FieldTree::Kind::message) {
        if (edge.is_body) {
            enter_body(edge.number);
        }
        has_correction_ = has_correction_ || edge.number == tree_.correction();
        return tree_.edges(edge.target).empty() || walk(value, edge.target);
    }
    if (edge.kind == FieldTree::Kind::text) {
        auto& to = leaf(edge);
        to.text = value;
        if (edge.is_repeated) {
            to.texts.push_back(value);
        }
        return true;
    }
    while (edge.is_repeated && !value.empty()) {  // a packed list
        std::uint64_t number = 0;
        if (!take_varint(value, number)) {
            return false;
        }
        take_number(edge, number);
    }
    return true;
}

void EventFields::take_number(const FieldTree::Edge& edge, std::uint64_t value) {
    auto& to = leaf(edge);
    switch (edge.kind) {
        case FieldTree::Kind::flag: to.number = value == 0 ? 0 : 1; break;
        case FieldTree::Kind::int32: to.number = static_cast<std::int32_t>(value); break;
        case FieldTree::Kind::uint32: to.number = static_cast<std::uint32_t>(value); break;
        default: to.number = static_cast<std::int64_t>(value);
    }
    if (edge.is_repeated) {
        to.numbers.push_back(to.number);
    }
}

EventFields::Leaf& EventFields::leaf(const FieldTree::Edge& edge) {
    auto& held = leaves_[edge.target];
    if (held.read != reads_ && edge.is_repeated) {
        held.numbers.clear();
        held.texts.clear();
    }
    held.read = reads_;
    return held;
}

void EventFields::enter_body(std::uint32_t number) {
    if (body_ != 0 && body_ != number) {
        for (FieldId id = 0; id < leaves_.size(); ++id) {
            leaves_[id].read = tree_.bodies()[id] == body_ ? 0 : leaves_[id].read;
        }
    }
    body_ = number;
}

std::int64_t sum_at(const EventFields& event, const std::vector<Path>& paths) {
    std::int64_t sum = 0;
    for (const auto& path : paths) {
        sum += event.number(path.id);
    }
    return sum;
}

void append_at(const EventFields& event, const Path& path, std::string& to) {
    if (path.is_text) {
        to += event.text(path.id);
    } else {
        to += std::to_string(event.number(path.id));
    }
}

bool holds(const EventFields& event, const Condition& condition) {
    if (!condition.not_after.empty()) {
        const auto day = parse_day(event.text(condition.field.id));
        const auto bound = parse_day(event.text(condition.not_after.id));
        return day && bound && *day <= *bound;
    }
    if (condition.above_zero) {
        return event.number(condition.field.id) > 0;
    }
    if (!condition.field.is_repeated) {
        return condition.allows(event.number(condition.field.id));
    }
    const auto values = event.numbers(condition.field.id);
    return std::any_of(values.begin(), values.end(), [&](std::int64_t value) { return condition.allows(value); });
}

bool holds(const EventFields& event, const std::vector<Condition>& conditions) {
    for (const auto& condition : conditions) {
        if (!holds(event, condition)) {
            return false;
        }
    }
    return true;
}

}  // namespace chieng
