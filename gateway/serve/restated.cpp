// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/restated.hpp"

#include "gateway/serve/table.hpp"

#include <map>
#include <utility>

namespace chieng {
namespace {

// What one side says of each part; of a place without a part it says 0.
std::map<std::pair<std::string, std::string>, v1::IndicatorValue> parts_of(const v1::IndicatorValue& value) {
    std::map<std::pair<std::string, std::string>, v1::IndicatorValue> parts;
    for (const auto& part : value.parts()) {
        auto& made = parts[{part.cut(), part.cut_value()}];
        made.set_number(part.number());
        made.set_denominator(part.denominator());
    }
    return parts;
}

void add_line(std::vector<std::string>& lines, const v1::IndicatorValue& named, const std::string& part, const std::string& before,
              const std::string& after) {
    if (before != after) {
        lines.push_back(named.area() + "  " + named.indicator() + part + "  " + before + " → " + after);
    }
}

}  // namespace

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
            const bool is_ratio = indicator.measure() == v1::Indicator::RATIO;
            const auto text = [&](const v1::IndicatorValue& of) {
                return is_ratio ? std::to_string(of.number()) + "/" + std::to_string(of.denominator()) : std::to_string(of.number());
            };
            add_line(lines, named, " " + part.first + "=" + part.second, text(before[part]), text(value));
        }
    }
    std::vector<std::string> all;
    for (auto& [place, lines] : by_place) {
        all.insert(all.end(), lines.begin(), lines.end());
    }
    return all;
}

}  // namespace chieng
