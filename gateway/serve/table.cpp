// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace chieng {
namespace {

__extension__ using Wide = __int128;  // a product of two products

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

std::string number_text(const v1::Indicator& definition, std::int64_t number) {
    std::int64_t scale = 1;
    for (std::uint32_t i = 0; i < definition.decimals(); ++i) {
        scale *= 10;
    }
    return with_decimals(divided(number * scale, std::max<std::int64_t>(definition.divide_by(), 1)), definition.decimals());
}

// Percent with two decimals.
std::string rate_text(std::int64_t number, std::int64_t denominator) {
    return denominator == 0 ? "–" : with_decimals(divided(number * 10'000, denominator), 2);
}

const std::string& in(const v1::Label& label, Tongue tongue) {
    return tongue == Tongue::vi ? label.vi() : label.en();
}

// Pads by characters, not by bytes.
std::string padded(const std::string& text, std::size_t width) {
    const auto characters = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    return characters < width ? text + std::string(width - characters, ' ') : text;
}

}  // namespace

std::string text_of(const v1::Indicator& definition, const v1::IndicatorValue& value) {
    if (definition.measure() == v1::Indicator::MEDIAN) {
        if (value.histogram().empty()) {
            return "–";
        }
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%.1f", value.median());
        return text.data();
    }
    if (definition.measure() == v1::Indicator::RATIO) {
        return rate_text(value.number(), value.denominator()) + " (" + std::to_string(value.number()) + "/" +
               std::to_string(value.denominator()) + ")";
    }
    if (definition.measure() == v1::Indicator::CHANGE) {
        if (value.denominator() == 0 || value.start_denominator() == 0) {
            return "–";  // there is no rate, or it was made under another standard
        }
        const Wide difference =
            static_cast<Wide>(value.start_number()) * value.denominator() - static_cast<Wide>(value.number()) * value.start_denominator();
        const Wide below = static_cast<Wide>(value.denominator()) * value.start_denominator();
        const Wide half = difference < 0 ? -below / 2 : below / 2;
        return with_decimals(static_cast<std::int64_t>((difference * 10'000 + half) / below), 2) + " (" +
               rate_text(value.start_number(), value.start_denominator()) + " → " + rate_text(value.number(), value.denominator()) + ")";
    }
    return number_text(definition, value.number());
}

std::string table(const std::vector<v1::Indicator>& definitions, const std::vector<v1::IndicatorValue>& values, Tongue tongue, bool cuts) {
    std::string text;
    for (const auto& definition : definitions) {
        const auto it =
            std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.indicator() == definition.code(); });
        const auto shown = it == values.end() ? std::string("0") : text_of(definition, *it);
        text += padded(definition.code(), 8) + padded(in(definition.label(), tongue), 62) + padded(shown, 18) +
                in(definition.unit(), tongue) + "\n";
        if (cuts && it != values.end()) {
            for (const auto& part : it->parts()) {
                const auto shown_part = definition.measure() == v1::Indicator::RATIO
                                            ? rate_text(part.number(), part.denominator()) + " (" + std::to_string(part.number()) + "/" +
                                                  std::to_string(part.denominator()) + ")"
                                            : number_text(definition, part.number());
                text += padded("", 12) + padded(part.cut() + " = " + part.cut_value(), 58) + shown_part + "\n";
            }
        }
    }
    return text;
}

}  // namespace chieng
