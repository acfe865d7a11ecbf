// SPDX-License-Identifier: Apache-2.0
// The compiler's second half: fields that a definition names, and other indicators that it is computed from.
#include "chieng/v1/event.pb.h"
#include "chieng/v1/options.pb.h"
#include "gateway/indicator/definition_compiler.hpp"

#include <algorithm>

namespace chieng {

using google::protobuf::FieldDescriptor;

namespace {

bool is_number(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32:
        case FieldDescriptor::CPPTYPE_INT64:
        case FieldDescriptor::CPPTYPE_UINT32:
        case FieldDescriptor::CPPTYPE_UINT64: return !field.is_repeated();
        default: return false;
    }
}

// What stands under a place on the window's last day need not have lain there when something happened.
bool reads_elsewhere(const v1::Indicator& indicator) {
    const auto& cuts = indicator.cut();
    return indicator.has_coverage() || indicator.has_change() || indicator.has_targets() ||
           std::any_of(cuts.begin(), cuts.end(), [](const v1::Cut& cut) { return cut.by_place_kind(); });
}

}  // namespace

// The field that the path ends in, or null; `found` is the way to it.
const FieldDescriptor* DefinitionCompiler::find_path(const std::string& text, Steps& found) const {
    const auto* type = v1::Event::descriptor();
    std::string_view rest = text;
    while (true) {
        const auto dot = rest.find('.');
        const auto* field = type == nullptr ? nullptr : type->FindFieldByName(std::string(rest.substr(0, dot)));
        if (field == nullptr || (!found.empty() && found.back()->is_repeated())) {
            return nullptr;
        }
        found.push_back(field);
        if (dot == std::string_view::npos) {
            return field;
        }
        type = field->message_type();
        rest.remove_prefix(dot + 1);
    }
}

bool DefinitionCompiler::is_of_event(const std::string& text) const {
    Steps found;
    if (find_path(text, found) == nullptr) {
        fail("unknown field '" + text + "'");
    }
    return found.front()->containing_oneof() == nullptr || found.front()->name() == event_;
}

Path DefinitionCompiler::path(const std::string& text) {
    if (!is_of_event(text)) {
        fail("field '" + text + "' is not of " + event_);
    }
    Steps steps;
    static_cast<void>(find_path(text, steps));
    const auto id = out_.fields_.add(steps);
    return {std::move(steps), id};
}

Path DefinitionCompiler::number(const std::string& name) {
    auto found = path(name);
    if (!is_number(*found.back())) {
        fail("field '" + name + "' is not a number");
    }
    return found;
}

template <class Names>
std::vector<Path> DefinitionCompiler::numbers(const Names& names) {
    std::vector<Path> found;
    for (const auto& name : names) {
        found.push_back(number(name));
    }
    return found;
}
template std::vector<Path> DefinitionCompiler::numbers(const google::protobuf::RepeatedPtrField<std::string>& names);

Path DefinitionCompiler::text(const std::string& name) {
    auto found = path(name);
    if (found.back()->cpp_type() != FieldDescriptor::CPPTYPE_STRING || found.back()->is_repeated()) {
        fail("field '" + name + "' is not a text");
    }
    return found;
}

// What is told apart by: a code, a number, a day. What a person writes about persons is none of these, and stays in the journal.
Path DefinitionCompiler::value(const std::string& name) {
    auto found = path(name);
    const auto& field = *found.back();
    if (field.is_repeated() || field.message_type() != nullptr) {
        fail("field '" + name + "' is not a single value");
    }
    const auto& rule = field.options().GetExtension(v1::field);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && rule.shape() == v1::SHAPE_UNSPECIFIED && rule.data_class() >= v1::PERSONAL) {
        fail("field '" + name + "' is a text about persons, not a code");
    }
    return found;
}

Path DefinitionCompiler::scope(const std::string& name) {
    auto found = path(name);
    const auto* type = found.back()->enum_type();
    if (type == nullptr || type->value(type->value_count() - 1)->number() >= 64) {
        fail("field '" + name + "' is not one of a few values");
    }
    return found;
}

DayOf DefinitionCompiler::day_of(const std::string& name) {
    if (name == "@received") {
        return {DayOf::Kind::received, {}};
    }
    if (name == "@occurred") {
        return {DayOf::Kind::occurred, {}};
    }
    return {DayOf::Kind::field, text(name)};
}

Condition DefinitionCompiler::condition(const v1::Where& where) {
    if (!where.not_after().empty()) {
        return {text(where.field()), {}, text(where.not_after()), false};
    }
    if (where.above_zero()) {
        return {number(where.field()), {}, {}, true};
    }
    Condition made{path(where.field()), {}, {}, false};
    const auto* type = made.field.back()->enum_type();
    const bool is_yes_no = made.field.back()->cpp_type() == FieldDescriptor::CPPTYPE_BOOL && !made.field.back()->is_repeated();
    if (type == nullptr && !is_yes_no) {
        fail("where field '" + where.field() + "' is not an enum");
    }
    if (where.any().empty()) {
        fail("where " + where.field() + " allows nothing");
    }
    for (const auto& name : where.any()) {
        const auto* value = type == nullptr ? nullptr : type->FindValueByName(name);
        if (value == nullptr && !(is_yes_no && (name == "true" || name == "false"))) {
            fail("unknown value '" + name + "' of " + where.field());
        }
        const auto at = static_cast<std::size_t>(value == nullptr ? static_cast<int>(name == "true") : value->number());
        made.allowed.resize(std::max(made.allowed.size(), at + 1));
        made.allowed[at] = true;
    }
    return made;
}

// CODE, or CODE/cut/value.
Reference DefinitionCompiler::reference(const std::string& name) const {
    const auto first = name.find('/');
    const auto second = first == std::string::npos ? first : name.find('/', first + 1);
    const auto code = name.substr(0, first);
    if ((first == std::string::npos) != (second == std::string::npos)) {
        fail("'" + name + "' is not CODE or CODE/cut/value");
    }
    const auto known =
        std::find_if(out_.all_.begin(), out_.all_.end(), [&](const Definition& other) { return other.indicator.code() == code; });
    if (known == out_.all_.end()) {
        fail("of the unknown indicator '" + code + "'");
    }
    const auto cut = first == std::string::npos ? "" : name.substr(first + 1, second - first - 1);
    const auto value = first == std::string::npos ? "" : name.substr(second + 1);
    const auto series = out_.ids_.find(series_key(code, cut, value));
    if (series == out_.ids_.end()) {
        fail(code + " has no part " + cut + "/" + value);
    }
    return {code, series->second};
}

void DefinitionCompiler::resolve(Definition& definition) {
    const auto& indicator = definition.indicator;
    const auto summed = [&](const Reference& of) {
        for (const auto& other : out_.all_) {
            const bool is_sum = other.indicator.measure() == v1::Indicator::NUMBER || other.indicator.measure() == v1::Indicator::STOCK;
            if (other.indicator.code() == of.code && (!is_sum || other.indicator.source().empty())) {
                fail("of " + of.code + ", which is not a NUMBER or a STOCK of events");
            }
        }
        check_spans(definition, of);
    };
    if (indicator.has_coverage()) {
        definition.of = reference(indicator.coverage().of());
    } else if (indicator.has_variety()) {
        definition.of = reference(indicator.variety().of());
    } else if (indicator.has_ratio()) {
        definition.of = reference(indicator.ratio().of());
        if (indicator.ratio().per().empty() != indicator.ratio().per_village()) {
            fail("a ratio is per another indicator or per village");
        }
        if (!indicator.ratio().per_village()) {
            definition.per = reference(indicator.ratio().per());
            summed(*definition.per);
        }
    } else if (indicator.has_change()) {
        definition.of = reference(indicator.change().of());
        for (const auto& other : out_.all_) {
            if (other.indicator.code() == definition.of->code && !other.indicator.has_ratio()) {
                fail("a change is that of a ratio");
            }
        }
        derive_parts(definition, *definition.of);
        return;
    } else if (indicator.has_targets()) {
        if (indicator.targets().view() == v1::TARGET_VIEW_UNSPECIFIED) {
            fail("targets have no view");
        }
        definition.per = reference(indicator.targets().assigned());
        if (!indicator.targets().of().empty()) {
            definition.of = reference(indicator.targets().of());
        }
        return;
    } else {
        return;
    }
    if (definition.of->code == indicator.code()) {
        fail("it is computed from itself");
    }
    summed(*definition.of);
    derive_parts(definition, *definition.of);
}

void DefinitionCompiler::check_spans(const Definition& definition, const Reference& of) const {
    for (const auto& other : out_.all_) {
        for (const int span : definition.indicator.spans()) {
            if (other.indicator.code() == of.code && other.distinct && !other.counted_over(static_cast<v1::Span>(span))) {
                fail("of " + of.code + ", which is not counted over " + v1::Span_Name(static_cast<v1::Span>(span)));
            }
        }
    }
}

// An indicator that is computed names cuts of the one it is computed from.
void DefinitionCompiler::derive_parts(Definition& definition, const Reference& of) {
    for (const auto& cut : definition.indicator.cut()) {
        std::vector<std::string> values;
        for (const auto& series : out_.series_) {
            if (series.indicator == of.code && series.cut == cut.name()) {
                values.push_back(series.cut_value);
            }
        }
        if (values.empty() && !cut.by_place_kind()) {
            fail(of.code + " has no cut " + cut.name());
        }
        for (const auto& value : values) {
            part(definition, intern(definition.indicator.code(), cut.name(), value));
        }
    }
}

// A code that was defined anew in other years is one series: over the spans of all its definitions.
void DefinitionCompiler::note_series() {
    for (auto& series : out_.series_) {
        for (const auto& definition : out_.all_) {
            if (definition.indicator.code() != series.indicator) {
                continue;
            }
            series.distinct = definition.distinct;
            series.stock = definition.indicator.measure() == v1::Indicator::STOCK;
            series.median = definition.indicator.measure() == v1::Indicator::MEDIAN;
            for (const int number : definition.indicator.spans()) {
                const auto span = static_cast<v1::Span>(number);
                if (std::find(series.spans.begin(), series.spans.end(), span) == series.spans.end()) {
                    series.spans.push_back(span);
                }
            }
        }
    }
}

void DefinitionCompiler::note_columns() {
    for (auto& [body, plan] : out_.plans_) {
        const auto* kind = v1::Event::descriptor()->FindFieldByNumber(body);
        plan.name = kind == nullptr ? "" : kind->name();
        plan.column_of.assign(out_.series_.size(), EventPlan::no_column);
        const auto note = [&of = plan](SeriesId series) {
            if (of.column_of[series] == EventPlan::no_column) {
                of.column_of[series] = static_cast<std::uint16_t>(of.columns.size());
                of.columns.push_back(series);
            }
        };
        std::vector<const SourcePlan*> here;
        for (const auto& source : plan.sources) {
            if (source.when == SourcePlan::When::occurred && source.kind != SourcePlan::Kind::latest &&
                source.kind != SourcePlan::Kind::standing) {
                here.push_back(&source);
            }
        }
        for (const auto* source : here) {  // what nearly every event adds to stands together
            note(source->whole);
            for (const auto& cut : source->cuts) {
                std::for_each(cut.parts.begin(), cut.parts.end(), [&](const PartPlan& part) { note(part.series); });
            }
        }
        for (const auto* source : here) {
            for (const auto& cut : source->cuts) {
                std::for_each(cut.values.begin(), cut.values.end(), [&](const auto& value) { note(value.second); });
                std::for_each(cut.texts.begin(), cut.texts.end(), [&](const auto& text) { note(text.second); });
            }
        }
    }
}

void DefinitionCompiler::note_touched() {
    out_.touched_.resize(out_.series_.size());
    for (SeriesId series = 0; series < out_.series_.size(); ++series) {
        std::set<std::uint32_t> found;
        for (std::uint32_t definition = 0; definition < out_.all_.size(); ++definition) {
            if (out_.all_[definition].indicator.code() == out_.series_[series].indicator) {
                reach(series, definition, found);
            }
        }
        out_.touched_[series].assign(found.begin(), found.end());
        for (const auto definition : found) {
            auto& made = out_.all_[definition];
            made.made_of.push_back(series);
            made.reads_elsewhere = made.reads_elsewhere || reads_elsewhere(made.indicator) || out_.series_[series].stock;
        }
    }
}

void DefinitionCompiler::note_stock_events() {
    for (const auto& definition : out_.all_) {
        const auto& sources = definition.indicator.source();
        const bool opens = std::any_of(sources.begin(), sources.end(), [](const v1::Source& source) { return !source.opens().empty(); });
        for (const auto& source : sources) {
            if (opens) {
                out_.stock_events_.insert(source.event());
            }
        }
    }
}

// The definition, and all that are computed from it.
void DefinitionCompiler::reach(SeriesId series, std::uint32_t definition, std::set<std::uint32_t>& found) const {
    if (!found.insert(definition).second) {
        return;
    }
    const auto& code = out_.all_[definition].indicator.code();
    const bool is_hidden = out_.all_[definition].indicator.hidden();
    for (std::uint32_t other = 0; other < out_.all_.size(); ++other) {
        const auto& by = out_.all_[other];
        const bool is_computed = (by.of && by.of->code == code) || (by.per && by.per->code == code);
        // Any indicator may have a target.
        const bool is_target = by.indicator.has_targets() && by.indicator.targets().view() == v1::ACHIEVEMENT && !is_hidden;
        if (is_computed || is_target) {
            reach(series, other, found);
        }
    }
}

}  // namespace chieng
