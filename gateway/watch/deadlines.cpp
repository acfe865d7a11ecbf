// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/deadlines.hpp"

#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <stdexcept>

namespace chieng {
namespace {

using std::chrono::days;
using std::chrono::months;

constexpr std::uint32_t days_min = 4;  // whatever weekday the period ends on
constexpr std::uint32_t days_max = 366;
constexpr std::uint32_t day_max = 31;
constexpr std::int32_t months_max = 12;
constexpr std::size_t unit_chars_max = 40;  // as report_submitted.to_unit

std::uint32_t periods_in_a_year(const Period& period) {
    constexpr int atoms_in_a_year = 24;
    return static_cast<std::uint32_t>(atoms_in_a_year / period.atoms());
}

// That day, or the next one on which offices work.
Day working_day(Day day, const std::set<Day>& holidays) {
    const auto is_free = [&](Day one) {
        const auto weekday = std::chrono::weekday(one);
        return weekday == std::chrono::Saturday || weekday == std::chrono::Sunday || holidays.contains(one);
    };
    while (is_free(day)) {
        day += one_day;
    }
    return day;
}

Day day_of_month(const v1::ReportDeadline& deadline, const Period& period) {
    const std::chrono::year_month_day last(period.last_day());
    const auto month = last.year() / last.month() + months(deadline.months_later());
    return std::min(Day(month / std::chrono::day(1)) + days(deadline.day() - 1), Day(month / std::chrono::last));
}

// Empty: nothing is wrong.
std::string reason_against(const v1::ReportDeadline& deadline) {
    const auto from = parse_day(deadline.from());
    if (!from || (!deadline.until().empty() && (!parse_day(deadline.until()) || deadline.until() < deadline.from()))) {
        return "from is a day, until none or a later one";
    }
    if (deadline.level() == v1::ReportSubmitted::LEVEL_UNSPECIFIED || deadline.span() == v1::SPAN_UNSPECIFIED) {
        return "it has a level and a span";
    }
    if (deadline.to_unit().size() > unit_chars_max || !has_shape(deadline.to_unit(), v1::REFERENCE)) {
        return "to_unit is as in the report: at most " + std::to_string(unit_chars_max) + " letters a-z, digits and . _ - /";
    }
    const auto period = Period::of(v1::OFFICIAL, deadline.span(), *from);
    for (const auto number : deadline.number()) {
        if (number < 1 || number > periods_in_a_year(period)) {
            return "a year has no period " + std::to_string(number) + " of this span";
        }
    }
    if ((deadline.day() > 0) == (deadline.days() > 0)) {
        return "it says either days after the period, or the day of a month";
    }
    if (deadline.days() > 0) {
        return days_min <= deadline.days() && deadline.days() <= days_max && deadline.months_later() == 0
                   ? ""
                   : "days are " + std::to_string(days_min) + " to " + std::to_string(days_max) +
                         ", without months: a working day lies between the end of a period and its report";
    }
    if (deadline.day() > day_max || deadline.months_later() < -months_max || deadline.months_later() > months_max) {
        return "a day is 1 to " + std::to_string(day_max) + ", months -" + std::to_string(months_max) + " to " + std::to_string(months_max);
    }
    return day_of_month(deadline, period) > period.first_day() ? "" : "a report is not due before its period begins";
}

}  // namespace

void check_deadlines(const v1::AttentionRules& rules, const std::string& file_name) {
    for (const auto& holiday : rules.holiday()) {
        if (!parse_day(holiday)) {
            throw std::invalid_argument(file_name + ": holiday '" + holiday + "': is a day, like 2022-09-02");
        }
    }
    for (const auto& report : rules.report()) {
        if (const auto reason = reason_against(report); !reason.empty()) {
            throw std::invalid_argument(file_name + ": report from '" + report.from() + "': " + reason);
        }
    }
}

std::set<Day> holidays_of(const v1::AttentionRules& rules) {
    std::set<Day> holidays;
    for (const auto& holiday : rules.holiday()) {
        holidays.insert(*parse_day(holiday));
    }
    return holidays;
}

std::optional<Day> due_day(const v1::ReportDeadline& deadline, const Period& period, const std::set<Day>& holidays) {
    const auto& asked = deadline.number();
    if (!asked.empty() && std::find(asked.begin(), asked.end(), static_cast<std::uint32_t>(period.number)) == asked.end()) {
        return std::nullopt;
    }
    return deadline.days() > 0 ? working_day(period.last_day() + days(deadline.days()), holidays) : day_of_month(deadline, period);
}

}  // namespace chieng
