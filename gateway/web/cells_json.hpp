// SPDX-License-Identifier: Apache-2.0
// The feed of cells as JSON. A cell is its proto3 JSON with the offset before it; it is written by hand because a busy gateway
// writes thousands a second.
#pragma once

#include "gateway/indicator/board.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace chieng::web {

void append_cell(std::string& json, std::uint64_t offset, const v1::Cell& cell);

// Cells of the board that were stamped after an offset, in order, as a JSON array; the last offset that it holds, or that is
// known to hold nothing more.
struct Page {
    std::string cells;
    std::uint64_t last = 0;
    bool more = false;
};
[[nodiscard]] Page page_after(const Board& board, std::uint64_t after, std::uint64_t last, std::size_t most);

// {"epoch":"…","last":…,"cells":[…]}
[[nodiscard]] std::string cells_message(std::uint64_t epoch, std::uint64_t last, const std::string& cells);

}  // namespace chieng::web
