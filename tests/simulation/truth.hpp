// SPDX-License-Identifier: Apache-2.0
// A count of our own: what some indicators of the commune must be, from the events of the journals alone, by code that
// knows neither boards nor cells nor what the entries say of their effect.
#pragma once

#include "tests/simulation/checks.hpp"

#include <functional>

namespace chieng::simulation {

class Truth {
public:
    explicit Truth(const Journals& journals);

    struct Window {
        bool official = true;  // months from the 15th to the 14th
        int year = 2022;
        int first_month = 1;
        int last_month = 12;
    };
    // COM-01, COM-02, SUP-01, EMU-02, RPT-03.
    [[nodiscard]] std::int64_t count(const std::string& code, const Window& window) const;

private:
    std::vector<v1::Event> standing_;     // in the version that counts
    std::vector<v1::Event> corrections_;  // as they came
};

}  // namespace chieng::simulation
