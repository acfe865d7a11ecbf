// SPDX-License-Identifier: Apache-2.0
// Lines of comma-separated values as RFC 4180 has them: lines end in CRLF, a cell is quoted where it must be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

[[nodiscard]] inline std::string csv_cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        return std::string(text);
    }
    std::string cell = "\"";
    for (const char c : text) {
        cell.append(c == '"' ? 2 : 1, c);
    }
    return cell + '"';
}

[[nodiscard]] inline std::string text_or_nothing(const std::optional<std::int64_t>& number) {
    return number ? std::to_string(*number) : std::string();
}

inline void append_csv_line(std::string& to, const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
        to += (i == 0 ? "" : ",") + csv_cell(cells[i]);
    }
    to += "\r\n";
}

// A text that a spreadsheet would take for a formula gets an apostrophe, which makes it a text there.
[[nodiscard]] inline std::string defused(const std::string& text) {
    // Also in their full width, which some spreadsheets read alike.
    for (const std::string_view sign : {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}) {
        if (text.starts_with(sign)) {
            return "'" + text;
        }
    }
    return text;
}

}  // namespace chieng
