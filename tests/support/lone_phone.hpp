// SPDX-License-Identifier: Apache-2.0
// A phone by itself: it posts and sends, over a store that forgets what was not committed.
#pragma once

#include "services/field/sender.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace chieng::testing::lone_phone {

inline const Day phone_day = *parse_day("2022-03-25");

class LonePhone {
public:
    LonePhone() { restart(); }

    // Power lost: only what was committed is left.
    void restart() {
        store.crash();
        outbox = std::make_unique<Outbox>(store);
        sender = std::make_unique<Sender>("phone-1", "23656", *outbox, 11);
    }

    Outbox::Posted try_post(const v1::Event& event, const std::string& service = "session") {
        return outbox->post(event, service, &kbang(), "23656", phone_day, 1'648'000'000);
    }
    std::uint64_t post(const v1::Event& event, const std::string& service = "session") {
        return std::get<std::uint64_t>(try_post(event, service));
    }
    void post_many(int count) {
        for (int i = 0; i < count; ++i) {
            post(a_session_held(0));
        }
    }

    Actions give(const Input& input) { return sender->handle({&input, 1}, Instant{Seconds{phone_day}, steady}); }
    Actions wait(std::chrono::milliseconds time) {
        steady += time;
        return give(Tick{});
    }

    // Encodes as the engine does: first..last of each run.
    Actions receive(v1::Answer answer, std::initializer_list<std::pair<std::uint64_t, std::uint64_t>> runs,
                    const std::string& device = "phone-1") {
        std::uint64_t before = 0;
        for (const auto& [first, last] : runs) {
            for (auto sequence = first; sequence <= last; ++sequence) {
                answer.add_sequences(sequence - before);
                before = sequence;
            }
        }
        v1::Receipt receipt;
        receipt.set_device(device);
        receipt.set_service("session");
        *receipt.add_answers() = std::move(answer);
        return give(Arrived{{topics::receipts("23656", "phone-1"), receipt.SerializeAsString(), false}});
    }

    store::v1::OutboxItem item(std::size_t index) { return outbox->items().at(index); }

    MemoryStore store;
    std::unique_ptr<Outbox> outbox;
    std::unique_ptr<Sender> sender;
    std::chrono::milliseconds steady{1'000};
};

inline v1::Answer verdict(v1::Verdict what, v1::Verdict first = v1::VERDICT_UNSPECIFIED) {
    v1::Answer answer;
    answer.set_verdict(what);
    answer.set_first(first);
    return answer;
}

// "session:1,2,3" for each message sent.
inline std::vector<std::string> sent(const Actions& actions) {
    std::vector<std::string> messages;
    for (const auto& action : actions) {
        const auto* publish = std::get_if<Publish>(&action);
        if (publish == nullptr) {
            continue;
        }
        v1::Events events;
        REQUIRE(events.ParseFromString(publish->message.payload));
        REQUIRE(publish->message.payload.size() <= Sender::message_bytes_max);
        auto text = std::string(topics::levels(publish->message.topic)[3]) + ":";
        for (const auto& event : events.events()) {
            text += (text.back() == ':' ? "" : ",") + std::to_string(event.sequence());
        }
        messages.push_back(text);
    }
    return messages;
}

using Sent = std::vector<std::string>;

}  // namespace chieng::testing::lone_phone
