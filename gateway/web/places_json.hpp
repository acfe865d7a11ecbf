// SPDX-License-Identifier: Apache-2.0
// Places and definitions as JSON.
#pragma once

#include "gateway/web/api.hpp"

#include <string>

namespace chieng::web {

// A place as it was on that day; only its code when it was none.
[[nodiscard]] Json place_json(const World& world, const std::string& code, Day day);

// With the definition's text when it is asked for.
[[nodiscard]] Json definition_json(const World& world, const Definition& definition, bool text);

}  // namespace chieng::web
