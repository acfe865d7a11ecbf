// SPDX-License-Identifier: Apache-2.0
#include "gateway/export/restated.hpp"

#include "gateway/serve/value_text.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace chieng {
namespace {

// What one side says of each part; of a place without a part it says 0.
std::map<std::pair<std::string, std::string>, v1::IndicatorValue::Part> parts_of(const v1::IndicatorValue& value) {
    std::map<std::pair<std::string, std::string>, v1::IndicatorValue::Part> parts;
    for (const auto& part : value.parts()) {
        parts.emplace(std::pair(part.cut(), part.cut_value()), part);
    }
    return parts;
}

std::string text_of_side(const v1::Indicator& indicator, const v1::IndicatorValue::Part& part) {
    switch (indicator.measure()) {
        case v1::Indicator::RATIO: return std::to_string(part.number()) + "/" + std::to_string(part.denominator());
        default: return text_of(indicator, part);
    }
}

bool has_value(const v1::IndicatorValue& value) {
    return !value.histogram().empty();
}
bool has_value(const v1::IndicatorValue::Part& part) {
    return !part.unknown();
}

double median_of(const v1::IndicatorValue& value) {
    return value.median();
}
double median_of(const v1::IndicatorValue::Part& /*part*/) {
    return 0;
}

template <class Value>
auto numbers_of(const Value& value) {
    return std::tuple(value.number(), value.denominator(), value.start_number(), value.start_denominator(), median_of(value),
                      has_value(value));
}

bool is_nothing(const v1::IndicatorValue& value) {
    return value.number() == 0 && value.histogram().empty();
}
bool is_nothing(const v1::IndicatorValue::Part& part) {
    return part.number() == 0;
}

template <class Value>
bool differs(const Value& filed, Status told_then, const Value& now, Status told_now) {
    const bool is_hidden = told_then == Status::suppressed || told_now == Status::suppressed;
    if (is_hidden || (told_then == told_now && told_then != Status::ok)) {
        return false;
    }
    const bool was_reported = told_then != Status::not_reported;
    const bool is_reported = told_now != Status::not_reported;
    if (was_reported && is_reported) {
        return numbers_of(filed) != numbers_of(now);
    }
    return (was_reported && !is_nothing(filed)) || (is_reported && !is_nothing(now));
}

// How a part is told that is not hidden.
Status status_of(const v1::Indicator& indicator, const v1::IndicatorValue::Part& part, Status whole) {
    return whole == Status::not_reported ? whole : number_of(indicator, part) ? Status::ok : Status::no_value;
}

void add_line(std::vector<std::string>& lines, const v1::IndicatorValue& named, const std::string& part, const std::string& before,
              const std::string& after) {
    if (before != after) {
        lines.push_back(named.area() + "  " + named.indicator() + part + "  " + before + " → " + after);
    }
}

}  // namespace

bool is_restated(const v1::IndicatorValue& filed, Status told_then, const v1::IndicatorValue& now, Status told_now) {
    return differs(filed, told_then, now, told_now);
}

bool is_restated(const v1::IndicatorValue::Part& filed, Status told_then, const v1::IndicatorValue::Part& now, Status told_now) {
    return differs(filed, told_then, now, told_now);
}

std::vector<Restated> restated_of(const v1::Report& report, const std::vector<v1::Restatement>& all, const Definitions& definitions,
                                  const std::set<CellName>& hidden_filed, const std::set<CellName>& hidden) {
    const auto day = parse_day(report.to());
    if (!day) {
        return {};
    }
    const auto reported_then = places_that_reported(definitions, report.values(), *day);
    std::set<std::pair<std::string, std::string>> changed;
    std::set<std::string> reported_now;
    for (const auto& one : all) {
        changed.emplace(one.filed().area(), one.filed().indicator());
        if (tells_of_events(definitions, one.now(), *day)) {
            reported_now.insert(one.now().area());
        }
    }
    for (const auto& value : report.values()) {
        if (!changed.contains({value.area(), value.indicator()}) && tells_of_events(definitions, value, *day)) {
            reported_now.insert(value.area());
        }
    }
    std::vector<Restated> restated;
    for (const auto& one : all) {
        const auto& named = one.has_now() ? one.now() : one.filed();
        const auto* definition = definitions.find(named.indicator(), *day);
        CellName name{named.area(), named.indicator(), "", ""};
        if (definition == nullptr || hidden_filed.contains(name) || hidden.contains(name)) {
            continue;
        }
        const auto told = [&](const v1::IndicatorValue& value, const std::set<std::string>& reported) {
            return status_of(definition->indicator, value, reported.contains(named.area()));
        };
        const auto told_then = told(one.filed(), reported_then);
        const auto told_now = told(one.now(), reported_now);
        const bool is_whole = is_restated(one.filed(), told_then, one.now(), told_now);
        auto before = parts_of(one.filed());
        auto after = parts_of(one.now());
        for (const auto& [part, value] : before) {
            after.try_emplace(part);
        }
        const bool is_any_part = std::any_of(after.begin(), after.end(), [&](const auto& part) {
            std::tie(name.cut, name.cut_value) = part.first;
            return !hidden_filed.contains(name) && !hidden.contains(name) &&
                   is_restated(before[part.first], status_of(definition->indicator, before[part.first], told_then), part.second,
                               status_of(definition->indicator, part.second, told_now));
        });
        if (is_whole || is_any_part) {
            restated.push_back({one, is_whole});
        }
    }
    return restated;
}

std::vector<std::string> changed_cells(const v1::Report& report, const std::vector<Restated>& all, const Definitions& definitions) {
    std::map<std::string, std::vector<std::string>> by_place;
    const auto last = parse_day(report.to());
    for (const auto& [restated, is_whole] : all) {
        const auto& named = restated.has_now() ? restated.now() : restated.filed();
        const auto* definition = last ? definitions.find(named.indicator(), *last) : nullptr;
        if (named.area() == report.area() || definition == nullptr) {
            continue;
        }
        const auto& indicator = definition->indicator;
        auto& lines = by_place[named.area()];
        add_line(lines, named, "", restated.has_filed() ? text_of(indicator, restated.filed()) : "–",
                 restated.has_now() ? text_of(indicator, restated.now()) : "–");
        auto before = parts_of(restated.filed());
        auto after = parts_of(restated.now());
        for (const auto& [part, value] : before) {
            after.try_emplace(part);
        }
        for (const auto& [part, value] : after) {
            add_line(lines, named, " " + part.first + "=" + part.second, text_of_side(indicator, before[part]),
                     text_of_side(indicator, value));
        }
    }
    std::vector<std::string> told;
    for (auto& [place, lines] : by_place) {
        told.insert(told.end(), lines.begin(), lines.end());
    }
    return told;
}

}  // namespace chieng
