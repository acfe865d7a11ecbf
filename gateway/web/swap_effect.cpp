// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/swap_effect.hpp"

#include <algorithm>
#include <array>

namespace chieng::web {
namespace {

constexpr int cost_of_zero = 8;  // a place that had nothing seems to hide something

}  // namespace

SwapEffect::SwapEffect(const NumberGrid& grid, const std::vector<std::uint8_t>& hidden)
    : grid_(grid), hidden_(hidden), change_(grid.shown.size(), 0) {
    if (grid.kind == NumberGrid::Kind::distinct) {
        find_covers();
    }
}

void SwapEffect::find_covers() {
    const auto& slots = grid_.slots_of;
    inside_.resize(grid_.windows);
    around_.resize(grid_.windows);
    covers_of_.resize(grid_.windows);
    for (std::uint32_t window = 0; window < grid_.windows; ++window) {
        for (std::uint32_t other = 0; other < grid_.windows; ++other) {
            if (window != other && std::includes(slots[window].begin(), slots[window].end(), slots[other].begin(), slots[other].end())) {
                inside_[window].push_back(other);
                around_[other].push_back(window);
            }
        }
    }
    const auto calendar_of = [&] {
        std::vector<std::int32_t> made(grid_.windows);
        for (const auto& [name, window] : grid_.names) {
            made[window] = std::get<1>(name);
        }
        return made;
    }();
    constexpr std::array kinds{v1::OFFICIAL, v1::CALENDAR_MONTHS};
    constexpr std::array weights{1, 2, 3};
    for (std::uint32_t window = 0; window < grid_.windows; ++window) {
        for (const auto calendar : kinds) {
            for (const auto weight : weights) {
                Cover cover{window, {}};
                std::vector<std::uint32_t> covered;
                for (std::uint32_t other = 0; other < grid_.windows; ++other) {
                    const bool meets = std::any_of(slots[other].begin(), slots[other].end(), [&](std::uint32_t slot) {
                        return std::binary_search(slots[window].begin(), slots[window].end(), slot);
                    });
                    if (other != window && meets && calendar_of[other] == calendar && grid_.window_weight[other] == weight) {
                        cover.by.push_back(other);
                        covered.insert(covered.end(), slots[other].begin(), slots[other].end());
                    }
                }
                std::sort(covered.begin(), covered.end());
                if (!cover.by.empty() && std::includes(covered.begin(), covered.end(), slots[window].begin(), slots[window].end())) {
                    const auto number = static_cast<std::uint32_t>(covers_.size());
                    covers_of_[window].push_back(number);
                    for (const auto by : cover.by) {
                        covers_of_[by].push_back(number);
                    }
                    covers_.push_back(std::move(cover));
                }
            }
        }
    }
}

void SwapEffect::add(const std::vector<Move>& moves) {
    for (const auto& move : moves) {
        for (const auto place : grid_.chain(move.place, move.slot)) {
            for (const auto window : grid_.windows_of[move.slot]) {
                const auto node = grid_.node(place, window, move.of);
                touched_.push_back(node);
                change_[node] += move.by;
            }
        }
    }
}

void SwapEffect::clear() {
    for (const auto node : touched_) {
        change_[node] = 0;
    }
    touched_.clear();
}

// Each node that differs once; it clears what was added.
void SwapEffect::take(Effect& effect) {
    for (const auto node : touched_) {
        if (change_[node] != 0) {
            effect.nodes.push_back(node);
            change_[node] = 0;
        }
    }
    touched_.clear();
}

int SwapEffect::cost(int most) const {
    int sum = 0;
    const auto series = grid_.series.size();
    for (const auto node : touched_) {
        if (change_[node] == 0 || hidden_[node] != 0) {
            continue;
        }
        const auto place = node / series / grid_.windows;
        const auto window = node / series % grid_.windows;
        if (grid_.is_group[place] && grid_.shown[node] == 0) {
            return most;
        }
        sum += grid_.place_weight[place] * grid_.window_weight[window] + (grid_.shown[node] == 0 ? cost_of_zero : 0);
        if (sum >= most) {
            break;
        }
    }
    return sum;
}

// One is taken from who is there, and comes only to where something happened.
bool SwapEffect::has_cells(const std::vector<Move>& moves) const {
    return std::all_of(moves.begin(), moves.end(), [&](const Move& move) {
        std::int64_t number = grid_.own[grid_.cell(move.place, move.slot, move.of)];
        for (const auto& other : moves) {
            number += other.place == move.place && other.slot == move.slot && other.of == move.of ? other.by : 0;
        }
        return number >= 0 && grid_.own[grid_.cell(move.place, move.slot, 0)] > 0;
    });
}

bool SwapEffect::is_union(std::size_t node) const {
    const auto series = grid_.series.size();
    const auto window = node / series % grid_.windows;
    const auto at = [&](std::uint32_t other) { return after(node - window * series + other * series); };
    const auto number = after(node);
    if (number < 0 || std::any_of(inside_[window].begin(), inside_[window].end(), [&](auto other) { return at(other) > number; }) ||
        std::any_of(around_[window].begin(), around_[window].end(), [&](auto other) { return at(other) < number; })) {
        return false;
    }
    return std::all_of(covers_of_[window].begin(), covers_of_[window].end(), [&](std::uint32_t cover) {
        std::int64_t sum = 0;
        for (const auto by : covers_[cover].by) {
            sum += at(by);
        }
        return at(covers_[cover].window) <= sum;
    });
}

// No part is more than the whole; where all parts together were not less than it, they are not.
bool SwapEffect::fits_whole(std::uint32_t place, std::uint32_t window) const {
    const auto whole = grid_.node(place, window, 0);
    return std::all_of(grid_.cuts.begin(), grid_.cuts.end(), [&](const auto& cut) {
        std::int64_t before = 0;
        std::int64_t now = 0;
        for (const auto part : cut) {
            const auto number = after(whole + part);
            if (number > after(whole) && number > grid_.shown[whole + part]) {
                return false;
            }
            before += grid_.shown[whole + part];
            now += number;
        }
        return before < grid_.shown[whole] || now >= after(whole);
    });
}

std::optional<SwapEffect::Effect> SwapEffect::of(const std::vector<Move>& moves, std::size_t node, int most) {
    if (!has_cells(moves)) {
        return std::nullopt;
    }
    add(moves);
    const auto series = grid_.series.size();
    // A node that was touched twice is counted twice, which only makes it dearer.
    const auto costs = change_[node] == 0 ? most : cost(most);
    const bool can =
        costs < most && (grid_.kind != NumberGrid::Kind::distinct || std::all_of(touched_.begin(), touched_.end(), [&](std::size_t one) {
                             const auto place = static_cast<std::uint32_t>(one / series / grid_.windows);
                             const auto window = static_cast<std::uint32_t>(one / series % grid_.windows);
                             return change_[one] == 0 || (is_union(one) && fits_whole(place, window));
                         }));
    if (!can) {
        clear();
        return std::nullopt;
    }
    Effect effect;
    effect.cost = costs;
    take(effect);
    return effect;
}

SwapEffect::Effect SwapEffect::of_any(const std::vector<Move>& moves) {
    add(moves);
    Effect effect;
    take(effect);
    return effect;
}

}  // namespace chieng::web
