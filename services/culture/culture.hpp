// SPDX-License-Identifier: Apache-2.0
// The culture service: activities, heritage, facilities, tourism, sales, new rural criteria (plan II.2, II.3, III.1c, III.4b).
// All its rules stand in the schema.
#pragma once

#include "services/runtime/core/service.hpp"

namespace chieng {

struct Culture {
    static constexpr std::string_view name = "culture";
    using Judged = Types<>;
};

}  // namespace chieng
