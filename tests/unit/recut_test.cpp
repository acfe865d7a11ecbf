// SPDX-License-Identifier: Apache-2.0
// The same history as it was and as it is now, and stocks that go with their place.
#include "gateway/indicator/board.hpp"
#include "tests/support/events.hpp"
#include "tests/support/ladder.hpp"

#include "data/indicators.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

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
    kbang.happened("23656", support(5, "23656-02", "h-1"));  // in another village of its commune too
    for (const auto* map : {"", "2022-03-01"}) {
        CHECK(kbang.number("23656", "2022", "SUP-01", map) == 2);
        CHECK(kbang.number("625", "2022", "SUP-01", map) == 3);
        CHECK(kbang.number("23656-01", "2022", "SUP-01", map) == 1);
        CHECK(kbang.number("23656-02", "2022", "SUP-01", map) == 1);
    }
    CHECK(kbang.number("23638", "2022", "SUP-01", today) == 3);
}

TEST_CASE("a value of a commune is told by the place that it lies in at the window's end", "[recut]") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    const auto told = [&](const std::string& place) {
        Board board(definitions, kbang(), place);
        v1::Entry entry;
        entry.set_device("p");
        for (const auto* day : {"2025-06-20", "2025-08-01"}) {
            entry.set_event(a_session("23638-01", day).SerializeAsString());
            board.apply("23638/any", entry);
        }
        std::vector<Board::IndicatorId> ids;
        std::uint64_t last = 0;
        for (const auto id : board.take_changed(last)) {
            board.touched(id, ids);
        }
        std::set<std::string> months;
        for (const auto id : ids) {
            const auto value = board.value(id);
            if (value.area() == "23638" && value.indicator() == "COM-01" && board.is_told(id)) {
                months.insert(value.period() + (value.calendar() == v1::OFFICIAL ? " official" : ""));
            }
        }
        return months;
    };
    CHECK(told("625").contains("2025-06"));  // it ended with June
    CHECK_FALSE(told("625").contains("2025-07 official"));
    CHECK(told("23638").contains("2025-07 official"));
    CHECK(told("52").contains("2025-08 official"));
    CHECK_FALSE(told("52").contains("2025-07 official"));  // the commune itself has what its villages brought along
}

TEST_CASE("what a commune counted once in two villages is not less than nothing when one of them has left", "[recut]") {
    Kbang kbang;
    for (const auto* area : {"23674", "23674-01", "23674-07"}) {  // the last one goes to 23662
        v1::Cell cell;
        cell.set_area(area);
        cell.set_calendar(v1::OFFICIAL);
        cell.set_period("2024");
        cell.set_indicator("SUP-01");
        cell.set_number(1);
        kbang.board.set("23674/cells", cell);
    }
    CHECK(kbang.number("23674", "2024", "SUP-01") == 1);
    CHECK(kbang.number("23674", "2024", "SUP-01", "2024-12-01") == 1);
    CHECK(kbang.number("23662", "2024", "SUP-01", "2024-12-01") == 1);
    CHECK(kbang.number("23674", "2024", "SUP-01", "2024-05-01") == 1);
}

TEST_CASE("a household that was met in two villages stays with both when their commune is taken apart", "[recut]") {
    Kbang kbang;
    for (const std::uint64_t id : {1U, 2U}) {
        auto event = a_household_supported(id);
        event.set_village(id == 1 ? "23674-07" : "23674-01");  // the first one goes to 23662
        event.set_occurred_on("2024-08-01");
        event.mutable_household_supported()->set_support_id("s-" + std::to_string(id));
        event.mutable_household_supported()->set_household_key("h-1");
        kbang.happened("23674", event);
    }
    CHECK(kbang.number("23674", "2024-Q3", "SUP-01") == 1);
    CHECK(kbang.number("23662", "2024-Q3", "SUP-01", "2024-11-01") == 1);
    CHECK(kbang.number("23674", "2024-Q3", "SUP-01", "2024-11-01") == 1);
}

TEST_CASE("a plan counts in the year in which it was issued, also when its commune ended in that year", "[recut]") {
    Kbang kbang;
    auto plan = an_event(1);
    plan.set_village("");
    plan.set_occurred_on("2024-03-01");
    plan.mutable_plan_issued()->set_kind(v1::PlanIssued::COMMUNICATION_PLAN);
    kbang.happened("23671", plan);
    CHECK(kbang.number("625", "2024", "PLN-01") == 1);
    CHECK(kbang.number("625", "2024", "PLN-01", "2024-12-01") == 1);
    CHECK(kbang.number("625", "2023", "PLN-01") == 0);
}

TEST_CASE("what a window began with is told in the places that it began in, not in those of the day before", "[recut]") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    Board province(definitions, kbang(), "52");
    const auto happened = [&](const std::string& commune, v1::Event event, std::uint64_t sequence) {
        event.set_sequence(sequence);
        v1::Entry entry;
        entry.set_device("p");
        entry.set_event(event.SerializeAsString());
        entry.set_received_at(1'760'000'000);
        province.apply(commune + "/household", entry);
    };
    auto baseline = a_session("23656-01", "2025-01-05");
    baseline.mutable_baseline_set()->set_year(2025);
    baseline.mutable_baseline_set()->set_households(100);
    baseline.mutable_baseline_set()->set_poor(20);
    baseline.mutable_baseline_set()->set_standard(v1::DECREE_07_2021);
    happened("23656", baseline, 1);
    auto support = a_household_supported(1);
    support.set_village("23656-01");  // of 23638 from 1 July on
    support.set_occurred_on("2025-08-05");
    support.mutable_household_supported()->set_household_class(v1::POOR);
    support.mutable_household_supported()->set_stage(v1::COMPLETED);
    happened("23638", support, 2);
    const auto half = *Period::parse(v1::CALENDAR_MONTHS, "2025-H2");
    for (const auto* area : {"23638", "52"}) {
        CHECK(province.value(area, half, "SUP-06").number() == 1);
        CHECK(province.value(area, half, "SUP-06").denominator() == 20);
    }
}

TEST_CASE("different values that two communes told of one village are re-cut once", "[recut]") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    Board district(definitions, kbang(), "625");
    const auto tell = [&](const std::string& commune, const std::string& area) {
        v1::Cell cell;
        cell.set_area(area);
        cell.set_calendar(v1::OFFICIAL);
        cell.set_period("2025-Q3");
        cell.set_indicator("SUP-01");
        cell.set_number(1);
        cell.mutable_lineage()->set_events(1);
        district.set(commune + "/cells", cell);
    };
    tell("23656", "23656");  // until 30 June
    tell("23656", "23656-01");
    tell("23638", "23638");  // from 1 July on
    tell("23638", "23656-01");
    const auto number = [&](const std::string& area, std::optional<Day> map) {
        for (const auto& value : district.rows(area, *Period::parse(v1::OFFICIAL, "2025-Q3"), map)) {
            if (value.indicator() == "SUP-01") {
                return value.number();
            }
        }
        return std::int64_t{0};
    };
    CHECK(number("625", std::nullopt) == 1);  // of the district, which ended on 30 June
    CHECK(number("625", parse_day("2024-01-01")) == 2);
    CHECK(number("23656", parse_day("2024-01-01")) == 2);
}

TEST_CASE("a commune has what its villages brought along, tells only its own, and says nothing of other places", "[recut]") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    Board before(definitions, kbang(), "23674");
    Board after(definitions, kbang(), "23662");
    auto baseline = a_session("23674-07", "2024-01-05");  // which goes to Nghĩa An, 23662, on 1 November 2024
    auto& figures = *baseline.mutable_baseline_set();
    figures.set_year(2024);
    figures.set_households(100);
    figures.set_poor(10);
    figures.set_standard(v1::DECREE_07_2021);
    v1::Entry entry;
    entry.set_device("p");
    entry.set_event(baseline.SerializeAsString());
    before.apply("23674/household", entry);
    before.raise_horizon(Atom::of(*parse_day("2024-12-01")).index);
    std::vector<Board::IndicatorId> ids;
    std::uint64_t last = 0;
    for (const auto id : before.take_changed(last)) {
        before.touched(id, ids);
        after.set("23674/cells", before.cell(id));
    }
    CHECK_FALSE(ids.empty());
    CHECK(std::all_of(ids.begin(), ids.end(), [&](const auto id) { return before.value(id).area() == "23674"; }));
    after.raise_horizon(Atom::of(*parse_day("2024-12-01")).index);
    const auto poor = [](const Board& board, const std::string& area, const char* period) {
        for (const auto& value : board.rows(area, *Period::parse(v1::OFFICIAL, period))) {
            if (value.indicator() == "POV-02") {
                return value.number();
            }
        }
        return std::int64_t{-1};
    };
    CHECK(poor(before, "23674", "2024-10") == 10);
    CHECK(poor(before, "23674", "2024-11") == 0);
    CHECK(poor(after, "23662", "2024-11") == 10);
    CHECK(poor(after, "23662", "2024-10") == 0);
    for (const auto id : after.take_changed(last)) {
        CHECK(after.cell(id).number() == 0);  // it is the other commune that tells it
    }
}

TEST_CASE("a code that named another unit elsewhere brings nothing of that along to the place that has it today", "[recut]") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    Ladder ladder(definitions, {"23638", "52"});  // the townlet Kbang under 625 until June 2025, the commune Kbang under 52 from July
    ladder.happened("23638", a_session("", "2025-06-03"));
    ladder.happened("23638", a_session("23638-01", "2025-06-05"));
    ladder.happened("23638", a_session("23638-01", "2025-07-05"));
    ladder.goes_up("23638", {"52"});
    CHECK(ladder.value("52", "52", "2025", "COM-01", v1::CALENDAR_MONTHS).number() == 1);
    CHECK(ladder.value("52", "23638", "2025", "COM-01", v1::CALENDAR_MONTHS).number() == 1);
    CHECK(ladder.value("23638", "23638", "2025", "COM-01", v1::CALENDAR_MONTHS).number() == 3);
}

TEST_CASE("a province has what its district had of its communes, and nothing of another province's", "[recut]") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    Ladder ladder(definitions, {"23656", "625", "64", "52"});
    auto baseline = a_session("23656-01", "2024-01-05");
    baseline.mutable_baseline_set()->set_year(2024);
    baseline.mutable_baseline_set()->set_households(100);
    baseline.mutable_baseline_set()->set_poor(10);
    baseline.mutable_baseline_set()->set_standard(v1::DECREE_07_2021);
    ladder.happened("23656", baseline);
    auto session = a_session("23656-01", "2024-03-05");
    ladder.happened("23656", session);
    auto support = a_household_supported(3);
    support.set_village("23656-01");
    support.set_occurred_on("2024-03-05");
    ladder.happened("23656", support);
    std::uint64_t last = 0;
    for (const auto id : ladder.at("23656").take_changed(last)) {
        ladder.at("625").set("23656/cells", ladder.at("23656").cell(id));
        ladder.at("52").set("23656/cells", ladder.at("23656").cell(id));
    }
    ladder.goes_up("625", {"64"});
    for (const auto* board : {"625", "64"}) {
        CHECK(ladder.value(board, board, "2024", "POV-02").number() == 10);
        CHECK(ladder.value(board, board, "2024", "COM-04").number() == 1);
    }
    CHECK(ladder.value("52", "52", "2024", "POV-02").number() == 0);  // it was another province's then
    CHECK(ladder.value("52", "52", "2025-09", "POV-02").number() == 10);
    CHECK(ladder.value("625", "625", "2025-09", "POV-02").number() == 0);  // which there is no more
    CHECK(ladder.at("64").unknown_cells() == 0);
    for (const auto& value : ladder.at("64").rows("64", *Period::parse(v1::OFFICIAL, "2024"), parse_day("2024-04-01"))) {
        CHECK((value.indicator() != "SUP-01" || value.number() == 1));  // once, not of the commune and of its district
    }
}

TEST_CASE("what stands of a commune that ended, and of no village, goes on in the one that succeeded it", "[recut]") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    Ladder ladder(definitions, {"23671", "23674", "625"});
    ladder.happened("23671", a_facility("", "2024-10-03", v1::FacilityReported::GOOD));
    ladder.happened("23671", a_session("", "2024-10-03"));
    std::uint64_t last = 0;
    for (const auto id : ladder.at("23671").take_changed(last)) {
        ladder.at("23674").set("23671/cells", ladder.at("23671").cell(id));
        ladder.at("625").set("23671/cells", ladder.at("23671").cell(id));
    }
    for (const auto* board : {"23674", "625"}) {
        CHECK(ladder.value(board, "23674", "2024", "CUL-04").number() == 1);
        CHECK(ladder.value(board, "23674", "2024", "COM-01").number() == 0);
    }
    CHECK(ladder.value("23671", "23671", "2025-H2", "CUL-04").denominator() == 0);
    ladder.at("23674").raise_horizon(Atom::of(*parse_day("2024-12-01")).index);
    std::vector<Board::IndicatorId> ids;
    ladder.at("23674").all_indicators(ids);
    CHECK(std::any_of(ids.begin(), ids.end(), [&](const auto id) {
        const auto value = ladder.at("23674").value(id);
        return value.area() == "23674" && value.indicator() == "CUL-04" && value.number() == 1;
    }));
}

TEST_CASE("a share of villages is told anew to whom they belong at the window's end", "[recut]") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    Ladder ladder(definitions, {"23656", "52"});
    ladder.happened("23656", a_session("23656-01", "2025-06-20"));  // Lơ Ku, which is Kbang's, under 52, at the end of the official July
    ladder.goes_up("23656", {"52"});
    std::vector<Board::IndicatorId> ids;
    std::uint64_t last = 0;
    for (const auto id : ladder.at("52").take_changed(last)) {
        ladder.at("52").touched(id, ids);
    }
    CHECK(std::any_of(ids.begin(), ids.end(), [&](const auto id) {
        const auto value = ladder.at("52").value(id);
        return value.area() == "52" && value.indicator() == "COM-04" && value.period() == "2025-07" && value.number() == 1;
    }));
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
