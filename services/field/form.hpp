// SPDX-License-Identifier: Apache-2.0
// Builds events from text. Which types, flags, labels and values there are is read from the schema, so a new field has
// its flag without a line here. The one thing without a flag is a list of whole messages (`evidence`): an event as a line of
// JSON may carry it (chieng-field post --file).
#pragma once

#include "chieng/v1/event.pb.h"
#include "chieng/v1/options.pb.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

// A type of event, as a person names it.
struct EventType {
    std::string name;     // session-held
    std::string service;  // that takes it
    v1::Label label;
    const google::protobuf::Descriptor* body = nullptr;
};

// One thing that can be filled in.
struct Flag {
    struct Value {
        std::string name;  // VILLAGE_MEETING
        v1::Label label;
    };
    std::string name;  // --audience.total
    std::string path;  // as in the reasons of a refusal: session_held.audience.total
    v1::Label label;
    std::string unit;
    bool required = false;
    bool list = false;           // takes several values, with commas between them
    std::uint32_t decimals = 0;  // digits that it may have after a point
    std::vector<Value> values;   // that it may have; empty when any text or number of its shape will do
};

// In schema order.
[[nodiscard]] std::vector<EventType> event_types();

// An event of this type with nothing filled in; empty when there is no such type.
[[nodiscard]] std::optional<v1::Event> new_event(std::string_view type);

// What can be filled in: the envelope, then the correction, then the body. Sequence and time of recording are the outbox's.
[[nodiscard]] std::vector<Flag> flags(const google::protobuf::Descriptor& body);

// The same for an event without a body: a correction that voids another event needs none.
[[nodiscard]] std::vector<Flag> envelope_flags();

// Fills in one flag, given with or without its dashes. Enum names in any case; yes and no as yes/no, true/false or
// có/không; 10.5 with a point where the field has decimals; lists with commas, in place of what was there; texts are
// brought to NFC. Returns what is wrong, in Vietnamese and English, and changes nothing then.
[[nodiscard]] std::optional<std::string> set(v1::Event& event, std::string_view flag, std::string_view value);

}  // namespace chieng
