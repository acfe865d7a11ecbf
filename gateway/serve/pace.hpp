// SPDX-License-Identifier: Apache-2.0
// How often something may be done that costs the loop time: it may take a tenth of it, and nobody waits longer than half a
// second. What is seldom asked for is done at once.
#pragma once

#include <algorithm>
#include <chrono>

namespace chieng {

class Pace {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr int share = 10;
    static constexpr std::chrono::milliseconds longest{500};

    [[nodiscard]] bool is_due(Clock::time_point now) const { return now >= due_; }
    // A turn begins, which may be spent in several pieces.
    void begin() { spent_ = {}; }
    void spend(Clock::time_point from, Clock::time_point until) {
        spent_ += until - from;
        due_ = until + std::min<Clock::duration>(longest, (share - 1) * spent_);
    }

private:
    Clock::time_point due_{};
    Clock::duration spent_{};
};

}  // namespace chieng
