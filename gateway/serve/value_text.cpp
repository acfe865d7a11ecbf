// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/value_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace chieng {
namespace {

__extension__ using Wide = __int128;  // a product of two products

constexpr auto* nothing = "–";

// Divided and rounded half up, away from zero, in integers.
std::int64_t divided(std::int64_t number, std::int64_t by) {
    const std::int64_t half = number < 0 ? -(by / 2) : by / 2;
    return (number + half) / by;
}

// 1398 with two decimals is 13.98.
std::string with_decimals(std::int64_t number, std::uint32_t decimals) {
    auto digits = std::to_string(number < 0 ? -number : number);
    if (decimals > 0) {
        digits.insert(0, digits.size() <= decimals ? decimals + 1 - digits.size() : 0, '0');
        digits.insert(digits.size() - decimals, ".");
    }
    return (number < 0 ? "-" : "") + digits;
}

std::string plain_number(const v1::Indicator& definition, std::int64_t number) {
    std::int64_t scale = 1;
    for (std::uint32_t i = 0; i < definition.decimals(); ++i) {
        scale *= 10;
    }
    return with_decimals(divided(number * scale, std::max<std::int64_t>(definition.divide_by(), 1)), definition.decimals());
}

// So many villages of so many, and no rate of them.
bool counts_villages(const v1::Indicator& definition) {
    return definition.targets().view() == v1::VILLAGES_MEETING;
}

// Percent with two decimals.
std::optional<std::string> rate(std::int64_t number, std::int64_t denominator) {
    return denominator <= 0 ? std::nullopt : std::optional(with_decimals(divided(number * 10'000, denominator), 2));
}

std::string rate_text(std::int64_t number, std::int64_t denominator) {
    return rate(number, denominator).value_or(nothing);
}

std::string fraction_text(std::int64_t number, std::int64_t denominator) {
    return rate_text(number, denominator) + " (" + std::to_string(number) + "/" + std::to_string(denominator) + ")";
}

std::optional<std::string> median(const v1::IndicatorValue& value) {
    if (value.histogram().empty()) {
        return std::nullopt;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value.median());
    return text.data();
}

// In percentage points. There is none without a rate at both ends, or when they were made under different standards.
template <class Value>
std::optional<std::string> change(const Value& value) {
    if (value.denominator() <= 0 || value.start_denominator() <= 0) {
        return std::nullopt;
    }
    const Wide difference =
        static_cast<Wide>(value.start_number()) * value.denominator() - static_cast<Wide>(value.number()) * value.start_denominator();
    const Wide below = static_cast<Wide>(value.denominator()) * value.start_denominator();
    const Wide half = difference < 0 ? -below / 2 : below / 2;
    return with_decimals(static_cast<std::int64_t>((difference * 10'000 + half) / below), 2);
}

template <class Value>
std::string change_text(const Value& value) {
    const auto points = change(value);
    return points ? *points + " (" + rate_text(value.start_number(), value.start_denominator()) + " → " +
                        rate_text(value.number(), value.denominator()) + ")"
                  : nothing;
}

}  // namespace

bool knows_standard(const v1::Indicator& definition) {
    return std::any_of(definition.cut().begin(), definition.cut().end(), [](const v1::Cut& cut) { return cut.name() == standard_cut; });
}

std::string percent_text(std::int64_t number, std::int64_t denominator) {
    return rate_text(number, denominator) + " %";
}

std::optional<std::string> number_of(const v1::Indicator& definition, const v1::IndicatorValue& value) {
    if (counts_villages(definition)) {
        return value.denominator() == 0 ? std::nullopt : std::optional(std::to_string(value.number()));
    }
    switch (definition.measure()) {
        case v1::Indicator::MEDIAN: return median(value);
        case v1::Indicator::RATIO: return rate(value.number(), value.denominator());
        case v1::Indicator::CHANGE: return change(value);
        default: return plain_number(definition, value.number());
    }
}

std::optional<std::string> number_of(const v1::Indicator& definition, const v1::IndicatorValue::Part& part) {
    if (part.unknown()) {
        return std::nullopt;
    }
    switch (definition.measure()) {
        case v1::Indicator::RATIO: return rate(part.number(), part.denominator());
        case v1::Indicator::CHANGE: return change(part);
        default: return plain_number(definition, part.number());
    }
}

std::string text_of(const v1::Indicator& definition, const v1::IndicatorValue& value) {
    if (counts_villages(definition)) {
        return value.denominator() == 0 ? nothing : std::to_string(value.number()) + "/" + std::to_string(value.denominator());
    }
    switch (definition.measure()) {
        case v1::Indicator::RATIO: return fraction_text(value.number(), value.denominator());
        case v1::Indicator::CHANGE: return change_text(value);
        default: return number_of(definition, value).value_or(nothing);
    }
}

std::string text_of(const v1::Indicator& definition, const v1::IndicatorValue::Part& part) {
    if (part.unknown()) {
        return nothing;
    }
    switch (definition.measure()) {
        case v1::Indicator::RATIO: return fraction_text(part.number(), part.denominator());
        case v1::Indicator::CHANGE: return change_text(part);
        default: return plain_number(definition, part.number());
    }
}

std::string with_comma(std::string text) {
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '.' && digit(i - 1) && digit(i + 1)) {
            text[i] = ',';
        }
    }
    return text;
}

std::string with_thousands(std::string text, Tongue tongue) {
    const char decimal = tongue == Tongue::vi ? ',' : '.';
    const char mark = tongue == Tongue::vi ? '.' : ',';
    const auto is_digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    for (std::size_t end = text.size(); end > 0; --end) {  // from behind, as marks move what follows
        if (!is_digit(end - 1) || is_digit(end)) {
            continue;
        }
        auto begin = end;
        while (begin > 0 && is_digit(begin - 1)) {
            --begin;
        }
        const bool is_fraction = begin > 1 && text[begin - 1] == decimal && is_digit(begin - 2);
        for (auto at = end; !is_fraction && at > begin + 3;) {
            at -= 3;
            text.insert(at, 1, mark);
        }
        end = begin + 1;
    }
    return text;
}

}  // namespace chieng
