// SPDX-License-Identifier: Apache-2.0
// Values that are computed from others: shares of places, rates, varieties, changes of rates, achievement of targets.
#include "gateway/indicator/board.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace chieng {
namespace {

// Divided and rounded half up, away from zero.
std::int64_t rounded(std::int64_t number, std::int64_t by) {
    return (number + (number < 0 ? -(by / 2) : by / 2)) / by;
}

const v1::IndicatorValue::Part* find_part(const v1::IndicatorValue& value, const Series& named) {
    const auto& parts = value.parts();
    const auto it = std::find_if(parts.begin(), parts.end(),
                                 [&](const auto& part) { return part.cut() == named.cut && part.cut_value() == named.cut_value; });
    return it == parts.end() ? nullptr : &*it;
}

}  // namespace

void Board::derive(v1::IndicatorValue& value, const Definition& definition, const Period& period) const {
    const auto& indicator = definition.indicator;
    if (indicator.has_coverage()) {
        fill_coverage(value, definition, period);
    } else if (indicator.has_ratio()) {
        fill_ratio(value, definition, period, At::end);
    } else if (indicator.has_variety()) {
        fill_variety(value, definition, period);
    } else if (indicator.has_change()) {
        fill_change(value, definition, period);
    } else if (indicator.targets().view() == v1::ACHIEVEMENT) {
        fill_achievement(value, definition, period);
    } else if (indicator.targets().view() == v1::VILLAGES_MEETING) {
        fill_villages_meeting(value, definition, period);
    } else {
        fill_villages_steered(value, definition, period);
    }
}

// Also those that ended in the window, or were elsewhere at its end: what they did counts, as what is added up does.
std::vector<std::string> Board::communes_within(const std::string& area, const Period& period) const {
    constexpr std::chrono::days half_month{14};
    std::set<std::string> all;
    for (auto day = period.first_day(); day < period.last_day() + half_month; day += half_month) {
        const auto then = communes(area, std::min(day, period.last_day()));
        all.insert(then.begin(), then.end());
    }
    return {all.begin(), all.end()};
}

void Board::fill_coverage(v1::IndicatorValue& value, const Definition& definition, const Period& period) const {
    const bool among = definition.indicator.measure() == v1::Indicator::RATIO;
    const auto places = !definition.indicator.coverage().communes() ? villages(value.area(), period.last_day())
                        : among                                     ? communes(value.area(), period.last_day())
                                                                    : communes_within(value.area(), period);
    const auto covered = [&](SeriesId series) {
        Slot found;
        for (const auto& place : places) {
            if (auto slot = total(series, place, period); slot.number > 0) {
                slot.number = 1;
                found.add(slot);
            }
        }
        return found;
    };
    const auto whole = covered(definition.of->series);
    const auto denominator = among ? static_cast<std::int64_t>(places.size()) : 0;
    value.set_number(whole.number);
    value.set_denominator(denominator);
    put_lineage(value, whole);
    for (const auto series : definition.parts) {
        const auto& part = definitions_.series(series);
        if (const auto of = definitions_.series_id(definition.of->code, part.cut, part.cut_value)) {
            const auto slot = covered(*of);
            add_part(value, series, slot, slot.empty() ? 0 : denominator);
        }
    }
}

void Board::fill_ratio(v1::IndicatorValue& value, const Definition& definition, const Period& period, At at) const {
    const auto& ratio = definition.indicator.ratio();
    const auto at_of_per = ratio.per_at_start() ? At::start : at;
    const auto below = [&](SeriesId per) { return total(per, value.area(), period, at_of_per).number; };
    const auto day = at == At::end ? period.last_day() : period.first_day() - std::chrono::days(1);
    const auto whole_below = definition.per ? below(definition.per->series) : static_cast<std::int64_t>(villages(value.area(), day).size());
    const auto whole = total(definition.of->series, value.area(), period, at);
    value.set_number(whole.number);
    value.set_denominator(whole_below);
    put_lineage(value, whole);
    for (const auto series : definition.parts) {
        const auto& part = definitions_.series(series);
        const auto of = definitions_.series_id(definition.of->code, part.cut, part.cut_value);
        const auto per = definition.per ? definitions_.series_id(definition.per->code, part.cut, part.cut_value) : std::nullopt;
        const auto slot = of ? total(*of, value.area(), period, at) : Slot();
        const auto denominator = per ? below(*per) : whole_below;
        if (slot.number != 0 || denominator != 0) {
            add_part(value, series, slot, denominator);
        }
    }
}

void Board::fill_variety(v1::IndicatorValue& value, const Definition& definition, const Period& period) const {
    Slot found;
    for (const auto& other : definitions_.all()) {
        if (other.indicator.code() != definition.of->code) {
            continue;
        }
        for (const auto series : other.parts) {
            if (auto slot = total(series, value.area(), period); slot.number > 0) {
                slot.number = 1;
                found.add(slot);
                add_part(value, series, slot);
            }
        }
    }
    value.set_number(found.number);
    put_lineage(value, found);
}

// Start minus end, only when all that the rate is of opened under one and the same standard: a change of standard is no change of
// the rate. Both ends of a window count from the same openings. What was found under another standard, as in the review of the year before
// that one holds, is no change under this one; it is not known by other cuts, which are not told then.
void Board::fill_change(v1::IndicatorValue& value, const Definition& definition, const Period& period) const {
    const auto* of = definitions_.find(definition.of->code, period.last_day());
    v1::IndicatorValue end;
    v1::IndicatorValue start;
    end.set_area(value.area());
    start.set_area(value.area());
    fill_ratio(end, *of, period, At::end);
    fill_ratio(start, *of, period, At::start);
    *value.mutable_lineage() = end.lineage();
    std::vector<SeriesId> standards;
    for (const auto series : of->parts) {
        const auto& part = definitions_.series(series);
        if (part.cut != definition.indicator.change().same() || !of->per) {
            continue;
        }
        const auto per = definitions_.series_id(of->per->code, part.cut, part.cut_value);
        if (!per) {
            continue;
        }
        const SeriesId rate_of = *per;
        const auto& all = members(value.area(), period.last_day());
        const bool opened = std::any_of(all.begin(), all.end(), [&](std::uint32_t member) {
            const auto year = opening_year(rate_of, member, period);
            return year && slot_at(totals_, cell_id::pack(rate_of, cell_id::time_of_opening(*year), member)).number != 0;
        });
        if (opened) {
            standards.push_back(series);
        }
    }
    if (standards.size() != 1) {
        return;
    }
    const auto put = [](auto& to, const auto& at_end, const auto& at_start) {
        to.set_number(at_end.number());
        to.set_denominator(at_end.denominator());
        to.set_start_number(at_start.number());
        to.set_start_denominator(at_start.denominator());
    };
    const auto& none = v1::IndicatorValue::Part::default_instance();
    const auto* own_end = find_part(end, definitions_.series(standards.front()));
    const auto* own_start = find_part(start, definitions_.series(standards.front()));
    put(value, own_end == nullptr ? none : *own_end, own_start == nullptr ? none : *own_start);
    if (value.number() != end.number() || value.denominator() != end.denominator() || value.start_number() != start.number() ||
        value.start_denominator() != start.denominator()) {
        return;
    }
    for (const auto series : definition.parts) {
        const auto& part = definitions_.series(series);
        const auto* at_end = find_part(end, part);
        const auto* at_start = find_part(start, part);
        if (at_end != nullptr || at_start != nullptr) {
            auto& made = *value.add_parts();
            made.set_cut(part.cut);
            made.set_cut_value(part.cut_value);
            *made.mutable_lineage() = (at_end == nullptr ? none : *at_end).lineage();
            put(made, at_end == nullptr ? none : *at_end, at_start == nullptr ? none : *at_start);
        }
    }
}

// By the kind of commune: a village is of its commune's kind.
void Board::fill_place_kinds(v1::IndicatorValue& value, const Definition& definition, const Period& period) const {
    for (const auto& cut : definition.indicator.cut()) {
        if (!cut.by_place_kind()) {
            continue;
        }
        std::map<std::string, Slot> kinds;
        const auto day = map_of(period.last_day());
        auto units = communes(value.area(), day);
        if (units.empty()) {
            units.push_back(value.area());
        }
        for (const auto& unit : units) {
            const auto* place = places_.find(unit, day);
            if (place != nullptr && place->level() == v1::Place::VILLAGE_LEVEL) {
                place = places_.find(place->parent(), day);
            }
            if (place != nullptr && place->kind() != v1::Place::KIND_UNSPECIFIED) {
                kinds[v1::Place::Kind_Name(place->kind())].add(total(definition.whole, unit, period));
            }
        }
        for (const auto& [kind, slot] : kinds) {
            if (!slot.empty()) {
                auto& part = *value.add_parts();
                part.set_cut(cut.name());
                part.set_cut_value(kind);
                part.set_number(slot.number);
                put_lineage(part, slot);
            }
        }
    }
}

// The value as a person reads it, in hundredths of its unit: what a target is compared with. Empty when it has no value.
std::optional<std::int64_t> Board::shown_hundredths(const Definition& definition, const std::string& area, const Period& period) const {
    const auto shown = value(area, period, definition);
    const auto& indicator = definition.indicator;
    if (indicator.measure() == v1::Indicator::MEDIAN) {
        return shown.histogram().empty() ? std::nullopt : std::optional(static_cast<std::int64_t>(shown.median() * 100));
    }
    if (indicator.measure() == v1::Indicator::RATIO) {
        const bool is_percent = indicator.targets().view() != v1::VILLAGES_MEETING;
        return shown.denominator() <= 0
                   ? std::nullopt
                   : std::optional(is_percent ? rounded(shown.number() * 10'000, shown.denominator()) : shown.number() * 100);
    }
    if (indicator.measure() == v1::Indicator::CHANGE) {
        const auto both = shown.start_denominator() * shown.denominator();
        const auto fall = shown.start_number() * shown.denominator() - shown.number() * shown.start_denominator();
        return shown.start_denominator() <= 0 || shown.denominator() <= 0 ? std::nullopt : std::optional(rounded(fall * 10'000, both));
    }
    return rounded(shown.number() * 100, std::max<std::int64_t>(indicator.divide_by(), 1));
}

bool Board::is_met(const Definition& definition, const Target& target) {
    if (!target.actual) {
        return false;
    }
    return definition.indicator.less_is_better() ? *target.actual <= target.assigned : *target.actual >= target.assigned;
}

// What was assigned to the place itself; else what was assigned to those below it, against what those did.
std::optional<Board::Target> Board::target(SeriesId assigned, const std::string& code, const std::string& area,
                                           const Period& period) const {
    const auto* definition = definitions_.find(code, period.last_day());
    const bool is_sum = definition != nullptr && definition->indicator.measure() == v1::Indicator::NUMBER && !definition->distinct;
    if (definition == nullptr || (!definition->counted_over(period.span) && !is_sum)) {  // a sum is one over any window
        return std::nullopt;
    }
    const auto known = area_ids_.find(area);
    const auto own = known == area_ids_.end() ? Slot() : slot_at(totals_, cell_id::pack(assigned, cell_id::time_of(period), known->second));
    if (!own.empty()) {
        return Target{shown_hundredths(*definition, area, period), value(area, period, *definition).number(), own.number, own};
    }
    const auto day = map_of(period.last_day());
    const auto* place = places_.find(area, day);
    const bool adds_up =
        definition->indicator.measure() == v1::Indicator::NUMBER || definition->indicator.measure() == v1::Indicator::STOCK;
    if (place == nullptr || place->level() == v1::Place::VILLAGE_LEVEL || !adds_up) {
        return std::nullopt;
    }
    std::optional<Target> sum;
    for (const auto& child : places_.children(area, day)) {
        if (const auto below = target(assigned, code, child, period)) {
            if (!sum) {
                sum.emplace();
            }
            sum->number += below->number;
            sum->assigned += below->assigned;
            sum->lineage.add(below->lineage);
        }
    }
    if (sum) {
        sum->actual = rounded(sum->number * 100, std::max<std::int64_t>(definition->indicator.divide_by(), 1));
    }
    return sum;
}

// Where the targets of an indicator are kept.
std::optional<SeriesId> Board::assigned_series(const Definition& targets, const std::string& code) const {
    const auto* holder = definitions_.find(targets.per->code, Day::max());
    return holder->parts.empty() ? std::nullopt
                                 : definitions_.series_id(targets.per->code, definitions_.series(holder->parts.front()).cut, code);
}

bool Board::has_own_target(const Definition& achievement, const std::string& code, const std::string& area, const Period& period) const {
    const auto assigned = assigned_series(achievement, code);
    const auto known = area_ids_.find(area);
    return assigned && known != area_ids_.end() &&
           !slot_at(totals_, cell_id::pack(*assigned, cell_id::time_of(period), known->second)).empty();
}

void Board::fill_achievement(v1::IndicatorValue& value, const Definition& definition, const Period& period) const {
    Slot whole;
    std::int64_t targets = 0;
    const auto* holder = definitions_.find(definition.per->code, period.last_day());
    for (const auto assigned : holder->parts) {
        const auto& code = definitions_.series(assigned).cut_value;
        const auto* of = definitions_.find(code, period.last_day());
        if (!window_figures_.contains(cell_id::pack(assigned, cell_id::time_of(period), 0))) {
            continue;
        }
        const auto found = target(assigned, code, value.area(), period);
        if (!found) {
            continue;
        }
        auto& part = *value.add_parts();
        part.set_cut(definitions_.series(assigned).cut);
        part.set_cut_value(code);
        part.set_number(found->actual.value_or(0));
        part.set_unknown(!found->actual);
        part.set_denominator(found->assigned);
        put_lineage(part, found->lineage);
        Slot one = found->lineage;
        one.number = is_met(*of, *found) ? 1 : 0;
        whole.add(one);
        ++targets;
    }
    value.set_number(whole.number);
    value.set_denominator(targets);
    put_lineage(value, whole);
}

void Board::fill_villages_meeting(v1::IndicatorValue& value, const Definition& definition, const Period& period) const {
    Slot met;
    std::int64_t assigned_to = 0;
    const auto assigned = assigned_series(definition, definition.of->code);
    const auto& of = *definitions_.find(definition.of->code, period.last_day());
    for (const auto& village : villages(value.area(), period.last_day())) {
        const auto found = assigned ? target(*assigned, definition.of->code, village, period) : std::nullopt;
        if (!found) {
            continue;
        }
        ++assigned_to;
        if (is_met(of, *found)) {
            auto slot = found->lineage;
            slot.number = 1;
            met.add(slot);
        }
    }
    value.set_number(met.number);
    value.set_denominator(assigned_to);
    put_lineage(value, met);
}

// Villages with any target for the year, and with somebody in charge at the window's end.
void Board::fill_villages_steered(v1::IndicatorValue& value, const Definition& definition, const Period& period) const {
    Slot steered;
    const auto& all = villages(value.area(), period.last_day());
    for (const auto& village : all) {
        const auto known = area_ids_.find(village);
        if (known == area_ids_.end()) {
            continue;
        }
        const auto figures = year_figures_.find(cell_id::pack(0, cell_id::time_of_opening(period.year), known->second));
        const bool has_target =
            figures != year_figures_.end() && std::any_of(figures->second.begin(), figures->second.end(), [&](CellId id) {
                return definitions_.series(cell_id::series(id)).indicator == definition.per->code && !slot_at(totals_, id).empty();
            });
        auto officers = total(definition.of->series, village, period);
        if (has_target && officers.number > 0) {
            officers.number = 1;
            steered.add(officers);
        }
    }
    value.set_number(steered.number);
    value.set_denominator(static_cast<std::int64_t>(all.size()));
    put_lineage(value, steered);
}

}  // namespace chieng
