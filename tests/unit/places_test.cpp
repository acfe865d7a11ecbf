// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/places.hpp"
#include "tests/support/events.hpp"

#include <catch2/catch.hpp>

namespace places_test {

using namespace chieng;
using chieng::testing::kbang;

namespace {

const Day plan = *parse_day("2022-03-12");
const Day merged = *parse_day("2024-11-01");
const Day two_levels = *parse_day("2025-07-01");

v1::Places rows_of(const std::string& text) {
    v1::Places rows;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &rows));
    return rows;
}

}  // namespace

TEST_CASE("Kbang had 14 communes on the day of the plan, then 13, then 6") {
    CHECK(kbang().children("625", plan).size() == 14);
    CHECK(kbang().children("625", merged - std::chrono::days(1)).size() == 14);
    CHECK(kbang().children("625", merged).size() == 13);
    CHECK(kbang().children("52", two_levels) == std::vector<std::string>{"23638", "23644", "23647", "23650", "23668", "23674"});
    CHECK(kbang().find("625", two_levels) == nullptr);
    CHECK(kbang().ever_below("625").size() == 14);
    CHECK(kbang().came_from("23662") == std::vector<std::string>{"23674"});
    CHECK(kbang().came_from("625").empty());
    CHECK(kbang().went_to("23656") == std::vector<std::string>{"23638"});
    CHECK(kbang().went_to("23638").empty());
    CHECK(kbang().carries_on("23638", "23656"));
    CHECK_FALSE(kbang().carries_on("23674", "23656"));
    CHECK_FALSE(kbang().carries_on("23662", "23674"));  // which goes on
    CHECK(kbang().is_unchanged("23656", *parse_day("2025-01-01"), *parse_day("2025-06-30")));
    CHECK_FALSE(kbang().is_unchanged("23638", *parse_day("2025-06-30"), *parse_day("2025-07-01")));  // another unit
    CHECK_FALSE(kbang().is_unchanged("23662", *parse_day("2024-10-31"), *parse_day("2024-11-01")));  // more villages
    CHECK_FALSE(kbang().is_unchanged("625", *parse_day("2024-10-31"), *parse_day("2024-11-01")));    // one commune less
    CHECK_FALSE(kbang().is_unchanged("23656", *parse_day("2025-01-01"), *parse_day("2025-07-01")));  // it ended
    CHECK(kbang().find("23656", plan)->name().vi() == "Xã Lơ Ku");
    CHECK(kbang().villages("23656", plan).size() == 10);
}

TEST_CASE("a code means what it meant on the day") {
    CHECK(kbang().find("23674", plan)->name().vi() == "Xã Đăk HLơ");
    CHECK(kbang().find("23674", merged)->name().vi() == "Xã Kông Bơ La");
    CHECK(kbang().find("23674", two_levels)->parent() == "52");
    CHECK(kbang().find("23671", merged) == nullptr);
    CHECK(kbang().find("23638", plan)->kind() == v1::Place::URBAN);
    CHECK(kbang().find("23638", two_levels)->kind() == v1::Place::RURAL);
    CHECK(kbang().find("52", plan)->name().vi() == "Tỉnh Bình Định");
    CHECK(kbang().find("52", two_levels)->name().vi() == "Tỉnh Gia Lai");
}

TEST_CASE("every village of 2022 is there in 2025, below the unit that took it in") {
    CHECK(kbang().villages("625", plan) == kbang().villages("52", two_levels));
    CHECK(kbang().villages("23638", two_levels).size() ==
          10 + kbang().villages("23656", plan).size() + kbang().villages("23660", plan).size());
    // The part of Đăk HLơ that went to Nghĩa An is one village; both were united again in 2025.
    CHECK(kbang().was_below("23674-07", "23662"));
    CHECK(kbang().villages("23662", merged).size() == kbang().villages("23662", plan).size() + 1);
    CHECK(kbang().villages("23674", merged).size() == kbang().villages("23674", plan).size() + kbang().villages("23671", plan).size() - 1);
    CHECK(kbang().find("23674-07", two_levels)->parent() == "23674");
}

TEST_CASE("what a place counted is carried by its successor") {
    CHECK(kbang().carrier("23656", plan, plan) == "23656");
    CHECK(kbang().carrier("23656", plan, two_levels - std::chrono::days(1)) == "23656");
    CHECK(kbang().carrier("23656", plan, two_levels) == "23638");
    CHECK(kbang().carrier("23671", plan, merged) == "23674");
    CHECK(kbang().carrier("23671", plan, two_levels) == "23674");
    CHECK(kbang().carrier("23662", plan, two_levels) == "23674");
    CHECK(kbang().carrier("23650", plan, two_levels) == "23650");
    CHECK(kbang().carrier("23656-01", plan, two_levels) == "23656-01");
    CHECK(kbang().carrier("64", plan, two_levels) == "52");
    // Districts ended: what only the district counted is the province's.
    CHECK(kbang().carrier("625", plan, two_levels) == "52");
    CHECK(kbang().carrier("23656", two_levels, two_levels).empty());
    CHECK(kbang().carrier("nowhere", plan, two_levels).empty());
}

TEST_CASE("backwards a place is itself, or nothing") {
    CHECK(kbang().carrier("23638", two_levels, plan) == "23638");
    CHECK(kbang().carrier("23656-01", two_levels, plan) == "23656-01");
    const Places later(rows_of(R"(place { code: "1" level: PROVINCE_LEVEL from: "2025-07-01" })"));
    CHECK(later.carrier("1", two_levels, plan).empty());
}

TEST_CASE("a re-cut keeps the sum, as it was and as it is now") {
    std::map<std::string, std::int64_t> numbers;
    std::int64_t sum = 0;
    for (const auto& commune : kbang().children("625", plan)) {
        numbers[commune] = ++sum * 1000;
    }
    numbers["23656-01"] = 7;
    numbers["no such place"] = 5;
    const auto total = [](const std::map<std::string, std::int64_t>& all) {
        std::int64_t made = 0;
        for (const auto& [code, number] : all) {
            made += number;
        }
        return made;
    };
    auto as_it_was = recut(kbang(), numbers, plan, plan);
    CHECK(as_it_was.extract("").mapped() == 5);
    CHECK(total(as_it_was) == total(numbers) - 5);
    CHECK(as_it_was.at("23656") == numbers.at("23656"));
    const auto now = recut(kbang(), numbers, plan, two_levels);
    CHECK(total(now) == total(numbers));
    CHECK(now.size() == 6 + 1 + 1);
    CHECK(now.at("23638") == numbers.at("23638") + numbers.at("23656") + numbers.at("23660"));
}

TEST_CASE("what ended without a successor is named") {
    const auto ended = kbang().ended_without_successor();
    REQUIRE(ended.size() == 1);
    CHECK(ended.front().place->code() == "625");
    CHECK(ended.front().last == two_levels - std::chrono::days(1));
}

TEST_CASE("a register that contradicts itself is refused with the row") {
    const auto refused = [](const char* text, const char* why) {
        INFO(text);
        CHECK_THROWS_WITH(Places(rows_of(text)), Catch::Contains("77777") && Catch::Contains(why));
    };
    refused(R"(place { code: "77777" level: COMMUNE_LEVEL from: "2022-02-01" until: "2022-01-01" })", "ends before it begins");
    refused(R"(place { code: "77777" level: COMMUNE_LEVEL parent: "77777" })", "its own parent");
    refused(R"(place { code: "77777" level: COMMUNE_LEVEL } place { code: "77777" level: COMMUNE_LEVEL from: "2022-01-01" })", "twice");
    refused(R"(place { code: "77777" level: COMMUNE_LEVEL parent: "nowhere" })", "not in the register");
    refused(R"(place { code: "77777" level: COMMUNE_LEVEL from: "yesterday" })", "not a date");
    refused(R"(place { code: "77777" })", "no level");
    refused(R"(place { code: "77777" level: COMMUNE_LEVEL parent: "1" } place { code: "1" level: COMMUNE_LEVEL parent: "77777" })",
            "its own ancestor");
    refused(R"(place { code: "77777" level: COMMUNE_LEVEL parent: "1" } place { code: "1" level: COMMUNE_LEVEL })", "not of a level above");
    refused(R"(place { code: "77777" level: COMMUNE_LEVEL parent: "1" }
               place { code: "1" level: DISTRICT_LEVEL until: "2025-06-30" })",
            "is no place on 2025-07-01");
}

TEST_CASE("a village that no event can name is refused with the row") {
    const std::string commune = R"(place { code: "77777" level: COMMUNE_LEVEL } )";
    const auto village = [&](const std::string& code) {
        return rows_of(commune + "place { code: \"" + code + "\" level: VILLAGE_LEVEL parent: \"77777\" }");
    };
    CHECK_NOTHROW(Places(village("77777-01")));
    CHECK_NOTHROW(Places(village("77776-01")));  // it came from there
    for (const auto* code : {"77777-1", "77777-001", "7777-01", "77777/01", "77777-0a", "7777a-01", "Làng Lợt", "77777-01 "}) {
        INFO(code);
        CHECK_THROWS_WITH(Places(village(code)), "place " + std::string(code) +
                                                     ": no event can name a village so; its code is five digits, a dash, "
                                                     "two digits: 23656-01");
        try {
            static_cast<void>(Places(village(code)));
        } catch (const PlacesError& error) {
            CHECK(error.place_row == 1);
        }
    }
}

TEST_CASE("a succession that leads nowhere is refused with the row") {
    const auto refused = [](const char* text, const char* why) {
        INFO(text);
        const std::string places = R"(place { code: "1" level: COMMUNE_LEVEL until: "2024-12-31" }
                                      place { code: "2" level: COMMUNE_LEVEL } place { code: "00002-01" level: VILLAGE_LEVEL parent: "2" } )";
        CHECK_THROWS_WITH(Places(rows_of(places + text)), Catch::StartsWith("succession of") && Catch::Contains(why));
    };
    refused(R"(succession { code: "1" on: "2025-01-01" })", "1 is succeeded by nothing");
    refused(R"(succession { code: "1" on: "2025-01-01" to: "3" })", "its successor 3 is no place on 2025-01-01");
    refused(R"(succession { code: "1" on: "2025-01-01" to: "1" })", "its successor 1 is no place on 2025-01-01");
    refused(R"(succession { code: "1" on: "2025-01-02" to: "2" })", "1 is no place on 2025-01-01");
    refused(R"(succession { code: "1" on: "soon" to: "2" })", "not a date");
    refused(R"(succession { code: "1" on: "2025-01-01" to: "2" to: "2" })", "named twice");
    refused(R"(succession { code: "1" on: "2025-01-01" to: "00002-01" })", "of a level below");
    refused(R"(succession { code: "2" on: "2023-01-01" to: "1" })", "goes on as one row");
    refused(R"(succession { code: "1" on: "2025-01-01" to: "2" } succession { code: "1" on: "2025-01-01" to: "2" })", "listed twice");
}

}  // namespace places_test
