// SPDX-License-Identifier: Apache-2.0
// What a swap would change, and what it would cost to hide that; whether the world that it makes can be one.
#pragma once

#include "gateway/web/number_grid.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace chieng::web {

class SwapEffect {
public:
    struct Move {
        std::uint32_t place = 0;
        std::uint32_t slot = 0;
        std::uint32_t of = 0;
        int by = 0;
    };
    struct Effect {
        std::vector<std::size_t> nodes;
        int cost = 0;
    };

    // Both must outlive it; what is hidden costs nothing.
    SwapEffect(const NumberGrid& grid, const std::vector<std::uint8_t>& hidden);

    // Empty when it does not change that number, costs as much as `most` or more, or makes no possible world.
    [[nodiscard]] std::optional<Effect> of(const std::vector<Move>& moves, std::size_t node, int most);
    [[nodiscard]] Effect of_any(const std::vector<Move>& moves);

private:
    void add(const std::vector<Move>& moves);
    void take(Effect& effect);
    void clear();
    [[nodiscard]] int cost(int most) const;
    [[nodiscard]] bool has_cells(const std::vector<Move>& moves) const;
    [[nodiscard]] bool is_union(std::size_t node) const;
    [[nodiscard]] bool fits_whole(std::uint32_t place, std::uint32_t window) const;
    [[nodiscard]] std::int64_t after(std::size_t node) const { return grid_.shown[node] + change_[node]; }

    // Of different values: a window has at least as many as each that lies in it, at most as many as those that cover it.
    struct Cover {
        std::uint32_t window = 0;
        std::vector<std::uint32_t> by;
    };
    void find_covers();

    const NumberGrid& grid_;
    const std::vector<std::uint8_t>& hidden_;
    std::vector<std::int32_t> change_;
    std::vector<std::size_t> touched_;
    std::vector<std::vector<std::uint32_t>> inside_;  // windows within a window
    std::vector<std::vector<std::uint32_t>> around_;  // … and those that it lies in
    std::vector<Cover> covers_;
    std::vector<std::vector<std::uint32_t>> covers_of_;  // of a window
};

}  // namespace chieng::web
