// SPDX-License-Identifier: Apache-2.0
// A cell's name as one number while a board lives: series (21 bits), time (22 bits), area (21 bits). Time is a half-month's
// index, or a window: mark, calendar, span (3 bits), its number since the year 0, or the opening of a year: two marks and the year. Times
// are kept with subjects (board.proto): another form of them is another board_version.
#pragma once

#include "services/runtime/core/time.hpp"

#include <cstdint>

namespace chieng::cell_id {

inline constexpr std::uint64_t area_bits = 21;
inline constexpr std::uint64_t time_bits = 22;
inline constexpr std::uint64_t window_mark = 1U << 21U;

inline std::uint64_t time_of(Atom atom) {
    return static_cast<std::uint64_t>(atom.index);
}
inline std::uint64_t time_of(const Period& period) {
    return window_mark | static_cast<std::uint64_t>(period.calendar - 1) << 20U | static_cast<std::uint64_t>(period.span) << 17U |
           static_cast<std::uint64_t>(period.year * 12 + period.number - 1);
}
inline constexpr std::uint64_t opening_mark = window_mark | 1U << 16U;
inline std::uint64_t time_of_opening(std::int32_t year) {
    return opening_mark | static_cast<std::uint64_t>(year);
}
inline bool is_opening(std::uint64_t time) {
    return (time & opening_mark) == opening_mark;
}
inline std::int32_t year_of(std::uint64_t opening) {
    return static_cast<std::int32_t>(opening & 0xFFFFU);
}
inline bool is_window(std::uint64_t time) {
    return (time & opening_mark) == window_mark;
}
inline bool is_atom(std::uint64_t time) {
    return (time & window_mark) == 0;
}
inline Atom atom_of(std::uint64_t time) {
    return Atom{static_cast<std::int32_t>(time)};
}
inline Period window_of(std::uint64_t time) {
    const auto number = static_cast<std::int32_t>(time & 0xFFFFU);
    const auto calendar = static_cast<v1::Calendar>((time >> 20U & 1U) + 1);
    return Period{calendar, static_cast<v1::Span>(time >> 17U & 7U), number / 12, number % 12 + 1};
}

inline std::uint64_t pack(std::uint64_t series, std::uint64_t time, std::uint32_t area) {
    return series << (area_bits + time_bits) | time << area_bits | area;
}
inline std::uint32_t area(std::uint64_t id) {
    return static_cast<std::uint32_t>(id & ((1U << area_bits) - 1));
}
inline std::uint64_t time(std::uint64_t id) {
    return id >> area_bits & ((1U << time_bits) - 1);
}
inline std::uint32_t series(std::uint64_t id) {
    return static_cast<std::uint32_t>(id >> (area_bits + time_bits));
}

}  // namespace chieng::cell_id
