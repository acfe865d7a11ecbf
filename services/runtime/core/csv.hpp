// SPDX-License-Identifier: Apache-2.0
// A table as offices exchange it: comma-separated, quoted where needed, with or without a byte-order mark, lines that end in LF
// or CRLF, columns in any order under a header. Bounds are the reader's own; a table that is broken is refused with its line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

class Csv {
public:
    struct Row {
        int line;  // where it begins
        std::vector<std::string> cells;
    };

    // Throws std::invalid_argument "FILE:LINE: reason": not UTF-8, a quote that never closes, another number of cells than the
    // header names, a column named twice, nothing below the header.
    Csv(std::string_view text, std::string file);

    // Where the column stands; throws when there is none.
    [[nodiscard]] std::size_t column(std::string_view name) const;
    [[nodiscard]] std::optional<std::size_t> find_column(std::string_view name) const;

    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
    [[nodiscard]] const std::string& file() const { return file_; }

    // Throws std::invalid_argument "FILE:LINE: reason".
    [[noreturn]] void refuse(int line, const std::string& reason) const;

private:
    void read(std::string_view text);

    std::string file_;
    std::vector<std::string> header_;
    std::vector<Row> rows_;
};

}  // namespace chieng
