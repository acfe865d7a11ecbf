// SPDX-License-Identifier: Apache-2.0
// The feed of cells over HTTP: the same offsets and the same epoch as over MQTT. A cursor of another history, or one beyond the
// end, is refused: it can never skip anything.
#include "gateway/web/cells_json.hpp"
#include "gateway/web/hidden.hpp"
#include "gateway/web/parameters.hpp"
#include "gateway/web/problems.hpp"
#include "gateway/web/received.hpp"

#include <charconv>

namespace chieng::web {
namespace {

constexpr std::uint64_t number_max = ~std::uint64_t{0};

Problem may_not_follow() {
    return {403,
            "threshold",
            "The feed of cells is not for you",
            "small numbers are hidden from you, and the feed shows each; read /api/v1/table, or ask for rights without a threshold",
            "bạn không được xem các số nhỏ mà luồng dữ liệu này có; hãy đọc /api/v1/table hoặc xin quyền không có ngưỡng",
            "threshold"};
}

v1::Label whole_feed() {
    v1::Label label;
    label.set_vi("luồng dữ liệu, nơi có mọi ô của bảng số liệu");
    label.set_en("the feed of cells, which tells each cell of the board");
    return label;
}

HttpReply other_history(const Now& now) {
    auto json = Json::parse(reply_of({409, "cursor", "The cursor is of another history",
                                      "the feed has the epoch " + std::to_string(now.epoch) + " and ends at " + std::to_string(now.offset) +
                                          "; forget what you have and read again from after=0",
                                      "luồng dữ liệu có mã " + std::to_string(now.epoch) + " và kết thúc ở " + std::to_string(now.offset) +
                                          "; hãy bỏ dữ liệu cũ và đọc lại từ after=0",
                                      "epoch"})
                                .body);
    json["epoch"] = std::to_string(now.epoch);
    json["last"] = now.offset;
    auto reply = json_reply(json, 409);
    reply.type = "application/problem+json";
    return reply;
}

// EPOCH-OFFSET.
bool read_event_id(std::string_view text, FollowCells& follow) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) {
        return false;
    }
    const auto number = [](std::string_view part, std::optional<std::uint64_t>& to) {
        std::uint64_t value = 0;
        const auto* end = part.data() + part.size();
        const auto [rest, failed] = std::from_chars(part.data(), end, value);
        to = value;
        return failed == std::errc() && rest == end && !part.empty();
    };
    return number(text.substr(0, dash), follow.epoch) && number(text.substr(dash + 1), follow.after);
}

Outcome follow_cells(const Call& call, bool websocket) {
    if (call.request.method == "HEAD") {
        auto reply = reply_of({405, "method", "Not this method", "a stream has no end to tell of; use GET",
                               "luồng dữ liệu không có điểm kết thúc; hãy dùng GET", ""});
        reply.set("Allow", "GET");
        return reply;
    }
    Parameters parameters(call);
    FollowCells follow{websocket, std::nullopt, std::nullopt, !sees_lineage(call.viewer) || !receives_everything(call)};
    if (parameters.given("after")) {
        follow.after = parameters.number("after", 0, number_max);
    }
    if (parameters.given("epoch")) {
        follow.epoch = parameters.number("epoch", 0, number_max);
    }
    const auto last_event = call.request.field("last-event-id");
    if (!last_event.empty() && !read_event_id(last_event, follow)) {
        parameters.refuse(bad_parameter("Last-Event-ID", "the id of an event of this feed: EPOCH-OFFSET",
                                        "mã của một tin trong luồng này: EPOCH-OFFSET"));
    }
    if (parameters.wrong()) {
        return reply_of(*parameters.wrong());
    }
    return follow;
}

}  // namespace

Outcome get_cells(const Call& call) {
    if (!sees_lineage(call.viewer)) {
        return reply_of(may_not_follow());
    }
    if (!receives_everything(call)) {
        return reply_of(not_received(call, whole_feed(), ""));
    }
    Parameters parameters(call);
    constexpr std::uint64_t most = 1000;
    const auto after = parameters.number("after", 0, number_max);
    const auto limit = parameters.number("limit", most, most, 1);
    const auto epoch = parameters.number("epoch", call.now.epoch, number_max);
    if (parameters.wrong()) {
        return reply_of(*parameters.wrong());
    }
    if (epoch != call.now.epoch || after > call.now.offset) {
        return other_history(call.now);
    }
    const auto page = page_after(call.world.board, after, call.now.offset, limit);
    auto reply = json_reply(nullptr);
    reply.body = "{\"epoch\":\"" + std::to_string(call.now.epoch) + "\",\"first\":" + std::to_string(after + 1) +
                 ",\"last\":" + std::to_string(page.last) + ",\"more\":" + (page.more ? "true" : "false") + ",\"cells\":" + page.cells +
                 "}\n";
    return reply;
}

Outcome follow_events(const Call& call) {
    return follow_cells(call, false);
}

Outcome follow_websocket(const Call& call) {
    return follow_cells(call, true);
}

}  // namespace chieng::web
