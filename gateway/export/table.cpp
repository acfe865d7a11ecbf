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

// The poverty standards that the figures of a row were counted under: "Nghị định 07/2021/NĐ-CP"; empty where there is none.
std::string standards_of(const Statement& statement, const Row& whole, Tongue tongue) {
    std::string text;
    for (const auto& row : statement.rows) {
        const auto& figure = row.cells.front().now;
        if (row.code == whole.code && row.cut == standard_cut && figure.status == Status::ok && figure.number != "0") {
            text += (text.empty() ? "" : ", ") + said(row.cut_value_label, tongue);
        }
    }
    return text;
}

}  // namespace

std::string table(const Statement& statement, Tongue tongue, bool cuts) {
    std::string text;
    for (const auto& row : statement.rows) {
        const auto shown = row.cells.front().now.shown(tongue);
        if (!row.is_part()) {
            const auto standards = standards_of(statement, row, tongue);
            text += padded(row.code, 8) + padded(said(row.label, tongue) + (standards.empty() ? "" : " – " + standards), 62) +
                    padded(shown, 18) + said(row.unit, tongue) + "\n";
        } else if (cuts) {
            text += padded("", 12) + padded(said(part_label(row), tongue), 58) + shown + "\n";
        }
    }
    return text;
}

}  // namespace chieng
