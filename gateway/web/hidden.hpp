// SPDX-License-Identifier: Apache-2.0
// What is hidden from a viewer with a threshold: small numbers of people and households, and what they could be worked out from
// (web/hiding.hpp, swaps.hpp). Everything that tells a value over HTTP, or on the topics of a recipient with a threshold, asks here,
// and nowhere else. A hidden number reads the same whichever the reason is; a value that a viewer does not receive
// (web/received.hpp) is hidden too, should it ever come here.
#pragma once

#include "chieng/v1/indicator.pb.h"
#include "chieng/v1/rights.pb.h"
#include "gateway/serve/share.hpp"
#include "gateway/web/hiding.hpp"
#include "services/runtime/core/time.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace chieng::web {

// What a value is: as the board has it now; as it was filed, which is told as far as it still is so; as it is in the units of
// another day, in which no number of people is told under a threshold.
enum class Told { now, filed, recut };

// Who looks, and at what. The references must outlive it.
struct Sight {
    const Definitions& definitions;
    const Places& places;
    const std::string& place;  // whose board it is
    const Board& board;
    HidingCache& hidings;
    std::uint32_t threshold;  // 0: nothing is hidden but what is not received
    const Share& share;       // what he receives
    Day today;
};

// Whether the value, or a part of it, is hidden from this viewer.
[[nodiscard]] bool is_hidden(const Sight& sight, const v1::Indicator& indicator, const v1::IndicatorValue& value, Told told);
[[nodiscard]] bool is_hidden(const Sight& sight, const v1::Indicator& indicator, const v1::IndicatorValue& value,
                             const v1::IndicatorValue::Part& part, Told told);

// Cut and value of the parts that are nothing, which is hidden.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> hidden_nothings(const Sight& sight, const v1::Indicator& indicator,
                                                                               const v1::IndicatorValue& value, Told told);

// Whether he sees what a value is made of: digests, the events behind it, the raw feed of cells.
[[nodiscard]] bool sees_lineage(const v1::Viewer& viewer);

// "ẩn vì số nhỏ" / "suppressed", as in files.
[[nodiscard]] const v1::Label& hidden_text();

}  // namespace chieng::web
