// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/topics.hpp"
#include "tests/bench/scenarios.hpp"
#include "tests/support/events.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <functional>
#include <stdexcept>

namespace chieng::bench {

using namespace testing;

namespace {

struct Latency {
    double p50 = 0;
    double p99 = 0;
};

Latency percentiles(std::vector<double> values) {
    if (values.empty()) {
        throw std::runtime_error("nothing came through");
    }
    std::sort(values.begin(), values.end());
    return {values[values.size() / 2], values[values.size() * 99 / 100]};
}

// Sends at a steady rate and notes when `seen` says that each has come through, in order.
std::vector<double> at_rate(Wire& wire, const Load& load, int per_second, const std::function<std::uint64_t()>& seen,
                            const Wire::Take& take) {
    std::deque<Clock::time_point> posted;
    std::vector<double> latencies;
    const auto began = Clock::now();
    std::size_t at = 0;
    std::uint64_t counted = seen();
    while (latencies.size() < load.messages.size() && seconds_since(began) < 120) {
        while (at < load.messages.size() && seconds_since(began) * per_second > static_cast<double>(at)) {
            wire.publish(load.messages[at].first, load.messages[at].second);
            posted.push_back(Clock::now());
            ++at;
        }
        wire.pump(1, take);
        for (const auto now_seen = seen(); counted < now_seen && !posted.empty(); ++counted) {
            latencies.push_back(seconds_since(posted.front()) * 1e3);
            posted.pop_front();
        }
    }
    return latencies;
}

Latency floor_latency(const Load& load) {
    const Folder folder;
    const Broker broker(folder);
    const auto log = folder.path() / "relay.log";
    const Process service({CHIENG_CEILING, "relay", broker.url(), "chieng/1/23656/+/events/+", "bench/1", folder.path() / "journal"}, log);
    const Process gateway({CHIENG_CEILING, "relay", broker.url(), "bench/1", "bench/2"}, log);
    const Process district({CHIENG_CEILING, "relay", broker.url(), "bench/2", "bench/3"}, log);
    Wire wire(broker.port(), "load");
    wire.subscribe("bench/3");
    std::uint64_t seen = 0;
    const auto take = [&](std::string_view, std::string_view) { ++seen; };
    for (int i = 0; i < 100; ++i) {
        wire.pump(10, take);
    }
    return percentiles(at_rate(
        wire, load, 500, [&] { return seen; }, take));
}

}  // namespace

Load sessions_only(std::uint64_t first, std::uint64_t events) {
    Load load;
    for (std::uint64_t i = 0; i < events; ++i) {
        v1::Events message;
        message.set_device("steady");
        message.set_commune(commune);
        auto event = a_session_held(first + i);
        event.set_village("23656-0" + std::to_string(1 + i % 9));
        *message.add_events() = event;
        load.messages.emplace_back(topics::events(commune, "session", "steady"), message.SerializeAsString());
        ++load.events;
        ++load.unique;
    }
    return load;
}

void latency(Chain& chain, std::uint64_t events) {
    std::printf("== latency at 500 events a second\n");
    const auto load = sessions_only(1, events);
    const auto floor = floor_latency(load);
    Ear ear;
    Wire wire(chain.broker.port(), "load");
    wire.subscribe("chieng/1/625/feeds/cells");
    const auto take = [&](std::string_view topic, std::string_view payload) { ear(topic, payload); };
    for (int i = 0; i < 150; ++i) {
        wire.pump(10, take);
    }
    const auto before = ear.in_cells;
    const auto ours = percentiles(at_rate(
        wire, load, 500, [&] { return ear.in_cells - before; }, take));
    row("post to the district's cell, third client, 500/s, p50", number(ours.p50 / floor.p50) + " x",
        "4 hops and 1 sync: " + number(floor.p50) + " ms", "<= 3 x", ours.p50 <= 3 * floor.p50);
    row("… p99", number(ours.p99 / floor.p99) + " x", "4 hops and 1 sync: " + number(floor.p99) + " ms", "<= 10 x",
        ours.p99 <= 10 * floor.p99);
}

}  // namespace chieng::bench
