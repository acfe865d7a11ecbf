// SPDX-License-Identifier: Apache-2.0
// Whatever happened and whatever is asked, by whomever: it is answered, or refused in words. An answer that throws would end the gateway.
#include "gateway/serve/recipients.hpp"
#include "tests/recount/random_event.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/web_world.hpp"

#include "data/recipients.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace web_every_question_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

const std::string periods[] = {"2022-04", "2022-Q2", "2022-H1", "2022-9M", "2022"};

web::Rights everybody(const std::string& place) {
    std::string text = viewer_of("officer", "gong", "sees: INTERNAL") + viewer_of("reader", "flute", "threshold: 5");
    if (place == "625") {
        text += viewer_of("culture", "horn", "recipient: \"district/culture\"") +
                viewer_of("labour", "lute", "threshold: 5 recipient: \"district/labour\"");
    } else {
        text += viewer_of("head", "horn", "recipient: \"village/23656-01\"") +
                viewer_of("women", "lute", "threshold: 5 recipient: \"commune/front/WOMEN\"");
    }
    const auto recipients = Recipients::load(data::recipients, "recipients.txtpb", with_nine_months(), place);
    return web::Rights::load(text, "rights.txtpb", [&](const std::string& name) { return recipients.share(name, kbang()); });
}

// Events of all kinds, and a target of each indicator for each kind of period, of the commune and of one of its villages.
void live_through_a_year(WebWorld& world) {
    std::uint64_t sequence = 0;
    const auto happened = [&](const v1::Event& event) { world.follower.board().apply("23656/session", entry_of("p", event)); };
    for (const auto* service : {"session", "household", "commendation", "culture", "monitoring"}) {
        for (int i = 0; i < 60; ++i) {
            auto event = recount::random_event(++sequence, service, "23656", *parse_day("2022-01-20") + std::chrono::days(i), kbang());
            event.set_sequence(sequence);
            happened(event);
        }
    }
    for (const auto& definition : with_nine_months().all()) {
        for (const auto& period : periods) {
            for (const auto* village : {"", "23656-01"}) {
                happened(a_target(++sequence, definition.indicator.code(), period, 1000, village));
            }
        }
    }
    world.take();
    world.at("2022-07-10");
    world.file("2022-Q2");
}

std::vector<std::string> questions() {
    std::vector<std::string> all{"/api/v1/me",    "/api/v1/places", "/api/v1/indicators", "/api/v1/reports", "/api/v1/reports/2022-Q2/1",
                                 "/api/v1/silent"};
    for (const auto& period : periods) {
        for (const std::string more : {"&cuts=true", "&area=23656&cuts=true", "&area=23656-01", "&calendar=calendar"}) {
            all.push_back("/api/v1/table?period=" + period + more);
        }
    }
    for (const std::string more : {"&map=2025-08-01", "&format=xlsx", "&format=csv", "&format=sdmx-json&calendar=calendar"}) {
        all.push_back("/api/v1/table?period=2022-Q2" + more);
    }
    for (const auto& definition : with_nine_months().all()) {
        const auto& code = definition.indicator.code();
        for (const auto& period : periods) {
            all.push_back("/api/v1/behind?indicator=" + code + "&period=" + period + "&area=23656");
        }
        all.push_back("/api/v1/history?indicator=" + code + "&area=23656&span=QUARTER");
    }
    return all;
}

}  // namespace

TEST_CASE("each question of each viewer is answered, or refused in words", "[web]") {
    const auto* place = GENERATE("625", "23656");
    WebWorld world(place, everybody(place), with_nine_months());
    live_through_a_year(world);
    std::set<unsigned> statuses;
    for (const auto* token : {"gong", "flute", "horn", "lute"}) {
        for (const auto& question : questions()) {
            INFO(place << " " << token << " " << question);
            const auto outcome = world.ask("GET", question, as(token));
            if (const auto* reply = std::get_if<HttpReply>(&outcome)) {  // what waits for the journals is answered later
                statuses.insert(reply->status);
                CHECK((reply->status == 200 || reply->type == "application/problem+json"));
                CHECK(reply->status < 500);
            }
        }
    }
    CHECK(statuses.contains(200));
    CHECK(statuses.contains(400));  // an indicator that is not counted over that period
}

}  // namespace web_every_question_test
