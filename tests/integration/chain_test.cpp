// SPDX-License-Identifier: Apache-2.0
// From the device to the district's indicator, over real processes, with both gateways and the broker killed meanwhile.
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "tests/support/events.hpp"
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

namespace chain_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

void post_sessions(const std::filesystem::path& folder, const std::string& device, int count) {
    SqliteStore store(folder / (device + ".outbox.db"));
    Outbox outbox(store);
    for (int i = 0; i < count; ++i) {
        REQUIRE(outbox.post(a_session_held(0), "session", &kbang(), "23656", *parse_day("2022-04-10"), 1).index() == 0);
    }
}

// The value that the table of a place shows for an indicator; empty while there is none.
std::string shown(const Folder& folder, const Broker& broker, const std::string& code, const std::string& place = "625") {
    const auto log = folder.path() / "table.log";
    std::filesystem::remove(log);
    Process table({CHIENG_GATEWAY, "--place", place, "--broker", broker.url(), "table", "--period", "2022-Q2", "--english"}, log);
    while (!table.ended()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::ifstream in(log);
    std::string line;
    while (std::getline(in, line)) {
        if (line.starts_with(code)) {
            std::istringstream rest(line.substr(70));
            std::string value;
            rest >> value;
            return value;
        }
    }
    return "";
}

}  // namespace

TEST_CASE("the district shows every session once though gateways and broker are killed on the way", "[integration]") {
    const Folder folder;
    Broker broker(folder);
    post_sessions(folder.path(), "p1", 200);
    post_sessions(folder.path(), "p2", 200);
    Process service({CHIENG_SERVICE, "--data", folder.path(), "--broker", broker.url()}, folder.path() / "service.log");
    Process commune({CHIENG_GATEWAY, "--place", "23656", "--data", folder.path(), "--broker", broker.url(), "run"},
                    folder.path() / "commune.log");
    Process district({CHIENG_GATEWAY, "--place", "625", "--data", folder.path(), "--broker", broker.url(), "run"},
                     folder.path() / "district.log");
    const auto sender = [&](const char* device) {
        return std::vector<std::string>{CHIENG_FIELD, "--device",   device, "--data",     folder.path(),
                                        "--broker",   broker.url(), "send", "--patience", "90"};
    };
    Process first(sender("p1"), folder.path() / "p1.log");
    for (int round = 0; round < 12; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(150 + 50 * (round % 5)));
        auto& victim = round % 2 == 0 ? commune : district;
        victim.kill();
        victim.start();
    }
    broker.restart();
    Process second(sender("p2"), folder.path() / "p2.log");

    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    std::string sessions;
    while (sessions != "400" && std::chrono::steady_clock::now() < deadline) {
        sessions = shown(folder, broker, "COM-01");
    }
    CHECK(sessions == "400");
    CHECK(shown(folder, broker, "COM-02") == "18000");
    CHECK(shown(folder, broker, "COM-03") == "4800");
    CHECK(shown(folder, broker, "COM-05") == "400");
}

TEST_CASE("what came after a commune filed a period is listed with its events", "[integration]") {
    const Folder folder;
    const Broker broker(folder);
    const Process service({CHIENG_SERVICE, "--data", folder.path(), "--broker", broker.url()}, folder.path() / "service.log");
    const Process commune({CHIENG_GATEWAY, "--place", "23656", "--data", folder.path(), "--broker", broker.url(), "run"},
                          folder.path() / "commune.log");
    const auto sends = [&](const char* device, const char* then) {
        post_sessions(folder.path(), device, 1);
        Process sender({CHIENG_FIELD, "--device", device, "--data", folder.path(), "--broker", broker.url(), "send", "--patience", "60"},
                       folder.path() / "send.log");
        REQUIRE(sender.wait(std::chrono::seconds(90)) == 0);
        REQUIRE(eventually(std::chrono::seconds(60), [&] { return shown(folder, broker, "COM-01", "23656") == then; }));
    };
    const auto says = [&](const std::string& command) {
        const auto log = folder.path() / (command + ".log");
        Process asked({CHIENG_GATEWAY, "--place", "23656", "--broker", broker.url(), command, "--period", "2022-Q2", "--english"}, log);
        CHECK(asked.wait(std::chrono::seconds(90)) == 0);
        return text_of(log);
    };
    sends("p1", "1");
    CHECK(says("file").find("sha256") != std::string::npos);
    sends("p2", "2");
    const auto restated = says("restated");
    CHECK(restated.find("COM-01  Communication sessions held: 1 → 2") != std::string::npos);
    CHECK(restated.find("session/p2/1  2022-03-") != std::string::npos);
    CHECK(restated.find("session/p1/1") == std::string::npos);
}

}  // namespace chain_test
