// SPDX-License-Identifier: Apache-2.0
// The ledger, and what looks like one fact, over HTTP: of a commune, and of whoever may read what is internal.
#include "tests/support/lines.hpp"
#include "tests/support/web_world.hpp"

namespace web_journals_test {

using namespace chieng;
using namespace chieng::testing;
using web::Json;

namespace {

web::Rights rights() {
    return web::Rights::load(viewer_of("officer", "gong", "sees: INTERNAL") + viewer_of("reader", "flute", ""), "rights.txtpb");
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

namespace {

v1::Event a_support(std::uint64_t sequence) {
    auto event = a_household_supported(sequence);
    event.set_note("nhà ông A");
    return event;
}

web::Rights eyes() {
    const auto viewer = [](const std::string& token, const std::string& more) {
        return "viewer { name: \"" + token + "\" token_sha256: \"" + web::sha256_hex(token) + "\" " + more + " }\n";
    };
    return web::Rights::load(viewer("public", "") + viewer("internal", "sees: INTERNAL") +
                                 viewer("sensitive", "sees: SENSITIVE purpose: \"review\"") +
                                 viewer("shielded", "sees: SENSITIVE purpose: \"review\" threshold: 5"),
                             "rights.txtpb");
}

v1::Event another_support() {
    auto event = a_support(2);
    event.mutable_household_supported()->set_support_id("s-2");
    return event;
}

const std::string sessions_of_q2 = "/api/v1/behind?indicator=COM-01&period=2022-Q2";

std::vector<std::string> ids_of(const Json& answer) {
    std::vector<std::string> ids;
    for (const auto& event : answer.at("events")) {
        ids.push_back(event.at("device").get<std::string>() + "/" + event.at("sequence").get<std::string>());
    }
    return ids;
}

// The board and the journals have the same entries.
void stores(WebWorld& world, const v1::Entry& entry, const std::string& service = "session") {
    world.journals->stores(entry, service);
    world.follower.board().apply("23656/" + service, entry);
    world.take();
}

}  // namespace

TEST_CASE("under a threshold neither the ledger is told, which moves by one, nor a median that is one event's", "[web]") {
    WebWorld world("23656", eyes());
    world.journals->read();
    const std::string delays = "/api/v1/table?period=2022-04&indicators=RPT-02";
    const auto median = [&](const std::string& token) { return world.get(delays, as(token)).at("rows")[0].at("values")[0]; };
    for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
        stores(world, entry_of("p", a_session_held(sequence)));
    }
    CHECK(world.refused("/api/v1/ledger", as("shielded")) == "403 threshold");
    CHECK(world.get("/api/v1/ledger", as("internal")).at("devices").size() == 1);
    CHECK(median("internal").contains("median"));
    CHECK(median("shielded").at("status") == "SUPPRESSED");
    stores(world, entry_of("p", a_session_held(5)));
    CHECK(median("shielded").contains("median"));
}

TEST_CASE("the events behind a value are those that count in it, in the order of their journal", "[web]") {
    WebWorld world("23656", eyes());
    world.journals->read();
    auto elsewhere = a_session_held(3);
    elsewhere.set_village("23656-02");
    auto later = a_session_held(4);
    later.set_occurred_on("2022-06-20");
    stores(world, entry_of("p", a_session_held(1)));
    stores(world, entry_of("p", a_session_held(2)));
    stores(world, entry_of("p", elsewhere));
    stores(world, entry_of("p", later));
    stores(world, entry_of("h", a_support(1)), "household");
    const auto all = world.get(sessions_of_q2, as("internal"));
    CHECK(ids_of(all) == std::vector<std::string>{"p/1", "p/2", "p/3"});
    CHECK(all.at("value").at("events") == 3);
    CHECK_FALSE(all.contains("eventsNext"));
    CHECK(all.at("events")[0].at("event").at("sessionHeld").at("audience").contains("total"));
    CHECK(ids_of(world.get(sessions_of_q2 + "&area=23656-02", as("internal"))) == std::vector<std::string>{"p/3"});
    CHECK(ids_of(world.get("/api/v1/behind?indicator=COM-01&period=2022-Q3", as("internal"))) == std::vector<std::string>{"p/4"});
    CHECK(world.get(sessions_of_q2 + "&map=2022-05-01", as("internal")).at("eventsMissing") == "MAP");
    CHECK(world.refused(sessions_of_q2 + "&limit=201", as("internal")) == "400 limit");

    auto replacing = correcting(a_session_held(5), v1::Correction::REPLACE, 1);
    auto entry = entry_of("p", replacing);
    *entry.mutable_retracts() = entry_of("p", a_session_held(1));
    stores(world, entry);
    CHECK(ids_of(world.get(sessions_of_q2, as("internal"))) == std::vector<std::string>{"p/2", "p/3", "p/5"});
}

TEST_CASE("beside an event that counts stands what it is counted instead of: what it replaced, and what is the same", "[web]") {
    WebWorld world("23656", eyes());
    world.journals->read();
    const auto count_for = [&](const std::string& device, const v1::Event& event, const std::string& before, const v1::Event& replaced) {
        auto entry = entry_of(device, event);
        *entry.mutable_retracts() = entry_of(before, replaced);
        stores(world, entry);
    };
    stores(world, entry_of("p", a_session_held(1)));
    stores(world, entry_of("w", a_session_held(4)));
    const auto first = correcting(a_session_held(2), v1::Correction::REPLACE, 1);
    const auto second = correcting(a_session_held(3), v1::Correction::REPLACE, 1);
    count_for("p", first, "p", a_session_held(1));
    count_for("p", second, "p", first);
    auto events = world.get(sessions_of_q2, as("internal")).at("events");
    REQUIRE(events.size() == 2);
    CHECK_FALSE(events[0].contains("insteadOf"));  // w/4
    const auto named = [](const Json& event) {
        std::vector<std::string> names;
        for (const auto& one : event.at("insteadOf")) {
            names.push_back(one.at("because").get<std::string>() + " " + one.at("device").get<std::string>() + "/" +
                            one.at("sequence").get<std::string>());
        }
        return names;
    };
    CHECK(named(events[1]) == std::vector<std::string>{"REPLACE p/1", "REPLACE p/2"});
    CHECK(events[1].at("insteadOf")[0].at("event").at("sessionHeld").at("audience").contains("total"));

    stores(world, taking_back(entry_of("o", a_decision(1, "w", 4, "p", 1, v1::DuplicateDecided::SAME)), entry_of("w", a_session_held(4))));
    events = world.get(sessions_of_q2, as("internal")).at("events");
    REQUIRE(events.size() == 1);
    CHECK(named(events[0]) == std::vector<std::string>{"REPLACE p/1", "REPLACE p/2", "SAME w/4"});

    auto apart = entry_of("o", a_decision(2, "w", 4, "p", 1, v1::DuplicateDecided::DIFFERENT));
    apart.set_effect(v1::Entry::NOTHING);
    *apart.mutable_restores() = entry_of("w", a_session_held(4));
    stores(world, apart);
    events = world.get(sessions_of_q2, as("internal")).at("events");
    REQUIRE(events.size() == 2);
    CHECK_FALSE(events[0].contains("insteadOf"));
    CHECK(named(events[1]) == std::vector<std::string>{"REPLACE p/1", "REPLACE p/2"});
    CHECK_FALSE(events[1].contains("insteadOfMore"));

    auto last = second;
    for (std::uint64_t sequence = 4; sequence <= 22; ++sequence) {  // two before it, and nineteen
        const auto next = correcting(a_session_held(sequence), v1::Correction::REPLACE, 1);
        count_for("p", next, "p", last);
        last = next;
    }
    events = world.get(sessions_of_q2, as("internal")).at("events");
    REQUIRE(events.size() == 2);
    CHECK(events[1].at("insteadOf").size() == 20);
    CHECK(events[1].at("insteadOfMore") == true);
}

TEST_CASE("what is counted instead of another is shown as that one is: to whom it may be", "[web]") {
    WebWorld world("23656", eyes());
    world.journals->read();
    auto replacing = correcting(a_support(2), v1::Correction::REPLACE, 1);
    replacing.mutable_household_supported()->set_household_key("h-18");
    replacing.clear_note();
    stores(world, entry_of("h", a_support(1)), "household");
    auto entry = entry_of("h", replacing);
    *entry.mutable_retracts() = entry_of("h", a_support(1));
    stores(world, entry, "household");
    const std::string asked = "/api/v1/behind?indicator=SUP-01&period=2022-Q2";
    const auto internal = world.reply(asked, as("internal")).body;
    CHECK(internal.find("h-17") == std::string::npos);
    CHECK(internal.find("nhà ông A") == std::string::npos);
    CHECK(Json::parse(internal).at("events").empty());
    const auto whole = world.get(asked, as("sensitive")).at("events")[0].at("insteadOf")[0];
    CHECK(whole.at("event").at("householdSupported").at("householdKey") == "h-17");
}

TEST_CASE("of the events behind a value nobody is shown what is above his class", "[web]") {
    WebWorld world("23656", eyes());
    world.journals->read();
    stores(world, entry_of("h", a_support(1)), "household");
    const std::string asked = "/api/v1/behind?indicator=SUP-01&period=2022-Q2";
    CHECK_FALSE(world.get(asked, as("public")).contains("events"));
    CHECK_FALSE(world.get(asked, as("shielded")).contains("events"));
    const auto internal = world.reply(asked, as("internal"));
    CHECK(internal.body.find("h-17") == std::string::npos);
    CHECK(internal.body.find("nhà ông A") == std::string::npos);
    CHECK(Json::parse(internal.body).at("events").empty());  // that it is behind this number would tell what it is
    CHECK(Json::parse(internal.body).at("eventsWithheld") == true);
    CHECK_FALSE(world.get(asked, as("sensitive")).contains("eventsWithheld"));
    const auto delays = world.get("/api/v1/behind?indicator=RPT-02&period=2022-04", as("internal"));  // of every event, whatever it says
    CHECK(delays.at("events").size() == 1);
    CHECK_FALSE(delays.contains("eventsWithheld"));
    CHECK_FALSE(world.get(sessions_of_q2, as("internal")).contains("eventsWithheld"));
    const auto whole = world.get(asked, as("sensitive")).at("events").at(0);
    CHECK_FALSE(whole.contains("hidden"));
    CHECK(whole.at("event").at("householdSupported").at("householdKey") == "h-17");
    WebWorld district("625", eyes());
    CHECK_FALSE(district.get(sessions_of_q2, as("sensitive")).contains("events"));
}

TEST_CASE("behind which number an event is tells nobody what he may not read of it", "[web]") {
    WebWorld world("23656", web::Rights::load(viewer_of("public", "public", "") + viewer_of("internal", "internal", "sees: INTERNAL") +
                                                  viewer_of("all", "all", "sees: SENSITIVE purpose: \"review\""),
                                              "rights.txtpb"));
    world.journals->read();
    for (std::uint64_t n = 1; n <= 2; ++n) {
        auto event = an_event(n);
        event.set_village("23656-10");
        event.set_occurred_on("2022-04-21");
        auto& change = *event.mutable_household_status_changed();
        change.set_household_key("h-" + std::to_string(n));
        change.set_from_class(v1::POOR);
        change.set_to_class(v1::NEAR_POOR);
        change.set_ethnic_minority(n == 1);
        change.set_cause(v1::HouseholdStatusChanged::YEARLY_REVIEW);
        change.set_movement(v1::HouseholdStatusChanged::ESCAPED_POVERTY);
        change.set_standard(v1::DECREE_07_2021);
        stores(world, entry_of("h", event), "household");
    }
    const auto behind = [&](const std::string& code, const std::string& who) {
        return ids_of(world.get("/api/v1/behind?period=2022&area=23656-10&indicator=" + code, as(who)));
    };
    const std::vector<std::string> both{"h/1", "h/2"};
    CHECK(behind("POV-02", "all") == both);
    CHECK(behind("POV-02", "internal").empty());
    const std::string of_minority = "POV-05";
    CHECK(behind(of_minority, "all") == std::vector<std::string>{"h/1"});
    CHECK(behind(of_minority, "internal").empty());
    CHECK(world.get("/api/v1/behind?period=2022&area=23656-10&indicator=POV-05", as("internal")).at("eventsWithheld") == true);
}

TEST_CASE("who reads about single households, or takes a file along, is noted with the purpose", "[web]") {
    Lines notes(false);
    WebWorld world("23656", eyes());
    world.api.note_reads(notes);
    world.journals->read();
    stores(world, entry_of("h", a_support(1)), "household");
    const std::string asked = "/api/v1/behind?indicator=SUP-01&period=2022-Q2";
    static_cast<void>(world.get(asked, as("internal")));  // is shown nothing about a household
    static_cast<void>(world.get("/api/v1/table?period=2022-Q2", as("sensitive")));
    CHECK(notes.lines.empty());
    static_cast<void>(world.get(asked, as("sensitive")));
    CHECK(world.reply("/api/v1/table?period=2022-Q2&format=csv", as("internal")).status == 200);
    CHECK(world.refused(asked + "&limit=201", as("sensitive")) == "400 limit");
    REQUIRE(notes.lines.size() == 2);
    CHECK(notes.lines[0] == "at=gateway read=/api/v1/behind&indicator=SUP-01&period=2022-Q2 viewer=sensitive recipient=- purpose=review");
    CHECK(notes.lines[1] == "at=gateway read=/api/v1/table&period=2022-Q2&format=csv viewer=internal recipient=- purpose=-");
}

TEST_CASE("what looks like one fact is shown side by side, as it counts, to whom it may be shown", "[web]") {
    WebWorld world("23656", eyes());
    world.journals->read();
    stores(world, entry_of("h", a_support(1)), "household");
    stores(world, entry_of("w", another_support()), "household");
    stores(world, entry_of("p", a_session_held(1)));
    stores(world, entry_of("w", a_session_held(1)));
    auto corrected = correcting(a_session_held(2), v1::Correction::REPLACE, 1);
    corrected.mutable_session_held()->mutable_audience()->set_total(99);
    auto replacing = entry_of("p", corrected);
    *replacing.mutable_retracts() = entry_of("p", a_session_held(1));
    stores(world, replacing);
    const auto answer = world.reply("/api/v1/duplicates", as("internal"));
    CHECK(answer.body.find("h-17") == std::string::npos);
    CHECK(answer.body.find("nhà ông A") == std::string::npos);
    const auto groups = Json::parse(answer.body).at("groups");
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].at("events")[0].at("hidden") == true);
    CHECK(groups[1].at("events")[0].at("sequence") == "1");
    CHECK(groups[1].at("events")[0].at("event").at("sessionHeld").at("audience").at("total") == 99);
    const auto whole = world.get("/api/v1/duplicates", as("sensitive")).at("groups")[0].at("events")[1];
    CHECK_FALSE(whole.contains("hidden"));
    CHECK(whole.at("event").at("householdSupported").at("supportId") == "s-2");
}

TEST_CASE("pages of events skip none while others come, and a cursor of another history is refused", "[web]") {
    WebWorld world("23656", eyes());
    CHECK(std::holds_alternative<web::AwaitJournals>(world.ask("GET", sessions_of_q2, as("internal"))));
    world.now.gave_up = true;
    CHECK(world.get(sessions_of_q2, as("internal")).at("eventsMissing") == "READING");
    world.journals->read();
    for (std::uint64_t n = 1; n <= 5; ++n) {
        stores(world, entry_of("p", a_session_held(n)));
    }
    auto page = world.get(sessions_of_q2 + "&limit=2", as("internal"));
    CHECK(ids_of(page) == std::vector<std::string>{"p/1", "p/2"});
    auto next = page.at("eventsNext").get<std::string>();
    stores(world, taking_back(entry_of("p", correcting(a_session_held(6), v1::Correction::VOID, 1)), entry_of("p", a_session_held(1))));
    stores(world, entry_of("p", a_session_held(7)));
    page = world.get(sessions_of_q2 + "&limit=2&after=" + next, as("internal"));
    CHECK(ids_of(page) == std::vector<std::string>{"p/3", "p/4"});
    page = world.get(sessions_of_q2 + "&limit=2&after=" + page.at("eventsNext").get<std::string>(), as("internal"));
    CHECK(ids_of(page) == std::vector<std::string>{"p/5", "p/7"});
    CHECK(world.refused(sessions_of_q2 + "&after=soon", as("internal")) == "400 after");
    CHECK(WebWorld("625").refused(sessions_of_q2 + "&after=soon") == "400 after");  // there are no single events
    CHECK(world.refused(sessions_of_q2 + "&after=session-7-900", as("internal")) == "409 after");
    CHECK(world.refused(sessions_of_q2 + "&after=session-8-1", as("internal")) == "409 after");
}

TEST_CASE("what an erasure takes from a journal is behind no number any more", "[web]") {
    WebWorld world("23656", eyes());
    world.journals->read();
    stores(world, entry_of("h", a_support(1)), "household");
    const std::string asked = "/api/v1/behind?indicator=SUP-01&period=2022-Q2";
    const auto before = world.reply(asked, as("sensitive"));
    REQUIRE(before.body.find("h-17") != std::string::npos);
    world.journals->begins_again("household");
    CHECK(std::holds_alternative<web::AwaitJournals>(world.ask("GET", asked, as("sensitive"))));
    world.journals->settle();
    const auto after = world.reply(asked, as("sensitive"));
    CHECK(after.body.find("h-17") == std::string::npos);
    CHECK(after.field("ETag") != before.field("ETag"));
}

}  // namespace web_journals_test
