// SPDX-License-Identifier: Apache-2.0
// Tells the commune, on a retained topic, that this device is there and what became of what it posted: when the link comes
// up, when that changes (not more often than every few seconds), and when the program ends. Should it end without a word,
// its last will says that it is gone.
#pragma once

#include "services/field/outbox.hpp"
#include "services/runtime/ports/link.hpp"

#include <chrono>
#include <span>
#include <string>

namespace chieng {

class StatusReport {
public:
    static constexpr std::chrono::milliseconds pause{3'000};
    static constexpr int waiting_pairs_max = 32;

    StatusReport(std::string device, std::string commune, const Outbox& outbox);

    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);
    [[nodiscard]] Actions farewell(Instant now) const;

    // What the broker is to say when the device is gone.
    [[nodiscard]] static Message last_will(const std::string& device, const std::string& commune);

private:
    [[nodiscard]] Message report(bool online, std::uint64_t recorded_at) const;

    std::string device_;
    std::string commune_;
    const Outbox& outbox_;
    bool link_is_up_ = false;
    std::string said_;  // last, without its time
    std::chrono::milliseconds next_at_{0};
};

}  // namespace chieng
