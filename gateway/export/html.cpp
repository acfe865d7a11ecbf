// SPDX-License-Identifier: Apache-2.0
// HTML to print: one file without anything from elsewhere. Headings are Vietnamese with the English below. A sheet of paper holds
// a few places side by side, so a group has a table for each few.
#include "gateway/export/headings.hpp"
#include "gateway/export/markup.hpp"
#include "gateway/export/writers.hpp"
#include "gateway/serve/labels.hpp"

#include <algorithm>
#include <span>

namespace chieng {
namespace {

constexpr auto* style = R"(
:root { color-scheme: light; }
body { font: 11pt/1.35 "Times New Roman", Tinos, serif; color: #000; background: #fff; margin: 1.5em; }
header, .sign { text-align: center; }
h1 { font-size: 14pt; text-transform: uppercase; margin: .6em 0 .2em; }
h2 { font-size: 12pt; margin: 1.4em 0 .3em; break-after: avoid; }
[lang=en] { font-style: italic; font-weight: normal; font-size: 88%; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 9.5pt; margin-bottom: .8em; }
th, td { border: 1px solid #000; padding: .15em .35em; vertical-align: top; text-align: left; }
thead th { text-align: center; vertical-align: bottom; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
td.n { text-align: right; }
td.w { text-align: center; font-style: italic; }
tbody th { min-width: 13em; }
tr.part th { font-weight: normal; padding-left: 1.2em; }
.changed { font-weight: bold; text-decoration: underline; }
small { display: block; }
.sign { display: flex; justify-content: space-around; margin-top: 2em; min-height: 7em; break-inside: avoid; }
@page { size: A4 landscape; margin: 12mm 10mm; }
@media print { body { margin: 0; } .wide { overflow: visible; } table { font-size: 8pt; } }
)";

std::string bilingual(const v1::Label& label) {
    return escaped(label.vi()) + (label.vi() == label.en() ? "" : "<small lang=\"en\">" + escaped(label.en()) + "</small>");
}

std::string header_cell(const v1::Label& text, const std::string& attributes = "") {
    return "<th scope=\"col\"" + attributes + ">" + bilingual(text) + "</th>";
}

std::string figure_cell(const Figure& figure, Tongue tongue, bool restated) {
    if (figure.status != Status::ok) {
        return "<td class=\"w\">" + escaped(figure.shown(tongue)) + "</td>";
    }
    return std::string("<td class=\"n") + (restated ? " changed" : "") + "\">" + escaped(with_thousands(figure.shown(tongue), tongue)) +
           "</td>";
}

// Of the places [first, last).
std::string table_head(const Statement& statement, std::size_t first, std::size_t last) {
    const bool filed = statement.filed.has_value();
    const std::string down = filed ? " rowspan=\"2\"" : "";
    std::string head = "<thead><tr>" + header_cell(label("Mã", "Code"), down) + header_cell(label("Chỉ số", "Indicator"), down) +
                       header_cell(label("Đơn vị tính", "Unit"), down);
    for (auto i = first; i < last; ++i) {
        head += header_cell(statement.places[i].name, filed ? " colspan=\"2\"" : "");
    }
    if (filed) {
        head += "</tr><tr>";
        for (auto i = first; i < last; ++i) {
            head += header_cell(label("Đã chốt", "Filed")) + header_cell(label("Hiện nay", "Now"));
        }
    }
    return head + "</tr></thead>\n";
}

std::string table_row(const Row& row, std::size_t first, std::size_t last, Tongue tongue) {
    std::string text = row.is_part() ? "<tr class=\"part\"><td></td>" : "<tr><td>" + escaped(row.code) + "</td>";
    text += "<th scope=\"row\">" + bilingual(row.is_part() ? part_label(row) : row.label) + "</th>";
    text += "<td>" + (row.is_part() ? std::string() : bilingual(row.unit)) + "</td>";
    for (const auto& cell : std::span(row.cells).subspan(first, last - first)) {
        if (cell.filed) {
            text += figure_cell(*cell.filed, tongue, false);
        }
        text += figure_cell(cell.now, tongue, cell.restated);
    }
    return text + "</tr>\n";
}

std::string tables(const Statement& statement, const std::string& group, Tongue tongue) {
    const std::size_t side_by_side = statement.filed ? 5 : 8;
    std::string text;
    for (std::size_t first = 0; first < statement.places.size(); first += side_by_side) {
        const auto last = std::min(first + side_by_side, statement.places.size());
        text += "<div class=\"wide\"><table>\n" + table_head(statement, first, last) + "<tbody>\n";
        for (const auto& row : statement.rows) {
            text += row.group == group ? table_row(row, first, last, tongue) : std::string();
        }
        text += "</tbody>\n</table></div>\n";
    }
    return text;
}

}  // namespace

Written write_html(const Statement& statement, Tongue tongue) {
    const auto& area = statement.area();
    std::string text =
        "<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
        escaped(title().vi() + ", " + area.name.vi() + ", " + period_label(statement.period).vi()) + "</title>\n<style>" + style +
        "</style>\n</head>\n<body>\n<header>\n<h1>" + bilingual(title()) + "</h1>\n<p><b>" + escaped(area.name.vi()) + "</b> (" +
        escaped(area.code) + ")<small lang=\"en\">" + escaped(area.name.en()) + "</small></p>\n";
    for (const auto& line : heading_lines(statement)) {
        text += "<p>" + bilingual(line) + "</p>\n";
    }
    text += "</header>\n<main>\n";
    for (const auto& group : statement.groups()) {
        text += "<h2>" + bilingual(group_label(group)) + "</h2>\n" + tables(statement, group, tongue);
    }
    text += "</main>\n<footer class=\"sign\">\n";
    for (const auto& signature : signatures()) {
        text += "<div><b>" + bilingual(signature.who) + "</b>" + bilingual(signature.how) + "</div>\n";
    }
    return text + "</footer>\n</body>\n</html>\n";
}

}  // namespace chieng
