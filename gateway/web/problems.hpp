// SPDX-License-Identifier: Apache-2.0
// What is wrong with a request, in words: which parameter, the rule, what to do, in both languages.
#pragma once

#include "services/runtime/core/http.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace chieng::web {

// What /problems/NAME says of a kind of problem, for whoever opens the type of one.
struct ProblemKind {
    std::string_view name;
    std::string_view vi;
    std::string_view en;
};
[[nodiscard]] std::span<const ProblemKind> problem_kinds();

[[nodiscard]] Problem bad_parameter(std::string_view field, std::string rule, std::string rule_vi);
[[nodiscard]] Problem bad_period(std::string_view field);
[[nodiscard]] Problem unknown_parameter(std::string_view field, std::string_view known);
[[nodiscard]] Problem not_there(std::string what, std::string what_vi, std::string_view field = {});
[[nodiscard]] Problem no_token();
[[nodiscard]] Problem wrong_token();
[[nodiscard]] Problem session_over();
[[nodiscard]] Problem not_allowed(std::string_view right, std::string why, std::string why_vi);
[[nodiscard]] Problem still_reading();
[[nodiscard]] Problem failure();
[[nodiscard]] Problem other_body();
[[nodiscard]] Problem packed_body();
[[nodiscard]] Problem ask_the_commune();
[[nodiscard]] Problem too_many_events(std::size_t most, std::string_view command);

}  // namespace chieng::web
