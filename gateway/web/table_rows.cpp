// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/table_rows.hpp"

#include "gateway/web/problems.hpp"
#include "gateway/web/received.hpp"

#include <algorithm>

namespace chieng::web {
namespace {

std::vector<std::string> listed_in(const std::string& list) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at <= list.size();) {
        const auto end = std::min(list.find(',', at), list.size());
        words.push_back(list.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

bool has_cut(const Definitions& definitions, const Definition& definition, const std::string& name) {
    const auto& cuts = definition.indicator.cut();
    const auto& parts = definition.parts;
    return std::any_of(cuts.begin(), cuts.end(), [&](const v1::Cut& cut) { return cut.name() == name; }) ||
           std::any_of(parts.begin(), parts.end(), [&](SeriesId series) { return definitions.series(series).cut == name; });
}

Problem unknown_indicators(const std::string& word) {
    return not_there("there is no indicator and no group '" + word + "'; /api/v1/indicators lists them: COM-01 is one, COM its group",
                     "không có chỉ số hay nhóm chỉ số '" + word + "'; xem /api/v1/indicators: COM-01 là một chỉ số, COM là nhóm",
                     "indicators");
}

Problem not_over(const std::string& word, v1::Span span) {
    return bad_parameter("indicators", "nothing of " + word + " is counted over a " + v1::Span_Name(span),
                         "không có gì của " + word + " được tính theo kỳ " + v1::Span_Name(span));
}

}  // namespace

TableRows::TableRows(const Call& call, const Period& period, Parameters& parameters) {
    cuts_.are_told = parameters.flag("cuts");
    if (parameters.given("indicators")) {
        read_codes(call, period, parameters);
    }
    if (parameters.given("cut")) {
        read_cut(call, period, parameters);
    }
}

// Each word names something: one that is mistyped would leave a gap that nobody sees.
void TableRows::read_codes(const Call& call, const Period& period, Parameters& parameters) {
    const auto& definitions = call.world.definitions;
    const auto shown = definitions.shown(period);
    codes_.emplace();
    for (const auto& word : listed_in(parameters.text("indicators"))) {
        const auto names = [&](const Definition& definition) {
            return !definition.indicator.hidden() && names_indicator(word, definition.indicator.code());
        };
        if (word == "*" || std::none_of(definitions.all().begin(), definitions.all().end(), names)) {
            return parameters.refuse(unknown_indicators(word));
        }
        bool is_counted = false;
        bool is_received = false;
        for (const auto* definition : shown) {
            const auto& code = definition->indicator.code();
            if (names(*definition)) {
                is_counted = true;
                is_received = is_received || call.share.has_indicator(code);
                codes_->insert(code);
            }
        }
        if (!is_received) {
            return parameters.refuse(is_counted ? not_received(call, word, "indicators") : not_over(word, period.span));
        }
    }
}

void TableRows::read_cut(const Call& call, const Period& period, Parameters& parameters) {
    const auto& definitions = call.world.definitions;
    cuts_.only = parameters.text("cut");
    if (parameters.given("cuts") && !cuts_.are_told) {
        return parameters.refuse(bad_parameter("cuts", "leave it out beside cut, which asks for the parts of one",
                                               "hãy bỏ tham số này khi đã có cut, vì cut yêu cầu các phần chi tiết"));
    }
    cuts_.are_told = true;
    std::set<std::string> codes;
    for (const auto* definition : definitions.shown(period)) {
        const auto& code = definition->indicator.code();
        if (has(code) && call.share.has_indicator(code) && has_cut(definitions, *definition, cuts_.only)) {
            codes.insert(code);
        }
    }
    if (codes.empty()) {
        return parameters.refuse(not_there(
            "nothing of what is asked for has the cut '" + cuts_.only + "'; /api/v1/indicators lists the cuts of each indicator",
            "không có chỉ số nào trong số được hỏi có cách chia '" + cuts_.only + "'; xem cách chia của từng chỉ số ở /api/v1/indicators",
            "cut"));
    }
    codes_ = std::move(codes);
}

}  // namespace chieng::web
