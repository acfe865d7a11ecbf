// SPDX-License-Identifier: Apache-2.0
// How groups, cuts, periods and calendars are called, in both languages: read from the schema, the definitions and the calendar,
// for pages and files alike.
#pragma once

#include "gateway/indicator/definitions.hpp"

#include <string>
#include <string_view>

namespace chieng {

[[nodiscard]] v1::Label label(std::string_view vi, std::string_view en);

// COM-01 is of the group COM.
[[nodiscard]] std::string group_of(std::string_view code);
// A group that nobody named is called by its code.
[[nodiscard]] v1::Label group_label(std::string_view group);

// What a service's journal is called: session is "Tuyên truyền". One that nobody named is called by its name.
[[nodiscard]] v1::Label service_label(std::string_view service);

[[nodiscard]] v1::Label cut_label(const v1::Indicator& indicator, std::string_view cut);
// What a value of a cut is called: its part's label, its enum value's, its indicator's; itself when none of them names it.
// `day`: of the definitions.
[[nodiscard]] v1::Label cut_value_label(const Definitions& definitions, const Definition& definition, std::string_view cut,
                                        const std::string& value, Day day);

// "Quý II năm 2022", "Second quarter of 2022".
[[nodiscard]] v1::Label period_label(const Period& period);
// Why a table of it has no rows: no definition names its span.
[[nodiscard]] v1::Label nothing_told_label(const Period& period);
[[nodiscard]] v1::Label calendar_label(v1::Calendar calendar);
// "15/03/2022", "15 March 2022".
[[nodiscard]] v1::Label day_label(Day day);
// "từ ngày 15/03/2022 đến ngày 14/06/2022", "15 March 2022 to 14 June 2022".
[[nodiscard]] v1::Label days_label(Day first, Day last);
// "official", "calendar": as topics and parameters name them.
[[nodiscard]] std::string_view calendar_name(v1::Calendar calendar);

}  // namespace chieng
