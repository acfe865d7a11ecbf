// SPDX-License-Identifier: Apache-2.0
// What a gateway answers over HTTP, without a socket: a request and what the gateway knows give an answer, or something that
// the gateway has to do (post an event, file a period, let somebody follow). Everything is read from board, definitions, places
// and filed reports; nothing is computed twice.
//
// routes() is the only list of what there is; openapi.json is held against it by a test.
#pragma once

#include "chieng/v1/event.pb.h"
#include "gateway/indicator/board.hpp"
#include "gateway/serve/follower.hpp"
#include "gateway/serve/posted_keys.hpp"
#include "gateway/serve/reports.hpp"
#include "gateway/watch/commune_book.hpp"
#include "gateway/web/hidden.hpp"
#include "gateway/web/kept_columns.hpp"
#include "gateway/web/reply_cache.hpp"
#include "gateway/web/rights.hpp"
#include "gateway/web/sessions.hpp"
#include "services/runtime/core/http.hpp"
#include "services/runtime/core/trace.hpp"
#include "services/runtime/ports/store.hpp"
#include "services/runtime/ports/telemetry.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chieng::web {

using Json = nlohmann::ordered_json;

// What a gateway knows. The references outlive the API.
struct World {
    const Definitions& definitions;
    const Places& places;
    std::string place;
    const Board& board;
    const std::vector<Follower::Follow>& follows;
    const Reports& reports;
    std::vector<std::string> services;
    const CommuneBook* book = nullptr;  // a commune's
};

// What it knows at this moment.
struct Now {
    Seconds civil;
    bool caught_up = false;
    std::uint64_t epoch = 0;              // of the feed of cells,
    std::uint64_t offset = 0;             // and its last offset
    std::uint64_t filed = 0;              // how many reports were ever filed
    std::uint64_t book = 0;               // version of what the journals say
    bool gave_up = false;                 // waiting for them
    std::chrono::milliseconds steady{0};  // of a clock that nobody sets

    [[nodiscard]] Day today() const { return day_at(civil); }
};

struct PostEvent {
    std::string commune;
    std::string service;
    v1::Event event;
    std::optional<PostKey> key;
    std::optional<TraceParent> caller;  // whose trace the post is part of
};
struct FilePeriod {
    std::string period;
    std::string why;
    v1::Viewer viewer;
};
struct FollowCells {
    bool websocket = false;
    std::optional<std::uint64_t> epoch;  // of the cursor
    std::optional<std::uint64_t> after;  // none: from now on
    bool blind = false;                  // is told that cells changed, not which
};
struct AwaitJournals {};  // ask the same again once they were read
using Outcome = std::variant<HttpReply, PostEvent, FilePeriod, FollowCells, AwaitJournals>;

struct Call {
    const World& world;
    const HttpRequest& request;
    const Now& now;
    const Rights& rights;
    Sessions& sessions;
    HidingCache& hidings;                // what is hidden from viewers
    KeptColumns& columns;                // what was read of tables
    const v1::Viewer& viewer;            // nobody's rights on a route that is open
    const Share& share;                  // what of the board he receives: the rest is not there for him (web/received.hpp)
    std::vector<std::string> of_path{};  // what stands for {…} of the route

    [[nodiscard]] Sight sight() const {
        return {world.definitions, world.places, world.place, world.board, hidings, viewer.threshold(), share, now.today()};
    }
};

struct Route {
    std::string_view method;
    std::string_view path;
    std::vector<std::string_view> parameters;  // of the query
    Outcome (*handle)(const Call&);
    bool open = false;         // to everybody, also with rights
    bool of_journals = false;  // the answer is made of single events: it is not kept, so that it is gone when they are erased
};
[[nodiscard]] std::span<const Route> routes();

class Api {
public:
    Api(World world, Rights rights) : world_(std::move(world)), rights_(std::move(rights)), sessions_(world_.place) {}

    [[nodiscard]] Outcome answer(const HttpRequest& request, const Now& now);

    // The refusal of /metrics to whom a number is hidden: they tell, to the moment, how many events of which kind came.
    [[nodiscard]] std::optional<HttpReply> refuse_metrics(const HttpRequest& request, const Now& now) const;

    // Who is told of each answer about single households, and of each file.
    void note_reads(Telemetry& telemetry) { telemetry_ = &telemetry; }

    // What is posted once a period was filed, so that its targets stand: in the name of who filed it. A commune's: no monitoring
    // service stands at a district.
    [[nodiscard]] std::optional<PostEvent> filing(const FilePeriod& asked, const v1::ReportReply& reply, const Now& now) const;
    // The answer to what was done; `event`: what became of what was posted, null when nothing was.
    [[nodiscard]] HttpReply filed(const FilePeriod& asked, const v1::ReportReply& reply, const Now& now, Json event);

    [[nodiscard]] const World& world() const { return world_; }
    // What is made for a request; a 500, which is told of, where the program fails at it. A broken store, and no memory, end the process.
    template <class Make>
    [[nodiscard]] auto guarded(const HttpRequest& request, const Make& make) -> decltype(make()) {
        try {
            return make();
        } catch (const Broken&) {
            throw;  // nothing that stands on the store goes on
        } catch (const std::bad_alloc&) {
            throw;  // whoever was writing was not done
        } catch (const std::exception& error) {
            return fail(request, error);
        }
    }
    // How many requests the program failed at; none is expected.
    [[nodiscard]] std::uint64_t failures() const { return failures_; }
    // Answers that were made, not only told again.
    [[nodiscard]] std::uint64_t made() const { return made_; }

private:
    [[nodiscard]] Outcome route(const HttpRequest& request, const Now& now);
    [[nodiscard]] HttpReply fail(const HttpRequest& request, const std::exception& error);
    [[nodiscard]] Outcome read(const Call& call, const Route& route);
    void note_read(const Call& call, const Route& route, const HttpReply& reply);

    World world_;
    Rights rights_;
    Sessions sessions_;
    ReplyCache cache_;
    HidingCache hidings_;
    KeptColumns columns_;
    std::uint64_t made_ = 0;
    std::uint64_t failures_ = 0;
    Telemetry* telemetry_ = nullptr;
};

[[nodiscard]] std::string json_text(const Json& json);
[[nodiscard]] HttpReply json_reply(const Json& json, unsigned status = 200);

// Each of these is beside the route that it answers.
[[nodiscard]] Outcome get_me(const Call& call);
[[nodiscard]] Outcome post_session(const Call& call);
// The cookie that ends the browser's.
[[nodiscard]] std::string no_session(const HttpRequest& request, const Sessions& sessions);
[[nodiscard]] Outcome delete_session(const Call& call);
[[nodiscard]] Outcome get_places(const Call& call);
[[nodiscard]] Outcome get_indicators(const Call& call);
[[nodiscard]] Outcome get_indicator(const Call& call);
[[nodiscard]] Outcome get_table(const Call& call);
[[nodiscard]] Outcome get_history(const Call& call);
[[nodiscard]] Outcome get_behind(const Call& call);
[[nodiscard]] Outcome get_reports(const Call& call);
[[nodiscard]] Outcome get_report(const Call& call);
[[nodiscard]] Outcome post_report(const Call& call);
[[nodiscard]] Outcome get_silent(const Call& call);
[[nodiscard]] Outcome get_ledger(const Call& call);
[[nodiscard]] Outcome get_duplicates(const Call& call);
[[nodiscard]] Outcome get_cells(const Call& call);
[[nodiscard]] Outcome follow_events(const Call& call);
[[nodiscard]] Outcome follow_websocket(const Call& call);
[[nodiscard]] Outcome post_event(const Call& call);
[[nodiscard]] Outcome get_page(const Call& call);
[[nodiscard]] Outcome get_problem(const Call& call);
[[nodiscard]] Outcome get_description(const Call& call);

}  // namespace chieng::web
