// SPDX-License-Identifier: Apache-2.0
// What is kept of a table reads as though it was read anew.
#include "tests/recount/random_event.hpp"
#include "tests/support/web_world.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <vector>

namespace kept_columns_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

// Of every type, on both sides of the changes of places of November 2024 and July 2025; some are taken back again.
class Years {
public:
    explicit Years(unsigned seed) : random_(seed) {}

    void add(Board& board) {
        const auto& service = services_[random_() % services_.size()];
        if (!taken_.empty() && random_() % 6 == 0) {
            const auto at = taken_.begin() + static_cast<std::ptrdiff_t>(random_() % taken_.size());
            board.apply(at->first, taking_back(entry_of("officer", an_event(++sequence_), "2025-11-01"), at->second));
            taken_.erase(at);
            return;
        }
        const Day day = *parse_day(random_() % 2 == 0 ? "2024-09-01" : "2025-05-01") + std::chrono::days(random_() % 200);
        const auto communes = kbang().children("625", day);
        if (communes.empty()) {
            return;
        }
        const auto& commune = communes[random_() % communes.size()];
        auto event = recount::random_event(random_(), service, commune, day, kbang());
        event.set_sequence(++sequence_);
        const auto entry = entry_of("p", event, format_day(day));
        board.apply(commune + "/" + service, entry);
        taken_.emplace_back(commune + "/" + service, entry);
    }

private:
    const std::vector<std::string> services_{"session", "household", "commendation", "culture", "monitoring"};
    std::mt19937 random_;
    std::uint64_t sequence_ = 0;
    std::vector<std::pair<std::string, v1::Entry>> taken_;
};

}  // namespace

TEST_CASE("a table that was kept reads as one that is read anew, whatever changed", "[web]") {
    const auto seed = GENERATE(1U, 2U, 3U);
    WebWorld world;
    Years years(seed);
    world.at("2025-06-20");
    const std::vector<std::string> tables{"?period=2024-Q4", "?period=2024-11", "?period=2025", "?period=2025-H1&cuts=true",
                                          "?period=2025-06&calendar=calendar"};
    for (int round = 0; round < 40; ++round) {
        for (int n = 0; n < 1 + round % 5; ++n) {
            years.add(world.follower.board());
        }
        world.take();
        web::Api anew(world.api.world(), web::Rights());
        const auto& asked = tables[static_cast<std::size_t>(round) % tables.size()];
        for (const auto& query : {asked, tables[0], tables[2]}) {
            const auto target = "/api/v1/table" + query;
            HttpRequest request;
            request.method = "GET";
            REQUIRE(read_target(target, request));
            INFO("seed " << seed << ", round " << round << ", " << target);
            const auto fresh = std::get<HttpReply>(anew.answer(request, world.now));
            REQUIRE(fresh.status == 200);
            CHECK(world.reply(target).body == fresh.body);
        }
    }
}

TEST_CASE("a table tells what was filed, and the parts, beside a value that did not change", "[web]") {
    WebWorld world;
    world.at("2022-05-01");
    world.happened(a_session_held(1));
    CHECK_FALSE(value_in(world.get("/api/v1/table?period=2022-04"), "COM-01", "23656").contains("filed"));
    REQUIRE(world.file("2022-04").error().empty());
    CHECK(value_in(world.get("/api/v1/table?period=2022-04"), "COM-01", "23656").at("filed").at("restated") == false);
    CHECK_FALSE(value_in(world.get("/api/v1/table?period=2022-04"), "COM-01", "23656").contains("parts"));
    CHECK(value_in(world.get("/api/v1/table?period=2022-04&cuts=true"), "COM-01", "23656").contains("parts"));
}

}  // namespace kept_columns_test
