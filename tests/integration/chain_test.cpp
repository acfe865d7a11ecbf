// SPDX-License-Identifier: Apache-2.0
// From the device to the district's indicator, over real processes, with both gateways and the broker killed meanwhile.
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "tests/support/events.hpp"
#include "tests/support/processes.hpp"

#include "data/indicators.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

namespace chain_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

void post(const std::filesystem::path& folder, const std::string& device, const std::string& service, const v1::Event& event,
          int count = 1) {
    SqliteStore store(folder / (device + ".outbox.db"));
    Outbox outbox(store);
    for (int i = 0; i < count; ++i) {
        REQUIRE(outbox.post(event, service, &kbang(), "23656", *parse_day("2022-04-10"), 1).index() == 0);
    }
}

void post_sessions(const std::filesystem::path& folder, const std::string& device, int count) {
    post(folder, device, "session", a_session_held(0), count);
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

TEST_CASE("what came after a commune filed a period is listed with its events, also after an erasure", "[integration]") {
    const Folder folder;
    const Broker broker(folder);
    const Process service({CHIENG_SERVICE, "--data", folder.path(), "--broker", broker.url()}, folder.path() / "service.log");
    Process commune({CHIENG_GATEWAY, "--place", "23656", "--data", folder.path(), "--broker", broker.url(), "run"},
                    folder.path() / "commune.log");
    const auto send = [&](const char* device) {
        Process sender({CHIENG_FIELD, "--device", device, "--data", folder.path(), "--broker", broker.url(), "send", "--patience", "60"},
                       folder.path() / "send.log");
        REQUIRE(sender.wait(std::chrono::seconds(90)) == 0);
    };
    const auto shows = [&](const char* code, const char* then) {
        REQUIRE(eventually(std::chrono::seconds(60), [&] { return shown(folder, broker, code, "23656") == then; }));
    };
    // A gateway that reads a journal anew says so, and is asked again.
    const auto asks = [&](const std::vector<std::string>& words) {
        std::string said;
        CHECK(eventually(std::chrono::seconds(90), [&] {
            const auto log = folder.path() / (words.front() + ".log");
            std::filesystem::remove(log);
            std::vector<std::string> command{CHIENG_GATEWAY, "--place", "23656", "--broker", broker.url()};
            command.insert(command.end(), words.begin(), words.end());
            Process asked(command, log);
            const bool is_done = asked.wait(std::chrono::seconds(90)) == 0;
            said = text_of(log);
            return is_done;
        }));
        return said;
    };
    const auto says = [&](const std::string& command) { return asks({command, "--period", "2022-Q2", "--english"}); };
    auto support = a_household_supported(0, "HT-1");
    post(folder.path(), "p1", "session", a_session_held(0));
    post(folder.path(), "p1", "household", support);
    send("p1");
    shows("COM-01", "1");
    shows("SUP-02", "1");
    Process by_nobody({CHIENG_GATEWAY, "--place", "23656", "--broker", broker.url(), "file", "--period", "2022-Q2"},
                      folder.path() / "nobody.log");
    CHECK(by_nobody.wait(std::chrono::seconds(30)) == 64);
    CHECK(text_of(folder.path() / "nobody.log").find("--role") != std::string::npos);
    const auto filed = asks({"file", "--period", "2022-Q2", "--role", "CULTURE_OFFICIAL", "--english"});
    CHECK(filed.find("sha256") != std::string::npos);
    CHECK(filed.find("period-filed is posted as office-23656-") != std::string::npos);
    CHECK(eventually(std::chrono::seconds(60), [&] {
        const auto ledger = asks({"ledger"});
        const auto line = ledger.find("office-23656-");
        return line != std::string::npos && ledger.substr(line, ledger.find('\n', line) - line).find("monitoring") != std::string::npos;
    }));
    CHECK(says("recompute").find("from 2 entries, by the definitions and places of then: 0 of ") != std::string::npos);

    support.mutable_household_supported()->set_support_id("HT-2");
    post(folder.path(), "p2", "session", a_session_held(0));
    post(folder.path(), "p2", "household", support);
    send("p2");
    shows("COM-01", "2");
    shows("SUP-02", "2");
    auto erasure = an_event(0);
    erasure.set_role(v1::LABOUR_OFFICIAL);
    erasure.mutable_household_erased()->set_household_key(support.household_supported().household_key());
    erasure.mutable_household_erased()->set_ground(v1::HouseholdErased::ON_REQUEST);
    post(folder.path(), "office", "household", erasure);
    send("office");

    const auto restated = says("restated");
    CHECK(restated.find("COM-01  Communication sessions held: 1 → 2") != std::string::npos);
    CHECK(restated.find("session/p2/1  2022-03-") != std::string::npos);
    CHECK(restated.find("Communication session held") != std::string::npos);
    CHECK(restated.find("household/p2/1  2022-") != std::string::npos);
    CHECK(restated.find("session/p1/1") == std::string::npos);
    CHECK(restated.find("household/p1/1") == std::string::npos);

    // Whatever the gateway is given later, it knows what its report was made by.
    commune.kill();
    const auto changed = folder.path() / "indicators.txtpb";
    std::string text = data::indicators;
    text.replace(text.find("Communication sessions held"), 27, "Sessions of any kind       ");
    std::ofstream(changed) << text;
    const Process again(
        {CHIENG_GATEWAY, "--place", "23656", "--data", folder.path(), "--broker", broker.url(), "--indicators", changed, "run"},
        folder.path() / "again.log");
    shows("COM-01", "2");
    CHECK(asks({"--indicators", changed, "recompute", "--period", "2022-Q2", "--english"})
              .find("from 2 entries, by the definitions and places of then: 0 of ") != std::string::npos);
}

}  // namespace chain_test
