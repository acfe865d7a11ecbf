// SPDX-License-Identifier: Apache-2.0
#include "gateway/export/table.hpp"

#include "gateway/export/headings.hpp"

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

std::string table(const Statement& statement, Tongue tongue, bool cuts) {
    std::string text;
    for (const auto& row : statement.rows) {
        const auto shown = row.cells.front().now.shown(tongue);
        if (!row.is_part()) {
            text += padded(row.code, 8) + padded(said(row.label, tongue), 62) + padded(shown, 18) + said(row.unit, tongue) + "\n";
        } else if (cuts) {
            text += padded("", 12) + padded(said(part_label(row), tongue), 58) + shown + "\n";
        }
    }
    return text;
}

}  // namespace chieng
