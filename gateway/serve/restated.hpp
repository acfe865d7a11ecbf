// SPDX-License-Identifier: Apache-2.0
// Which cells made a restatement, where a report was made of the cells of the places below: place by place what was filed and what is
// true now, the whole and each part. A commune lists events instead.
#pragma once

#include "chieng/v1/report.pb.h"
#include "gateway/indicator/definitions.hpp"

#include <string>
#include <vector>

namespace chieng {

// Whether the whole, or any part, is another number. The events that made it may be others.
[[nodiscard]] bool is_other_number(const v1::IndicatorValue& filed, const v1::IndicatorValue& now);
[[nodiscard]] bool is_other_whole(const v1::IndicatorValue& filed, const v1::IndicatorValue& now);

// Lines "23653  COM-01 form=TALK  3 → 4", by place, in the order of the reply.
[[nodiscard]] std::vector<std::string> changed_cells(const v1::ReportReply& reply, const Definitions& definitions);

}  // namespace chieng
