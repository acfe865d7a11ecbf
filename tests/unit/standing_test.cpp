// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/standing.hpp"

#include <catch2/catch.hpp>

namespace standing_test {

using namespace chieng;

namespace {

Standing well() {
    Standing standing;
    standing.place = "23656";
    standing.answers = true;
    standing.feeds.push_back({"23656/session", Standing::Position{7, 120}, Standing::Position{7, 120}, parse_day("2022-04-10")});
    standing.cells = Standing::Position{9, 345};
    standing.devices = Standing::Devices{12, 3, 0, 0, ""};
    return standing;
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a place where all is read and nothing is lost has nothing to do, and says so in both languages") {
    CHECK(well().is_well());
    const auto vi = text_of(well(), false);
    INFO(vi);
    CHECK(says(vi, "23656: máy chủ đang chạy, đã đọc hết\n"));
    CHECK(says(vi, "23656/session           7                     120         120         0           2022-04-10\n"));
    CHECK(says(vi, "cần làm:\n  không có gì\n"));
    CHECK(says(text_of(well(), true), "to do:\n  nothing\n"));
    CHECK(says(text_of(well(), true), "devices: 12, online 3; events that wait: 0; difference of the ledger: 0\n"));
}

TEST_CASE("each thing that is not well is told with what to do") {
    auto standing = well();
    standing.answers = false;
    CHECK(says(text_of(standing, false), "chieng-gateway --place 23656 run"));

    standing = well();
    standing.feeds[0].end->offset = 150;
    CHECK(standing.feeds[0].behind() == 30);
    CHECK(says(text_of(standing, false), "23656/session: đang đọc tiếp, còn 30"));

    standing = well();
    standing.feeds[0].end = Standing::Position{8, 100};
    CHECK(standing.feeds[0].behind() == 100);
    CHECK(says(text_of(standing, true), "another history"));

    standing = well();
    standing.feeds[0].end.reset();
    CHECK(says(text_of(standing, true), "see whether the service runs: chieng-service session"));

    standing = well();
    standing.feeds[0] = {"23657/cells", {}, {}, {}};
    CHECK(says(text_of(standing, true), "at the commune: chieng-gateway --place 23657 run"));

    standing = well();
    standing.devices = Standing::Devices{12, 3, 5, 2, "phone-1 session"};
    CHECK(says(text_of(standing, false), "phone-1 session: sổ đối chiếu lệch"));
    CHECK(says(text_of(standing, false), "5 tin còn chờ ở thiết bị"));
    CHECK_FALSE(standing.is_well());
}

}  // namespace standing_test
