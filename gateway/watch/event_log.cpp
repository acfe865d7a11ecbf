// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/event_log.hpp"

namespace chieng {

std::uint32_t EventLog::number_of(const std::string& device) {
    const auto [at, is_new] = numbers_.try_emplace(device, static_cast<std::uint32_t>(devices_.size()));
    if (is_new) {
        devices_.push_back(device);
    }
    return at->second;
}

void EventLog::apply(std::string_view service, const v1::Entry& entry) {
    auto& journal = journals_[std::string(service)];
    Version version;
    auto& logged = journal.events.emplace_back();  // also of one that cannot be read: it has an offset
    if (read_version(entry, version)) {
        logged.device = number_of(version.id.device);
        logged.body = static_cast<int>(version.event.body_case());
        logged.sequence = version.id.sequence;
        logged.received_at = version.received_at;
        logged.bytes = entry.event();
        logged.counts = entry.effect() == v1::Entry::COUNTS;
        journal.places[{logged.device, logged.sequence}] = journal.events.size() - 1;
    }
    if (entry.has_retracts()) {
        mark(journal, entry.retracts(), false);
    }
    if (entry.has_restores()) {
        mark(journal, entry.restores(), true);
    }
}

void EventLog::mark(Journal& journal, const v1::Entry& entry, bool counts) {
    Version version;
    if (!read_version(entry, version)) {
        return;
    }
    const auto found = journal.places.find({number_of(version.id.device), version.id.sequence});
    if (found != journal.places.end()) {
        journal.events[found->second].counts = counts;
    }
}

const std::vector<EventLog::Logged>& EventLog::of(std::string_view service) const {
    static const std::vector<Logged> nothing;
    const auto found = journals_.find(service);
    return found == journals_.end() ? nothing : found->second.events;
}

const EventLog::Logged* EventLog::find(std::string_view service, const EventId& id) const {
    const auto journal = journals_.find(service);
    const auto number = numbers_.find(id.device);
    if (journal == journals_.end() || number == numbers_.end()) {
        return nullptr;
    }
    const auto at = journal->second.places.find({number->second, id.sequence});
    return at == journal->second.places.end() ? nullptr : &journal->second.events[at->second];
}

v1::Entry EventLog::entry(const Logged& event) const {
    v1::Entry entry;
    entry.set_device(device(event));
    entry.set_event(event.bytes);
    entry.set_received_at(event.received_at);
    entry.set_effect(event.counts ? v1::Entry::COUNTS : v1::Entry::NOTHING);
    return entry;
}

}  // namespace chieng
