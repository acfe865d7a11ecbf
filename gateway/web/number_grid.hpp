// SPDX-License-Identifier: Apache-2.0
// All numbers of one indicator of people or households that anybody can be told: its series × places × windows, and the cells
// that they add up from: what one place counted in one slot of time. A slot is a half-month. Each window of either calendar is a union of
// slots; each place above is one of places below, so whatever changes in a cell changes the numbers of its chain of places in the
// windows of its slot.
//
// Of what stands a window is a moment: the beginning and end of a year, or of what it is told of besides, months excepted. A slot is the
// time from one review, which counts all anew, to the next: a household that stands at one moment stands at the others. Where it is asked
// who moved, it is one state of the board: moments with the same numbers everywhere are one, as whoever knows that nothing happened
// between them, or that both are to come, knows one from the other.
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

// `definition` sums events.
[[nodiscard]] NumberGrid make_grid(const Ground& ground, const Definitions& definitions, const Definition& definition);
// The same windows and numbers of what stands, as `grid` has them, with a slot for each state.
[[nodiscard]] NumberGrid make_moments(const NumberGrid& grid, const Ground& ground, const Definitions& definitions,
                                      const Definition& definition);
[[nodiscard]] NumberGrid::WindowName window_name(const NumberGrid& grid, const Period& period, bool at_start);

}  // namespace chieng::web
