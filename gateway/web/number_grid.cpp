// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/number_grid.hpp"

#include "gateway/indicator/cell_id.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

namespace chieng::web {
namespace {

constexpr std::array calendars{v1::OFFICIAL, v1::CALENDAR_MONTHS};

// How much is lost when a number of such a place is hidden.
constexpr int village_weight = 1;
constexpr int commune_weight = 4;
constexpr int weight_above = 16;

int weight_of(v1::Span span) {
    return span == v1::MONTH ? 1 : span == v1::QUARTER ? 2 : span == v1::HALF ? 3 : 4;
}

class GridMaker {
public:
    // `with_numbers`: null, or the grid of which this one shall have the states as slots.
    GridMaker(const Ground& ground, const Definitions& definitions, const Definition& definition, const NumberGrid* with_numbers)
        : ground_(ground), definitions_(definitions), definition_(definition), with_numbers_(with_numbers) {}

    NumberGrid run() {
        const auto& whole = definitions_.series(definition_.whole);
        grid_.kind = whole.stock ? NumberGrid::Kind::stock : whole.distinct ? NumberGrid::Kind::distinct : NumberGrid::Kind::flow;
        take_series();
        grid_.places = ground_.codes().size();
        if (grid_.kind == NumberGrid::Kind::stock) {
            take_years();
        } else {
            take_half_months(whole.spans);
        }
        take_places();
        grid_.own.assign(grid_.places * grid_.slots * grid_.series.size(), 0);
        grid_.shown.assign(grid_.places * grid_.windows * grid_.series.size(), 0);
        for (std::uint32_t of = 0; of < grid_.series.size(); ++of) {
            switch (grid_.kind) {
                case NumberGrid::Kind::flow: fill_flow(of); break;
                case NumberGrid::Kind::stock: fill_stock(of); break;
                case NumberGrid::Kind::distinct: fill_distinct(of); break;
            }
        }
        return std::move(grid_);
    }

private:
    void take_series() {
        grid_.series.push_back(definition_.whole);
        grid_.cut_of.push_back(-1);
        std::map<std::string, std::size_t> cuts;
        for (const auto part : definition_.parts) {
            const auto [it, fresh] = cuts.try_emplace(definitions_.series(part).cut, grid_.cuts.size());
            if (fresh) {
                grid_.cuts.emplace_back();
            }
            grid_.cuts[it->second].push_back(static_cast<std::uint32_t>(grid_.series.size()));
            grid_.cut_of.push_back(static_cast<std::int32_t>(it->second));
            grid_.series.push_back(part);
        }
        const auto& cuts_told = definition_.indicator.cut();
        kinds_ = std::any_of(cuts_told.begin(), cuts_told.end(), [](const v1::Cut& cut) { return cut.by_place_kind(); });
    }

    void add_window(const NumberGrid::WindowName& name, int weight, std::vector<std::uint32_t> slots) {
        const auto window = static_cast<std::uint32_t>(grid_.windows++);
        grid_.names.emplace(name, window);
        grid_.window_weight.push_back(weight);
        for (const auto slot : slots) {
            grid_.windows_of[slot].push_back(window);
        }
        grid_.slots_of.push_back(std::move(slots));
    }

    void take_half_months(const std::vector<v1::Span>& spans) {
        grid_.slots = static_cast<std::size_t>(ground_.end() - ground_.first());
        grid_.windows_of.resize(grid_.slots);
        for (const auto span : spans) {
            if (span == v1::NINE_MONTHS) {
                continue;  // of which Hiding tells nothing
            }
            for (const auto calendar : calendars) {
                for (auto atom = ground_.first(); atom < ground_.end();) {
                    const auto period = Period::of(calendar, span, Atom{atom});
                    std::vector<std::uint32_t> slots;
                    atom = period.first_atom().index + period.atoms();
                    for (auto one = std::max(period.first_atom().index, ground_.first()); one < std::min(atom, ground_.end()); ++one) {
                        slots.push_back(static_cast<std::uint32_t>(one - ground_.first()));
                    }
                    add_window(window_name(grid_, period, false), weight_of(span), std::move(slots));
                }
            }
        }
    }

    // The beginning and the end of each year, and of what it is told of besides. Single months are not: there, a movement is of few.
    void take_years() {
        first_year_ = Period::of(v1::OFFICIAL, v1::YEAR, Atom{ground_.first()}).year;
        const auto years = (ground_.end() - ground_.first()) / 24;
        const auto step = shortest_span();
        const auto months = Period{v1::OFFICIAL, step, first_year_, 1}.atoms() / 2;
        const auto slots = with_numbers_ == nullptr ? slots_of_years(years) : slots_of_states(*with_numbers_);
        grid_.slots = slots.empty() ? 0 : *std::max_element(slots.begin(), slots.end()) + std::size_t{1};
        grid_.windows_of.resize(grid_.slots);
        years_of_slot_.resize(grid_.slots);
        for (std::int32_t year = 0; year < years; ++year) {
            for (const auto calendar : calendars) {
                const auto first = Period{calendar, v1::YEAR, first_year_ + year, 1}.first_atom().index;
                for (std::int32_t month = 0; month <= 12; month += months) {
                    const auto slot = slots[with_numbers_ == nullptr ? static_cast<std::size_t>(year) : grid_.windows];
                    add_window({first_year_ + year, calendar, first + 2 * month}, weight_of(month % 12 == 0 ? v1::YEAR : step), {slot});
                    years_of_slot_[slot].insert(first_year_ + year);
                }
            }
        }
    }

    // By year.
    [[nodiscard]] std::vector<std::uint32_t> slots_of_years(std::int32_t years) const {
        std::set<std::int32_t> begun;
        for (const auto series : grid_.series) {
            for (const auto& cell : ground_.cells(series)) {
                if (cell_id::is_opening(cell.time)) {
                    begun.insert(cell_id::year_of(cell.time));
                }
            }
        }
        std::vector<std::uint32_t> slots;
        for (std::int32_t year = 0; year < years; ++year) {
            const auto before = slots.empty() ? 0 : slots.back();
            slots.push_back(before + (year > 0 && begun.contains(first_year_ + year) ? 1 : 0));
        }
        return slots;
    }

    // By window.
    static std::vector<std::uint32_t> slots_of_states(const NumberGrid& grid) {
        std::map<std::vector<std::int64_t>, std::uint32_t> states;
        std::vector<std::uint32_t> slots;
        for (std::uint32_t window = 0; window < grid.windows; ++window) {
            std::vector<std::int64_t> state;
            for (std::uint32_t place = 0; place < grid.places; ++place) {
                const auto first = grid.shown.begin() + static_cast<std::ptrdiff_t>(grid.node(place, window, 0));
                state.insert(state.end(), first, first + static_cast<std::ptrdiff_t>(grid.series.size()));
            }
            slots.push_back(states.try_emplace(std::move(state), static_cast<std::uint32_t>(states.size())).first->second);
        }
        return slots;
    }

    // But months, of all that tell it: by itself or in a rate.
    [[nodiscard]] v1::Span shortest_span() const {
        auto shortest = v1::YEAR;
        const auto& code = definition_.indicator.code();
        for (const auto& other : definitions_.all()) {
            const bool tells =
                other.indicator.code() == code || (other.of && other.of->code == code) || (other.per && other.per->code == code);
            for (const auto number : other.indicator.spans()) {
                const auto span = static_cast<v1::Span>(number);
                shortest = tells && span != v1::MONTH && span != v1::NINE_MONTHS && weight_of(span) < weight_of(shortest) ? span : shortest;
            }
        }
        return shortest;
    }

    [[nodiscard]] std::vector<std::uint32_t> chain_of(std::uint32_t place, std::uint32_t slot) const {
        if (grid_.kind != NumberGrid::Kind::stock) {
            return ground_.chain(place, ground_.first() + static_cast<std::int32_t>(slot), kinds_);
        }
        std::vector<std::uint32_t> chain;
        for (const auto year : years_of_slot_[slot]) {
            add_chain(place, year, chain);
        }
        return chain;
    }

    // What stands belongs to the places of the year's beginning and to those of its end.
    void add_chain(std::uint32_t place, std::int32_t year, std::vector<std::uint32_t>& chain) const {
        const auto first = ground_.first() + 24 * (year - first_year_);
        for (const auto atom : {first, first + 24}) {
            for (const auto above : ground_.chain(place, atom, kinds_)) {
                if (std::find(chain.begin(), chain.end(), above) == chain.end()) {
                    chain.push_back(above);
                }
            }
        }
    }

    void take_places() {
        grid_.chains.resize(grid_.places * grid_.slots);
        for (std::uint32_t place = 0; place < grid_.places; ++place) {
            grid_.is_group.push_back(ground_.is_group(place));
            grid_.root = ground_.is_root(place) ? place : grid_.root;
            const auto level = ground_.level(place);
            grid_.place_weight.push_back(level == v1::Place::VILLAGE_LEVEL   ? village_weight
                                         : level == v1::Place::COMMUNE_LEVEL ? commune_weight
                                                                             : weight_above);
            for (std::uint32_t slot = 0; slot < grid_.slots && !grid_.is_group.back(); ++slot) {
                grid_.chains[place * grid_.slots + slot] = chain_of(place, slot);
            }
        }
    }

    void fill_flow(std::uint32_t of) {
        for (const auto& cell : ground_.cells(grid_.series[of])) {
            if (!cell_id::is_atom(cell.time)) {
                continue;
            }
            const auto slot = static_cast<std::uint32_t>(static_cast<std::int32_t>(cell.time) - ground_.first());
            grid_.own[grid_.cell(cell.place, slot, of)] += cell.number;
            for (const auto place : grid_.chain(cell.place, slot)) {
                for (const auto window : grid_.windows_of[slot]) {
                    grid_.shown[grid_.node(place, window, of)] += cell.number;
                }
            }
        }
    }

    struct Standing {
        std::map<std::int32_t, std::int64_t> openings;
        std::map<std::int32_t, std::int64_t> changes;
    };

    // As Board::stock_of counts.
    static std::int64_t at(const Standing& standing, std::int32_t year, std::int32_t calendar, std::int32_t end) {
        std::int64_t sum = 0;
        auto first = std::numeric_limits<std::int32_t>::min();
        const auto after = standing.openings.upper_bound(year);
        if (after != standing.openings.begin()) {
            const auto& opening = *std::prev(after);
            sum = opening.second;
            first = Period{static_cast<v1::Calendar>(calendar), v1::YEAR, opening.first, 1}.first_atom().index;
        }
        for (auto it = standing.changes.lower_bound(first); it != standing.changes.end() && it->first < end; ++it) {
            sum += it->second;
        }
        return sum;
    }

    void fill_stock(std::uint32_t of) {
        std::map<std::uint32_t, Standing> all;
        for (const auto& cell : ground_.cells(grid_.series[of])) {
            if (cell_id::is_opening(cell.time)) {
                all[cell.place].openings[cell_id::year_of(cell.time)] += cell.number;
            } else {
                all[cell.place].changes[static_cast<std::int32_t>(cell.time)] += cell.number;
            }
        }
        for (const auto& [place, standing] : all) {
            for (std::uint32_t slot = 0; slot < grid_.slots; ++slot) {
                grid_.own[grid_.cell(place, slot, of)] = std::numeric_limits<std::int64_t>::max();
            }
            for (const auto& [name, window] : grid_.names) {
                const auto [year, calendar, end] = name;
                const auto number = at(standing, year, calendar, end);
                const auto slot = grid_.slots_of[window].front();
                auto& least = grid_.own[grid_.cell(place, slot, of)];
                least = std::min(least, number);
                std::vector<std::uint32_t> chain;
                add_chain(place, year, chain);
                for (const auto above : chain) {
                    grid_.shown[grid_.node(above, window, of)] += number;
                }
            }
        }
    }

    void fill_distinct(std::uint32_t of) {
        for (const auto& cell : ground_.cells(grid_.series[of])) {
            const auto found = grid_.names.find(window_name(grid_, cell_id::window_of(cell.time), false));
            if (found == grid_.names.end()) {
                continue;
            }
            const auto slot = grid_.slots_of[found->second].front();
            grid_.shown[grid_.node(cell.place, found->second, of)] += cell.number;
            if (ground_.level(cell.place) != v1::Place::COMMUNE_LEVEL) {
                continue;
            }
            const auto& chain = grid_.chain(cell.place, slot);
            for (auto above = chain.begin() + 1; above != chain.end(); ++above) {
                grid_.shown[grid_.node(*above, found->second, of)] += cell.number;
            }
        }
        guess_cells(of);
    }

    void guess_cells(std::uint32_t of) {
        for (std::uint32_t slot = 0; slot < grid_.slots; ++slot) {
            const auto& windows = grid_.windows_of[slot];
            auto shortest = std::numeric_limits<int>::max();
            for (const auto window : windows) {
                shortest = std::min(shortest, grid_.window_weight[window]);
            }
            std::vector<std::int64_t> above(grid_.places, 0);  // what villages of a commune have
            for (const auto is_village : {true, false}) {
                for (std::uint32_t place = 0; place < grid_.places; ++place) {
                    if (grid_.is_group[place] || grid_.place_weight[place] != (is_village ? village_weight : commune_weight)) {
                        continue;
                    }
                    auto least = std::numeric_limits<std::int64_t>::max();
                    for (const auto window : windows) {
                        least =
                            grid_.window_weight[window] == shortest ? std::min(least, grid_.shown[grid_.node(place, window, of)]) : least;
                    }
                    least = std::max<std::int64_t>(least - above[place], 0);
                    grid_.own[grid_.cell(place, slot, of)] = least;
                    for (const auto one : grid_.chain(place, slot)) {
                        above[one] += one == place ? 0 : least;
                    }
                }
            }
        }
    }

    const Ground& ground_;
    const Definitions& definitions_;
    const Definition& definition_;
    const NumberGrid* with_numbers_;
    NumberGrid grid_;
    bool kinds_ = false;
    std::int32_t first_year_ = 0;                        // of what stands
    std::vector<std::set<std::int32_t>> years_of_slot_;  // …
};

}  // namespace

NumberGrid make_grid(const Ground& ground, const Definitions& definitions, const Definition& definition) {
    return GridMaker(ground, definitions, definition, nullptr).run();
}

NumberGrid make_moments(const NumberGrid& grid, const Ground& ground, const Definitions& definitions, const Definition& definition) {
    return GridMaker(ground, definitions, definition, &grid).run();
}

NumberGrid::WindowName window_name(const NumberGrid& grid, const Period& period, bool at_start) {
    if (grid.kind == NumberGrid::Kind::stock) {
        return {period.year, period.calendar, period.first_atom().index + (at_start ? 0 : period.atoms())};
    }
    return {period.span, period.calendar, period.first_atom().index};
}

}  // namespace chieng::web
