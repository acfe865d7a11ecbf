// SPDX-License-Identifier: Apache-2.0
// Which rows of a table are asked for: indicators and groups of them by their codes, and those that have a cut, with its parts.
// What is not asked for is left out of what a viewer would be told; nothing is added to it.
#pragma once

#include "gateway/web/parameters.hpp"
#include "gateway/web/values.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace chieng::web {

class TableRows {
public:
    // Reads `indicators`, `cut` and `cuts`; refuses what names no row of the period that the viewer receives.
    TableRows(const Call& call, const Period& period, Parameters& parameters);

    [[nodiscard]] bool has(const std::string& code) const { return !codes_ || codes_->contains(code); }
    [[nodiscard]] const Cuts& cuts() const { return cuts_; }

private:
    void read_codes(const Call& call, const Period& period, Parameters& parameters);
    void read_cut(const Call& call, const Period& period, Parameters& parameters);

    std::optional<std::set<std::string>> codes_;  // none: all
    Cuts cuts_;
};

}  // namespace chieng::web
