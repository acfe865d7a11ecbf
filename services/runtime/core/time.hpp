// SPDX-License-Identifier: Apache-2.0
// Days, periods and half-month atoms. Vietnam keeps UTC+7 all year. Official months run from the 15th to the 14th
// (Decree 09/2019/NĐ-CP, article 12), calendar months from the 1st: cut at both, every window of either calendar is a
// union of the same half-month atoms.
#pragma once

#include "chieng/v1/indicator.pb.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chieng {

using Day = std::chrono::sys_days;
using Seconds = std::chrono::sys_seconds;
inline constexpr std::chrono::days one_day{1};

// 2022-03-12 and nothing else; empty when the text is not a day between 1900 and 2199.
[[nodiscard]] std::optional<Day> parse_day(std::string_view text);
[[nodiscard]] std::string format_day(Day day);

// The day in UTC+7 at that instant.
[[nodiscard]] Day day_at(Seconds instant);
[[nodiscard]] Day day_at(std::uint64_t seconds);  // since 1970

// Half of a calendar month: `a` is the 1st to the 14th, `b` the 15th to its end.
struct Atom {
    std::int32_t index = 0;  // 2 * (12 * year + month - 1) + half

    [[nodiscard]] static Atom of(Day day);
    [[nodiscard]] static std::optional<Atom> parse(std::string_view text);
    [[nodiscard]] std::string format() const;
    [[nodiscard]] Day first_day() const;

    friend auto operator<=>(const Atom&, const Atom&) = default;
};

// How a period is written, for who wrote something else.
inline constexpr char period_forms[] = "2022-04, 2022-Q2, 2022-H1, 2022-9M, 2022";

// A window of one calendar: its atoms are [first, first + atoms).
struct Period {
    v1::Calendar calendar = v1::OFFICIAL;
    v1::Span span = v1::MONTH;
    std::int32_t year = 0;
    std::int32_t number = 1;  // month 1-12, quarter 1-4, half 1-2, year 1, nine months 1

    // The one that holds it; of the last three months of a year, which no nine months hold, those of the next year.
    [[nodiscard]] static Period of(v1::Calendar calendar, v1::Span span, Day day);
    [[nodiscard]] static Period of(v1::Calendar calendar, v1::Span span, Atom atom);
    // 2022-04, 2022-Q2, 2022-H1, 2022-9M, 2022.
    [[nodiscard]] static std::optional<Period> parse(v1::Calendar calendar, std::string_view text);
    [[nodiscard]] std::string format() const;

    [[nodiscard]] Atom first_atom() const;
    [[nodiscard]] std::int32_t atoms() const;
    [[nodiscard]] bool holds(Atom atom) const { return first_atom() <= atom && atom.index < first_atom().index + atoms(); }
    [[nodiscard]] Day first_day() const;
    [[nodiscard]] Day last_day() const;

    friend auto operator<=>(const Period&, const Period&) = default;
};

// The official month as it stands in a receipt: 202204.
[[nodiscard]] std::uint32_t official_month(Day day);

}  // namespace chieng
