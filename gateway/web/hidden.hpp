// SPDX-License-Identifier: Apache-2.0
// Small numbers of people and households are hidden from a viewer with a threshold: the primary rule. Which indicators count
// people or households is said in their definitions.
//
// What is hidden can still be worked out where a sum and all its other parts are shown: complementary hiding is not done here.
#pragma once

#include "chieng/v1/indicator.pb.h"
#include "chieng/v1/rights.pb.h"
#include "gateway/indicator/definitions.hpp"

namespace chieng::web {

[[nodiscard]] bool counts_people(const v1::Indicator& indicator);

// Whether the value, or a part of it with that number and denominator, is hidden from this viewer.
[[nodiscard]] bool is_hidden(const v1::Indicator& indicator, const v1::IndicatorValue& value, const v1::Viewer& viewer);
[[nodiscard]] bool is_hidden(const v1::Indicator& indicator, const v1::IndicatorValue::Part& part, const v1::Viewer& viewer);

// Of a part of what may be the achievement of targets: then its figures are hundredths of what the indicator counts that it names.
[[nodiscard]] bool is_hidden(const Definitions& definitions, const v1::Indicator& indicator, const v1::IndicatorValue& whole,
                             const v1::IndicatorValue::Part& part, const v1::Viewer& viewer);

// Whether he sees what a value is made of: digests, the events behind it, the raw feed of cells.
[[nodiscard]] bool sees_lineage(const v1::Viewer& viewer);

// "dưới 5" / "under 5".
[[nodiscard]] v1::Label hidden_text(const v1::Viewer& viewer);

}  // namespace chieng::web
