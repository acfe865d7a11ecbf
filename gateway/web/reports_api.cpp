// SPDX-License-Identifier: Apache-2.0
// Filed reports, what is not true of them any more, and filing; who is silent.
#include "gateway/export/restated.hpp"
#include "gateway/web/bodies.hpp"
#include "gateway/web/hidden_cells.hpp"
#include "gateway/web/parameters.hpp"
#include "gateway/web/places_json.hpp"
#include "gateway/web/problems.hpp"
#include "gateway/web/received.hpp"
#include "gateway/web/times.hpp"
#include "gateway/web/values.hpp"
#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

namespace chieng::web {
namespace {

Json value_of(const Call& call, const v1::IndicatorValue& value, Day day, bool reported, Told told) {
    const auto* definition = call.world.definitions.find(value.indicator(), day);
    return definition == nullptr ? Json(nullptr) : value_json(call, definition->indicator, value, {reported, {true}, told});
}

Json summary_of(const v1::Report& report) {
    return {{"period", report.period()},    {"revision", report.revision()}, {"filedAt", time_text(report.filed_at())},
            {"filedBy", report.filed_by()}, {"why", report.why()},           {"digest", report.digest()}};
}

Json report_json(const Call& call, const v1::Report& report) {
    const auto day = parse_day(report.to()).value_or(call.now.today());
    auto json = summary_of(report);
    json["area"] = report.area();
    json["from"] = report.from();
    json["to"] = report.to();
    auto values = Json::array();
    const auto reported_then = places_that_reported(call.world.definitions, report.values(), day);
    for (const auto& value : report.values()) {
        values.push_back({{"area", value.area()},
                          {"indicator", value.indicator()},
                          {"value", value_of(call, value, day, reported_then.contains(value.area()), Told::filed)}});
    }
    json["values"] = std::move(values);
    auto definitions = Json::array();
    for (const auto& definition : report.definitions()) {
        definitions.push_back({{"indicator", definition.indicator()}, {"digest", hex16(definition.digest())}});
    }
    json["definitions"] = std::move(definitions);
    auto positions = Json::array();
    if (sees_lineage(call.viewer)) {
        for (const auto& position : report.positions()) {
            positions.push_back({{"feed", position.feed()}, {"epoch", std::to_string(position.epoch())}, {"offset", position.offset()}});
        }
    }
    json["positions"] = std::move(positions);
    return json;
}

// Of what is hidden, now or as it was filed, that it changed would tell of what changed it; and of what is there on one side only too.
std::vector<Restated> told_restated(const Call& call, const v1::Report& report) {
    auto all = received_restated(call, report.period(), report.revision());
    std::set<CellName> hidden_filed;
    std::set<CellName> hidden;
    if (const auto day = parse_day(report.to()); day && call.viewer.threshold() != 0) {
        std::erase_if(all, [](const v1::Restatement& one) { return !one.has_filed() || !one.has_now(); });
        for (const auto& one : all) {
            Parts parts;
            note_parts(one.filed(), parts);
            note_parts(one.now(), parts);
            note_hidden(call, *day, one.filed(), parts, Told::filed, hidden_filed);
            note_hidden(call, *day, one.now(), parts, Told::now, hidden);
        }
    }
    return restated_of(report, all, call.world.definitions, hidden_filed, hidden);
}

// Whether anything but a stock was counted there in that time.
bool reported(const Call& call, const std::string& area, const Period& period) {
    const auto rows = received_values(call, area, period);
    return std::any_of(rows.begin(), rows.end(),
                       [&](const v1::IndicatorValue& value) { return tells_of_events(call.world.definitions, value, period.last_day()); });
}

}  // namespace

Outcome get_reports(const Call& call) {
    auto list = Json::array();
    each_received_report(call, [&](const v1::Report& report) {
        auto json = summary_of(report);
        json["restatedCells"] = told_restated(call, report).size();
        list.push_back(std::move(json));
    });
    return json_reply({{"reports", std::move(list)}});
}

Outcome get_report(const Call& call) {
    const auto& period = call.of_path.front();
    const auto& asked = call.of_path.back();
    std::uint32_t revision = 0;
    const auto* end = asked.data() + asked.size();
    const auto [rest, failed] = std::from_chars(asked.data(), end, revision);
    if (asked != "latest" && (failed != std::errc() || rest != end || revision == 0)) {
        return reply_of(bad_parameter("revision", "a number from 1, or latest", "một số từ 1, hoặc latest"));
    }
    const auto parsed = Period::parse(v1::OFFICIAL, period);
    if (!parsed) {
        return reply_of(bad_period("period"));
    }
    if (!call.share.has_span(parsed->span)) {
        return reply_of(not_received(call, v1::Span_Name(parsed->span), "period"));
    }
    const auto report = received_report(call, period, asked == "latest" ? 0 : revision);
    if (!report) {
        return reply_of(not_there("period " + period + " has no such filed revision; /api/v1/reports lists them",
                                  "kỳ " + period + " chưa có báo cáo chốt lần này; xem /api/v1/reports", "revision"));
    }
    const auto day = parse_day(report->to()).value_or(call.now.today());
    auto restated = Json::array();
    const auto reported_then = places_that_reported(call.world.definitions, report->values(), day);
    std::map<std::string, bool> reports_now;
    for (const auto& [one, is_whole] : told_restated(call, *report)) {
        const auto& named = one.has_now() ? one.now() : one.filed();
        auto it = reports_now.find(named.area());
        if (it == reports_now.end()) {
            it = reports_now.emplace(named.area(), reported(call, named.area(), *parsed)).first;
        }
        const bool told_then = reported_then.contains(named.area());
        restated.push_back({{"area", named.area()},
                            {"indicator", named.indicator()},
                            {"filed", one.has_filed() ? value_of(call, one.filed(), day, told_then, Told::filed) : Json(nullptr)},
                            {"now", one.has_now() ? value_of(call, one.now(), day, it->second, Told::now) : Json(nullptr)},
                            {"partsOnly", !is_whole}});
    }
    return json_reply({{"report", report_json(call, *report)}, {"restated", std::move(restated)}});
}

Outcome post_report(const Call& call) {
    if (!Rights::may(call.viewer, v1::Viewer::FILE)) {
        return reply_of(not_allowed("FILE", "you may not close a period", "bạn không được chốt kỳ báo cáo"));
    }
    Json body;
    if (auto wrong = read_json(call.request, body)) {
        return reply_of(*wrong);
    }
    if (const auto wrong = unknown_field(body, {"period", "why"})) {
        return reply_of(*wrong);
    }
    const auto period = Period::parse(v1::OFFICIAL, text_of_field(body, "period").value_or(""));
    if (!period) {
        return reply_of(bad_period("period"));
    }
    if (!call.now.caught_up) {
        return reply_of(still_reading());
    }
    if (call.now.today() <= period->last_day()) {
        const auto last = format_day(period->last_day());
        return reply_of({409, "not-over", "The period is not over",
                         "period " + period->format() + " ends on " + last + "; it is filed after that day",
                         "kỳ " + period->format() + " kết thúc ngày " + last + "; chỉ chốt sau ngày đó", "period"});
    }
    auto why = text_of_field(body, "why").value_or("");
    constexpr std::size_t why_bytes_max = 500;  // as reports hold it
    if (why.size() > why_bytes_max) {
        return reply_of(bad_parameter("why", "at most 500 bytes", "nhiều nhất 500 byte"));
    }
    if (why.find_first_not_of(" \t\r\n") == std::string::npos && received_report(call, period->format(), 0)) {
        return reply_of(bad_parameter("why", "why it is filed once more: " + period->format() + " was filed before",
                                      "lý do chốt lại: kỳ " + period->format() + " đã chốt trước đây"));
    }
    return FilePeriod{period->format(), std::move(why), call.viewer};
}

std::optional<PostEvent> Api::filing(const FilePeriod& asked, const v1::ReportReply& reply, const Now& now) const {
    if (!reply.error().empty() || !world_.places.is_commune(world_.place, now.today())) {
        return std::nullopt;
    }
    PostEvent post;
    post.commune = world_.place;
    // A commune that has ended files its last periods later: on its last day, as no event is of a day without it.
    post.event.set_occurred_on(format_day(world_.places.nearest_day(world_.place, now.today()).value_or(now.today())));
    post.event.set_posted_by(asked.viewer.name());
    post.event.set_role(asked.viewer.role());
    post.event.set_organisation(asked.viewer.organisation());
    auto& filed = *post.event.mutable_period_filed();
    filed.set_period(reply.report().period());
    filed.set_revision(reply.report().revision());
    filed.set_digest(reply.report().digest());
    post.service = service_of(post.event);
    return post;
}

HttpReply Api::filed(const FilePeriod& asked, const v1::ReportReply& reply, const Now& now, Json event) {
    if (!reply.error().empty()) {
        return reply_of(
            {409, "not-filed", "It was not filed", reply.error(), "chưa chốt được kỳ " + asked.period + ": " + reply.error_vi(), "period"});
    }
    const HttpRequest request;
    const Call call{world_, request, now, rights_, sessions_, hidings_, columns_, asked.viewer, rights_.share(asked.viewer)};
    auto answer = json_reply({{"report", report_json(call, received(call, reply.report()))}, {"event", std::move(event)}}, 201);
    answer.set("Location", "/api/v1/reports/" + reply.report().period() + "/" + std::to_string(reply.report().revision()));
    return answer;
}

// At a district its communes, at a commune its villages: those of which nothing was counted in the current official month, or in the
// period that is asked for.
Outcome get_silent(const Call& call) {
    const auto& world = call.world;
    const auto today = call.now.today();
    const bool has_months = call.share.has_span(v1::MONTH);
    Parameters asked(call);
    if (!has_months && !asked.given("period")) {
        return reply_of(not_received(call, v1::Span_Name(v1::MONTH), ""));
    }
    const auto chosen = asked.given("period") ? std::optional(asked.period("period", v1::OFFICIAL)) : std::nullopt;
    const auto last = chosen ? std::min(chosen->last_day(), today) : today;
    const auto day = world.places.nearest_day(world.place, last).value_or(last);
    const auto period = chosen.value_or(Period::of(v1::OFFICIAL, v1::MONTH, day));
    const auto area = asked.area(day);
    if (asked.wrong()) {
        return reply_of(*asked.wrong());
    }
    auto places = world.places.children(area, day);
    if (places.empty()) {
        places.push_back(area);  // of a village it is told itself
    }
    auto silent = Json::array();
    for (const auto& child : places) {
        if (!call.share.has_area(child) || reported(call, child, period)) {
            continue;
        }
        Json json{{"code", child}, {"name", text_json(world.places.find(child, day)->name())}, {"expectedEvery", "MONTH"}};
        constexpr int months_back = 12;
        auto before = period;
        for (int back = 0; back < months_back && has_months; ++back) {
            before = Period::of(v1::OFFICIAL, v1::MONTH, before.first_day() - std::chrono::days(1));
            if (reported(call, child, before)) {
                json["lastPeriod"] = before.format();
                json["days"] = (day - before.last_day()).count();  // at least
                break;
            }
        }
        silent.push_back(std::move(json));
    }
    return json_reply({{"day", format_day(day)}, {"period", period.format()}, {"places", std::move(silent)}});
}

}  // namespace chieng::web
