// SPDX-License-Identifier: Apache-2.0
// Somebody with a threshold collects all that he is told, and tries to work out what is hidden from him.
#include "tests/support/hiding_attack.hpp"
#include "tests/support/hiding_world.hpp"

#include <set>

namespace hiding_test {

TEST_CASE("nobody works out a hidden number from all that he is told", "[hiding]") {
    const auto [seed, goes_on] = GENERATE(table<unsigned, bool>({{1U, true}, {6U, false}}));
    RandomYear year(seed, goes_on);
    const auto truth = collect(year.world(), "all");
    const auto told = collect(year.world(), "some");
    for (const auto& [name, number] : truth) {
        REQUIRE(number);
        const auto it = told.find(name);
        CHECK((it == told.end() || !it->second || *it->second == *number));
        CHECK((*number == 0 || *number >= threshold || it == told.end() || !it->second));
    }
    const auto small_only = attack(truth, only_small_hidden(truth), goes_on);
    CHECK(small_only.worked_out > 20);  // he can, where only small numbers are hidden
    CHECK(small_only.movements_worked_out > 20);
    CHECK(small_only.wrong == 0);
    const auto all = attack(truth, told, goes_on);
    CHECK(all.hidden > small_only.hidden);
    CHECK(all.worked_out == 0);
    CHECK(all.movements_worked_out == 0);
    CHECK(all.hidden < truth.size() / 2);
}

TEST_CASE("what is hidden does not depend on who looked at it before", "[hiding]") {
    const auto seed = GENERATE(1U, 3U);
    RandomYear fresh(seed);
    RandomYear watched(seed);
    fresh.go_on([](WebWorld&) {});
    watched.go_on([](WebWorld& world) { static_cast<void>(world.get("/api/v1/table?area=D&period=2022-Q2", as("some"))); });
    CHECK(collect(watched.world(), "some") == collect(fresh.world(), "some"));
}

TEST_CASE("what was filed is told as far as it still is so, and a hidden number reads the same for any reason", "[hiding]") {
    RandomYear year(5);
    auto& world = year.world();
    world.at("2022-07-20");
    REQUIRE(world.file("2022-H1").error().empty());
    const auto filed = [&](const std::string& token, const std::string& area) {
        return value_in(world.get("/api/v1/table?period=2022-H1", as(token)), "COM-02", area).at("filed").at("text").at("vi");
    };
    const auto before = filed("all", "D");
    CHECK(filed("some", "D") == before);
    auto late = a_session_held(900);
    late.set_village("10001-01");
    late.mutable_session_held()->mutable_audience()->set_total(3);
    world.happened(late, "10001");
    CHECK(filed("all", "D") == before);
    CHECK(filed("some", "D") == "ẩn vì số nhỏ");  // beside what is so now it would tell of three
    const auto report = world.get("/api/v1/reports/2022-H1/1", as("some"));
    std::set<std::string> texts;
    for (const auto& value : report.at("report").at("values")) {
        if (value.at("value").at("status") == "SUPPRESSED") {
            texts.insert(value.at("value").at("text").at("vi").get<std::string>());
        }
    }
    CHECK(texts == std::set<std::string>{"ẩn vì số nhỏ"});
    const auto recut = world.get("/api/v1/table?period=2022-H1&map=2022-06-14", as("some"));
    CHECK(value_in(recut, "COM-02", "D").at("status") == "SUPPRESSED");
}

TEST_CASE("a file hides what the table hides", "[hiding]") {
    RandomYear year(6);
    auto& world = year.world();
    const std::string question = "/api/v1/table?period=2022-04&area=10002";
    const auto table = world.get(question, as("some"));
    const auto csv = world.reply(question + "&format=csv&lang=en", as("some")).body;
    std::size_t hidden = 0;
    for (std::size_t i = 0; i < table.at("places").size(); ++i) {
        const auto area = table.at("places")[i].at("code").get<std::string>();
        for (const auto& row : table.at("rows")) {
            if (row.at("values")[i].is_null() || row.at("values")[i].at("status") != "SUPPRESSED") {
                continue;
            }
            ++hidden;
            const auto code = "," + row.at("indicator").get<std::string>() + ",";
            auto at = csv.find("\r\n" + area + ",");
            while (at != std::string::npos && csv.substr(at, csv.find("\r\n", at + 2) - at).find(code) == std::string::npos) {
                at = csv.find("\r\n" + area + ",", at + 2);
            }
            REQUIRE(at != std::string::npos);
            CHECK(csv.substr(at, csv.find("\r\n", at + 2) - at).find(",SUPPRESSED,") != std::string::npos);
        }
    }
    CHECK(hidden > 0);
}

}  // namespace hiding_test
