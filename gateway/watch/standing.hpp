// SPDX-License-Identifier: Apache-2.0
// How a place stands, in words for whoever runs it: whether its gateway answers and has read all, how far each feed goes and how
// far it was read, what waits at devices, whether anything is lost; and what to do about it.
#pragma once

#include "services/runtime/core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chieng {

struct Standing {
    struct Position {
        std::uint64_t epoch = 0;
        std::uint64_t offset = 0;
    };
    struct Feed {
        std::string name;                  // 23656/session
        std::optional<Position> end{};     // none: nobody ever wrote it
        std::optional<Position> read{};    // by the gateway; none: it did not say
        std::optional<Day> received_on{};  // the last day on which the commune took an event

        [[nodiscard]] bool other_history() const { return end && read && read->offset > 0 && end->epoch != read->epoch; }
        [[nodiscard]] std::uint64_t behind() const;
    };
    // Of a commune.
    struct Devices {
        std::uint64_t known = 0;
        std::uint64_t online = 0;
        std::uint64_t waiting = 0;  // events
        std::uint64_t difference = 0;
        std::string first_wrong{};  // device and service
    };

    std::string place;
    bool answers = false;  // the gateway
    std::vector<Feed> feeds{};
    std::optional<Position> cells{};  // its own feed
    std::optional<Devices> devices{};

    // Nothing is known that the gateway has not read.
    [[nodiscard]] bool caught_up() const;
    // Nothing is to be done.
    [[nodiscard]] bool is_well() const;
};

[[nodiscard]] std::string text_of(const Standing& standing, bool english);

}  // namespace chieng
