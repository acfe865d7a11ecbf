// SPDX-License-Identifier: Apache-2.0
// Processes that start while it lives believe that it is this day, from now on.
#pragma once

#include <cstdlib>
#include <ctime>
#include <string>

namespace chieng::testing {

struct ClockAt {
    explicit ClockAt(const std::string& day) { ::setenv("CHIENG_CLOCK", (day + " 1 " + std::to_string(std::time(nullptr))).c_str(), 1); }
    ~ClockAt() { ::unsetenv("CHIENG_CLOCK"); }
    ClockAt(const ClockAt&) = delete;
    ClockAt& operator=(const ClockAt&) = delete;
    ClockAt(ClockAt&&) = delete;
    ClockAt& operator=(ClockAt&&) = delete;
};

}  // namespace chieng::testing
