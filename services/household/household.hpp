// SPDX-License-Identifier: Apache-2.0
// The household service: steps of support to households (plan III.3). A support is completed once.
#pragma once

#include "services/runtime/core/service.hpp"

namespace chieng {

struct Household {
    using Body = v1::HouseholdSupported;

    static Reasons decide(const Body&, const Context&) { return {}; }

    static std::optional<Claim> claim(const Body& support) {
        if (support.stage() != v1::COMPLETED) {
            return std::nullopt;
        }
        return Claim{"completed/" + support.support_id(), ReasonCode::already_completed, "household_supported.support_id",
                     support.support_id()};
    }
};

}  // namespace chieng
