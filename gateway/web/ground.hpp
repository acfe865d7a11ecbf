// SPDX-License-Identifier: Apache-2.0
// What the grids of one board have in common: its cells of people and households, by series, and where they lie: the places, and
// those above each in each half-month. The second is the same from one state of the board to the next, as a rule, and is then
// shared instead of being looked up again.
#pragma once

#include "gateway/indicator/board.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace chieng::web {

class Ground {
public:
    struct Cell {
        std::uint64_t time = 0;
        std::uint32_t place = 0;
        std::int64_t number = 0;
        friend bool operator==(const Cell&, const Cell&) = default;
    };

    // `wanted`: by series. `before`, if any, is of the same board, places and root.
    Ground(const Board& board, const Places& places, const std::string& root, const std::vector<bool>& wanted, const Ground* before);

    // Whether places and times are those of the other one; only then are their cells comparable.
    [[nodiscard]] bool lies_as(const Ground& other) const { return layout_ == other.layout_; }

    [[nodiscard]] const std::vector<std::string>& codes() const { return layout_->codes; }
    // In order of time and place, each once.
    [[nodiscard]] const std::vector<Cell>& cells(SeriesId series) const { return cells_[series]; }
    // The half-months [first, end) that anything was counted in, widened to whole years of both calendars.
    [[nodiscard]] std::int32_t first() const { return layout_->first; }
    [[nodiscard]] std::int32_t end() const { return layout_->end; }
    // The place and those above it in a half-month, from below; with groups of communes of one kind, if wanted.
    [[nodiscard]] std::vector<std::uint32_t> chain(std::uint32_t place, std::int32_t atom, bool kinds) const;
    [[nodiscard]] v1::Place::Level level(std::uint32_t place) const { return layout_->levels[place]; }
    [[nodiscard]] bool is_group(std::uint32_t place) const { return codes()[place].find('|') != std::string::npos; }
    [[nodiscard]] bool is_root(std::uint32_t place) const { return codes()[place] == layout_->root; }

private:
    struct Layout {
        std::string root;
        std::vector<std::string> counted;  // places that have a cell, in order
        std::int32_t first = 0;
        std::int32_t end = 0;
        std::vector<std::string> codes;
        std::map<std::string, std::uint32_t, std::less<>> ids;
        std::vector<v1::Place::Level> levels;
        std::vector<std::vector<std::uint32_t>> chains;  // by place and half-month, with groups
    };
    static std::vector<std::string> codes_above(const Layout& layout, const Places& places, const std::string& code, Day day);
    static void find_chains(Layout& layout, const Places& places);
    static std::shared_ptr<const Layout> made(Layout layout, const Places& places);

    std::shared_ptr<const Layout> layout_;
    std::vector<std::vector<Cell>> cells_;
};

// A group of communes of one kind, as a place: 625|RURAL.
[[nodiscard]] std::string group_code(std::string_view area, std::string_view kind);

// The official year that a half-month lies in begins with the last half of December.
[[nodiscard]] std::int32_t year_start(std::int32_t year);

}  // namespace chieng::web
