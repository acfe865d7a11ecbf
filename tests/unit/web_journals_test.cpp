// SPDX-License-Identifier: Apache-2.0
// The ledger, and what looks like one fact, over HTTP: of a commune, and of whoever may read what is internal.
#include "tests/support/web_world.hpp"

using namespace chieng;
using namespace chieng::testing;
using web::Json;

namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

web::Rights rights() {
    const auto viewer = [](const std::string& name, const std::string& token, const std::string& more) {
        return "viewer { name: \"" + name + "\" token_sha256: \"" + web::sha256_hex(token) + "\" " + more + " }\n";
    };
    return web::Rights::load(viewer("officer", "gong", "sees: INTERNAL") + viewer("reader", "flute", ""), "rights.txtpb");
}

Fields as(const std::string& token) {
    return {{"authorization", "Bearer " + token}};
}

}  // namespace

TEST_CASE("ledger and duplicates are a commune's, and of who may read what is internal", "[web]") {
    WebWorld district;
    CHECK(district.refused("/api/v1/ledger") == "404 ");
    CHECK(Json::parse(district.reply("/api/v1/duplicates").body).at("detail").get<std::string>().find("commune") != std::string::npos);
    WebWorld commune("23656", rights());
    commune.journals->read();
    CHECK(commune.refused("/api/v1/ledger") == "401 ");
    CHECK(commune.refused("/api/v1/ledger", as("flute")) == "403 INTERNAL");
    CHECK(commune.refused("/api/v1/duplicates", as("flute")) == "403 INTERNAL");
    CHECK(commune.refused("/api/v1/ledger?days=1", as("gong")) == "400 days");
    CHECK(commune.get("/api/v1/ledger", as("gong")).at("balanced") == true);
    CHECK(commune.get("/api/v1/duplicates", as("gong")).at("groups").empty());
}

TEST_CASE("who asks waits for the journals to be read, and is told when that takes too long", "[web]") {
    WebWorld world("23656", rights());
    CHECK(std::holds_alternative<web::AwaitJournals>(world.ask("GET", "/api/v1/ledger", as("gong"))));
    world.now.gave_up = true;
    CHECK(world.refused("/api/v1/ledger", as("gong")) == "503 ");
    CHECK(world.reply("/api/v1/duplicates", as("gong")).field("Retry-After") == "60");
    world.journals->read();
    CHECK(world.get("/api/v1/ledger", as("gong")).at("devices").empty());
}

TEST_CASE("the ledger says what each device posted and what became of it, and the first difference", "[web]") {
    WebWorld world("23656", rights());
    world.journals->read();
    world.journals->stores({entry_of("head", a_session_held(1)), entry_of("head", a_session_held(2)), entry_of("web", a_session_held(5))});
    world.journals->says(a_status("head", 3, 2, 1));
    const auto before = world.reply("/api/v1/ledger", as("gong"));
    auto ledger = Json::parse(before.body);
    CHECK(ledger.at("balanced") == true);
    CHECK_FALSE(ledger.contains("first"));
    REQUIRE(ledger.at("devices").size() == 2);
    const auto& head = ledger.at("devices")[0];
    CHECK(head.at("device") == "head");
    CHECK(head.at("state") == "BALANCED");
    CHECK(head.at("posted") == 3);
    CHECK(head.at("stored") == 2);
    CHECK(head.at("refused") == 1);
    CHECK(head.at("lastHeard") == "2022-04-10T12:00:00+07:00");
    CHECK(ledger.at("devices")[1].at("state") == "UNKNOWN");
    CHECK_FALSE(ledger.at("devices")[1].contains("posted"));

    world.journals->says(a_status("head", 4, 4));
    auto fields = as("gong");
    fields["if-none-match"] = std::string(before.field("ETag"));
    ledger = world.get("/api/v1/ledger?days=true", fields);
    CHECK(ledger.at("balanced") == false);
    CHECK(ledger.at("difference") == 2);
    CHECK(ledger.at("first").at("device") == "head");
    CHECK(ledger.at("first").at("number") == "3");
    CHECK(ledger.at("devices")[0].at("state") == "LOST");
    CHECK(ledger.at("devices")[0].at("storedOn").at("2022-04-10") == 2);
}

TEST_CASE("a pair that looks like one fact is told as a decision about it names it", "[web]") {
    WebWorld world("23656", rights());
    world.journals->read();
    world.journals->stores(
        {entry_of("head", a_session_held(1)), entry_of("women", a_session_held(4)), entry_of("youth", a_session_held(2))});
    auto group = world.get("/api/v1/duplicates", as("gong")).at("groups").at(0);
    CHECK(group.at("service") == "session");
    CHECK(group.at("type") == "session_held");
    CHECK(group.at("label").at("vi") == "Tổ chức buổi tuyên truyền");
    CHECK(group.at("village") == "23656-01");
    CHECK(group.at("events").size() == 3);
    CHECK(group.at("events")[1].at("device") == "women");
    CHECK(group.at("events")[1].at("sequence") == "4");
    REQUIRE(group.at("pairs").size() == 3);
    CHECK(group.at("pairs")[0] ==
          Json{{"device", "women"}, {"sequence", "4"}, {"sameDevice", "head"}, {"sameSequence", "1"}, {"decision", "UNDECIDED"}});

    auto decided = entry_of("office", a_decision(1, "women", 4, "head", 1, v1::DuplicateDecided::DIFFERENT));
    decided.set_effect(v1::Entry::NOTHING);
    world.journals->stores(decided);
    group = world.get("/api/v1/duplicates", as("gong")).at("groups").at(0);
    REQUIRE(group.at("pairs").size() == 3);
    CHECK(group.at("pairs")[2] ==
          Json{{"device", "women"}, {"sequence", "4"}, {"sameDevice", "head"}, {"sameSequence", "1"}, {"decision", "DIFFERENT"}});
}
