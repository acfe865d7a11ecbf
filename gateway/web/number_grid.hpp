// SPDX-License-Identifier: Apache-2.0
// All numbers of one indicator of people or households that anybody can be told: its series × places × windows, and the cells
// that they add up from: what one place counted in one slot of time. A slot is a half-month; of what stands it is a year, since
// a household that stands in one month stands in the next, and windows are ends of years and of what it is told of besides, months
// excepted. Each window of either calendar is a union of slots; each place above
// is one of places below, so whatever changes in a cell changes the numbers of its chain of places in the windows of its slot.
//
// Of different values (a household counts once) windows do not add up, so their cells are guesses: as many as every window that
// a cell lies in has.
#pragma once

#include "gateway/web/ground.hpp"

#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace chieng::web {

struct NumberGrid {
    enum class Kind { flow, stock, distinct };
    enum class Slots { usual, moments };  // moments: of what stands, each window is a slot of its own

    Kind kind = Kind::flow;
    std::vector<SeriesId> series;                  // the whole first
    std::vector<std::vector<std::uint32_t>> cuts;  // of each cut its parts, as places in `series`
    std::vector<std::int32_t> cut_of;              // of each series; -1: the whole
    std::size_t places = 0;
    std::size_t slots = 0;
    std::size_t windows = 0;
    std::vector<std::vector<std::uint32_t>> windows_of;  // of a slot
    std::vector<std::vector<std::uint32_t>> slots_of;    // of a window
    std::vector<int> window_weight;
    std::vector<int> place_weight;
    std::vector<std::vector<std::uint32_t>> chains;  // by place and slot
    std::vector<std::int64_t> own;                   // by place, slot, series
    std::vector<std::int64_t> shown;                 // by place, window, series
    std::vector<bool> is_group;
    std::uint32_t root = 0;

    // The windows by name: a period, or of what stands the year that it counts from, calendar and end.
    using WindowName = std::tuple<std::int32_t, std::int32_t, std::int32_t>;
    std::map<WindowName, std::uint32_t> names;

    [[nodiscard]] std::size_t cell(std::uint32_t place, std::uint32_t slot, std::uint32_t of) const {
        return (place * slots + slot) * series.size() + of;
    }
    [[nodiscard]] std::size_t node(std::uint32_t place, std::uint32_t window, std::uint32_t of) const {
        return (place * windows + window) * series.size() + of;
    }
    [[nodiscard]] const std::vector<std::uint32_t>& chain(std::uint32_t place, std::uint32_t slot) const {
        return chains[place * slots + slot];
    }
};

// `definition` sums events. Windows and numbers are the same for both kinds of slots.
[[nodiscard]] NumberGrid make_grid(const Ground& ground, const Definitions& definitions, const Definition& definition,
                                   NumberGrid::Slots slots = NumberGrid::Slots::usual);
[[nodiscard]] NumberGrid::WindowName window_name(const NumberGrid& grid, const Period& period, bool at_start);

}  // namespace chieng::web
