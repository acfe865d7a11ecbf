// SPDX-License-Identifier: Apache-2.0
// The same history as it was and as it is now, and stocks that go with their place.
#include "gateway/indicator/board.hpp"
#include "tests/support/events.hpp"

#include "data/indicators.hpp"

#include <catch2/catch.hpp>

namespace recut_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

struct Kbang {
    Definitions definitions = Definitions::load(data::indicators, "indicators.txtpb");
    Board board{definitions, kbang(), "625"};
    std::uint64_t sequence = 0;

    void happened(const std::string& commune, v1::Event event) {
        event.set_sequence(++sequence);
        v1::Entry entry;
        entry.set_device("p");
        entry.set_event(event.SerializeAsString());
        entry.set_received_at(1'760'000'000);
        board.apply(commune + "/any", entry);
    }
    std::int64_t number(const std::string& area, const std::string& period, const std::string& code, const std::string& map = "") {
        const auto window = *Period::parse(v1::OFFICIAL, period);
        for (const auto& value : board.rows(area, window, map.empty() ? std::nullopt : parse_day(map))) {
            if (value.indicator() == code) {
                return value.number();
            }
        }
        return -1;
    }
};

v1::Event a_session(const std::string& village, const std::string& day) {
    auto event = a_session_held(1);
    event.set_village(village);
    event.set_occurred_on(day);
    return event;
}

v1::Event a_facility(const std::string& village, const std::string& day, v1::FacilityReported::Status status) {
    auto event = a_session(village, day);
    auto& facility = *event.mutable_facility_reported();
    facility.set_facility_id("nha-rong-" + village);
    facility.set_kind(v1::FacilityReported::COMMUNAL_HOUSE);
    facility.set_status(status);
    return event;
}

constexpr const char* today = "2025-08-01";

}  // namespace

TEST_CASE("the year 2022 is told in the communes of 2022, and in those of today", "[recut]") {
    Kbang kbang;
    kbang.happened("23638", a_session("23638-01", "2022-04-01"));
    kbang.happened("23656", a_session("23656-01", "2022-04-01"));
    kbang.happened("23656", a_session("", "2022-04-01"));  // of the commune
    kbang.happened("23660", a_session("23660-01", "2022-04-01"));
    kbang.happened("23650", a_session("23650-01", "2022-04-01"));
    CHECK(kbang.number("23638", "2022", "COM-01") == 1);
    CHECK(kbang.number("23656", "2022", "COM-01") == 2);
    CHECK(kbang.number("23638", "2022", "COM-01", today) == 4);  // the townlet, Lơ Ku and Đak SMar
    CHECK(kbang.number("23650", "2022", "COM-01", today) == 1);
    CHECK(kbang.number("23656-01", "2022", "COM-01", today) == 1);
    CHECK(kbang.number("23656", "2022", "COM-01", "2022-12-31") == 2);
    CHECK(kbang.number("23656", "2022", "COM-02", "2022-12-31") == kbang.number("23656", "2022", "COM-02"));
}

TEST_CASE("a code that names another unit today does not inherit by its code", "[recut]") {
    Kbang kbang;
    kbang.happened("23674", a_session("23674-01", "2022-04-01"));  // Đăk HLơ, to Kông Bơ La in 2024
    kbang.happened("23674", a_session("23674-07", "2022-04-01"));  // … but this village to Nghĩa An
    kbang.happened("23671", a_session("23671-01", "2022-04-01"));  // Kông Pla
    CHECK(kbang.number("23674", "2022", "COM-01") == 2);
    CHECK(kbang.number("23674", "2022", "COM-01", "2024-12-01") == 2);
    CHECK(kbang.number("23662", "2022", "COM-01", "2024-12-01") == 1);
    CHECK(kbang.number("23674", "2022", "COM-01", today) == 3);  // all of them are Kông Bơ La now
}

TEST_CASE("different values are counted once in the commune of today", "[recut]") {
    Kbang kbang;
    const auto support = [](std::uint64_t id, const std::string& village, const std::string& household) {
        auto event = a_household_supported(id);
        event.set_village(village);
        event.set_occurred_on("2022-04-01");
        event.mutable_household_supported()->set_support_id("s-" + std::to_string(id));
        event.mutable_household_supported()->set_household_key(household);
        return event;
    };
    kbang.happened("23656", support(1, "23656-01", "h-1"));
    kbang.happened("23656", support(2, "23656-01", "h-1"));
    kbang.happened("23656", support(3, "", "h-2"));  // no village
    kbang.happened("23638", support(4, "23638-01", "h-3"));
    CHECK(kbang.number("23656", "2022", "SUP-01") == 2);
    CHECK(kbang.number("23638", "2022", "SUP-01") == 1);
    CHECK(kbang.number("23638", "2022", "SUP-01", today) == 3);
}

TEST_CASE("what stands goes on in the commune that its village belongs to", "[recut]") {
    Kbang kbang;
    kbang.happened("23656", a_facility("23656-01", "2025-03-01", v1::FacilityReported::GOOD));
    kbang.happened("23656", a_facility("", "2025-03-01", v1::FacilityReported::GOOD));
    CHECK(kbang.number("23656", "2025-H1", "CUL-04") == 2);
    CHECK(kbang.number("23638", "2025-H1", "CUL-04") == 0);
    kbang.happened("23650", a_session("23650-01", "2025-11-01"));
    CHECK(kbang.number("23638", "2025-H2", "CUL-04") == 2);
    kbang.happened("23656", a_facility("23656-01", "2025-05-01", v1::FacilityReported::BROKEN));
    CHECK(kbang.number("23638", "2025-H2", "CUL-04") == 1);
}

}  // namespace recut_test
