// SPDX-License-Identifier: Apache-2.0
// The load: events of all three services from many devices, some sent twice, and the loop that keeps a window of them in
// flight. A later block of the same devices goes on with their numbers.
#pragma once

#include "tests/bench/wire.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace chieng::bench {

using Clock = std::chrono::steady_clock;

inline constexpr int devices = 20;
inline constexpr const char* commune = "23656";

struct Load {
    std::vector<std::pair<std::string, std::string>> messages;  // topic, payload
    std::uint64_t events = 0;                                   // with repeats
    std::uint64_t unique = 0;
    std::uint64_t event_bytes = 0;  // of the unique ones
};

// Events numbered from `first` on, per device and service; one message in twenty comes twice.
[[nodiscard]] Load make_load(std::uint64_t first, std::uint64_t events, std::size_t per_message);

// Publishes all of it, at most `window` events ahead of what `done` says. Returns the seconds until done() has reached the end.
double run_load(Wire& wire, const Load& load, std::size_t per_message, std::uint64_t window, const std::function<std::uint64_t()>& done,
                const Wire::Take& take);

}  // namespace chieng::bench
