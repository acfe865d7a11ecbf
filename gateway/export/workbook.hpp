// SPDX-License-Identifier: Apache-2.0
// A workbook as libxlsxwriter fills it: its styles, its sheets, row after row from the left. What goes wrong on the way is remembered,
// and told when the file is closed.
#pragma once

#include <xlsxwriter.h>

#include <array>
#include <cstdint>
#include <string>

namespace chieng {

enum class Style { plain, title, bold, head, text, wrapped, words, changed, centred };

class Book {
public:
    // `folder`: for what is being written.
    Book(const std::string& file, const std::string& folder);
    ~Book() { static_cast<void>(close()); }
    Book(const Book&) = delete;
    Book& operator=(const Book&) = delete;
    Book(Book&&) = delete;
    Book& operator=(Book&&) = delete;

    // Writes the file. The first error of all.
    lxw_error close();

    void properties(const std::string& title, const std::string& subject, std::uint64_t made_at);

    // A name that Excel forbids, or that is there already, gives way to a numbered one.
    lxw_worksheet* sheet(const std::string& name);

    [[nodiscard]] lxw_format* format(Style style) const { return formats_.at(static_cast<std::size_t>(style)); }
    [[nodiscard]] lxw_format* number(std::uint32_t decimals, bool changed) const;
    void note(lxw_error error);

private:
    static constexpr std::size_t styles = 9;

    lxw_format* make(Style style);
    lxw_format* number_format(std::size_t decimals, bool changed);

    std::string folder_;
    lxw_workbook* book_ = nullptr;
    std::array<lxw_format*, styles> formats_{};
    std::array<lxw_format*, 7> numbers_{};  // by decimals
    std::array<lxw_format*, 7> changed_{};
    lxw_error error_ = LXW_NO_ERROR;
};

class Sheet {
public:
    Sheet(Book& book, const std::string& name);

    void widths(lxw_col_t first, lxw_col_t last, double width);
    // The rows above stay in sight and stand on each printed page, as do the columns to the left.
    void freeze(lxw_row_t first_head, lxw_col_t columns);
    // Over so many sheets of paper side by side, each with those columns at its left.
    void print_across(std::uint16_t pages, lxw_col_t last_repeated);

    // Before the first cell of a row: room for so many lines, which not every program makes by itself.
    Sheet& tall(int lines);
    Sheet& text(const std::string& text, Style style = Style::plain);
    Sheet& number(const std::string& decimal, std::uint32_t decimals, bool changed);
    Sheet& skip(lxw_col_t columns);
    void next();
    void line(const std::string& text, Style style = Style::plain);
    [[nodiscard]] lxw_row_t row() const { return row_; }

private:
    Book& book_;
    lxw_worksheet* sheet_;
    lxw_row_t row_ = 0;
    lxw_col_t column_ = 0;
};

}  // namespace chieng
