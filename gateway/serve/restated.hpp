// SPDX-License-Identifier: Apache-2.0
// Which cells made a restatement, where a report was made of the cells of the places below: place by place what was filed and what is
// true now, the whole and each part. A commune lists events instead.
#pragma once

#include "chieng/v1/report.pb.h"
#include "gateway/indicator/definitions.hpp"

#include <string>
#include <vector>

namespace chieng {

// Restated is what is another number, exactly, than was filed: the whole or any part; not one that other events made, nor 0 of what
// nobody had reported.
[[nodiscard]] bool is_other_number(const v1::IndicatorValue& filed, const v1::IndicatorValue& now);
[[nodiscard]] bool is_other_whole(const v1::IndicatorValue& filed, const v1::IndicatorValue& now);
[[nodiscard]] bool is_other_part(const v1::IndicatorValue::Part& filed, const v1::IndicatorValue::Part& now);

// Lines "23653  COM-01 form=TALK  3 → 4", by place, in the order of the reply.
[[nodiscard]] std::vector<std::string> changed_cells(const v1::ReportReply& reply, const Definitions& definitions);

}  // namespace chieng
