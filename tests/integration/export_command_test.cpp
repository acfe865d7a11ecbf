// SPDX-License-Identifier: Apache-2.0
// chieng-gateway export, as an officer runs it: it asks the gateway of the district.
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/csv.hpp"
#include "tests/support/events.hpp"
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace export_command_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

constexpr std::chrono::seconds patience{30};

// A district with one commune that runs.
class Office {
public:
    void post_sessions(int count) {
        {
            SqliteStore store(folder_.path() / "p1.outbox.db");
            Outbox outbox(store);
            for (int i = 0; i < count; ++i) {
                REQUIRE(outbox.post(a_session_held(0), "session", &kbang(), "23656", *parse_day("2022-04-10"), 1).index() == 0);
            }
        }
        Process sender({CHIENG_FIELD, "--device", "p1", "--data", folder_.path(), "--broker", broker_.url(), "send", "--patience", "60"},
                       folder_.path() / "send.log");
        REQUIRE(sender.wait(std::chrono::seconds(90)) == 0);
    }
    int ask(std::vector<std::string> words) {
        std::vector<std::string> command{CHIENG_GATEWAY, "--place", "625", "--broker", broker_.url()};
        command.insert(command.end(), words.begin(), words.end());
        Process process(command, folder_.path() / "export.log");
        return process.wait(patience).value_or(-1);
    }
    int run(std::vector<std::string> words) {
        words.insert(words.begin(), {"export", "--period", "2022-Q2"});
        return ask(words);
    }
    [[nodiscard]] Csv table() {
        REQUIRE(eventually(patience, [&] { return run({"--children", "--output", path("all.csv")}) == 0; }));
        return Csv(text_of(path("all.csv")), "all.csv");
    }
    [[nodiscard]] std::string log() const { return text_of(folder_.path() / "export.log"); }
    [[nodiscard]] std::string path(const std::string& file) const { return folder_.path() / file; }

private:
    Folder folder_;
    Broker broker_{folder_};
    Process service_{{CHIENG_SERVICE, "session", "--data", folder_.path(), "--broker", broker_.url()}, folder_.path() / "service.log"};
    Process commune_{{CHIENG_GATEWAY, "--place", "23656", "--data", folder_.path(), "--broker", broker_.url(), "run"},
                     folder_.path() / "commune.log"};
    Process district_{{CHIENG_GATEWAY, "--place", "625", "--data", folder_.path(), "--broker", broker_.url(), "run"},
                      folder_.path() / "district.log"};
};

}  // namespace

TEST_CASE("an officer gets a file of the area and its communes, with what was filed beside it", "[integration]") {
    Office office;
    const auto cell = [](const Csv& csv, std::size_t row, const char* column) { return csv.rows().at(row).cells.at(csv.column(column)); };
    const auto row_of = [&](const Csv& csv, const std::string& area, const std::string& indicator) {
        std::size_t row = 0;
        while (cell(csv, row, "area") != area || cell(csv, row, "indicator") != indicator || !cell(csv, row, "cut").empty()) {
            ++row;
        }
        return row;
    };
    const auto shows = [&](const std::string& sessions) {
        return eventually(patience, [&] { return cell(office.table(), 0, "value") == sessions; });
    };
    office.post_sessions(9);
    REQUIRE(shows("9"));
    REQUIRE(office.ask({"file", "--period", "2022-Q2"}) == 0);
    const auto then = office.table();
    for (std::size_t row = 0; row < then.rows().size(); ++row) {
        CHECK(cell(then, row, "restated") != "true");  // nothing has come since
    }
    // Of nothing that was counted, as the page tells it.
    CHECK(cell(then, row_of(then, "23638", "INS-04"), "status") == "NO_VALUE");
    CHECK(cell(then, row_of(then, "23656", "TRN-01"), "status") == "OK");
    CHECK(cell(then, row_of(then, "23656", "TRN-01"), "value") == "0");
    office.post_sessions(3);
    REQUIRE(shows("12"));
    const auto now = office.table();
    CHECK(cell(now, 0, "area") == "625");
    CHECK(cell(now, 0, "filed_value") == "9");
    CHECK(cell(now, 0, "filed_revision") == "1");
    CHECK(cell(now, 0, "restated") == "true");
    CHECK(cell(now, 1, "area") == "23638");
    CHECK(cell(now, 1, "status") == "NOT_REPORTED");
    CHECK(cell(now, 7, "area_name") == "Xã Lơ Ku");
    CHECK(cell(now, 7, "value") == "12");

    REQUIRE(office.run({"--format", "xlsx", "--output", office.path("one.xlsx"), "--revision", "1"}) == 0);
    CHECK(text_of(office.path("one.xlsx")).starts_with("PK"));
}

TEST_CASE("an export that would be misread, or is not there, is refused with what to ask instead", "[integration]") {
    Office office;
    REQUIRE(eventually(patience, [&] { return office.run({"--output", "-"}) == 0; }));  // it has told of nothing yet
    CHECK(office.run({"--format", "dhis2"}) == 65);
    CHECK(office.log().find("--calendar calendar") != std::string::npos);
    CHECK(office.run({"--format", "dhis2", "--calendar", "calendar", "--output", "-"}) == 0);
    CHECK(office.log().find("\"dataValues\": []") != std::string::npos);
    CHECK(office.run({"--format", "pdf"}) != 0);
    CHECK(office.log().find("csv-bom, html, xlsx") != std::string::npos);
    CHECK(office.run({"--area", "99999"}) != 0);
    CHECK(office.run({"--revision", "3"}) != 0);
    CHECK(office.run({"--output", office.path("no/such/folder.csv")}) == 74);
}

}  // namespace export_command_test
