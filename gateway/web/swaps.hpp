// SPDX-License-Identifier: Apache-2.0
// Complementary hiding. A swap moves one person, or household, of the grid's cells: to another place, another slot of time, another
// part of a cut, or there and another one back. It makes another world, of counts that are not negative, in which only some numbers
// differ. Each small number gets a swap that changes it, and whatever that swap changes is hidden too. So for each hidden number
// there is a world that agrees with everything that is shown and in which that number is another one: whoever collects all
// that is shown cannot tell which of the two it is.
//
// Of what stands, two numbers that are told one after the other tell who moved between them. Where these are few, one of the two is
// hidden, with a swap of its own: of where one household stood at that moment only.
//
// Keeps    the same grid and threshold give the same answer: nothing depends on what is asked for.
#pragma once

#include "gateway/web/number_grid.hpp"

#include <cstdint>
#include <vector>

namespace chieng::web {

// What is small by itself: the numbers from 1 to one below the threshold, and what is below zero before all is corrected.
[[nodiscard]] std::vector<std::uint8_t> small_numbers(const NumberGrid& grid, std::int64_t threshold);

// … and all that is hidden, by NumberGrid::node.
[[nodiscard]] std::vector<std::uint8_t> hidden_numbers(const NumberGrid& grid, std::int64_t threshold);

// … and, of what stands, what else would tell how few moved. `moments`: the same grid, with a slot for each state.
void hide_movements(const NumberGrid& moments, std::int64_t threshold, std::vector<std::uint8_t>& hidden);

}  // namespace chieng::web
