// SPDX-License-Identifier: Apache-2.0
// The commune asks its journals, over real processes: two reporters of one meeting, and a journal that lost its file.
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/validator.hpp"
#include "tests/support/clock_at.hpp"
#include "tests/support/events.hpp"
#include "tests/support/http.hpp"
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <thread>

namespace watch_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;

namespace {

class Town {
public:
    void post(const std::string& device, const v1::Event& event) const {
        SqliteStore store(folder.path() / (device + ".outbox.db"));
        Outbox outbox(store);
        REQUIRE(outbox.post(event, service_of(event), &kbang(), "23656", *parse_day("2022-04-10"), 1).index() == 0);
    }
    void send(const std::string& device) const {
        Process sender({CHIENG_FIELD, "--device", device, "--data", folder.path(), "--broker", broker.url(), "send", "--patience", "60"},
                       folder.path() / (device + ".log"));
        REQUIRE(sender.wait(90s) == 0);
    }
    // What a command prints, and its exit code before it.
    [[nodiscard]] std::string ask(std::vector<std::string> words) const {
        std::vector<std::string> command{CHIENG_GATEWAY, "--place", "23656", "--data", folder.path(), "--broker", broker.url()};
        command.insert(command.end(), words.begin(), words.end());
        const auto log = folder.path() / "ask.log";
        std::filesystem::remove(log);
        Process asking(command, log);
        const auto code = asking.wait(60s);
        REQUIRE(code);
        return std::to_string(*code) + ": " + text_of(log);
    }

    Folder folder;
    Broker broker{folder};
    Process service{{CHIENG_SERVICE, "--data", folder.path(), "--broker", broker.url()}, folder.path() / "service.log"};
};

}  // namespace

TEST_CASE("two reports of one meeting are undecided until an officer decides", "[integration]") {
    Town town;
    town.post("head", a_session_held(0));
    town.post("women", a_session_held(0));
    town.send("head");
    town.send("women");
    const auto before = town.ask({"duplicates"});
    CHECK(before.starts_with("0: 2022-03-20 23656-01 session session_held\n"));
    CHECK(before.find("undecided: head/1 and women/1\n") != std::string::npos);
    CHECK(before.find("undecided groups: 1\n") != std::string::npos);

    v1::Event event = an_event(0);
    event.set_role(v1::CULTURE_OFFICIAL);
    auto& decided = *event.mutable_duplicate_decided();
    decided.set_service("session");
    decided.set_device("women");
    decided.set_sequence(1);
    decided.set_same_device("head");
    decided.set_same_sequence(1);
    decided.set_decision(v1::DuplicateDecided::SAME);
    town.post("office", event);
    town.send("office");
    CHECK(town.ask({"duplicates"}) == "0: undecided groups: 0\n");
}

TEST_CASE("the ledger balances, and names the first number that a journal has lost", "[integration]") {
    Town town;
    for (int i = 0; i < 3; ++i) {
        town.post("head", a_session_held(0));
    }
    town.send("head");
    const auto before = town.ask({"ledger"});
    CHECK(before.find("posted 3 = stored 3 + refused 0 + waiting 0\n") != std::string::npos);
    CHECK(before.starts_with("0: "));
    CHECK(before.find("difference 0\n") != std::string::npos);

    town.service.stop();
    for (const auto* end : {"", "-wal", "-shm"}) {
        for (const auto& file : std::filesystem::directory_iterator(town.folder.path())) {
            const auto name = file.path().filename().string();
            if (name.find("session") != std::string::npos && name.ends_with(std::string(".db") + end)) {
                std::filesystem::remove(file.path());
            }
        }
    }
    town.service.start();
    const auto after = town.ask({"ledger"});
    CHECK(after.find("posted 3 = stored 0 + refused 0 + waiting 0 + 3\n") != std::string::npos);
    CHECK(after.find("difference 3\nfirst difference: head session number 1 is neither in the journal nor waiting\n") != std::string::npos);
    CHECK(after.starts_with("70: "));
}

TEST_CASE("an attendant posts what needs attention once, also when it is killed, and its end", "[integration]") {
    const ClockAt april{"2022-04-10"};
    Town town;
    v1::Event event = an_event(0);
    auto& finding = *event.mutable_finding_resolved();
    finding.set_inspection_id("KT-1");
    finding.set_recommendation_no(3);
    finding.set_status(v1::FindingResolved::ONGOING);
    finding.set_due("2022-03-25");
    town.post("office", event);
    town.send("office");
    const auto port = free_port();
    Process attendant({CHIENG_GATEWAY, "--place", "23656", "--data", town.folder.path(), "--broker", town.broker.url(), "--http",
                       "127.0.0.1:" + std::to_string(port), "attend"},
                      town.folder.path() / "attend.log");
    const auto standing = [&](double wanted) {
        return eventually(60s, [&] {
            const auto listens = text_of(town.folder.path() / "attend.log").find("http: listening");
            if (listens == std::string::npos || attendant.ended()) {
                return false;
            }
            const auto answer = http(port, "GET", "/metrics");
            const auto read = samples(answer.body);
            return read.at("chieng_attention_needed{kind=\"RECOMMENDATION_OVERDUE\"}") == wanted &&
                   read.at("chieng_ledger_difference") == 0;
        });
    };
    CHECK(standing(1));
    const auto posted = [&] {
        SqliteStore store(town.folder.path() / "attention-23656.outbox.db", nullptr, Sharing::shared);
        const auto ledger = Outbox(store).ledgers()["monitoring"];
        REQUIRE(ledger.refused == 0);
        return ledger.waiting == 0 ? ledger.stored : 0;
    };
    std::uint64_t first = 0;
    CHECK(eventually(60s, [&] { return (first = posted()) > 0; }));
    attendant.kill();
    std::filesystem::remove(town.folder.path() / "attend.log");
    attendant.start();
    CHECK(standing(1));
    std::this_thread::sleep_for(4s);
    CHECK(posted() == first);

    finding.set_status(v1::FindingResolved::RESOLVED);
    event.set_recorded_at(2);
    town.post("office", event);
    town.send("office");
    CHECK(standing(0));
    CHECK(eventually(60s, [&] { return posted() == first + 1; }));
    CHECK(town.ask({"attention"}).find("KT-1") == std::string::npos);
    CHECK(town.ask({"attention"}).find("device\t23656-01\toffice\t") != std::string::npos);
    CHECK(attendant.stop() == 0);
}

}  // namespace watch_test
