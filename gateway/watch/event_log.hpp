// SPDX-License-Identifier: Apache-2.0
// The events of a commune's journals in the order of their offsets, with whether each counts: so that a number can be asked
// which events made it, page by page, and none is skipped while others come.
#pragma once

#include "gateway/watch/facts.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng {

class EventLog {
public:
    struct Logged {
        std::uint32_t device = 0;  // its place in devices()
        int body = 0;              // case of Event.body
        std::uint64_t sequence = 0;
        std::uint64_t received_at = 0;
        std::string bytes;  // of the event; none: it cannot be read
        bool counts = false;
    };

    // The next entry of that service.
    void apply(std::string_view service, const v1::Entry& entry);

    // Offset 1 is the first.
    [[nodiscard]] const std::vector<Logged>& of(std::string_view service) const;
    // Null when there is no such event, or it cannot be read.
    [[nodiscard]] const Logged* find(std::string_view service, const EventId& id) const;
    [[nodiscard]] const std::string& device(const Logged& event) const { return devices_[event.device]; }
    // As it would stand in a journal by itself: what it adds, not what it takes back.
    [[nodiscard]] v1::Entry entry(const Logged& event) const;

private:
    struct Journal {
        std::vector<Logged> events;
        std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> places;  // by device and sequence
    };

    [[nodiscard]] std::uint32_t number_of(const std::string& device);
    void mark(Journal& journal, const v1::Entry& entry, bool counts);

    std::map<std::string, Journal, std::less<>> journals_;
    std::map<std::string, std::uint32_t, std::less<>> numbers_;
    std::vector<std::string> devices_;
};

}  // namespace chieng
