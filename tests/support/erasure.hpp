// SPDX-License-Identifier: Apache-2.0
// A household that is erased: what was told of it, who erases it, and all that a store still holds.
#pragma once

#include "services/household/household.hpp"
#include "tests/support/engine_bench.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace chieng::testing::erasure {

inline const std::string key = "HO-giarai-4711";
inline const std::string support_id = "HT-nha-4711";
inline const std::string said = "nhà ông Đinh Văn X";

inline v1::Event a_support(std::uint64_t sequence, const std::string& household = key, const std::string& support = support_id) {
    auto event = a_household_supported(sequence, support);
    event.mutable_household_supported()->set_household_key(household);
    event.set_note(said);
    return event;
}

inline v1::Event an_erasure(std::uint64_t sequence, const std::string& household = key, v1::Role role = v1::LABOUR_OFFICIAL) {
    auto event = an_event(sequence);
    event.set_role(role);
    event.mutable_household_erased()->set_household_key(household);
    event.mutable_household_erased()->set_ground(v1::HouseholdErased::ON_REQUEST);
    return event;
}

inline std::vector<JournalBlock> blocks(Store& store) {
    std::vector<JournalBlock> all;
    while (auto block = store.block_at(all.empty() ? 1 : all.back().last + 1)) {
        all.push_back(std::move(*block));
    }
    return all;
}

// Everything that a store holds, in one text.
inline std::string dump(Store& store) {
    std::string text;
    store.scan("", [&](std::string_view at, std::string_view value) {
        text.append(at).append("=").append(value).append("\n");
        return true;
    });
    for (const auto& block : blocks(store)) {
        text.append(block.bytes).append("\n");
    }
    return text;
}

inline bool holds(const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
}

struct Village : Bench {
    Village() : Bench(make_service<Household>()) {}
    v1::Head head() {
        const Input up = LinkUp{};
        v1::Head found;
        for (const auto& action : engine->handle({&up, 1}, now)) {
            if (const auto* publish = std::get_if<Publish>(&action); publish != nullptr && publish->message.topic.ends_with("/head")) {
                found.ParseFromString(publish->message.payload);
            }
        }
        return found;
    }
};

}  // namespace chieng::testing::erasure
