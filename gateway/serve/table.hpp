// SPDX-License-Identifier: Apache-2.0
// Indicators as a table for a terminal.
#pragma once

#include "gateway/serve/value_text.hpp"

#include <string>
#include <vector>

namespace chieng {

// One row an indicator; with `cuts`, one more a part.
[[nodiscard]] std::string table(const std::vector<v1::Indicator>& definitions, const std::vector<v1::IndicatorValue>& values, Tongue tongue,
                                bool cuts);

}  // namespace chieng
