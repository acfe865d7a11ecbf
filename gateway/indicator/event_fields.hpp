// SPDX-License-Identifier: Apache-2.0
// The fields that definitions read, taken from an event's bytes in one walk along them, without making the message.
//
// What it says is what protobuf would: the last of several values stands, parts of a message that comes in pieces are joined, an
// unknown field or one of another wire type is passed over, and of two bodies the last stands. Whatever is out of the ordinary
// (a group, bytes that end too early) is left to protobuf itself. Only whether texts are UTF-8 is not looked at again: the service
// that journalled the event did so.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng {

using FieldId = std::uint32_t;

// A field of an event, as a definition names it: the way to it, and its place in the tree.
struct Path {
    std::vector<const google::protobuf::FieldDescriptor*> steps;
    FieldId id = 0;
    bool is_repeated = false;
    bool is_text = false;

    Path() = default;
    Path(std::vector<const google::protobuf::FieldDescriptor*> way, FieldId field);

    [[nodiscard]] bool empty() const { return steps.empty(); }
    [[nodiscard]] const google::protobuf::FieldDescriptor* back() const { return steps.back(); }
    friend bool operator==(const Path& one, const Path& other) { return one.steps == other.steps; }
};

// All paths, as a tree by field number.
class FieldTree {
public:
    enum class Kind { message, text, flag, int32, uint32, wide };
    struct Edge {
        std::uint32_t number = 0;
        Kind kind = Kind::message;
        bool is_repeated = false;
        bool is_body = false;
        std::uint32_t target = 0;  // the node of a message, otherwise the field's id
    };

    // Knows the envelope's fields from the beginning: the ids below, in this order.
    FieldTree();
    static constexpr FieldId sequence = 0;
    static constexpr FieldId occurred_on = 1;
    static constexpr FieldId village = 2;
    static constexpr FieldId recorded_at = 3;

    // The same way has the same id. Numbers are varints, as everywhere in the contract; throws std::invalid_argument otherwise.
    FieldId add(const std::vector<const google::protobuf::FieldDescriptor*>& steps);

    [[nodiscard]] const std::vector<Edge>& edges(std::uint32_t node) const { return nodes_[node]; }
    [[nodiscard]] const std::vector<std::uint32_t>& bodies() const { return bodies_; }  // of each field: of which body it is, or 0
    [[nodiscard]] std::uint32_t correction() const { return correction_; }              // its number

private:
    Edge& edge(std::uint32_t node, const google::protobuf::FieldDescriptor& field);

    std::vector<std::vector<Edge>> nodes_{1};  // of each, in order of the numbers
    std::vector<std::uint32_t> bodies_;
    std::uint32_t correction_ = 0;
};

// One event's values. They stand until the next read(), and texts as long as the bytes do.
class EventFields {
public:
    // The tree must outlive it.
    explicit EventFields(const FieldTree& tree) : tree_(tree), leaves_(tree.bodies().size()) {}

    // False when the bytes are no event.
    [[nodiscard]] bool read(std::string_view event);

    [[nodiscard]] int body() const { return static_cast<int>(body_); }  // the field's number; 0: none that this revision knows
    [[nodiscard]] bool has_correction() const { return has_correction_; }

    // What is not there is 0, or empty.
    [[nodiscard]] std::int64_t number(FieldId id) const { return is_set(id) ? leaves_[id].number : 0; }
    [[nodiscard]] std::string_view text(FieldId id) const { return is_set(id) ? leaves_[id].text : std::string_view(); }
    [[nodiscard]] std::span<const std::int64_t> numbers(FieldId id) const;
    [[nodiscard]] std::span<const std::string_view> texts(FieldId id) const;

private:
    struct Leaf {
        std::uint64_t read = 0;  // in which it was set
        std::int64_t number = 0;
        std::string_view text;
        std::vector<std::int64_t> numbers;
        std::vector<std::string_view> texts;
    };

    [[nodiscard]] bool is_set(FieldId id) const { return leaves_[id].read == reads_; }
    [[nodiscard]] bool walk(std::string_view event);
    [[nodiscard]] bool walk(std::string_view bytes, std::uint32_t node);
    [[nodiscard]] bool take_bytes(const FieldTree::Edge& edge, std::string_view value);
    void take_number(const FieldTree::Edge& edge, std::uint64_t value);
    Leaf& leaf(const FieldTree::Edge& edge);
    void enter_body(std::uint32_t number);

    const FieldTree& tree_;
    std::vector<Leaf> leaves_;
    std::uint64_t reads_ = 0;
    std::uint32_t body_ = 0;
    bool has_correction_ = false;
    std::string plain_;  // as protobuf writes what was out of the ordinary
};

// A value of the field is allowed; or the field's day does not come after the other's.
struct Condition {
    Path field;
    std::vector<bool> allowed;  // by value
    Path not_after;
    bool above_zero = false;

    [[nodiscard]] bool allows(std::int64_t value) const {
        const auto at = static_cast<std::size_t>(value);  // one below 0 is far behind all
        return at < allowed.size() && allowed[at];
    }
};

[[nodiscard]] std::int64_t sum_at(const EventFields& event, const std::vector<Path>& paths);
// Any single field, as text: an enum by the number of its value.
void append_at(const EventFields& event, const Path& path, std::string& to);
[[nodiscard]] bool holds(const EventFields& event, const Condition& condition);
// Whether all of them do.
[[nodiscard]] bool holds(const EventFields& event, const std::vector<Condition>& conditions);

// Calls `take` with each value of an enum or yes-no field, single or repeated.
template <class Take>
void each_value(const EventFields& event, const Path& path, const Take& take) {
    if (!path.is_repeated) {
        take(static_cast<int>(event.number(path.id)));
        return;
    }
    for (const auto value : event.numbers(path.id)) {
        take(static_cast<int>(value));
    }
}

}  // namespace chieng
