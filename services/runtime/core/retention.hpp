// SPDX-License-Identifier: Apache-2.0
// Which households have had no event for so long that nothing need be kept about them. Who decides it posts their erasure.
#pragma once

#include "chieng/v1/event.pb.h"
#include "services/runtime/ports/store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chieng {

// Empty when the event names no household.
[[nodiscard]] std::string household_of(const v1::Event& event);

struct Resting {
    std::string household;
    std::string last;  // day of its last event
    std::uint64_t events = 0;
};

// Households of a service's journal, erased ones left out, all of whose events happened before this day (2022-03-12); in the
// order of their keys.
[[nodiscard]] std::vector<Resting> resting_since(Store& store, std::string_view day);

}  // namespace chieng
