// SPDX-License-Identifier: Apache-2.0
#include "gateway/export/statement.hpp"

#include "gateway/export/restated.hpp"
#include "gateway/serve/labels.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace chieng {
namespace {

using Part = v1::IndicatorValue::Part;
using PartName = std::pair<std::string, std::string>;  // cut and value

template <class Value>
Figure figure_of(const v1::Indicator& indicator, const Value& value) {
    Figure figure;
    auto number = number_of(indicator, value);
    if (!number) {
        figure.status = Status::no_value;
        return figure;
    }
    figure.status = Status::ok;
    figure.number = std::move(*number);
    figure.text = text_of(indicator, value);
    if (indicator.measure() == v1::Indicator::RATIO) {
        figure.numerator = value.number();
        figure.denominator = value.denominator();
    }
    return figure;
}

Figure no_figure(Status status) {
    Figure figure;
    figure.status = status;
    return figure;
}

// The values of one place, or of one place in a report.
class Told {
public:
    template <class Values>
    Told(const Values& values, std::string_view area, bool reported) : reported_(reported) {
        for (const auto& value : values) {
            if (value.area() == area) {
                by_code_.emplace(value.indicator(), &value);
            }
        }
    }

    [[nodiscard]] Figure whole(const v1::Indicator& indicator) const {
        const auto* value = find(indicator.code());
        if (value == nullptr) {
            return reported_ ? figure_of(indicator, v1::IndicatorValue::default_instance()) : no_figure(Status::not_reported);
        }
        const auto status = status_of(indicator, *value, reported_);
        return status == Status::ok ? figure_of(indicator, *value) : no_figure(status);
    }

    [[nodiscard]] Figure part(const v1::Indicator& indicator, const PartName& name) const {
        const auto* value = find(indicator.code());
        if (value != nullptr) {
            for (const auto& part : value->parts()) {
                if (part.cut() == name.first && part.cut_value() == name.second) {
                    return figure_of(indicator, part);
                }
            }
        }
        const auto all = whole(indicator);
        return all.status == Status::not_reported ? all : figure_of(indicator, Part::default_instance());
    }

    // What is not there is nothing.
    [[nodiscard]] const v1::IndicatorValue& value(const std::string& code) const {
        const auto* found = find(code);
        return found == nullptr ? v1::IndicatorValue::default_instance() : *found;
    }
    [[nodiscard]] const Part& part_value(const std::string& code, const PartName& name) const {
        const auto& parts = value(code).parts();
        const auto it = std::find_if(parts.begin(), parts.end(),
                                     [&](const Part& part) { return part.cut() == name.first && part.cut_value() == name.second; });
        return it == parts.end() ? Part::default_instance() : *it;
    }

    template <class Take>
    void each_part(const std::string& code, const Take& take) const {
        if (const auto* value = find(code); value != nullptr) {
            for (const auto& part : value->parts()) {
                take(PartName(part.cut(), part.cut_value()));
            }
        }
    }

private:
    [[nodiscard]] const v1::IndicatorValue* find(const std::string& code) const {
        const auto it = by_code_.find(code);
        return it == by_code_.end() ? nullptr : it->second;
    }

    std::map<std::string, const v1::IndicatorValue*> by_code_;
    bool reported_ = false;
};

class Maker {
public:
    explicit Maker(const StatementInput& input) : input_(input), day_(input.period.last_day()) {
        const auto reported_then =
            input.report == nullptr ? std::set<std::string>() : places_that_reported(input.definitions, input.report->values(), day_);
        for (const auto& place : input.places) {
            const bool reported = std::any_of(place.values.begin(), place.values.end(),
                                              [&](const auto& value) { return tells_of_events(input.definitions, value, day_); });
            now_.emplace_back(place.values, place.code, reported);
            if (input.report != nullptr) {
                filed_.emplace_back(input.report->values(), place.code, reported_then.contains(place.code));
            }
        }
    }

    Statement run() {
        statement_.period = input_.period;
        statement_.map = input_.map;
        for (const auto& place : input_.places) {
            statement_.places.push_back({place.code, place.name});
            for (const auto& value : place.values) {
                statement_.as_of = std::max(statement_.as_of, value.as_of());
            }
        }
        for (const auto& definition : input_.definitions.all()) {
            const auto& code = definition.indicator.code();
            if (!definition.indicator.hidden() && !input_.left_out.contains(code) && definition.counted_over(input_.period.span) &&
                input_.definitions.find(code, day_) == &definition) {
                add(definition);
            }
        }
        if (input_.report != nullptr) {
            put_filed(*input_.report);
        }
        return std::move(statement_);
    }

private:
    void add(const Definition& definition) {
        const auto& indicator = definition.indicator;
        Row row;
        row.group = group_of(indicator.code());
        row.code = indicator.code();
        row.label = indicator.label();
        row.unit = indicator.unit();
        row.measure = indicator.measure();
        row.decimals = decimals_of(indicator);
        auto whole = row;
        fill(
            whole, [&](const Told& told) { return told.whole(indicator); },
            [&](const Told& told) -> const v1::IndicatorValue& { return told.value(row.code); });
        statement_.rows.push_back(std::move(whole));
        for (const auto& name : parts_of(definition)) {
            auto part = row;
            part.cut = name.first;
            part.cut_value = name.second;
            part.cut_label = cut_label(indicator, name.first);
            part.cut_value_label = cut_value_label(input_.definitions, definition, name.first, name.second, day_);
            fill(
                part, [&](const Told& told) { return told.part(indicator, name); },
                [&](const Told& told) -> const Part& { return told.part_value(row.code, name); });
            if (!std::all_of(part.cells.begin(), part.cells.end(), is_all_hidden)) {
                statement_.rows.push_back(std::move(part));
            }
        }
    }

    static bool is_all_hidden(const Cell& cell) {
        return cell.now.status == Status::suppressed && (!cell.filed || cell.filed->status == Status::suppressed);
    }

    static std::uint32_t decimals_of(const v1::Indicator& indicator) {
        switch (indicator.measure()) {
            case v1::Indicator::RATIO:
            case v1::Indicator::CHANGE: return 2;
            case v1::Indicator::MEDIAN: return 1;
            default: return indicator.decimals();
        }
    }

    template <class Read, class Exactly>
    void fill(Row& row, const Read& read, const Exactly& exactly) const {
        for (std::size_t i = 0; i < now_.size(); ++i) {
            const CellName name{input_.places[i].code, row.code, row.cut, row.cut_value};
            Cell cell;
            cell.now = input_.hidden.contains(name) ? no_figure(Status::suppressed) : read(now_[i]);
            if (!filed_.empty()) {
                cell.filed = input_.hidden_filed.contains(name) ? no_figure(Status::suppressed) : read(filed_[i]);
                cell.restated = is_restated(exactly(filed_[i]), cell.filed->status, exactly(now_[i]), cell.now.status);
            }
            row.cells.push_back(std::move(cell));
        }
    }

    // Of all places, now and as filed, in the order of the definition. Those that are hidden stand among them whether they are
    // something or nothing, so that no row tells by being there.
    [[nodiscard]] std::vector<PartName> parts_of(const Definition& definition) const {
        const auto& code = definition.indicator.code();
        std::vector<PartName> names;
        const auto take = [&](const PartName& name) {
            if ((input_.cut.empty() || input_.cut == name.first) && std::find(names.begin(), names.end(), name) == names.end()) {
                names.push_back(name);
            }
        };
        for (const auto* all : {&now_, &filed_}) {
            for (const auto& told : *all) {
                told.each_part(code, take);
            }
        }
        for (const auto* hidden : {&input_.hidden, &input_.hidden_filed}) {
            for (const auto& name : *hidden) {
                if (name.indicator == code && !name.cut.empty()) {
                    take({name.cut, name.cut_value});
                }
            }
        }
        std::map<PartName, std::size_t> ranks;
        for (const auto& name : names) {
            ranks[name] = rank(definition, name);
        }
        std::sort(names.begin(), names.end(),
                  [&](const PartName& one, const PartName& other) { return std::tie(ranks[one], one) < std::tie(ranks[other], other); });
        return names;
    }

    [[nodiscard]] std::size_t rank(const Definition& definition, const PartName& name) const {
        const auto& cuts = definition.indicator.cut();
        const auto cut = std::find_if(cuts.begin(), cuts.end(), [&](const v1::Cut& one) { return one.name() == name.first; });
        const auto series = input_.definitions.series_id(definition.indicator.code(), name.first, name.second);
        const auto part = series ? std::find(definition.parts.begin(), definition.parts.end(), *series) : definition.parts.end();
        constexpr std::size_t parts_max = 100'000;
        return static_cast<std::size_t>(cut - cuts.begin()) * parts_max + static_cast<std::size_t>(part - definition.parts.begin());
    }

    void put_filed(const v1::Report& report) {
        Statement::Filed filed;
        filed.revision = report.revision();
        filed.filed_at = report.filed_at();
        filed.digest = report.digest();
        std::set<std::pair<std::string, std::size_t>> restated;  // indicator and place
        for (const auto& row : statement_.rows) {
            for (std::size_t place = 0; place < row.cells.size(); ++place) {
                if (row.cells[place].restated) {
                    restated.emplace(row.code, place);
                }
            }
        }
        filed.restated = restated.size();
        statement_.filed = std::move(filed);
    }

    const StatementInput& input_;
    Day day_;
    std::vector<Told> now_;    // one a place
    std::vector<Told> filed_;  // … or none
    Statement statement_;
};

// Whether what a rate is of was told when it is above zero: facilities, recommendations, targets; not villages or households, which are
// there anyway.
bool has_own_denominator(const v1::Indicator& indicator) {
    return indicator.ratio().per().starts_with(indicator.code() + ".") ||
           (indicator.has_targets() && indicator.targets().view() != v1::VILLAGES_STEERED);
}

}  // namespace

bool tells_of_events(const Definitions& definitions, const v1::IndicatorValue& value, Day last_day) {
    const auto* definition = definitions.find(value.indicator(), last_day);
    if (definition == nullptr || value.lineage().events() == 0 || definition->indicator.measure() == v1::Indicator::STOCK ||
        definition->indicator.measure() == v1::Indicator::CHANGE) {
        return false;
    }
    const auto& indicator = definition->indicator;
    if (!indicator.has_ratio()) {
        // A target that was assigned, or a period that was filed, happened in an office: what counts events of every kind tells of those
        // too, and so of nothing.
        const auto& sources = indicator.source();
        const auto counts_any = [](const v1::Source& source) { return source.event() == "*"; };
        return !indicator.has_targets() && (sources.empty() || !std::all_of(sources.begin(), sources.end(), counts_any));
    }
    const auto* of = definitions.find(indicator.ratio().of(), last_day);
    return value.number() > 0 && of != nullptr && of->indicator.measure() != v1::Indicator::STOCK;
}

std::set<std::string> places_that_reported(const Definitions& definitions,
                                           const google::protobuf::RepeatedPtrField<v1::IndicatorValue>& values, Day last_day) {
    std::set<std::string> places;
    for (const auto& value : values) {
        if (tells_of_events(definitions, value, last_day)) {
            places.insert(value.area());
        }
    }
    return places;
}

Status status_of(const v1::Indicator& indicator, const v1::IndicatorValue& value, bool reported) {
    const bool is_nothing = value.number() == 0 && value.lineage().events() == 0;
    switch (indicator.measure()) {
        case v1::Indicator::RATIO:
            return value.denominator() <= 0 || value.number() < 0               ? Status::no_value
                   : !reported && is_nothing && !has_own_denominator(indicator) ? Status::not_reported
                                                                                : Status::ok;
        case v1::Indicator::CHANGE: return value.denominator() <= 0 || value.start_denominator() <= 0 ? Status::no_value : Status::ok;
        case v1::Indicator::MEDIAN: return value.histogram().empty() ? Status::no_value : Status::ok;
        case v1::Indicator::STOCK:  // less than nothing: changes of what no opening was told of
            return is_nothing ? Status::not_reported : value.number() < 0 ? Status::no_value : Status::ok;
        default: return !reported && is_nothing ? Status::not_reported : Status::ok;
    }
}

std::string_view name_of(Status status) {
    constexpr std::array<std::string_view, 4> names{"OK", "NOT_REPORTED", "SUPPRESSED", "NO_VALUE"};
    return names.at(static_cast<std::size_t>(status));
}

const v1::Label& words_of(Status status) {
    static const std::array words{label("", ""), label("chưa báo tin", "not reported"), label("ẩn vì số nhỏ", "suppressed"),
                                  label("không tính được", "no value")};
    return words.at(static_cast<std::size_t>(status));
}

std::string Figure::shown(Tongue tongue) const {
    if (status != Status::ok) {
        return said(words_of(status), tongue);
    }
    return tongue == Tongue::vi ? with_comma(text) : text;
}

std::vector<std::string> Statement::groups() const {
    std::vector<std::string> groups;
    for (const auto& row : rows) {
        if (std::find(groups.begin(), groups.end(), row.group) == groups.end()) {
            groups.push_back(row.group);
        }
    }
    return groups;
}

Statement make_statement(const StatementInput& input) {
    return Maker(input).run();
}

}  // namespace chieng
