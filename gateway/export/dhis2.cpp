// SPDX-License-Identifier: Apache-2.0
// DHIS2's dataValueSets in JSON, for POST /api/dataValueSets?idScheme=CODE.
#include "gateway/export/dhis2_values.hpp"
#include "gateway/export/writers.hpp"

#include <nlohmann/json.hpp>

namespace chieng {

Written write_dhis2(const Statement& statement, Tongue /*tongue*/) {
    if (auto refusal = dhis2::refusal(statement)) {
        return *refusal;
    }
    using Json = nlohmann::ordered_json;
    const auto period = dhis2::period_code(statement.period);
    auto values = Json::array();
    for (const auto& unit : dhis2::org_units(statement)) {
        for (const auto& value : unit.values) {
            Json json{{"dataElement", value.element}, {"period", period}, {"orgUnit", unit.code}};
            if (!value.option.empty()) {
                json["categoryOptionCombo"] = value.option;
            }
            json["value"] = value.value;
            values.push_back(std::move(json));
        }
    }
    return Json{{"idScheme", "CODE"}, {"dataValues", std::move(values)}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace chieng
