// SPDX-License-Identifier: Apache-2.0
// The JSON that foreign clients speak: the proto3 mapping of chieng.v1.Events, or one event as a CloudEvent in structured
// mode (source .../{commune}/{device}, id = the sequence, data = Event).
#pragma once

#include "chieng/store/v1/inbox.pb.h"
#include "services/runtime/core/reasons.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

[[nodiscard]] bool is_json(std::string_view payload);

// A name that stands twice in one object, in either spelling, of which a parser would pass over one. Empty when there is none, or the text
// is no JSON.
[[nodiscard]] std::optional<std::string> name_given_twice(std::string_view text);

// What could not be read, with the parser's words in a line.
struct Unreadable {
    std::uint64_t sequence = 0;  // of the event; 0: it cannot be seen, or none can be read because of it
    std::string field;           // as the validator would name it; empty if the words are about none
    std::string error;
    [[nodiscard]] Detail words() const;
};

// Freezes each event to its deterministic bytes, so that the same JSON twice is the same event twice. Of several events those that
// can be read are taken; when the text as a whole is not that, the first of what is returned says so, and all numbers that can be
// seen in it follow.
[[nodiscard]] std::vector<Unreadable> from_json(const std::string& payload, store::v1::FrozenEvents& frozen);

[[nodiscard]] std::string to_json(const google::protobuf::Message& message);

}  // namespace chieng
