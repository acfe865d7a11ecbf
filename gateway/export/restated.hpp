// SPDX-License-Identifier: Apache-2.0
// What is another number now than was filed, for files, page, API and commands alike; and which cells made it, where a report was made of
// the cells of the places below: place by place what was filed and what is true now. A commune lists events instead.
#pragma once

#include "chieng/v1/report.pb.h"
#include "gateway/export/statement.hpp"
#include "gateway/indicator/definitions.hpp"

#include <set>
#include <string>
#include <vector>

namespace chieng {

// Restated is what is another number, exactly, than was filed, even where it is rounded to the same text: not one that other events
// made, nor 0 of what nobody had reported, nor what is hidden on either side. `told_then`, `told_now`: how the two are told.
[[nodiscard]] bool is_restated(const v1::IndicatorValue& filed, Status told_then, const v1::IndicatorValue& now, Status told_now);
[[nodiscard]] bool is_restated(const v1::IndicatorValue::Part& filed, Status told_then, const v1::IndicatorValue::Part& now,
                               Status told_now);

struct Restated {
    v1::Restatement cell;
    bool is_whole = false;  // not only a part of it
};

// Those of a reply about a report that are so: a whole or any part that is not hidden. Whose whole is hidden is left out.
[[nodiscard]] std::vector<Restated> restated_of(const v1::Report& report, const std::vector<v1::Restatement>& all,
                                                const Definitions& definitions, const std::set<CellName>& hidden_filed = {},
                                                const std::set<CellName>& hidden = {});

// Lines "23653  COM-01 form=TALK  3 → 4", by place, in the order of the reply.
[[nodiscard]] std::vector<std::string> changed_cells(const v1::Report& report, const std::vector<Restated>& restated,
                                                     const Definitions& definitions);

}  // namespace chieng
