// SPDX-License-Identifier: Apache-2.0
// Digests that others keep, over frozen bytes.
#pragma once

#include <string>

namespace chieng {

// In hex. Throws Broken when the library cannot.
[[nodiscard]] std::string sha256_hex(const std::string& bytes);

}  // namespace chieng
