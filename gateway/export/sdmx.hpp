// SPDX-License-Identifier: Apache-2.0
// What both SDMX messages say: keys, times and status codes of the observations. No registry holds this structure: its agency is
// CHIENG, its codes are ours, status codes are those of SDMX (CL_OBS_STATUS, CL_CONF_STATUS).
//
// An official window begins on a 15th: SDMX' own Q2 would be read as April to June, so it is said as a range, 2022-03-15/P3M.
#pragma once

#include "gateway/export/statement.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace chieng::sdmx {

inline constexpr std::string_view agency = "CHIENG";
inline constexpr std::string_view dataflow = "CHIENG:PLAN_INDICATORS(1.0)";
inline constexpr std::string_view total = "_T";  // of a dimension that is not cut

struct Observation {
    std::string area;
    std::string indicator;
    std::string cut;
    std::string cut_value;
    const Row* row = nullptr;
    const Cell* cell = nullptr;
    std::size_t place = 0;
};
// Row by row, place by place.
void each_observation(const Statement& statement, const std::function<void(const Observation&)>& take);

// Letters, digits, _ @ $ -: what an id may hold; anything else becomes _.
[[nodiscard]] std::string id_of(std::string_view code);
// M, Q, S, A.
[[nodiscard]] std::string_view frequency(v1::Span span);
// P1M, P3M, P6M, P1Y.
[[nodiscard]] std::string_view duration(v1::Span span);
[[nodiscard]] std::string time_period(const Period& period);

// A normal; L was not collected; M cannot exist; Q is suppressed.
[[nodiscard]] std::string_view observation_status(Status status);
// F is free; C is confidential, which of them was small is not said.
[[nodiscard]] std::string_view confidentiality(Status status);

}  // namespace chieng::sdmx
