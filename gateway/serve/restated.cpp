// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/restated.hpp"

#include "gateway/serve/value_text.hpp"

#include <algorithm>
#include <map>
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
        case v1::Indicator::CHANGE: return text_of(indicator, part);
        default: return std::to_string(part.number());
    }
}

template <class Value>
bool has_same_numbers(const Value& one, const Value& other) {
    return one.number() == other.number() && one.denominator() == other.denominator() && one.start_number() == other.start_number() &&
           one.start_denominator() == other.start_denominator();
}

void add_line(std::vector<std::string>& lines, const v1::IndicatorValue& named, const std::string& part, const std::string& before,
              const std::string& after) {
    if (before != after) {
        lines.push_back(named.area() + "  " + named.indicator() + part + "  " + before + " → " + after);
    }
}

}  // namespace

bool is_other_whole(const v1::IndicatorValue& filed, const v1::IndicatorValue& now) {
    return !has_same_numbers(filed, now) || filed.median() != now.median();
}

bool is_other_part(const v1::IndicatorValue::Part& filed, const v1::IndicatorValue::Part& now) {
    return !has_same_numbers(filed, now);
}

bool is_other_number(const v1::IndicatorValue& filed, const v1::IndicatorValue& now) {
    auto before = parts_of(filed);
    auto after = parts_of(now);
    for (const auto& [part, value] : before) {
        after.try_emplace(part);
    }
    return is_other_whole(filed, now) ||
           std::any_of(after.begin(), after.end(), [&](const auto& one) { return is_other_part(before[one.first], one.second); });
}

std::vector<std::string> changed_cells(const v1::ReportReply& reply, const Definitions& definitions) {
    std::map<std::string, std::vector<std::string>> by_place;
    const auto last = parse_day(reply.report().to());
    for (const auto& restated : reply.restated()) {
        const auto& named = restated.has_now() ? restated.now() : restated.filed();
        const auto* definition = last ? definitions.find(named.indicator(), *last) : nullptr;
        if (named.area() == reply.report().area() || definition == nullptr) {
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
    std::vector<std::string> all;
    for (auto& [place, lines] : by_place) {
        all.insert(all.end(), lines.begin(), lines.end());
    }
    return all;
}

}  // namespace chieng
