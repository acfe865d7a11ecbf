// SPDX-License-Identifier: Apache-2.0
// What of board and reports a viewer receives who reads as a recipient of the plan (chieng/v1/rights.proto, serve/share.hpp); who reads
// as none receives everything. The rest is not there for him: what he is told is as if the board held nothing else.
//
// The only way from a request to values: tests/repository refuses a handler that asks the board or the reports itself.
#pragma once

#include "chieng/v1/report.pb.h"
#include "gateway/web/api.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chieng::web {

// All values of an area over a period, in the order of the definitions; columns of one period have the same rows, those of a place that
// he does not receive none.
[[nodiscard]] std::shared_ptr<KeptColumns::Rows> received_rows(const Call& call, const std::string& area, const Period& period,
                                                               std::optional<Day> map);

// The same without keeping them.
[[nodiscard]] std::vector<v1::IndicatorValue> received_values(const Call& call, const std::string& area, const Period& period);

// Whether the place itself was assigned a target for an indicator whose achievement he receives.
[[nodiscard]] bool received_own_target(const Call& call, const Definition& achievement, const std::string& code, const std::string& area,
                                       const Period& period);

// Over one span at least; not one that only others refer to.
[[nodiscard]] bool is_received(const Share& share, const v1::Indicator& indicator);
// Definitions by which reports were filed, and which are not those of now.
[[nodiscard]] std::vector<v1::Indicator> received_former_definitions(const Call& call, const std::string& code);

// Of a report the values that he receives, with their definitions.
[[nodiscard]] v1::Report received(const Call& call, v1::Report report);
// One that was filed; `revision` 0: the latest.
[[nodiscard]] std::optional<v1::Report> received_report(const Call& call, const std::string& period, std::uint32_t revision);
[[nodiscard]] std::vector<v1::Restatement> received_restated(const Call& call, const std::string& period, std::uint32_t revision);
// Each over a span that he receives.
void each_received_report(const Call& call, const std::function<void(const v1::Report& report)>& visit);

// The area that he reads of when he names none: his village, or the gateway's place.
[[nodiscard]] const std::string& own_area(const Call& call);

// Whether he receives all that the feed of cells tells, and the ledger counts.
[[nodiscard]] bool receives_everything(const Call& call);

// Asked by name for what he does not receive.
[[nodiscard]] Problem not_received(const Call& call, const std::string& what, std::string_view field);
[[nodiscard]] Problem not_received(const Call& call, const v1::Label& what, std::string_view field);

}  // namespace chieng::web
