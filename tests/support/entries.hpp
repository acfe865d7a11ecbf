// SPDX-License-Identifier: Apache-2.0
// Entries of a feed, as an engine would write them.
#pragma once

#include "chieng/v1/feed.pb.h"
#include "services/runtime/core/time.hpp"
#include "tests/support/events.hpp"

#include <string>

namespace chieng::testing {

inline std::uint64_t noon_of(const std::string& day) {
    return static_cast<std::uint64_t>(Seconds(*parse_day(day)).time_since_epoch().count()) + 5 * 3600;  // in UTC+7
}

inline v1::Entry entry_of(const std::string& device, const v1::Event& event, const std::string& received_on = "2022-04-10") {
    v1::Entry entry;
    entry.set_device(device);
    entry.set_event(event.SerializeAsString());
    entry.set_received_at(noon_of(received_on));
    return entry;
}

// A VOID, or a decision: it does not count, and takes back what did.
inline v1::Entry taking_back(v1::Entry entry, const v1::Entry& retracted) {
    entry.set_effect(v1::Entry::NOTHING);
    *entry.mutable_retracts() = retracted;
    return entry;
}

inline v1::Event a_decision(std::uint64_t sequence, const std::string& device, std::uint64_t of, const std::string& other,
                            std::uint64_t same, v1::DuplicateDecided::Decision decision) {
    auto event = an_event(sequence);
    event.set_organisation(v1::COMMUNE_PEOPLES_COMMITTEE);
    event.set_role(v1::CULTURE_OFFICIAL);
    auto& decided = *event.mutable_duplicate_decided();
    decided.set_service("session");
    decided.set_device(device);
    decided.set_sequence(of);
    decided.set_same_device(other);
    decided.set_same_sequence(same);
    decided.set_decision(decision);
    return event;
}

}  // namespace chieng::testing
