// SPDX-License-Identifier: Apache-2.0
// A gateway's API without a gateway: a board that a test fills, and requests as values.
#pragma once

#include "gateway/web/api.hpp"
#include "gateway/web/problems.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/entries.hpp"
#include "tests/support/events.hpp"
#include "tests/support/journals.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace chieng::testing {

class WebWorld {
public:
    explicit WebWorld(const std::string& place = "625", web::Rights rights = {}, const Definitions& definitions = testing::definitions(),
                      const Places& places = kbang(), const MemoryStore* kept = nullptr)
        : store(kept),
          follower(definitions, places, place, {{"23656", "session"}}, store, "test"),
          archive(place, store),
          reports(definitions, places, place, follower, archive, store),
          journals(place == "625" ? nullptr : std::make_unique<JournalsOf>(place)),
          api({definitions,
               places,
               place,
               follower.board(),
               follower.follows(),
               reports,
               {"session", "household", "monitoring"},
               journals ? &journals->book : nullptr},
              std::move(rights)) {
        at("2022-04-10");
        now.caught_up = true;
        now.epoch = 77;
    }

    void at(const std::string& day) { now.civil = Seconds(*parse_day(day)) + std::chrono::hours(5); }
    void happened(const v1::Event& event, const std::string& commune = "23656") {
        follower.board().apply(commune + "/session", entry_of("p", event));
        take();
    }
    // What changed is given its offset, as a gateway does when it publishes.
    void take() { static_cast<void>(follower.board().take_changed(now.offset)); }
    v1::ReportReply file(const std::string& period) {
        v1::ReportRequest request;
        request.set_period(period);
        request.set_file(true);
        request.set_why("numbers were corrected");
        Actions actions;
        auto reply = reports.answer(request, true, {now.civil, std::chrono::milliseconds(0)}, actions);
        now.filed = reports.filed_count();
        return reply;
    }

    web::Outcome ask(const std::string& method, const std::string& target, std::map<std::string, std::string, std::less<>> fields = {},
                     std::string body = {}) {
        HttpRequest request;
        request.method = method;
        REQUIRE(read_target(target, request));
        request.fields = std::move(fields);
        request.body = std::move(body);
        now.book = journals ? journals->book.version() : 0;
        auto outcome = api.answer(request, now);
        if (const auto* said = std::get_if<HttpReply>(&outcome); said != nullptr && said->type == "application/problem+json") {
            const auto type = web::Json::parse(said->body).at("type").get<std::string>();
            const auto kinds = web::problem_kinds();
            INFO(type);
            REQUIRE(
                std::any_of(kinds.begin(), kinds.end(), [&](const auto& kind) { return type == "/problems/" + std::string(kind.name); }));
        }
        return outcome;
    }
    HttpReply reply(const std::string& target, std::map<std::string, std::string, std::less<>> fields = {}) {
        return std::get<HttpReply>(ask("GET", target, std::move(fields)));
    }
    web::Json get(const std::string& target, std::map<std::string, std::string, std::less<>> fields = {}) {
        const auto got = reply(target, std::move(fields));
        INFO(target << ": " << got.body);
        REQUIRE(got.status == 200);
        return web::Json::parse(got.body);
    }
    // Status and the parameter that it is about.
    std::string refused(const std::string& target, std::map<std::string, std::string, std::less<>> fields = {}) {
        const auto got = reply(target, std::move(fields));
        CHECK(got.type == "application/problem+json");
        const auto json = web::Json::parse(got.body);
        CHECK(json.at("status") == got.status);
        CHECK_FALSE(json.at("detail").get<std::string>().empty());
        CHECK_FALSE(json.at("detailVi").get<std::string>().empty());
        return std::to_string(got.status) + " " + json.value("field", "");
    }

    MemoryStore store;
    Follower follower;
    Archive archive;
    Reports reports;
    std::unique_ptr<JournalsOf> journals;  // of a commune
    web::Api api;
    web::Now now;
};

// The value of an indicator in a table, by place.
inline web::Json value_in(const web::Json& table, const std::string& indicator, const std::string& area) {
    for (const auto& row : table.at("rows")) {
        for (std::size_t i = 0; row.at("indicator") == indicator && i < table.at("places").size(); ++i) {
            if (table.at("places")[i].at("code") == area) {
                return row.at("values")[i];
            }
        }
    }
    return nullptr;
}

inline std::string viewer_of(const std::string& name, const std::string& token, const std::string& more) {
    return "viewer { name: \"" + name + "\" token_sha256: \"" + web::sha256_hex(token) + "\" " + more + " }\n";
}

// Of an officer, of one who decides and assigns, and of a reader with a threshold: "gong", "drum", "flute".
inline web::Rights rights_of_three() {
    const std::string poster = " role: CULTURE_OFFICIAL organisation: COMMUNE_PEOPLES_COMMITTEE";
    return web::Rights::load(viewer_of("officer", "gong", "may: [POST, CORRECT, FILE] sees: INTERNAL" + poster) +
                                 viewer_of("decider", "drum", "may: [DECIDE, ASSIGN]" + poster) +
                                 viewer_of("reader", "flute", "threshold: 5"),
                             "rights.txtpb");
}

using Fields = std::map<std::string, std::string, std::less<>>;

inline Fields as(const std::string& token) {
    return {{"authorization", "Bearer " + token}, {"content-type", "application/json"}};
}

// Of a reply, with the field that it names; "done" where it is none yet.
inline std::string status_of(const web::Outcome& outcome) {
    const auto* reply = std::get_if<HttpReply>(&outcome);
    if (reply == nullptr) {
        return "done";
    }
    const auto json = web::Json::parse(reply->body, nullptr, false);
    return std::to_string(reply->status) + (json.is_object() && json.contains("field") ? " " + json.at("field").get<std::string>() : "");
}

}  // namespace chieng::testing
