// SPDX-License-Identifier: Apache-2.0
// The board's reading side: values of an area over a window, and the bytes of all that it holds.
#include "gateway/indicator/board.hpp"
#include "gateway/indicator/cell_id.hpp"

#include <algorithm>
#include <stdexcept>

namespace chieng {
namespace {

constexpr std::size_t village_lists_max = 10'000;  // remembered

// Mean of the two middle ones when their number is even.
double median_of(const std::map<std::int32_t, std::int64_t>& histogram) {
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
    if (const auto keys = windows_.find(id); keys != windows_.end()) {
        sum.number += keys->second.standing;
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

Board::Slot Board::total(SeriesId series, bool distinct, std::uint32_t area, const Period& period) const {
    Slot sum;
    if (distinct) {
        const auto id = cell_id::pack(series, cell_id::time_of(period), area);
        sum = window_at(id);
        sum.add(window_below(id));
        return sum;
    }
    const auto first = period.first_atom().index;
    for (auto index = first; index < first + period.atoms(); ++index) {
        const auto id = cell_id::pack(series, cell_id::time_of(Atom{index}), area);
        sum.add(slot_at(totals_, id));
        sum.add(slot_at(below_, id));
    }
    return sum;
}

Board::Histogram Board::days(SeriesId series, std::uint32_t area, const Period& period) const {
    Histogram sum;
    const auto first = period.first_atom().index;
    for (auto index = first; index < first + period.atoms(); ++index) {
        const auto id = cell_id::pack(series, cell_id::time_of(Atom{index}), area);
        for (const auto* histograms : {&histograms_, &histograms_below_}) {
            if (const auto it = histograms->find(id); it != histograms->end()) {
                for (const auto& [day, events] : it->second) {
                    sum[day] += events;
                }
            }
        }
    }
    std::erase_if(sum, [](const auto& item) { return item.second == 0; });
    return sum;
}

void Board::fill_coverage(v1::IndicatorValue& value, const std::string& of, const Period& period) const {
    const auto* other = definitions_.find(of, period.last_day());
    if (villages_.size() >= village_lists_max) {
        villages_.clear();
    }
    const auto [it, fresh] = villages_.try_emplace({value.area(), period.last_day()});
    if (fresh) {
        it->second = places_.villages(value.area(), period.last_day());
    }
    Slot lineage;
    for (const auto& village : it->second) {
        const auto id = area_ids_.find(village);
        const auto slot = id == area_ids_.end() ? Slot{} : total(other->whole, other->distinct, id->second, period);
        if (slot.number > 0) {
            value.set_number(value.number() + 1);
            lineage.add(slot);
        }
    }
    value.set_denominator(static_cast<std::int64_t>(it->second.size()));
    put_lineage(value, lineage);
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
    const auto& indicator = definition.indicator;
    v1::IndicatorValue value;
    value.set_area(area);
    value.set_calendar(period.calendar);
    value.set_period(period.format());
    value.set_from(format_day(period.first_day()));
    value.set_to(format_day(period.last_day()));
    value.set_indicator(indicator.code());
    if (indicator.has_coverage()) {
        fill_coverage(value, indicator.coverage().of(), period);
        return value;
    }
    const auto known = area_ids_.find(area);
    if (known == area_ids_.end()) {
        put_lineage(value, {});
        return value;
    }
    const auto whole = total(definition.whole, definition.distinct, known->second, period);
    value.set_number(whole.number);
    put_lineage(value, whole);
    if (indicator.measure() == v1::Indicator::MEDIAN) {
        const auto sum = days(definition.whole, known->second, period);
        value.mutable_histogram()->insert(sum.begin(), sum.end());
        value.set_median(median_of(sum));
    }
    for (const auto series : definition.parts) {
        const auto slot = total(series, definition.distinct, known->second, period);
        if (!slot.empty()) {
            auto& part = *value.add_parts();
            part.set_cut(definitions_.series()[series].cut);
            part.set_cut_value(definitions_.series()[series].cut_value);
            part.set_number(slot.number);
            put_lineage(part, slot);
        }
    }
    return value;
}

std::vector<v1::IndicatorValue> Board::rows(const std::string& area, const Period& period) const {
    std::vector<v1::IndicatorValue> rows;
    for (const auto& definition : definitions_.all()) {
        if (definition.counted_over(period.span) && definitions_.find(definition.indicator.code(), period.last_day()) == &definition) {
            rows.push_back(value(area, period, definition.indicator.code()));
        }
    }
    return rows;
}

void Board::touched(CellId id, std::vector<IndicatorId>& ids) {
    const auto time = cell_id::time(id);
    const auto area = cell_id::area(id);
    const auto& above = line(id);
    boost::container::small_vector<std::uint32_t, 4> areas(above.above.begin(), above.above.end());
    if (!above.is_village) {
        areas.push_back(area);
    }
    const auto take = [&](std::uint32_t definition, const Period& period) {
        const auto& made = definitions_.all()[definition];
        const auto last = period.last_day();
        const bool holds = (made.from <= last && last <= made.until) || definitions_.find(made.indicator.code(), last) == &made;
        if (holds && made.counted_over(period.span)) {
            for (const auto of : areas) {
                ids.push_back(cell_id::pack(definition, cell_id::time_of(period), of));
            }
        }
    };
    for (const auto definition : definitions_.touched(cell_id::series(id))) {
        if (cell_id::is_window(time)) {
            take(definition, cell_id::window_of(time));
            continue;
        }
        for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
            for (const auto span : {v1::MONTH, v1::QUARTER, v1::HALF, v1::YEAR}) {
                take(definition, Period::of(calendar, span, cell_id::atom_of(time)));
            }
        }
    }
}

void Board::all_indicators(std::vector<IndicatorId>& ids) {
    for (const auto& [id, total] : totals_) {
        touched(id, ids);
    }
}

bool Board::is_own(IndicatorId id) const {
    return areas_[cell_id::area(id)] == area_;
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
