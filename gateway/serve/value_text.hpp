// SPDX-License-Identifier: Apache-2.0
// One value as text, for terminals, pages and files alike: rounded half up in integers, so that the same value reads the same
// everywhere. Nothing here knows where it is shown.
#pragma once

#include "chieng/v1/indicator.pb.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chieng {

enum class Tongue { vi, en };

[[nodiscard]] inline const std::string& said(const v1::Label& label, Tongue tongue) {
    return tongue == Tongue::vi ? label.vi() : label.en();
}

// "7.50 (3/40)", "20.5", "12": as an officer reads it; "–" when nothing was counted for a rate or a median.
[[nodiscard]] std::string text_of(const v1::Indicator& definition, const v1::IndicatorValue& value);
[[nodiscard]] std::string text_of(const v1::Indicator& definition, const v1::IndicatorValue::Part& part);

// The cut by poverty standard (plan I.3): a rate is told with the standard that it was counted under, as a change of standard is no
// change of the rate.
inline constexpr std::string_view standard_cut = "standard";
[[nodiscard]] bool knows_standard(const v1::Indicator& definition);

// As it is written in Vietnamese: with a comma before decimals.
[[nodiscard]] std::string with_comma(std::string text);

// With a mark after each thousand: 1.234.567,50 in Vietnamese, 1,234,567.50 in English. `text`: as it is written in that tongue.
[[nodiscard]] std::string with_thousands(std::string text, Tongue tongue);

// "7.50 %": one number of another, which is not zero.
[[nodiscard]] std::string percent_text(std::int64_t number, std::int64_t denominator);

// The number alone, as an exact decimal: "7.50", "20.5", "12"; empty where the text is "–".
[[nodiscard]] std::optional<std::string> number_of(const v1::Indicator& definition, const v1::IndicatorValue& value);
[[nodiscard]] std::optional<std::string> number_of(const v1::Indicator& definition, const v1::IndicatorValue::Part& part);

}  // namespace chieng
