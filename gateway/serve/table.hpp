// SPDX-License-Identifier: Apache-2.0
// Indicators as a table for a terminal, and the text of one value.
#pragma once

#include "chieng/v1/indicator.pb.h"

#include <string>
#include <vector>

namespace chieng {

enum class Tongue { vi, en };

// "7.50 % (3/40)", "20.5", "12": as an officer reads it; "–" when nothing was counted for a rate or a median.
[[nodiscard]] std::string text_of(const v1::Indicator& definition, const v1::IndicatorValue& value);

// One row an indicator; with `cuts`, one more a part.
[[nodiscard]] std::string table(const std::vector<v1::Indicator>& definitions, const std::vector<v1::IndicatorValue>& values, Tongue tongue,
                                bool cuts);

}  // namespace chieng
