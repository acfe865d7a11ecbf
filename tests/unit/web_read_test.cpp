// SPDX-License-Identifier: Apache-2.0
// What the API tells of a board, and what it answers to a question of no sense.
#include "gateway/serve/value_text.hpp"
#include "gateway/web/cells_json.hpp"
#include "gateway/web/gzip.hpp"
#include "gateway/web/values.hpp"
#include "services/runtime/core/json.hpp"
#include "tests/support/lines.hpp"
#include "tests/support/web_world.hpp"

#include "data/openapi_json.hpp"

#include <set>

namespace web_read_test {

using namespace chieng;
using namespace chieng::testing;
using web::Json;

TEST_CASE("a table has the area first, then the places below it, and says what was not reported") {
    WebWorld world;
    world.happened(a_session_held(1));
    world.happened(a_session_held(2));
    const auto table = world.get("/api/v1/table?period=2022-Q2");
    CHECK(table.at("area") == "625");
    CHECK(table.at("from") == "2022-03-15");
    CHECK(table.at("to") == "2022-06-14");
    CHECK(table.at("places").size() == 15);
    CHECK(table.at("places")[0].at("code") == "625");
    const auto district = value_in(table, "COM-01", "625");
    CHECK(district.at("number") == 2);
    CHECK(district.at("text").at("vi") == "2");
    CHECK(district.at("events") == 2);
    CHECK(district.at("digest").get<std::string>().size() == 16);
    CHECK(value_in(table, "COM-01", "23656").at("status") == "OK");
    CHECK(value_in(table, "COM-01", "23653").at("status") == "NOT_REPORTED");
    CHECK(value_in(table, "COM-06", "23656").at("text").at("en") == "0");
    CHECK(value_in(table, "EMU-04", "625").is_null());  // is not counted over quarters
    CHECK(value_in(table, "COM-04", "625").at("text").at("vi").get<std::string>().find(',') != std::string::npos);
    CHECK(value_in(table, "INS-04", "625").at("status") == "NO_VALUE");
    const auto below = world.get("/api/v1/table?period=2022-04&area=23656&cuts=true");
    CHECK(below.at("places")[1].at("code") == "23656-01");
    CHECK_FALSE(value_in(below, "COM-01", "23656-01").at("parts").empty());
}

TEST_CASE("of a table only the indicators, groups and cuts are told that are asked for, with the values of the whole table") {
    WebWorld world;
    world.happened(a_session_held(1));
    world.happened(a_household_supported(2));
    const std::string question = "/api/v1/table?period=2022-Q2";
    const auto by_form = world.get(question + "&cut=form");  // what is kept of a value is not what this leaves of it
    const auto whole = world.get(question + "&cuts=true");
    const auto codes = [](const Json& table) {
        std::vector<std::string> found;
        for (const auto& row : table.at("rows")) {
            found.push_back(row.at("indicator"));
        }
        return found;
    };
    const auto two = world.get(question + "&indicators=SUP-01,COM-01&cuts=true");
    CHECK(codes(two) == std::vector<std::string>{"COM-01", "SUP-01"});
    for (const auto& row : two.at("rows")) {
        CHECK(std::find(whole.at("rows").begin(), whole.at("rows").end(), row) != whole.at("rows").end());
    }
    for (const auto& code : codes(world.get(question + "&indicators=SUP,COM-01"))) {
        CHECK((code.starts_with("SUP-") || code == "COM-01"));
    }
    CHECK(codes(world.get(question + "&indicators=SUP")).size() > 1);

    CHECK(codes(by_form).size() < codes(whole).size());
    const auto value = value_in(by_form, "COM-01", "23656");
    CHECK(value.at("number") == 1);
    REQUIRE_FALSE(value.at("parts").empty());
    for (const auto& part : value.at("parts")) {
        CHECK(part.at("cut") == "form");
    }
    CHECK(value.at("parts").size() < value_in(whole, "COM-01", "23656").at("parts").size());

    const auto csv = world.reply(question + "&format=csv&indicators=COM-01,SUP-01&cut=form").body;
    CHECK(csv.find("COM-01") != std::string::npos);
    CHECK(csv.find("SUP-01") == std::string::npos);
    CHECK(csv.find("COM-02") == std::string::npos);
    CHECK(csv.find("VILLAGE_MEETING") != std::string::npos);
    CHECK(csv.find("POLICY") == std::string::npos);
    for (const auto* format : {"html", "xlsx", "sdmx-csv", "sdmx-json"}) {
        INFO(format);
        CHECK(world.reply(question + "&indicators=COM-01&format=" + format).status == 200);
    }

    const std::string tag(world.reply(question + "&indicators=COM-01").field("ETag"));
    CHECK(world.reply(question + "&indicators=COM-01", {{"if-none-match", tag}}).status == 304);
    CHECK(world.refused(question + "&indicators=COM-99") == "404 indicators");
    CHECK(world.refused(question + "&indicators=COM-01,CO") == "404 indicators");
    CHECK(world.refused(question + "&indicators=") == "404 indicators");
    CHECK(world.refused(question + "&indicators=*") == "404 indicators");
    CHECK(world.refused("/api/v1/table?period=2022-04&indicators=POV-10") == "400 indicators");
    CHECK(world.refused(question + "&cut=colour") == "404 cut");
    CHECK(world.refused(question + "&indicators=SUP&cut=form") == "404 cut");
    CHECK(world.refused(question + "&cuts=false&cut=form") == "400 cuts");
}

TEST_CASE("targets stand beside what was reached, with the pace") {
    WebWorld world;
    world.at("2022-05-01");
    world.happened(a_target(1, "COM-01", "2022-Q2", 400));
    world.happened(a_session_held(2));
    const auto table = world.get("/api/v1/table?period=2022-Q2");
    const auto value = value_in(table, "COM-01", "23656");
    CHECK(value.at("target").at("own") == true);
    CHECK(value_in(table, "COM-01", "625").at("target").at("own") == false);  // of one commune among its communes
    CHECK(value.at("target").at("assigned") == 4);
    CHECK(value.at("target").at("achieved") == "25.00 %");
    CHECK(value.at("target").at("pace").at("missing") == 3);
    CHECK(value.at("target").at("pace").at("behind") == true);
    CHECK(value.at("target").at("pace").at("daysLeft") == 45);
}

TEST_CASE("a target of nothing is told, and whether it is met") {
    WebWorld world;
    world.at("2022-05-01");
    world.happened(a_target(1, "POV-07", "2022-Q2", 0));  // nobody shall fall back into poverty
    const auto target = [&] { return value_in(world.get("/api/v1/table?period=2022-Q2"), "POV-07", "23656").at("target"); };
    CHECK(target().at("assigned") == 0);
    CHECK(target().at("achieved") == "–");
    CHECK(target().at("pace").at("behind") == false);
    auto change = an_event(2);
    auto& poor = *change.mutable_household_status_changed();
    poor.set_household_key("h-1");
    poor.set_from_class(v1::AVERAGE);
    poor.set_to_class(v1::POOR);
    poor.set_cause(v1::HouseholdStatusChanged::STANDING_REVIEW);
    poor.set_movement(v1::HouseholdStatusChanged::NEWLY_POOR);
    world.happened(change);
    CHECK(target().at("pace").at("missing") == 1);
    CHECK(target().at("pace").at("behind") == true);
}

TEST_CASE("a target of villages is not the commune's own until it has one") {
    WebWorld world;
    const auto assigns = [&](std::uint64_t sequence, const std::string& village) {
        world.happened(a_target(sequence, "COM-01", "2022-Q2", 400, village));
    };
    const auto target = [&] { return value_in(world.get("/api/v1/table?period=2022-Q2"), "COM-01", "23656").at("target"); };
    assigns(1, "23656-01");
    CHECK(target().at("own") == false);
    assigns(2, "");
    CHECK(target().at("own") == true);  // of the same size, and told anew
    CHECK(target().at("assigned") == 4);
}

TEST_CASE("a target of what has no value is not reached, nor reached by 0") {
    WebWorld world;
    world.at("2022-05-01");
    world.happened(a_target(1, "INS-04", "2022-Q2", 9'000));  // recommendations resolved, of those due; none is
    const auto table = world.get("/api/v1/table?period=2022-Q2&cuts=true");
    const auto one = value_in(table, "INS-04", "23656").at("target");
    CHECK(one.at("assigned") == 90);
    CHECK(one.at("achieved") == "–");
    CHECK(one.at("pace").at("behind") == false);
    const auto all = value_in(table, "TGT-01", "23656");
    CHECK(all.at("number") == 0);
    CHECK(all.at("parts")[0].at("status") == "NO_VALUE");
    CHECK_FALSE(all.at("parts")[0].contains("number"));
}

TEST_CASE("villages that meet their target are a number of villages") {
    v1::Indicator definition;
    definition.set_measure(v1::Indicator::RATIO);
    definition.mutable_targets()->set_view(v1::VILLAGES_MEETING);
    v1::IndicatorValue value;
    CHECK_FALSE(number_of(definition, value).has_value());
    CHECK(text_of(definition, value) == "–");
    value.set_number(3);
    value.set_denominator(8);
    CHECK(number_of(definition, value) == "3");
    CHECK(text_of(definition, value) == "3/8");
}

TEST_CASE("what was filed stands beside what is true now") {
    WebWorld world("23656");
    world.happened(a_session_held(1));
    world.at("2022-07-01");
    REQUIRE(world.file("2022-Q2").error().empty());
    CHECK(value_in(world.get("/api/v1/table?period=2022-Q2"), "COM-01", "23656").at("filed").at("restated") == false);
    world.happened(a_session_held(2));
    const auto filed = value_in(world.get("/api/v1/table?period=2022-Q2"), "COM-01", "23656").at("filed");
    CHECK(filed.at("text").at("en") == "1");
    CHECK(filed.at("revision") == 1);
    CHECK(filed.at("restated") == true);
    CHECK(world.get("/api/v1/reports").at("reports")[0].at("restatedCells") > 0);
    REQUIRE(world.file("2022-04").error().empty());
    CHECK(world.get("/api/v1/reports").at("reports").size() == 2);
    const auto report = world.get("/api/v1/reports/2022-Q2/latest");
    CHECK(report.at("report").at("digest").get<std::string>().size() == 64);
    CHECK_FALSE(report.at("restated").empty());
    CHECK(world.refused("/api/v1/reports/2022-Q2/2") == "404 revision");
    CHECK(world.refused("/api/v1/reports/2022-Q2/0") == "400 revision");
    CHECK(world.refused("/api/v1/reports/spring/1") == "400 period");
    CHECK(world.refused("/api/v1/table?period=2022-Q2&revision=7") == "404 revision");
    CHECK(world.get("/api/v1/behind?indicator=COM-01&period=2022-Q2").at("filed")[0].at("text").at("en") == "1");
}

TEST_CASE("history goes back over years, and what is behind a value is told") {
    WebWorld world;
    world.happened(a_session_held(1));
    const auto history = world.get("/api/v1/history?indicator=COM-01&span=QUARTER&until=2022-Q2&count=6");
    CHECK(history.at("points").size() == 6);
    CHECK(history.at("points")[0].at("period") == "2021-Q1");
    CHECK(history.at("points")[5].at("value").at("number") == 1);
    const auto behind = world.get("/api/v1/behind?indicator=COM-01&period=2022-Q2");
    CHECK(behind.at("below").size() == 14);
    CHECK(behind.at("definition").at("definition").get<std::string>().find("COM-01") != std::string::npos);
    CHECK(behind.at("feeds")[0].at("feed") == "23656/session");
}

TEST_CASE("places of a day, definitions and who asks") {
    WebWorld world;
    const auto me = world.get("/api/v1/me");
    CHECK(me.at("viewer") == "anonymous");
    CHECK(me.at("place").at("level") == "DISTRICT");
    CHECK(me.at("today") == "2022-04-10");
    CHECK(world.get("/api/v1/places").at("places")[1].at("parent") == "625");
    world.at("2026-01-01");  // districts have ended
    CHECK(world.get("/api/v1/places").at("day") == "2025-06-30");
    CHECK(world.refused("/api/v1/places?day=2026-01-01") == "404 day");
    const auto indicators = world.get("/api/v1/indicators").at("indicators");
    std::set<std::string> codes;
    for (const auto& one : indicators) {
        codes.insert(one.at("code"));
        CHECK_FALSE(one.at("label").at("vi").get<std::string>().empty());
    }
    CHECK(codes.contains("POV-03"));
    CHECK_FALSE(codes.contains("TGT.assigned"));
    CHECK_FALSE(world.get("/api/v1/indicators/COM-01").at("definitions")[0].at("cuts").empty());
    const auto counting = [&](const std::string& code) {
        return world.get("/api/v1/indicators/" + code).at("definitions")[0].value("counting", "");
    };
    CHECK(counting("COM-01") == "EACH");
    CHECK(counting("SUP-01") == "DIFFERENT");
    CHECK(counting("COM-09") == "DIFFERENT");
    CHECK(counting("PLN-01") == "PLACES");
    CHECK(counting("POV-03").empty());
    CHECK(world.refused("/api/v1/indicators/TGT.assigned") == "404 code");
}

TEST_CASE("a definition that a filed report cites is told when another one holds now", "[web]") {
    WebWorld before("23656");
    before.at("2022-07-20");
    const auto filed = before.file("2022-H1").report();
    CHECK(before.get("/api/v1/indicators/COM-01").at("former").empty());
    std::string text = data::indicators;
    text.replace(text.find("Communication sessions held"), 13, "Information  ");
    const auto changed = Definitions::load(text, "indicators.txtpb");
    WebWorld world("23656", {}, changed, kbang(), &before.store);  // started again
    const auto former = world.get("/api/v1/indicators/COM-01").at("former");
    REQUIRE(former.size() == 1);
    const auto cited =
        std::find_if(filed.definitions().begin(), filed.definitions().end(), [](const auto& one) { return one.indicator() == "COM-01"; });
    CHECK(former[0].at("digest") == web::hex16(cited->digest()));
    CHECK(former[0].at("definition").get<std::string>().find("Communication sessions held") != std::string::npos);
    CHECK(world.get("/api/v1/indicators/COM-02").at("former").empty());
    // Also of an indicator that is there no more.
    text.replace(text.find("\"SUP-05\""), 8, "\"SUP-55\"");
    const auto without = Definitions::load(text, "indicators.txtpb");
    WebWorld later("23656", {}, without, kbang(), &before.store);
    CHECK(later.get("/api/v1/indicators/SUP-05").at("definitions").empty());
    CHECK(later.get("/api/v1/indicators/SUP-05").at("former").size() == 1);
    CHECK(later.refused("/api/v1/indicators/SUP-77") == "404 code");
}

TEST_CASE("under the map of a later day a place that carries what those below counted may be asked for") {
    WebWorld world;
    world.happened(a_session_held(1));
    const std::string year = "/api/v1/table?period=2022&area=23638";  // Lơ Ku went into it in July 2025
    CHECK(value_in(world.get(year), "COM-01", "23638").at("status") == "NOT_REPORTED");
    CHECK(value_in(world.get(year + "&map=2025-08-01"), "COM-01", "23638").at("number") == 1);
    CHECK(world.refused("/api/v1/table?period=2022&area=23557&map=2025-08-01") == "404 area");
}

TEST_CASE("a question of no sense is answered with the parameter, the rule and what to do") {
    WebWorld world;
    CHECK(world.refused("/api/v1/table") == "400 period");
    CHECK(world.refused("/api/v1/table?period=2022-Q5") == "400 period");
    CHECK(world.refused("/api/v1/table?period=2022&calendar=lunar") == "400 calendar");
    CHECK(world.refused("/api/v1/table?period=2022&area=99999") == "404 area");
    CHECK(world.refused("/api/v1/table?period=2022&map=2022-13-01") == "400 map");
    CHECK(world.refused("/api/v1/table?period=2022&map=9999-01-01") == "400 map");
    CHECK(world.refused("/api/v1/table?period=2022&cuts=maybe") == "400 cuts");
    CHECK(world.refused("/api/v1/table?period=2022&colour=red") == "400 colour");
    CHECK(world.refused("/api/v1/table?period=2022&period=2023") == "400 period");
    CHECK(world.refused("/api/v1/table?period=2022&format=doc") == "406 format");
    CHECK(world.refused("/api/v1/table?period=2022", {{"accept", "image/png"}}) == "406 format");
    CHECK(world.reply("/api/v1/table?period=2022", {{"accept", "image/png, */*;q=0.1"}}).status == 200);
    for (const auto* question : {"/api/v1/me", "/api/v1/history?indicator=COM-01", "/api/v1/feeds/cells"}) {
        CHECK(world.refused(question, {{"accept", "text/html"}}) == "406 Accept");
        CHECK(world.refused(question, {{"accept", "application/json;q=0, */*"}}) == "406 Accept");
        CHECK(world.reply(question, {{"accept", "text/html, application/*;q=0.5"}}).status == 200);
    }
    CHECK(world.refused("/api/v1/feeds/cells/events", {{"accept", "application/json"}}) == "406 Accept");
    CHECK(std::holds_alternative<web::FollowCells>(world.ask("GET", "/api/v1/feeds/cells/events", {{"accept", "text/event-stream"}})));
    CHECK(std::holds_alternative<web::FollowCells>(world.ask("GET", "/api/v1/feeds/cells/events")));
    CHECK(world.refused("/api/v1/history?indicator=COM-01&count=61") == "400 count");
    CHECK(world.refused("/api/v1/history?indicator=COM-01&span=WEEK") == "400 span");
    CHECK(world.refused("/api/v1/history?indicator=COM-01&span=YEAR&until=2022-Q1") == "400 until");
    CHECK(world.refused("/api/v1/history?indicator=NO-01") == "404 indicator");
    CHECK(world.refused("/api/v1/behind?indicator=POV-10&period=2022-04") == "400 period");
    CHECK(world.refused("/api/v2/table") == "404 ");
    CHECK(world.refused("/page/../../etc/passwd") == "404 ");
    const auto wrong = std::get<HttpReply>(world.ask("PATCH", "/api/v1/reports"));
    CHECK(wrong.status == 405);
    CHECK(wrong.field("Allow") == "GET, HEAD, POST");
}

TEST_CASE("the same question has a tag, and nothing is sent twice") {
    WebWorld world;
    world.happened(a_session_held(1));
    const auto first = world.reply("/api/v1/table?period=2022");
    const std::string tag(first.field("ETag"));
    REQUIRE_FALSE(tag.empty());
    const auto second = world.reply("/api/v1/table?period=2022", {{"if-none-match", tag}});
    CHECK(second.status == 304);
    CHECK(second.body.empty());
    CHECK(world.reply("/api/v1/table?period=9", {{"if-none-match", tag}}).status == 400);
    world.happened(a_session_held(2));
    const auto third = world.reply("/api/v1/table?period=2022", {{"if-none-match", tag}});
    CHECK(third.status == 200);
    CHECK(value_in(Json::parse(third.body), "COM-01", "625").at("number") == 2);
    world.at("2022-04-11");  // targets have a pace
    CHECK(world.reply("/api/v1/table?period=2022").field("ETag") != third.field("ETag"));
}

TEST_CASE("reading the feed of cells page by page skips nothing") {
    WebWorld world;
    world.happened(a_session_held(1));
    world.happened(a_household_supported(2));
    std::map<std::uint64_t, Json> seen;
    std::uint64_t after = 0;
    for (bool more = true; more;) {
        const auto page = world.get("/api/v1/feeds/cells?limit=7&epoch=77&after=" + std::to_string(after));
        CHECK(page.at("first") == after + 1);
        for (const auto& cell : page.at("cells")) {
            CHECK(cell.at("offset") > after);
            CHECK(seen.emplace(cell.at("offset").get<std::uint64_t>(), cell).second);
        }
        more = page.at("more");
        after = page.at("last");
    }
    CHECK(after == world.now.offset);
    CHECK(seen.size() == world.follower.board().stamped_after(0, 100'000).size());
    for (const auto& [stamp, id] : world.follower.board().stamped_after(0, 100'000)) {
        auto json = Json::parse(to_json(world.follower.board().cell(id)));
        auto told = seen.at(stamp);
        told.erase("offset");
        CHECK(told == json);
    }
    CHECK(world.refused("/api/v1/feeds/cells?epoch=78") == "409 epoch");
    CHECK(world.refused("/api/v1/feeds/cells?after=" + std::to_string(after + 1)) == "409 epoch");
    CHECK(world.refused("/api/v1/feeds/cells?after=-1") == "400 after");
    CHECK(world.refused("/api/v1/feeds/cells?limit=1001") == "400 limit");
    CHECK(world.refused("/api/v1/feeds/cells?limit=0") == "400 limit");
    CHECK(world.refused("/api/v1/feeds/cells/events", {{"last-event-id", "yesterday"}}) == "400 Last-Event-ID");
    const auto follow = std::get<web::FollowCells>(world.ask("GET", "/api/v1/feeds/cells/events", {{"last-event-id", "77-12"}}));
    CHECK(follow.epoch == 77U);
    CHECK(follow.after == 12U);
}

TEST_CASE("the description names each route and parameter, and none besides") {
    const auto document = Json::parse(data::openapi_json);
    CHECK(document.at("openapi") == "3.1.0");
    std::set<std::string> described;
    for (const auto& [path, methods] : document.at("paths").items()) {
        for (const auto& [method, operation] : methods.items()) {
            CHECK_FALSE(operation.at("summary").get<std::string>().empty());
            for (const auto& parameter : operation.at("parameters")) {
                if (parameter.at("in") == "query") {
                    described.insert(method + " " + path + " " + parameter.at("name").get<std::string>());
                }
            }
            described.insert(method + " " + path);
        }
    }
    std::set<std::string> served;
    for (const auto& route : web::routes()) {
        const auto name = std::string(route.method == "GET"    ? "get"
                                      : route.method == "POST" ? "post"
                                                               : "delete") +
                          " " + std::string(route.path);
        served.insert(name);
        for (const auto parameter : route.parameters) {
            served.insert(name + " " + std::string(parameter));
        }
    }
    CHECK(described == served);
}

TEST_CASE("the page comes packed to who accepts it, and runs nothing of others") {
    WebWorld world;
    const auto page = world.reply("/", {{"accept-encoding", "br, gzip"}});
    CHECK(page.status == 200);
    CHECK(page.field("Content-Encoding") == "gzip");
    CHECK(page.field("Content-Security-Policy").starts_with("default-src 'self'"));
    CHECK(page.field("X-Content-Type-Options") == "nosniff");
    CHECK(world.reply("/").body.find("<html") != std::string::npos);
    CHECK(world.reply("/", {{"if-none-match", std::string(page.field("ETag"))}}).status == 304);
    CHECK_FALSE(web::accepts_gzip({"GET", "/", {}, {{"accept-encoding", "gzip;q=0"}}, ""}));
}

TEST_CASE("a request that the program fails at is answered and told of, and the next ones are answered as ever", "[web]") {
    Lines told(false);
    WebWorld world("625", rights_of_three());
    world.api.note_reads(told);
    world.happened(a_household_supported(1, "S-1"));
    const auto table = [&] { return world.reply("/api/v1/table?period=2022-Q2", as("flute")); };
    const auto hidden = table();
    CHECK(value_in(Json::parse(hidden.body), "SUP-01", "23656").at("status") == "SUPPRESSED");

    // A board is not read between an event and what follows from it: who does so is wrong.
    google::protobuf::RepeatedPtrField<v1::Entry> entries;
    *entries.Add() = entry_of("p", a_session_held(2));
    world.follower.board().apply("23656/session", entries);
    ++world.now.offset;
    CHECK(world.refused("/api/v1/table?period=2022-Q2", as("flute")) == "500 ");
    CHECK(world.refused("/api/v1/table?period=2022-Q2&map=2025-08-01", as("drum")) == "500 ");
    CHECK(world.get("/api/v1/me", as("flute")).contains("offset"));
    CHECK(world.api.failures() == 2);
    REQUIRE(told.lines.size() == 2);
    CHECK(told.lines[0].starts_with("at=gateway failed=GET"));
    CHECK(told.lines[0].find("/api/v1/table&period=2022-Q2") != std::string::npos);

    world.follower.board().settle();
    world.take();
    CHECK(world.follower.board().value("23656", *Period::parse(v1::OFFICIAL, "2022-Q2"), "COM-01").number() == 1);  // not of that map
    const auto after = Json::parse(table().body);
    CHECK(value_in(after, "SUP-01", "23656").at("status") == "SUPPRESSED");
    CHECK(value_in(after, "COM-01", "23656").at("status") == "OK");
    CHECK(world.api.failures() == 2);
}

}  // namespace web_read_test
