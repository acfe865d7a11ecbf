// SPDX-License-Identifier: Apache-2.0
// Which cells of a table, a file or a list of changes are hidden from who asks.
#pragma once

#include "gateway/export/statement.hpp"
#include "gateway/web/hidden.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace chieng::web {

struct Call;

// Cut and value of the parts that stand somewhere, of each indicator.
using Parts = std::map<std::string, std::set<std::pair<std::string, std::string>>, std::less<>>;

void note_parts(const v1::IndicatorValue& value, Parts& parts);

// Of a value as it is now, or as it was filed. A part that stands elsewhere only is nothing here, which is told like a number.
void note_hidden(const Call& call, Day day, const v1::IndicatorValue& value, const Parts& parts, Told told, std::set<CellName>& hidden);

}  // namespace chieng::web
