// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/place_lists.hpp"

#include "services/runtime/core/places.hpp"

#include <google/protobuf/text_format.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

namespace place_lists_test {

using namespace chieng;

namespace {

const Day then = *parse_day("2022-03-12");
const Day now = *parse_day("2025-07-01");

const std::string header = "level,code,full_name,type_vi,parent_code,province_code\n";
const std::string province = "province,64,Tỉnh A,Tỉnh,,64\n";
const std::string district = "district,625,Huyện B,Huyện,64,64\n";
const std::string commune = "commune,23656,Xã C,Xã,625,64\n";
const std::string townlet = "commune,23638,\"Thị trấn \"\"D\"\", cũ\",Thị trấn,625,64\n";
const std::string whole = header + province + district + commune + townlet;
const std::string later = header + "province,52,Tỉnh A,Tỉnh,,52\ncommune,23638,Xã D,Xã,52,52\ncommune,23639,Đặc khu E,Đặc khu,52,52\n";

std::string shown(const UnitList& list) {
    std::string text;
    for (const auto& unit : list.units) {
        text += unit.place.ShortDebugString() + "\n";
    }
    return text;
}

v1::Places merged(const std::string& links) {
    return merge_lists({{now, read_units(later, "new.csv")}, {then, read_units(whole, "old.csv")}},
                       {{now, read_links(links, "links.csv")}});
}

}  // namespace

TEST_CASE("a national list says the same in any order of rows and columns, with a byte-order mark and with CRLF") {
    const auto expected = shown(read_units(whole, "list.csv"));
    CHECK(expected.find("URBAN") != std::string::npos);
    CHECK(shown(read_units(header + townlet + commune + district + province, "list.csv")) == expected);
    CHECK(shown(read_units("\xEF\xBB\xBF" + whole, "list.csv")) == expected);
    CHECK(shown(read_units(whole.substr(0, whole.size() - 1), "list.csv")) == expected);
    std::string crlf;
    for (const char c : whole) {
        crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    }
    CHECK(shown(read_units(crlf + "\r\n", "list.csv")) == expected);
    CHECK(shown(read_units("code,level,parent_code,more,type_vi,full_name\n64,province,,x,Tỉnh,Tỉnh A\n625,district,64,x,Huyện,Huyện B\n"
                           "23656,commune,625,,Xã,Xã C\n23638,commune,625,\"two\nlines\",Thị trấn,\"Thị trấn \"\"D\"\", cũ\"\n",
                           "list.csv")) == expected);
}

TEST_CASE("names are composed in one way") {
    const auto list = read_units(header + "province,64,Ti\xCC\x89nh A,Tỉnh,,64\n", "list.csv");
    CHECK(list.units.front().place.name().vi() == "Tỉnh A");
}

TEST_CASE("a broken national list is refused with the row") {
    const auto refused = [](const std::string& text, const std::string& why) {
        INFO(text);
        CHECK_THROWS_WITH(read_units(text, "list.csv"), Catch::StartsWith("list.csv:" + why));
    };
    refused("", "1: is empty");
    refused(header, "1: has a header and no row");
    refused("level,code\nprovince,64\n", "1: there is no column full_name; there are: level, code");
    refused("level,level\nprovince,64\n", "1: the column level is named twice");
    refused(whole + "commune,23657,Xã F\n", "6: 3 cells where the header names 6");
    refused(whole + "commune,23657,\"Xã F,Xã,625,64\n", "6: a quote opens and never closes");
    refused(whole + "commune,23657,\"Xã\" F,Xã,625,64\n", "6: something stands behind a closing quote");
    refused(whole + "commune,23657,X\xE3 F,Xã,625,64\n", "6: is not UTF-8");
    refused(whole + "ward,23657,Xã F,Xã,625,64\n", "6: the level is 'ward'");
    refused(whole + "commune,1234,Xã F,Xã,625,64\n", "6: the code of a commune has 5 digits, this is '1234'; a spreadsheet may");
    refused(whole + "commune,2365a,Xã F,Xã,625,64\n", "6: the code of a commune has 5 digits, this is '2365a'");
    refused(whole + "commune,23657,,Xã,625,64\n", "6: 23657 has no full_name");
    refused(whole + "commune,23657,Xã F,Làng,625,64\n", "6: the type_vi of a commune is");
    refused(whole + "commune,23657,Xã F,Xã,,64\n", "6: 23657 has no parent_code");
    refused(whole + "province,52,Tỉnh G,Tỉnh,64,64\n", "6: 52 is a province and has a parent_code");
    refused(whole + "commune,23657,Xã F,Xã,626,64\n", "6: 23657: its parent 626 is not in the list");
    refused(whole + "commune,23657,Xã F,Xã,23656,64\n", "6: 23657: its parent 23656 is not of a level above");
    refused(whole + "commune,23657,Xã F,Xã,625,52\n", "6: 23657: its province_code is '52', its parent 625 is of 64");
    refused(whole + "\n\n" + commune, "8: 23656 is listed twice, first in line 4");
}

TEST_CASE("a broken list of links is refused with the row") {
    const std::string columns = "old_commune_code,new_commune_code\n";
    const auto refused = [](const std::string& text, const std::string& why) {
        INFO(text);
        CHECK_THROWS_WITH(merged(text), Catch::StartsWith("links.csv:" + why));
    };
    refused("old,new\n1,2\n", "1: there is no column old_commune_code");
    refused(columns + "23656,\n", "2: the code of a commune has 5 digits");
    refused(columns + "23656,23638\n23656,23638\n", "3: 23656 to 23638 is listed twice, first in line 2");
    refused(columns + "23656,23638\n23666,23638\n", "3: 23666 is not in the list that ends on 2025-06-30");
    refused(columns + "23656,23656\n", "2: 23656 is not in the list of 2025-07-01");
    refused("old_commune_code,new_commune_code,split\n23656,23638,yes\n", "2: split is 0 or 1");
}

TEST_CASE("lists and links must stand on different days, links on one where a list begins") {
    const auto list = [](const char* file) { return read_units(whole, file); };
    const auto links = read_links("old_province_code,new_province_code\n64,64\n", "links.csv");
    CHECK_THROWS_WITH(merge_lists({{then, list("a.csv")}, {then, list("b.csv")}}, {}), Catch::Contains("2022-03-12"));
    CHECK_THROWS_WITH(merge_lists({{then, list("a.csv")}, {now, list("b.csv")}}, {{then, links}}), Catch::StartsWith("links.csv"));
    CHECK_THROWS_WITH(merge_lists({}, {}), Catch::Contains("no list"));
}

TEST_CASE("two lists and their links are one register") {
    const Places places(
        merged("old_commune_code,old_province_code,new_commune_code,new_province_code,split\n"
               "23656,64,23639,52,1\n23656,64,23638,52,1\n23638,64,23638,52,0\n"));
    CHECK(places.children("625", then) == std::vector<std::string>{"23638", "23656"});
    CHECK(places.children("52", now) == std::vector<std::string>{"23638", "23639"});
    CHECK(places.find("23638", then)->kind() == v1::Place::URBAN);
    CHECK(places.find("23638", now)->kind() == v1::Place::RURAL);
    CHECK(places.find("23639", now)->kind() == v1::Place::KIND_UNSPECIFIED);
    CHECK(places.carrier("64", then, now) == "52");
    CHECK(places.carrier("625", then, now) == "52");
    CHECK(places.carrier("23656", then, now) == "23638");  // the lower code, as neither is its own nor has its name
}

TEST_CASE("of several successors one that took all of it goes first, then its own code") {
    const auto first = [](const std::string& links) {
        const auto rows = merged("old_commune_code,new_commune_code,split\n" + links);
        return rows.succession(0).to(0);
    };
    CHECK(first("23638,23638,1\n23638,23639,1\n") == "23638");
    CHECK(first("23638,23639,1\n23638,23638,1\n") == "23638");
    CHECK(first("23638,23638,1\n23638,23639,0\n") == "23639");
}

TEST_CASE("a unit that does not change is one row through all lists") {
    const auto rows = merge_lists({{then, read_units(whole, "a.csv")}, {now, read_units(whole, "b.csv")}}, {});
    CHECK(rows.place_size() == 4);
    CHECK(rows.succession_size() == 0);
}

TEST_CASE("a village is carried along with its commune, unless it says where it went") {
    const auto units = merged("old_commune_code,new_commune_code\n23656,23638\n23656,23639\n23638,23638\n");
    v1::Places villages;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(
        R"(place { code: "23656-01" level: VILLAGE_LEVEL parent: "23656" }
           place { code: "23656-02" level: VILLAGE_LEVEL parent: "23656" until: "2025-06-30" }
           place { code: "23656-02" level: VILLAGE_LEVEL parent: "23639" from: "2025-07-01" }
           place { code: "23638-01" level: VILLAGE_LEVEL parent: "23638" })",
        &villages));
    const Places places(carry_villages(units, villages));
    CHECK(places.villages("23656", then) == std::vector<std::string>{"23656-01", "23656-02"});
    CHECK(places.villages("23638", now) == std::vector<std::string>{"23638-01", "23656-01"});
    CHECK(places.villages("23639", now) == std::vector<std::string>{"23656-02"});
}

TEST_CASE("a village whose commune went nobody knows where stays below what was above") {
    const auto lists = merge_lists({{then, read_units(whole, "a.csv")}, {now, read_units(later, "b.csv")}},
                                   {{now, read_links("old_province_code,new_province_code\n64,52\n", "links.csv")}});
    v1::Places villages;
    auto* row = villages.add_place();
    row->set_code("23656-01");
    row->set_level(v1::Place::VILLAGE_LEVEL);
    row->set_parent("23656");
    const Places places(carry_villages(lists, villages));
    CHECK(places.find("23656-01", now)->parent() == "52");
    CHECK(places.villages("52", now) == std::vector<std::string>{"23656-01"});
    const auto unlinked = merge_lists({{then, read_units(whole, "a.csv")}, {now, read_units(later, "b.csv")}}, {});
    CHECK_THROWS_WITH(carry_villages(unlinked, villages), Catch::Contains("23656-01") && Catch::Contains("2025-07-01 is not known"));
}

}  // namespace place_lists_test
