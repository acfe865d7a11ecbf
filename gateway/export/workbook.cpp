// SPDX-License-Identifier: Apache-2.0
#include "gateway/export/workbook.hpp"

#include <algorithm>
#include <charconv>

namespace chieng {
namespace {

constexpr lxw_color_t changed_colour = 0xFFF2CC;

}  // namespace

Book::Book(const std::string& file, const std::string& folder) : folder_(folder) {
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    options.tmpdir = folder_.data();
    book_ = workbook_new_opt(file.c_str(), &options);
    for (std::size_t i = 0; i < styles; ++i) {
        formats_.at(i) = make(static_cast<Style>(i));
    }
    for (std::size_t decimals = 0; decimals < numbers_.size(); ++decimals) {
        numbers_.at(decimals) = number_format(decimals, false);
        changed_.at(decimals) = number_format(decimals, true);
    }
}

lxw_error Book::close() {
    if (book_ != nullptr) {
        note(workbook_close(book_));
        book_ = nullptr;
    }
    return error_;
}

void Book::properties(const std::string& title, const std::string& subject, std::uint64_t made_at) {
    lxw_doc_properties properties{};
    auto title_text = title;
    auto subject_text = subject;
    properties.title = title_text.data();
    properties.subject = subject_text.data();
    properties.created = static_cast<time_t>(std::max<std::uint64_t>(made_at, 1));
    note(workbook_set_properties(book_, &properties));
}

lxw_worksheet* Book::sheet(const std::string& name) {
    const bool is_good = workbook_validate_sheet_name(book_, name.c_str()) == LXW_NO_ERROR;
    return workbook_add_worksheet(book_, is_good ? name.c_str() : nullptr);
}

lxw_format* Book::number(std::uint32_t decimals, bool changed) const {
    return (changed ? changed_ : numbers_).at(std::min<std::size_t>(decimals, numbers_.size() - 1));
}

void Book::note(lxw_error error) {
    if (error_ == LXW_NO_ERROR) {
        error_ = error;
    }
}

lxw_format* Book::make(Style style) {
    auto* format = workbook_add_format(book_);
    format_set_font_name(format, "Times New Roman");
    if (style == Style::title || style == Style::bold || style == Style::head) {
        format_set_bold(format);
    }
    if (style == Style::title) {
        format_set_font_size(format, 14);
    }
    if (style == Style::head || style == Style::wrapped) {
        format_set_text_wrap(format);
    }
    if (style == Style::head || style == Style::words || style == Style::changed || style == Style::centred) {
        format_set_align(format, LXW_ALIGN_CENTER);
    }
    if (style == Style::words || style == Style::changed) {
        format_set_italic(format);
    }
    if (style == Style::changed) {
        format_set_bg_color(format, changed_colour);
    }
    if (style == Style::text) {
        format_set_num_format(format, "@");
    }
    if (style != Style::plain && style != Style::title && style != Style::bold && style != Style::centred) {
        format_set_border(format, LXW_BORDER_THIN);
        format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    }
    return format;
}

lxw_format* Book::number_format(std::size_t decimals, bool changed) {
    auto* format = workbook_add_format(book_);
    format_set_font_name(format, "Times New Roman");
    format_set_border(format, LXW_BORDER_THIN);
    format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    format_set_num_format(format, decimals == 0 ? "#,##0" : ("#,##0." + std::string(decimals, '0')).c_str());
    if (changed) {
        format_set_bg_color(format, changed_colour);
    }
    return format;
}

Sheet::Sheet(Book& book, const std::string& name) : book_(book), sheet_(book.sheet(name)) {
    if (sheet_ == nullptr) {
        book_.note(LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    worksheet_set_landscape(sheet_);
    worksheet_set_paper(sheet_, 9);  // A4
    worksheet_fit_to_pages(sheet_, 1, 0);
    worksheet_ignore_errors(sheet_, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:XFD1048576");
}

void Sheet::widths(lxw_col_t first, lxw_col_t last, double width) {
    if (sheet_ != nullptr) {
        book_.note(worksheet_set_column(sheet_, first, last, width, nullptr));
    }
}

void Sheet::freeze(lxw_row_t first_head, lxw_col_t columns) {
    if (sheet_ != nullptr) {
        worksheet_freeze_panes(sheet_, row_, columns);
        book_.note(worksheet_repeat_rows(sheet_, first_head, row_ - 1));
    }
}

void Sheet::print_across(std::uint16_t pages, lxw_col_t last_repeated) {
    if (sheet_ != nullptr && pages > 1) {
        worksheet_fit_to_pages(sheet_, pages, 0);
        book_.note(worksheet_repeat_columns(sheet_, 0, last_repeated));
    }
}

Sheet& Sheet::tall(int lines) {
    constexpr double line_height = 15;
    if (sheet_ != nullptr && lines > 1) {
        book_.note(worksheet_set_row(sheet_, row_, lines * line_height, nullptr));
    }
    return *this;
}

Sheet& Sheet::text(const std::string& text, Style style) {
    if (sheet_ != nullptr) {
        book_.note(worksheet_write_string(sheet_, row_, column_, text.c_str(), book_.format(style)));
    }
    ++column_;
    return *this;
}

Sheet& Sheet::number(const std::string& decimal, std::uint32_t decimals, bool changed) {
    double number = 0;
    std::from_chars(decimal.data(), decimal.data() + decimal.size(), number);
    if (sheet_ != nullptr) {
        book_.note(worksheet_write_number(sheet_, row_, column_, number, book_.number(decimals, changed)));
    }
    ++column_;
    return *this;
}

Sheet& Sheet::skip(lxw_col_t columns) {
    column_ = static_cast<lxw_col_t>(column_ + columns);
    return *this;
}

void Sheet::next() {
    ++row_;
    column_ = 0;
}

void Sheet::line(const std::string& text, Style style) {
    this->text(text, style);
    next();
}

}  // namespace chieng
