// SPDX-License-Identifier: Apache-2.0
// The rules that hold for every event, whatever its service: its fields, its type, its date, its village. The device asks
// them when an event is posted and the service when it comes, so that nobody learns by a receipt, weeks later, what could
// have been said at once.
#pragma once

#include "chieng/v1/event.pb.h"
#include "services/runtime/core/places.hpp"
#include "services/runtime/core/reasons.hpp"
#include "services/runtime/core/time.hpp"

#include <string_view>

namespace chieng {

// Nothing is told of a day before it.
inline constexpr Day programme_begins = std::chrono::year(2021) / 1 / 1;

// All that is wrong; empty when nothing is. `places` may be null: then the village is not checked.
[[nodiscard]] Reasons judge_event(const v1::Event& event, std::string_view service, const Places* places, std::string_view commune,
                                  Day today);

}  // namespace chieng
