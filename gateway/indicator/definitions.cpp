// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/definitions.hpp"

#include "chieng/v1/event.pb.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <xxhash.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace chieng {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

std::string place_in(std::string_view file, int line, int column) {
    return std::string(file) + ":" + std::to_string(line + 1) + ":" + std::to_string(column + 1) + ": ";
}

// Keeps the first error.
class FirstError final : public google::protobuf::io::ErrorCollector {
public:
    explicit FirstError(std::string_view file) : file_(file) {}
    void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
        if (text.empty()) {
            text = place_in(file_, line, column) + message;
        }
    }

    std::string text;

private:
    std::string_view file_;
};

std::string series_key(const std::string& indicator, const std::string& cut, const std::string& value) {
    std::string key;
    key.reserve(indicator.size() + cut.size() + value.size() + 3);
    return key.append(indicator).append("\n").append(cut).append("\n").append(value).append("\n");
}

bool is_number(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32:
        case FieldDescriptor::CPPTYPE_INT64:
        case FieldDescriptor::CPPTYPE_UINT32:
        case FieldDescriptor::CPPTYPE_UINT64: return !field.is_repeated();
        default: return false;
    }
}

}  // namespace

class Compiler {
public:
    Compiler(const v1::Indicators& indicators, const TextFormat::ParseInfoTree& lines, std::string_view file)
        : indicators_(indicators), lines_(lines), file_(file) {}

    Definitions run() {
        for (at_ = 0; at_ < indicators_.indicator_size(); ++at_) {
            compile(indicators_.indicator(at_));
        }
        for (at_ = 0; at_ < indicators_.indicator_size(); ++at_) {
            check_coverage(indicators_.indicator(at_));
        }
        note_touched();
        const auto bytes = indicators_.SerializeAsString();
        out_.digest_ = XXH3_64bits(bytes.data(), bytes.size());
        return std::move(out_);
    }

private:
    void note_touched() {
        out_.touched_.resize(out_.series_.size());
        out_.distinct_.resize(out_.series_.size());
        out_.spans_.resize(out_.series_.size());
        for (std::uint32_t definition = 0; definition < out_.all_.size(); ++definition) {
            const auto& indicator = out_.all_[definition].indicator;
            for (SeriesId series = 0; series < out_.series_.size(); ++series) {
                const auto& of = out_.series_[series];
                if (of.indicator == indicator.code() || (of.indicator == indicator.coverage().of() && of.cut.empty())) {
                    out_.touched_[series].push_back(definition);
                }
                if (of.indicator == indicator.code()) {
                    note_spans(series, out_.all_[definition]);
                }
            }
        }
    }

    // A code that was defined anew in other years is one series: over the spans of all its definitions.
    void note_spans(SeriesId series, const Definition& definition) {
        out_.distinct_[series] = definition.distinct;
        auto& spans = out_.spans_[series];
        for (const int number : definition.indicator.spans()) {
            const auto span = static_cast<v1::Span>(number);
            if (std::find(spans.begin(), spans.end(), span) == spans.end()) {
                spans.push_back(span);
            }
        }
    }

    [[noreturn]] void fail(const std::string& reason) const {
        const auto* list = v1::Indicators::descriptor()->FindFieldByName("indicator");
        const auto where = lines_.GetLocation(list, at_);
        throw std::invalid_argument(place_in(file_, where.line, where.column) + indicators_.indicator(at_).code() + ": " + reason);
    }

    void compile(const v1::Indicator& indicator) {
        if (indicator.code().empty()) {
            fail("it has no code");
        }
        if (indicator.spans().empty()) {
            fail("no spans");
        }
        if (indicator.measure() == v1::Indicator::MEASURE_UNSPECIFIED) {
            fail("no measure");
        }
        if (indicator.divide_by() < 0) {
            fail("divide_by is below zero");
        }
        const bool is_ratio = indicator.measure() == v1::Indicator::RATIO;
        if (indicator.has_coverage() != is_ratio || indicator.has_coverage() != indicator.source().empty()) {
            fail("a RATIO has coverage and no source; anything else has sources and no coverage");
        }
        if (indicator.measure() != v1::Indicator::NUMBER && !indicator.cut().empty()) {
            fail("only a NUMBER has cuts");
        }
        Definition definition{indicator, bound(indicator.from(), Day::min()), bound(indicator.until(), Day::max()), 0, {}, false};
        for (const auto& other : out_.all_) {
            if (other.indicator.code() == indicator.code() && definition.from <= other.until && other.from <= definition.until) {
                fail("the code is defined twice for the same day");
            }
        }
        for (const int span : indicator.spans()) {
            if (span == v1::SPAN_UNSPECIFIED || !v1::Span_IsValid(span)) {
                fail("no spans");
            }
        }
        definition.whole = intern(indicator.code(), "", "");
        compile_sources(definition);
        out_.all_.push_back(std::move(definition));
    }

    void compile_sources(Definition& definition) {
        const auto& indicator = definition.indicator;
        for (const auto& cut : indicator.cut()) {
            if (cut.name().empty()) {
                fail("a cut has no name");
            }
            if (cut.field().empty() == cut.part().empty()) {
                fail("cut " + cut.name() + " is either by field or by parts");
            }
            if (!cut.field().empty() && cut.field_size() != indicator.source_size()) {
                fail("cut " + cut.name() + " needs one field for each source");
            }
        }
        const int distinct = static_cast<int>(std::count_if(indicator.source().begin(), indicator.source().end(),
                                                            [](const v1::Source& source) { return !source.distinct().empty(); }));
        if (distinct != 0 && distinct != indicator.source_size()) {
            fail("all sources count different values, or none does");
        }
        definition.distinct = distinct != 0;
        for (int i = 0; i < indicator.source_size(); ++i) {
            compile_source(definition, i);
        }
    }

    void compile_source(Definition& definition, int index) {
        const auto& indicator = definition.indicator;
        const auto& source = indicator.source(index);
        event_ = source.event();
        const auto* body = v1::Event::descriptor()->FindOneofByName("body");
        std::vector<int> cases;
        for (int i = 0; i < body->field_count(); ++i) {
            if (event_ == "*" || event_ == body->field(i)->name()) {
                cases.push_back(body->field(i)->number());
            }
        }
        if (cases.empty()) {
            fail("unknown event '" + event_ + "'");
        }
        if (event_ == "*") {
            cases.push_back(0);
        }
        SourcePlan plan;
        plan.whole = definition.whole;
        plan.from = definition.from;
        plan.until = definition.until;
        for (const int span : indicator.spans()) {
            plan.spans.push_back(static_cast<v1::Span>(span));
        }
        for (const auto& where : source.where()) {
            plan.where.push_back(condition(where));
        }
        plan.plus = numbers(source.plus());
        plan.corrections_only = source.corrections_only();
        if (!source.distinct().empty()) {
            plan.distinct = text(source.distinct());
        }
        const bool is_median = indicator.measure() == v1::Indicator::MEDIAN;
        if (source.days_from().empty() == is_median || source.days_to().empty() == is_median) {
            fail("a MEDIAN, and nothing else, has days_from and days_to");
        }
        if (!source.days_from().empty()) {
            plan.days.emplace(day_of(source.days_from()), day_of(source.days_to()));
        }
        if (!plan.distinct.empty() + !plan.plus.empty() + plan.days.has_value() > 1) {
            fail("a source adds numbers, counts different values or measures days: one of them");
        }
        for (const auto& cut : indicator.cut()) {
            plan.cuts.push_back(cut_plan(definition, cut, index, plan));
        }
        for (const int number : cases) {
            out_.plans_[number].push_back(plan);
        }
    }

    CutPlan cut_plan(Definition& definition, const v1::Cut& cut, int source, const SourcePlan& of) {
        const auto& code = definition.indicator.code();
        CutPlan plan;
        if (!cut.field().empty()) {
            plan.field = path(cut.field(source));
            const auto* type = plan.field.back()->enum_type();
            if (type == nullptr) {
                fail("cut field '" + cut.field(source) + "' is not an enum");
            }
            for (int i = 0; i < type->value_count(); ++i) {
                const int number = type->value(i)->number();
                const bool allowed = std::all_of(of.where.begin(), of.where.end(), [&](const Condition& condition) {
                    return condition.field != plan.field || std::count(condition.any.begin(), condition.any.end(), number) > 0;
                });
                if (number != 0 && allowed) {
                    plan.values.emplace_back(number, part(definition, intern(code, cut.name(), type->value(i)->name())));
                }
            }
            std::sort(plan.values.begin(), plan.values.end());
            return plan;
        }
        if (definition.distinct) {
            fail("cut " + cut.name() + ": different values have no parts");
        }
        for (const auto& piece : cut.part()) {
            if (piece.value().empty() || piece.plus().empty()) {
                fail("a part of cut " + cut.name() + " has no value or adds nothing");
            }
            const auto series = part(definition, intern(code, cut.name(), piece.value()));
            plan.parts.push_back({series, numbers(piece.plus()), numbers(piece.minus())});
        }
        return plan;
    }

    void check_coverage(const v1::Indicator& indicator) const {
        if (!indicator.has_coverage()) {
            return;
        }
        const auto& of = indicator.coverage().of();
        const auto known =
            std::find_if(out_.all_.begin(), out_.all_.end(), [&](const Definition& other) { return other.indicator.code() == of; });
        if (known == out_.all_.end()) {
            fail("coverage of the unknown indicator '" + of + "'");
        }
        if (known->indicator.measure() != v1::Indicator::NUMBER) {
            fail("coverage of " + of + ", which is not a NUMBER");
        }
        const auto& spans = known->indicator.spans();
        for (const int span : indicator.spans()) {
            if (known->distinct && std::count(spans.begin(), spans.end(), span) == 0) {
                fail("coverage of " + of + ", which is not counted over " + v1::Span_Name(static_cast<v1::Span>(span)));
            }
        }
    }

    Path path(const std::string& text) const {
        Path found;
        const auto* type = v1::Event::descriptor();
        std::string_view rest = text;
        while (true) {
            const auto dot = rest.find('.');
            const auto* field = type == nullptr ? nullptr : type->FindFieldByName(std::string(rest.substr(0, dot)));
            if (field == nullptr || (!found.empty() && found.back()->is_repeated())) {
                fail("unknown field '" + text + "'");
            }
            if (field->containing_oneof() != nullptr && field->name() != event_) {
                fail("field '" + text + "' is not of " + event_);
            }
            found.push_back(field);
            if (dot == std::string_view::npos) {
                return found;
            }
            type = field->message_type();
            rest.remove_prefix(dot + 1);
        }
    }

    template <class Names>
    std::vector<Path> numbers(const Names& names) const {
        std::vector<Path> found;
        for (const auto& name : names) {
            found.push_back(path(name));
            if (!is_number(*found.back().back())) {
                fail("field '" + name + "' is not a number");
            }
        }
        return found;
    }

    Path text(const std::string& name) const {
        auto found = path(name);
        if (found.back()->cpp_type() != FieldDescriptor::CPPTYPE_STRING || found.back()->is_repeated()) {
            fail("field '" + name + "' is not a text");
        }
        return found;
    }

    DayOf day_of(const std::string& name) const {
        if (name == "@received") {
            return {DayOf::Kind::received, {}};
        }
        if (name == "@occurred") {
            return {DayOf::Kind::occurred, {}};
        }
        return {DayOf::Kind::field, text(name)};
    }

    Condition condition(const v1::Where& where) const {
        Condition made{path(where.field()), {}};
        const auto* type = made.field.back()->enum_type();
        if (type == nullptr) {
            fail("where field '" + where.field() + "' is not an enum");
        }
        if (where.any().empty()) {
            fail("where " + where.field() + " allows nothing");
        }
        for (const auto& name : where.any()) {
            const auto* value = type->FindValueByName(name);
            if (value == nullptr) {
                fail("unknown value '" + name + "' of " + where.field());
            }
            made.any.push_back(value->number());
        }
        return made;
    }

    Day bound(const std::string& text, Day otherwise) const {
        if (text.empty()) {
            return otherwise;
        }
        const auto day = parse_day(text);
        if (!day) {
            fail("'" + text + "' is not a date");
        }
        return *day;
    }

    SeriesId intern(const std::string& indicator, const std::string& cut, const std::string& value) {
        const auto [it, fresh] = out_.ids_.try_emplace(series_key(indicator, cut, value), static_cast<SeriesId>(out_.series_.size()));
        if (fresh) {
            out_.series_.push_back({indicator, cut, value});
        }
        return it->second;
    }

    static SeriesId part(Definition& definition, SeriesId series) {
        if (std::count(definition.parts.begin(), definition.parts.end(), series) == 0) {
            definition.parts.push_back(series);
        }
        return series;
    }

    const v1::Indicators& indicators_;
    const TextFormat::ParseInfoTree& lines_;
    std::string_view file_;
    std::string event_;
    int at_ = 0;
    Definitions out_;
};

std::optional<SeriesId> CutPlan::series(int value) const {
    const auto it = std::lower_bound(values.begin(), values.end(), value, [](const auto& item, int number) { return item.first < number; });
    return it != values.end() && it->first == value ? std::optional(it->second) : std::nullopt;
}

bool Definition::counted_over(v1::Span span) const {
    return std::find(indicator.spans().begin(), indicator.spans().end(), span) != indicator.spans().end();
}

Definitions Definitions::load(std::string_view text, std::string_view file_name) {
    FirstError error(file_name);
    TextFormat::ParseInfoTree lines;
    TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    parser.WriteLocationsTo(&lines);
    v1::Indicators indicators;
    if (!parser.ParseFromString(std::string(text), &indicators)) {
        throw std::invalid_argument(error.text.empty() ? place_in(file_name, 0, 0) + "it cannot be read" : error.text);
    }
    return Compiler(indicators, lines, file_name).run();
}

const Definition* Definitions::find(std::string_view code, Day day) const {
    const Definition* last = nullptr;
    for (const auto& definition : all_) {
        if (definition.indicator.code() != code) {
            continue;
        }
        if (definition.from <= day && day <= definition.until) {
            return &definition;
        }
        if (last == nullptr || last->from < definition.from) {
            last = &definition;
        }
    }
    return last;
}

std::optional<SeriesId> Definitions::series_id(const std::string& indicator, const std::string& cut, const std::string& value) const {
    const auto it = ids_.find(series_key(indicator, cut, value));
    return it == ids_.end() ? std::nullopt : std::optional(it->second);
}

const std::vector<SourcePlan>& Definitions::plans(int body_case) const {
    static const std::vector<SourcePlan> none;
    const auto it = plans_.find(body_case);
    return it == plans_.end() ? none : it->second;
}

}  // namespace chieng
