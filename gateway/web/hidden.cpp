// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/hidden.hpp"

#include "gateway/export/statement.hpp"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace chieng::web {
namespace {

using google::protobuf::util::MessageDifferencer;

bool any_small(std::initializer_list<std::int64_t> numbers, std::uint32_t threshold) {
    return std::any_of(numbers.begin(), numbers.end(),
                       [&](std::int64_t number) { return number > 0 && number < static_cast<std::int64_t>(threshold); });
}

// Of few events it is what one of them was, to the day.
bool is_median_of_few(const v1::Indicator& indicator, const v1::IndicatorValue& value, std::uint32_t threshold) {
    return indicator.measure() == v1::Indicator::MEDIAN && any_small({value.lineage().events()}, threshold);
}

const Hiding& hiding(const Sight& sight) {
    return sight.hidings.of(sight.definitions, sight.places, sight.place, sight.board, sight.threshold);
}

// Also what is made of people without being a number of them: whether a target is met.
bool tells_of_people(const v1::Indicator& indicator) {
    return counts_people(indicator) || indicator.has_targets();
}

bool is_of_a_household(const v1::Source& source) {
    const auto* event = v1::Event::descriptor()->FindFieldByName(source.event());
    return event != nullptr && event->message_type()->FindFieldByName("household_key") != nullptr;
}

// Money, days, land or activities, which are no number of households, but of which single households had each a part.
bool sums_up_households(const v1::Indicator& indicator) {
    const auto& sources = indicator.source();
    if (indicator.sums_up() != v1::Indicator::COUNTS_UNSPECIFIED) {
        return true;
    }
    return !counts_people(indicator) && std::any_of(sources.begin(), sources.end(), is_of_a_household);
}

// How many moved from one class to another: two figures of the class, which is told, differ by it.
bool is_movement(const Sight& sight, const v1::Indicator& indicator) {
    return counts_people(indicator) && sight.definitions.moves_a_stock(indicator);
}

// A sum over few households tells of each, and differences of sums are over few. One sum over a year of all the places that the district's
// gateway has leaves no difference; those of its communes would.
bool is_told_whole_only(const Sight& sight, const v1::Indicator& indicator) {
    return sums_up_households(indicator) || is_movement(sight, indicator);
}

// One movement that is hidden could be worked out from the others.
bool many_moved(const Sight& sight, const v1::IndicatorValue& value, const Period& period) {
    const auto& all = sight.definitions.all();
    return std::all_of(all.begin(), all.end(), [&](const Definition& definition) {
        const auto& indicator = definition.indicator;
        return indicator.hidden() || !is_movement(sight, indicator) || definition.from > period.last_day() ||
               definition.until < period.last_day() ||
               (definition.counted_over(period.span) &&
                sight.board.value(value.area(), period, indicator.code()).number() >= sight.threshold);
    });
}

bool is_too_fine(const Sight& sight, const v1::Indicator& indicator, const v1::IndicatorValue& value, Told told) {
    if (!is_told_whole_only(sight, indicator)) {
        return false;
    }
    const auto period = Period::parse(value.calendar(), value.period());
    if (told != Told::now || !period || period->calendar != v1::OFFICIAL || period->span != v1::YEAR || value.area() != sight.place ||
        sight.places.is_commune(sight.place, sight.today)) {
        return true;
    }
    // What is of households cannot be told from the rest, which other indicators tell.
    const bool is_mixed = indicator.sums_up() == v1::Indicator::COUNTS_UNSPECIFIED &&
                          !std::all_of(indicator.source().begin(), indicator.source().end(), is_of_a_household);
    return is_movement(sight, indicator) ? !many_moved(sight, value, *period)
                                         : is_mixed || value.lineage().events() < static_cast<std::int64_t>(sight.threshold);
}

// What was filed and is not so any more would tell, beside what is so now, how few made the difference.
bool was_restated(const Sight& sight, const v1::IndicatorValue& filed) {
    const auto period = Period::parse(filed.calendar(), filed.period());
    const auto* definition = period ? sight.definitions.find(filed.indicator(), period->last_day()) : nullptr;
    if (definition == nullptr || !definition->counted_over(period->span) || !sight.places.known(filed.area())) {
        return true;
    }
    auto then = filed;
    auto now = sight.share.of(sight.board.value(filed.area(), *period, filed.indicator()));
    then.clear_as_of();
    now.clear_as_of();
    return !MessageDifferencer::Equals(then, now);
}

// What a commune would hide differs from what its district hides of the same villages, and both together would tell more than either:
// so numbers of people are told by the district.
bool is_never_told(const Sight& sight, const v1::Indicator& indicator, const v1::IndicatorValue& value, Told told) {
    return tells_of_people(indicator) && (told == Told::recut || (told == Told::filed && was_restated(sight, value)) ||
                                          sight.places.is_commune(sight.place, sight.today));
}

// What is compared with a target: of an indicator that is hidden it says in other words what that would; and where only places below
// have a target it is their sum, beside which the others' can be worked out.
bool hides_target(const Sight& sight, const v1::IndicatorValue& achievement, const std::string& code, Told told) {
    const auto period = Period::parse(achievement.calendar(), achievement.period());
    const auto* of = period ? sight.definitions.find(code, period->last_day()) : nullptr;
    const auto* targets = period ? sight.definitions.find(achievement.indicator(), period->last_day()) : nullptr;
    if (of == nullptr || targets == nullptr) {
        return true;
    }
    // A sum may have a target for a window that it is not told of.
    const auto is_measure_hidden = [&] {
        return !of->counted_over(period->span) ||
               is_hidden(sight, of->indicator, sight.board.value(achievement.area(), *period, code), told);
    };
    if (of->indicator.measure() == v1::Indicator::MEDIAN) {
        return is_measure_hidden();
    }
    if (!tells_of_people(of->indicator) && !is_told_whole_only(sight, of->indicator)) {
        return false;
    }
    return !sight.board.has_own_target(*targets, code, achievement.area(), *period) || is_measure_hidden();
}

// How many targets are met, or how many villages meet theirs, answers of each whether it does.
bool hides_any_target(const Sight& sight, const v1::Indicator& indicator, const v1::IndicatorValue& value, Told told) {
    if (indicator.targets().view() == v1::VILLAGES_MEETING) {
        const auto* of = sight.definitions.find(indicator.targets().of(), *parse_day(value.to()));
        return of == nullptr || is_told_whole_only(sight, of->indicator);
    }
    const auto& parts = value.parts();
    return indicator.targets().view() == v1::ACHIEVEMENT &&
           std::any_of(parts.begin(), parts.end(), [&](const auto& part) { return hides_target(sight, value, part.cut_value(), told); });
}

bool is_hidden_part(const Sight& sight, const v1::Indicator& indicator, const v1::IndicatorValue& whole,
                    const v1::IndicatorValue::Part& part, Told told) {
    return indicator.targets().view() == v1::ACHIEVEMENT
               ? hides_target(sight, whole, part.cut_value(), told)
               : counts_people(indicator) && any_small({part.number(), part.denominator()}, sight.threshold);
}

// Of what is cut by organisation, an organisation is told its own part as the whole.
bool is_own_part_hidden(const Sight& sight, const v1::Indicator& indicator, const v1::IndicatorValue& value, Told told) {
    const auto& parts = value.parts();
    return std::any_of(parts.begin(), parts.end(), [&](const auto& part) { return is_hidden(sight, indicator, value, part, told); }) ||
           !hidden_nothings(sight, indicator, value, told).empty();
}

}  // namespace

bool is_hidden(const Sight& sight, const v1::Indicator& indicator, const v1::IndicatorValue& value, Told told) {
    if (sight.threshold == 0) {
        return !sight.share.has(value);
    }
    const bool small = counts_people(indicator) &&
                       any_small({value.number(), value.denominator(), value.start_number(), value.start_denominator()}, sight.threshold);
    return !sight.share.has(value) || small || is_median_of_few(indicator, value, sight.threshold) ||
           is_too_fine(sight, indicator, value, told) || is_never_told(sight, indicator, value, told) ||
           hides_any_target(sight, indicator, value, told) ||
           (sight.share.narrows(indicator.code()) ? is_own_part_hidden(sight, indicator, value, told)
                                                  : hiding(sight).hides(indicator, value));
}

bool is_hidden(const Sight& sight, const v1::Indicator& indicator, const v1::IndicatorValue& value, const v1::IndicatorValue::Part& part,
               Told told) {
    if (!sight.share.has(value) || !sight.share.has_part(indicator.code(), part.cut_value())) {
        return true;
    }
    if (sight.threshold == 0) {
        return false;
    }
    // A part of a change would tell how its part of the class moved.
    return is_told_whole_only(sight, indicator) || indicator.measure() == v1::Indicator::CHANGE ||
           is_hidden_part(sight, indicator, value, part, told) || is_never_told(sight, indicator, value, told) ||
           hiding(sight).hides(indicator, value, part.cut(), part.cut_value());
}

std::vector<std::pair<std::string, std::string>> hidden_nothings(const Sight& sight, const v1::Indicator& indicator,
                                                                 const v1::IndicatorValue& value, Told told) {
    std::vector<std::pair<std::string, std::string>> found;
    const auto period = Period::parse(value.calendar(), value.period());
    const auto* definition = period ? sight.definitions.find(value.indicator(), period->last_day()) : nullptr;
    if (sight.threshold == 0 || definition == nullptr) {
        return found;
    }
    const bool all = is_told_whole_only(sight, indicator) || is_never_told(sight, indicator, value, told);
    for (const auto series : definition->parts) {
        const auto& part = sight.definitions.series(series);
        if (!sight.share.has_part(indicator.code(), part.cut_value)) {
            continue;
        }
        const bool stands = std::any_of(value.parts().begin(), value.parts().end(), [&](const v1::IndicatorValue::Part& one) {
            return one.cut() == part.cut && one.cut_value() == part.cut_value;
        });
        if (!stands && (all || hiding(sight).hides(indicator, value, part.cut, part.cut_value))) {
            found.emplace_back(part.cut, part.cut_value);
        }
    }
    return found;
}

bool sees_lineage(const v1::Viewer& viewer) {
    return viewer.threshold() == 0;
}

const v1::Label& hidden_text() {
    return words_of(chieng::Status::suppressed);
}

}  // namespace chieng::web
