// SPDX-License-Identifier: Apache-2.0
// The board's reading side: values of an area over a window, and the bytes of all that it holds.
#include "gateway/indicator/board.hpp"
#include "gateway/indicator/cell_id.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace chieng {
namespace {

constexpr std::size_t village_lists_max = 10'000;  // remembered

using Histogram = boost::container::flat_map<std::int32_t, std::int64_t>;

void add_histogram(const Histogram& held, Histogram& sum) {
    for (const auto& [day, events] : held) {
        sum[day] += events;
    }
}

Histogram without_zeros(Histogram sum) {
    for (auto day = sum.begin(); day != sum.end();) {
        day = day->second == 0 ? sum.erase(day) : day + 1;
    }
    return sum;
}

// Mean of the two middle ones when their number is even.
double median_of(const Histogram& histogram) {
    std::int64_t count = 0;
    for (const auto& [days, events] : histogram) {
        count += events;
    }
    if (count <= 0) {
        return 0;
    }
    const auto at = [&](std::int64_t rank) {
        for (const auto& [days, events] : histogram) {
            rank -= events;
            if (rank < 0) {
                return days;
            }
        }
        return histogram.rbegin()->first;
    };
    return (static_cast<double>(at((count - 1) / 2)) + static_cast<double>(at(count / 2))) / 2;
}

}  // namespace

// Different values of a place itself: their number, and the lineage of the window's half-months.
Board::Slot Board::window_at(CellId id) const {
    Slot sum = slot_at(totals_, id);  // as a commune gave it
    if (const auto presence = presences_.find(cell_id::pack(cell_id::series(id), 0, cell_id::area(id))); presence != presences_.end()) {
        const auto standing = presence->second.standing.find(cell_id::time(id));
        sum.number += standing == presence->second.standing.end() ? 0 : standing->second;
    }
    const auto window = cell_id::window_of(cell_id::time(id));
    const auto first = window.first_atom().index;
    for (auto index = first; index < first + window.atoms(); ++index) {
        auto slot = slot_at(totals_, cell_id::pack(cell_id::series(id), cell_id::time_of(Atom{index}), cell_id::area(id)));
        slot.number = 0;
        sum.add(slot);
    }
    return sum;
}

// … and of the communes under it.
Board::Slot Board::window_below(CellId id) const {
    Slot sum = slot_at(below_, id);
    const auto window = cell_id::window_of(cell_id::time(id));
    const auto first = window.first_atom().index;
    for (auto index = first; index < first + window.atoms(); ++index) {
        auto slot = slot_at(below_, cell_id::pack(cell_id::series(id), cell_id::time_of(Atom{index}), cell_id::area(id)));
        slot.number = 0;
        sum.add(slot);
    }
    return sum;
}

Board::Slot Board::total(SeriesId series, const std::string& area, const Period& period, At at) const {
    const auto& of = definitions_.series(series);
    if (of.stock) {
        return stock(series, area, period, at);
    }
    if (map_) {
        return of.distinct ? recut_values(series, area, period) : recut(series, area, period);
    }
    const auto known = area_ids_.find(area);
    Slot sum;
    if (known == area_ids_.end()) {
        return sum;
    }
    if (of.distinct) {
        const auto id = cell_id::pack(series, cell_id::time_of(period), known->second);
        sum = window_at(id);
        sum.add(window_below(id));
        return sum;
    }
    const auto first = period.first_atom().index;
    for (auto index = first; index < first + period.atoms(); ++index) {
        const auto id = cell_id::pack(series, cell_id::time_of(Atom{index}), known->second);
        sum.add(was_here(area, Atom{index}) ? slot_at(totals_, id) : Slot());
        sum.add(slot_at(below_, id));
    }
    return sum;
}

// Whether what the code named in that half-month lay in the board's own place: a code may have named another unit then, elsewhere.
bool Board::was_here(const std::string& area, Atom atom) const {
    if (is_commune_ || names_village(area) || area == area_) {
        return true;
    }
    const auto [it, fresh] = was_here_.try_emplace({area, atom.index});
    if (fresh) {
        const auto* place = place_in(area, atom);
        it->second = place == nullptr;
        for (int level = 0; level < 8 && place != nullptr && !it->second; ++level) {
            it->second = place->code() == area_;
            place = place->parent().empty() ? nullptr : place_in(place->parent(), atom);
        }
    }
    return it->second;
}

// What happened in the window, half-month by half-month, in the units of the map's day.
template <class Take>
void Board::each_recut_atom(SeriesId series, const std::string& area, const Period& period, const Take& take) const {
    const auto first = period.first_atom().index;
    for (const auto member : members(area, *map_)) {
        const bool moves = !names_village(areas_[member]);
        for (auto index = first; index < first + period.atoms(); ++index) {
            if (!moves || is_within(areas_[member], Atom{index}.first_day(), area, *map_)) {
                take(cell_id::pack(series, cell_id::time_of(Atom{index}), member));
            }
        }
    }
}

Board::Slot Board::recut(SeriesId series, const std::string& area, const Period& period) const {
    Slot sum;
    each_recut_atom(series, area, period, [&](CellId id) { sum.add(slot_at(totals_, id)); });
    return sum;
}

// Of what a commune counted, that which each of its villages shows: what its own feed says of it, also of one that moved; and what is
// folded here, of those that were its own on that day.
template <class Take>
void Board::each_of_villages(SeriesId series, std::uint64_t time, std::uint32_t commune, Day day, const Take& take) const {
    const auto* place = places_.find(areas_[commune], day);
    if (place == nullptr || place->level() != v1::Place::COMMUNE_LEVEL) {
        return;
    }
    const auto own = places_.villages(areas_[commune], day);
    for (const auto& village : places_.ever_below(areas_[commune])) {
        const auto known = area_ids_.find(village);
        if (known == area_ids_.end()) {
            continue;
        }
        const auto id = cell_id::pack(series, time, known->second);
        const bool is_own = std::binary_search(own.begin(), own.end(), village);
        auto slot = is_own ? window_at(id) : Slot();
        for (const auto& [name, feed] : feeds_) {
            const auto* home = places_.find(areas_[feed.home], day);
            const bool is_of_district = home != nullptr && home->level() != v1::Place::COMMUNE_LEVEL;  // which tells of whose they were
            if (const auto* part = feed.parts.find(id); part != nullptr && !is_of_district) {
                slot.add(part->slot.times((feed.home == commune ? 1 : 0) - (is_own ? 1 : 0)));
            }
        }
        take(known->second, slot);
    }
}

// Different values go with their village; what a commune counted beyond its villages goes with the commune.
Board::Slot Board::recut_values(SeriesId series, const std::string& area, const Period& period) const {
    Slot sum;
    const auto time = cell_id::time_of(period);
    const auto at = [&](std::uint32_t member) { return window_at(cell_id::pack(series, time, member)); };
    const auto& here = members(area, *map_);
    for (const auto member : here) {
        auto slot = at(member);
        if (!names_village(areas_[member])) {
            const auto was = places_.find(areas_[member], period.last_day()) != nullptr ? period.last_day() : period.first_day();
            const auto* place = places_.find(areas_[member], was);
            const bool is_above = place != nullptr && place->level() != v1::Place::COMMUNE_LEVEL;  // the sum of its communes
            if (is_above || !is_within(areas_[member], was, area, *map_)) {
                continue;
            }
            bool are_all_here = true;
            each_of_villages(series, time, member, was, [&](std::uint32_t village, const Slot& of_it) {
                slot.add(of_it.times(-1));
                are_all_here = are_all_here && (of_it.number == 0 || std::binary_search(here.begin(), here.end(), village));
            });
            // It counted once what several of its villages did: they do so together here, where all of them are.
            if (slot.number < 0 && !are_all_here) {
                continue;
            }
        }
        sum.add(slot);
    }
    return sum;
}

const std::vector<std::string>& Board::villages(const std::string& area, Day day) const {
    if (villages_.size() >= village_lists_max) {
        villages_.clear();
    }
    const auto [it, fresh] = villages_.try_emplace({area, map_of(day)});
    if (fresh) {
        it->second = places_.villages(area, map_of(day));
    }
    return it->second;
}

std::vector<std::string> Board::communes(const std::string& area, Day on) const {
    const auto day = map_of(on);
    const auto* place = places_.find(area, day);
    if (place == nullptr || place->level() == v1::Place::VILLAGE_LEVEL) {
        return {};
    }
    if (place->level() == v1::Place::COMMUNE_LEVEL) {
        return {area};
    }
    std::vector<std::string> codes;
    for (const auto& child : places_.children(area, day)) {
        const auto below = communes(child, day);
        codes.insert(codes.end(), below.begin(), below.end());
    }
    return codes;
}

Board::Histogram Board::days_at(CellId id, bool with_lent) const {
    Histogram sum;
    for (const auto& [name, feed] : feeds_) {
        if (const auto* days = feed.histograms.find(id); days != nullptr && (with_lent || !feed.is_lent)) {
            add_histogram(days->held, sum);
        }
    }
    return without_zeros(std::move(sum));
}

Board::Histogram Board::days(SeriesId series, const std::string& area, const Period& period) const {
    Histogram sum;
    const auto known = area_ids_.find(area);
    if (map_) {
        each_recut_atom(series, area, period, [&](CellId id) { add_histogram(days_at(id, true), sum); });
    } else if (known != area_ids_.end()) {
        const auto first = period.first_atom().index;
        for (auto index = first; index < first + period.atoms(); ++index) {
            const auto id = cell_id::pack(series, cell_id::time_of(Atom{index}), known->second);
            if (was_here(area, Atom{index})) {
                add_histogram(days_at(id, true), sum);
            }
            if (const auto* below = histograms_below_.find(id)) {
                add_histogram(below->held, sum);
            }
        }
    }
    return without_zeros(std::move(sum));
}

v1::IndicatorValue Board::value(const std::string& area, const Period& period, std::string_view code) const {
    const auto* definition = definitions_.find(code, period.last_day());
    if (definition == nullptr) {
        throw std::invalid_argument("unknown indicator " + std::string(code));
    }
    if (!definition->counted_over(period.span)) {
        throw std::invalid_argument(std::string(code) + " is not counted over " + v1::Span_Name(period.span));
    }
    if (!places_.known(area) && area != area_) {
        throw std::invalid_argument("unknown area " + area);
    }
    return value(area, period, *definition);
}

v1::IndicatorValue Board::value(const std::string& area, const Period& period, const Definition& definition) const {
    require_settled();
    const auto& indicator = definition.indicator;
    v1::IndicatorValue value;
    value.set_area(area);
    value.set_calendar(period.calendar);
    value.set_period(period.format());
    value.set_from(format_day(period.first_day()));
    value.set_to(format_day(period.last_day()));
    value.set_indicator(indicator.code());
    if (indicator.source().empty()) {
        derive(value, definition, period);
        return value;
    }
    const auto whole = total(definition.whole, area, period);
    value.set_number(whole.number);
    put_lineage(value, whole);
    if (indicator.measure() == v1::Indicator::MEDIAN) {
        const auto sum = days(definition.whole, area, period);
        value.mutable_histogram()->insert(sum.begin(), sum.end());
        value.set_median(median_of(sum));
    }
    for (const auto series : definition.parts) {
        add_part(value, series, total(series, area, period));
    }
    fill_place_kinds(value, definition, period);
    return value;
}

void Board::add_part(v1::IndicatorValue& value, SeriesId series, const Slot& slot, std::int64_t denominator) const {
    const bool is_nothing = definitions_.series(series).stock ? slot.number == 0 : slot.empty();
    if (is_nothing && denominator == 0) {
        return;
    }
    auto& part = *value.add_parts();
    part.set_cut(definitions_.series(series).cut);
    part.set_cut_value(definitions_.series(series).cut_value);
    part.set_number(slot.number);
    part.set_denominator(denominator);
    put_lineage(part, slot);
}

std::vector<v1::IndicatorValue> Board::rows(const std::string& area, const Period& period, std::optional<Day> map) const {
    map_ = map;
    const auto forget = [](std::optional<Day>* held) { held->reset(); };  // also when a value cannot be read
    const std::unique_ptr<std::optional<Day>, decltype(forget)> reading(&map_, forget);
    std::vector<v1::IndicatorValue> rows;
    for (const auto* definition : definitions_.shown(period)) {
        rows.push_back(value(area, period, definition->indicator.code()));
    }
    return rows;
}

bool Board::is_own(IndicatorId id) const {
    return areas_[cell_id::area(id)] == area_;
}

// A village's figures are told by its commune alone.
bool Board::is_unchanged(IndicatorId id) const {
    const auto& code = areas_[cell_id::area(id)];
    const auto [it, fresh] = unchanged_.try_emplace(cell_id::pack(0, cell_id::time(id), cell_id::area(id)));
    if (fresh) {
        const auto window = cell_id::window_of(cell_id::time(id));
        it->second = names_village(code) || places_.is_unchanged(code, window.first_day(), window.last_day());
    }
    return it->second;
}

bool Board::is_told(IndicatorId id) const {
    if (is_own(id)) {
        return true;
    }
    const auto day = cell_id::window_of(cell_id::time(id)).last_day();
    const auto* place = places_.find(areas_[cell_id::area(id)], day);
    bool lies_here = false;
    while (!lies_here && place != nullptr && !place->parent().empty()) {
        lies_here = place->parent() == area_;
        place = places_.find(place->parent(), day);
    }
    return lies_here && is_unchanged(id);
}

v1::IndicatorValue Board::value(IndicatorId id) const {
    return value(areas_[cell_id::area(id)], cell_id::window_of(cell_id::time(id)), definitions_.all()[cell_id::series(id)]);
}

std::string Board::serialize() const {
    std::vector<std::string> lines;
    cells([&](std::string_view feed, const v1::Cell& cell, const KeyCounts& keys, std::uint64_t) {
        std::string line(feed);
        for (const auto* part : {&cell.area(), &cell.period(), &cell.indicator(), &cell.cut(), &cell.cut_value()}) {
            line.append("\t").append(*part);
        }
        line += "\t" + std::to_string(cell.calendar()) + "\t" + std::to_string(cell.number());
        line += "\t" + std::to_string(cell.lineage().events()) + "\t" + std::to_string(cell.lineage().digest());
        for (const auto& [days, events] : std::map<std::int32_t, std::int64_t>(cell.histogram().begin(), cell.histogram().end())) {
            line += "\td" + std::to_string(days) + "=" + std::to_string(events);
        }
        for (const auto& [key, count] : keys) {
            line += "\tk" + std::to_string(key) + "=" + std::to_string(count);
        }
        lines.push_back(line + "\n");
    });
    std::sort(lines.begin(), lines.end());
    std::string bytes;
    for (const auto& line : lines) {
        bytes += line;
    }
    return bytes;
}

}  // namespace chieng
