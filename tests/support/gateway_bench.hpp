// SPDX-License-Identifier: Apache-2.0
// A commune's gateway over a store that can lose what was not kept, and what a follower of it sees.
#pragma once

#include "gateway/serve/gateway.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/entries.hpp"
#include "tests/support/events.hpp"
#include "tests/support/filled.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gateway_test {

using namespace chieng;
using namespace chieng::testing;

inline const std::string feed = topics::feed("23656", "session");

// A feed of sessions, one a block, all of one village.
inline v1::Block sessions(std::uint64_t offset) {
    v1::Block block;
    block.set_epoch(5);
    block.set_first(offset);
    block.set_last(offset);
    block.set_before(offset - 1);
    block.set_after(offset);
    auto& entry = *block.add_entries();
    entry.set_device("p");
    entry.set_event(a_session_held(offset).SerializeAsString());
    entry.set_received_at(1'648'000'000);
    return block;
}

// The same, of any event and history.
inline v1::Block block_of(std::uint64_t offset, const v1::Event& event, std::uint64_t epoch) {
    auto block = sessions(offset);
    block.set_epoch(epoch);
    block.mutable_entries(0)->set_event(event.SerializeAsString());
    return block;
}

inline v1::Event a_model(std::uint64_t sequence, const std::string& name) {
    auto event = sensible(*v1::Event::descriptor()->FindFieldByName("model_supported"));
    event.set_sequence(sequence);
    event.mutable_model_supported()->set_model_id(name);
    return event;
}

// What a follower holds of each cell that it was told and that is not gone.
using Held = std::map<std::string, std::int64_t>;

inline void keep(const v1::Cell& cell, Held& held) {
    auto name = cell.area() + " " + cell.period();
    for (const auto* part : {&cell.indicator(), &cell.cut(), &cell.cut_value()}) {
        name += part->empty() ? "" : " " + *part;
    }
    name += cell.calendar() == v1::CALENDAR_UNSPECIFIED ? "" : " of " + v1::Calendar_Name(cell.calendar());
    held[name] = cell.number();
    std::erase_if(held, [](const auto& item) { return item.second == 0; });
}

inline std::string text_of(const Held& held) {
    std::string text;
    for (const auto& [name, number] : held) {
        text += name + ": " + std::to_string(number) + "\n";
    }
    return text;
}

// Runs a commune's gateway over a store, and keeps what a follower would see.
struct Bench {
    MemoryStore store;
    std::optional<Gateway> gateway;
    std::int64_t now_ms = 0;
    Seconds civil{std::chrono::seconds(1'650'000'000)};
    std::vector<Source> sources{{"23656", "session"}};
    std::map<std::string, std::vector<std::int64_t>> seen;  // cell -> its values, in the order they came
    Held held;
    std::vector<std::uint64_t> offsets;
    std::uint64_t epoch = 0;
    std::map<std::string, std::string> retained;
    std::uint64_t told = 0;          // retained messages
    std::vector<std::string> asked;  // filters, in the order of the subscriptions

    void start(std::uint64_t fresh_epoch = 77) {
        gateway.emplace(definitions(), kbang(), "23656", sources, store, fresh_epoch);
        hear(Input(LinkUp{}));
    }
    void crash() {
        gateway.reset();
        store.crash();
    }
    void publish(std::uint64_t offset) { hear(Input(Arrived{{feed, sessions(offset).SerializeAsString(), false}})); }
    void pass(std::int64_t milliseconds) {
        now_ms += milliseconds;
        hear(Input(Tick{}));
    }
    void hear(const Input& input) {
        const Instant now{civil, std::chrono::milliseconds(now_ms)};
        for (const auto& action : gateway->handle(std::span(&input, 1), now)) {
            const auto* publish = std::get_if<Publish>(&action);
            if (publish == nullptr) {
                asked.push_back(std::get<Subscribe>(action).filter);
                continue;
            }
            if (publish->message.retained) {
                retained[publish->message.topic] = publish->message.payload;
                ++told;
            }
            if (publish->message.topic == topics::feed("23656", "cells")) {
                v1::Block block;
                REQUIRE(block.ParseFromString(publish->message.payload));
                epoch = block.epoch();
                for (auto offset = block.first(); offset <= block.last(); ++offset) {
                    offsets.push_back(offset);
                }
                for (const auto& cell : block.cells()) {
                    seen[cell.indicator() + cell.cut() + cell.cut_value()].push_back(cell.number());
                    keep(cell, held);
                }
            }
        }
    }
};

}  // namespace gateway_test
