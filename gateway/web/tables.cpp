// SPDX-License-Identifier: Apache-2.0
// One period of a place and of those right below it; one indicator over periods; what is behind one value.
#include "gateway/serve/labels.hpp"
#include "gateway/web/events_behind.hpp"
#include "gateway/web/hidden.hpp"
#include "gateway/web/parameters.hpp"
#include "gateway/web/places_json.hpp"
#include "gateway/web/problems.hpp"
#include "gateway/web/received.hpp"
#include "gateway/web/table_file.hpp"
#include "gateway/web/table_rows.hpp"
#include "gateway/web/times.hpp"
#include "gateway/web/values.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace chieng::web {
namespace {

struct Question {
    Period period;
    std::optional<Day> map;
    std::string area;
    std::uint32_t revision = 0;

    [[nodiscard]] Day day() const { return map.value_or(period.last_day()); }
};

Question read_question(const Call& call, Parameters& parameters) {
    Question asked;
    asked.period = parameters.period("period", parameters.calendar());
    asked.map = parameters.day("map");
    const auto& places = call.world.places;
    const auto nearest = places.nearest_day(call.world.place, asked.day());
    asked.area =
        parameters.area(asked.map || places.find(call.world.place, asked.day()) != nullptr ? asked.day() : nearest.value_or(asked.day()));
    constexpr std::uint64_t revisions_max = 99;
    asked.revision =
        parameters.text("revision", "latest") == "latest" ? 0 : static_cast<std::uint32_t>(parameters.number("revision", 0, revisions_max));
    return asked;
}

std::shared_ptr<const Filed> filed_for(const Call& call, const Question& asked, Parameters& parameters) {
    auto filed = filed_of(call, asked.period, asked.revision);
    if (!filed && parameters.given("revision") && !parameters.wrong()) {
        parameters.refuse(not_there("period " + asked.period.format() + " has no such filed revision; /api/v1/reports lists them",
                                    "kỳ " + asked.period.format() + " chưa có báo cáo chốt lần này; xem /api/v1/reports", "revision"));
    }
    return filed;
}

// The area itself, and those right below it that the viewer receives.
std::vector<std::string> areas_of(const Call& call, const Question& asked) {
    std::vector<std::string> areas{asked.area};
    const auto children = call.world.places.children(asked.area, asked.day());
    std::copy_if(children.begin(), children.end(), std::back_inserter(areas),
                 [&](const std::string& child) { return call.share.has_area(child); });
    return areas;
}

HttpReply table_reply(const Call& call, const Question& asked, const TableRows& wanted, const std::shared_ptr<const Filed>& filed) {
    const auto& world = call.world;
    const auto areas = areas_of(call, asked);
    std::vector<Column> columns;
    columns.reserve(areas.size());
    auto places = Json::array();
    for (const auto& area : areas) {
        columns.emplace_back(call, area, asked.period, asked.map, filed);
        const auto nearest = world.places.nearest_day(area, asked.day());
        const auto* place = nearest ? world.places.find(area, *nearest) : nullptr;
        places.push_back({{"code", area}, {"name", place == nullptr ? Json(nullptr) : text_json(place->name())}});
    }
    Json json{{"area", asked.area},
              {"calendar", calendar_name(asked.period.calendar)},
              {"period", asked.period.format()},
              {"from", format_day(asked.period.first_day())},
              {"to", format_day(asked.period.last_day())},
              {"asOf", time_text(static_cast<std::uint64_t>(call.now.civil.time_since_epoch().count()))}};
    if (asked.map) {
        json["map"] = format_day(*asked.map);
    }
    json["places"] = std::move(places);
    json["rows"] = Json::array();
    auto reply = json_reply(json);
    auto& text = reply.body;
    text.erase(text.rfind(']'));  // the rows are joined from what is kept of them
    const char* between = "";
    for (std::size_t row = 0; row < columns.front().rows().size(); ++row) {
        const auto& code = columns.front().rows()[row].value.indicator();
        if (!wanted.has(code)) {
            continue;
        }
        text.append(std::exchange(between, ",")).append("{\"indicator\":").append(json_text(code)).append(",\"values\":[");
        for (const auto& column : columns) {
            column.append_text(row, wanted.cuts(), text);
            text.push_back(',');
        }
        text.back() = ']';
        text.push_back('}');
    }
    text.append("]}\n");
    return reply;
}

// The period `back` before this one.
Period earlier(const Period& period, std::int32_t back) {
    const std::int32_t in_year = period.span == v1::MONTH ? 12 : period.span == v1::QUARTER ? 4 : period.span == v1::HALF ? 2 : 1;
    const auto index = period.year * in_year + period.number - 1 - back;
    auto found = period;
    found.year = index / in_year;
    found.number = index % in_year + 1;
    return found;
}

std::optional<v1::Span> span_of(const std::string& name) {
    v1::Span span = v1::SPAN_UNSPECIFIED;
    return v1::Span_Parse(name, &span) && span != v1::SPAN_UNSPECIFIED ? std::optional(span) : std::nullopt;
}

Json feeds_json(const World& world) {
    auto feeds = Json::array();
    for (const auto& follow : world.follows) {
        const auto& at = follow.reader.checkpoint();
        feeds.push_back({{"feed", follow.source.name()}, {"epoch", std::to_string(at.epoch)}, {"offset", at.offset}});
    }
    return feeds;
}

}  // namespace

Outcome get_table(const Call& call) {
    Parameters parameters(call);
    const auto asked = read_question(call, parameters);
    if (call.world.definitions.shown(asked.period).empty()) {
        const auto why = nothing_told_label(asked.period);
        parameters.refuse(bad_parameter("period", why.en(), why.vi()));
    }
    const TableRows rows(call, asked.period, parameters);
    const auto filed = filed_for(call, asked, parameters);
    if (parameters.wrong()) {
        return reply_of(*parameters.wrong());
    }
    const auto* named = call.request.parameter("format");
    const auto* format = named != nullptr ? find_format(*named) : accepted_format(call.request.field("accept"));
    if (format == nullptr) {
        return reply_of(no_such_format(named != nullptr ? unknown_format(*named) : not_acceptable(call.request.field("accept"))));
    }
    if (const auto lang = parameters.text("lang", "vi"); lang != "vi" && lang != "en") {
        return reply_of(bad_parameter("lang", "vi or en", "vi hoặc en"));
    }
    if (format->name == "json") {
        return table_reply(call, asked, rows, filed);
    }
    return file_reply(call, *format, {asked.period, asked.map, areas_of(call, asked), rows}, filed);
}

Outcome get_history(const Call& call) {
    Parameters parameters(call);
    const auto calendar = parameters.calendar();
    const auto span = span_of(parameters.text("span", "MONTH"));
    if (!span) {
        parameters.refuse(bad_parameter("span", "MONTH, QUARTER, HALF, YEAR or NINE_MONTHS",
                                        "MONTH (tháng), QUARTER (quý), HALF (6 tháng), YEAR (năm) hoặc NINE_MONTHS (9 tháng)"));
    }
    const auto current = Period::of(calendar, span.value_or(v1::MONTH), call.now.today());
    const auto begun = current.first_day() <= call.now.today() ? current : earlier(current, 1);
    const auto until = parameters.given("until") ? parameters.period("until", calendar) : begun;
    if (span) {
        parameters.check_span(*span, "span");
    }
    if (span && until.span != *span) {
        parameters.refuse(
            bad_parameter("until", "a period of the span " + v1::Span_Name(*span), "một kỳ cùng loại " + v1::Span_Name(*span)));
    }
    constexpr std::uint64_t count_max = 60;
    const auto count = static_cast<std::int32_t>(parameters.number("count", 12, count_max, 1));
    const auto* indicator = parameters.indicator(parameters.text("indicator"), until.last_day(), span);
    const auto area = parameters.area(call.world.places.nearest_day(call.world.place, until.last_day()).value_or(until.last_day()));
    if (parameters.wrong() || indicator == nullptr) {
        return reply_of(*parameters.wrong());
    }
    const auto& code = indicator->indicator.code();
    auto points = Json::array();
    for (auto back = count - 1; back >= 0; --back) {
        const auto period = earlier(until, back);
        if (period.year < 1900) {
            continue;
        }
        const Column column(call, area, period, std::nullopt, filed_of(call, period, 0));
        points.push_back({{"period", period.format()},
                          {"from", format_day(period.first_day())},
                          {"to", format_day(period.last_day())},
                          {"value", column.value(code, {})}});
    }
    return json_reply({{"indicator", code}, {"area", area}, {"calendar", calendar_name(calendar)}, {"points", std::move(points)}});
}

Outcome get_behind(const Call& call) {
    Parameters parameters(call);
    const auto asked = read_question(call, parameters);
    const auto* definition = parameters.indicator(parameters.text("indicator"), asked.period.last_day(), asked.period.span);
    const EventsPage events(call);
    if (const auto& wrong = parameters.wrong() ? parameters.wrong() : events.wrong(); wrong || definition == nullptr) {
        return reply_of(*wrong);
    }
    if (events.must_wait()) {
        return AwaitJournals{};
    }
    const auto& world = call.world;
    const auto& code = definition->indicator.code();
    const auto filed = filed_of(call, asked.period, 0);
    const auto value_of = [&](const std::string& area) { return Column(call, area, asked.period, asked.map, filed).value(code, {true}); };
    Json json{{"value", value_of(asked.area)}, {"definition", definition_json(world, *definition, true)}};
    auto below = Json::array();
    for (const auto& child : world.places.children(asked.area, asked.day())) {
        if (!call.share.has_area(child)) {
            continue;
        }
        const auto* place = world.places.find(child, asked.day());
        below.push_back({{"area", child}, {"name", text_json(place->name())}, {"value", value_of(child)}});
    }
    json["below"] = std::move(below);
    auto revisions = Json::array();
    for (std::uint32_t revision = 1; filed && revision <= filed->report.revision(); ++revision) {
        const auto one = filed_of(call, asked.period, revision);
        const auto found = one ? one->values.find({asked.area, code}) : decltype(one->values.end()){};
        if (one && found != one->values.end()) {
            revisions.push_back({{"revision", revision},
                                 {"filedAt", time_text(one->report.filed_at())},
                                 {"text", value_json(call, definition->indicator, *found->second, {true, {}, Told::filed})["text"]}});
        }
    }
    json["filed"] = std::move(revisions);
    json["feeds"] = sees_lineage(call.viewer) ? feeds_json(world) : Json::array();
    events.add_to(json, {*definition, asked.period, asked.area});
    return json_reply(json);
}

}  // namespace chieng::web
