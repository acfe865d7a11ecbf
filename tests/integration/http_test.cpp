// SPDX-License-Identifier: Apache-2.0
// Health, readiness and metrics of a real service and a real gateway, and what becomes of clients that misbehave.
#include "tests/support/http.hpp"
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/events.hpp"
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace http_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;

namespace {

// The port that a program says it listens on.
int port_in(const std::filesystem::path& log) {
    const std::string words = "http: listening on 127.0.0.1:";
    REQUIRE(eventually(20s, [&] { return text_of(log).find(words) != std::string::npos && text_of(log).ends_with('\n'); }));
    const auto text = text_of(log);
    return std::stoi(text.substr(text.find(words) + words.size()));
}

class Watched {
public:
    explicit Watched(const std::string& broker = "tcp://127.0.0.1:1")
        : process_({CHIENG_SERVICE, "--data", folder.path(), "--broker", broker, "--http", "127.0.0.1:0"}, folder.path() / "service.log"),
          port(port_in(folder.path() / "service.log")) {}

    Folder folder;

private:
    Process process_;

public:
    int port;
};

void post_sessions(const std::filesystem::path& folder, const std::string& device, int count) {
    SqliteStore store(folder / (device + ".outbox.db"));
    Outbox outbox(store);
    for (int i = 0; i < count; ++i) {
        REQUIRE(outbox.post(a_session_held(0), "session", &kbang(), "23656", *parse_day("2022-04-10"), 1).index() == 0);
    }
}

}  // namespace

TEST_CASE("a service without a broker is alive, not ready, and says what is missing", "[integration]") {
    const Watched service;
    const auto live = http(service.port, "GET", "/livez");
    CHECK(live.status == 200);
    CHECK(live.body == "ok\n");
    const auto ready = http(service.port, "GET", "/readyz?verbose");
    CHECK(ready.status == 503);
    CHECK(ready.body == "no link to the broker\n");
    CHECK(samples(http(service.port, "GET", "/metrics").body).at("chieng_link_up") == 0);
}

TEST_CASE("a journal that was lost is told of in a line and a number, and the service works", "[integration]") {
    const Folder folder;
    const Broker broker(folder);
    post_sessions(folder.path(), "p1", 5);
    const auto log = [&](const char* name) { return folder.path() / name; };
    const std::vector<std::string> command{CHIENG_SERVICE, "session",    "--data", folder.path(),
                                           "--broker",     broker.url(), "--http", "127.0.0.1:0"};
    {
        Process service(command, log("first.log"));
        Process sender({CHIENG_FIELD, "--device", "p1", "--data", folder.path(), "--broker", broker.url(), "send"}, log("p1.log"));
        REQUIRE(sender.wait(60s) == 0);
        REQUIRE(eventually(20s, [&] {
            std::filesystem::remove(log("head.log"));
            Process head({"/usr/bin/mosquitto_sub", "-p", std::to_string(broker.port()), "-t", topics::feed_head("23656", "session"), "-C",
                          "1", "-F", "%x"},
                         log("head.log"));
            return head.wait(5s) == 0 && text_of(log("head.log")).ends_with("1005\n");  // its last offset
        }));
        REQUIRE(service.stop() == 0);
    }
    for (const auto* end : {"", "-wal", "-shm"}) {
        std::filesystem::remove(folder.path() / (std::string("23656-session.db") + end));
    }
    const Process service(command, log("second.log"));
    const auto port = port_in(log("second.log"));
    const auto words = "session: the journal has 0 events, its subscribers have seen 5; ";
    CHECK(eventually(20s, [&] { return text_of(log("second.log")).find(words) != std::string::npos; }));
    CHECK(samples(http(port, "GET", "/metrics").body).at("chieng_journal_missing_events{service=\"session\"}") == 5);
    CHECK(http(port, "GET", "/readyz").status == 200);
    CHECK(text_of(log("first.log")).find("its subscribers have seen") == std::string::npos);
}

TEST_CASE("metrics tell what a service and a gateway did", "[integration]") {
    const Folder folder;
    Broker broker(folder);
    post_sessions(folder.path(), "p1", 120);
    const auto log = [&](const char* name) { return folder.path() / name; };
    const Process service({CHIENG_SERVICE, "--data", folder.path(), "--broker", broker.url(), "--http", "127.0.0.1:0"}, log("service.log"));
    const Process gateway(
        {CHIENG_GATEWAY, "--place", "23656", "--data", folder.path(), "--broker", broker.url(), "--http", "127.0.0.1:0", "run"},
        log("gateway.log"));
    const auto of_service = port_in(log("service.log"));
    const auto of_gateway = port_in(log("gateway.log"));
    CHECK(eventually(20s, [&] { return http(of_service, "GET", "/readyz").status == 200; }));
    CHECK(eventually(20s, [&] { return http(of_gateway, "GET", "/readyz").status == 200; }));
    Process sender({CHIENG_FIELD, "--device", "p1", "--data", folder.path(), "--broker", broker.url(), "send"}, log("p1.log"));
    REQUIRE(sender.wait(60s) == 0);

    const auto answer = http(of_service, "GET", "/metrics");
    CHECK(answer.status == 200);
    CHECK(answer.fields.at("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    auto numbers = samples(answer.body);
    CHECK(numbers.at("chieng_link_up") == 1);
    CHECK(numbers.at("chieng_events_total{service=\"session\",verdict=\"stored\"}") == 120);
    CHECK(numbers.at("chieng_events_total{service=\"session\",verdict=\"conflict\"}") == 0);
    CHECK(numbers.at("chieng_events_total{service=\"household\",verdict=\"stored\"}") == 0);
    CHECK(numbers.at("chieng_quarantined_total{service=\"session\"}") == 0);
    CHECK(numbers.at("chieng_deliveries_total{service=\"session\"}") >= 3);  // 50 events a message
    CHECK(numbers.at("chieng_journal_last_offset{service=\"session\"}") == 120);
    CHECK(numbers.at("chieng_journal_missing_events{service=\"session\"}") == 0);
    CHECK(numbers.at("chieng_messages_total{direction=\"in\"}") >= 3);
    CHECK(numbers.at("chieng_messages_total{direction=\"out\"}") >= 6);  // receipts, and blocks of the feed
    CHECK(numbers.at("chieng_messages_dropped_total{direction=\"in\"}") == 0);
    CHECK(numbers.at("chieng_commit_duration_seconds_count{component=\"session\"}") >= 1);
    CHECK(numbers.at("chieng_commit_duration_seconds_sum{component=\"session\"}") > 0);
    CHECK(numbers.at("chieng_batch_messages_sum{component=\"session\"}") >= 3);

    const auto position = "chieng_feed_position{source=\"23656/session\"}";
    CHECK(eventually(20s, [&] { return samples(http(of_gateway, "GET", "/metrics").body).at(position) == 120; }));
    numbers = samples(http(of_gateway, "GET", "/metrics").body);
    CHECK(numbers.at("chieng_feed_lag{source=\"23656/session\"}") == 0);
    CHECK(numbers.at("chieng_cells_last_offset") > 0);

    broker.stop();
    CHECK(eventually(20s, [&] { return http(of_service, "GET", "/readyz").status == 503; }));
    CHECK(http(of_service, "GET", "/livez").status == 200);
}

TEST_CASE("only GET and HEAD of known paths are answered", "[integration]") {
    const Watched service;
    const auto head = http(service.port, "HEAD", "/livez");
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(head.fields.at("Content-Length") == "3");
    const auto post = http(service.port, "POST", "/metrics", "Content-Length: 5\r\n");
    CHECK(post.status == 405);
    CHECK(post.fields.at("Allow") == "GET, HEAD");
    CHECK(http(service.port, "DELETE", "/livez").status == 405);
    const auto unknown = http(service.port, "GET", "/../etc/passwd");
    CHECK(unknown.status == 404);
    CHECK(unknown.body == "there are: /livez /metrics /readyz\n");
    Wire noise(service.port);
    noise.send("\x16\x03\x01 what is this\r\n\r\n");
    CHECK(noise.receive().starts_with("HTTP/1.1 400 "));
}

TEST_CASE("a header that never ends is cut off", "[integration]") {
    const Watched service;
    const auto many = http(service.port, "GET", "/livez", "X-Filler: " + std::string(20'000, 'x') + "\r\n");
    CHECK(many.status == 431);
    CHECK(http(service.port, "GET", "/" + std::string(20'000, 'x')).status == 431);
    CHECK(http(service.port, "GET", "/livez").status == 200);
}

TEST_CASE("clients that connect and say nothing are dropped, and the others are served after them", "[integration]") {
    const Watched service;
    std::vector<std::unique_ptr<Wire>> silent;
    for (int i = 0; i < 20; ++i) {  // more than there may be at once
        silent.push_back(std::make_unique<Wire>(service.port));
        if (i % 2 == 0) {
            silent.back()->send("GET /livez HT");
        }
    }
    const auto began = std::chrono::steady_clock::now();
    CHECK(http(service.port, "GET", "/livez").status == 200);  // waits for its turn
    CHECK(std::chrono::steady_clock::now() - began < 15s);
    for (std::size_t i = 0; i < silent.size(); ++i) {
        const auto told = silent[i]->receive(15s);  // until it is closed
        CHECK((i % 2 == 0 ? told.starts_with("HTTP/1.1 408 ") : told.empty()));
    }
}

TEST_CASE("a client that goes on sending after its answer is cut off", "[integration]") {
    const Watched service;
    Wire talker(service.port);
    talker.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(talker.receive(500ms).starts_with("HTTP/1.1 200 "));
    CHECK(eventually(10s, [&] { return !talker.send("more"); }));
}

TEST_CASE("a port that is taken ends the program with 69, an address of no sense with 78", "[integration]") {
    const Watched service;
    const Folder folder;
    const auto ending = [&](const std::string& address) {
        const auto log = folder.path() / "second.log";
        std::filesystem::remove(log);
        Process second({CHIENG_SERVICE, "--data", folder.path(), "--broker", "tcp://127.0.0.1:1", "--http", address}, log);
        const auto code = second.wait(20s);
        return std::to_string(code.value_or(-1)) + " " + text_of(log);
    };
    const auto taken = "127.0.0.1:" + std::to_string(service.port);
    CHECK(ending(taken) == "69 --http " + taken + ": another program listens there; stop that one or choose another port\n");
    for (const auto* address : {"9100", "127.0.0.1:", "127.0.0.1:99999", "nowhere:9100", "192.0.2.1:0", "127.0.0.1:91x"}) {
        CHECK_THAT(ending(address), Catch::StartsWith("78 --http " + std::string(address) + ": "));
    }
    CHECK(http(service.port, "GET", "/livez").status == 200);
}

}  // namespace http_test
