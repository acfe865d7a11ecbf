// SPDX-License-Identifier: Apache-2.0
// Which published values a changed cell is part of.
#include "gateway/indicator/board.hpp"

#include <algorithm>

namespace chieng {
namespace {

constexpr std::array spans{v1::MONTH, v1::QUARTER, v1::HALF, v1::YEAR, v1::NINE_MONTHS};
constexpr std::array calendars{v1::OFFICIAL, v1::CALENDAR_MONTHS};

}  // namespace

// The half-months from the first to the last whose windows a cell counts in: a stock counts from its own until now.
std::pair<std::int32_t, std::int32_t> Board::reach(CellId id) const {
    const auto time = cell_id::time(id);
    if (cell_id::is_opening(time)) {
        const auto first = Period{v1::OFFICIAL, v1::YEAR, cell_id::year_of(time), 1}.first_atom().index;
        return {first, std::max(first + 1, horizon_)};
    }
    const auto atom = cell_id::atom_of(time).index;
    return {atom, definitions_.series(cell_id::series(id)).stock ? std::max(atom, horizon_) : atom};
}

// A value of targets is touched only where there are any.
bool Board::may_have_target(const Definition& definition, SeriesId changed) const {
    if (definition.indicator.targets().view() != v1::ACHIEVEMENT || definitions_.series(changed).indicator == definition.per->code) {
        return true;
    }
    const auto& code = definitions_.series(changed).indicator;
    const auto assigned = assigned_series(definition, code);
    // What is computed from the changed one may have a target too.
    return !assigned || figured_series_.contains(*assigned) || definitions_.touched(changed).size() > 2;
}

void Board::take_windows(std::uint32_t definition, std::int32_t first, std::int32_t last, std::span<const std::uint32_t> areas,
                         std::vector<IndicatorId>& ids) const {
    const auto& made = definitions_.all()[definition];
    if (made.indicator.hidden()) {
        return;
    }
    for (const auto span : spans) {
        if (!made.counted_over(span)) {
            continue;
        }
        for (const auto calendar : calendars) {
            for (auto atom = first; atom <= last;) {
                const auto period = Period::of(calendar, span, Atom{atom});
                const auto day = period.last_day();
                if (period.first_atom().index <= last &&
                    ((made.from <= day && day <= made.until) || definitions_.find(made.indicator.code(), day) == &made)) {
                    for (const auto of : areas) {
                        ids.push_back(cell_id::pack(definition, cell_id::time_of(period), of));
                    }
                }
                atom = period.first_atom().index + period.atoms();
            }
        }
    }
}

// The places whose values may be made of the cell: those above it when it happened and at the ends of its windows, for what is said of
// a place's villages is said of those that it has in the end; and where what stands has gone since.
Board::Areas Board::reached_by(CellId id) {
    const auto series = cell_id::series(id);
    const auto time = cell_id::time(id);
    const auto area = cell_id::area(id);
    const auto add = [](Areas& areas, std::span<const std::uint32_t> more) {
        for (const auto of : more) {
            if (std::find(areas.begin(), areas.end(), of) == areas.end()) {
                areas.push_back(of);
            }
        }
    };
    const auto key = cell_id::pack(definitions_.series(series).distinct ? 1 : 0, time, area);
    if (!reached_.contains(key)) {
        Areas areas;
        const auto own = line(id);
        add(areas, own.above);
        if (!own.is_village) {
            areas.push_back(area);
        }
        const auto first = cell_id::is_window(time) ? Atom() : Atom{reach(id).first};
        for (const auto calendar : first.index == 0 ? std::span<const v1::Calendar>() : std::span<const v1::Calendar>(calendars)) {
            for (const auto span : spans) {
                const auto window = Period::of(calendar, span, first);
                if (!window.holds(first)) {
                    continue;
                }
                const Atom last{window.first_atom().index + window.atoms() - 1};
                add(areas, line(cell_id::pack(series, cell_id::time_of(last), area)).above);
            }
        }
        reached_[key] = std::move(areas);
    }
    auto areas = reached_.at(key);
    if (definitions_.series(series).stock && horizon_ != 0 && !cell_id::is_window(time)) {
        const auto now = Atom{horizon_}.first_day();
        const auto carrier = std::string(places_.carrier(areas_[area], Atom{reach(id).first}.first_day(), now));
        const auto carries = carrier.empty() ? area : area_id(carrier);
        add(areas, line(cell_id::pack(series, cell_id::time_of(Atom{horizon_}), carries)).above);
        if (carries != area && carrier == area_) {
            add(areas, std::span(&carries, 1));
        }
    }
    return areas;
}

void Board::tell_villages(const std::function<bool(const v1::Indicator&)>& is_told) {
    for (std::uint32_t i = 0; i < definitions_.all().size(); ++i) {
        if (is_told(definitions_.all()[i].indicator)) {
            told_of_villages_.insert(i);
        }
    }
}

// And the village that the cell is of; of what stands, the one that carries it on.
Board::Areas Board::with_village(Areas areas, CellId id) {
    const auto series = cell_id::series(id);
    const auto area = cell_id::area(id);
    if (!line(id).is_village) {
        return areas;
    }
    areas.push_back(area);
    if (definitions_.series(series).stock && horizon_ != 0 && !cell_id::is_window(cell_id::time(id))) {
        const Atom now{horizon_};
        const auto carrier = std::string(places_.carrier(areas_[area], Atom{reach(id).first}.first_day(), now.first_day()));
        const auto carries = carrier.empty() ? area : area_id(carrier);
        if (carries != area && line(cell_id::pack(series, cell_id::time_of(now), carries)).is_village) {
            areas.push_back(carries);
        }
    }
    return areas;
}

void Board::touched(CellId id, std::vector<IndicatorId>& ids) {
    const auto time = cell_id::time(id);
    const auto above = reached_by(id);
    const auto all = told_of_villages_.empty() ? above : with_village(above, id);
    if (cell_id::is_window(time) && cell_id::window_of(time).first_atom().index > horizon_) {
        ahead_.insert(time);
    }
    for (const auto definition : definitions_.touched(cell_id::series(id))) {
        const auto& made = definitions_.all()[definition];
        const auto& areas = told_of_villages_.contains(definition) ? all : above;
        if (cell_id::is_window(time)) {
            const auto window = cell_id::window_of(time);
            if (made.counted_over(window.span) && !made.indicator.hidden()) {
                for (const auto of : areas) {
                    ids.push_back(cell_id::pack(definition, cell_id::time_of(window), of));
                }
            }
            if (made.indicator.has_targets() && made.indicator.targets().view() == v1::VILLAGES_STEERED) {
                const Period year{window.calendar, v1::YEAR, window.year, 1};
                const auto first = year.first_atom().index;
                take_windows(definition, first, std::min(first + year.atoms() - 1, horizon_), areas, ids);
                touch_ahead(definition, areas, ids);
            }
            continue;
        }
        const auto [first, last] = reach(id);
        if (!made.indicator.has_targets() || may_have_target(made, cell_id::series(id))) {
            take_windows(definition, first, last, areas, ids);
        }
        if (made.indicator.has_targets() && definitions_.series(cell_id::series(id)).stock) {
            touch_ahead(definition, areas, ids);
        }
    }
}

// What stands now is what is compared, for the time being, with the target of a window that is yet to come.
void Board::touch_ahead(std::uint32_t definition, std::span<const std::uint32_t> areas, std::vector<IndicatorId>& ids) const {
    for (const auto time : ahead_) {
        const auto window = cell_id::window_of(time);
        if (window.first_atom().index > horizon_ && definitions_.all()[definition].counted_over(window.span)) {
            for (const auto of : areas) {
                ids.push_back(cell_id::pack(definition, time, of));
            }
        }
    }
}

void Board::note_moved(CellId id) {
    const auto series = cell_id::series(id);
    series_moved_at_[series] = moves_;
    moved_at_[cell_id::pack(series, 0, cell_id::area(id))] = moves_;
    for (const auto above : line(id).above) {
        moved_at_[cell_id::pack(series, 0, above)] = moves_;
    }
}

std::uint64_t Board::moved_at(const Definition& definition, const std::string& area) const {
    std::uint64_t moved = definition.reads_elsewhere ? shape_moved_at_ : 0;
    const auto known = area_ids_.find(area);
    for (const auto series : definition.made_of) {
        if (definition.reads_elsewhere) {
            moved = std::max(moved, series_moved_at_[series]);
        } else if (known != area_ids_.end()) {
            const auto it = moved_at_.find(cell_id::pack(series, 0, known->second));
            moved = it == moved_at_.end() ? moved : std::max(moved, it->second);
        }
    }
    return moved;
}

void Board::raise_horizon(std::int32_t atom) {
    horizon_ = std::max(horizon_, atom);
    earliest_ = earliest_ == 0 ? horizon_ : earliest_;
}

// When time goes on, what stands in the new windows is said too.
void Board::touched_by_time(std::vector<IndicatorId>& ids) {
    settle();
    if (horizon_told_ == horizon_) {
        return;
    }
    const auto first = horizon_told_ + 1;
    const bool is_first = std::exchange(horizon_told_, horizon_) == 0;
    if (is_first) {
        return;
    }
    for (const auto& [key, times] : stock_times_) {
        const auto& above = line(cell_id::pack(cell_id::series(key), cell_id::time_of(Atom{horizon_}), cell_id::area(key)));
        Areas areas(above.above.begin(), above.above.end());
        if (!above.is_village) {
            areas.push_back(cell_id::area(key));
        }
        auto all = areas;
        if (above.is_village) {
            all.push_back(cell_id::area(key));
        }
        for (const auto definition : definitions_.touched(cell_id::series(key))) {
            const auto& indicator = definitions_.all()[definition].indicator;
            if (!indicator.has_targets() || indicator.targets().view() == v1::VILLAGES_STEERED) {
                take_windows(definition, first, horizon_, told_of_villages_.contains(definition) ? all : areas, ids);
            }
        }
    }
}

void Board::all_indicators(std::vector<IndicatorId>& ids) {
    look_at_all(ids);
    horizon_told_ = horizon_;
}

void Board::look_at_all(std::vector<IndicatorId>& ids) {
    settle();
    totals_.each([&](const Total& total) { touched(total.key, ids); });
}

}  // namespace chieng
