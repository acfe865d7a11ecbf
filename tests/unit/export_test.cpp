// SPDX-License-Identifier: Apache-2.0
// Statements and the formats that they are written in.
#include "gateway/export/csv_cells.hpp"
#include "gateway/export/formats.hpp"
#include "gateway/export/table.hpp"
#include "gateway/serve/labels.hpp"
#include "services/runtime/core/csv.hpp"
#include "tests/support/statements.hpp"

#include "data/indicators.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace export_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

const Row& row_of(const Statement& statement, const std::string& code, const std::string& value = "") {
    const auto it = std::find_if(statement.rows.begin(), statement.rows.end(),
                                 [&](const Row& row) { return row.code == code && row.cut_value == value; });
    REQUIRE(it != statement.rows.end());
    return *it;
}

std::string in_format(const std::string& name, const Statement& statement, Tongue tongue = Tongue::vi) {
    const auto* format = find_format(name);
    REQUIRE(format != nullptr);
    auto written = write(*format, statement, tongue);
    REQUIRE(written.has_value());
    return *written;
}

bool has(const std::string& text, const std::string& piece) {
    return text.find(piece) != std::string::npos;
}

// All sheets of a workbook, or the file itself.
std::string readable(const Format& format, const std::string& bytes) {
    return format.name == "xlsx" ? unzipped(bytes, "*.xml") : bytes;
}

std::vector<std::string> cells_of(const Csv& csv, std::size_t row, std::initializer_list<const char*> columns) {
    std::vector<std::string> cells;
    for (const auto* column : columns) {
        cells.push_back(csv.rows().at(row).cells.at(csv.column(column)));
    }
    return cells;
}

}  // namespace

TEST_CASE("a statement has a row for each indicator of its span and below it one for each part that any place has") {
    const auto statement = a_statement();
    std::vector<std::string> names;
    for (const auto& row : statement.rows) {
        names.push_back(row.code + row.cut_value);
        CHECK(row.cells.size() == 3);
    }
    CHECK(names == std::vector<std::string>{"COM-01", "COM-01VILLAGE_MEETING", "COM-01TALK", "COM-04", "EMU-04", "SUP-04"});
    CHECK(row_of(statement, "COM-01", "TALK").cut_value_label.vi() == "Nói chuyện chuyên đề");
    CHECK(statement.groups() == std::vector<std::string>{"COM", "EMU", "SUP"});
}

TEST_CASE("a table for a terminal says in the words of the files what is no number") {
    auto statement = a_statement();
    CHECK(has(table(statement, Tongue::vi, false), " 7,50 (3/40) "));
    CHECK(has(table(statement, Tongue::vi, true), "Hình thức: Nói chuyện chuyên đề "));
    CHECK(has(table(statement, Tongue::en, true), "Form: Thematic talk "));
    CHECK_FALSE(has(table(statement, Tongue::vi, false), "Hình thức: "));
    std::set<Status> seen;
    for (std::size_t place = 1; place < statement.places.size(); ++place) {
        for (auto& row : statement.rows) {
            row.cells.front() = row.cells[place];
        }
        for (const auto tongue : {Tongue::vi, Tongue::en}) {
            std::istringstream lines(table(statement, tongue, false));
            std::string line;
            for (const auto& row : statement.rows) {
                if (!row.is_part()) {
                    REQUIRE(std::getline(lines, line));
                    seen.insert(row.cells.front().now.status);
                    CHECK(has(line, " " + row.cells.front().now.shown(tongue) + " "));
                }
            }
        }
    }
    CHECK(seen == std::set{Status::ok, Status::not_reported, Status::suppressed, Status::no_value});
}

TEST_CASE("a zero, a value that cannot be, one that is hidden and one that nobody sent are told apart") {
    const auto statement = a_statement();
    CHECK(row_of(statement, "COM-01").cells[0].now.text == "1234");
    CHECK(row_of(statement, "COM-04").cells[0].now.text == "7.50 (3/40)");
    CHECK(row_of(statement, "COM-04").cells[0].now.number == "7.50");
    CHECK(row_of(statement, "EMU-04").cells[0].now.number == "20.5");
    CHECK(row_of(statement, "SUP-04").cells[0].now.number == "12.3");
    CHECK(row_of(statement, "SUP-04").cells[1].now.number == "-2.5");
    CHECK(row_of(statement, "COM-04").cells[1].now.status == Status::no_value);
    CHECK(row_of(statement, "COM-01").cells[1].now.status == Status::suppressed);
    CHECK(row_of(statement, "COM-01").cells[2].now.status == Status::not_reported);

    auto input = a_statement_input(v1::OFFICIAL);
    input.places[2].values.push_back(a_value_of("23659", "COM-04", 0, 5));
    CHECK(row_of(make_statement(input), "COM-01").cells[2].now.status == Status::not_reported);  // five villages, of which none did
    CHECK(row_of(make_statement(input), "COM-04").cells[2].now.status == Status::not_reported);
    input.places[2].values.push_back(a_value_of("23659", "SUP-04", 7));
    CHECK(row_of(make_statement(input), "COM-01").cells[2].now.text == "0");
    CHECK(row_of(make_statement(input), "COM-04").cells[2].now.text == "0.00 (0/5)");
}

TEST_CASE("a rate of what was told of is 0 when none of it is so, also of a place that reported nothing else") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    const auto status = [&](const char* code) {
        const auto* definition = definitions.find(code, *parse_day("2022-06-14"));
        return status_of(definition->indicator, a_value_of("23659", code, 0, 1), false);
    };
    for (const auto* code : {"CUL-04", "INS-04", "RPT-01", "TGT-01"}) {
        CAPTURE(code);
        CHECK(status(code) == Status::ok);
    }
    for (const auto* code : {"COM-04", "SUP-06", "TGT-03"}) {  // villages and households are there anyway
        CAPTURE(code);
        CHECK(status(code) == Status::not_reported);
    }
}

TEST_CASE("a place that was silent when a period was filed is not said to have reported 0, nor to have changed since") {
    auto input = a_statement_input(v1::OFFICIAL);
    auto report = *input.report;
    *report.add_values() = a_value_of("23659", "COM-01", 0);
    input.report = &report;
    const auto silent = make_statement(input);
    CHECK(row_of(silent, "COM-01").cells[2].filed->status == Status::not_reported);
    CHECK_FALSE(row_of(silent, "COM-01").cells[2].restated);
    *report.add_values() = a_value_of("23659", "COM-04", 0, 12);
    CHECK_FALSE(row_of(make_statement(input), "COM-04").cells[2].restated);
    input.places[2].values.push_back(a_value_of("23659", "COM-01", 3, 0, {{"TALK", 3}}));
    const auto late = make_statement(input);
    CHECK(row_of(late, "COM-01").cells[2].filed->status == Status::not_reported);
    CHECK(row_of(late, "COM-01").cells[2].restated);
    CHECK(late.filed->restated > silent.filed->restated);
}

TEST_CASE("what was filed stands beside what is true now, and what differs is called restated") {
    const auto statement = a_statement();
    const auto& sessions = row_of(statement, "COM-01").cells;
    CHECK(sessions[0].filed->text == "10");
    CHECK(sessions[0].restated);
    CHECK_FALSE(row_of(statement, "COM-04").cells[0].restated);
    CHECK(statement.filed->revision == 2);
    CHECK_FALSE(a_statement(v1::CALENDAR_MONTHS).filed.has_value());
}

TEST_CASE("a number that is hidden is in no format, neither as it is nor as it was filed") {
    for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
        const auto statement = a_statement(calendar);
        const auto& hidden = row_of(statement, "COM-01").cells[1];
        CHECK(hidden.now.text.empty());
        CHECK_FALSE(hidden.restated);
        for (const auto& format : formats()) {
            const auto written = write(format, statement, Tongue::en);
            if (written) {
                INFO(format.name);
                CHECK_FALSE(has(readable(format, *written), "777"));
                CHECK_FALSE(has(readable(format, *written), "444"));
            }
        }
    }
}

TEST_CASE("a CSV file is read back cell for cell, with and without its byte-order mark") {
    const auto statement = a_statement();
    const auto plain = in_format("csv", statement);
    const auto marked = in_format("csv-bom", statement);
    CHECK(marked == "\xEF\xBB\xBF" + plain);
    for (const auto& text : {plain, marked}) {
        const Csv csv(text, "statement.csv");
        REQUIRE(csv.rows().size() == statement.rows.size() * statement.places.size());
        CHECK(cells_of(csv, 0, {"area", "area_name", "indicator", "status", "value", "filed_value", "restated"}) ==
              std::vector<std::string>{"625", "Huyện KBang", "COM-01", "OK", "1234", "10", "true"});
        CHECK(cells_of(csv, 1, {"area", "status", "value", "shown"}) ==
              std::vector<std::string>{"23656", "SUPPRESSED", "", "ẩn vì số nhỏ"});
        CHECK(cells_of(csv, 9, {"value", "numerator", "denominator"}) == std::vector<std::string>{"7.50", "3", "40"});
        CHECK(cells_of(csv, 16, {"label_vi", "value"}) == std::vector<std::string>{"'+Giá trị, \"hỗ trợ\"", "-2.5"});
    }
    CHECK(std::count(plain.begin(), plain.end(), '\n') == std::count(plain.begin(), plain.end(), '\r'));
}

TEST_CASE("a text that looks like a formula is none in a CSV file; a negative number stays a number") {
    CHECK(csv_cell(defused("=1+1")) == "'=1+1");
    CHECK(csv_cell(defused("@SUM(1,2)")) == "\"'@SUM(1,2)\"");
    CHECK(defused("\t=1") == "'\t=1");
    CHECK(defused("＝1") == "'＝1");
    CHECK(defused("COM-01") == "COM-01");
    const auto text = in_format("csv", a_statement());
    CHECK(has(text, "\"'=HYPERLINK("));
    CHECK(has(text, ",'@Xã Đông & <Đông>,"));
    CHECK(has(text, ",-2.5,"));
}

TEST_CASE("in a workbook codes and names are text, numbers are numbers, and nothing is a formula") {
    const auto bytes = in_format("xlsx", a_statement());
    const auto all = unzipped(bytes, "xl/worksheets/*.xml");
    CHECK_FALSE(has(all, "<f>"));
    CHECK_FALSE(has(all, "<f "));
    CHECK_FALSE(has(unzipped(bytes, "*"), "<hyperlink"));
    const auto sheet = unzipped(bytes, "xl/worksheets/sheet4.xml");
    CHECK(has(sheet, "t=\"inlineStr\"><is><t>=HYPERLINK("));
    CHECK(has(sheet, "t=\"inlineStr\"><is><t>23656</t>"));
    CHECK(has(sheet, "t=\"inlineStr\"><is><t>SUP-04</t>"));
    CHECK(has(sheet, "<v>-2.5</v>"));
    const auto first = unzipped(bytes, "xl/worksheets/sheet2.xml");
    CHECK(has(first, "ẩn vì số nhỏ"));
    CHECK(has(first, "chưa báo tin"));
    CHECK(has(first, "<v>7.5</v>"));
    CHECK(has(first, "Filed, revision 2"));
    const auto book = unzipped(bytes, "xl/workbook.xml");
    for (const auto* name : {"Báo cáo", "COM Truyền thông, tuyên truyền", "EMU Thi đua, khen thưởng", "SUP Hỗ trợ hộ gia đình"}) {
        CHECK(has(book, std::string("<sheet name=\"") + name + "\""));
    }
    CHECK(in_format("xlsx", a_statement()) == bytes);
    CHECK_FALSE(has(first, "fitToWidth="));  // one page across
}

TEST_CASE("a workbook of many places is printed over several sheets of paper, each with codes and names at its left") {
    auto input = a_statement_input(v1::OFFICIAL);
    while (input.places.size() < 15) {
        auto another = input.places.front();
        another.code = "9" + std::to_string(input.places.size());
        input.places.push_back(std::move(another));
    }
    const auto bytes = in_format("xlsx", make_statement(input));
    CHECK(has(unzipped(bytes, "xl/worksheets/sheet2.xml"), "fitToWidth=\"3\""));
    CHECK(has(unzipped(bytes, "xl/workbook.xml"), "$A:$B"));
}

TEST_CASE("DHIS2 refuses an official window in both languages and says what to ask instead") {
    for (const auto* name : {"dhis2", "adx"}) {
        const auto written = write(*find_format(name), a_statement(), Tongue::vi);
        REQUIRE_FALSE(written.has_value());
        const auto& text = written.error().text;
        CHECK(has(text.vi(), "15/03/2022"));
        CHECK(has(text.vi(), "calendar=calendar&period=2022-Q2"));
        CHECK(has(text.en(), "silently file the official period 2022-Q2 (15 March 2022 to 14 June 2022)"));
        CHECK(has(text.en(), "--calendar calendar"));
    }
}

TEST_CASE("DHIS2 gets the places below, rates as numerator and denominator, and no line for what has no number") {
    const auto statement = a_statement(v1::CALENDAR_MONTHS);
    const auto json = in_format("dhis2", statement);
    CHECK_FALSE(has(json, "\"625\""));
    CHECK_FALSE(has(json, "23659"));
    CHECK_FALSE(has(json, "COM-04"));  // nothing was counted for it
    CHECK(has(json, "\"period\": \"2022Q2\""));
    CHECK_FALSE(has(in_format("adx", statement), "23659"));
    CHECK(has(in_format("adx", statement), "<group dataSet=\"CHIENG-QUARTER\" period=\"2022-04-01/P3M\" orgUnit=\"23656\">"));

    auto alone = a_statement_input(v1::CALENDAR_MONTHS);
    alone.places.resize(1);
    const auto adx = in_format("adx", make_statement(alone));
    CHECK(has(adx, "<dataValue dataElement=\"COM-04_NUM\" value=\"3\"/>"));
    CHECK(has(adx, "<dataValue dataElement=\"COM-04_DEN\" value=\"40\"/>"));
    CHECK(has(adx, "<dataValue dataElement=\"COM-01_form\" form=\"TALK\" value=\"34\"/>"));
}

TEST_CASE("SDMX says an official window as a range of days and a calendar period by its name") {
    CHECK(has(in_format("sdmx-csv", a_statement()), ",Q,625,COM-01,_T,_T,2022-03-15/P3M,1234,A,F,"));
    CHECK(has(in_format("sdmx-csv", a_statement(v1::CALENDAR_MONTHS)), ",Q,625,COM-01,_T,_T,2022-Q2,1234,A,F,"));
    CHECK(has(in_format("sdmx-csv", a_statement()), ",Q,23656,COM-01,form,TALK,2022-03-15/P3M,,Q,C,"));
    CHECK(has(in_format("sdmx-csv", a_statement()), ",Q,23659,COM-01,_T,_T,2022-03-15/P3M,,L,F,"));
    CHECK(has(in_format("sdmx-csv", a_statement()), ",Q,23656,COM-04,_T,_T,2022-03-15/P3M,,M,F,"));
}

TEST_CASE("a page to print takes nothing from elsewhere and shows names as text") {
    const auto page = in_format("html", a_statement());
    CHECK(has(page, "@Xã Đông &amp; &lt;Đông&gt;"));
    CHECK_FALSE(has(page, "<b>value"));
    CHECK(has(page, "@media print"));
    for (const auto* foreign : {"<script", "<link", "<img", "url(", "@import"}) {
        CHECK_FALSE(has(page, foreign));
    }
}

TEST_CASE("a format is found by its name; one that is not there is answered with those that are") {
    CHECK(find_format("xlsx")->extension == "xlsx");
    CHECK(find_format("XLSX") == nullptr);
    const auto refusal = unknown_format("pdf");
    for (const auto& format : formats()) {
        CHECK(find_format(format.name) == &format);
        CHECK(has(refusal.text.vi(), std::string(format.name)));
        CHECK(has(not_acceptable("image/png").text.en(), std::string(format.media_type)));
    }
    CHECK(file_name(*find_format("xlsx"), a_statement()) == "chieng-625-2022-Q2-official.xlsx");
}

TEST_CASE("what a client accepts decides by weight, then by how closely it is named") {
    const std::map<std::string, std::string> wanted{
        {"", "json"},
        {"*/*", "json"},
        {"text/csv", "csv"},
        {"TEXT/CSV;charset=utf-8", "csv"},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"},
        {"application/json;q=0.5, text/csv;q=0.7", "csv"},
        {"text/*;q=0.4, text/html;q=0, application/json;q=0.1", "csv"},
        {"application/vnd.sdmx.data+csv", "sdmx-csv"},
        {"application/vnd.sdmx.data+json;version=2.0.0", "sdmx-json"},
        {"application/vnd.sdmx.data+json;version=1.0.0", ""},
        {"application/adx+xml", "adx"},
        {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
        {"image/png", ""},
        {"application/json;q=0", ""},
        {"*/*;q=0", ""},
        {"text/csv;q=2, application/json;q=x", ""},
        {"text/csv;q=0.0001", ""},
        {",;, ;q=1,", "json"},
    };
    for (const auto& [accept, name] : wanted) {
        INFO(accept);
        const auto* format = accepted_format(accept);
        CHECK((format == nullptr ? "" : format->name) == name);
    }
}

TEST_CASE("every group and every part of the plan's indicators has a name in both languages") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    const Day day = *parse_day("2022-06-14");
    for (const auto& definition : definitions.all()) {
        if (definition.indicator.hidden()) {
            continue;
        }
        INFO(definition.indicator.code());
        CHECK(group_label(group_of(definition.indicator.code())).vi() != group_of(definition.indicator.code()));
        for (const auto id : definition.parts) {
            const auto& series = definitions.series(id);
            const auto label = cut_value_label(definitions, definition, series.cut, series.cut_value, day);
            INFO(series.cut + " = " + series.cut_value);
            CHECK((label.vi() != series.cut_value || series.cut_value == "OCOP"));  // which is called so
            CHECK_FALSE(label.en().empty());
        }
    }
}

TEST_CASE("each format is written down for other programs", "[.]") {
    const auto* folder = std::getenv("CHIENG_EXPORTS");  // tests/interop/open_exports
    REQUIRE(folder != nullptr);
    for (const auto& format : formats()) {
        const auto written = write(format, a_statement(), Tongue::vi);
        const auto bytes = written ? *written : in_format(std::string(format.name), a_statement(v1::CALENDAR_MONTHS));
        std::ofstream(std::string(folder) + "/statement." + std::string(format.extension), std::ios::binary) << bytes;
    }
}

TEST_CASE("periods are called as officials call them") {
    const auto called = [](const char* text) { return period_label(*Period::parse(v1::OFFICIAL, text)); };
    CHECK(called("2022-Q2").vi() == "Quý II năm 2022");
    CHECK(called("2022-04").en() == "April 2022");
    CHECK(called("2022-H1").vi() == "6 tháng đầu năm 2022");
    CHECK(called("2022-H2").en() == "Second half of 2022");
    CHECK(called("2022").vi() == "Năm 2022");
}

TEST_CASE("thousands are marked as each language does, and decimals are not") {
    const auto vi = [](const std::string& text) { return with_thousands(text, Tongue::vi); };
    CHECK(vi("999") == "999");
    CHECK(vi("1000") == "1.000");
    CHECK(vi("-1234567,50") == "-1.234.567,50");
    CHECK(vi("0,12345") == "0,12345");
    CHECK(vi("61,00 (1234/20000)") == "61,00 (1.234/20.000)");
    CHECK(vi("–") == "–");
    CHECK(with_thousands("1234567.50", Tongue::en) == "1,234,567.50");
}

}  // namespace export_test
