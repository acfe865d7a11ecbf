// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/ledger.hpp"

#include <algorithm>
#include <cstdlib>

namespace chieng {
namespace {

// How many of first..last are in the set.
std::uint64_t within(const Intervals& numbers, std::uint64_t first, std::uint64_t last) {
    std::uint64_t count = 0;
    for (const auto& [from, to] : numbers.runs()) {
        if (from <= last && to >= first) {
            count += std::min(to, last) - std::max(from, first) + 1;
        }
    }
    return count;
}

// The first of first..last that is not in the set; 0: all are.
std::uint64_t first_not_in(const Intervals& numbers, std::uint64_t first, std::uint64_t last) {
    for (const auto& [from, to] : numbers.runs()) {
        if (from <= first && first <= to) {
            first = to + 1;
        }
    }
    return first <= last ? first : 0;
}

Intervals waiting_of(const v1::ServiceStatus& said) {
    Intervals numbers;
    for (int i = 0; i + 1 < said.waiting_runs_size(); i += 2) {
        if (said.waiting_runs(i) != 0 && said.waiting_runs(i) <= said.waiting_runs(i + 1)) {
            numbers.insert(said.waiting_runs(i), said.waiting_runs(i + 1));
        }
    }
    return numbers;
}

std::uint64_t less(std::uint64_t one, std::uint64_t other) {
    return one > other ? one - other : 0;
}

}  // namespace

void Ledger::apply(std::string_view service, const v1::Entry& entry) {
    Version version;
    if (read_version(entry, version)) {
        auto& held = held_[{version.id.device, std::string(service)}];
        held.numbers.insert(version.id.sequence);
        held.on[day_at(version.received_at)].insert(version.id.sequence);
    }
}

// A last will has no figures: the ones before it stand.
void Ledger::apply(const v1::Status& status) {
    auto& device = devices_[status.device()];
    device.online = status.online();
    device.heard_at = std::max(device.heard_at, status.recorded_at());
    if (status.services_size() > 0) {
        device.figures = status;
    }
}

std::uint64_t Ledger::held(const std::string& device, const std::string& service) const {
    const auto found = held_.find({device, service});
    return found == held_.end() ? 0 : found->second.numbers.count();
}

Ledger::Row Ledger::row(const Held& held, const v1::ServiceStatus& said) {
    Row row;
    row.posted = said.posted();
    row.refused = said.refused();
    row.stored = within(held.numbers, 1, said.posted());
    row.later = held.numbers.count() - row.stored;
    const auto listed = waiting_of(said);
    std::uint64_t listed_waiting = 0;  // and not in the journal
    auto accounted = held.numbers;
    for (const auto& [first, last] : listed.runs()) {
        listed_waiting += last - first + 1 - within(held.numbers, first, last);
        accounted.insert(first, last);
        if (const auto gap = first_not_in(held.numbers, first, last); row.first_gap == 0 && gap != 0 && gap < held.numbers.max()) {
            row.first_gap = gap;
        }
    }
    row.missing = said.posted() - within(accounted, 1, said.posted());
    row.first_missing = first_not_in(accounted, 1, said.posted());
    // Of a long list only the lowest numbers are named; the others that wait are among those missing, as far as they have not come.
    const auto unlisted = less(said.waiting(), listed.count());
    const auto unlisted_waiting = std::min(unlisted, less(row.missing, row.refused));
    row.waiting = listed_waiting + unlisted_waiting;
    row.difference = static_cast<std::int64_t>(row.missing) - static_cast<std::int64_t>(unlisted_waiting + row.refused);
    row.state = row.difference > 0 ? State::lost : row.difference < 0 ? State::surplus : row.first_gap != 0 ? State::gap : State::balanced;
    return row;
}

std::vector<Ledger::Row> Ledger::rows() const {
    static const Held nothing;
    std::map<std::pair<std::string, std::string>, Row> rows;
    for (const auto& [name, device] : devices_) {
        if (!device.figures) {
            continue;
        }
        for (const auto& said : device.figures->services()) {
            const auto found = held_.find({name, said.service()});
            rows[{name, said.service()}] = row(found == held_.end() ? nothing : found->second, said);
        }
    }
    for (const auto& [key, held] : held_) {
        auto [at, is_new] = rows.try_emplace(key);
        auto& row = at->second;
        if (is_new) {
            row.stored = held.numbers.count();
        }
        for (const auto& [day, numbers] : held.on) {
            row.stored_on[day] = numbers.count();
            if (row.first_gap != 0 && !row.later_since && numbers.max() > row.first_gap) {
                row.later_since = day;
            }
        }
    }
    std::vector<Row> all;
    for (auto& [key, row] : rows) {
        std::tie(row.device, row.service) = key;
        all.push_back(std::move(row));
    }
    return all;
}

std::string_view name_of(Ledger::State state) {
    switch (state) {
        case Ledger::State::balanced: return "balanced";
        case Ledger::State::gap: return "gap";
        case Ledger::State::lost: return "lost";
        case Ledger::State::surplus: return "surplus";
        case Ledger::State::unknown: return "unknown";
    }
    return "";
}

std::uint64_t difference_of(const std::vector<Ledger::Row>& rows) {
    std::uint64_t sum = 0;
    for (const auto& row : rows) {
        sum += static_cast<std::uint64_t>(std::abs(row.difference));
    }
    return sum;
}

}  // namespace chieng
