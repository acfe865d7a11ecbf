// SPDX-License-Identifier: Apache-2.0
// What a feed of events says, one change at a time: a version of an event begins to count, or counts no longer.
#pragma once

#include "chieng/v1/event.pb.h"
#include "chieng/v1/feed.pb.h"

#include <compare>
#include <cstdint>
#include <string>

namespace chieng {

// An event of one service.
struct EventId {
    std::string device;
    std::uint64_t sequence = 0;

    [[nodiscard]] std::string text() const { return device + "/" + std::to_string(sequence); }
    friend auto operator<=>(const EventId&, const EventId&) = default;
};

// A version of an event, as it stands in a journal.
struct Version {
    EventId id;
    v1::Event event;
    std::uint64_t received_at = 0;  // seconds since 1970
};

// What an entry holds, whether or not it counts. False when its bytes are no event.
[[nodiscard]] inline bool read_version(const v1::Entry& entry, Version& version) {
    version.received_at = entry.received_at();
    version.id.device = entry.device();
    if (!version.event.ParseFromString(entry.event())) {
        return false;
    }
    version.id.sequence = version.event.sequence();
    return true;
}

// Calls `take(version, counts)` for each version that begins to count with this entry, or ends.
template <class Take>
void each_change(const v1::Entry& entry, const Take& take) {
    Version version;
    if (entry.has_retracts() && read_version(entry.retracts(), version)) {
        take(version, false);
    }
    if (entry.effect() == v1::Entry::COUNTS && read_version(entry, version)) {
        take(version, true);
    }
    if (entry.has_restores() && read_version(entry.restores(), version)) {
        take(version, true);
    }
}

// The event that a correction names; the event itself when it corrects none.
[[nodiscard]] inline EventId corrected_by(const Version& version) {
    const auto& correction = version.event.correction();
    if (correction.sequence() == 0) {
        return version.id;
    }
    return {correction.device().empty() ? version.id.device : correction.device(), correction.sequence()};
}

}  // namespace chieng
