// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/hidden_cells.hpp"

#include "gateway/web/received.hpp"

#include <algorithm>

namespace chieng::web {

void note_parts(const v1::IndicatorValue& value, Parts& parts) {
    for (const auto& part : value.parts()) {
        parts[value.indicator()].emplace(part.cut(), part.cut_value());
    }
}

void note_hidden(const Call& call, Day day, const v1::IndicatorValue& value, const Parts& parts, Told told, std::set<CellName>& hidden) {
    const auto* definition = call.world.definitions.find(value.indicator(), day);
    if (definition == nullptr) {
        return;
    }
    const auto& indicator = definition->indicator;
    if (is_hidden(call.sight(), indicator, value, told)) {
        hidden.insert({value.area(), value.indicator(), "", ""});
    }
    for (const auto& part : value.parts()) {
        if (is_hidden(call.sight(), indicator, value, part, told)) {
            hidden.insert({value.area(), value.indicator(), part.cut(), part.cut_value()});
        }
    }
    for (const auto& [cut, cut_value] : hidden_nothings(call.sight(), indicator, value, told)) {
        hidden.insert({value.area(), value.indicator(), cut, cut_value});
    }
    const auto elsewhere = parts.find(value.indicator());
    if (elsewhere == parts.end() || call.viewer.threshold() == 0) {
        return;
    }
    for (const auto& [cut, cut_value] : elsewhere->second) {
        v1::IndicatorValue::Part nothing;
        nothing.set_cut(cut);
        nothing.set_cut_value(cut_value);
        const bool stands = std::any_of(value.parts().begin(), value.parts().end(), [&](const v1::IndicatorValue::Part& one) {
            return one.cut() == nothing.cut() && one.cut_value() == nothing.cut_value();
        });
        if (!stands && is_hidden(call.sight(), indicator, value, nothing, told)) {
            hidden.insert({value.area(), value.indicator(), cut, cut_value});
        }
    }
}

}  // namespace chieng::web
