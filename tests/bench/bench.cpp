// SPDX-License-Identifier: Apache-2.0
// Ours against the ceilings, in one run on one machine, every figure a ratio or a size. Real broker with its queue limit at the
// default, real programs, everything durable; one message in twenty comes twice. At the end the journals are read and each
// cell that the district published is compared with a fold of them.
#include "gateway/indicator/board.hpp"
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/host/services.hpp"
#include "tests/bench/load.hpp"
#include "tests/support/events.hpp"
#include "tests/support/processes.hpp"

#include "data/indicators.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using namespace chieng;
using namespace chieng::bench;
using namespace chieng::testing;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) {
    return std::chrono::duration<double>(Clock::now() - began).count();
}

struct Usage {
    double cpu = 0;         // seconds
    double peak_mb = 0;     // resident
    double written_mb = 0;  // to the disk
};

Usage usage_of(const Process& process) {
    const auto folder = "/proc/" + std::to_string(process.pid()) + "/";
    Usage usage;
    std::string word;
    std::ifstream stat(folder + "stat");
    for (int i = 1; i <= 15 && stat >> word; ++i) {
        if (i >= 14) {
            usage.cpu += std::stod(word) / static_cast<double>(::sysconf(_SC_CLK_TCK));
        }
    }
    std::ifstream status(folder + "status");
    while (status >> word) {
        if (word == "VmHWM:") {
            status >> usage.peak_mb;
            usage.peak_mb /= 1024;
        }
    }
    std::ifstream io(folder + "io");
    while (io >> word) {
        if (word == "write_bytes:") {
            io >> usage.written_mb;
            usage.written_mb /= 1e6;
        }
    }
    return usage;
}

// One commune's services and gateway, and the district's gateway.
struct Chain {
    explicit Chain(const std::filesystem::path& journals) : data(journals) {}

    void start() {
        service = std::make_unique<Process>(
            std::vector<std::string>{CHIENG_SERVICE, "--commune", commune, "--data", data, "--broker", broker.url()},
            folder.path() / "service.log");
        gateway = std::make_unique<Process>(
            std::vector<std::string>{CHIENG_GATEWAY, "--place", commune, "--data", data, "--broker", broker.url(), "run"},
            folder.path() / "commune.log");
        district = std::make_unique<Process>(
            std::vector<std::string>{CHIENG_GATEWAY, "--place", "625", "--data", data, "--broker", broker.url(), "run"},
            folder.path() / "district.log");
    }

    Folder folder;
    Broker broker{folder};
    std::filesystem::path data;
    std::unique_ptr<Process> service;
    std::unique_ptr<Process> gateway;
    std::unique_ptr<Process> district;
};

// What the load's client hears: receipts, and the district's cells.
class Ear {
public:
    void operator()(std::string_view topic, std::string_view payload) {
        if (topic.find("/receipts/") != std::string_view::npos) {
            v1::Receipt receipt;
            receipt.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
            for (const auto& answer : receipt.answers()) {
                answered += static_cast<std::uint64_t>(answer.sequences_size());
                refused += answer.verdict() == v1::REFUSED || answer.first() == v1::REFUSED ? 1U : 0U;
            }
        } else if (topic.find("/feeds/cells") != std::string_view::npos) {
            v1::Block block;
            block.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
            for (auto& cell : *block.mutable_cells()) {
                if (cell.indicator() == "RPT-02" && cell.cut().empty()) {
                    auto& held = events_in[cell.area() + cell.period()];
                    in_cells += static_cast<std::uint64_t>(cell.lineage().events()) - held;
                    held = static_cast<std::uint64_t>(cell.lineage().events());
                }
                if (table) {
                    table->push_back(std::move(cell));
                }
            }
            last_of_reply = block.last();
            ++blocks;
        } else {
            ++indicators;
            last_indicator = payload;
        }
    }

    std::uint64_t answered = 0;
    std::uint64_t refused = 0;
    std::uint64_t in_cells = 0;  // events that the district's cells count (RPT-02 counts each once)
    std::uint64_t blocks = 0;
    std::uint64_t indicators = 0;
    std::string last_indicator;
    std::uint64_t last_of_reply = 0;
    std::map<std::string, std::uint64_t> events_in;
    std::vector<v1::Cell>* table = nullptr;
};

struct Outcome {
    double receipts_per_s = 0;
    double cells_per_s = 0;  // events, until the district's cells hold them
    Usage service;
    Usage gateway;
    Usage district;
    double cpu_per_event_us = 0;
};

std::string number(double value, const char* format = "%.2f") {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

void row(const std::string& what, const std::string& measured, const std::string& of, const std::string& target, bool reached) {
    std::printf("   %-66s %10s  %-44s %-10s %s\n", what.c_str(), measured.c_str(), of.c_str(), target.c_str(),
                target.empty() ? ""
                : reached      ? "yes"
                               : "NO");
    std::fflush(stdout);
}

struct Null {
    double events_per_s = 0;
    double cpu_per_event_us = 0;
};

class NullConsumer {
public:
    NullConsumer(const Folder& folder, const Broker& broker)
        : counts_(shared(folder.path() / "count")),
          process_({CHIENG_CEILING, "count", broker.url(), "chieng/1/23656/+/events/+", folder.path() / "count"},
                   folder.path() / "count.log") {
        while (counts_[1] == 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    [[nodiscard]] std::uint64_t count() const { return counts_[0]; }
    [[nodiscard]] double cpu() const { return usage_of(process_).cpu; }

private:
    static const std::atomic<std::uint64_t>* shared(const std::filesystem::path& file) {
        const int handle = ::open(file.c_str(), O_RDWR | O_CREAT, 0600);
        if (handle < 0 || ::ftruncate(handle, 4096) != 0) {
            throw std::runtime_error("cannot share a counter");
        }
        const void* memory = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, handle, 0);
        ::close(handle);
        return static_cast<const std::atomic<std::uint64_t>*>(memory);
    }

    const std::atomic<std::uint64_t>* counts_;
    Process process_;
};

Null null_consumer(const Load& load) {
    const Folder folder;
    const Broker broker(folder);
    const NullConsumer consumer(folder, broker);
    Wire wire(broker.port(), "load");
    const auto before = consumer.cpu();
    const auto seconds = run_load(
        wire, load, 1, 900, [&] { return consumer.count(); }, [](std::string_view, std::string_view) {});
    return {static_cast<double>(load.events) / seconds, (consumer.cpu() - before) / static_cast<double>(load.events) * 1e6};
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

// The district's cells, asked for as any subscriber would, against a fold of the journals; and each event once.
void check(Chain& chain, std::uint64_t unique) {
    std::vector<v1::Cell> table;
    Ear ear;
    ear.table = &table;
    {
        Wire wire(chain.broker.port(), "check");
        wire.subscribe("chieng/1/625/feeds/cells/replies/check");
        std::uint64_t after = 0;
        while (true) {
            v1::Request request;
            request.set_after(after);
            const auto blocks = ear.blocks;
            wire.publish("chieng/1/625/feeds/cells/requests/check", request.SerializeAsString());
            for (int quiet = 0; quiet < 100 || ear.blocks == blocks; ++quiet) {
                const auto before = ear.blocks;
                wire.pump(5, [&](std::string_view topic, std::string_view payload) { ear(topic, payload); });
                quiet = ear.blocks == before ? quiet : 0;
            }
            if (ear.last_of_reply <= after) {
                break;
            }
            after = ear.last_of_reply;
        }
    }
    chain.service->kill();
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    Board commune_board(definitions, kbang(), commune);
    std::uint64_t entries = 0;
    for (const auto& service : all_services()) {
        SqliteStore store(chain.data / (std::string(commune) + "-" + service.name + ".db"));
        std::set<std::pair<std::string, std::uint64_t>> keys;
        v1::Event event;
        std::uint64_t offset = 1;
        while (const auto block = store.block_at(offset)) {
            v1::Block parsed;
            parsed.ParseFromString(block->bytes);
            for (const auto& entry : parsed.entries()) {
                event.ParseFromString(entry.event());
                if (!keys.emplace(entry.device(), event.sequence()).second) {
                    throw std::runtime_error("an event stands twice in the journal of " + service.name);
                }
                commune_board.apply(std::string(commune) + "/" + service.name, entry);
                ++entries;
            }
            offset = block->last + 1;
        }
    }
    if (entries != unique) {
        throw std::runtime_error(std::to_string(unique) + " events were sent and " + std::to_string(entries) + " are journalled");
    }
    Board expected(definitions, kbang(), "625");
    Board seen(definitions, kbang(), "625");
    std::uint64_t last = 0;
    for (const auto id : commune_board.take_changed(last)) {
        expected.set("23656/cells", commune_board.cell(id));
    }
    for (const auto& cell : table) {
        seen.set("23656/cells", cell);
    }
    if (expected.serialize() != seen.serialize()) {
        throw std::runtime_error("the district's cells differ from a fold of the journals");
    }
    std::printf("   checked: %llu events journalled once each, %zu cells of the district equal a fold of the journals\n",
                static_cast<unsigned long long>(entries), table.size());
}

// Journals with so many events, written by the engine itself.
void preload(const std::filesystem::path& folder, std::uint64_t events) {
    Load load = make_load(1, 0, 50);
    std::vector<std::unique_ptr<SqliteStore>> stores;
    std::vector<std::unique_ptr<Engine>> engines;
    for (const auto& service : all_services()) {
        stores.push_back(std::make_unique<SqliteStore>(folder / (std::string(commune) + "-" + service.name + ".db")));
        engines.push_back(std::make_unique<Engine>(service, commune, kbang(), *stores.back(), 1));
    }
    const Instant now{Seconds(std::chrono::seconds(1'669'000'000)), std::chrono::milliseconds(0)};
    std::uint64_t first = 1;
    for (std::uint64_t done = 0; done < events;) {
        load = make_load(first, std::min<std::uint64_t>(200'000, events - done), 50);
        first += 200'000;
        std::map<std::string, std::vector<Input>> inputs;
        for (auto& [topic, payload] : load.messages) {
            const auto service = std::string(topics::levels(topic)[3]);
            inputs[service].push_back(Arrived{{topic, std::move(payload), false}});
        }
        std::size_t i = 0;
        for (const auto& service : all_services()) {
            const auto& all = inputs[service.name];
            for (std::size_t at = 0; at < all.size(); at += 200) {
                static_cast<void>(engines[i]->handle(std::span(all).subspan(at, std::min<std::size_t>(200, all.size() - at)), now));
            }
            ++i;
        }
        done += load.unique;
        std::printf("\r   %llu events stored", static_cast<unsigned long long>(done));
        std::fflush(stdout);
    }
    std::printf("\n");
}

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

std::vector<std::string> journal_blocks(const std::filesystem::path& data) {
    std::vector<std::string> blocks;
    for (const auto& service : all_services()) {
        SqliteStore store(data / (std::string(commune) + "-" + service.name + ".db"));
        std::uint64_t offset = 1;
        while (auto block = store.block_at(offset)) {
            offset = block->last + 1;
            blocks.push_back(std::move(block->bytes));
        }
    }
    return blocks;
}

std::uint64_t option(int argc, char** argv, const std::string& name, std::uint64_t otherwise) {
    for (int i = 1; i + 1 < argc; ++i) {
        if (argv[i] == name) {
            return std::stoull(argv[i + 1]);
        }
    }
    return otherwise;
}

void sizes() {
    std::printf("== on the air\n");
    auto load = make_load(1, 50, 1);
    std::size_t one = 0;
    v1::Events batch;
    batch.set_device("phone-1");
    batch.set_commune(commune);
    for (std::uint64_t i = 1; i <= 50; ++i) {
        auto event = a_session_held(i);
        event.set_recorded_at(1'660'000'000);
        event.mutable_session_held()->mutable_audience()->set_ethnic_minority(30);
        *batch.add_events() = event;
        one = std::max(one, static_cast<std::size_t>(event.ByteSizeLong()) + 20);
    }
    row("a session held, alone", std::to_string(one) + " bytes", "", "<= 160", one <= 160);
    const auto each = batch.ByteSizeLong() / 50;
    row("… in a batch of 50, each", std::to_string(each) + " bytes", "", "<= 90", each <= 90);
}

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

// Twenty phones come back at the same time with all that they hold.
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

// A year of cells from 14 communes.
void district_memory() {
    std::printf("== the district's gateway with a year of Kbang\n");
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    const Folder data;
    const Broker broker(data);
    const Process district({CHIENG_GATEWAY, "--place", "625", "--data", data.path(), "--broker", broker.url(), "run"}, data.path() / "log");
    Wire wire(broker.port(), "communes");
    const auto hear = [](std::string_view, std::string_view) {};
    for (int i = 0; i < 100; ++i) {
        wire.pump(10, hear);
    }
    std::size_t cells = 0;
    for (const auto& place : kbang().ever_below("625")) {
        Board board(definitions, kbang(), place);
        const auto villages = kbang().villages(place, *parse_day("2022-03-12"));
        for (std::uint64_t n = 1; n <= 400; ++n) {
            auto event = n % 3 == 0    ? a_household_supported(n, std::to_string(n))
                         : n % 25 == 1 ? a_commendation_awarded(n)
                                       : a_session_held(n);
            event.set_village(villages[n % villages.size()]);
            event.set_occurred_on(format_day(*parse_day("2022-01-01") + std::chrono::days(n * 7 % 360)));
            v1::Entry entry;
            entry.set_device("d");
            entry.set_event(event.SerializeAsString());
            board.apply(place + "/all", entry);
        }
        std::uint64_t last = 0;
        v1::Block block;
        block.set_epoch(1);
        for (const auto id : board.take_changed(last)) {
            *block.add_cells() = board.cell(id);
            ++cells;
        }
        // In blocks as a gateway would cut them.
        std::uint64_t offset = 0;
        for (int at = 0; at < block.cells_size(); at += 1000) {
            v1::Block part;
            part.set_epoch(1);
            part.set_first(offset + 1);
            for (int i = at; i < std::min(at + 1000, block.cells_size()); ++i) {
                *part.add_cells() = block.cells(i);
                ++offset;
            }
            part.set_last(offset);
            wire.publish("chieng/1/" + place + "/feeds/cells", part.SerializeAsString());
            wire.pump(20, hear);
        }
    }
    for (int i = 0; i < 1000; ++i) {
        wire.pump(10, hear);
    }
    const auto peak = usage_of(district).peak_mb;
    row("memory of the district's gateway, " + std::to_string(cells) + " cells", number(peak, "%.0f") + " MB", "", "<= 64 MB", peak <= 64);
}

int run(int argc, char** argv) {
    const auto events = option(argc, argv, "--events", 200'000);
    const auto stored = option(argc, argv, "--stored", 5'000'000);
    sizes();

    std::printf("== one event per message, %llu events\n", static_cast<unsigned long long>(events));
    const auto singles = make_load(1, events, 1);
    const auto null = null_consumer(singles);
    std::printf("   null consumer: %.0f events/s, %.1f us of processor per event\n", null.events_per_s, null.cpu_per_event_us);
    double empty_rate = 0;
    {
        const Folder data;
        Chain chain(data.path());
        chain.start();
        Ear ear;
        const auto ours = through(chain, singles, 1, 900, ear);
        empty_rate = ours.cells_per_s;
        row("one event per message, through receipts and district cells", number(ours.cells_per_s / null.events_per_s), "null consumer",
            ">= 0.95", ours.cells_per_s >= 0.95 * null.events_per_s);
        row("… processor of the service per event", number(ours.cpu_per_event_us / null.cpu_per_event_us) + " x", "null consumer", "<= 2 x",
            ours.cpu_per_event_us <= 2 * null.cpu_per_event_us);
        check(chain, singles.unique);
        const auto blocks = journal_blocks(data.path());
        const auto plain = plain_appends(data.path() / "plain", blocks);
        std::printf("   %.0f events a block of the journal\n", static_cast<double>(singles.unique) / static_cast<double>(blocks.size()));
        row("… receipts per second", number(ours.receipts_per_s / (static_cast<double>(singles.unique) / plain)),
            "plain appends of the same blocks, synced", "", true);
    }
    {
        const Folder data;
        Chain chain(data.path());
        chain.start();
        latency(chain, 10'000);
    }
    burst(option(argc, argv, "--burst", 100'000));
    district_memory();
    if (stored == 0) {
        return 0;
    }

    std::printf("== with %llu events stored\n", static_cast<unsigned long long>(stored));
    const Folder data;
    preload(data.path(), stored);
    Chain chain(data.path());
    chain.start();
    Ear ear;
    {
        Wire wire(chain.broker.port(), "load");
        wire.subscribe("chieng/1/625/feeds/cells");
        const auto began = Clock::now();
        while (ear.in_cells < stored && seconds_since(began) < 600) {
            wire.pump(50, [&](std::string_view topic, std::string_view payload) { ear(topic, payload); });
        }
        std::printf("   gateways caught up with the journals in %.1f s\n", seconds_since(began));
    }
    const auto more = make_load(1'000'000'000, events, 1);
    const auto ours = through(chain, more, 1, 900, ear);
    row("one event per message, many stored", number(ours.cells_per_s / empty_rate), "our own empty store", ">= 0.95",
        ours.cells_per_s >= 0.95 * empty_rate);
    const auto batches = make_load(2'000'000'000, events * 5, 50);
    const auto bulk = through(chain, batches, 50, 20'000, ear);
    row("50 events per message, many stored, to the cells", number(bulk.cells_per_s / null.events_per_s) + " x", "null consumer, single",
        ">= 10 x", bulk.cells_per_s >= 10 * null.events_per_s);
    const auto per_event = static_cast<double>(batches.event_bytes) / static_cast<double>(batches.unique);
    const auto written = bulk.service.written_mb * 1e6 / static_cast<double>(batches.unique);
    row("bytes that reach the disk per event, in bulk", number(written, "%.0f"), "an event is " + number(per_event, "%.0f") + " bytes",
        "<= " + number(2 * per_event + 100, "%.0f"), written <= 2 * per_event + 100);
    row("memory of the service", number(usage_of(*chain.service).peak_mb, "%.0f") + " MB", "", "<= 48 MB",
        usage_of(*chain.service).peak_mb <= 48);
    row("memory of the commune's gateway", number(usage_of(*chain.gateway).peak_mb, "%.0f") + " MB", "", "", true);
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
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
