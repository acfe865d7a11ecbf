// SPDX-License-Identifier: Apache-2.0
// A count of our own: what the indicators must be, from what was posted and the journals' order alone. Which version of an event
// counts is found here; the rest is tests/recount, which knows neither boards nor cells nor what the entries say of their effect.
#pragma once

#include "tests/recount/recount.hpp"
#include "tests/simulation/checks.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace chieng::simulation {

class Truth {
public:
    // An event is counted as it was posted: an erasure must leave the numbers.
    using Posted = std::map<std::string, std::map<Id, std::vector<v1::Event>>>;
    Truth(const Journals& journals, const Posted& posted);

    // Empty: the board says the same. `area`: the district, the commune or a village.
    [[nodiscard]] std::string difference(const Board& board, const std::string& area, const Period& period, const std::string& code) const;

    // One in which something happened, as a rule. `spans`: letters of M, Q, H, Y.
    [[nodiscard]] Period a_period(const std::string& spans, Random& random) const;

private:
    std::unique_ptr<recount::Recount> recount_;
};

}  // namespace chieng::simulation
