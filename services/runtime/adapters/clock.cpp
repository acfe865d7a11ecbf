// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/adapters/clock.hpp"

#include <cstdlib>
#include <random>
#include <sstream>
#include <stdexcept>

namespace chieng {

Clock::Clock() {
    const char* text = std::getenv("CHIENG_CLOCK");
    if (text == nullptr) {
        return;
    }
    std::istringstream words{std::string(text)};
    std::string day;
    words >> day >> rate_ >> origin_;
    const auto start = parse_day(day);
    if (!words || !start || rate_ < 1) {
        throw std::invalid_argument("CHIENG_CLOCK: '" + std::string(text) + "' is not \"DAY RATE ORIGIN\"");
    }
    start_ = *start;
    replayed_ = true;
}

Instant Clock::now() const {
    using namespace std::chrono;
    const auto civil = system_clock::now();
    const auto steady = duration_cast<milliseconds>(steady_clock::now().time_since_epoch());
    if (!replayed_) {
        return {floor<seconds>(civil), steady};
    }
    const auto passed = duration_cast<milliseconds>(civil.time_since_epoch()) - seconds(origin_);
    return {Seconds(start_) + floor<seconds>(passed * rate_), steady};
}

std::uint64_t fresh_epoch() {
    std::random_device random;
    return (std::uint64_t{random()} << 31U | random()) >> 1U | 1U;
}

}  // namespace chieng
