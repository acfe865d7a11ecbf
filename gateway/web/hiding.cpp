// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/hiding.hpp"

#include "gateway/web/number_grid.hpp"
#include "gateway/web/same_numbers.hpp"
#include "gateway/web/swaps.hpp"

#include <algorithm>
#include <set>

namespace chieng::web {
namespace {

// Indicators whose numbers are of people or households: by themselves, or because a rate of people is made of them.
std::vector<const Definition*> sources_of_people(const Definitions& definitions) {
    std::set<std::string> codes;
    for (const auto& definition : definitions.all()) {
        if (!counts_people(definition.indicator)) {
            continue;
        }
        codes.insert(definition.indicator.code());
        for (const auto& reference : {definition.of, definition.per}) {
            if (reference) {
                codes.insert(reference->code);
            }
        }
    }
    std::vector<const Definition*> found;
    std::set<std::string> seen;
    for (const auto& definition : definitions.all()) {
        const auto& indicator = definition.indicator;
        if (codes.contains(indicator.code()) && !indicator.source().empty() && seen.insert(indicator.code()).second) {
            found.push_back(&definition);
        }
    }
    return found;
}

std::vector<bool> series_of(const Definitions& definitions) {
    std::vector<bool> wanted(definitions.series().size(), false);
    for (const auto* source : sources_of_people(definitions)) {
        wanted[source->whole] = true;
        for (const auto part : source->parts) {
            wanted[part] = true;
        }
    }
    return wanted;
}

Period period_of(const v1::IndicatorValue& value) {
    return Period::parse(value.calendar(), value.period()).value_or(Period{});
}

}  // namespace

bool counts_people(const v1::Indicator& indicator) {
    return indicator.counts() == v1::Indicator::PEOPLE || indicator.counts() == v1::Indicator::HOUSEHOLDS;
}

struct Hiding::Grid {
    NumberGrid names;  // without its numbers
    std::vector<std::uint8_t> hidden;
};

Hiding::~Hiding() = default;

Hiding::Hiding(const Definitions& definitions, const Places& places, const std::string& root, const Board& board, std::uint32_t threshold,
               const Hiding* before, What what)
    : definitions_(definitions),
      places_(places),
      ground_(board, places, root, series_of(definitions), before == nullptr ? nullptr : &before->ground_) {
    const auto same = same_numbers(definitions);
    for (std::uint32_t i = 0; i < ground_.codes().size(); ++i) {
        areas_.emplace(ground_.codes()[i], i);
    }
    for (const auto* source : sources_of_people(definitions)) {
        if (same.contains(source->whole) && source->parts.empty()) {
            continue;
        }
        auto grid = before == nullptr ? nullptr : still_so(*before, grids_.size());
        if (!grid) {
            auto numbers = make_grid(ground_, definitions, *source);
            auto hidden = what == What::all ? hidden_numbers(numbers, threshold) : small_numbers(numbers, threshold);
            if (what == What::all && numbers.kind == NumberGrid::Kind::stock) {
                hide_movements(make_moments(numbers, ground_, definitions, *source), threshold, hidden);
            }
            numbers.own = {};
            numbers.shown = {};
            numbers.chains = {};
            grid = std::make_shared<const Grid>(Grid{std::move(numbers), std::move(hidden)});
        }
        for (std::uint32_t of = 0; of < grid->names.series.size(); ++of) {
            where_.emplace(grid->names.series[of], Where{grids_.size(), of});
        }
        grids_.push_back(std::move(grid));
    }
    for (const auto& [series, other] : same) {
        if (const auto it = where_.find(other); it != where_.end()) {
            const auto at = it->second;
            where_.emplace(series, at);
        }
    }
}

// Null when the indicator has other cells than it had.
std::shared_ptr<const Hiding::Grid> Hiding::still_so(const Hiding& before, std::size_t grid) const {
    if (!ground_.lies_as(before.ground_)) {
        return nullptr;
    }
    const auto& kept = before.grids_[grid];
    const auto& series = kept->names.series;
    const bool same =
        std::all_of(series.begin(), series.end(), [&](SeriesId one) { return ground_.cells(one) == before.ground_.cells(one); });
    return same ? kept : nullptr;
}

std::size_t Hiding::hidden_count() const {
    std::size_t count = 0;
    for (const auto& grid : grids_) {
        count += static_cast<std::size_t>(std::count(grid->hidden.begin(), grid->hidden.end(), 1));
    }
    return count;
}

// Years before the first and after the last that the board has are as those: what stands goes on. Within them a month of it is hidden.
bool Hiding::hides(SeriesId series, const std::string& area, const Period& period, bool at_start) const {
    const auto where = where_.find(series);
    const auto place = areas_.find(area);
    if (where == where_.end() || place == areas_.end()) {
        return false;
    }
    // They are a sum of halves and quarters, which are told too: what is hidden of those could be worked out.
    if (period.span == v1::NINE_MONTHS) {
        return true;
    }
    const auto& grid = *grids_[where->second.grid];
    if (grid.names.slots == 0) {
        return false;
    }
    auto name = window_name(grid.names, period, at_start);
    auto found = grid.names.names.find(name);
    if (found == grid.names.names.end() && grid.names.kind == NumberGrid::Kind::stock) {
        const auto first = std::get<0>(grid.names.names.begin()->first);
        const auto last = std::get<0>(grid.names.names.rbegin()->first);
        const auto year = std::clamp(period.year, first, last);
        if (year == period.year) {
            return true;
        }
        name = window_name(grid.names, Period{period.calendar, v1::YEAR, year, 1}, period.year < first);
        found = grid.names.names.find(name);
    }
    return found != grid.names.names.end() && grid.hidden[grid.names.node(place->second, found->second, where->second.of)] != 0;
}

bool Hiding::hides_ratio(const Definition& definition, const std::string& area, const Period& period, bool change) const {
    const bool start = definition.indicator.ratio().per_at_start();
    return hides(definition.of->series, area, period) || (definition.per && hides(definition.per->series, area, period, start)) ||
           (change &&
            (hides(definition.of->series, area, period, true) || (definition.per && hides(definition.per->series, area, period, true))));
}

// A change is of one part of the rate (of one standard), and what is left of the whole is the others.
bool Hiding::hides_share(const Definition& rate, const Definition& change, const std::string& area, const Period& period) const {
    return std::any_of(rate.parts.begin(), rate.parts.end(), [&](SeriesId series) {
        const auto& part = definitions_.series(series);
        if (part.cut != change.indicator.change().same()) {
            return false;
        }
        const auto hides_part = [&](const std::string& code) {
            const auto of = definitions_.series_id(code, part.cut, part.cut_value);
            return of && (hides(*of, area, period) || hides(*of, area, period, true));
        };
        return hides_part(rate.of->code) || (rate.per && hides_part(rate.per->code));
    });
}

bool Hiding::hides_whole(const Definition& definition, const std::string& area, const Period& period) const {
    if (definition.indicator.has_ratio()) {
        return hides_ratio(definition, area, period, false);
    }
    if (definition.indicator.has_change()) {
        const auto* of = definitions_.find(definition.of->code, period.last_day());
        return of != nullptr && of->of && (hides_ratio(*of, area, period, true) || hides_share(*of, definition, area, period));
    }
    return !definition.indicator.source().empty() && hides(definition.whole, area, period);
}

// How many targets are met, or how many villages meet theirs, tells of each whether it does.
bool Hiding::hides_met(const Definition& definition, const v1::IndicatorValue& value, const Period& period) const {
    if (definition.indicator.targets().view() == v1::ACHIEVEMENT) {
        return std::any_of(value.parts().begin(), value.parts().end(), [&](const v1::IndicatorValue::Part& part) {
            const auto* of = definitions_.find(part.cut_value(), period.last_day());
            return of != nullptr && hides_whole(*of, value.area(), period);
        });
    }
    if (definition.indicator.targets().view() != v1::VILLAGES_MEETING || value.denominator() == 0) {
        return false;
    }
    const auto* of = definitions_.find(definition.of->code, period.last_day());
    const auto villages = places_.villages(value.area(), period.last_day());
    return std::any_of(villages.begin(), villages.end(), [&](const std::string& village) { return hides_whole(*of, village, period); });
}

bool Hiding::hides(const v1::Indicator& indicator, const v1::IndicatorValue& value) const {
    const auto period = period_of(value);
    const auto* definition = definitions_.find(indicator.code(), period.last_day());
    return definition != nullptr && (hides_whole(*definition, value.area(), period) || hides_met(*definition, value, period));
}

// Of one commune and what lies in it, its kind has all; above, it is a sum.
bool Hiding::hides_kind(const Definition& definition, const std::string& area, const std::string& kind, const Period& period) const {
    const auto* place = places_.find(area, period.last_day());
    const bool is_one = place != nullptr && (place->level() == v1::Place::VILLAGE_LEVEL || place->level() == v1::Place::COMMUNE_LEVEL);
    return hides(definition.whole, is_one ? area : group_code(area, kind), period);
}

bool Hiding::hides(const v1::Indicator& indicator, const v1::IndicatorValue& value, const std::string& cut,
                   const std::string& cut_value) const {
    const auto period = period_of(value);
    const auto* definition = definitions_.find(indicator.code(), period.last_day());
    if (definition == nullptr) {
        return false;
    }
    if (indicator.targets().view() == v1::ACHIEVEMENT) {
        const auto* of = definitions_.find(cut_value, period.last_day());
        return of != nullptr && hides_whole(*of, value.area(), period);
    }
    const auto& cuts = indicator.cut();
    if (std::any_of(cuts.begin(), cuts.end(), [&](const v1::Cut& one) { return one.by_place_kind() && one.name() == cut; })) {
        return hides_kind(*definition, value.area(), cut_value, period);
    }
    const auto of = definitions_.series_id(definition->of ? definition->of->code : indicator.code(), cut, cut_value);
    const auto per = definition->per ? definitions_.series_id(definition->per->code, cut, cut_value) : std::nullopt;
    const bool start = indicator.ratio().per_at_start();
    return (of && hides(*of, value.area(), period)) || (per && hides(*per, value.area(), period, start)) ||
           (!per && definition->per && hides(definition->per->series, value.area(), period, start));
}

const Hiding& HidingCache::of(const Definitions& definitions, const Places& places, const std::string& root, const Board& board,
                              std::uint32_t threshold) {
    auto& answer = answers_[threshold];
    if (!answer.hiding || answer.version != board.version()) {
        answer.hiding = std::make_unique<Hiding>(definitions, places, root, board, threshold, answer.hiding.get());
        answer.version = board.version();
    }
    return *answer.hiding;
}

}  // namespace chieng::web
