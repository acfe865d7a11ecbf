// SPDX-License-Identifier: Apache-2.0
// Who asks, and the session of a browser that shows its token once.
#include "gateway/web/api.hpp"
#include "gateway/web/bodies.hpp"
#include "gateway/web/places_json.hpp"
#include "gateway/web/problems.hpp"
#include "gateway/web/received.hpp"

namespace chieng::web {
namespace {

Json viewer_json(const v1::Viewer& viewer) {
    auto may = Json::array();
    for (const auto right : viewer.may()) {
        may.push_back(v1::Viewer::May_Name(static_cast<v1::Viewer::May>(right)));
    }
    Json json{{"viewer", viewer.name()},
              {"may", std::move(may)},
              {"sees", v1::DataClass_Name(Rights::sees(viewer))},
              {"threshold", viewer.threshold()}};
    if (!viewer.recipient().empty()) {
        json["recipient"] = viewer.recipient();
    }
    if (viewer.role() != v1::ROLE_UNSPECIFIED) {
        json["role"] = v1::Role_Name(viewer.role());
        json["organisation"] = v1::Organisation_Name(viewer.organisation());
    }
    return json;
}

std::string cookie_of(const HttpRequest& request, const Sessions& sessions, const std::string& value, const char* more) {
    const bool is_secure = request.is_tls || request.field("x-forwarded-proto") == "https";
    return sessions.cookie() + "=" + value + "; Path=/; HttpOnly; SameSite=Strict" + (is_secure ? "; Secure" : "") + more;
}

void end_shown(const Call& call) {
    if (const auto shown = shown_by(call.request, call.sessions.cookie()); shown && shown->by_cookie) {
        call.sessions.end(shown->secret);
    }
}

}  // namespace

Outcome get_me(const Call& call) {
    auto json = viewer_json(call.viewer);
    const auto& world = call.world;
    const auto& area = own_area(call);
    const auto day = world.places.nearest_day(area, call.now.today()).value_or(call.now.today());
    json["place"] = place_json(world, area, day);
    json["today"] = format_day(call.now.today());
    json["caughtUp"] = call.now.caught_up;
    json["offset"] = call.now.offset;
    json["epoch"] = std::to_string(call.now.epoch);
    return json_reply(json);
}

Outcome post_session(const Call& call) {
    Json body;
    if (auto wrong = read_json(call.request, body)) {
        return reply_of(*wrong);
    }
    const auto token = text_of_field(body, "token");
    if (!token) {
        return reply_of(bad_parameter("token", "the token as a text", "mã truy cập là một chuỗi"));
    }
    const auto* viewer = call.rights.of_token(*token);
    if (viewer == nullptr) {
        return reply_of(wrong_token());
    }
    end_shown(call);
    auto reply = json_reply(viewer_json(*viewer));
    reply.set("Set-Cookie", cookie_of(call.request, call.sessions, call.sessions.begin(*viewer, call.now.steady), ""));
    reply.set("Cache-Control", "no-store");
    return reply;
}

std::string no_session(const HttpRequest& request, const Sessions& sessions) {
    return cookie_of(request, sessions, "", "; Max-Age=0");
}

Outcome delete_session(const Call& call) {
    end_shown(call);
    HttpReply reply{204, "", "", {}};
    reply.set("Set-Cookie", no_session(call.request, call.sessions));
    return reply;
}

}  // namespace chieng::web
