// SPDX-License-Identifier: Apache-2.0
// The register of places: what a code meant on a day.
#pragma once

#include "chieng/v1/place.pb.h"
#include "services/runtime/core/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

class Places {
public:
    struct Entry {
        v1::Place place;
        Day from;
        Day until;
    };

    Places() = default;
    // Throws std::invalid_argument naming the row when a place ends before it begins, is its own parent, is listed twice
    // for one day, or has no parent in the register, or one that is not of a level above.
    explicit Places(const v1::Places& rows);

    // The place that had this code on that day; null when none had.
    [[nodiscard]] const v1::Place* find(std::string_view code, Day day) const;

    // Whether the code was ever a place.
    [[nodiscard]] bool known(std::string_view code) const { return by_code_.contains(code); }

    // Codes of the places below `parent` on that day, in order.
    [[nodiscard]] std::vector<std::string> children(std::string_view parent, Day day) const;

    // Codes that were below `parent` on any day, in order.
    [[nodiscard]] std::vector<std::string> ever_below(std::string_view parent) const;

    // Whether the code was directly below `parent` on any day.
    [[nodiscard]] bool was_below(std::string_view code, std::string_view parent) const;

    // Codes of all villages below `area` (itself, if it is one) on that day, in order.
    [[nodiscard]] std::vector<std::string> villages(std::string_view area, Day day) const;

    // Of all rows: the same register means the same digest.
    [[nodiscard]] std::uint64_t digest() const { return digest_; }

private:
    std::uint64_t digest_ = 0;
    std::map<std::string, std::vector<Entry>, std::less<>> by_code_;
};

}  // namespace chieng
