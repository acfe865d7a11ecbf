// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/same_numbers.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace chieng::web {
namespace {

// A source without its order of conditions; `also` is one more.
std::string source_text(const v1::Source& source, const v1::Where* also) {
    std::set<std::string> where;
    auto rest = source;
    rest.clear_where();
    for (const auto& one : source.where()) {
        where.insert(one.SerializeAsString());
    }
    if (also != nullptr) {
        where.insert(also->SerializeAsString());
    }
    auto text = rest.SerializeAsString();
    for (const auto& one : where) {
        text.append("\n").append(one);
    }
    return text;
}

bool holds_always(const v1::Indicator& indicator) {
    return indicator.from().empty() && indicator.until().empty();
}

}  // namespace

std::map<SeriesId, SeriesId> same_numbers(const Definitions& definitions) {
    std::map<std::string, SeriesId> wholes;
    for (const auto& definition : definitions.all()) {
        const auto& indicator = definition.indicator;
        if (indicator.source_size() == 1 && holds_always(indicator)) {
            wholes.emplace(source_text(indicator.source(0), nullptr), definition.whole);
        }
    }
    std::map<SeriesId, SeriesId> same;
    for (const auto& definition : definitions.all()) {
        const auto& indicator = definition.indicator;
        if (indicator.source_size() != 1 || !holds_always(indicator)) {
            continue;
        }
        for (const auto part : definition.parts) {
            const auto& series = definitions.series(part);
            const auto cut =
                std::find_if(indicator.cut().begin(), indicator.cut().end(), [&](const v1::Cut& one) { return one.name() == series.cut; });
            if (cut == indicator.cut().end() || cut->field_size() != 1) {
                continue;
            }
            v1::Where where;
            where.set_field(cut->field(0));
            where.add_any(series.cut_value);
            const auto it = wholes.find(source_text(indicator.source(0), &where));
            if (it != wholes.end() && it->second != definition.whole) {
                same.emplace(it->second, part);
            }
        }
    }
    return same;
}

}  // namespace chieng::web
