// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/intervals.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace chieng {

bool Intervals::contains(std::uint64_t number) const {
    auto after = runs_.upper_bound(number);
    return after != runs_.begin() && std::prev(after)->second >= number;
}

bool Intervals::insert(std::uint64_t first, std::uint64_t last) {
    // The common case: the next number of the last run.
    if (!runs_.empty()) {
        auto& [run_first, run_last] = *runs_.rbegin();
        if (first > run_first && first <= run_last + 1 && run_last != std::numeric_limits<std::uint64_t>::max()) {
            if (last <= run_last) {
                return false;
            }
            count_ += last - run_last;
            run_last = last;
            return true;
        }
    }
    auto it = runs_.upper_bound(first);
    if (it != runs_.begin() && (std::prev(it)->second >= first || std::prev(it)->second + 1 == first)) {
        --it;
    }
    std::uint64_t held = 0;
    std::uint64_t new_first = first;
    std::uint64_t new_last = last;
    while (it != runs_.end() && (last == std::numeric_limits<std::uint64_t>::max() || it->first <= last + 1)) {
        new_first = std::min(new_first, it->first);
        new_last = std::max(new_last, it->second);
        held += it->second - it->first + 1;
        it = runs_.erase(it);
    }
    runs_.emplace_hint(it, new_first, new_last);
    const std::uint64_t now = new_last - new_first + 1;
    count_ += now - held;
    return now != held;
}

}  // namespace chieng
