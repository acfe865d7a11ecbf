// SPDX-License-Identifier: Apache-2.0
// Receipts to a device: whatever comes, posted = stored + refused + waiting (I3), and what waits can still be sent.
#include "services/field/sender.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"

#include <vector>

namespace chieng::testing::fuzz_receipts {
namespace {

constexpr std::uint64_t posted = 5;

void check(Outbox& outbox) {
    const auto ledger = outbox.ledger();
    must(ledger.posted == posted, "what was posted stays posted");
    must(ledger.posted == ledger.stored + ledger.refused + ledger.waiting, "posted = stored + refused + waiting");
    must(ledger.waiting == outbox.waiting_count(), "the count of what waits is right");
    for (const std::string service : {"session", "household"}) {
        for (const auto& [sequence, attempts] : outbox.waiting(service)) {
            must(!outbox.frozen(service, sequence).empty(), "what waits can be sent");
        }
    }
}

void take(const std::uint8_t* data, std::size_t size) {
    MemoryStore store;
    Outbox outbox(store);
    const auto today = *parse_day("2022-04-10");
    for (std::uint64_t n = 0; n < posted; ++n) {
        const auto event = n < 3 ? a_session_held(0) : a_household_supported(0);
        const auto result = outbox.post(event, n < 3 ? "session" : "household", nullptr, "23656", today, 1);
        must(std::holds_alternative<std::uint64_t>(result), "a good event is posted");
    }
    Sender sender("p-1", "23656", outbox, 1);
    Instant now{Seconds(today), std::chrono::milliseconds(0)};
    Frames frames(data, size);
    while (auto frame = frames.next()) {
        const auto topic = topics::receipts("23656", frame->kind % 8 == 7 ? "p-2" : "p-1");
        std::vector<Input> inputs{Arrived{{topic, std::move(frame->payload), false}}};
        if (frame->kind % 4 == 1) {
            inputs.emplace_back(LinkUp{});
        } else if (frame->kind % 4 == 2) {
            inputs.emplace_back(LinkDown{});
        }
        now.steady += std::chrono::seconds(frame->kind);
        must(sender.handle(inputs, now).size() <= Sender::window_messages + inputs.size(), "no more leaves than the window");
        check(outbox);
        must(sender.drained() == (outbox.waiting_count() == 0), "drained when nothing waits");
    }
    Outbox reopened(store);
    check(reopened);
    must(reopened.ledgers() == outbox.ledgers(), "what is on disk says the same");
}

const Target target("receipts", take);

}  // namespace
}  // namespace chieng::testing::fuzz_receipts
