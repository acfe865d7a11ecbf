// SPDX-License-Identifier: Apache-2.0
// chieng-service places, as a process: a register is written whole or not at all, and a wrong row is named with its line.
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>

namespace places_command_test {

using namespace chieng::testing;

namespace {

struct Ending {
    int code = -1;
    std::string said;
};

Ending places(const Folder& folder, std::vector<std::string> words) {
    const auto log = folder.path() / "run.log";
    std::filesystem::remove(log);
    words.insert(words.begin(), {CHIENG_SERVICE, "places"});
    Process process(std::move(words), log);
    const auto code = process.wait(std::chrono::seconds(20));
    return {code.value_or(-1), text_of(log)};
}

std::string write(const Folder& folder, const std::string& name, const std::string& text) {
    auto file = folder.path() / name;
    std::ofstream(file) << text;
    return file;
}

const std::string header = "level,code,full_name,type_vi,parent_code\n";
const std::string old_rows = "province,64,Tỉnh A,Tỉnh,\ndistrict,625,Huyện B,Huyện,64\ncommune,23656,Xã C,Xã,625\n";
const std::string new_rows = "commune,23638,Xã D,Xã,52\nprovince,52,Tỉnh A,Tỉnh,\n";

}  // namespace

TEST_CASE("lists and links make a register that the programs take", "[integration]") {
    const Folder folder;
    const auto before = write(folder, "old.csv", header + old_rows);
    const auto after = write(folder, "new.csv", header + new_rows);
    const auto links =
        write(folder, "links.csv", "old_commune_code,old_province_code,new_commune_code,new_province_code\n23656,64,23638,52\n");
    const auto villages =
        write(folder, "villages.txtpb", "place { code: \"23656-01\" level: VILLAGE_LEVEL parent: \"23656\" from: \"2022-01-01\" }\n");
    const std::string out = folder.path() / "places.txtpb";
    auto ending = places(folder, {"import", "2025-07-01=" + after, "2021-11-01=" + before, "--links", "2025-07-01=" + links, "--villages",
                                  villages, "--out", out});
    INFO(ending.said);
    CHECK(ending.code == 0);
    ending = places(folder, {"check", out});
    CHECK(ending.code == 0);
    CHECK_THAT(ending.said,
               Catch::Contains("2021-11-01  provinces 1, districts 1, communes 1 (urban 0, rural 1, other 0), villages 0") &&
                   Catch::Contains("2025-07-01  provinces 1, districts 0, communes 1 (urban 0, rural 1, other 0), villages 1") &&
                   Catch::Contains("successions 2") && Catch::Contains("1 of DISTRICT_LEVEL: 625 (2025-06-30)"));
}

TEST_CASE("a broken row leaves the register that is there as it is", "[integration]") {
    const Folder folder;
    const auto list = write(folder, "list.csv", header + old_rows + "commune,23657,Xã E,Xã,626\n");
    const auto out = write(folder, "places.txtpb", "as it was");
    const auto ending = places(folder, {"import", "2021-11-01=" + list, "--out", out});
    CHECK(ending.code == 78);
    CHECK(ending.said == list + ":5: 23657: its parent 626 is not in the list\n");
    CHECK(text_of(out) == "as it was");
}

TEST_CASE("a register that contradicts itself is refused with file and line", "[integration]") {
    const Folder folder;
    const auto refused = [&](const std::string& row, const std::string& why) {
        const auto file = write(folder, "places.txtpb", "# a comment\nplace { code: \"1\" level: PROVINCE_LEVEL }\n" + row + "\n");
        const auto ending = places(folder, {"check", file});
        CHECK(ending.code == 78);
        CHECK(ending.said == file + ":3: " + why + "\n");
    };
    refused("place { code: \"2\" level: DISTRICT_LEVEL from: \"2022-02-01\" until: \"2022-01-01\" }", "place 2 ends before it begins");
    refused("place { code: \"23656-1\" level: VILLAGE_LEVEL }",
            "place 23656-1: no event can name a village so; its code is five digits, a dash, two digits: 23656-01");
    refused("succession { code: \"1\" on: \"2022-02-01\" }", "succession of 1 on 2022-02-01: 1 is succeeded by nothing");
    const auto empty = write(folder, "empty.txtpb", "# nothing\n");
    CHECK(places(folder, {"check", empty}).said == empty + ": names no place\n");
}

}  // namespace places_command_test
