// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/table.hpp"

#include <algorithm>

namespace chieng {
namespace {

// Pads by characters, not by bytes.
std::string padded(const std::string& text, std::size_t width) {
    const auto characters = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    return characters < width ? text + std::string(width - characters, ' ') : text;
}

}  // namespace

std::string table(const std::vector<v1::Indicator>& definitions, const std::vector<v1::IndicatorValue>& values, Tongue tongue, bool cuts) {
    std::string text;
    for (const auto& definition : definitions) {
        const auto it =
            std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.indicator() == definition.code(); });
        const auto nothing = definition.measure() == v1::Indicator::NUMBER ? "0" : "–";
        const auto shown = it == values.end() ? std::string(nothing) : text_of(definition, *it);
        text += padded(definition.code(), 8) + padded(said(definition.label(), tongue), 62) + padded(shown, 18) +
                said(definition.unit(), tongue) + "\n";
        if (cuts && it != values.end()) {
            for (const auto& part : it->parts()) {
                text += padded("", 12) + padded(part.cut() + " = " + part.cut_value(), 58) + text_of(definition, part) + "\n";
            }
        }
    }
    return text;
}

}  // namespace chieng
