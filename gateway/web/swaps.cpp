// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/swaps.hpp"

#include "gateway/web/swap_effect.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

namespace chieng::web {
namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
constexpr std::int32_t slots_apart_max = 12;
constexpr std::size_t starts_max = 2;
constexpr std::size_t siblings_max = 16;
constexpr std::size_t other_parts_max = 2;
constexpr int tries_max = 60;

// A cell in which the swap adds one, or takes one away.
struct Corner {
    std::uint32_t place = 0;
    std::uint32_t slot = 0;
    int by = 0;
};

// One number that needs a swap.
struct Target {
    std::uint32_t place = 0;
    std::uint32_t window = 0;
    std::uint32_t of = 0;
    std::size_t node = 0;
};

class Chooser {
public:
    // `targets`: the numbers that need a swap. They are hidden, as those are that are hidden already.
    Chooser(const NumberGrid& grid, std::vector<std::uint8_t> targets, const std::vector<std::uint8_t>& hidden)
        : grid_(grid), targets_(std::move(targets)), hidden_(targets_), covered_(hidden_.size(), 0), effect_(grid, hidden_) {
        for (std::size_t i = 0; i < hidden.size(); ++i) {
            hidden_[i] |= hidden[i];
        }
        find_leaves();
        find_families();
    }

    std::vector<std::uint8_t> run() {
        std::vector<std::uint32_t> places(grid_.places);
        std::iota(places.begin(), places.end(), 0U);
        std::stable_sort(places.begin(), places.end(),
                         [&](std::uint32_t one, std::uint32_t other) { return grid_.place_weight[one] > grid_.place_weight[other]; });
        std::vector<std::uint32_t> windows(grid_.windows);
        std::iota(windows.begin(), windows.end(), 0U);
        std::stable_sort(windows.begin(), windows.end(),
                         [&](std::uint32_t one, std::uint32_t other) { return grid_.window_weight[one] > grid_.window_weight[other]; });
        for (const auto place : places) {
            for (const auto window : windows) {
                for (std::uint32_t of = 0; of < grid_.series.size(); ++of) {
                    const auto node = grid_.node(place, window, of);
                    if (targets_[node] != 0 && covered_[node] == 0) {
                        cover({place, window, of, node});
                    }
                }
            }
        }
        return std::move(hidden_);
    }

private:
    [[nodiscard]] std::size_t leaf_at(std::uint32_t place, std::uint32_t slot, std::uint32_t of) const {
        return grid_.cell(place, slot, of);
    }

    // Under each place, the one with the smallest cell that is not zero.
    void find_leaves() {
        leaves_.assign(grid_.own.size(), none);
        for (std::uint32_t place = 0; place < grid_.places; ++place) {
            for (std::uint32_t slot = 0; slot < grid_.slots; ++slot) {
                for (std::uint32_t of = 0; of < grid_.series.size(); ++of) {
                    const auto number = grid_.own[grid_.cell(place, slot, of)];
                    for (std::size_t i = 0; number > 0 && i < grid_.chain(place, slot).size(); ++i) {
                        auto& leaf = leaves_[grid_.cell(grid_.chain(place, slot)[i], slot, of)];
                        if (leaf == none || number < grid_.own[grid_.cell(leaf, slot, of)]) {
                            leaf = place;
                        }
                    }
                }
            }
        }
    }

    // Who shares a place above, by what comes next in the chain.
    void find_families() {
        above_.assign(grid_.places, none);
        below_.resize(grid_.places);
        for (std::uint32_t place = 0; place < grid_.places; ++place) {
            for (std::uint32_t slot = 0; slot < grid_.slots; ++slot) {
                const auto& chain = grid_.chain(place, slot);
                for (std::size_t i = 1; i < chain.size(); ++i) {
                    above_[chain[i - 1]] = above_[chain[i - 1]] == none ? chain[i] : above_[chain[i - 1]];
                }
            }
        }
        for (std::uint32_t place = 0; place < grid_.places; ++place) {
            if (above_[place] != none) {
                below_[above_[place]].push_back(place);
            }
        }
    }

    // Those beside a place, from the one that follows it, and those beside the places above.
    [[nodiscard]] std::vector<std::uint32_t> partners(std::uint32_t place) const {
        std::vector<std::uint32_t> found{place};
        for (auto at = place; above_[at] != none; at = above_[at]) {
            const auto& family = below_[above_[at]];
            const auto own = static_cast<std::size_t>(std::find(family.begin(), family.end(), at) - family.begin());
            for (std::size_t i = 1; i < family.size() && i <= siblings_max; ++i) {
                found.push_back(family[(own + i) % family.size()]);
            }
        }
        return found;
    }

    [[nodiscard]] std::vector<Corner> starts(const Target& target) const {
        std::vector<Corner> found;
        for (const auto slot : grid_.slots_of[target.window]) {
            const auto leaf = leaves_[leaf_at(target.place, slot, target.of)];
            if (leaf != none) {
                found.push_back({leaf, slot, 1});
            }
        }
        std::stable_sort(found.begin(), found.end(), [&](const Corner& one, const Corner& other) {
            return grid_.own[grid_.cell(one.place, one.slot, target.of)] < grid_.own[grid_.cell(other.place, other.slot, target.of)];
        });
        if (found.size() > starts_max) {  // the smallest, and the first
            std::stable_sort(found.begin() + 1, found.end(), [](const Corner& one, const Corner& other) { return one.slot < other.slot; });
            found = {found.front(), found[1]};
        }
        return found;
    }

    void cover(const Target& target) {
        best_.reset();
        tried_ = 0;
        const auto first = starts(target);
        for (const auto& start : first) {
            try_alone(target, start);
        }
        for (const auto& start : first) {
            try_pairs(target, start);
        }
        if (!best_ && !first.empty()) {  // whatever changes it: one more
            take_last_resort(target, first.front());
        }
        if (best_) {
            for (const auto node : best_->nodes) {
                hidden_[node] = 1;
                covered_[node] = 1;
            }
        }
    }

    // Nothing is cheaper than nothing; and enough was tried.
    [[nodiscard]] bool is_done() const { return best_ && (best_->cost == 0 || tried_ >= tries_max); }

    void try_alone(const Target& target, const Corner& start) {
        const std::array corners{start};
        try_corners(target, corners);
    }

    // Near in time first; of those beside it, first the ones that are hidden anyway.
    void try_pairs(const Target& target, const Corner& start) {
        auto all = partners(target.place);
        std::stable_partition(all.begin() + 1, all.end(),
                              [&](std::uint32_t partner) { return hidden_[grid_.node(partner, target.window, target.of)] != 0; });
        const auto apart_max = grid_.kind == NumberGrid::Kind::stock ? 0 : 2 * slots_apart_max;
        for (std::int32_t apart = 0; apart <= apart_max; ++apart) {
            const auto slot = static_cast<std::int32_t>(start.slot) + (apart % 2 == 0 ? apart / 2 : -(apart + 1) / 2);
            for (std::size_t i = 0; slot >= 0 && slot < static_cast<std::int32_t>(grid_.slots) && i < all.size(); ++i) {
                try_pair(target, start, all[i], static_cast<std::uint32_t>(slot));
                if (is_done()) {
                    return;
                }
            }
        }
    }

    // To another time or place and, from where that would be seen, another one back.
    void try_pair(const Target& target, const Corner& start, std::uint32_t partner, std::uint32_t slot) {
        const auto& window = grid_.slots_of[target.window];
        const bool inside = std::find(window.begin(), window.end(), slot) != window.end();
        const auto there = leaves_[leaf_at(partner, slot, target.of)];
        if (there == none || (partner == target.place && inside)) {
            return;
        }
        try_corners(target, std::array{start, Corner{there, slot, -1}});
        const auto back = leaves_[leaf_at(target.place, slot, target.of)];
        const auto beside = leaves_[leaf_at(partner, start.slot, target.of)];
        if (partner != target.place && !inside && back != none && beside != none) {
            try_corners(target, std::array{start, Corner{back, slot, -1}, Corner{beside, start.slot, -1}, Corner{there, slot, 1}});
        }
    }

    template <class Corners>
    void try_corners(const Target& target, Corners corners) {
        for (int turn = 0; turn < 2 && !is_done(); ++turn) {
            if (target.of == 0) {
                try_whole(target, corners);
            } else {
                try_part(target, corners);
            }
            for (auto& corner : corners) {
                corner.by = -corner.by;
            }
        }
    }

    // Who is moved is of some part of each cut.
    template <class Corners>
    void try_whole(const Target& target, const Corners& corners) {
        moves_.clear();
        for (const auto& corner : corners) {
            moves_.push_back({corner.place, corner.slot, 0, corner.by});
        }
        for (const auto& cut : grid_.cuts) {
            const auto part = part_of(cut, corners);
            if (!part) {
                return;
            }
            for (const auto& corner : corners) {
                if (*part != none) {
                    moves_.push_back({corner.place, corner.slot, *part, corner.by});
                }
            }
        }
        consider(target);
    }

    // `none`: of no part of this cut; empty: there is nobody whom it could be.
    template <class Corners>
    [[nodiscard]] std::optional<std::uint32_t> part_of(const std::vector<std::uint32_t>& cut, const Corners& corners) const {
        std::optional<std::uint32_t> found;
        int best = -1;
        for (const auto part : cut) {
            bool can = true;
            int stands = 0;
            for (const auto& corner : corners) {
                const bool some = grid_.own[grid_.cell(corner.place, corner.slot, part)] > 0;
                can = can && (some || corner.by > 0);
                stands += some ? 1 : 0;
            }
            if (can && stands > best) {
                best = stands;
                found = part;
            }
        }
        const bool rest = std::all_of(corners.begin(), corners.end(), [&](const Corner& corner) { return has_rest(cut, corner); });
        return best > 0 ? found : rest ? std::optional(none) : found;
    }

    [[nodiscard]] bool has_rest(const std::vector<std::uint32_t>& cut, const Corner& corner) const {
        std::int64_t sum = 0;
        for (const auto part : cut) {
            sum += grid_.own[grid_.cell(corner.place, corner.slot, part)];
        }
        return sum < grid_.own[grid_.cell(corner.place, corner.slot, 0)];
    }

    // Somebody becomes of another part of the same cut.
    template <class Corners>
    void try_part(const Target& target, const Corners& corners) {
        const auto& cut = grid_.cuts[static_cast<std::size_t>(grid_.cut_of[target.of])];
        auto others = cut;
        others.erase(std::find(others.begin(), others.end(), target.of));
        const auto rank = [&](std::uint32_t part) {
            const auto number = grid_.own[grid_.cell(corners.front().place, corners.front().slot, part)];
            return number == 0 ? std::numeric_limits<std::int64_t>::max() : number;
        };
        std::stable_sort(others.begin(), others.end(), [&](std::uint32_t one, std::uint32_t other) { return rank(one) < rank(other); });
        others.resize(std::min(others.size(), other_parts_max));
        if (std::all_of(corners.begin(), corners.end(), [&](const Corner& corner) { return has_rest(cut, corner); })) {
            others.push_back(none);
        }
        for (const auto other : others) {
            moves_.clear();
            for (const auto& corner : corners) {
                moves_.push_back({corner.place, corner.slot, target.of, corner.by});
                if (other != none) {
                    moves_.push_back({corner.place, corner.slot, other, -corner.by});
                }
            }
            consider(target);
        }
    }

    void consider(const Target& target) {
        ++tried_;
        auto effect = effect_.of(moves_, target.node, best_ ? best_->cost : std::numeric_limits<int>::max());
        if (effect) {
            best_ = std::move(effect);
        }
    }

    void take_last_resort(const Target& target, const Corner& start) {
        moves_.assign(1, {start.place, start.slot, target.of, 1});
        best_ = effect_.of_any(moves_);
    }

    const NumberGrid& grid_;
    std::vector<std::uint8_t> targets_;
    std::vector<std::uint8_t> hidden_;
    std::vector<std::uint8_t> covered_;
    SwapEffect effect_;
    std::vector<std::uint32_t> leaves_;
    std::vector<std::uint32_t> above_;
    std::vector<std::vector<std::uint32_t>> below_;
    std::vector<SwapEffect::Move> moves_;
    std::optional<SwapEffect::Effect> best_;
    int tried_ = 0;  // for one number
};

// A window, and where its end lies in time; years before what is shorter, official ones first.
struct Moment {
    int rank = 0;
    NumberGrid::WindowName order;
    std::uint32_t window = 0;
    friend auto operator<=>(const Moment&, const Moment&) = default;
};

std::vector<Moment> moments_by_rank(const NumberGrid& grid) {
    std::vector<Moment> moments;
    for (const auto& [name, window] : grid.names) {
        const auto& [year, calendar, end] = name;
        moments.push_back({2 * -grid.window_weight[window] + (calendar == v1::OFFICIAL ? 0 : 1), {end, year, calendar}, window});
    }
    std::sort(moments.begin(), moments.end());
    return moments;
}

// The numbers that differ by a few only from one that is told and stands before or behind them.
std::vector<std::uint8_t> beside_small_movements(const NumberGrid& grid, std::int64_t threshold, const std::vector<std::uint8_t>& hidden) {
    std::vector<std::uint8_t> found(hidden.size(), 0);
    const auto moments = moments_by_rank(grid);
    std::map<NumberGrid::WindowName, std::int64_t> told;
    for (std::uint32_t place = 0; place < grid.places; ++place) {
        for (std::uint32_t of = 0; of < grid.series.size(); ++of) {
            told.clear();
            for (const auto& moment : moments) {
                const auto node = grid.node(place, moment.window, of);
                const auto number = grid.shown[node];
                const auto is_near = [&](const auto& other) {
                    return other.second != number && std::abs(other.second - number) < threshold;
                };
                const auto after = told.lower_bound(moment.order);
                if (hidden[node] != 0) {
                    continue;
                }
                if ((after != told.end() && is_near(*after)) || (after != told.begin() && is_near(*std::prev(after)))) {
                    found[node] = 1;
                } else {
                    told.emplace_hint(after, moment.order, number);
                }
            }
        }
    }
    return found;
}

}  // namespace

std::vector<std::uint8_t> small_numbers(const NumberGrid& grid, std::int64_t threshold) {
    std::vector<std::uint8_t> small(grid.shown.size(), 0);
    for (std::size_t i = 0; i < small.size(); ++i) {
        small[i] = grid.shown[i] != 0 && grid.shown[i] < threshold ? 1 : 0;
    }
    return small;
}

std::vector<std::uint8_t> hidden_numbers(const NumberGrid& grid, std::int64_t threshold) {
    return Chooser(grid, small_numbers(grid, threshold), {}).run();
}

// First also what is small at some moments of a year only: no household could have stood elsewhere all the year. What a swap hides
// leaves others one after the other that were not.
void hide_movements(const NumberGrid& moments, std::int64_t threshold, std::vector<std::uint8_t>& hidden) {
    auto targets = small_numbers(moments, threshold);
    while (true) {
        const auto moved = beside_small_movements(moments, threshold, hidden);
        std::transform(targets.begin(), targets.end(), moved.begin(), targets.begin(), std::bit_or<>());
        if (std::find(targets.begin(), targets.end(), 1) == targets.end()) {
            return;
        }
        hidden = Chooser(moments, std::exchange(targets, std::vector<std::uint8_t>(hidden.size(), 0)), hidden).run();
    }
}

}  // namespace chieng::web
