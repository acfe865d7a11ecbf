// SPDX-License-Identifier: Apache-2.0
// Ours against the ceilings, in one run on one machine, every figure a ratio or a size. Real broker with its queue limit at the
// default, real programs, everything durable; one message in twenty comes twice. At the end the journals are read and each
// cell that the district published is compared with a fold of them.
#include "tests/bench/scenarios.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace chieng::bench;
using namespace chieng::testing;

// Events in flight. For the null consumer, which counts at once, still below the broker's limit of 1000; for ours until their
// receipts, as a hundred phones with twenty each, or twenty phones with as many batches.
constexpr std::uint64_t null_window = 700;
constexpr std::uint64_t single_window = 2'000;
constexpr std::uint64_t batch_window = 20'000;

struct Outcome {
    double receipts_per_s = 0;
    double cells_per_s = 0;  // events, until the district's cells hold them
    Usage service;
    Usage gateway;
    Usage district;
    double cpu_per_event_us = 0;
};

struct Null {
    double events_per_s = 0;
    double cpu_per_event_us = 0;
};

Null null_consumer(const Load& load) {
    const Folder folder;
    const Broker broker(folder);
    const NullConsumer consumer(folder, broker);
    Wire wire(broker.port(), "load");
    const auto before = consumer.cpu();
    const auto seconds = run_load(
        wire, load, 1, null_window, [&] { return consumer.count(); }, [](std::string_view, std::string_view) {});
    return {static_cast<double>(load.events) / seconds, (consumer.cpu() - before) / static_cast<double>(load.events) * 1e6};
}

// The machine is not as quick all the time: what is compared is measured by turns.
double mean(double a, double b) {
    return (a + b) / 2;
}
Null mean(const Null& a, const Null& b) {
    return {mean(a.events_per_s, b.events_per_s), mean(a.cpu_per_event_us, b.cpu_per_event_us)};
}

Outcome through(Chain& chain, const Load& load, std::size_t per_message, std::uint64_t window, Ear& ear) {
    Wire wire(chain.broker.port(), "load");
    wire.subscribe("chieng/1/23656/receipts/+");
    wire.subscribe("chieng/1/625/feeds/cells");
    const auto take = [&](std::string_view topic, std::string_view payload) { ear(topic, payload); };
    for (int i = 0; i < 100; ++i) {
        wire.pump(10, take);
    }
    const auto answered = ear.answered;
    const auto in_cells = ear.in_cells;
    const Usage before[] = {usage_of(*chain.service), usage_of(*chain.gateway), usage_of(*chain.district)};
    const auto began = Clock::now();
    Outcome outcome;
    outcome.receipts_per_s =
        static_cast<double>(load.events) / run_load(
                                               wire, load, per_message, window, [&] { return ear.answered - answered; }, take);
    while (ear.in_cells - in_cells < load.unique && seconds_since(began) < 600) {
        wire.pump(10, take);
    }
    outcome.cells_per_s = static_cast<double>(load.events) / seconds_since(began);
    outcome.service = usage_of(*chain.service);
    outcome.gateway = usage_of(*chain.gateway);
    outcome.district = usage_of(*chain.district);
    outcome.cpu_per_event_us = (outcome.service.cpu - before[0].cpu) / static_cast<double>(load.events) * 1e6;
    std::printf(
        "   service %.1f us, commune gateway %.1f us, district gateway %.1f us of processor per event; %.0f receipts/s, %.0f/s to the "
        "cells\n",
        outcome.cpu_per_event_us, (outcome.gateway.cpu - before[1].cpu) / static_cast<double>(load.events) * 1e6,
        (outcome.district.cpu - before[2].cpu) / static_cast<double>(load.events) * 1e6, outcome.receipts_per_s, outcome.cells_per_s);
    outcome.service.written_mb -= before[0].written_mb;
    if (ear.refused > 0) {
        throw std::runtime_error("the load has refused events: the benchmark is wrong");
    }
    return outcome;
}

double plain_appends(const std::filesystem::path& file, const std::vector<std::string>& blocks) {
    const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const auto began = Clock::now();
    for (const auto& block : blocks) {
        if (::write(handle, block.data(), block.size()) < 0 || ::fdatasync(handle) != 0) {
            throw std::runtime_error("cannot append");
        }
    }
    ::close(handle);
    return seconds_since(began);
}

struct Options {
    std::uint64_t events = 200'000;    // of each scenario
    std::uint64_t stored = 5'000'000;  // before the second half
    std::uint64_t burst = 100'000;
    std::set<std::string> only;  // none: all of them

    [[nodiscard]] bool wants(const std::string& scenario) const { return only.empty() || only.contains(scenario); }
};

Options options(int argc, char** argv) {
    static const std::set<std::string> scenarios{"sizes", "singles", "latency", "burst", "memory", "stored", "batches"};
    Options read;
    bool names = false;
    for (int i = 1; i < argc; ++i) {
        const std::string word(argv[i]);
        auto* number = word == "--events" ? &read.events : word == "--stored" ? &read.stored : word == "--burst" ? &read.burst : nullptr;
        if (number != nullptr && i + 1 < argc) {
            *number = std::stoull(argv[++i]);
            names = false;
        } else if (word == "--only") {
            names = true;
        } else if (names && scenarios.contains(word)) {
            read.only.insert(word);
        } else {
            throw std::invalid_argument(word + " is not expected: --events N, --stored N, --burst N, --only " +
                                        "sizes singles latency burst memory stored batches");
        }
    }
    return read;
}

// Returns the rate to the district's cells.
double one_by_one(std::uint64_t events) {
    std::printf("== one event per message, %llu events\n", static_cast<unsigned long long>(events));
    const auto singles = make_load(1, events, 1);
    auto null = null_consumer(singles);
    const Folder data;
    Chain chain(data.path());
    chain.start();
    Ear ear;
    auto ours = through(chain, singles, 1, single_window, ear);
    null = mean(null, null_consumer(singles));
    const auto more = make_load(500'000'000, events, 1);
    const auto again = through(chain, more, 1, single_window, ear);
    ours.cells_per_s = mean(ours.cells_per_s, again.cells_per_s);
    ours.receipts_per_s = mean(ours.receipts_per_s, again.receipts_per_s);
    ours.cpu_per_event_us = mean(ours.cpu_per_event_us, again.cpu_per_event_us);
    std::printf("   null consumer: %.0f events/s, %.1f us of processor per event\n", null.events_per_s, null.cpu_per_event_us);
    row("one event per message, through receipts and district cells", number(ours.cells_per_s / null.events_per_s), "null consumer",
        ">= 0.95", ours.cells_per_s >= 0.95 * null.events_per_s);
    row("… processor of the service per event", number(ours.cpu_per_event_us / null.cpu_per_event_us) + " x", "null consumer", "<= 2 x",
        ours.cpu_per_event_us <= 2 * null.cpu_per_event_us);
    const auto unique = singles.unique + more.unique;
    check(chain, unique);
    const auto blocks = journal_blocks(data.path());
    const auto plain = plain_appends(data.path() / "plain", blocks);
    std::printf("   %.0f events a block of the journal\n", static_cast<double>(unique) / static_cast<double>(blocks.size()));
    row("… receipts per second", number(ours.receipts_per_s / (static_cast<double>(unique) / plain)),
        "plain appends of the same blocks, synced", "", true);
    return ours.cells_per_s;
}

void wait_for_cells(const Chain& chain, std::uint64_t stored, Ear& ear) {
    Wire wire(chain.broker.port(), "load");
    wire.subscribe("chieng/1/625/feeds/cells");
    const auto began = Clock::now();
    while (ear.in_cells < stored && seconds_since(began) < 600) {
        wire.pump(50, [&](std::string_view topic, std::string_view payload) { ear(topic, payload); });
    }
    std::printf("   gateways caught up with the journals in %.1f s; memory of the service meanwhile %.0f MB\n", seconds_since(began),
                usage_of(*chain.service).peak_mb);
}

void in_batches(Chain& chain, std::uint64_t events, Ear& ear) {
    const auto singles = make_load(1, events / 5, 1);
    auto null = null_consumer(singles);
    const auto batches = make_load(2'000'000'000, events, 50);
    const auto bulk = through(chain, batches, 50, batch_window, ear);
    null = mean(null, null_consumer(singles));
    std::printf("   null consumer: %.0f events/s\n", null.events_per_s);
    row("50 events per message, many stored, to the cells", number(bulk.cells_per_s / null.events_per_s) + " x", "null consumer, single",
        ">= 10 x", bulk.cells_per_s >= 10 * null.events_per_s);
    const auto per_event = static_cast<double>(batches.event_bytes) / static_cast<double>(batches.unique);
    const auto written = bulk.service.written_mb * 1e6 / static_cast<double>(batches.unique);
    row("bytes that reach the disk per event, in bulk", number(written, "%.0f"), "an event is " + number(per_event, "%.0f") + " bytes",
        "<= " + number(2 * per_event + 100, "%.0f"), written <= 2 * per_event + 100);
    row("memory of the service", number(usage_of(*chain.service).peak_mb, "%.0f") + " MB", "", "<= 48 MB",
        usage_of(*chain.service).peak_mb <= 48);
    row("memory of the commune's gateway", number(usage_of(*chain.gateway).peak_mb, "%.0f") + " MB", "", "", true);
}

void start_again(Chain& chain) {
    chain.service->kill();
    const auto began = Clock::now();
    chain.service->start();
    Ear probe;
    Wire wire(chain.broker.port(), "probe");
    wire.subscribe("chieng/1/23656/receipts/+");
    const auto sessions = sessions_only(1, 1);
    for (int i = 0; probe.answered == 0 && seconds_since(began) < 60; ++i) {
        if (i % 5 == 0) {
            wire.publish(sessions.messages[0].first, sessions.messages[0].second);
        }
        wire.pump(10, [&](std::string_view topic, std::string_view payload) { probe(topic, payload); });
    }
    row("start after SIGKILL to the first receipt", number(seconds_since(began)) + " s", "", "<= 1 s", seconds_since(began) <= 1);
}

void many_stored(const Options& options, double empty_rate) {
    std::printf("== with %llu events stored\n", static_cast<unsigned long long>(options.stored));
    const Folder data;
    preload(data.path(), options.stored);
    Chain chain(data.path());
    chain.start();
    Ear ear;
    wait_for_cells(chain, options.stored, ear);
    if (options.wants("stored")) {
        const auto first = through(chain, make_load(1'000'000'000, options.events, 1), 1, single_window, ear);
        const auto second = through(chain, make_load(1'500'000'000, options.events, 1), 1, single_window, ear);
        const auto rate = mean(first.cells_per_s, second.cells_per_s);
        row("one event per message, many stored", number(rate / empty_rate), "our own empty store", ">= 0.95", rate >= 0.95 * empty_rate);
    }
    if (options.wants("batches")) {
        in_batches(chain, options.events * 5, ear);
    }
    start_again(chain);
}

int run(const Options& options) {
    if (options.wants("sizes")) {
        sizes_on_the_air();
    }
    double empty_rate = 0;
    if (options.wants("singles") || options.wants("stored")) {
        empty_rate = one_by_one(options.events);
    }
    if (options.wants("latency")) {
        const Folder data;
        Chain chain(data.path());
        chain.start();
        latency(chain, 10'000);
    }
    if (options.wants("burst")) {
        burst(options.burst);
    }
    if (options.wants("memory")) {
        district_memory();
    }
    if (options.stored > 0 && (options.wants("stored") || options.wants("batches"))) {
        many_stored(options, empty_rate);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(options(argc, argv));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
