// SPDX-License-Identifier: Apache-2.0
// The loss ledger: what each device says that it posted to each service, and what became of that, against what the journals
// hold. Of the numbers 1 to `posted` each is in the journal, or was refused, or waits at the device; what is none of these
// is lost, and what is left over was counted twice by somebody. Neither may ever be.
//
// A journal that is ahead of a status takes nothing away: a number that the status calls waiting may have come since, and
// one above `posted` is later than it.
//
// Keeps I3 (posted = stored + refused + waiting), of a device in production.
#pragma once

#include "chieng/v1/status.pb.h"
#include "gateway/watch/facts.hpp"
#include "services/runtime/core/intervals.hpp"
#include "services/runtime/core/time.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng {

class Ledger {
public:
    enum class State {
        balanced,
        gap,      // balanced, but a number waits at the device though a later one has come
        lost,     // the device says of more numbers than the journal has that they were stored
        surplus,  // the journal has numbers that the device calls neither stored nor waiting: its list was put back
        unknown,  // the device says nothing of its figures
    };
    struct Row {
        std::string device;
        std::string service;
        State state = State::unknown;
        std::uint64_t posted = 0;
        std::uint64_t refused = 0;
        std::uint64_t waiting = 0;    // and not in the journal
        std::uint64_t stored = 0;     // in the journal, of 1..posted
        std::uint64_t later = 0;      // in the journal, above that
        std::int64_t difference = 0;  // lost, or below zero left over: posted − stored − refused − waiting
        // The first number that is neither in the journal nor waiting, and how many such there are; `refused` of them were refused.
        std::uint64_t first_missing = 0;
        std::uint64_t missing = 0;
        std::uint64_t first_gap = 0;             // the first number that waits below one that has come
        std::optional<Day> later_since;          // the day on which the first one above it came
        std::map<Day, std::uint64_t> stored_on;  // by the day on which the commune took it
    };
    struct Device {
        bool online = false;
        std::uint64_t heard_at = 0;         // seconds since 1970, by its own clock
        std::optional<v1::Status> figures;  // the latest that had any
    };

    void apply(std::string_view service, const v1::Entry& entry);
    void apply(const v1::Status& status);

    // In order of device and service.
    [[nodiscard]] std::vector<Row> rows() const;
    [[nodiscard]] const std::map<std::string, Device, std::less<>>& devices() const { return devices_; }
    // The numbers of a device that the journal of a service holds.
    [[nodiscard]] std::uint64_t held(const std::string& device, const std::string& service) const;

private:
    struct Held {
        Intervals numbers;
        std::map<Day, Intervals> on;  // by the day of receipt
    };

    [[nodiscard]] static Row row(const Held& held, const v1::ServiceStatus& said);

    std::map<std::pair<std::string, std::string>, Held> held_;  // by device and service
    std::map<std::string, Device, std::less<>> devices_;
};

[[nodiscard]] std::string_view name_of(Ledger::State state);

// What must be zero: numbers lost and left over, of all devices.
[[nodiscard]] std::uint64_t difference_of(const std::vector<Ledger::Row>& rows);

}  // namespace chieng
