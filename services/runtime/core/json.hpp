// SPDX-License-Identifier: Apache-2.0
// The JSON that foreign clients speak: the proto3 mapping of chieng.v1.Events, or one event as a CloudEvent in structured
// mode (source .../{commune}/{device}, id = the sequence, data = Event).
#pragma once

#include "chieng/store/v1/inbox.pb.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

[[nodiscard]] bool is_json(std::string_view payload);

// Freezes each event to its deterministic bytes, so that the same JSON twice is the same event twice. False with the
// parser's words in `error` when the text is not that.
[[nodiscard]] bool from_json(const std::string& payload, store::v1::FrozenEvents& frozen, std::string& error);

// The field of an event that the parser's words are about, as the validator would name it; empty if they are about none.
[[nodiscard]] std::string field_in(std::string_view error);

// The numbers of the events in a text that from_json() does not take, as far as they can be seen: so that an answer can name them.
[[nodiscard]] std::vector<std::uint64_t> sequences_in(const std::string& payload);

[[nodiscard]] std::string to_json(const google::protobuf::Message& message);

}  // namespace chieng
