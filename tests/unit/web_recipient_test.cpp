// SPDX-License-Identifier: Apache-2.0
// A viewer who reads as a recipient of the plan is told the part of the board that this recipient is given, and nothing of the rest.
#include "gateway/export/formats.hpp"
#include "gateway/serve/recipients.hpp"
#include "tests/support/web_world.hpp"

#include "data/recipients.hpp"

#include <set>

namespace web_recipient_test {

using namespace chieng;
using namespace chieng::testing;
using web::Json;

namespace {

// Two of which some periods, or some events, are not for them.
constexpr const char* ours = R"(
recipient {
  name: "commune/year" label { vi: "n" en: "y" } purpose { vi: "m" en: "p" } level: OF_COMMUNE data_class: INTERNAL delivery: AS_IT_HAPPENS
  indicators: ["*"] spans: [YEAR] events: ["broadcast_aired"]
}
recipient {
  name: "commune/sessions" label { vi: "b" en: "s" } purpose { vi: "m" en: "p" } level: OF_COMMUNE data_class: INTERNAL delivery: AS_IT_HAPPENS
  indicators: ["COM-01"] events: ["session_held"]
})";

web::Rights read_rights(const std::string& text, const std::string& place) {
    const auto recipients = Recipients::load(data::recipients + std::string(ours), "recipients.txtpb", definitions(), place);
    return web::Rights::load(text, "r", [&](const std::string& name) { return recipients.share(name, kbang()); });
}

// A token is the name of who reads as that recipient; "all" reads as none.
web::Rights rights(const std::string& place, const std::vector<std::string>& names, const std::string& more = "sees: INTERNAL") {
    std::string text = "viewer { name: \"all\" token_sha256: \"" + web::sha256_hex("all") + "\" sees: INTERNAL }\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
        text.append("viewer { name: \"v").append(std::to_string(i)).append("\" token_sha256: \"").append(web::sha256_hex(names[i]));
        text.append("\" recipient: \"").append(names[i]).append("\" ").append(more).append(" }\n");
    }
    return read_rights(text, place);
}

v1::Event session_of(v1::Organisation organisation, std::uint64_t sequence, const std::string& village = "23656-01") {
    auto event = a_session_held(sequence);
    event.set_organisation(organisation);
    event.set_village(village);
    return event;
}

v1::Event target_of(const std::string& indicator, std::uint64_t sequence) {
    return a_target(sequence, indicator, "2022-Q2", 400);
}

std::set<std::string> groups_of(const Json& rows, const char* field) {
    std::set<std::string> groups;
    for (const auto& row : rows) {
        const auto code = row.at(field).get<std::string>();
        groups.insert(code.substr(0, code.find('-')));
    }
    return groups;
}

std::vector<std::string> codes_of(const Json& places) {
    std::vector<std::string> codes;
    for (const auto& place : places) {
        codes.push_back(place.at("code"));
    }
    return codes;
}

std::string fault_of(const std::string& recipient, const std::string& place = "23656") {
    try {
        static_cast<void>(
            read_rights("viewer { name: \"x\" token_sha256: \"" + web::sha256_hex("x") + "\" recipient: \"" + recipient + "\" }", place));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

const std::set<std::string> of_labour{"POV", "SUP", "MOB", "JOB", "TRN", "INS"};

// Every question that tells of the board, of this area and of what this recipient receives.
std::vector<std::string> questions(const std::string& area, const std::string& indicator) {
    const auto of = "area=" + area;
    std::vector<std::string> all{"/api/v1/places",
                                 "/api/v1/indicators",
                                 "/api/v1/indicators/" + indicator,
                                 "/api/v1/table?cuts=true&period=2022-Q2&" + of,
                                 "/api/v1/table?cuts=true&period=2022-Q2&revision=1&" + of,
                                 "/api/v1/table?cuts=true&period=2022&calendar=calendar&" + of,
                                 "/api/v1/table?cuts=true&period=2022-Q2&map=2022-06-01&" + of,
                                 "/api/v1/history?span=QUARTER&indicator=" + indicator + "&" + of,
                                 "/api/v1/behind?period=2022-Q2&indicator=" + indicator + "&" + of,
                                 "/api/v1/reports",
                                 "/api/v1/reports/2022-Q2/latest",
                                 "/api/v1/silent",
                                 "/api/v1/ledger",
                                 "/api/v1/duplicates",
                                 "/api/v1/feeds/cells"};
    for (const auto& format : formats()) {
        all.push_back("/api/v1/table?period=2022-Q2&" + of + "&format=" + std::string(format.name));
        all.push_back("/api/v1/table?period=2022-Q2&calendar=calendar&" + of + "&format=" + std::string(format.name));
    }
    return all;
}

}  // namespace

TEST_CASE("who reads as the district's labour office is told its indicators, of communes, and nothing else") {
    WebWorld world("625", rights("625", {"district/labour"}));
    const auto labour = as("district/labour");
    world.happened(a_session_held(1));
    world.happened(a_household_supported(2));
    const auto table = world.get("/api/v1/table?period=2022-Q2&cuts=true", labour);
    CHECK(groups_of(table.at("rows"), "indicator") == of_labour);
    CHECK(value_in(table, "SUP-01", "23656") ==
          value_in(world.get("/api/v1/table?period=2022-Q2&cuts=true", as("all")), "SUP-01", "23656"));
    CHECK(groups_of(world.get("/api/v1/indicators", labour).at("indicators"), "code") == of_labour);
    CHECK(world.get("/api/v1/table?period=2022-Q2&area=23656", labour).at("places").size() == 1);
    for (const auto& place : codes_of(world.get("/api/v1/places", labour).at("places"))) {
        CHECK(place.find('-') == std::string::npos);
    }
    CHECK(world.get("/api/v1/behind?indicator=SUP-01&period=2022-Q2", labour).at("below").size() == 14);
    CHECK(world.get("/api/v1/behind?indicator=SUP-01&period=2022-Q2&area=23656", labour).at("below").empty());
    CHECK(world.refused("/api/v1/behind?indicator=COM-01&period=2022-Q2", labour) == "403 indicator");
    CHECK(world.refused("/api/v1/history?indicator=COM-01", labour) == "403 indicator");
    CHECK(world.refused("/api/v1/history?indicator=NO-01", labour) == "404 indicator");
    CHECK(world.refused("/api/v1/indicators/COM-01", labour) == "403 code");
    CHECK(world.refused("/api/v1/indicators/NO-01", labour) == "404 code");
    CHECK(world.refused("/api/v1/table?period=2022&area=23656-01", labour) == "403 area");
}

TEST_CASE("who asks by name for what his recipient does not receive is told what it does, in both languages") {
    WebWorld world("23656", rights("23656", {"commune/labour", "commune/front/WOMEN", "village/23656-01", "commune/year"}));
    const auto said = [&](const std::string& name, const std::string& target) {
        const auto got = world.reply(target, as(name));
        CHECK(got.status == 403);
        return Json::parse(got.body);
    };
    const auto told = said("commune/labour", "/api/v1/history?indicator=COM-01");
    CHECK(told.at("type") == "/problems/recipient");
    CHECK(told.at("detail") ==
          "you read as commune/labour, which does not receive COM-01; it receives: POV, SUP, MOB, JOB; "
          "purpose: the poverty review, its lists, and support household by household");
    CHECK(told.at("detailVi") ==
          "bạn xem với tư cách commune/labour, nơi không nhận COM-01; nơi này nhận: POV, SUP, MOB, JOB; "
          "mục đích: rà soát hộ nghèo, cập nhật danh sách và theo dõi hỗ trợ từng hộ");
    CHECK_THAT(said("commune/front/WOMEN", "/api/v1/history?indicator=POV-01").at("detail").get<std::string>(),
               Catch::Contains("COM-01, SUP, MOB, TGT; of what is cut by organisation the part of the Women's Union; purpose: "));
    CHECK_THAT(said("village/23656-01", "/api/v1/table?period=2022&area=23656-02").at("detailVi").get<std::string>(),
               Catch::Contains("; của 23656-01; mục đích: "));
    CHECK_THAT(said("commune/year", "/api/v1/table?period=2022-Q2").at("detail").get<std::string>(),
               Catch::EndsWith("all indicators; over years; purpose: p"));
    CHECK(said("commune/year", "/api/v1/table?period=2022-Q2").at("field") == "period");
    CHECK(said("commune/year", "/api/v1/history?indicator=COM-01").at("field") == "span");
    CHECK(said("commune/year", "/api/v1/reports/2022-Q2/latest").at("field") == "period");
}

TEST_CASE("spans that a recipient does not receive are not there for it") {
    WebWorld world("23656", rights("23656", {"commune/year"}));
    world.happened(a_session_held(1));
    world.at("2022-07-20");
    REQUIRE(world.file("2022-Q2").error().empty());
    CHECK(value_in(world.get("/api/v1/table?period=2022", as("commune/year")), "COM-01", "23656").at("number") == 1);
    CHECK(world.get("/api/v1/reports", as("commune/year")).at("reports").empty());
    CHECK(world.get("/api/v1/reports", as("all")).at("reports").size() == 1);
    CHECK(world.refused("/api/v1/feeds/cells", as("commune/year")) == "403 ");
}

TEST_CASE("a mass organisation is told its own part of what is cut by organisation as the whole") {
    WebWorld world("23656", rights("23656", {"commune/front/WOMEN", "commune/front/YOUTH"}));
    const auto women = as("commune/front/WOMEN");
    world.happened(session_of(v1::WOMEN, 1));
    world.happened(session_of(v1::YOUTH, 2));
    world.happened(session_of(v1::VILLAGE, 3, "23656-02"));
    world.happened(target_of("COM-01", 4));
    world.happened(target_of("SUP-01", 5));
    const auto table = world.get("/api/v1/table?period=2022-Q2&cuts=true", women);
    CHECK(groups_of(table.at("rows"), "indicator") == std::set<std::string>{"COM", "SUP", "MOB", "TGT"});
    const auto own = value_in(table, "COM-01", "23656");
    CHECK(own.at("number") == 1);
    CHECK(own.at("events") == 1);
    REQUIRE(own.at("parts").size() == 1);
    CHECK(own.at("parts")[0].at("value") == "WOMEN");
    CHECK_FALSE(own.contains("target"));  // it is of all of them
    CHECK(value_in(table, "SUP-01", "23656").at("target").at("assigned") == 4);
    REQUIRE(value_in(table, "TGT-01", "23656").at("parts").size() == 1);  // that of COM-01 would tell of all of them
    CHECK(value_in(table, "TGT-01", "23656").at("parts")[0].at("value") == "SUP-01");
    CHECK(value_in(table, "COM-01", "23656-02").at("status") == "NOT_REPORTED");
    CHECK(world.get("/api/v1/behind?indicator=COM-01&period=2022-Q2", women).at("value").at("number") == 1);
    CHECK(value_in(world.get("/api/v1/table?period=2022-Q2&cuts=true", as("all")), "COM-01", "23656").at("number") == 3);
    world.at("2022-07-20");
    REQUIRE(world.file("2022-Q2").error().empty());
    world.happened(session_of(v1::YOUTH, 6));
    const auto restated = [&](const char* name) {
        return value_in(world.get("/api/v1/table?period=2022-Q2", as(name)), "COM-01", "23656").at("filed").at("restated");
    };
    CHECK(restated("all") == true);
    CHECK(restated("commune/front/YOUTH") == true);
    CHECK(restated("commune/front/WOMEN") == false);
    const auto report = world.get("/api/v1/reports/2022-Q2/1", women);
    CHECK(groups_of(report.at("report").at("values"), "indicator") == std::set<std::string>{"COM", "SUP", "MOB", "TGT"});
    CHECK(groups_of(report.at("report").at("definitions"), "indicator") == std::set<std::string>{"COM", "SUP", "MOB", "TGT"});
    CHECK(groups_of(report.at("restated"), "indicator") == std::set<std::string>{"TGT"});  // which is not cut by organisation
    for (const auto& value : report.at("report").at("values")) {
        CHECK((value.at("indicator") != "COM-01" || value.at("area") != "23656" || value.at("value").at("number") == 1));
    }
}

TEST_CASE("a village head posts of the village, and of no other place") {
    WebWorld world("23656", rights("23656", {"village/23656-01"}, "may: [POST] role: VILLAGE_HEAD organisation: VILLAGE"));
    const auto post = [&](const std::string& place) {
        return world.ask("POST", "/api/v1/events", as("village/23656-01"),
                         R"({"occurredOn": "2022-03-20", )" + place +
                             R"("sessionHeld": {"form": "TALK", "topics": ["LAW"], "languages": ["BAHNAR"], "audience": {"total": 30}}})");
    };
    CHECK(std::holds_alternative<web::PostEvent>(post(R"("village": "23656-01", )")));
    for (const auto* elsewhere : {R"("village": "23656-02", )", ""}) {
        const auto refused = std::get<HttpReply>(post(elsewhere));
        CHECK(refused.status == 403);
        CHECK(Json::parse(refused.body).at("field") == "village");
    }
}

TEST_CASE("a village head is told of the village, and of no other place") {
    WebWorld world("23656", rights("23656", {"village/23656-01"}));
    const auto head = as("village/23656-01");
    world.happened(session_of(v1::VILLAGE, 1));
    world.happened(session_of(v1::VILLAGE, 2, "23656-02"));
    CHECK(world.get("/api/v1/me", head).at("place").at("code") == "23656-01");
    CHECK(codes_of(world.get("/api/v1/places", head).at("places")) == std::vector<std::string>{"23656-01"});
    const auto table = world.get("/api/v1/table?period=2022-Q2", head);
    CHECK(table.at("area") == "23656-01");
    CHECK(codes_of(table.at("places")) == std::vector<std::string>{"23656-01"});
    CHECK(groups_of(table.at("rows"), "indicator") == std::set<std::string>{"COM", "POV", "TGT"});
    CHECK(value_in(table, "COM-03", "23656-01").is_null());
    CHECK(value_in(table, "COM-01", "23656-01").at("number") == 1);
    CHECK(world.get("/api/v1/history?indicator=COM-01", head).at("area") == "23656-01");
    CHECK(world.get("/api/v1/behind?indicator=COM-01&period=2022-Q2", head).at("below").empty());
    for (const std::string other : {"23656", "23656-02"}) {
        CHECK(world.refused("/api/v1/table?period=2022-Q2&area=" + other, head) == "403 area");
        CHECK(world.refused("/api/v1/history?indicator=COM-01&area=" + other, head) == "403 area");
    }
    CHECK(world.refused("/api/v1/table?period=2022-Q2&area=23656-99", head) == "404 area");
    world.at("2022-06-20");
    CHECK(codes_of(world.get("/api/v1/silent", head).at("places")) == std::vector<std::string>{"23656-01"});
    world.at("2022-07-20");
    REQUIRE(world.file("2022-Q2").error().empty());
    const auto report = world.get("/api/v1/reports/2022-Q2/latest", head).at("report");
    for (const auto& value : report.at("values")) {
        CHECK(value.at("area") == "23656-01");
    }
}

TEST_CASE("the feed of cells tells the whole board: who receives a part of it is refused, and hears that something changed") {
    WebWorld world("23656", rights("23656", {"commune/labour", "village/23656-01", "commune/front/WOMEN", "commune/party"}));
    const auto blind = [&](const std::string& path, const std::string& name) {
        return std::get<web::FollowCells>(world.ask("GET", "/api/v1/feeds/cells/" + path, as(name))).blind;
    };
    for (const std::string name : {"commune/labour", "village/23656-01", "commune/front/WOMEN"}) {
        CHECK(world.refused("/api/v1/feeds/cells", as(name)) == "403 ");
        CHECK(world.refused("/api/v1/ledger", as(name)) == "403 ");
        CHECK(blind("events", name));
        CHECK(blind("websocket", name));
    }
    for (const std::string name : {"commune/party", "all"}) {
        CHECK(world.reply("/api/v1/feeds/cells", as(name)).status == 200);
        CHECK_FALSE(blind("events", name));
        CHECK_FALSE(blind("websocket", name));
    }
}

TEST_CASE("of the events behind a value a recipient is shown the kinds that it gets") {
    WebWorld world("23656", rights("23656", {"commune/sessions", "commune/party", "commune/front/WOMEN"}));
    world.journals->read();
    world.journals->stores(entry_of("p", a_session_held(1)));
    world.journals->settle();
    world.happened(a_session_held(1));
    const auto behind = [&](const std::string& name) { return world.get("/api/v1/behind?indicator=COM-01&period=2022-Q2", as(name)); };
    CHECK(behind("all").at("events").size() == 1);
    CHECK(behind("commune/sessions").at("events").size() == 1);
    CHECK(behind("commune/party").at("events").empty());
    CHECK_FALSE(behind("commune/front/WOMEN").contains("events"));
}

TEST_CASE("rights that name a recipient that there is not are refused, with those that there are") {
    CHECK(fault_of("commune/labour").empty());
    CHECK(fault_of("commune/front/WOMEN").empty());
    CHECK(fault_of("village/23656-01").empty());
    CHECK(fault_of("district/labour", "625").empty());
    const auto fault = fault_of("commune/labor");
    CHECK(fault.starts_with("r:1:1: viewer 'x': recipient: there is no recipient commune/labor at 23656; there are: commune/party, "));
    CHECK(fault.find("commune/front/WOMEN, ") != std::string::npos);
    CHECK(fault.find("village/{village}") != std::string::npos);
    for (const auto* other : {"district/labour", "commune/front/{organisation}", "commune/front/VILLAGE", "commune/front",
                              "village/{village}", "village/23656-99", "village/23653-01", "village/23656", "village/"}) {
        CHECK(fault_of(other).find(other) != std::string::npos);
    }
    CHECK(fault_of("commune/labour", "625").find("district/labour") != std::string::npos);
    CHECK_THROWS_AS(web::Rights::load("anonymous { recipient: \"commune/labour\" }", "r"), std::invalid_argument);
}

TEST_CASE("a recipient's class bounds what its viewers see") {
    const auto sees = [](const std::string& place, const std::string& name, const std::string& more) {
        WebWorld world(place, rights(place, {name}, more));
        return world.get("/api/v1/me", as(name)).at("sees").get<std::string>();
    };
    CHECK(sees("625", "district/labour", "sees: SENSITIVE purpose: \"review\"") == "PUBLIC");
    CHECK(sees("23656", "commune/party", "sees: SENSITIVE purpose: \"review\"") == "INTERNAL");
    CHECK(sees("23656", "commune/labour", "sees: SENSITIVE purpose: \"review\"") == "SENSITIVE");
    CHECK(sees("23656", "commune/labour", "") == "PUBLIC");
    WebWorld world("625", read_rights("anonymous { recipient: \"district/labour\" sees: INTERNAL }", "625"));
    CHECK(world.get("/api/v1/me").at("sees") == "PUBLIC");
    CHECK(world.refused("/api/v1/indicators/COM-01") == "403 code");
}

TEST_CASE("no answer to a recipient depends on what it does not receive") {
    struct Case {
        std::string place;
        std::string name;
        std::string indicator;
        std::vector<v1::Event> rest;  // of the board, which is not for it
        std::string more = "sees: INTERNAL";
    };
    const auto one = GENERATE(
        Case{"625", "district/labour", "SUP-01", {session_of(v1::VILLAGE, 11), target_of("SUP-01", 12)}},
        Case{"23656", "commune/labour", "SUP-01", {session_of(v1::VILLAGE, 11), target_of("SUP-01", 12)}},
        Case{"23656", "commune/front/WOMEN", "COM-01", {session_of(v1::YOUTH, 11), session_of(v1::VILLAGE, 12, "23656-02")}},
        Case{"23656", "village/23656-01", "COM-01", {session_of(v1::VILLAGE, 11, "23656-02"), session_of(v1::WOMEN, 12, "23656-03")}},
        Case{"23656", "commune/labour", "SUP-01", {session_of(v1::VILLAGE, 11)}, "threshold: 5"});
    CAPTURE(one.name);
    const auto area = one.name.starts_with("village/") ? one.name.substr(8) : one.place;
    std::set<std::string> asked{"/api/v1/me"};  // how far the feed is, and nothing of it
    const auto answers = [&](bool with_the_rest) {
        WebWorld world(one.place, rights(one.place, {one.name}, one.more));
        if (world.journals) {
            world.journals->read();
        }
        world.happened(session_of(v1::WOMEN, 1));
        world.happened(a_household_supported(2));
        world.at("2022-07-20");
        REQUIRE(world.file("2022-Q2").error().empty());
        for (const auto& event : with_the_rest ? one.rest : std::vector<v1::Event>()) {
            world.happened(event);
        }
        std::map<std::string, std::string> bodies;
        for (const auto& question : questions(area, one.indicator)) {
            for (const auto& route : web::routes()) {
                const auto path = question.substr(0, question.find('?'));
                const auto open = route.path.substr(0, route.path.find('{'));
                if (path == route.path || (open != route.path && path.starts_with(open))) {
                    asked.emplace(route.path);
                }
            }
            const auto outcome = world.ask("GET", question, as(one.name));
            if (const auto* reply = std::get_if<HttpReply>(&outcome)) {
                bodies[question] = std::to_string(reply->status) + reply->body;
            }
        }
        return bodies;
    };
    const auto without = answers(false);
    const auto with = answers(true);
    for (const auto& [question, answer] : without) {
        INFO(question << ": " << answer.substr(0, 300));
        CHECK((with.at(question) == answer));
        CHECK(answer.substr(0, 1) != "5");
    }
    // A new route that tells something stands among the questions.
    for (const auto& route : web::routes()) {
        if (route.method == "GET" && !route.open && route.path.find("/feeds/cells/") == std::string_view::npos) {
            INFO(route.path);
            CHECK(asked.contains(std::string(route.path)));
        }
    }
}

TEST_CASE("files tell a recipient what the table tells it") {
    WebWorld world("23656", rights("23656", {"commune/labour", "commune/front/WOMEN"}));
    world.happened(session_of(v1::WOMEN, 1));
    world.happened(session_of(v1::YOUTH, 2));
    world.happened(a_household_supported(3));
    for (const auto* format : {"csv", "html", "sdmx-csv", "sdmx-json"}) {
        INFO(format);
        const auto file = [&](const char* name) {
            const auto got = world.reply(std::string("/api/v1/table?period=2022-Q2&format=") + format, as(name));
            CHECK(got.status == 200);
            return got.body;
        };
        CHECK(file("all").find("COM-02") != std::string::npos);
        CHECK(file("commune/labour").find("COM-0") == std::string::npos);
        CHECK(file("commune/labour").find("SUP-01") != std::string::npos);
        CHECK(file("commune/front/WOMEN").find("COM-01") != std::string::npos);
        CHECK(file("commune/front/WOMEN").find("COM-02") == std::string::npos);
    }
    const auto csv = world.reply("/api/v1/table?period=2022-Q2&format=csv", as("commune/front/WOMEN")).body;
    CHECK(csv.find("WOMEN") != std::string::npos);
    CHECK(csv.find("YOUTH") == std::string::npos);
}

TEST_CASE("who asks for some rows of a table is told those that his recipient receives, and hidden is what was hidden") {
    WebWorld world("23656", rights("23656", {"commune/labour", "commune/front/WOMEN"}, "threshold: 5"));
    world.happened(session_of(v1::WOMEN, 1));
    world.happened(session_of(v1::YOUTH, 2));
    world.happened(a_household_supported(3));
    const std::string question = "/api/v1/table?period=2022-Q2";
    CHECK(world.refused(question + "&indicators=COM", as("commune/labour")) == "403 indicators");
    CHECK(world.refused(question + "&indicators=SUP,COM-01", as("commune/labour")) == "403 indicators");
    CHECK(world.refused(question + "&cut=language", as("commune/labour")) == "404 cut");
    for (const auto* name : {"commune/labour", "commune/front/WOMEN"}) {
        const auto whole = world.get(question + "&cuts=true", as(name));
        for (const auto& row : whole.at("rows")) {
            const auto one = world.get(question + "&cuts=true&indicators=" + row.at("indicator").get<std::string>(), as(name));
            CHECK(one.at("rows") == Json::array({row}));
        }
    }
}

TEST_CASE("answers that are kept, and their tags, are of one recipient") {
    WebWorld world("23656", rights("23656", {"commune/labour", "commune/front/WOMEN", "commune/front/YOUTH"}));
    world.happened(session_of(v1::WOMEN, 1));
    const std::string question = "/api/v1/table?period=2022-Q2";
    std::set<std::string> tags;
    for (const auto* name : {"all", "commune/labour", "commune/front/WOMEN", "commune/front/YOUTH", "all"}) {
        const auto reply = world.reply(question, as(name));
        tags.emplace(reply.field("ETag"));
        CHECK(world.reply(question, as(name)).body == reply.body);
    }
    CHECK(tags.size() == 4);
    CHECK(value_in(world.get(question, as("all")), "COM-01", "23656").at("number") == 1);
    CHECK(value_in(world.get(question, as("commune/front/YOUTH")), "COM-01", "23656").at("status") == "NOT_REPORTED");
}

TEST_CASE("under a threshold an organisation's part is hidden as the part is") {
    WebWorld world("23656", rights("23656", {"commune/front/WOMEN"}, "threshold: 5"));
    world.happened(a_household_supported(1));
    const auto value = value_in(world.get("/api/v1/table?period=2022&cuts=true", as("commune/front/WOMEN")), "MOB-03", "23656");
    CHECK(value.at("status") == "SUPPRESSED");
    CHECK_FALSE(value.contains("number"));
}

}  // namespace web_recipient_test
