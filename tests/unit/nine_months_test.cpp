// SPDX-License-Identifier: Apache-2.0
// The first nine months of a year: no period of the decree, told where the definitions name it.
#include "gateway/indicator/cell_id.hpp"
#include "gateway/serve/recipients.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/web_world.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace nine_months_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

v1::Event a_session_on(std::uint64_t sequence, const std::string& day) {
    auto event = a_session_held(sequence);
    event.set_occurred_on(day);
    return event;
}

}  // namespace

TEST_CASE("nine months are told where the definitions name them, from 15 December to 14 September or from January to September") {
    WebWorld world("23656", rights_of_three(), with_nine_months());
    std::uint64_t sequence = 0;
    for (const auto* day : {"2021-12-14", "2021-12-15", "2022-01-01", "2022-09-14", "2022-09-15", "2022-09-30", "2022-10-01"}) {
        world.happened(a_session_on(++sequence, day));
    }
    const auto told = [&](const std::string& more) {
        return value_in(world.get("/api/v1/table?period=" + more, as("gong")), "COM-01", "23656").at("number");
    };
    CHECK(told("2022-9M") == 3);
    CHECK(told("2022-9M&calendar=calendar") == 4);
    CHECK(told("2022") == 6);
    const auto history = world.get("/api/v1/history?indicator=COM-01&span=NINE_MONTHS&count=2", as("gong"));
    CHECK(history.at("points").back().at("period") == "2022-9M");
    world.at("2022-11-20");  // the year's are over, and the next year's have not begun
    CHECK(world.get("/api/v1/history?indicator=COM-01&span=NINE_MONTHS", as("gong")).at("points").back().at("period") == "2022-9M");
}

TEST_CASE("an event touches the nine months that hold it, and none of the next year's") {
    const auto periods = [](const std::string& day, const Definitions& plan) {
        Board board(plan, kbang(), "23656");
        board.apply("23656/household", entry_of("p", [&] {
                        auto event = a_household_supported(1);
                        event.set_occurred_on(day);
                        return event;
                    }()));
        std::vector<Board::IndicatorId> ids;
        std::uint64_t offset = 0;
        for (const auto cell : board.take_changed(offset)) {
            board.touched(cell, ids);
        }
        std::set<std::string> found;
        for (const auto id : ids) {
            found.insert(board.value(id).period());
        }
        return found;
    };
    CHECK(periods("2022-03-20", with_nine_months()).contains("2022-9M"));
    CHECK(periods("2022-10-20", with_nine_months()) == std::set<std::string>{"2022", "2022-10", "2022-11", "2022-H2", "2022-Q4"});
    CHECK_FALSE(periods("2022-03-20", definitions()).contains("2022-9M"));
}

TEST_CASE("nine months that no definition names are a period without figures, which is not filed") {
    WebWorld world("23656", rights_of_three());
    world.happened(a_session_on(1, "2022-03-20"));
    world.at("2022-11-20");
    CHECK(world.refused("/api/v1/table?period=2022-9M", as("gong")) == "400 period");
    CHECK(world.file("2022-9M").error().find("no indicator is told over 2022-9M") != std::string::npos);
    CHECK_FALSE(world.file("2022-9M").error_vi().empty());
    WebWorld other("23656", rights_of_three(), with_nine_months());
    other.happened(a_session_on(1, "2022-03-20"));
    other.at("2022-11-20");
    CHECK(other.file("2022-9M").error().empty());
    CHECK(other.reply("/api/v1/reports/2022-9M/1", as("gong")).status == 200);
}

TEST_CASE("of nine months no number of people is told under a threshold, as quarters that are hidden could be worked out") {
    WebWorld world("625", rights_of_three(), with_nine_months());
    world.happened(a_session_on(1, "2022-03-20"));
    const auto told = [&](const std::string& token, const std::string& code) {
        return value_in(world.get("/api/v1/table?period=2022-9M&cuts=true", as(token)), code, "23656");
    };
    CHECK(told("gong", "COM-02").at("number") == 45);
    CHECK(told("flute", "COM-02").at("status") == "SUPPRESSED");
    for (const auto& part : told("flute", "COM-02").value("parts", web::Json::array())) {
        CHECK(part.at("status") == "SUPPRESSED");
    }
    CHECK(told("flute", "COM-01").at("number") == 1);
    CHECK(value_in(world.get("/api/v1/table?period=2022", as("flute")), "COM-02", "23656").at("number") == 45);
}

TEST_CASE("nor in a rate that does not say that it is of people") {
    const auto with_a_rate = Definitions::load(
        text_with_nine_months() +
            "indicator { code: 'ZZZ-01' label { vi: 'a' en: 'a' } unit { vi: 'a' en: 'a' } measure: RATIO spans: [QUARTER, HALF, YEAR] "
            "plan: ['I.1'] ratio { of: 'COM-02' per: 'COM-01' } }",
        "mine");
    WebWorld world("625", rights_of_three(), with_a_rate);
    world.happened(a_session_on(1, "2022-03-20"));
    const auto told = [&](const std::string& token, const std::string& period) {
        return value_in(world.get("/api/v1/table?period=" + period, as(token)), "ZZZ-01", "23656").at("status");
    };
    CHECK(told("gong", "2022-9M") == "OK");
    CHECK(told("flute", "2022-9M") == "SUPPRESSED");
    CHECK(told("flute", "2022") == "OK");
}

TEST_CASE("a recipient of all spans that are told has everything, and of nine months only where he names them") {
    const auto has_everything = [](const Definitions& plan, const std::string& spans) {
        const auto text =
            "recipient { name: 'commune/all' label { vi: 'n' en: 'y' } purpose { vi: 'm' en: 'p' } level: OF_COMMUNE "
            "data_class: INTERNAL delivery: AS_IT_HAPPENS indicators: ['*'] spans: [" +
            spans + "] }";
        return Recipients::load(text, "mine", plan, "23656").share("commune/all", kbang()).is_everything();
    };
    const std::string of_the_decree = "MONTH, QUARTER, HALF, YEAR";
    CHECK(has_everything(definitions(), of_the_decree));
    CHECK_FALSE(has_everything(with_nine_months(), of_the_decree));
    CHECK(has_everything(with_nine_months(), of_the_decree + ", NINE_MONTHS"));
    CHECK_FALSE(has_everything(definitions(), "QUARTER, HALF, YEAR"));
}

TEST_CASE("times are kept with subjects: the form of each kind is written down") {
    const auto window = [](const char* period, v1::Calendar calendar = v1::OFFICIAL) {
        return cell_id::time_of(*Period::parse(calendar, period));
    };
    CHECK(cell_id::time_of(*Atom::parse("2022-03a")) == 48532);
    CHECK(window("2022-04") == (1U << 21U | 1U << 17U | 24267U));
    CHECK(window("2022-Q2") == (1U << 21U | 2U << 17U | 24265U));
    CHECK(window("2022-H1") == (1U << 21U | 3U << 17U | 24264U));
    CHECK(window("2022") == (1U << 21U | 4U << 17U | 24264U));
    CHECK(window("2022-9M", v1::CALENDAR_MONTHS) == (1U << 21U | 1U << 20U | 5U << 17U | 24264U));
    CHECK(cell_id::time_of_opening(2022) == (1U << 21U | 1U << 16U | 2022U));
    for (const auto* period : {"2022-12", "2022-Q4", "2022-H2", "2022", "2022-9M", "2199-12"}) {
        CHECK(cell_id::window_of(window(period, v1::CALENDAR_MONTHS)) == Period::parse(v1::CALENDAR_MONTHS, period));
    }
}

TEST_CASE("files say nine months in their own words, and DHIS2, which knows none, refuses them") {
    WebWorld world("625", rights_of_three(), with_nine_months());
    world.happened(a_session_on(1, "2022-03-20"));
    const auto file = [&](const std::string& format, const std::string& calendar = "official") {
        return world.reply("/api/v1/table?period=2022-9M&calendar=" + calendar + "&format=" + format, as("gong"));
    };
    CHECK(file("html").body.find("9 tháng đầu năm 2022") != std::string::npos);
    CHECK(file("sdmx-csv").body.find(",2021-12-15/P9M,") != std::string::npos);
    CHECK(file("sdmx-csv", "calendar").body.find(",2022-01-01/P9M,") != std::string::npos);
    CHECK(web::Json::parse(file("sdmx-json").body).contains("data"));
    for (const auto* format : {"dhis2", "adx"}) {
        CHECK(file(format, "calendar").status >= 400);
        CHECK(file(format, "calendar").body.find("knows no period of nine months") != std::string::npos);
    }
}

TEST_CASE("a target of nine months is measured where they are told") {
    WebWorld world("23656", rights_of_three(), with_nine_months());
    world.happened(a_target(1, "COM-01", "2022-9M", 4, "23656-01"));
    world.happened(a_session_on(2, "2022-03-20"));
    const auto reached = value_in(world.get("/api/v1/table?period=2022-9M&cuts=true", as("gong")), "TGT-01", "23656");
    REQUIRE(reached.at("parts").size() == 1);
    CHECK(reached.at("parts")[0].at("denominator") == 4);
    CHECK_THROWS_WITH(Definitions::load("also: SPAN_UNSPECIFIED\n" + std::string(data::indicators), "mine"), Catch::Contains("no spans"));
}

}  // namespace nine_months_test
