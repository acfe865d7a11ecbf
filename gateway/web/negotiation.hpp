// SPDX-License-Identifier: Apache-2.0
// In which form a table is told: ?format= wins over Accept. What is served is one list, which a refusal names.
#pragma once

#include "services/runtime/core/http.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace chieng::web {

// The name of a format; nothing when none that is served is accepted.
[[nodiscard]] std::optional<std::string_view> negotiate(const HttpRequest& request);
[[nodiscard]] Problem not_acceptable();

}  // namespace chieng::web
