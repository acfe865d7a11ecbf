// SPDX-License-Identifier: Apache-2.0
// What both DHIS2 formats say. Codes, not ids: the receiver imports with idScheme=CODE.
//
// Only calendar periods: DHIS2 takes 15 March plus three months for its second quarter without a word. Only the places below the
// area, if there are any: DHIS2 adds up the levels by itself and would count an area twice. A rate goes as its numerator and its
// denominator, COM-04_NUM and COM-04_DEN, of which DHIS2 makes an indicator that adds up rightly. A part goes as the element
// COM-01_form with the option. What has no number is left out, which is how DHIS2 says it.
#pragma once

#include "gateway/export/formats.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chieng::dhis2 {

struct DataValue {
    std::string element;
    std::string category;  // of a part
    std::string option;
    std::string value;
};

struct OrgUnit {
    std::string code;
    std::vector<DataValue> values;
};

[[nodiscard]] std::optional<Refusal> refusal(const Statement& statement);
// Those that have a number.
[[nodiscard]] std::vector<OrgUnit> org_units(const Statement& statement);

// 202204, 2022Q2, 2022S1, 2022.
[[nodiscard]] std::string period_code(const Period& period);
// CHIENG-MONTH, …: the data set's code.
[[nodiscard]] std::string data_set(const Period& period);

}  // namespace chieng::dhis2
