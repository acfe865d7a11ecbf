// SPDX-License-Identifier: Apache-2.0
// What is retained for everybody is a CloudEvent 1.0 in structured mode: MQTT 3.1.1 has no properties, so the attributes stand in
// the payload and the message, as proto3 JSON, is its data. The id is a digest of topic, time and data: what is only said again,
// to a broker that lost it, is the same event.
#pragma once

#include "services/runtime/ports/link.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace chieng {

// Who said it, at which second since 1970. `who`: gateway, attend, or a service.
struct Said {
    std::string_view place;
    std::string_view who;
    std::uint64_t at = 0;
};

// A message as data, written once for all the topics that it is said on.
struct EventData {
    explicit EventData(const google::protobuf::Message& data);

    std::string json;
    std::string bytes;
    std::string type;
};

[[nodiscard]] Publish retained_event(const std::string& topic, const Said& said, const EventData& data);
[[nodiscard]] Publish retained_event(const std::string& topic, const Said& said, const google::protobuf::Message& data);

// The message, from a CloudEvent's data or from plain JSON; fields of a later revision are left out. False when it is neither.
[[nodiscard]] bool read_retained_event(const std::string& payload, google::protobuf::Message& data);

}  // namespace chieng
