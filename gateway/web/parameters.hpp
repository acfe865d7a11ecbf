// SPDX-License-Identifier: Apache-2.0
// Reads the parameters of a request: each gives its value or a sensible one, and the first that is wrong is remembered as the
// problem to answer with.
#pragma once

#include "gateway/web/api.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace chieng::web {

class Parameters {
public:
    explicit Parameters(const Call& call) : call_(call) {}

    [[nodiscard]] const std::optional<Problem>& wrong() const { return wrong_; }
    void refuse(Problem problem);

    [[nodiscard]] std::string text(std::string_view name, std::string otherwise = {}) const;
    [[nodiscard]] bool given(std::string_view name) const { return call_.request.parameter(name) != nullptr; }
    [[nodiscard]] std::uint64_t number(std::string_view name, std::uint64_t otherwise, std::uint64_t most, std::uint64_t least = 0);
    [[nodiscard]] bool flag(std::string_view name);
    [[nodiscard]] std::optional<Day> day(std::string_view name);
    [[nodiscard]] v1::Calendar calendar();
    [[nodiscard]] Period period(std::string_view name, v1::Calendar calendar);
    // A place of this gateway on that day.
    [[nodiscard]] std::string area(Day day);
    // A definition that is not hidden and is counted over that span, if one is asked for.
    [[nodiscard]] const Definition* indicator(std::string_view code, Day day, std::optional<v1::Span> span);
    // Refuses one that the viewer does not receive.
    void check_span(v1::Span span, std::string_view field);

private:
    const Call& call_;
    std::optional<Problem> wrong_;
};

// Whether the code is the gateway's own place, or one below it, on that day.
[[nodiscard]] bool is_of(const World& world, const std::string& code, Day day);

[[nodiscard]] std::string calendar_name(v1::Calendar calendar);

}  // namespace chieng::web
