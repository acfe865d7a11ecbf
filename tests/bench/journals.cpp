// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/board.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/host/services.hpp"
#include "tests/bench/scenarios.hpp"
#include "tests/support/events.hpp"

#include "data/indicators.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <span>
#include <stdexcept>

namespace chieng::bench {

using namespace testing;

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

}  // namespace chieng::bench
