// SPDX-License-Identifier: Apache-2.0
// What a store is and of whom, kept in the store itself: a file that was copied or renamed into another's place is noticed at start,
// before anything is written to it.
#pragma once

#include "services/runtime/ports/store.hpp"

#include <span>
#include <string>
#include <string_view>

namespace chieng {

inline constexpr std::string_view store_owner_key = "m/of";

struct StoreOwner {
    std::string name;                          // "journal session 23656"
    std::span<const std::string_view> marks;   // keys of which one is in every store of this kind
    std::span<const std::string_view> others;  // what keys begin with in stores of other kinds only
};

// Takes a new store, and one from before stores said whose they are. Throws Broken when it is somebody else's.
void take_store(Store& store, const StoreOwner& owner);

}  // namespace chieng
