// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/retention.hpp"

#include "chieng/store/v1/inbox.pb.h"
#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace chieng {

std::string household_of(const v1::Event& event) {
    const auto* body = body_of(event);
    const auto* field = body == nullptr ? nullptr : body->GetDescriptor()->FindFieldByName("household_key");
    return field == nullptr ? std::string() : body->GetReflection()->GetString(*body, field);
}

std::vector<Resting> resting_since(Store& store, std::string_view day) {
    std::set<std::string> erased;
    store.scan("k/", [&](std::string_view, std::string_view token) {
        erased.emplace(token);
        return true;
    });
    std::map<std::string, Resting> found;
    std::uint64_t next = 1;
    while (const auto block = store.block_at(next)) {
        store::v1::Entries entries;
        if (!entries.ParseFromString(block->bytes)) {
            throw Broken("the journal's block at offset " + std::to_string(block->first) + " cannot be read; restore it from a backup");
        }
        for (const auto& entry : entries.entries()) {
            v1::Event event;
            event.ParseFromString(entry.event());
            if (const auto household = household_of(event); !household.empty() && !erased.contains(household)) {
                auto& resting = found[household];
                resting.household = household;
                resting.last = std::max(resting.last, event.occurred_on());
                ++resting.events;
            }
        }
        next = block->last + 1;
    }
    std::vector<Resting> resting;
    for (auto& [household, each] : found) {
        if (each.last < day) {
            resting.push_back(std::move(each));
        }
    }
    return resting;
}

}  // namespace chieng
