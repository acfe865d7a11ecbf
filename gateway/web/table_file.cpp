// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/table_file.hpp"

#include "gateway/web/hidden.hpp"
#include "gateway/web/problems.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace chieng::web {
namespace {

// Cut and value of the parts that stand somewhere, of each indicator.
using Parts = std::map<std::string, std::set<std::pair<std::string, std::string>>, std::less<>>;

template <class Values>
void note_parts(const Values& values, Parts& parts) {
    for (const auto& value : values) {
        for (const auto& part : value.parts()) {
            parts[value.indicator()].emplace(part.cut(), part.cut_value());
        }
    }
}

// Of values as they are now, or as they were filed. A part that stands elsewhere only is nothing here, which is told like a number.
template <class Values>
void note_hidden(const Call& call, Day day, const Values& values, const Parts& parts, Told told, std::set<CellName>& hidden) {
    for (const auto& value : values) {
        const auto* definition = call.world.definitions.find(value.indicator(), day);
        if (definition == nullptr) {
            continue;
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
        if (const auto elsewhere = parts.find(value.indicator()); elsewhere != parts.end() && call.viewer.threshold() != 0) {
            for (const auto& name : elsewhere->second) {
                v1::IndicatorValue::Part nothing;
                nothing.set_cut(name.first);
                nothing.set_cut_value(name.second);
                const bool stands = std::any_of(value.parts().begin(), value.parts().end(), [&](const v1::IndicatorValue::Part& one) {
                    return one.cut() == name.first && one.cut_value() == name.second;
                });
                if (!stands && is_hidden(call.sight(), indicator, value, nothing, told)) {
                    hidden.insert({value.area(), value.indicator(), name.first, name.second});
                }
            }
        }
    }
}

// Of what a report does not hold, that it was nothing is told where it would be told.
void note_hidden_nothings(const Call& call, const Period& period, const std::string& area, const v1::Report& report, const Parts& parts,
                          std::set<CellName>& hidden) {
    std::set<std::string> held;
    for (const auto& value : report.values()) {
        if (value.area() == area) {
            held.insert(value.indicator());
        }
    }
    std::vector<v1::IndicatorValue> nothings;
    for (const auto& definition : call.world.definitions.all()) {
        const auto& code = definition.indicator.code();
        if (!definition.indicator.hidden() && definition.counted_over(period.span) && !held.contains(code) &&
            call.world.definitions.find(code, period.last_day()) == &definition) {
            auto& nothing = nothings.emplace_back();
            nothing.set_area(area);
            nothing.set_indicator(code);
            nothing.set_calendar(period.calendar);
            nothing.set_period(period.format());
            nothing.set_from(format_day(period.first_day()));
            nothing.set_to(format_day(period.last_day()));
        }
    }
    note_hidden(call, period.last_day(), nothings, parts, Told::filed, hidden);
}

Problem refused(unsigned status, const Refusal& why) {
    return {status, "format", "Not in this form", why.text.en(), why.text.vi(), "format"};
}

}  // namespace

Problem no_such_format(const Refusal& why) {
    return refused(406, why);
}

HttpReply file_reply(const Call& call, const Format& format, const TableFile& asked, const std::shared_ptr<const Filed>& filed) {
    const auto day = asked.map.value_or(asked.period.last_day());
    StatementInput input{call.world.definitions, asked.period, {}, {}, filed && !asked.map ? &filed->report : nullptr, asked.map};
    for (const auto& definition : call.world.definitions.all()) {
        if (!call.share.has_indicator(definition.indicator.code()) || !asked.rows.has(definition.indicator.code())) {
            input.left_out.insert(definition.indicator.code());
        }
    }
    input.cut = asked.rows.cuts().only;
    Parts parts;
    if (input.report != nullptr) {
        note_parts(input.report->values(), parts);
    }
    for (const auto& area : asked.areas) {
        const Column column(call, area, asked.period, asked.map, filed);
        const auto* place = call.world.places.find(area, day);
        v1::Label name;
        name.set_vi(area);
        name.set_en(area);
        std::vector<v1::IndicatorValue> values;
        for (const auto& row : column.rows()) {
            values.push_back(row.value);
        }
        note_parts(values, parts);
        input.places.push_back({area, place == nullptr ? name : place->name(), std::move(values)});
    }
    for (const auto& place : input.places) {
        note_hidden(call, day, place.values, parts, asked.map ? Told::recut : Told::now, input.hidden);
    }
    if (input.report != nullptr) {
        note_hidden(call, day, input.report->values(), parts, Told::filed, input.hidden_filed);
        for (const auto& area : asked.areas) {
            if (call.viewer.threshold() != 0) {
                note_hidden_nothings(call, asked.period, area, *input.report, parts, input.hidden_filed);
            }
        }
    }
    auto statement = make_statement(input);
    statement.as_of = static_cast<std::uint64_t>(call.now.civil.time_since_epoch().count());
    const auto* language = call.request.parameter("lang");
    const auto written = write(format, statement, language != nullptr && *language == "en" ? Tongue::en : Tongue::vi);
    if (!written) {
        return reply_of(refused(406, written.error()));
    }
    HttpReply reply{200, *written, std::string(format.media_type), {}};
    const bool is_page = format.name == "html";
    reply.set("Content-Disposition",
              std::string(is_page ? "inline" : "attachment") + "; filename=\"" + file_name(format, statement) + "\"");
    if (is_page) {
        reply.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    }
    return reply;
}

}  // namespace chieng::web
