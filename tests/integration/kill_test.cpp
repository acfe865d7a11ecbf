// SPDX-License-Identifier: Apache-2.0
// Real broker, real service, real outbox on disk; each of them killed in mid-stream many times. At the end every event is
// journalled exactly once.
#include "chieng/v1/feed.pb.h"
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "tests/support/events.hpp"
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <thread>

namespace kill_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

// Every (device, sequence) of the journal, and how often it stands there.
std::map<std::string, int> journalled(const std::filesystem::path& file) {
    SqliteStore store(file);
    std::map<std::string, int> keys;
    std::uint64_t offset = 1;
    while (const auto block = store.block_at(offset)) {
        CHECK(block->first == offset);
        v1::Block entries;
        REQUIRE(entries.ParseFromString(block->bytes));
        for (const auto& entry : entries.entries()) {
            v1::Event event;
            REQUIRE(event.ParseFromString(entry.event()));
            ++keys[entry.device() + "/" + std::to_string(event.sequence())];
        }
        offset = block->last + 1;
    }
    return keys;
}

std::string post_sessions(const std::filesystem::path& folder, const std::string& device, int count) {
    SqliteStore store(folder / (device + ".outbox.db"));
    Outbox outbox(store);
    for (int i = 0; i < count; ++i) {
        const auto posted = outbox.post(a_session_held(0), "session", &kbang(), "23656", *parse_day("2022-04-10"), 1);
        if (!std::holds_alternative<std::uint64_t>(posted)) {
            return std::get<Reasons>(posted).at(0).en();
        }
    }
    return "";
}

Outbox::Ledger ledger_of(const std::filesystem::path& folder, const std::string& device) {
    SqliteStore store(folder / (device + ".outbox.db"));
    return Outbox(store).ledger();
}

}  // namespace

TEST_CASE("every event is journalled once though device, service and broker are killed in mid-stream", "[integration]") {
    const Folder folder;
    Broker broker(folder);
    const std::vector<std::string> devices{"p1", "p2", "p3"};
    constexpr int events_each = 600;
    for (const auto& device : devices) {
        REQUIRE(post_sessions(folder.path(), device, events_each).empty());
    }
    Process service({CHIENG_SERVICE, "--commune", "23656", "--data", folder.path(), "--broker", broker.url()},
                    folder.path() / "service.log");
    std::vector<std::unique_ptr<Process>> senders;
    for (const auto& device : devices) {
        senders.push_back(std::make_unique<Process>(std::vector<std::string>{CHIENG_FIELD, "--device", device, "--data", folder.path(),
                                                                             "--broker", broker.url(), "send", "--patience", "120"},
                                                    folder.path() / (device + ".log")));
    }
    std::mt19937 random(12032022);
    for (int round = 0; round < 24; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 150));
        switch (round % 3) {
            case 0:
                service.kill();
                service.start();
                break;
            case 1: broker.restart(); break;
            default: {
                auto& sender = *senders[random() % senders.size()];
                sender.kill();
                sender.start();
            }
        }
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(90);
    for (std::size_t i = 0; i < devices.size(); ++i) {
        while (!senders[i]->ended() && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }
    senders.clear();
    service.kill();
    for (const auto& device : devices) {
        CHECK(ledger_of(folder.path(), device) == Outbox::Ledger{events_each, events_each, 0, 0});
    }
    const auto keys = journalled(folder.path() / "23656-session.db");
    CHECK(keys.size() == devices.size() * events_each);
    for (const auto& [key, times] : keys) {
        CHECK(times == 1);
    }
}

}  // namespace kill_test
