// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/hidden.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace chieng::web {
namespace {

bool any_small(std::initializer_list<std::int64_t> numbers, const v1::Viewer& viewer) {
    return std::any_of(numbers.begin(), numbers.end(),
                       [&](std::int64_t number) { return number > 0 && number < static_cast<std::int64_t>(viewer.threshold()); });
}

}  // namespace

bool counts_people(const v1::Indicator& indicator) {
    return indicator.counts() == v1::Indicator::PEOPLE || indicator.counts() == v1::Indicator::HOUSEHOLDS;
}

bool is_hidden(const v1::Indicator& indicator, const v1::IndicatorValue& value, const v1::Viewer& viewer) {
    return counts_people(indicator) &&
           any_small({value.number(), value.denominator(), value.start_number(), value.start_denominator()}, viewer);
}

bool is_hidden(const v1::Indicator& indicator, const v1::IndicatorValue::Part& part, const v1::Viewer& viewer) {
    return counts_people(indicator) && any_small({part.number(), part.denominator()}, viewer);
}

bool is_hidden(const Definitions& definitions, const v1::Indicator& indicator, const v1::IndicatorValue& whole,
               const v1::IndicatorValue::Part& part, const v1::Viewer& viewer) {
    const auto* of = indicator.targets().view() == v1::ACHIEVEMENT ? definitions.find(part.cut_value(), *parse_day(whole.to())) : nullptr;
    if (of == nullptr) {
        return is_hidden(indicator, part, viewer);
    }
    v1::IndicatorValue::Part shown;
    shown.set_number((part.number() + 99) / 100);
    return is_hidden(indicator, part, viewer) || is_hidden(of->indicator, shown, viewer);
}

bool sees_lineage(const v1::Viewer& viewer) {
    return viewer.threshold() == 0;
}

v1::Label hidden_text(const v1::Viewer& viewer) {
    const auto threshold = std::to_string(viewer.threshold());
    v1::Label text;
    text.set_vi("dưới " + threshold);
    text.set_en("under " + threshold);
    return text;
}

}  // namespace chieng::web
