// SPDX-License-Identifier: Apache-2.0
// The session service: communication sessions. All its rules stand in the schema.
#pragma once

#include "services/runtime/core/service.hpp"

namespace chieng {

struct Session {
    using Body = v1::SessionHeld;

    static Reasons decide(const Body&, const Context&) { return {}; }
    static std::optional<Claim> claim(const Body&) { return std::nullopt; }
};

}  // namespace chieng
