// SPDX-License-Identifier: Apache-2.0
// A real gateway over real HTTP: what is posted is seen, who follows goes on after a kill, who does not read harms nobody, and
// an officer's action is an event with a receipt.
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "tests/support/clock_at.hpp"
#include "tests/support/events.hpp"
#include "tests/support/http.hpp"
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

namespace web_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

// printf %s gong | sha256sum
constexpr const char* rights = R"(viewer {
  name: "officer" token_sha256: "cb37790a8586667fe9d52fbf3749dbbbdf05a5e6eab4152a8af7330c10ea60f5" may: [POST, CORRECT, DECIDE, ASSIGN, FILE]
  sees: SENSITIVE purpose: "review" role: CULTURE_OFFICIAL organisation: COMMUNE_PEOPLES_COMMITTEE
}
viewer {  # printf %s flute | sha256sum
  name: "shielded" token_sha256: "c52c4fb88926f84bcbc39459fb74792f00032309d52aa2f242741702958003cc" threshold: 5
}
anonymous { }
)";

class Town {
public:
    Town() { REQUIRE(ready()); }

    [[nodiscard]] bool ready() const {
        return eventually(60s, [&] {
            return text_of(folder.path() / "gateway.log").find("http: listening") != std::string::npos &&
                   http(port, "GET", "/readyz").status == 200;
        });
    }
    void restart() {
        gateway.kill();
        std::filesystem::remove(folder.path() / "gateway.log");
        gateway.start();
        REQUIRE(ready());
    }
    void post_session(const std::string& device = "p1") const {
        SqliteStore store(folder.path() / (device + ".outbox.db"));
        Outbox outbox(store);
        REQUIRE(outbox.post(a_session_held(0), "session", &kbang(), "23656", *parse_day("2022-07-20"), 1).index() == 0);
    }
    void send(const std::string& device = "p1") const {
        Process sender({CHIENG_FIELD, "--device", device, "--data", folder.path(), "--broker", broker.url(), "send"},
                       folder.path() / (device + ".log"));
        REQUIRE(sender.wait(60s) == 0);
    }
    [[nodiscard]] Json get(const std::string& target) const { return Json::parse(http(port, "GET", target).body); }
    [[nodiscard]] Json asked(const std::string& target) const {
        const auto answer = http(port, "GET", target, "Authorization: Bearer gong\r\n");
        INFO(target << " " << answer.status << " " << answer.body);
        return answer.status == 200 ? Json::parse(answer.body) : Json{{"status", answer.status}};
    }
    [[nodiscard]] HttpAnswer act(const std::string& target, const std::string& body, const std::string& more = "") const {
        return http(port, "POST", target,
                    "Authorization: Bearer gong\r\nContent-Type: application/json\r\n" + more +
                        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    // The number of sessions held.
    [[nodiscard]] int sessions() const {
        const auto table = get("/api/v1/table?period=2022-Q2");
        for (const auto& row : table.at("rows")) {
            if (row.at("indicator") == "COM-01") {
                return row.at("values")[0].value("number", 0);
            }
        }
        return -1;
    }

    Folder folder;
    Broker broker{folder};
    int port = free_port();

private:
    static std::filesystem::path written(const Folder& folder) {
        std::ofstream(folder.path() / "rights.txtpb") << rights;
        return folder.path() / "rights.txtpb";
    }

public:
    Process service{{CHIENG_SERVICE, "--data", folder.path(), "--broker", broker.url()}, folder.path() / "service.log"};
    Process gateway{{CHIENG_GATEWAY, "--place", "23656", "--data", folder.path(), "--broker", broker.url(), "--http",
                     "127.0.0.1:" + std::to_string(port), "run", "--rights", written(folder)},
                    folder.path() / "gateway.log"};
};

// What comes until it holds these words.
std::string until(Wire& wire, const std::string& words, std::chrono::milliseconds patience = 30s) {
    std::string text;
    static_cast<void>(eventually(patience, [&] {
        text += wire.receive(50ms);
        return text.find(words) != std::string::npos;
    }));
    return text;
}

std::unique_ptr<Wire> follow(int port, const std::string& more = "") {
    auto wire = std::make_unique<Wire>(port);
    wire->send("GET /api/v1/feeds/cells/events HTTP/1.1\r\nHost: x\r\n" + more + "\r\n");
    return wire;
}

// The id of the last event in the text.
std::string last_id(const std::string& text) {
    const auto at = text.rfind("id: ");
    REQUIRE(at != std::string::npos);
    return text.substr(at + 4, text.find('\n', at) - at - 4);
}

}  // namespace

TEST_CASE("what a device posts is in the table, and who follows sees it, also after the gateway was killed", "[integration]") {
    const ClockAt july{"2022-07-20"};
    Town town;
    auto first = follow(town.port);
    const auto head = until(*first, "event: head");
    CHECK(head.find("text/event-stream") != std::string::npos);
    town.post_session();
    town.send();
    const auto seen = until(*first, "\"indicator\":\"COM-01\"");
    CHECK(seen.find("event: cells") != std::string::npos);
    CHECK(eventually(20s, [&] { return town.sessions() == 1; }));
    const auto id = last_id(seen);

    town.restart();
    town.post_session();
    town.send();
    auto second = follow(town.port, "Last-Event-ID: " + id + "\r\n");
    const auto resumed = until(*second, "\"indicator\":\"COM-01\"");
    CHECK(resumed.find("\"reset\":false") != std::string::npos);
    CHECK(resumed.find("\"number\":\"2\"") != std::string::npos);
    CHECK(town.sessions() == 2);
    auto other = follow(town.port, "Last-Event-ID: 5-1\r\n");
    CHECK(until(*other, "COM-01").find("\"reset\":true") != std::string::npos);
}

TEST_CASE("an officer posts, corrects and files over HTTP, and is answered with the receipt", "[integration]") {
    const ClockAt july{"2022-07-20"};
    Town town;
    const std::string meeting = R"("occurredOn": "2022-05-20", "village": "23656-01", "sessionHeld": {"form": "TALK", "topics": ["LAW"],
        "languages": ["VIETNAMESE"], "audience": {"total": 30}}})";
    const auto posted = town.act("/api/v1/events?service=session", "{" + meeting);
    REQUIRE(posted.status == 200);
    const auto answer = Json::parse(posted.body);
    CHECK(answer.at("receipt").at("verdict") == "STORED");
    CHECK(answer.at("receipt").at("period") == "2022-06");
    CHECK(answer.at("sequence") == 1);
    CHECK(answer.at("device").get<std::string>().starts_with("office-23656-"));
    CHECK(eventually(20s, [&] { return town.sessions() == 1; }));

    const auto refused = Json::parse(town.act("/api/v1/events", R"({"occurredOn": "2023-05-20", "sessionHeld": {}})").body);
    CHECK(refused.at("receipt").at("verdict") == "REFUSED");
    CHECK_FALSE(refused.at("receipt").at("reasons").empty());
    CHECK(refused.at("posted") == false);

    const auto taken_back =
        town.act("/api/v1/events", R"({"correction": {"action": "VOID", "reason": "DID_NOT_HAPPEN", "sequence": "1"}, )" + meeting);
    CHECK(Json::parse(taken_back.body).at("receipt").at("verdict") == "STORED");
    CHECK(eventually(20s, [&] { return town.sessions() == 0; }));

    const auto target = [&](const std::string& value) {
        const auto assigned = town.act("/api/v1/events", R"({"occurredOn": "2022-07-20", "targetAssigned": {"indicator": "COM-01",
            "period": "2022-Q2", "docNo": "12/QD-UBND", "value": ")" +
                                                             value + R"("}})");
        const auto receipt = Json::parse(assigned.body).at("receipt");
        return receipt.at("reasons").empty() ? receipt.at("verdict") : receipt.at("reasons")[0].at("code");
    };
    CHECK(target("1000") == "STORED");
    CHECK(target("2000") == "STORED");
    const auto filed = town.act("/api/v1/reports", R"({"period": "2022-Q2"})");
    CHECK(filed.status == 201);
    CHECK(Json::parse(filed.body).at("event").at("receipt").at("verdict") == "STORED");
    CHECK(target("3000") == "TARGET_FILED");
    CHECK(Json::parse(filed.body).at("report").at("revision") == 1);
    CHECK(Json::parse(filed.body).at("report").at("filedBy") == town.asked("/api/v1/me").at("viewer"));
    const auto unexplained = town.act("/api/v1/reports", R"({"period": "2022-Q2"})");
    CHECK(unexplained.status == 400);
    CHECK(Json::parse(unexplained.body).at("field") == "why");
    CHECK(town.get("/api/v1/reports").at("reports").size() == 1);
    const auto again = town.act("/api/v1/reports", R"({"period": "2022-Q2", "why": "a late report"})");
    CHECK(Json::parse(again.body).at("report").at("revision") == 2);
    CHECK(Json::parse(again.body).at("event").at("receipt").at("verdict") == "STORED");
    CHECK(http(town.port, "POST", "/api/v1/reports", "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}").status == 403);

    town.service.kill();  // nobody answers: it waits, and is answered later
    const auto waits = town.act("/api/v1/events", "{" + meeting);
    CHECK(waits.status == 202);
    CHECK(Json::parse(waits.body).at("waiting") == true);
    const auto filed_alone = town.act("/api/v1/reports", R"({"period": "2022-Q1"})");
    CHECK(filed_alone.status == 201);  // the report is kept; its event waits too
    CHECK(Json::parse(filed_alone.body).at("event").at("waiting") == true);
    town.service.start();
    CHECK(eventually(60s, [&] { return town.sessions() == 1; }));
}

TEST_CASE("a WebSocket is told the same", "[integration]") {
    const ClockAt july{"2022-07-20"};
    Town town;
    town.post_session();
    town.send();
    CHECK(eventually(20s, [&] { return town.sessions() == 1; }));
    CHECK(http(town.port, "GET", "/api/v1/feeds/cells/websocket").status == 426);
    for (const auto& [status, wrong] :
         {std::pair("400", "Sec-WebSocket-Version: 13\r\n\r\n"),
          std::pair("426", "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")}) {
        Wire refused(town.port);
        refused.send("GET /api/v1/feeds/cells/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
                     std::string(wrong));
        const auto told = until(refused, "detailVi");
        CHECK(told.starts_with("HTTP/1.1 " + std::string(status)));
        CHECK(told.find("Content-Type: application/problem+json") != std::string::npos);
        CHECK(told.find("Sec-WebSocket-Version: 13") != std::string::npos);
        CHECK(told.find("\r\nDate: ") != std::string::npos);
    }
    Wire wire(town.port);
    wire.send(
        "GET /api/v1/feeds/cells/websocket?after=0 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    const auto text = until(wire, "\"indicator\":\"COM-01\"");
    CHECK(text.starts_with("HTTP/1.1 101 "));
    CHECK(text.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
    CHECK(text.find("\"reset\":false") != std::string::npos);
    wire.send(std::string("\x81\x82\0\0\0\0[]", 8));                             // no cursor
    CHECK(until(wire, "say {\"after\"").find("\x03\xF0") != std::string::npos);  // 1008
    wire.send(std::string("\x88\x80\0\0\0\0", 6));
    CHECK(wire.closed_within(5s));
}

TEST_CASE("hostile requests get a problem, and the next one is served", "[integration]") {
    const ClockAt july{"2022-07-20"};
    Town town;
    CHECK(http(town.port, "GET", "/api/v1/%00").status == 400);
    CHECK(http(town.port, "GET", "/..%2f..%2fetc/passwd").status == 400);
    CHECK(http(town.port, "GET", "/../../etc/passwd").status == 404);
    CHECK(http(town.port, "TRACE", "/api/v1/me").status == 405);
    CHECK(http(town.port, "GET", "/" + std::string(20'000, 'x')).status == 431);
    CHECK(http(town.port, "POST", "/api/v1/events", "Authorization: Bearer gong\r\nContent-Length: 99999999\r\n").status == 413);
    const auto twice = http(town.port, "POST", "/api/v1/events", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    CHECK(twice.status == 400);
    CHECK(twice.fields.at("Content-Type") == "application/problem+json");
    for (const std::string coding : {"gzip", "chunked, gzip", "identity", "chunked, chunked", "xchunked", "gzip, chunked"}) {
        INFO(coding);
        Wire wire(town.port);  // what follows must not be read as a request of its own
        wire.send("POST /api/v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + coding +
                  "\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        const auto answers = wire.receive();
        CHECK(answers.find("HTTP/1.1 501") == 0);
        CHECK(answers.find("HTTP/1.1 200") == std::string::npos);
    }
    Wire slow(town.port);
    slow.send("POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
    Wire pipelined(town.port);
    pipelined.send("GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\nGET /api/v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto both = pipelined.receive();
    CHECK(both.starts_with("HTTP/1.1 200 "));
    CHECK(both.find("HTTP/1.1 404 ") != std::string::npos);
    const auto began = std::chrono::steady_clock::now();
    std::string told;
    CHECK(eventually(15s, [&] {  // a byte now and then does not keep it
        static_cast<void>(slow.send(" "));
        told += slow.receive(50ms);
        return told.starts_with("HTTP/1.1 408 ");
    }));
    CHECK(std::chrono::steady_clock::now() - began < 10s);
    for (const auto* hosts : {"", "Host: a\r\nHost: b\r\n"}) {
        Wire nameless(town.port);
        nameless.send("GET /api/v1/me HTTP/1.1\r\n" + std::string(hosts) + "\r\n");
        CHECK(nameless.receive().starts_with("HTTP/1.1 400 "));
    }
    CHECK(http(town.port, "GET", "/api/v1/me").status == 200);
}

TEST_CASE("a body that comes slowly, but comes, is taken", "[integration]") {
    const ClockAt july{"2022-07-20"};
    const Town town;
    constexpr std::size_t piece = 600;
    constexpr std::size_t pieces = 9;  // one in nine tenths of a second: longer than who says nothing has
    std::string body = R"({"occurredOn": "2022-05-20", "village": "23656-01", "sessionHeld": {"form": "TALK", "topics": ["LAW"],
        "languages": ["VIETNAMESE"], "audience": {"total": 30}}})";
    body.insert(1, pieces * piece - body.size(), ' ');
    Wire slow(town.port);
    REQUIRE(
        slow.send("POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer gong\r\nContent-Type: application/json\r\n"
                  "Content-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n"));
    std::string told;
    for (std::size_t at = 0; at < body.size(); at += piece) {
        REQUIRE(slow.send(body.substr(at, piece)));
        told += slow.receive(900ms);
    }
    told += slow.receive();
    CHECK(told.starts_with("HTTP/1.1 200 "));
}

TEST_CASE("who has a threshold is told at once that something changed, and not what", "[integration]") {
    const ClockAt july{"2022-07-20"};
    Town town;
    auto shielded = follow(town.port, "Authorization: Bearer flute\r\n");
    auto text = until(*shielded, "event: head");
    town.post_session();
    town.send();
    text += until(*shielded, "event: moved");
    CHECK(text.find("\"last\":0}") == std::string::npos);
    CHECK(eventually(20s, [&] { return town.sessions() == 1; }));
    CHECK(text.find("event: moved") != std::string::npos);
    CHECK(text.find("COM-01") == std::string::npos);
    auto again = follow(town.port, "Authorization: Bearer flute\r\nLast-Event-ID: " + last_id(text) + "\r\n");
    CHECK(until(*again, "event: head").find("\"reset\":false") != std::string::npos);
}

TEST_CASE("a commune tells its ledger, what looks like one fact, and the events behind a number", "[integration]") {
    const ClockAt july{"2022-07-20"};
    Town town;
    CHECK(http(town.port, "GET", "/api/v1/ledger").status == 403);
    town.post_session("head");
    town.send("head");
    CHECK(eventually(20s, [&] { return town.sessions() == 1; }));
    auto ledger = town.asked("/api/v1/ledger");  // the first who asks waits until the journals are read
    CHECK(ledger.at("balanced") == true);
    REQUIRE(ledger.at("devices").size() == 1);
    CHECK(ledger.at("devices")[0].at("posted") == 1);
    CHECK(ledger.at("devices")[0].at("stored") == 1);
    CHECK(town.asked("/api/v1/duplicates").at("groups").empty());

    town.post_session("women");  // and what comes later is followed
    town.send("women");
    Json groups;
    REQUIRE(eventually(20s, [&] { return !(groups = town.asked("/api/v1/duplicates").at("groups")).empty(); }));
    auto decided = groups.at(0).at("pairs").at(0);
    CHECK(decided.at("decision") == "UNDECIDED");
    CHECK(decided.at("device") == "women");
    const std::string behind = "/api/v1/behind?indicator=COM-01&period=2022-Q2";
    CHECK(town.asked(behind).at("events").size() == 2);
    const auto page = town.asked(behind + "&limit=1");
    CHECK(page.at("events")[0].at("device") == "head");
    CHECK(town.asked(behind + "&after=" + page.at("eventsNext").get<std::string>()).at("events")[0].at("device") == "women");
    CHECK_FALSE(town.get(behind).contains("events"));

    decided["decision"] = "SAME";
    decided["service"] = "session";
    const auto receipt =
        town.act("/api/v1/events?service=session", Json{{"occurredOn", "2022-07-20"}, {"duplicateDecided", decided}}.dump());
    CHECK(Json::parse(receipt.body).at("receipt").at("verdict") == "STORED");
    CHECK(eventually(20s, [&] { return town.asked("/api/v1/duplicates").at("groups").empty(); }));
    CHECK(eventually(20s, [&] { return town.asked(behind).at("events").size() == 1; }));
    CHECK(eventually(20s, [&] { return town.asked("/api/v1/ledger").at("devices").size() == 3; }));

    town.restart();
    ledger = town.asked("/api/v1/ledger");
    CHECK(ledger.at("balanced") == true);
    CHECK(ledger.at("devices").size() == 3);
}

TEST_CASE("what an erasure takes from the journals is behind no number of a running gateway", "[integration]") {
    const ClockAt july{"2022-07-20"};
    Town town;
    const std::string support = R"({"occurredOn": "2022-05-20", "village": "23656-01", "householdSupported": {"supportId": "S-1",
        "householdKey": "h-secret", "householdClass": "POOR", "kind": "HOUSE_REPAIR", "stage": "COMPLETED", "valueVnd": "20000000",
        "funder": "FOR_THE_POOR_FUND", "organiser": "WOMEN"}})";
    CHECK(Json::parse(town.act("/api/v1/events", support).body).at("receipt").at("verdict") == "STORED");
    const std::string behind = "/api/v1/behind?indicator=SUP-01&period=2022-Q2";
    const auto told = [&] { return town.asked(behind).dump(); };
    CHECK(eventually(20s, [&] { return told().find("h-secret") != std::string::npos; }));
    const auto erased = town.act("/api/v1/events", R"({"occurredOn": "2022-07-20", "householdErased": {"householdKey": "h-secret",
        "ground": "ON_REQUEST"}})");
    CHECK(Json::parse(erased.body).at("receipt").at("verdict") == "STORED");
    CHECK(eventually(30s, [&] {
        const auto now = town.asked(behind);
        return now.contains("events") && now.at("events").size() == 1 && now.dump().find("h-secret") == std::string::npos;
    }));
}

TEST_CASE("the same key posts once, also after the gateway was killed, and another body under it is refused", "[integration]") {
    const ClockAt july{"2022-07-20"};
    Town town;
    const std::string meeting = R"({"occurredOn": "2022-05-20", "village": "23656-01", "sessionHeld": {"form": "TALK", "topics": ["LAW"],
        "languages": ["VIETNAMESE"], "audience": {"total": 30}}})";
    const std::string key = "Idempotency-Key: \"8e03978e-40d5-43dd-bc93-6894a57f9324\"\r\n";
    const auto first = town.act("/api/v1/events", meeting, key);
    REQUIRE(first.status == 200);
    CHECK(town.act("/api/v1/events", meeting, key).body == first.body);
    town.restart();
    CHECK(town.act("/api/v1/events", meeting, key).body == first.body);
    const auto other = town.act("/api/v1/events", R"({"occurredOn": "2022-05-21", "sessionHeld": {}})", key);
    CHECK(other.status == 422);
    CHECK(other.fields.at("Content-Type") == "application/problem+json");
    CHECK(Json::parse(town.act("/api/v1/events", meeting).body).at("sequence") == 2);
    CHECK(eventually(20s, [&] { return town.sessions() == 2; }));
    CHECK(town.act("/api/v1/events", meeting, "Idempotency-Key: two words\r\n").status == 400);
}

}  // namespace web_test
