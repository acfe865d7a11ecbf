// SPDX-License-Identifier: Apache-2.0
// What has lasted for so long that an officer may end it: a household without any event since, of which nothing need be kept; one that has
// been newly escaped since. Who decides it posts the erasure, or the change of class.
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

struct NewlyEscaped {
    std::string since;  // the day of the movement that made it so
    std::string household;

    friend auto operator<=>(const NewlyEscaped&, const NewlyEscaped&) = default;
};

// Households that are newly escaped by the latest of their changes of class that counts, erased ones left out, and became so before this
// day; in the order of the days. A review that leaves a household in its class begins nothing anew.
[[nodiscard]] std::vector<NewlyEscaped> escaped_before(Store& store, std::string_view day);

}  // namespace chieng
