// SPDX-License-Identifier: Apache-2.0
#include "tests/support/events.hpp"

#include <catch2/catch.hpp>

using namespace chieng;

TEST_CASE("Kbang had 14 communes on the day of the plan") {
    CHECK(testing::kbang().children("625", *parse_day("2022-03-12")).size() == 14);
    CHECK(testing::kbang().find("23656", *parse_day("2022-03-12"))->name().vi() == "Xã Lơ Ku");
    CHECK(testing::kbang().villages("23656", *parse_day("2022-03-12")).size() == 10);
}

TEST_CASE("a code means nothing on a day when it was not a place") {
    CHECK(testing::kbang().find("23674", *parse_day("2024-11-01")) == nullptr);
    CHECK(testing::kbang().find("23674", *parse_day("2024-10-31")) != nullptr);
}

TEST_CASE("a register that contradicts itself is refused with the row") {
    const auto refused = [](const char* text) {
        v1::Places rows;
        REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &rows));
        CHECK_THROWS_WITH(Places(rows), Catch::Contains("77777"));
    };
    refused(R"(place { code: "77777" from: "2022-02-01" until: "2022-01-01" })");
    refused(R"(place { code: "77777" parent: "77777" })");
    refused(R"(place { code: "77777" } place { code: "77777" from: "2022-01-01" })");
    refused(R"(place { code: "77777" parent: "nowhere" })");
    refused(R"(place { code: "77777" from: "yesterday" })");
    refused(R"(place { code: "77777" level: COMMUNE_LEVEL parent: "1" } place { code: "1" level: COMMUNE_LEVEL parent: "77777" })");
}
