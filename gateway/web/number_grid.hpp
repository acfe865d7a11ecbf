// SPDX-License-Identifier: Apache-2.0
// All numbers of one indicator of people or households that anybody can be told: its series × places × windows, and the cells
// that they add up from: what one place counted in one slot of time. A slot is a half-month; of what stands it is a year, since
// a household that stands in one month stands in the next. Each window of either calendar is a union of slots; each place above
// is one of places below, so whatever changes in a cell changes the numbers of its chain of places in the windows of its slot.
//
// Of different values (a household counts once) windows do not add up, so their cells are guesses: as many as every window that
// a cell lies in has.
#pragma once

#include "gateway/indicator/board.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace chieng::web {

// What the grids of one board have in common.
class Ground {
public:
    struct Cell {
        std::uint64_t time = 0;
        std::uint32_t place = 0;
        std::int64_t number = 0;
    };

    Ground(const Board& board, const Places& places, std::string root, std::vector<bool> wanted);

    [[nodiscard]] const std::vector<std::string>& codes() const { return codes_; }
    [[nodiscard]] std::optional<std::uint32_t> place(std::string_view code) const;
    [[nodiscard]] const std::vector<Cell>& cells(SeriesId series) const { return cells_[series]; }
    // The half-months [first, end) that anything was counted in, widened to whole years of both calendars.
    [[nodiscard]] std::int32_t first() const { return first_; }
    [[nodiscard]] std::int32_t end() const { return end_; }
    // The place and those above it in a half-month, from below; with groups of communes of one kind, if wanted.
    [[nodiscard]] std::vector<std::uint32_t> chain(std::uint32_t place, std::int32_t atom, bool kinds) const;
    [[nodiscard]] v1::Place::Level level(std::uint32_t place) const { return levels_[place]; }
    [[nodiscard]] bool is_group(std::uint32_t place) const { return codes_[place].find('|') != std::string::npos; }
    [[nodiscard]] bool is_root(std::uint32_t place) const { return codes_[place] == root_; }

private:
    [[nodiscard]] std::vector<std::string> codes_above(const std::string& code, Day day) const;
    void find_chains();

    const Places& places_;
    std::string root_;
    std::vector<std::string> codes_;
    std::map<std::string, std::uint32_t, std::less<>> ids_;
    std::vector<v1::Place::Level> levels_;
    std::vector<std::vector<std::uint32_t>> chains_;  // by place and half-month, with groups
    std::vector<std::vector<Cell>> cells_;
    std::int32_t first_ = 0;
    std::int32_t end_ = 0;
};

// A group of communes of one kind, as a place: 625|RURAL.
[[nodiscard]] std::string group_code(std::string_view area, std::string_view kind);

// The days of a half-month.
[[nodiscard]] Day last_day_of(Atom atom);

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
[[nodiscard]] NumberGrid::WindowName window_name(const NumberGrid& grid, const Period& period, bool at_start);

}  // namespace chieng::web
