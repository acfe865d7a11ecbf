// SPDX-License-Identifier: Apache-2.0
// Bytes that must be the same every time: keys of a store, and events whose digest is compared.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace google::protobuf {
class MessageLite;
}

namespace chieng {

// Eight bytes that sort as the number does.
[[nodiscard]] std::string big_endian(std::uint64_t number);

// The deterministic bytes of a message: an event is frozen once, and every repeat of it is these bytes.
[[nodiscard]] std::string frozen_bytes(const google::protobuf::MessageLite& message);

// What stands for an event's bytes in the check of an answer: the low 32 bits of their XXH3_64.
[[nodiscard]] std::uint32_t check_of(std::string_view bytes);

// A digest of a secret that takes some ten milliseconds, so that guessing short secrets is slow; hexadecimal. It needs 8 MB.
[[nodiscard]] std::string slow_hash(std::string_view secret, std::string_view salt);

}  // namespace chieng
