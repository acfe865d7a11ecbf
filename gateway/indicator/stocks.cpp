// SPDX-License-Identifier: Apache-2.0
// What stands: of each place its opening and what changed since, in the places of a day.
#include "gateway/indicator/board.hpp"
#include "gateway/indicator/cell_id.hpp"

#include <algorithm>
#include <limits>

namespace chieng {
namespace {

constexpr std::size_t maps_max = 1'000;  // remembered

}  // namespace

// Place by place: each stands on its own opening, and belongs to the area of the day that is asked for.
Board::Slot Board::stock(SeriesId series, const std::string& area, const Period& period, At at) const {
    const auto day = map_of(at == At::end ? period.last_day() : period.first_day());  // what it began with, in the places it began in
    Slot sum;
    if (!map_ && places_.known(area) && places_.find(area, day) == nullptr) {
        return sum;  // of that day there is no such place
    }
    for (const auto member : members(area, day)) {
        sum.add(stock_of(series, member, area, day, period, at));
    }
    return sum;
}

// The year that the member's figures of the period count from.
std::optional<std::int32_t> Board::opening_year(SeriesId series, std::uint32_t member, const Period& period) const {
    const auto it = stock_times_.find(cell_id::pack(series, 0, member));
    if (it == stock_times_.end()) {
        return std::nullopt;
    }
    const auto& years = it->second.openings;
    const auto year = std::find_if(years.rbegin(), years.rend(), [&](std::int32_t candidate) {
        return candidate <= period.year && !slot_at(totals_, cell_id::pack(series, cell_id::time_of_opening(candidate), member)).empty();
    });
    return year == years.rend() ? std::nullopt : std::optional(*year);
}

// The opening of the period's year, or of the latest one before it, and what changed since. Changes before an opening are in it.
Board::Slot Board::stock_of(SeriesId series, std::uint32_t member, const std::string& area, Day day, const Period& period, At at) const {
    const auto it = stock_times_.find(cell_id::pack(series, 0, member));
    if (it == stock_times_.end()) {
        return {};
    }
    Slot sum;
    const bool moves = !names_village(areas_[member]);
    const auto slot = [&](std::uint64_t time) { return slot_at(totals_, cell_id::pack(series, time, member)); };
    auto first = std::numeric_limits<std::int32_t>::min();
    if (const auto year = opening_year(series, member, period)) {
        sum = slot(cell_id::time_of_opening(*year));
        first = Period{period.calendar, v1::YEAR, *year, 1}.first_atom().index;
    }
    const auto end = period.first_atom().index + (at == At::end ? period.atoms() : 0);
    const auto& atoms = it->second.atoms;
    for (auto atom = std::lower_bound(atoms.begin(), atoms.end(), first); atom != atoms.end() && *atom < end; ++atom) {
        if (!moves || is_within(areas_[member], Atom{*atom}.first_day(), area, day)) {
            sum.add(slot(cell_id::time_of(Atom{*atom})));
        }
    }
    return sum;
}

// Places on the board that may have something that is of the area on that day: its villages, and every commune whose code
// ever counted what the area carries on that day.
const std::vector<std::uint32_t>& Board::members(const std::string& area, Day day) const {
    if (members_areas_ != areas_.size() || members_times_ != std::pair(earliest_, horizon_) || members_.size() >= maps_max) {
        members_.clear();
        members_areas_ = areas_.size();
        members_times_ = {earliest_, horizon_};
    }
    const bool fresh = !members_.contains(day);
    const bool is_one_of_others = is_commune_ || places_.find(area_, day) != nullptr;  // else it is asked on a map without itself
    auto& lists = members_[day];
    if (fresh) {
        for (std::uint32_t id = 0; id < areas_.size(); ++id) {
            bool is_elsewhere = false;
            const auto enter = [&](Day counted) {
                const bool was = places_.find(areas_[id], counted) != nullptr;
                std::string unit(was ? places_.carrier(areas_[id], counted, day) : std::string_view(areas_[id]));
                bool is_here = unit.empty() || places_.find(unit, day) == nullptr;
                for (int level = 0; level < 8 && !unit.empty(); ++level) {
                    is_here = is_here || unit == area_;
                    auto& list = lists[unit];
                    if (list.empty() || list.back() != id) {
                        list.push_back(id);
                    }
                    const auto* place = places_.find(unit, day);
                    unit = place == nullptr ? "" : place->parent();
                }
                is_elsewhere = is_elsewhere || !is_here;
            };
            enter(day);
            for (auto atom = earliest_; atom <= horizon_ && !names_village(areas_[id]); ++atom) {
                enter(Atom{atom}.first_day());
            }
            auto& own = lists[area_];  // the board's own area holds what nothing else does
            if ((own.empty() || own.back() != id) && !(is_elsewhere && is_one_of_others)) {
                own.push_back(id);
            }
        }
    }
    static const std::vector<std::uint32_t> none;
    const auto found = lists.find(area);
    return found == lists.end() ? none : found->second;
}

// Whether what this code counted on one day is of the area on another. The board's own area holds what nothing else does.
bool Board::is_within(const std::string& code, Day counted, const std::string& area, Day day) const {
    const auto then = places_.nearest_day(code, counted);  // or before, when it had ended
    const auto carrier = !then || counted < *then ? std::string_view(code) : places_.carrier(code, *then, day);
    const auto* place = places_.find(carrier, day);
    for (int level = 0; level < 8 && place != nullptr; ++level) {
        if (place->code() == area) {
            return true;
        }
        place = place->parent().empty() ? nullptr : places_.find(place->parent(), day);
    }
    const bool is_elsewhere = places_.find(carrier, day) != nullptr && places_.find(area_, day) != nullptr;
    return !is_elsewhere && (code == area || area == area_);
}

}  // namespace chieng
