// SPDX-License-Identifier: Apache-2.0
// Sends what waits in the outbox until a receipt answers it. A service has one message under way at a time, and all of
// them together a small window: a phone that comes back after weeks does not flood the commune. What has no receipt in
// time is sent again, ever more slowly; a service that takes it again answers with the first verdict.
//
// What the commune names as erased is forgotten as soon as it was answered.
#pragma once

#include "services/field/outbox.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/telemetry.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace chieng {

class Sender {
public:
    static constexpr std::size_t message_bytes_max = 64 * 1024;
    static constexpr std::size_t window_messages = 4;
    static constexpr std::chrono::milliseconds patience_min{5'000};
    static constexpr std::chrono::milliseconds patience_max{300'000};
    static constexpr std::chrono::milliseconds keep_attempts_every{60'000};  // a receipt writes them down sooner

    // `seed` spreads the resends of many devices.
    Sender(std::string device, std::string commune, Outbox& outbox, std::uint64_t seed);

    // Told of each event that is sent, answered, or set aside; it must outlive this and the outbox.
    void tell(Telemetry& telemetry);

    // Throws Broken when a receipt cannot be committed: it will be given again on a resend.
    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

    // Everything posted has its answer, but what is damaged.
    [[nodiscard]] bool drained() const { return outbox_.waiting_count() == 0; }

    // The latest refusal that names no event: the message itself was turned away, and its events still wait.
    [[nodiscard]] const std::optional<v1::Answer>& last_refusal() const { return last_refusal_; }

private:
    // What is under way to one service.
    struct Lane {
        std::vector<std::uint64_t> under_way;  // sequences of the message; empty when none is
        std::chrono::milliseconds sent_at{0};
        std::chrono::milliseconds due_at{0};  // when it is sent again
        std::chrono::milliseconds patience = patience_min;
    };

    void hear(const Message& message, std::vector<v1::Receipt>& receipts);
    void hear_what_to_forget(const Message& message);
    void apply(std::span<const v1::Receipt> receipts, std::uint64_t seconds);
    void forget();
    void give_up_waiting(std::chrono::milliseconds now);
    void tell_damaged();
    void send(std::chrono::milliseconds now, std::uint64_t seconds, Actions& actions);
    [[nodiscard]] std::optional<Publish> next_message(const std::string& service, Lane& lane, std::uint64_t seconds);
    [[nodiscard]] std::chrono::milliseconds jitter(std::chrono::milliseconds patience);

    std::string device_;
    std::string commune_;
    Outbox& outbox_;
    std::uint64_t random_;
    bool link_is_up_ = false;
    std::chrono::milliseconds keep_attempts_at_{0};
    std::map<std::string, Lane> lanes_;
    std::map<std::string, Intervals> to_forget_;  // by service
    std::set<Outbox::Name> damaged_told_;
    std::optional<v1::Answer> last_refusal_;
    Telemetry* telemetry_ = nullptr;
};

}  // namespace chieng
