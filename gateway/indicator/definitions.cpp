// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/definitions.hpp"

#include "gateway/indicator/definition_compiler.hpp"
#include "services/runtime/core/validator.hpp"

#include <google/protobuf/io/tokenizer.h>

#include <algorithm>
#include <stdexcept>

namespace chieng {
namespace {

using google::protobuf::TextFormat;

// Keeps the first error.
class FirstError final : public google::protobuf::io::ErrorCollector {
public:
    explicit FirstError(std::string_view file) : file_(file) {}
    void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
        if (text.empty()) {
            text = DefinitionCompiler::place_in(file_, line, column) + message;
        }
    }

    std::string text;

private:
    std::string_view file_;
};

bool names(const v1::Indicator& indicator, int span) {
    return std::find(indicator.spans().begin(), indicator.spans().end(), span) != indicator.spans().end();
}

void name_also(v1::Indicators& indicators) {
    for (auto& indicator : *indicators.mutable_indicator()) {
        const bool is_told_of_parts = names(indicator, v1::YEAR) && indicator.spans_size() > 1;
        for (const auto span : indicators.also()) {
            if (is_told_of_parts && !names(indicator, span)) {
                indicator.add_spans(static_cast<v1::Span>(span));
            }
        }
    }
}

}  // namespace

bool Definition::counted_over(v1::Span span) const {
    return names(indicator, span);
}

Definitions Definitions::load(std::string_view text, std::string_view file_name) {
    FirstError error(file_name);
    TextFormat::ParseInfoTree lines;
    TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    parser.WriteLocationsTo(&lines);
    v1::Indicators indicators;
    if (!parser.ParseFromString(std::string(text), &indicators)) {
        throw std::invalid_argument(error.text.empty() ? DefinitionCompiler::place_in(file_name, 0, 0) + "it cannot be read" : error.text);
    }
    name_also(indicators);
    return DefinitionCompiler(indicators, lines, file_name).run();
}

const Definition* Definitions::find(std::string_view code, Day day) const {
    const Definition* last = nullptr;
    const auto known = by_code_.find(code);
    if (known == by_code_.end()) {
        return nullptr;
    }
    for (const auto at : known->second) {
        const auto& definition = all_[at];
        if (definition.from <= day && day <= definition.until) {
            return &definition;
        }
        if (last == nullptr || last->from < definition.from) {
            last = &definition;
        }
    }
    return last;
}

bool Definitions::moves_a_stock(const v1::Indicator& indicator) const {
    return indicator.measure() == v1::Indicator::NUMBER &&
           std::any_of(indicator.source().begin(), indicator.source().end(),
                       [&](const v1::Source& source) { return stock_events_.contains(source.event()); });
}

std::vector<const Definition*> Definitions::shown(const Period& period) const {
    std::vector<const Definition*> found;
    for (const auto& definition : all_) {
        if (!definition.indicator.hidden() && definition.counted_over(period.span) &&
            find(definition.indicator.code(), period.last_day()) == &definition) {
            found.push_back(&definition);
        }
    }
    return found;
}

std::set<std::string> Definitions::services_of_latest() const {
    std::set<std::string> services;
    for (const auto& [body, plan] : plans_) {
        if (plan.has_latest()) {
            const auto* type = v1::Event::descriptor()->FindFieldByNumber(body)->message_type();
            services.insert(rule_of(*type).service());
        }
    }
    return services;
}

std::set<std::string> Definitions::open_services_of_latest() const {
    auto services = services_of_latest();
    const auto* bodies = v1::Event::descriptor()->FindOneofByName("body");
    for (int i = 0; i < bodies->field_count(); ++i) {
        const auto& rule = rule_of(*bodies->field(i)->message_type());
        if (rule.data_class() >= v1::PERSONAL) {
            services.erase(rule.service());
        }
    }
    return services;
}

std::optional<SeriesId> Definitions::series_id(const std::string& indicator, const std::string& cut, const std::string& value) const {
    const auto it = ids_.find(DefinitionCompiler::series_key(indicator, cut, value));
    return it == ids_.end() ? std::nullopt : std::optional(it->second);
}

bool EventPlan::has_latest() const {
    return std::any_of(sources.begin(), sources.end(), [](const SourcePlan& source) { return source.kind == SourcePlan::Kind::latest; });
}

const EventPlan& Definitions::plan(int body_case) const {
    static const EventPlan none;
    const auto it = plans_.find(body_case);
    return it == plans_.end() ? none : it->second;
}

}  // namespace chieng
