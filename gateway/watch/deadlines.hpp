// SPDX-License-Identifier: Apache-2.0
// When the report of a period is due, as the rules say it: so many days after the period, or on a day of a month.
#pragma once

#include "chieng/v1/attention.pb.h"
#include "services/runtime/core/time.hpp"

#include <optional>
#include <set>
#include <string>

namespace chieng {

// Throws std::invalid_argument "file: report from 'day': reason", or "file: holiday 'text': reason".
void check_deadlines(const v1::AttentionRules& rules, const std::string& file_name);

// Of checked rules.
[[nodiscard]] std::set<Day> holidays_of(const v1::AttentionRules& rules);

// Nothing when no report of this period is asked for. `deadline` is of checked rules, `period` of its span.
[[nodiscard]] std::optional<Day> due_day(const v1::ReportDeadline& deadline, const Period& period, const std::set<Day>& holidays);

}  // namespace chieng
