// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/store_owner.hpp"

#include <algorithm>

namespace chieng {
namespace {

bool has_key(Store& store, std::string_view prefix) {
    bool found = false;
    store.scan(prefix, [&](std::string_view, std::string_view) {
        found = true;
        return false;
    });
    return found;
}

bool is_of_another_kind(Store& store, const StoreOwner& owner) {
    const bool is_new = !has_key(store, "") && !store.last_block();
    const bool is_marked =
        std::any_of(owner.marks.begin(), owner.marks.end(), [&](std::string_view mark) { return store.get(mark).has_value(); });
    return (!is_new && !is_marked) ||
           std::any_of(owner.others.begin(), owner.others.end(), [&](std::string_view prefix) { return has_key(store, prefix); });
}

void refuse(const StoreOwner& owner, const std::string& what_it_is) {
    throw Broken("the file for the " + owner.name + " is " + what_it_is +
                 "; give each its own file in its own folder, or restore the right one from a backup");
}

}  // namespace

void take_store(Store& store, const StoreOwner& owner) {
    const auto held = store.get(store_owner_key);
    if (held == owner.name) {
        return;
    }
    if (held) {
        refuse(owner, "that of the " + *held);
    }
    if (is_of_another_kind(store, owner)) {
        refuse(owner, "a store of another kind");
    }
    store.put(store_owner_key, owner.name);
    store.commit();
}

}  // namespace chieng
