// SPDX-License-Identifier: Apache-2.0
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "tests/bench/scenarios.hpp"
#include "tests/support/events.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace chieng::bench {

using namespace testing;

namespace {

// Plain MQTT: the same messages at full speed to a consumer that is only a little slower than the broker.
double lost_by_plain_mqtt(std::uint64_t events) {
    const auto load = make_load(1, events, 1);
    const Folder folder;
    const Broker broker(folder);
    const NullConsumer consumer(folder, broker);
    Wire wire(broker.port(), "load");
    for (const auto& [topic, payload] : load.messages) {
        wire.publish(topic, payload);
    }
    while (wire.unsent() > 0 || wire.unacknowledged() > 0) {
        wire.pump(10, [](std::string_view, std::string_view) {});
    }
    for (auto before = consumer.count() + 1; before != consumer.count();) {
        before = consumer.count();
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    return 1 - static_cast<double>(consumer.count()) / static_cast<double>(load.events);
}

}  // namespace

void burst(std::uint64_t events) {
    std::printf("== a burst of %llu events, the broker's queue limit at its default\n", static_cast<unsigned long long>(events));
    const Folder data;
    const Folder memory("/dev/shm");  // the phones' own disks are not what is measured
    const auto each = events / devices;
    for (int i = 0; i < devices; ++i) {
        SqliteStore store(memory.path() / ("d" + std::to_string(i) + ".outbox.db"), nullptr, Sharing::shared);
        Outbox outbox(store);
        for (std::uint64_t n = 0; n < each; ++n) {
            if (outbox.post(a_session_held(0), "session", &kbang(), commune, *parse_day("2022-04-10"), 1).index() != 0) {
                throw std::runtime_error("the load has refused events: the benchmark is wrong");
            }
        }
    }
    Chain chain(data.path());
    chain.start();
    std::vector<std::unique_ptr<Process>> phones;
    for (int i = 0; i < devices; ++i) {
        const auto name = "d" + std::to_string(i);
        phones.push_back(std::make_unique<Process>(std::vector<std::string>{CHIENG_FIELD, "--device", name, "--data", memory.path(),
                                                                            "--broker", chain.broker.url(), "send", "--patience", "300"},
                                                   chain.folder.path() / "phones.log"));
    }
    double peak = 0;
    for (bool running = true; running;) {
        running = false;
        for (auto& phone : phones) {
            const auto usage = usage_of(*phone);
            peak = usage.cpu > 0.02 ? std::max(peak, usage.peak_mb) : peak;  // before, it is still the copy of this program
            running = !phone->ended() || running;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    chain.service->kill();
    SqliteStore journal(data.path() / (std::string(commune) + "-session.db"));
    const auto last = journal.last_block();
    const auto stored = last ? last->last : 0;
    const auto plain = lost_by_plain_mqtt(events);
    row("lost of a burst from 20 phones", std::to_string(events - stored), "plain MQTT loses " + number(plain * 100, "%.0f") + " %", "0",
        stored == events);
    row("memory of chieng-field", number(peak, "%.0f") + " MB", "", "<= 16 MB", peak <= 16);
}

}  // namespace chieng::bench
