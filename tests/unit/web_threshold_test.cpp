// SPDX-License-Identifier: Apache-2.0
// What is hidden from whom: small numbers of people and households, and what they could be worked out from.
#include "tests/support/web_world.hpp"

#include <sstream>

namespace web_threshold_test {

using namespace chieng;
using namespace chieng::testing;
using web::Json;

namespace {

// A household of its own moves from one class to another.
v1::Event a_move(std::uint64_t sequence, v1::HouseholdStatusChanged::Movement movement, v1::HouseholdClass from, v1::HouseholdClass to) {
    auto event = an_event(sequence);
    auto& change = *event.mutable_household_status_changed();
    change.set_household_key("h-" + std::to_string(sequence));
    change.set_movement(movement);
    change.set_from_class(from);
    change.set_to_class(to);
    return event;
}

}  // namespace

TEST_CASE("money that households were given is told to who has a threshold of all places and a year only, and never in parts", "[web]") {
    WebWorld world("625", rights_of_three());
    for (std::uint64_t n = 1; n <= 6; ++n) {
        auto event = a_household_supported(n, "S-" + std::to_string(n));
        event.mutable_household_supported()->set_household_key("h-" + std::to_string(n));
        world.happened(event);
    }
    const auto status = [&](const std::string& token, const std::string& query, const std::string& area) {
        return value_in(world.get("/api/v1/table?" + query, as(token)), "SUP-04", area).at("status").get<std::string>();
    };
    CHECK(status("drum", "period=2022", "23656") == "OK");
    CHECK(status("flute", "period=2022", "23656") == "SUPPRESSED");
    CHECK(status("flute", "period=2022-Q2", "625") == "SUPPRESSED");
    CHECK(status("flute", "period=2022&calendar=calendar", "625") == "SUPPRESSED");
    const auto whole = value_in(world.get("/api/v1/table?period=2022&cuts=true", as("flute")), "SUP-04", "625");
    CHECK(whole.at("status") == "OK");
    REQUIRE_FALSE(whole.at("parts").empty());
    for (const auto& part : whole.at("parts")) {
        CHECK(part.at("status") == "SUPPRESSED");
    }
}

TEST_CASE("what single households sold or earned is told like what they were given, and never by a commune beside its district", "[web]") {
    for (const std::string place : {"625", "23656"}) {
        WebWorld world(place, rights_of_three());
        for (std::uint64_t n = 1; n <= 6; ++n) {
            auto sold = a_session_held(10 + n);
            auto& product = *sold.mutable_product_sold();
            product.set_product(v1::ProductSold::CRAFT_PRODUCT);
            product.set_value_vnd(12'345'678);
            product.set_channel(v1::ProductSold::MARKET);
            product.mutable_households()->set_poor(1);
            world.happened(sold);
            auto support = a_household_supported(n, "S-" + std::to_string(n));
            support.mutable_household_supported()->set_household_key("h-" + std::to_string(n));
            world.happened(support);
        }
        const auto status = [&](const std::string& token, const std::string& code, const std::string& area, const std::string& period) {
            return value_in(world.get("/api/v1/table?period=" + period, as(token)), code, area).at("status").get<std::string>();
        };
        for (const auto* code : {"SAL-01", "SUP-04"}) {
            INFO(place << " " << code);
            CHECK(status("drum", code, "23656", "2022") == "OK");
            CHECK(status("flute", code, "23656", "2022") == "SUPPRESSED");
            CHECK(status("flute", code, place, "2022-Q2") == "SUPPRESSED");
            CHECK(status("flute", code, place, "2022") == (place == "625" ? "OK" : "SUPPRESSED"));
        }
    }
}

TEST_CASE("a target tells who has a threshold nothing that the figure beside it does not", "[web]") {
    WebWorld world("625", rights_of_three());
    std::uint64_t sequence = 0;
    const auto support = [&](const std::string& village) {
        ++sequence;
        auto event = a_household_supported(sequence, "S-" + std::to_string(sequence));
        event.set_village(village);
        event.mutable_household_supported()->set_kind(v1::HOUSE_NEW);
        event.mutable_household_supported()->set_household_key("h-" + std::to_string(sequence));
        world.happened(event);
    };
    support("23656-01");
    for (int i = 0; i < 9; ++i) {
        support("23659-01");
    }
    const auto assign = [&](const std::string& code, const std::string& village, std::uint64_t value) {
        world.happened(a_target(++sequence, code, "2022", value, village));
    };
    assign("SUP-02", "23656-01", 400);
    assign("SUP-04", "23656-01", 100'000);
    assign("COM-01", "23656-01", 400);
    world.happened(a_commendation_awarded(++sequence));
    assign("EMU-04", "", 30);  // of the commune; a median of one event is that one's
    const auto row = [&](const std::string& token, const std::string& code, const std::string& area) {
        return value_in(world.get("/api/v1/table?period=2022&cuts=true", as(token)), code, area);
    };
    for (const auto* code : {"SUP-02", "SUP-04"}) {
        CHECK(row("drum", code, "625").contains("target"));
        CHECK_FALSE(row("flute", code, "625").contains("target"));  // of one commune only: the other would be the rest
    }
    CHECK(row("flute", "SUP-02", "625").at("number") == 10);
    CHECK(row("flute", "COM-01", "625").contains("target"));
    CHECK(row("drum", "TGT-01", "625").at("status") == "OK");
    const auto achieved = row("flute", "TGT-01", "625");
    CHECK(achieved.at("status") == "SUPPRESSED");
    REQUIRE(achieved.at("parts").size() == 3);
    for (const auto& part : achieved.at("parts")) {
        CHECK((part.at("status") == "SUPPRESSED") == (part.at("value") != "COM-01"));
    }
    const auto of_median = [&](const std::string& token) {
        const auto targets = row(token, "TGT-01", "23656");
        for (const auto& part : targets.at("parts")) {
            if (part.at("value") == "EMU-04") {
                return part.at("status").get<std::string>();
            }
        }
        return std::string("no part");
    };
    CHECK(row("drum", "EMU-04", "23656").contains("median"));
    CHECK(row("flute", "EMU-04", "23656").at("status") == "SUPPRESSED");
    CHECK(of_median("drum") == "OK");
    CHECK(of_median("flute") == "SUPPRESSED");
    CHECK(row("flute", "TGT-02", "625").at("status") == "SUPPRESSED");  // of who escaped poverty, which is never told by place
}

TEST_CASE("a target of a month tells nothing of a number that is told of quarters, to who has a threshold") {
    WebWorld world("625", rights_of_three());
    world.happened(a_target(1, "JOB-01", "2022-04", 1000));
    const auto achieved = [&](const std::string& token) {
        return value_in(world.get("/api/v1/table?period=2022-04&cuts=true", as(token)), "TGT-01", "23656");
    };
    REQUIRE(achieved("drum").at("parts").size() == 1);
    CHECK(achieved("drum").at("parts")[0].at("value") == "JOB-01");
    CHECK(achieved("flute").at("status") == "SUPPRESSED");
}

TEST_CASE("small numbers of people and households are hidden, with all that they are made of") {
    WebWorld world("625", rights_of_three());
    auto session = a_session_held(1);
    session.mutable_session_held()->mutable_audience()->set_total(30);
    session.mutable_session_held()->mutable_audience()->set_female(3);
    world.happened(session);
    world.happened(a_household_supported(2));
    world.at("2022-07-01");
    REQUIRE(world.file("2022-Q2").error().empty());
    const auto whole = world.get("/api/v1/table?period=2022-Q2&cuts=true", as("gong"));
    CHECK(value_in(whole, "SUP-01", "23656").at("number") == 1);
    const auto table = world.get("/api/v1/table?period=2022-Q2&cuts=true", as("flute"));
    const auto hidden = value_in(table, "SUP-01", "23656");
    CHECK(hidden.at("status") == "SUPPRESSED");
    CHECK(hidden.at("text").at("vi") == "ẩn vì số nhỏ");
    for (const auto* name : {"number", "events", "digest", "parts", "denominator", "target"}) {
        CHECK_FALSE(hidden.contains(name));
    }
    CHECK(hidden.at("filed").at("text").at("vi") == "ẩn vì số nhỏ");
    const auto attendances = value_in(table, "COM-02", "23656");
    CHECK(attendances.at("number") == 30);
    CHECK_FALSE(attendances.contains("digest"));
    bool some = false;
    for (const auto& part : attendances.at("parts")) {
        CHECK((part.at("status") == "SUPPRESSED") != part.contains("number"));
        some = some || part.at("status") == "SUPPRESSED";
    }
    CHECK(some);
    CHECK(value_in(table, "COM-01", "23656").at("number") == 1);  // sessions are things
    CHECK(world.refused("/api/v1/feeds/cells", as("flute")) == "403 threshold");
    for (const auto* stream : {"/api/v1/feeds/cells/events", "/api/v1/feeds/cells/websocket"}) {
        CHECK(std::get<web::FollowCells>(world.ask("GET", stream, as("flute"))).blind);
        CHECK_FALSE(std::get<web::FollowCells>(world.ask("GET", stream, as("gong"))).blind);
    }
    CHECK(world.get("/api/v1/behind?indicator=SUP-01&period=2022-Q2", as("flute")).at("feeds").empty());
    CHECK(world.get("/api/v1/reports/2022-Q2/1", as("flute")).at("report").at("positions").empty());
}

TEST_CASE("what a commune hides and what its district hides tell no more together: numbers of people are the district's to tell") {
    auto session = a_session_held(1);
    session.mutable_session_held()->mutable_audience()->set_total(30);
    const auto told = [&](const std::string& place, const std::string& indicator) {
        WebWorld world(place, rights_of_three());
        world.happened(session);
        return value_in(world.get("/api/v1/table?period=2022-Q2&area=23656", as("flute")), indicator, "23656").at("status");
    };
    CHECK(told("625", "COM-02") == "OK");
    CHECK(told("23656", "COM-02") == "SUPPRESSED");
    CHECK(told("23656", "COM-01") == "OK");
}

TEST_CASE("files, tables and reports of a commune read the same under a threshold with a household more, filed before or after") {
    const auto format = GENERATE("csv", "sdmx-csv", "html");
    const bool is_filed_before = GENERATE(false, true);
    const auto told = [&](bool with_household) {
        WebWorld world("23656", rights_of_three());
        std::uint64_t sequence = 0;
        for (const auto* village : {"23656-01", "23656-02", "23656-03"}) {
            auto session = a_session_held(++sequence);
            session.set_village(village);
            world.happened(session);
        }
        world.at("2022-07-01");
        const auto file = [&] { REQUIRE(world.file("2022-Q2").error().empty()); };
        is_filed_before ? file() : void();
        if (with_household) {
            auto event = an_event(++sequence);
            event.set_occurred_on("2022-04-20");
            event.set_village("23656-02");
            auto& change = *event.mutable_household_status_changed();
            change.set_household_key("h-1");
            change.set_movement(v1::HouseholdStatusChanged::ESCAPED_POVERTY);
            change.set_from_class(v1::POOR);
            change.set_to_class(v1::NEWLY_ESCAPED);
            world.happened(event);
        }
        is_filed_before ? void() : file();
        std::string all;
        const auto of_households = [](const std::string& text) {
            return text.find("POV-") != std::string::npos || text.find("SUP-") != std::string::npos;
        };
        for (const std::string period : {"2022-04&calendar=calendar", "2022-Q2"}) {
            const auto question = "/api/v1/table?cuts=true&period=" + period;
            const auto table = world.get(question, as("flute"));
            for (const auto& row : table.at("rows")) {
                all += of_households(row.at("indicator")) ? row.dump() + "\n" : "";
            }
            std::istringstream lines(world.reply(question + "&format=" + format, as("flute")).body);
            for (std::string line; std::getline(lines, line);) {
                all += of_households(line) ? line + "\n" : "";
            }
        }
        const auto report = world.get("/api/v1/reports/2022-Q2/1", as("flute"));
        for (const auto& one : report.at("restated")) {
            const auto named = one.at("indicator").get<std::string>();
            all += of_households(named) ? named + "@" + one.at("area").get<std::string>() + "\n" : "";
        }
        return all;
    };
    const auto without = told(false);
    CHECK(without.find("POV-06") != std::string::npos);
    CHECK(told(true) == without);
}

TEST_CASE("activities of which some are of single households are not told, as the others are") {
    WebWorld world("625", rights_of_three());
    auto session = a_session_held(1);
    session.set_organisation(v1::WOMEN);
    world.happened(session);
    auto support = a_household_supported(2);
    support.mutable_household_supported()->set_organiser(v1::WOMEN);
    world.happened(support);
    const auto table = world.get("/api/v1/table?period=2022&cuts=true", as("flute"));
    CHECK(value_in(table, "COM-01", "23656").at("number") == 1);
    CHECK(value_in(table, "MOB-03", "23656").at("status") == "SUPPRESSED");
    CHECK(value_in(table, "MOB-03", "625").at("status") == "SUPPRESSED");
    CHECK(value_in(world.get("/api/v1/table?period=2022", as("gong")), "MOB-03", "23656").at("number") == 2);
}

TEST_CASE("how many moved between classes is not told where the stock that they moved is, unless many did everywhere in a year") {
    WebWorld world("625", rights_of_three());
    std::uint64_t sequence = 0;
    const auto move = [&](v1::HouseholdStatusChanged::Movement movement, v1::HouseholdClass from, v1::HouseholdClass to, int times) {
        for (int n = 0; n < times; ++n) {
            world.happened(a_move(++sequence, movement, from, to));
        }
    };
    auto opening = an_event(++sequence);
    opening.set_occurred_on("2022-01-02");
    opening.mutable_baseline_set()->set_year(2022);
    opening.mutable_baseline_set()->set_standard(v1::DECREE_07_2021);
    opening.mutable_baseline_set()->set_households(200);
    opening.mutable_baseline_set()->set_poor(60);
    world.happened(opening);
    const auto status = [&](const std::string& indicator, const std::string& period, const std::string& area) {
        return value_in(world.get("/api/v1/table?period=" + period, as("flute")), indicator, area).at("status").get<std::string>();
    };
    move(v1::HouseholdStatusChanged::ESCAPED_POVERTY, v1::POOR, v1::NEAR_POOR, 7);
    CHECK(status("POV-02", "2022", "23656") == "OK");
    CHECK(status("POV-06", "2022", "23656") == "SUPPRESSED");
    CHECK(status("POV-06", "2022-Q2", "625") == "SUPPRESSED");
    CHECK(status("POV-06", "2022", "625") == "SUPPRESSED");  // 60 to 53: nobody became poor, he would know
    move(v1::HouseholdStatusChanged::NEWLY_POOR, v1::NEAR_POOR, v1::POOR, 2);
    CHECK(status("POV-07", "2022", "625") == "SUPPRESSED");
    CHECK(status("POV-06", "2022", "625") == "SUPPRESSED");
    move(v1::HouseholdStatusChanged::NEWLY_POOR, v1::NEAR_POOR, v1::POOR, 3);
    CHECK(status("POV-06", "2022", "625") == "OK");
    CHECK(status("POV-07", "2022", "625") == "OK");
    CHECK(status("POV-07", "2022", "23656") == "SUPPRESSED");
}

TEST_CASE("a class is told again when enough households have moved, and never as less than nothing") {
    WebWorld world("625", rights_of_three());
    std::uint64_t sequence = 0;
    const auto begin = [&](const std::string& village, std::uint32_t poor) {
        auto opening = an_event(++sequence);
        opening.set_village(village);
        opening.set_occurred_on("2022-01-02");
        opening.mutable_baseline_set()->set_year(2022);
        opening.mutable_baseline_set()->set_standard(v1::DECREE_07_2021);
        opening.mutable_baseline_set()->set_households(100);
        opening.mutable_baseline_set()->set_poor(poor);
        world.happened(opening);
    };
    const auto escape = [&](const std::string& village, const std::string& day, int households) {
        for (int n = 0; n < households; ++n) {
            auto event = a_move(++sequence, v1::HouseholdStatusChanged::ESCAPED_POVERTY, v1::POOR, v1::NEAR_POOR);
            event.set_village(village);
            event.set_occurred_on(day);
            world.happened(event);
        }
    };
    const auto told = [&](const std::string& period, const std::string& village, const std::string& by) {
        const auto value = value_in(world.get("/api/v1/table?area=23656&period=" + period, as(by)), "POV-02", village);
        return value.at("status") == "OK" ? value.at("number").dump() : value.at("status").get<std::string>();
    };
    for (const auto* village : {"23656-01", "23656-02", "23656-03"}) {
        begin(village, 30);
    }
    escape("23656-01", "2022-04-20", 1);
    CHECK(told("2022", "23656-01", "gong") == "29");
    CHECK(told("2022", "23656-01", "flute") == "SUPPRESSED");  // who knows of 30 at the beginning knows of one household
    CHECK(told("2022", "23656-03", "flute") == "30");
    escape("23656-01", "2022-05-20", 7);
    CHECK(told("2022", "23656-01", "flute") == "22");
    CHECK(told("2022-05", "23656-01", "gong") == "29");
    CHECK(told("2022-05", "23656-01", "flute") == "SUPPRESSED");
    CHECK(told("2022-06", "23656-01", "flute") == "22");  // half the year is over
    CHECK(told("2022-08", "23656-01", "flute") == "SUPPRESSED");
    begin("23656-04", 3);
    escape("23656-04", "2022-03-20", 8);
    CHECK(told("2022", "23656-04", "gong") == "NO_VALUE");
    CHECK(told("2022", "23656-04", "flute") == "SUPPRESSED");
}

TEST_CASE("a change under one standard does not tell how few were found under another", "[web]") {
    WebWorld world("625", rights_of_three());
    std::uint64_t sequence = 0;
    const auto happen = [&](const std::string& day, v1::PovertyStandard standard, auto cause, auto movement, auto from, auto to) {
        auto event = a_move(++sequence, movement, from, to);
        event.set_village("23656-01");
        event.set_occurred_on(day);
        event.mutable_household_status_changed()->set_standard(standard);
        event.mutable_household_status_changed()->set_cause(cause);
        world.happened(event);
    };
    using Change = v1::HouseholdStatusChanged;
    auto opening = an_event(++sequence);
    opening.set_village("23656-01");
    opening.set_occurred_on("2022-01-02");
    opening.mutable_baseline_set()->set_year(2022);
    opening.mutable_baseline_set()->set_standard(v1::DECREE_07_2021);
    opening.mutable_baseline_set()->set_households(100);
    opening.mutable_baseline_set()->set_poor(20);
    world.happened(opening);
    for (int n = 0; n < 6; ++n) {
        happen("2022-04-20", v1::DECREE_07_2021, Change::YEARLY_REVIEW, Change::ESCAPED_POVERTY, v1::POOR, v1::AVERAGE);
    }
    const auto told = [&](const std::string& token) {
        return value_in(world.get("/api/v1/table?period=2022", as(token)), "POV-08", "23656");
    };
    CHECK(told("flute").at("number") == 14);
    happen("2021-12-20", v1::DECISION_59_2015, Change::MOVED_IN, Change::UNCHANGED, v1::HOUSEHOLD_CLASS_UNSPECIFIED, v1::POOR);
    CHECK(value_in(world.get("/api/v1/table?period=2022", as("drum")), "POV-02", "23656").at("number") == 15);
    CHECK(told("drum").at("number") == 14);
    CHECK(told("flute").at("status") == "SUPPRESSED");
}

TEST_CASE("a target does not tell what is hidden") {
    WebWorld world("23656", rights_of_three());
    world.happened(a_target(1, "SUP-01", "2022-Q2", 1000));
    world.happened(a_household_supported(2));
    const auto table = world.get("/api/v1/table?period=2022-Q2&cuts=true", as("flute"));
    CHECK_FALSE(value_in(table, "SUP-01", "23656").contains("target"));
    const auto achieved = value_in(table, "TGT-01", "23656");
    CHECK(achieved.at("status") == "SUPPRESSED");  // one of one is met, or is not
    CHECK_FALSE(achieved.contains("parts"));
}

}  // namespace web_threshold_test
