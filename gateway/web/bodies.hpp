// SPDX-License-Identifier: Apache-2.0
// Bodies of requests: JSON objects.
#pragma once

#include "gateway/web/api.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace chieng::web {

// Empty when the body is a JSON object that says it is one. Saying so makes a browser ask first when another page sends it.
[[nodiscard]] std::optional<Problem> read_json(const HttpRequest& request, Json& body);

// A field that the request does not have: it may be meant to change what is done.
[[nodiscard]] std::optional<Problem> unknown_field(const Json& body, std::initializer_list<std::string_view> known);

// A text in the object; nothing when it is none.
[[nodiscard]] std::optional<std::string> text_of_field(const Json& body, const std::string& name);

}  // namespace chieng::web
