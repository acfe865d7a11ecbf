// SPDX-License-Identifier: Apache-2.0
// SDMX-CSV 2.0 data message (SDMX 3.0). It holds ids and numbers only, so nothing in it could be taken for a formula.
#include "gateway/export/csv_cells.hpp"
#include "gateway/export/sdmx.hpp"
#include "gateway/export/writers.hpp"

namespace chieng {
namespace {}  // namespace

Written write_sdmx_csv(const Statement& statement, Tongue /*tongue*/) {
    const auto& period = statement.period;
    const std::string frequency(sdmx::frequency(period.span));
    const auto time = sdmx::time_period(period);
    std::string text;
    append_csv_line(text, {"STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ", "REF_AREA", "INDICATOR", "BREAKDOWN", "BREAKDOWN_VALUE",
                           "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS", "NUMERATOR", "DENOMINATOR", "FILED_VALUE", "CALENDAR"});
    sdmx::each_observation(statement, [&](const sdmx::Observation& observation) {
        const auto& now = observation.cell->now;
        const auto& filed = observation.cell->filed;
        append_csv_line(text,
                        {"dataflow", std::string(sdmx::dataflow), "I", frequency, observation.area, observation.indicator, observation.cut,
                         observation.cut_value, time, now.number, std::string(sdmx::observation_status(now.status)),
                         std::string(sdmx::confidentiality(now.status)), text_or_nothing(now.numerator), text_or_nothing(now.denominator),
                         filed ? filed->number : std::string(), period.calendar == v1::OFFICIAL ? "OFFICIAL" : "CALENDAR_MONTHS"});
    });
    return text;
}

}  // namespace chieng
