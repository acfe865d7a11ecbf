// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/definition_compiler.hpp"

#include "chieng/v1/event.pb.h"

#include <xxhash.h>

#include <algorithm>
#include <stdexcept>

namespace chieng {

using google::protobuf::FieldDescriptor;

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

template <class Allowed>
bool is_made_of(std::string_view text, const Allowed& allowed) {
    return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

// COM-01; of one that is a part of others, also COM-01.all or TGT.all. It is a level of topics and stands in names of files.
bool is_code(std::string_view code) {
    const auto dot = code.find('.');
    const auto front = code.substr(0, dot);
    const auto dash = front.find('-');
    const bool has_part = dot != std::string_view::npos;
    return is_made_of(front.substr(0, dash), is_letter) &&
           (dash == std::string_view::npos ? has_part : is_made_of(front.substr(dash + 1), is_digit)) &&
           (!has_part || is_made_of(code.substr(dot + 1), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; }));
}

bool is_in_both(const v1::Label& label) {
    return !label.vi().empty() && !label.en().empty();
}

}  // namespace

std::string DefinitionCompiler::place_in(std::string_view file, int line, int column) {
    return std::string(file) + ":" + std::to_string(line + 1) + ":" + std::to_string(column + 1) + ": ";
}

std::string DefinitionCompiler::series_key(const std::string& indicator, const std::string& cut, const std::string& value) {
    std::string key;
    key.reserve(indicator.size() + cut.size() + value.size() + 3);
    return key.append(indicator).append("\n").append(cut).append("\n").append(value).append("\n");
}

void DefinitionCompiler::fail(const std::string& reason) const {
    const auto* list = v1::Indicators::descriptor()->FindFieldByName("indicator");
    const auto where = lines_.GetLocation(list, at_);
    throw std::invalid_argument(place_in(file_, where.line, where.column) + indicators_.indicator(at_).code() + ": " + reason);
}

std::uint64_t digest_of(const v1::Indicator& indicator) {
    const auto bytes = indicator.SerializeAsString();
    return XXH3_64bits(bytes.data(), bytes.size());
}

Definitions DefinitionCompiler::run() {
    if (indicators_.indicator().empty()) {
        throw std::invalid_argument(place_in(file_, 0, 0) + "it defines no indicator");
    }
    for (at_ = 0; at_ < indicators_.indicator_size(); ++at_) {
        compile(indicators_.indicator(at_));
    }
    for (at_ = 0; at_ < indicators_.indicator_size(); ++at_) {
        resolve(out_.all_[static_cast<std::size_t>(at_)]);
    }
    note_series();
    note_columns();
    note_touched();
    note_stock_events();
    out_.bytes_ = indicators_.SerializeAsString();
    out_.digest_ = XXH3_64bits(out_.bytes_.data(), out_.bytes_.size());
    return std::move(out_);
}

void DefinitionCompiler::compile(const v1::Indicator& indicator) {
    check_words(indicator);
    check_spans(indicator);
    check_measure(indicator);
    Definition definition;
    definition.indicator = indicator;
    definition.from = bound(indicator.from(), Day::min());
    definition.until = bound(indicator.until(), Day::max());
    if (definition.until < definition.from) {
        fail("it ends before it begins");
    }
    for (const auto& other : out_.all_) {
        if (other.indicator.code() == indicator.code() && definition.from <= other.until && other.from <= definition.until) {
            fail("the code is defined twice for the same day");
        }
    }
    definition.digest = digest_of(indicator);
    definition.whole = intern(indicator.code(), "", "");
    const auto distinct = std::count_if(indicator.source().begin(), indicator.source().end(),
                                        [](const v1::Source& source) { return !source.distinct().empty(); });
    if (distinct != 0 && distinct != indicator.source_size()) {
        fail("all sources count different values, or none does");
    }
    definition.distinct = distinct != 0;
    for (const auto& other : out_.all_) {
        const auto is = [&](v1::Indicator::Measure measure) {
            return (indicator.measure() == measure) == (other.indicator.measure() == measure);
        };
        const bool is_alike = is(v1::Indicator::STOCK) && is(v1::Indicator::MEDIAN) && other.distinct == definition.distinct;
        if (other.indicator.code() == indicator.code() && !is_alike) {
            fail("in other years it is a STOCK, a MEDIAN or counts different values, and now it is not, or the other way round");
        }
    }
    if (!indicator.source().empty()) {
        check_cuts(definition);
    }
    for (int i = 0; i < indicator.source_size(); ++i) {
        compile_source(definition, i);
    }
    out_.by_code_[definition.indicator.code()].push_back(static_cast<std::uint32_t>(out_.all_.size()));
    out_.all_.push_back(std::move(definition));
}

void DefinitionCompiler::check_words(const v1::Indicator& indicator) const {
    if (indicator.code().empty()) {
        fail("it has no code");
    }
    if (!is_code(indicator.code())) {
        fail("the code is not letters, a dash and digits, with or without a part: COM-01, COM-01.all");
    }
    if (!indicator.hidden() && !is_in_both(indicator.label())) {
        fail("it has no label in both languages, and is not hidden");
    }
    if (!indicator.hidden() && !is_in_both(indicator.unit())) {
        fail("it has no unit in both languages, and is not hidden");
    }
    std::set<std::string> cuts;
    for (const auto& cut : indicator.cut()) {
        if (cut.name().empty()) {
            fail("a cut has no name");
        }
        if (!cuts.insert(cut.name()).second) {
            fail("two cuts have the name " + cut.name());
        }
    }
}

void DefinitionCompiler::check_spans(const v1::Indicator& indicator) const {
    if (indicator.spans().empty()) {
        fail("no spans");
    }
    std::set<int> named;
    for (const int span : indicator.spans()) {
        if (span == v1::SPAN_UNSPECIFIED || !v1::Span_IsValid(span)) {
            fail("no spans");
        }
        if (!named.insert(span).second) {
            fail("the span " + v1::Span_Name(static_cast<v1::Span>(span)) + " is named twice");
        }
    }
}

void DefinitionCompiler::check_measure(const v1::Indicator& indicator) const {
    if (indicator.measure() == v1::Indicator::MEASURE_UNSPECIFIED) {
        fail("no measure");
    }
    if (indicator.divide_by() < 0) {
        fail("divide_by is below zero");
    }
    const int ways = !indicator.source().empty() + indicator.has_coverage() + indicator.has_ratio() + indicator.has_variety() +
                     indicator.has_change() + indicator.has_targets();
    if (ways != 1) {
        fail("it has sources, or one of coverage, ratio, variety, change, targets");
    }
    const bool is_ratio = indicator.measure() == v1::Indicator::RATIO;
    if (is_ratio && !indicator.has_coverage() && !indicator.has_ratio() && !indicator.has_targets()) {
        fail("a RATIO has a coverage, a ratio or targets, and no source");
    }
    if (!is_ratio && (indicator.has_ratio() || indicator.has_targets())) {
        fail("a ratio and targets make a RATIO");
    }
    if ((indicator.measure() == v1::Indicator::CHANGE) != indicator.has_change()) {
        fail("a CHANGE, and nothing else, has change");
    }
    if (indicator.measure() == v1::Indicator::STOCK && indicator.source().empty()) {
        fail("a STOCK has sources");
    }
    if (indicator.measure() == v1::Indicator::MEDIAN && !indicator.cut().empty()) {
        fail("a MEDIAN has no cuts");
    }
}

void DefinitionCompiler::check_cuts(const Definition& definition) const {
    for (const auto& cut : definition.indicator.cut()) {
        if (!cut.field().empty() + !cut.part().empty() + cut.by_text() + cut.by_place_kind() != 1) {
            fail("cut " + cut.name() + " is by field, by parts, by text or by kind of place: one of them");
        }
        if (!cut.field().empty() && cut.field_size() != definition.indicator.source_size()) {
            fail("cut " + cut.name() + " needs one field for each source");
        }
        if (cut.by_place_kind() && definition.distinct) {
            fail("cut " + cut.name() + ": different values are not cut by kind of place");
        }
    }
}

std::vector<int> DefinitionCompiler::cases_of(const std::string& event) const {
    const auto* body = v1::Event::descriptor()->FindOneofByName("body");
    std::vector<int> cases;
    for (int i = 0; i < body->field_count(); ++i) {
        if (event == "*" || event == body->field(i)->name()) {
            cases.push_back(body->field(i)->number());
        }
    }
    if (cases.empty()) {
        fail("unknown event '" + event + "'");
    }
    if (event == "*") {
        cases.push_back(0);
    }
    return cases;
}

void DefinitionCompiler::compile_source(Definition& definition, int index) {
    const auto& indicator = definition.indicator;
    const auto& source = indicator.source(index);
    event_ = source.event();
    const auto cases = cases_of(event_);
    SourcePlan plan;
    plan.whole = definition.whole;
    plan.from = definition.from;
    plan.until = definition.until;
    plan.sign = source.minus() ? -1 : 1;
    plan.stock = indicator.measure() == v1::Indicator::STOCK;
    plan.corrections_only = source.corrections_only();
    for (const auto& where : source.where()) {
        plan.where.push_back(condition(where));
    }
    plan.plus = numbers(source.plus());
    plan.times = numbers(source.times());
    for (const auto& name : source.distinct()) {
        plan.distinct.push_back(value(name));
    }
    compile_when(source, plan);
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
    plan.kind = !plan.stands_from.empty()  ? SourcePlan::Kind::standing
                : !source.latest().empty() ? SourcePlan::Kind::latest
                : !plan.distinct.empty()   ? SourcePlan::Kind::values
                : plan.days                ? SourcePlan::Kind::days
                                           : SourcePlan::Kind::counts;
    plan.when = !plan.opens.empty()    ? SourcePlan::When::opens
                : !plan.window.empty() ? SourcePlan::When::window
                : !plan.dated.empty()  ? SourcePlan::When::dated
                                       : SourcePlan::When::occurred;
    if ((!plan.distinct.empty() || plan.days) && (plan.stock || !source.latest().empty() || plan.sign < 0 || !plan.window.empty())) {
        fail("different values and days are counted as they come: not in a STOCK, not of the latest, not taken away");
    }
    for (const auto& cut : indicator.cut()) {
        plan.cuts.push_back(cut_plan(definition, cut, index, plan));
    }
    for (const int number : cases) {
        out_.plans_[number].sources.push_back(plan);
    }
}

// What decides the time and the place of what is added.
void DefinitionCompiler::compile_when(const v1::Source& source, SourcePlan& plan) {
    const auto optional_text = [&](const std::string& name) { return name.empty() ? Path() : text(name); };
    plan.dated = optional_text(source.dated());
    plan.stands_from = optional_text(source.stands_from());
    plan.stands_until = optional_text(source.stands_until());
    plan.window = optional_text(source.window());
    plan.value_of = optional_text(source.value_of());
    plan.opens = source.opens().empty() ? Path() : number(source.opens());
    plan.order = source.order().empty() ? Path() : number(source.order());
    if (!source.places().empty()) {
        plan.places = path(source.places());
        plan.has_places = true;
        if (!plan.places.back()->is_repeated() || plan.places.back()->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
            fail("field '" + source.places() + "' is not a list of villages");
        }
    }
    const bool only_latest = !source.latest().empty();
    for (const auto& name : source.latest()) {
        if (name == "@commune" || name == "@place") {
            plan.by_village = plan.by_village || name == "@place";
        } else {
            plan.latest.push_back(value(name));
        }
    }
    if (!plan.stock && (!plan.opens.empty() || !plan.stands_from.empty() || !plan.stands_until.empty())) {
        fail("opens, stands_from and stands_until are of a STOCK");
    }
    if (!plan.stands_until.empty() && plan.stands_from.empty()) {
        fail("stands_until without stands_from");
    }
    if (!plan.stands_from.empty() && only_latest) {
        fail("what stands_from a day is not the latest");
    }
    if (plan.stock && (!plan.order.empty() || !plan.window.empty() || !plan.dated.empty())) {
        fail("a STOCK has no order, no window and no date of its own: what stands is decided by the day it happened");
    }
    for (const auto& where : source.standing()) {
        plan.standing.push_back(condition(where));
    }
    plan.agreed_on = optional_text(source.agreed_on());
    plan.withdraws = source.withdraws();
    plan.scope = source.scope().empty() ? Path() : scope(source.scope());
    const bool is_revocable = !plan.agreed_on.empty() || plan.withdraws;
    if (!only_latest && (!plan.order.empty() || !plan.standing.empty() || is_revocable)) {
        fail("order, standing, agreed_on and withdraws are those of the latest");
    }
    if (is_revocable && (plan.stock || !plan.order.empty() || !plan.standing.empty() || plan.agreed_on.empty() != plan.withdraws)) {
        fail("what is agreed to and withdrawn is no STOCK and has no order or standing; a source has agreed_on, or it withdraws");
    }
    if (!is_revocable && !source.scope().empty()) {
        fail("scope is of what is agreed to, or withdraws");
    }
    const auto& all = indicators_.indicator(at_).source();
    if (is_revocable && std::any_of(all.begin(), all.end(), [&](const v1::Source& other) {
            return (other.withdraws() || !other.agreed_on().empty()) && other.scope().empty() != source.scope().empty();
        })) {
        fail("scope is of all that is agreed to or withdraws, or of none");
    }
}

CutPlan DefinitionCompiler::cut_plan(Definition& definition, const v1::Cut& cut, int source, const SourcePlan& of) {
    CutPlan plan;
    if (cut.by_text()) {
        plan.by = CutPlan::By::text;
        cut_by_text(definition, cut, plan);
    } else if (!cut.part().empty()) {
        plan.by = CutPlan::By::parts;
        cut_by_parts(definition, cut, plan);
    } else if (!cut.field().empty() && !cut.field(source).empty()) {
        plan.by = CutPlan::By::field;
        cut_by_field(definition, cut, cut.field(source), of, plan);
    }
    return plan;
}

void DefinitionCompiler::cut_by_field(Definition& definition, const v1::Cut& cut, const std::string& field, const SourcePlan& of,
                                      CutPlan& plan) {
    plan.field = path(field);
    const auto* type = plan.field.back()->enum_type();
    if (type == nullptr) {
        fail("cut field '" + field + "' is not an enum");
    }
    for (int i = 0; i < type->value_count(); ++i) {
        const int number = type->value(i)->number();
        const bool allowed = std::all_of(of.where.begin(), of.where.end(), [&](const Condition& condition) {
            return condition.field != plan.field || condition.allows(number);
        });
        if (number != 0 && allowed) {
            plan.values.emplace_back(number, part(definition, intern(definition.indicator.code(), cut.name(), type->value(i)->name())));
        }
    }
    std::sort(plan.values.begin(), plan.values.end());
    for (const auto& [number, series] : plan.values) {
        plan.by_value.resize(static_cast<std::size_t>(number) + 1);
        plan.by_value.back() = series;
    }
}

void DefinitionCompiler::cut_by_parts(Definition& definition, const v1::Cut& cut, CutPlan& plan) {
    if (definition.distinct) {
        fail("cut " + cut.name() + ": different values have no parts");
    }
    for (const auto& piece : cut.part()) {
        if (piece.value().empty() || (piece.plus().empty() && piece.where().empty())) {
            fail("a part of cut " + cut.name() + " has no value or adds nothing");
        }
        const auto series = part(definition, intern(definition.indicator.code(), cut.name(), piece.value()));
        const auto of_event = [&](const std::string& name) { return is_of_event(name); };
        const bool applies =
            std::all_of(piece.plus().begin(), piece.plus().end(), of_event) &&
            std::all_of(piece.minus().begin(), piece.minus().end(), of_event) &&
            std::all_of(piece.where().begin(), piece.where().end(), [&](const v1::Where& where) { return is_of_event(where.field()); });
        if (!applies) {
            continue;  // a part of another source
        }
        PartPlan made{series, numbers(piece.plus()), numbers(piece.minus()), {}};
        for (const auto& where : piece.where()) {
            made.where.push_back(condition(where));
        }
        plan.parts.push_back(std::move(made));
    }
}

// One part for each indicator that a person may name; achievement is not itself a target, or it would be measured by itself.
void DefinitionCompiler::cut_by_text(Definition& definition, const v1::Cut& cut, CutPlan& plan) {
    for (const auto& indicator : indicators_.indicator()) {
        if (!indicator.hidden() && indicator.targets().view() != v1::ACHIEVEMENT && indicator.code() != definition.indicator.code()) {
            plan.texts[indicator.code()] = part(definition, intern(definition.indicator.code(), cut.name(), indicator.code()));
        }
    }
}

Day DefinitionCompiler::bound(const std::string& text, Day otherwise) const {
    if (text.empty()) {
        return otherwise;
    }
    const auto day = parse_day(text);
    if (!day) {
        fail("'" + text + "' is not a date");
    }
    return *day;
}

SeriesId DefinitionCompiler::intern(const std::string& indicator, const std::string& cut, const std::string& value) {
    const auto [it, fresh] = out_.ids_.try_emplace(series_key(indicator, cut, value), static_cast<SeriesId>(out_.series_.size()));
    if (fresh) {
        out_.series_.push_back({indicator, cut, value, false, false, false, {}});
    }
    return it->second;
}

SeriesId DefinitionCompiler::part(Definition& definition, SeriesId series) {
    if (std::count(definition.parts.begin(), definition.parts.end(), series) == 0) {
        definition.parts.push_back(series);
    }
    return series;
}

}  // namespace chieng
