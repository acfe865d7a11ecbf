// SPDX-License-Identifier: Apache-2.0
// An engine on a store in memory, and what it tells.
#pragma once

#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/session/session.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace chieng::testing {

// One service with its store: deliveries in, receipts and blocks out.
class Bench {
public:
    explicit Bench(Service service = make_service<Session>()) : service_(std::move(service)) { restart(); }

    void restart() {
        store.crash();
        engine = std::make_unique<Engine>(service_, "23656", kbang(), store, 7);
    }

    // Sends, and reads back what the device is told.
    std::string send(const std::string& device, std::initializer_list<v1::Event> events) {
        return deliver(device, payload(device, events));
    }

    std::string deliver(const std::string& device, const std::string& bytes) {
        const Input input = Arrived{{topics::events("23656", service_.name, device), bytes, false}};
        std::string told;
        for (const auto& action : engine->handle({&input, 1}, now)) {
            const auto& message = std::get<Publish>(action).message;
            if (message.topic == topics::feed("23656", service_.name)) {
                v1::Block block;
                REQUIRE(block.ParseFromString(message.payload));
                feed.push_back(block);
            } else if (message.topic.find("/forget/") != std::string::npos) {
                to_forget[message.topic] = message.payload;
            } else if (!message.topic.ends_with("/head")) {
                last_receipt = message.payload;
                told += tell(message.payload);
            }
        }
        return told;
    }

    static std::string tell(const std::string& bytes) {
        v1::Receipt receipt;
        if (!receipt.ParseFromString(bytes)) {
            return bytes;
        }
        std::string text;
        for (const auto& answer : receipt.answers()) {
            std::uint64_t at = 0;
            for (const auto above : answer.sequences()) {
                text += std::to_string(at += above) + ",";
            }
            text += v1::Verdict_Name(answer.verdict());
            if (answer.first() != v1::VERDICT_UNSPECIFIED) {
                text += "(" + v1::Verdict_Name(answer.first()) + ")";
            }
            if (answer.month() != 0) {
                text += " " + std::to_string(answer.month());
            }
            for (const auto& reason : answer.reasons()) {
                text += " " + reason.code();
            }
            text += ";";
        }
        return text;
    }

    // Sends one event: empty when it is stored, otherwise each field that is wrong with its reason.
    std::string refusal(const std::string& device, const v1::Event& event) {
        static_cast<void>(send(device, {event}));
        v1::Receipt receipt;
        REQUIRE(receipt.ParseFromString(last_receipt));
        REQUIRE(receipt.answers_size() == 1);
        std::string text;
        for (const auto& reason : receipt.answers(0).reasons()) {
            text += (text.empty() ? "" : " ") + reason.field() + ":" + reason.code();
        }
        REQUIRE((receipt.answers(0).verdict() == v1::STORED) == text.empty());
        return text;
    }

    // Σ counts − Σ retractions of an audience, as a subscriber would fold it.
    std::int64_t attendances() const {
        std::int64_t sum = 0;
        for (const auto& block : feed) {
            for (const auto& entry : block.entries()) {
                v1::Event event;
                if (entry.effect() == v1::Entry::COUNTS && event.ParseFromString(entry.event())) {
                    sum += event.session_held().audience().total();
                }
                if (entry.has_retracts() && event.ParseFromString(entry.retracts().event())) {
                    sum -= event.session_held().audience().total();
                }
                if (entry.has_restores() && event.ParseFromString(entry.restores().event())) {
                    sum += event.session_held().audience().total();
                }
            }
        }
        return sum;
    }

    MemoryStore store;
    std::unique_ptr<Engine> engine;
    std::vector<v1::Block> feed;
    std::string last_receipt;
    std::map<std::string, std::string> to_forget;  // topic -> what it retains
    Instant now{Seconds(*parse_day("2022-04-10")), {}};

private:
    Service service_;
};

inline v1::Event attended_by(v1::Event event, std::uint32_t people) {
    event.mutable_session_held()->mutable_audience()->set_total(people);
    return event;
}

}  // namespace chieng::testing
