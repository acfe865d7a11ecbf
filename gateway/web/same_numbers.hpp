// SPDX-License-Identifier: Apache-2.0
// Indicators that are, word by word, a part of another one: households supported that are poor. What is hidden of one is hidden
// of the other.
#pragma once

#include "gateway/indicator/definitions.hpp"

#include <map>

namespace chieng::web {

// The whole of such an indicator -> the part of the other.
[[nodiscard]] std::map<SeriesId, SeriesId> same_numbers(const Definitions& definitions);

}  // namespace chieng::web
