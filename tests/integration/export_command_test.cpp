// SPDX-License-Identifier: Apache-2.0
// chieng-gateway export, as an officer runs it: against a broker that retains values and a filed report.
#include "services/runtime/core/csv.hpp"
#include "services/runtime/core/topics.hpp"
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

class Office {
public:
    void retain(const std::string& topic, const std::string& json) {
        Process publish(
            {"/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p", std::to_string(broker_.port()), "-r", "-q", "1", "-t", topic, "-m", json},
            folder_.path() / "publish.log");
        REQUIRE(publish.wait(patience) == 0);
    }
    int run(std::vector<std::string> words) {
        std::vector<std::string> command{CHIENG_GATEWAY, "--place", "625", "--broker", broker_.url(), "export", "--period", "2022-Q2"};
        command.insert(command.end(), words.begin(), words.end());
        Process process(command, folder_.path() / "export.log");
        return process.wait(patience).value_or(-1);
    }
    [[nodiscard]] std::string log() const { return text_of(folder_.path() / "export.log"); }
    [[nodiscard]] std::string path(const std::string& file) const { return folder_.path() / file; }

private:
    Folder folder_;
    Broker broker_{folder_};
};

}  // namespace

TEST_CASE("an officer gets a file of the area and its communes, with what was filed beside it", "[integration]") {
    Office office;
    office.retain(topics::indicator("625", "official", "2022-Q2", "COM-01"),
                  R"({"area":"625","calendar":"OFFICIAL","period":"2022-Q2","indicator":"COM-01","number":"12","later":1})");
    office.retain(topics::indicator("23656", "official", "2022-Q2", "COM-01"),
                  R"({"specversion":"1.0","data":{"area":"23656","indicator":"COM-01","number":"7"}})");
    for (const auto* revision : {"1", "2"}) {
        office.retain(topics::report("625", "2022-Q2", revision), std::string(R"({"area":"625","period":"2022-Q2","revision":)") +
                                                                      revision +
                                                                      R"(,"values":[{"area":"625","indicator":"COM-01","number":"9"}]})");
    }

    REQUIRE(office.run({"--children", "--output", office.path("all.csv")}) == 0);
    const Csv csv(text_of(office.path("all.csv")), "all.csv");
    const auto cell = [&](std::size_t row, const char* column) { return csv.rows().at(row).cells.at(csv.column(column)); };
    CHECK(cell(0, "area") == "625");
    CHECK(cell(0, "value") == "12");
    CHECK(cell(0, "filed_value") == "9");
    CHECK(cell(0, "filed_revision") == "2");
    CHECK(cell(0, "restated") == "true");
    CHECK(cell(1, "area") == "23638");
    CHECK(cell(1, "status") == "NOT_REPORTED");
    CHECK(cell(7, "area_name") == "Xã Lơ Ku");
    CHECK(cell(7, "value") == "7");

    REQUIRE(office.run({"--format", "xlsx", "--output", office.path("one.xlsx"), "--revision", "1"}) == 0);
    CHECK(text_of(office.path("one.xlsx")).starts_with("PK"));
}

TEST_CASE("an export that would be misread, or is not there, is refused with what to ask instead", "[integration]") {
    Office office;
    office.retain(topics::feed_head("625", "cells"), "a gateway that has told of nothing yet");
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
