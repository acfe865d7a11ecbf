// SPDX-License-Identifier: Apache-2.0
// Digests that others keep: over bytes that are the same wherever a message is written.
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace chieng {

[[nodiscard]] std::string deterministic_bytes(const google::protobuf::Message& message);

// In hex. Throws Broken when the library cannot.
[[nodiscard]] std::string sha256_hex(const std::string& bytes);

}  // namespace chieng
