// SPDX-License-Identifier: Apache-2.0
// The register of places: a file, or the one that the programs carry.
#pragma once

#include "services/runtime/core/places.hpp"

#include <string>

namespace chieng {

// Throws std::invalid_argument with file, line and reason.
[[nodiscard]] Places load_places(const std::string& file);

}  // namespace chieng
