// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/api.hpp"

#include "gateway/export/formats.hpp"
#include "gateway/web/gzip.hpp"
#include "gateway/web/hidden.hpp"
#include "gateway/web/problems.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <set>

namespace chieng::web {
namespace {

constexpr int api_version = 2;  // of what stands in the answers: part of their tags
constexpr std::string_view under_api = "/api/";

const std::array all_routes{
    Route{"GET", "/", {}, get_page, true},
    Route{"GET", "/page/{file}", {}, get_page, true},
    Route{"GET", "/openapi.json", {}, get_description, true},
    Route{"GET", "/asyncapi.json", {}, get_description, true},
    Route{"GET", "/problems/{name}", {}, get_problem, true},
    Route{"POST", "/api/v1/session", {}, post_session, true},
    Route{"DELETE", "/api/v1/session", {}, delete_session, true},
    Route{"GET", "/api/v1/me", {}, get_me},
    Route{"GET", "/api/v1/places", {"day"}, get_places},
    Route{"GET", "/api/v1/indicators", {}, get_indicators},
    Route{"GET", "/api/v1/indicators/{code}", {}, get_indicator},
    Route{"GET",
          "/api/v1/table",
          {"period", "calendar", "area", "map", "indicators", "cut", "cuts", "revision", "format", "lang"},
          get_table},
    Route{"GET", "/api/v1/history", {"indicator", "area", "calendar", "span", "until", "count"}, get_history},
    Route{"GET", "/api/v1/behind", {"indicator", "period", "calendar", "area", "map", "after", "limit"}, get_behind, false, true},
    Route{"GET", "/api/v1/reports", {}, get_reports},
    Route{"POST", "/api/v1/reports", {}, post_report},
    Route{"GET", "/api/v1/reports/{period}/{revision}", {}, get_report},
    Route{"GET", "/api/v1/silent", {"area", "period"}, get_silent},
    Route{"GET", "/api/v1/ledger", {"days"}, get_ledger, false, true},
    Route{"GET", "/api/v1/duplicates", {}, get_duplicates, false, true},
    Route{"GET", "/api/v1/feeds/cells", {"after", "limit", "epoch"}, get_cells},
    Route{"GET", "/api/v1/feeds/cells/events", {"after", "epoch"}, follow_events},
    Route{"GET", "/api/v1/feeds/cells/websocket", {"after", "epoch"}, follow_websocket},
    Route{"POST", "/api/v1/events", {"service", "commune"}, post_event},
};

std::vector<std::string_view> parts_of(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto part = path.substr(0, path.find('/'));
        parts.push_back(part);
        path.remove_prefix(part.size());
    }
    return parts;
}

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& of_path) {
    const auto wanted = parts_of(pattern);
    const auto given = parts_of(path);
    if (wanted.size() != given.size()) {
        return false;
    }
    of_path.clear();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].starts_with('{') && !given[i].empty()) {
            of_path.emplace_back(given[i]);
        } else if (wanted[i] != given[i]) {
            return false;
        }
    }
    return true;
}

// Tables are told in many forms, and see to it themselves; a WebSocket has none.
std::string_view told_as(const Route& route) {
    const bool is_free = route.path.ends_with("/table") || route.path.ends_with("/websocket");
    return is_free ? "" : route.path.ends_with("/cells/events") ? "text/event-stream" : "application/json";
}

// The parameter that the route does not know, or that stands twice.
std::optional<Problem> bad_query(const Route& route, const HttpRequest& request) {
    std::set<std::string_view> seen;
    for (const auto& [name, value] : request.query) {
        const bool known = std::find(route.parameters.begin(), route.parameters.end(), name) != route.parameters.end();
        if (!known || !seen.insert(name).second) {
            std::string all;
            for (const auto parameter : route.parameters) {
                all.append(all.empty() ? "" : ", ").append(parameter);
            }
            return unknown_parameter(name, all);
        }
    }
    return std::nullopt;
}

// Whether a body came in an encoding, which none is read in. A question has no body.
bool is_packed(const HttpRequest& request) {
    std::string coding(request.field("content-encoding"));
    std::transform(coding.begin(), coding.end(), coding.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return !request.body.empty() && !coding.empty() && coding != "identity";
}

HttpReply wrong_method(const HttpRequest& request, const std::string& allowed) {
    auto reply = reply_of({405, "method", "Not this method", request.method + " is not for " + request.path + "; there are: " + allowed,
                           "không dùng " + request.method + " cho " + request.path + "; có thể dùng: " + allowed, ""});
    reply.set("Allow", allowed);
    return reply;
}

// What an answer to this viewer depends on, beside the question.
std::string tag_of(const Call& call, const Route& route, std::string_view accept) {
    const auto& world = call.world;
    const auto& now = call.now;
    const auto known = std::to_string(api_version) + "/" + std::to_string(world.definitions.digest()) + "/" +
                       std::to_string(world.places.digest()) + "/" + std::to_string(now.filed) + "/" + format_day(now.today()) + "/" +
                       (now.caught_up ? "1" : "0") + "/" + (route.of_journals ? std::to_string(now.book) : "") + "/" +
                       call.viewer.SerializeAsString() + "/" + call.share.text() + "/" + std::string(accept);
    return "W/\"" + std::to_string(now.epoch) + "-" + std::to_string(now.offset) + "-" +
           std::to_string(XXH3_64bits(known.data(), known.size())) + "\"";
}

bool names_tag(std::string_view field, std::string_view tag) {
    return field == "*" || (!field.empty() && field.find(tag.substr(2)) != std::string_view::npos);
}

const v1::Viewer& nobody() {
    static const v1::Viewer viewer;
    return viewer;
}

Problem from_elsewhere() {
    return {403,
            "cross-site",
            "From a page of another site",
            "a request with a certificate, or for a WebSocket, comes from a page of this gateway, or from no page: without Origin",
            "yêu cầu dùng chứng thư, hoặc mở WebSocket, phải đến từ trang của chính máy chủ này, hoặc không có tiêu đề Origin",
            "Origin"};
}

struct Who {
    const v1::Viewer* viewer = nullptr;
    std::optional<Problem> wrong;
};

// A browser lets a page of anybody's ask, and open a WebSocket; then it says whose page it is.
bool is_of_another_page(const HttpRequest& request) {
    const auto origin = request.field("origin");
    return !origin.empty() && origin != "https://" + std::string(request.field("host"));
}

// The name under which a browser found this gateway. Where only this machine may ask, a page of anybody's must not reach it under a name
// of its own that leads here.
bool is_of_this_machine(std::string_view host) {
    host = host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
    const bool is_number = host.find_first_not_of("0123456789.") == std::string_view::npos;  // 127.0.0.1.example is a name
    return host.empty() || host == "localhost" || host == "[::1]" || (is_number && host.starts_with("127."));
}

Problem only_of_this_machine() {
    return {403,
            "host",
            "Only for this machine",
            "without --rights this gateway is asked under localhost or 127.0.0.1; give it a file that says who may see what",
            "máy chủ chạy không có --rights chỉ nhận yêu cầu qua localhost hoặc 127.0.0.1",
            "Host"};
}

// A browser lets any page open a WebSocket, and says whose page it is.
bool is_opened_elsewhere(const HttpRequest& request) {
    const auto origin = request.field("origin");
    return !request.field("upgrade").empty() && !origin.empty() && !origin.ends_with("://" + std::string(request.field("host")));
}

// A request that changes something, and that a browser lets a cookie or a certificate speak for by itself, may come from a page of
// somebody else's. A token decides where both are shown.
Who who_asks(const Rights& rights, const Sessions& sessions, const HttpRequest& request, const Now& now) {
    const auto shown = shown_by(request, sessions.cookie());
    if (is_opened_elsewhere(request)) {
        return {nullptr, from_elsewhere()};
    }
    const auto* viewer = !shown             ? rights.of_certificate(request.certificate_sha256)
                         : shown->by_cookie ? sessions.viewer_of(shown->secret, now.steady)
                                            : rights.of_token(shown->secret);
    if (viewer == nullptr && shown) {
        return {nullptr, shown->by_cookie ? session_over() : wrong_token()};
    }
    if (viewer == nullptr) {
        return {rights.anonymous(), rights.anonymous() == nullptr ? std::optional(no_token()) : std::nullopt};
    }
    const bool reads = request.method == "GET" || request.method == "HEAD";
    const bool by_itself = !shown || shown->by_cookie;
    if (by_itself && !reads && request.field("x-chieng") != "1") {
        return {nullptr, Problem{403, "cross-site", "The header X-Chieng is missing",
                                 "a request with the session's cookie, or a certificate, that changes something has the header X-Chieng: 1",
                                 "yêu cầu dùng cookie phiên hoặc chứng thư để thay đổi dữ liệu phải có tiêu đề X-Chieng: 1", "X-Chieng"}};
    }
    if (!shown && is_of_another_page(request)) {
        return {nullptr, from_elsewhere()};
    }
    return {viewer, std::nullopt};
}

// For the log.
std::string what_of(const HttpRequest& request) {
    auto what = request.path;
    for (const auto& [name, value] : request.query) {
        what.append("&").append(name).append("=").append(value);
    }
    return what;
}

}  // namespace

std::span<const Route> routes() {
    return all_routes;
}

std::string json_text(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

HttpReply json_reply(const Json& json, unsigned status) {
    return {status, json_text(json) + "\n", "application/json; charset=utf-8", {}};
}

Outcome Api::answer(const HttpRequest& request, const Now& now) {
    auto outcome = guarded(request, [&] { return route(request, now); });
    if (auto* reply = std::get_if<HttpReply>(&outcome)) {
        reply->set("X-Content-Type-Options", "nosniff");
        reply->set("Referrer-Policy", "no-referrer");
        if (reply->field("Cache-Control").empty()) {
            reply->set("Cache-Control", "no-cache");
        }
        if (reply->status == 401) {
            reply->set("WWW-Authenticate", "Bearer");
        }
    }
    return outcome;
}

// What was read of tables so far may be half of it.
HttpReply Api::fail(const HttpRequest& request, const std::exception& error) {
    ++failures_;
    columns_ = {};
    if (telemetry_ != nullptr) {
        telemetry_->tell(FailureNote{request.method + " " + what_of(request), error.what()});
    }
    return reply_of(failure());
}

std::optional<HttpReply> Api::refuse_metrics(const HttpRequest& request, const Now& now) const {
    if (!rights_.are_given()) {
        return is_of_this_machine(request.field("host")) ? std::nullopt : std::optional(reply_of(only_of_this_machine()));
    }
    const auto who = who_asks(rights_, sessions_, request, now);
    if (who.wrong) {
        auto reply = reply_of(*who.wrong);
        reply.set("WWW-Authenticate", "Bearer");
        return reply;
    }
    if (sees_lineage(*who.viewer) && rights_.share(*who.viewer).is_everything()) {
        return std::nullopt;
    }
    const bool has_all = sees_lineage(*who.viewer);
    return reply_of(not_allowed(has_all ? "of every number" : "threshold 0", "metrics are for who sees every number",
                                "số đo chỉ dành cho người xem được mọi con số"));
}

Outcome Api::route(const HttpRequest& request, const Now& now) {
    const auto method = request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
    std::vector<std::string> of_path;
    std::string allowed;
    for (const auto& route : all_routes) {
        if (!matches(route.path, request.path, of_path)) {
            continue;
        }
        if (route.method != method) {
            allowed.append(allowed.empty() ? "" : ", ").append(route.method).append(route.method == "GET" ? ", HEAD" : "");
            continue;
        }
        if (!rights_.are_given() && !is_of_this_machine(request.field("host"))) {
            return reply_of(only_of_this_machine());
        }
        const bool is_open = route.open || !request.path.starts_with(under_api);
        const auto who = is_open ? Who{&nobody(), {}} : who_asks(rights_, sessions_, request, now);
        if (who.wrong) {
            auto reply = reply_of(*who.wrong);
            if (const auto shown = shown_by(request, sessions_.cookie()); shown && shown->by_cookie && who.wrong->name == "token") {
                reply.set("Set-Cookie", no_session(request, sessions_));  // or who may read without one would never be asked without
            }
            return reply;
        }
        if (const auto wrong = bad_query(route, request)) {
            return reply_of(*wrong);
        }
        if (is_packed(request)) {
            auto reply = reply_of(packed_body());
            reply.set("Accept-Encoding", "identity");  // RFC 9110, 12.5.3: what would have been taken
            return reply;
        }
        if (const auto type = told_as(route); !is_open && !type.empty() && !is_accepted(type, request.field("accept"))) {
            return reply_of(Problem{406, "format", "Not in this form",
                                    "this is told as " + std::string(type) + " only; Accept leaves it out",
                                    "ở đây chỉ trả lời dạng " + std::string(type) + ", mà Accept không nhận", "Accept"});
        }
        const Call call{
            world_, request, now, rights_, sessions_, hidings_, columns_, *who.viewer, rights_.share(*who.viewer), std::move(of_path)};
        auto outcome = method == "GET" && !is_open ? read(call, route) : route.handle(call);
        if (const auto* reply = std::get_if<HttpReply>(&outcome); reply != nullptr && reply->status == 200) {
            note_read(call, route, *reply);
        }
        return outcome;
    }
    return allowed.empty() ? reply_of(not_there("there is nothing at " + request.path + "; /openapi.json lists what there is",
                                                "không có gì ở " + request.path + "; xem /openapi.json"))
                           : wrong_method(request, allowed);
}

void Api::note_read(const Call& call, const Route& route, const HttpReply& reply) {
    const bool is_of_households = route.of_journals && Rights::sees(call.viewer) >= v1::PERSONAL;
    const bool is_file = !reply.field("Content-Disposition").empty();
    if (telemetry_ == nullptr || (!is_of_households && !is_file)) {
        return;
    }
    telemetry_->tell(ReadNote{call.viewer.name(), call.viewer.recipient(), call.viewer.purpose(), what_of(call.request)});
}

// The same question under the same tag has the same answer.
Outcome Api::read(const Call& call, const Route& route) {
    const auto tag = tag_of(call, route, call.request.field("accept"));
    const bool has_it = names_tag(call.request.field("if-none-match"), tag);
    const bool is_kept = !route.of_journals || world_.book == nullptr;
    const bool gzip = accepts_gzip(call.request);
    std::string key = tag + "\n" + std::string(call.request.field("accept")) + "\n" + call.request.path;
    for (const auto& [name, value] : call.request.query) {
        key.append("\n").append(name).append("=").append(value);
    }
    const auto state = std::to_string(call.now.epoch) + "-" + std::to_string(call.now.offset);
    const auto* kept = is_kept ? cache_.find(state, key, gzip && !has_it) : nullptr;
    made_ += kept == nullptr ? 1U : 0U;
    auto outcome = kept == nullptr ? route.handle(call) : Outcome(has_it ? HttpReply{} : kept->told(gzip));
    auto* reply = std::get_if<HttpReply>(&outcome);
    if (reply == nullptr || reply->status != 200) {
        return outcome;
    }
    if (kept == nullptr && is_kept) {
        cache_.keep(std::move(key), *reply, false);
    }
    if (has_it) {
        *reply = HttpReply{304, "", reply->type, {}};
    }
    reply->set("ETag", tag);
    reply->set("Vary", "Accept, Accept-Encoding, Authorization, Cookie");
    return outcome;
}

}  // namespace chieng::web
