// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace chieng {
namespace {

// Divided and rounded half up, away from zero, in integers.
std::int64_t divided(std::int64_t number, std::int64_t by) {
    const std::int64_t half = number < 0 ? -(by / 2) : by / 2;
    return (number + half) / by;
}

std::string number_text(const v1::Indicator& definition, std::int64_t number) {
    return std::to_string(definition.divide_by() > 1 ? divided(number, definition.divide_by()) : number);
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
        const auto parts = " (" + std::to_string(value.number()) + "/" + std::to_string(value.denominator()) + ")";
        if (value.denominator() == 0) {
            return "–" + parts;
        }
        const auto hundredths = divided(value.number() * 10'000, value.denominator());
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%lld.%02lld", static_cast<long long>(hundredths / 100),
                      static_cast<long long>(hundredths % 100));
        return text.data() + parts;
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
                text += padded("", 12) + padded(part.cut() + " = " + part.cut_value(), 58) + number_text(definition, part.number()) + "\n";
            }
        }
    }
    return text;
}

}  // namespace chieng
