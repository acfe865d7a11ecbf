// SPDX-License-Identifier: Apache-2.0
// The very text of each format, of one small statement. Whoever reads our files reads them by these columns, names and codes.
#include "gateway/export/formats.hpp"
#include "tests/golden/held.hpp"
#include "tests/support/statements.hpp"

#include <catch2/catch.hpp>

namespace exports_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

// A workbook is kept as the text of its sheets, an element a line.
std::string kept(const Format& format, const std::string& bytes) {
    if (format.name != "xlsx") {
        return bytes;
    }
    auto text = unzipped(bytes, "xl/workbook.xml") + unzipped(bytes, "xl/worksheets/*.xml");
    for (std::size_t at = 0; (at = text.find("><", at)) != std::string::npos;) {
        text.insert(at + 1, "\n");
    }
    return text + "\n";
}

}  // namespace

TEST_CASE("each format says a statement as it did before") {
    for (const auto& format : formats()) {
        const bool is_calendar = format.name == "dhis2" || format.name == "adx";
        const auto statement = a_statement(is_calendar ? v1::CALENDAR_MONTHS : v1::OFFICIAL);
        const auto written = write(format, statement, Tongue::vi);
        REQUIRE(written.has_value());
        const auto text = kept(format, *written);
        const auto file = "exports/" + std::string(format.name) + (format.name == "xlsx" ? ".xml" : "." + std::string(format.extension));
        INFO(file);
        CHECK(held(file, text) == text);
    }
}

}  // namespace exports_test
