// SPDX-License-Identifier: Apache-2.0
// A set of sequence numbers as disjoint intervals. A device numbers its events 1, 2, 3 …, so "seen before?" is one
// interval per device however many events it sent, and a gap shows what is missing.
#pragma once

#include <cstdint>
#include <map>

namespace chieng {

class Intervals {
public:
    // True when the number was not in the set before.
    bool insert(std::uint64_t number) { return insert(number, number); }

    // Adds first..last; true when any of it was new.
    bool insert(std::uint64_t first, std::uint64_t last);

    [[nodiscard]] bool contains(std::uint64_t number) const;
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t max() const { return runs_.empty() ? 0 : runs_.rbegin()->second; }

    // first -> last, in order, disjoint and not adjacent.
    [[nodiscard]] const std::map<std::uint64_t, std::uint64_t>& runs() const { return runs_; }

    friend bool operator==(const Intervals&, const Intervals&) = default;

private:
    std::map<std::uint64_t, std::uint64_t> runs_;
    std::uint64_t count_ = 0;
};

}  // namespace chieng
