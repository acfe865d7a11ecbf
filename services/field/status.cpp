// SPDX-License-Identifier: Apache-2.0
#include "services/field/status.hpp"

#include "chieng/v1/status.pb.h"
#include "services/runtime/core/topics.hpp"

#include <utility>

namespace chieng {
namespace {

std::uint64_t seconds_of(Instant now) {
    return static_cast<std::uint64_t>(now.civil.time_since_epoch().count());
}

// What is damaged waits too, for whoever posts it anew: the commune may have it or not.
void add_runs(const Outbox& outbox, v1::ServiceStatus& status) {
    Intervals numbers;
    for (const auto& [sequence, pending] : outbox.waiting(status.service())) {
        numbers.insert(sequence);
    }
    for (const auto& [service, sequence] : outbox.damaged()) {
        if (service == status.service()) {
            numbers.insert(sequence);
        }
    }
    for (const auto& [first, last] : numbers.runs()) {
        if (status.waiting_runs_size() == 2 * StatusReport::waiting_pairs_max) {
            return;
        }
        status.add_waiting_runs(first);
        status.add_waiting_runs(last);
    }
}

}  // namespace

StatusReport::StatusReport(std::string device, std::string commune, const Outbox& outbox)
    : device_(std::move(device)), commune_(std::move(commune)), outbox_(outbox) {}

Actions StatusReport::handle(std::span<const Input> inputs, Instant now) {
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            said_.clear();
            next_at_ = now.steady;
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        }
    }
    if (!link_is_up_ || now.steady < next_at_) {
        return {};
    }
    auto without_time = report(true, 0).payload;
    if (without_time == said_) {
        return {};
    }
    said_ = std::move(without_time);
    next_at_ = now.steady + pause;
    return {Publish{report(true, seconds_of(now))}};
}

Actions StatusReport::farewell(Instant now) const {
    return {Publish{report(false, seconds_of(now))}};
}

Message StatusReport::report(bool online, std::uint64_t recorded_at) const {
    v1::Status status;
    status.set_device(device_);
    status.set_commune(commune_);
    status.set_online(online);
    status.set_recorded_at(recorded_at);
    for (const auto& [service, ledger] : outbox_.ledgers()) {
        auto& part = *status.add_services();
        part.set_service(service);
        part.set_posted(ledger.posted);
        part.set_stored(ledger.stored);
        part.set_refused(ledger.refused);
        part.set_waiting(ledger.waiting);
        add_runs(outbox_, part);
    }
    return {topics::status(commune_, device_), status.SerializeAsString(), true};
}

Message StatusReport::last_will(const std::string& device, const std::string& commune) {
    v1::Status status;
    status.set_device(device);
    status.set_commune(commune);
    return {topics::status(commune, device), status.SerializeAsString(), true};
}

}  // namespace chieng
