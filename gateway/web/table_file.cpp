// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/table_file.hpp"

#include "gateway/web/hidden_cells.hpp"
#include "gateway/web/problems.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace chieng::web {
namespace {

// Of what a report does not hold, that it was nothing is told where it would be told.
void note_hidden_nothings(const Call& call, const Period& period, const std::string& area, const v1::Report& report, const Parts& parts,
                          std::set<CellName>& hidden) {
    std::set<std::string> held;
    for (const auto& value : report.values()) {
        if (value.area() == area) {
            held.insert(value.indicator());
        }
    }
    for (const auto& definition : call.world.definitions.all()) {
        const auto& code = definition.indicator.code();
        if (!definition.indicator.hidden() && definition.counted_over(period.span) && !held.contains(code) &&
            call.world.definitions.find(code, period.last_day()) == &definition) {
            v1::IndicatorValue nothing;
            nothing.set_area(area);
            nothing.set_indicator(code);
            nothing.set_calendar(period.calendar);
            nothing.set_period(period.format());
            nothing.set_from(format_day(period.first_day()));
            nothing.set_to(format_day(period.last_day()));
            note_hidden(call, period.last_day(), nothing, parts, Told::filed, hidden);
        }
    }
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
        for (const auto& value : input.report->values()) {
            note_parts(value, parts);
        }
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
            note_parts(row.value, parts);
        }
        input.places.push_back({area, place == nullptr ? name : place->name(), std::move(values)});
    }
    for (const auto& place : input.places) {
        for (const auto& value : place.values) {
            note_hidden(call, day, value, parts, asked.map ? Told::recut : Told::now, input.hidden);
        }
    }
    if (input.report != nullptr) {
        for (const auto& value : input.report->values()) {
            note_hidden(call, day, value, parts, Told::filed, input.hidden_filed);
        }
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
