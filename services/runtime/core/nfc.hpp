// SPDX-License-Identifier: Apache-2.0
// The letters of Vietnamese have several spellings in Unicode. Composed (NFC) each has one: what is typed is brought to it, what is
// kept is in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chieng {

// Empty when the text is not UTF-8.
[[nodiscard]] std::optional<std::string> composed(std::string_view text);
// Without the difference of capitals.
[[nodiscard]] std::optional<std::string> composed_in_any_case(std::string_view text);

}  // namespace chieng
