// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "services/runtime/core/time.hpp"

#include <cstdint>
#include <string>

namespace chieng::web {

// 2022-04-10T09:30:00+07:00, of seconds since 1970.
[[nodiscard]] inline std::string time_text(std::uint64_t seconds) {
    const auto of_day = (static_cast<std::int64_t>(seconds) + 7 * 3600) % 86'400;
    const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return format_day(day_at(seconds)) + "T" + two(of_day / 3600) + ":" + two(of_day / 60 % 60) + ":" + two(of_day % 60) + "+07:00";
}

}  // namespace chieng::web
