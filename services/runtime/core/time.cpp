// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace chieng {
namespace {

using std::chrono::days;
using std::chrono::year_month_day;

constexpr int no_number = 10'000;  // more than four digits say

// Every event that is folded is read by it.
int number_of(std::string_view digits) {
    int value = digits.empty() ? no_number : 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') {
            return no_number;
        }
        value = value * 10 + (c - '0');
    }
    return value;
}

std::int32_t months_in(v1::Span span) {
    switch (span) {
        case v1::QUARTER: return 3;
        case v1::HALF: return 6;
        case v1::YEAR: return 12;
        case v1::NINE_MONTHS: return 9;
        default: return 1;
    }
}

std::string padded(const char* format, int a, int b) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), format, a, b);
    return text.data();
}

}  // namespace

std::optional<Day> parse_day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
        return std::nullopt;
    }
    const auto year = number_of(text.substr(0, 4));
    const auto month = number_of(text.substr(5, 2));
    const auto day = number_of(text.substr(8, 2));
    if (year < 1900 || year > 2199 || month > 12 || day > 31) {
        return std::nullopt;
    }
    const auto date =
        std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) / std::chrono::day(static_cast<unsigned>(day));
    return date.ok() ? std::optional(Day(date)) : std::nullopt;
}

std::string format_day(Day day) {
    const year_month_day date(day);
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()));
    return text.data();
}

Day day_at(Seconds instant) {
    return std::chrono::floor<days>(instant + std::chrono::hours(7));
}

Day day_at(std::uint64_t seconds) {
    return day_at(Seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds))));
}

Day Atom::first_day() const {
    const int month = index / 2;
    return Day(std::chrono::year(month / 12) / std::chrono::month(static_cast<unsigned>(month % 12) + 1) /
               std::chrono::day(index % 2 == 0 ? 1 : 15));
}

Atom Atom::of(Day day) {
    const year_month_day date(day);
    const auto month = 12 * static_cast<int>(date.year()) + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
    return Atom{2 * month + (static_cast<unsigned>(date.day()) >= 15 ? 1 : 0)};
}

std::optional<Atom> Atom::parse(std::string_view text) {
    if (text.size() != 8 || text[4] != '-' || (text[7] != 'a' && text[7] != 'b')) {
        return std::nullopt;
    }
    const auto year = number_of(text.substr(0, 4));
    const auto month = number_of(text.substr(5, 2));
    if (year == no_number || month < 1 || month > 12) {
        return std::nullopt;
    }
    return Atom{2 * (12 * year + month - 1) + (text[7] == 'b' ? 1 : 0)};
}

std::string Atom::format() const {
    const int month = index / 2;
    return padded("%04d-%02d", month / 12, month % 12 + 1) + (index % 2 == 0 ? "a" : "b");
}

Period Period::of(v1::Calendar calendar, v1::Span span, Atom atom) {
    // An official month is named after the calendar month in which it ends.
    const int month = (calendar == v1::OFFICIAL ? atom.index + 1 : atom.index) / 2;
    const int part = month % 12 / months_in(span);
    return part < 12 / months_in(span) ? Period{calendar, span, month / 12, part + 1} : Period{calendar, span, month / 12 + 1, 1};
}

Period Period::of(v1::Calendar calendar, v1::Span span, Day day) {
    return of(calendar, span, Atom::of(day));
}

std::optional<Period> Period::parse(v1::Calendar calendar, std::string_view text) {
    const auto year = number_of(text.substr(0, 4));
    if (year < 1900 || year > 2199 || text.size() < 4) {
        return std::nullopt;
    }
    if (text.size() == 4) {
        return Period{calendar, v1::YEAR, year, 1};
    }
    if (text.size() != 7 || text[4] != '-') {
        return std::nullopt;
    }
    if (text.substr(5) == "9M") {
        return Period{calendar, v1::NINE_MONTHS, year, 1};
    }
    const auto span = text[5] == 'Q' ? v1::QUARTER : text[5] == 'H' ? v1::HALF : v1::MONTH;
    const auto which = number_of(text.substr(span == v1::MONTH ? 5 : 6));
    if (which < 1 || which > 12 / months_in(span)) {
        return std::nullopt;
    }
    return Period{calendar, span, year, which};
}

std::string Period::format() const {
    switch (span) {
        case v1::QUARTER: return padded("%04d-Q%d", year, number);
        case v1::HALF: return padded("%04d-H%d", year, number);
        case v1::YEAR: return padded("%04d", year, 0);
        case v1::NINE_MONTHS: return padded("%04d-9M", year, 0);
        default: return padded("%04d-%02d", year, number);
    }
}

Atom Period::first_atom() const {
    const int month = 12 * year + (number - 1) * months_in(span);
    return Atom{2 * month - (calendar == v1::OFFICIAL ? 1 : 0)};
}

std::int32_t Period::atoms() const {
    return 2 * months_in(span);
}

Day Period::first_day() const {
    return first_atom().first_day();
}

Day Period::last_day() const {
    return Atom{first_atom().index + atoms()}.first_day() - one_day;
}

std::uint32_t official_month(Day day) {
    const auto period = Period::of(v1::OFFICIAL, v1::MONTH, day);
    return static_cast<std::uint32_t>(period.year * 100 + period.number);
}

}  // namespace chieng
