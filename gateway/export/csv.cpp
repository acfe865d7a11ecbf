// SPDX-License-Identifier: Apache-2.0
// CSV: one line a place and value, so that any tool can pivot it. The names of the columns are durable.
#include "gateway/export/csv_cells.hpp"
#include "gateway/export/writers.hpp"
#include "gateway/serve/labels.hpp"

namespace chieng {
namespace {

// Numbers stay numbers; whatever somebody named is defused.
std::vector<std::string> line(const Statement& statement, const Row& row, std::size_t place, Tongue tongue) {
    const auto& period = statement.period;
    const auto& cell = row.cells[place];
    return {
        defused(statement.places[place].code),
        defused(said(statement.places[place].name, tongue)),
        std::string(calendar_name(period.calendar)),
        period.format(),
        format_day(period.first_day()),
        format_day(period.last_day()),
        defused(row.code),
        defused(row.label.vi()),
        defused(row.label.en()),
        defused(said(row.unit, tongue)),
        defused(row.cut),
        defused(row.cut_value),
        defused(row.cut_value_label.vi()),
        defused(row.cut_value_label.en()),
        std::string(name_of(cell.now.status)),
        cell.now.number,
        text_or_nothing(cell.now.numerator),
        text_or_nothing(cell.now.denominator),
        cell.now.text == cell.now.number ? cell.now.shown(tongue) : defused(cell.now.shown(tongue)),
        cell.filed ? std::to_string(statement.filed->revision) : std::string(),
        cell.filed ? std::string(name_of(cell.filed->status)) : std::string(),
        cell.filed ? cell.filed->number : std::string(),
        cell.filed ? std::string(cell.restated ? "true" : "false") : std::string(),
    };
}

}  // namespace

Written write_csv(const Statement& statement, Tongue tongue) {
    std::string text;
    append_csv_line(text,
                    {"area",      "area_name",   "calendar", "period",         "from",         "to",           "indicator", "label_vi",
                     "label_en",  "unit",        "cut",      "cut_value",      "cut_label_vi", "cut_label_en", "status",    "value",
                     "numerator", "denominator", "shown",    "filed_revision", "filed_status", "filed_value",  "restated"});
    for (const auto& row : statement.rows) {
        for (std::size_t place = 0; place < statement.places.size(); ++place) {
            append_csv_line(text, line(statement, row, place, tongue));
        }
    }
    return text;
}

Written write_csv_bom(const Statement& statement, Tongue tongue) {
    return "\xEF\xBB\xBF" + *write_csv(statement, tongue);
}

}  // namespace chieng
