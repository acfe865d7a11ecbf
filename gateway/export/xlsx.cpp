// SPDX-License-Identifier: Apache-2.0
// A workbook that an officer can hand in: a first sheet with heading, contents and signatures, then one sheet for each group of
// indicators, filed and present values side by side. Codes and names are always written as text, never as formulas. Rows are
// streamed to a file in the temporary folder and forgotten, so memory does not grow with the statement.
#include "gateway/export/headings.hpp"
#include "gateway/export/writers.hpp"
#include "gateway/serve/labels.hpp"
#include "services/runtime/core/places.hpp"

#include <utf8proc.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>

#include <stdlib.h>

namespace chieng {
namespace {

// Two lines of one cell: the Vietnamese, then the English.
std::string two_lines(const v1::Label& label) {
    return label.vi() == label.en() ? label.vi() : label.vi() + "\n" + label.en();
}

// How many lines a text takes in a column of so many characters.
int lines_in(std::string_view text, std::size_t width) {
    std::size_t lines = 1;
    std::size_t characters = 0;
    for (const char c : text) {
        if (c == '\n') {
            ++lines;
            characters = 0;
        } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U && ++characters > width) {
            ++lines;
            characters = 1;
        }
    }
    return static_cast<int>(lines);
}

class Folder {
public:
    Folder() {
        std::error_code error;
        auto pattern = (std::filesystem::temp_directory_path(error) / "chieng-XXXXXX").string();
        if (!error && ::mkdtemp(pattern.data()) != nullptr) {
            path_ = pattern;
        }
    }
    ~Folder() {
        std::error_code ignored;
        if (!path_.empty()) {
            std::filesystem::remove_all(path_, ignored);
        }
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    Folder(Folder&&) = delete;
    Folder& operator=(Folder&&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }  // empty: there is none

private:
    std::string path_;
};

enum class Style { plain, title, bold, head, text, wrapped, words, changed, centred };
constexpr std::size_t styles = 9;

// The workbook; remembers the first thing that went wrong.
class Book {
public:
    Book(const std::string& file, const std::string& folder) : folder_(folder) {
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
    ~Book() { static_cast<void>(close()); }
    Book(const Book&) = delete;
    Book& operator=(const Book&) = delete;
    Book(Book&&) = delete;
    Book& operator=(Book&&) = delete;

    // Writes the file. The first error of all.
    lxw_error close() {
        if (book_ != nullptr) {
            note(workbook_close(book_));
            book_ = nullptr;
        }
        return error_;
    }

    void properties(const std::string& title, const std::string& subject, std::uint64_t made_at) {
        lxw_doc_properties properties{};
        auto title_text = title;
        auto subject_text = subject;
        properties.title = title_text.data();
        properties.subject = subject_text.data();
        properties.created = static_cast<time_t>(std::max<std::uint64_t>(made_at, 1));
        note(workbook_set_properties(book_, &properties));
    }

    // A name that Excel forbids, or that is there already, gives way to a numbered one.
    lxw_worksheet* sheet(const std::string& name) {
        const bool is_good = workbook_validate_sheet_name(book_, name.c_str()) == LXW_NO_ERROR;
        return workbook_add_worksheet(book_, is_good ? name.c_str() : nullptr);
    }

    [[nodiscard]] lxw_format* format(Style style) const { return formats_.at(static_cast<std::size_t>(style)); }
    [[nodiscard]] lxw_format* number(std::uint32_t decimals, bool changed) const {
        return (changed ? changed_ : numbers_).at(std::min<std::size_t>(decimals, numbers_.size() - 1));
    }
    void note(lxw_error error) {
        if (error_ == LXW_NO_ERROR) {
            error_ = error;
        }
    }

private:
    lxw_format* make(Style style) {
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

    lxw_format* number_format(std::size_t decimals, bool changed) {
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

    static constexpr lxw_color_t changed_colour = 0xFFF2CC;
    std::string folder_;
    lxw_workbook* book_ = nullptr;
    std::array<lxw_format*, styles> formats_{};
    std::array<lxw_format*, 7> numbers_{};  // by decimals
    std::array<lxw_format*, 7> changed_{};
    lxw_error error_ = LXW_NO_ERROR;
};

// Row after row, from the left.
class Sheet {
public:
    Sheet(Book& book, const std::string& name) : book_(book), sheet_(book.sheet(name)) {
        if (sheet_ == nullptr) {
            book_.note(LXW_ERROR_MEMORY_MALLOC_FAILED);
            return;
        }
        worksheet_set_landscape(sheet_);
        worksheet_set_paper(sheet_, 9);  // A4
        worksheet_fit_to_pages(sheet_, 1, 0);
        worksheet_ignore_errors(sheet_, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:XFD1048576");
    }

    void widths(lxw_col_t first, lxw_col_t last, double width) {
        if (sheet_ != nullptr) {
            book_.note(worksheet_set_column(sheet_, first, last, width, nullptr));
        }
    }
    // The rows above stay in sight and stand on each printed page, as do the columns to the left.
    void freeze(lxw_row_t first_head, lxw_col_t columns) {
        if (sheet_ != nullptr) {
            worksheet_freeze_panes(sheet_, row_, columns);
            book_.note(worksheet_repeat_rows(sheet_, first_head, row_ - 1));
        }
    }
    // Over so many sheets of paper side by side, each with those columns at its left.
    void print_across(std::uint16_t pages, lxw_col_t last_repeated) {
        if (sheet_ != nullptr && pages > 1) {
            worksheet_fit_to_pages(sheet_, pages, 0);
            book_.note(worksheet_repeat_columns(sheet_, 0, last_repeated));
        }
    }

    // Before the first cell of a row: room for so many lines, which not every program makes by itself.
    Sheet& tall(int lines) {
        constexpr double line_height = 15;
        if (sheet_ != nullptr && lines > 1) {
            book_.note(worksheet_set_row(sheet_, row_, lines * line_height, nullptr));
        }
        return *this;
    }
    Sheet& text(const std::string& text, Style style = Style::plain) {
        if (sheet_ != nullptr) {
            book_.note(worksheet_write_string(sheet_, row_, column_, text.c_str(), book_.format(style)));
        }
        ++column_;
        return *this;
    }
    Sheet& number(const std::string& decimal, std::uint32_t decimals, bool changed) {
        double number = 0;
        std::from_chars(decimal.data(), decimal.data() + decimal.size(), number);
        if (sheet_ != nullptr) {
            book_.note(worksheet_write_number(sheet_, row_, column_, number, book_.number(decimals, changed)));
        }
        ++column_;
        return *this;
    }
    Sheet& skip(lxw_col_t columns) {
        column_ = static_cast<lxw_col_t>(column_ + columns);
        return *this;
    }
    void next() {
        ++row_;
        column_ = 0;
    }
    void line(const std::string& text, Style style = Style::plain) {
        this->text(text, style);
        next();
    }
    [[nodiscard]] lxw_row_t row() const { return row_; }

private:
    Book& book_;
    lxw_worksheet* sheet_;
    lxw_row_t row_ = 0;
    lxw_col_t column_ = 0;
};

// Of columns, in characters.
constexpr int name_width = 38;
constexpr int unit_width = 16;
constexpr int value_width = 14;

// A figure, or one of the two numbers of a rate.
enum class Which { value, numerator, denominator };

void put_figure(Sheet& sheet, const Row& row, const Figure& figure, Which which, bool changed, Tongue tongue) {
    const auto& part = which == Which::numerator ? figure.numerator : figure.denominator;
    if (figure.status != Status::ok) {
        const bool says = which == Which::value || figure.status != Status::no_value;
        sheet.text(says ? figure.shown(tongue) : std::string(), changed ? Style::changed : Style::words);
    } else if (which == Which::value) {
        sheet.number(figure.number, row.decimals, changed);
    } else {
        sheet.number(std::to_string(part.value_or(0)), 0, changed);
    }
}

void put_cells(Sheet& sheet, const Row& row, Which which, Tongue tongue) {
    for (const auto& cell : row.cells) {
        if (cell.filed) {
            put_figure(sheet, row, *cell.filed, which, false, tongue);
        }
        put_figure(sheet, row, cell.now, which, cell.restated, tongue);
    }
    sheet.next();
}

void put_row(Sheet& sheet, const Row& row, Tongue tongue) {
    const auto name = row.is_part() ? part_label(row) : row.label;
    const std::string indent = row.is_part() ? "   " : "";
    sheet.tall(std::max({lines_in(indent + name.vi(), name_width - 4), lines_in(indent + name.en(), name_width - 4),
                         lines_in(both(row.unit), unit_width - 2)}));
    sheet.text(row.code, Style::text).text(indent + name.vi(), Style::wrapped).text(indent + name.en(), Style::wrapped);
    sheet.text(both(row.unit), Style::wrapped);
    put_cells(sheet, row, Which::value, tongue);
    if (!row.is_rate()) {
        return;
    }
    static const auto numerator = label("Tử số", "Numerator");
    static const auto denominator = label("Mẫu số", "Denominator");
    for (const auto which : {Which::numerator, Which::denominator}) {
        const auto& what = which == Which::numerator ? numerator : denominator;
        sheet.text(row.code, Style::text).text(indent + "   " + what.vi(), Style::wrapped).text(indent + "   " + what.en(), Style::wrapped);
        sheet.text("", Style::wrapped);
        put_cells(sheet, row, which, tongue);
    }
}

void put_head(Sheet& sheet, const Statement& statement) {
    const int columns = statement.filed ? 2 : 1;
    sheet.tall(2);
    sheet.text("Mã\nCode", Style::head).text("Chỉ số", Style::head).text("Indicator", Style::head).text("Đơn vị tính\nUnit", Style::head);
    for (const auto& place : statement.places) {
        for (int i = 0; i < columns; ++i) {
            sheet.text(place.code, Style::head);
        }
    }
    sheet.next();
    int lines = 1;
    for (const auto& place : statement.places) {
        lines = std::max(lines, lines_in(two_lines(place.name), value_width - 2));
    }
    sheet.tall(lines);
    sheet.text("", Style::head).text("", Style::head).text("", Style::head).text("", Style::head);
    for (const auto& place : statement.places) {
        for (int i = 0; i < columns; ++i) {
            sheet.text(two_lines(place.name), Style::head);
        }
    }
    sheet.next();
    if (!statement.filed) {
        return;
    }
    const auto filed =
        "Đã chốt lần " + std::to_string(statement.filed->revision) + "\nFiled, revision " + std::to_string(statement.filed->revision);
    sheet.tall(lines_in(filed, value_width - 2));
    sheet.text("", Style::head).text("", Style::head).text("", Style::head).text("", Style::head);
    for (std::size_t i = 0; i < statement.places.size(); ++i) {
        sheet.text(filed, Style::head).text("Hiện nay\nNow", Style::head);
    }
    sheet.next();
}

void put_group(Book& book, const Statement& statement, const std::string& group, Tongue tongue) {
    const auto name = group_label(group);
    Sheet sheet(book, group + " " + name.vi());
    const auto columns = static_cast<lxw_col_t>(statement.places.size() * (statement.filed ? 2 : 1));
    sheet.widths(0, 0, 9);
    sheet.widths(1, 2, name_width);
    sheet.widths(3, 3, unit_width);
    sheet.widths(4, static_cast<lxw_col_t>(3 + columns), value_width);
    sheet.line(name.vi(), Style::title);
    sheet.line(name.en());
    const auto period = heading_lines(statement).front();
    const auto& area = statement.area();
    sheet.line(area.name.vi() + " (" + area.code + "), " + period.vi(), Style::bold);
    sheet.line(area.name.en() + " (" + area.code + "), " + period.en());
    sheet.next();
    const auto head = sheet.row();
    put_head(sheet, statement);
    sheet.freeze(head, 4);
    constexpr lxw_col_t readable_columns = 10;  // of values, on one A4 that lies
    sheet.print_across(static_cast<std::uint16_t>((columns + readable_columns - 1) / readable_columns), 1);
    for (const auto& row : statement.rows) {
        if (row.group == group) {
            put_row(sheet, row, tongue);
        }
    }
}

// As the name of who issues a document is written (Decree 30/2020/NĐ-CP, appendix I).
std::string capitals(std::string_view text) {
    std::string made;
    while (!text.empty()) {
        utf8proc_int32_t letter = 0;
        const auto size =
            utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &letter);
        if (size <= 0) {
            return made.append(text);
        }
        std::array<utf8proc_uint8_t, 4> bytes{};
        const auto length = utf8proc_encode_char(utf8proc_toupper(letter), bytes.data());
        made.append(bytes.begin(), bytes.begin() + length);
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return made;
}

void put_first_sheet(Book& book, const Statement& statement) {
    Sheet sheet(book, "Báo cáo");
    sheet.widths(0, 0, 12);
    sheet.widths(1, 2, 42);
    sheet.widths(3, 3, 22);
    const auto& area = statement.area();
    const bool is_village = names_village(area.code);
    sheet.text(is_village ? "" : "ỦY BAN NHÂN DÂN", Style::bold).skip(1).text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Style::bold).next();
    sheet.text(capitals(area.name.vi()), Style::bold).skip(1).text("Độc lập - Tự do - Hạnh phúc", Style::bold).next();
    sheet.next();
    sheet.line(title().vi(), Style::title);
    sheet.line(title().en());
    sheet.line(area.name.vi() + " / " + area.name.en() + " (" + area.code + ")", Style::bold);
    for (const auto& line : heading_lines(statement)) {
        sheet.line(line.vi());
        sheet.line(line.en());
    }
    sheet.next();
    sheet.tall(2);
    sheet.text("Trang\nSheet", Style::head).text("Nhóm chỉ số", Style::head).text("Group", Style::head);
    sheet.text("Số chỉ số\nIndicators", Style::head).next();
    for (const auto& group : statement.groups()) {
        const auto count = std::count_if(statement.rows.begin(), statement.rows.end(),
                                         [&](const Row& row) { return row.group == group && !row.is_part(); });
        const auto name = group_label(group);
        sheet.text(group, Style::text).text(name.vi(), Style::wrapped).text(name.en(), Style::wrapped);
        sheet.number(std::to_string(count), 0, false).next();
    }
    sheet.next();
    sheet.line("Chữ thay cho số / Words instead of numbers", Style::bold);
    for (const auto status : {Status::not_reported, Status::suppressed, Status::no_value}) {
        sheet.text("").text(words_of(status).vi(), Style::wrapped).text(words_of(status).en(), Style::wrapped).next();
    }
    if (statement.filed) {
        sheet.text("").text("Ô tô màu: khác với số đã chốt", Style::changed).text("Coloured: not what was filed", Style::changed).next();
    }
    sheet.next();
    sheet.skip(1);
    for (const auto& signature : signatures()) {
        sheet.text(both(signature.who), Style::centred);
    }
    sheet.next();
    sheet.skip(1);
    for (const auto& signature : signatures()) {
        sheet.text(both(signature.how), Style::centred);
    }
    sheet.next();
}

Refusal not_written(const v1::Label& why) {
    Refusal refusal;
    refusal.text.set_vi("Không ghi được tệp XLSX vào thư mục tạm: " + why.vi() + ". Hãy kiểm tra dung lượng đĩa rồi thử lại.");
    refusal.text.set_en("the XLSX file could not be written in the temporary folder: " + why.en() +
                        "; check the disk's space and try again");
    return refusal;
}

}  // namespace

Written write_xlsx(const Statement& statement, Tongue tongue) {
    const Folder folder;
    if (folder.path().empty()) {
        return not_written(label("không tạo được thư mục", "no folder could be made"));
    }
    const auto file = folder.path() + "/statement.xlsx";
    Book book(file, folder.path());
    book.properties(title().vi(), statement.area().name.vi() + ", " + period_label(statement.period).vi(), statement.as_of);
    put_first_sheet(book, statement);
    for (const auto& group : statement.groups()) {
        put_group(book, statement, group, tongue);
    }
    if (const auto error = book.close(); error != LXW_NO_ERROR) {
        return not_written(label(lxw_strerror(error), lxw_strerror(error)));
    }
    std::ifstream in(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in || bytes.empty()) {
        return not_written(label("không đọc lại được tệp", "it could not be read back"));
    }
    return bytes;
}

}  // namespace chieng
