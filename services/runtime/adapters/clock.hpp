// SPDX-License-Identifier: Apache-2.0
// The two clocks of the machine. A replayed clock runs civil time from another day, for demonstrations and drills:
// CHIENG_CLOCK="2022-01-01 21600 1700000000" is 1 January 2022 at that second since 1970, and 21600 times as fast.
#pragma once

#include "services/runtime/ports/link.hpp"

namespace chieng {

class Clock {
public:
    // Throws std::invalid_argument when CHIENG_CLOCK is set and not of that form.
    Clock();
    [[nodiscard]] Instant now() const;
    // Not the machine's: CHIENG_CLOCK is set, as where a year is played.
    [[nodiscard]] bool is_replayed() const { return replayed_; }

private:
    bool replayed_ = false;
    Day start_{};
    std::int64_t rate_ = 1;
    std::int64_t origin_ = 0;
};

// A number that no earlier journal had.
[[nodiscard]] std::uint64_t fresh_epoch();

}  // namespace chieng
