// SPDX-License-Identifier: Apache-2.0
// Days, half-months and periods as text: what is accepted is written back as it was, and windows hold their days.
#include "services/runtime/core/time.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace chieng::testing::fuzz_time {
namespace {

void take(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of_input(data, size);
    if (const auto day = parse_day(text)) {
        must(format_day(*day) == text, "a day is written as it was read");
        const auto atom = Atom::of(*day);
        for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
            for (const auto span : {v1::MONTH, v1::QUARTER, v1::HALF, v1::YEAR, v1::NINE_MONTHS}) {
                const auto period = Period::of(calendar, span, *day);
                const bool holds = period.first_day() <= *day && *day <= period.last_day();
                must(holds || (span == v1::NINE_MONTHS && *day < period.first_day()), "a period holds its day");
                must(period == Period::of(calendar, span, atom), "a day and its half-month are of one period");
                must(period.holds(atom) == holds, "a period holds its halves");
            }
        }
    }
    if (const auto atom = Atom::parse(text)) {
        must(atom->format() == text, "a half-month is written as it was read");
    }
    for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
        if (const auto period = Period::parse(calendar, text)) {
            must(period->format() == text, "a period is written as it was read");
            must(Period::of(calendar, period->span, period->first_day()) == *period, "a period begins with its first day");
            must(Period::of(calendar, period->span, period->last_day()) == *period, "a period ends with its last day");
        }
    }
}

const Target target("time", take);

}  // namespace
}  // namespace chieng::testing::fuzz_time
