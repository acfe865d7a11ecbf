// SPDX-License-Identifier: Apache-2.0
// A workbook that an officer can hand in: a first sheet with heading, contents and signatures, then one sheet for each group of
// indicators, filed and present values side by side. Codes and names are always written as text, never as formulas. Rows are
// streamed to a file in the temporary folder and forgotten, so memory does not grow with the statement.
#include "gateway/export/headings.hpp"
#include "gateway/export/workbook.hpp"
#include "gateway/export/writers.hpp"
#include "gateway/serve/labels.hpp"
#include "services/runtime/core/places.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
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
