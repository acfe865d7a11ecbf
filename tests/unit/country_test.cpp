// SPDX-License-Identifier: Apache-2.0
// A whole country re-cut: one that is made up, of the size of the real one, and the real lists if CHIENG_NATIONAL_LISTS names the
// folder that has them.
#include "services/runtime/core/place_lists.hpp"
#include "services/runtime/core/places.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <set>
#include <sstream>

namespace country_test {

using namespace chieng;

namespace {

const Day then = *parse_day("2022-03-12");
const Day before = *parse_day("2025-06-30");
const Day now = *parse_day("2025-07-01");

constexpr int provinces = 63;
constexpr int districts = 705;
constexpr int communes = 10599;
constexpr int new_provinces = 34;
constexpr int new_communes = 3321;
constexpr int split_communes = 460;
constexpr int villages_each = 9;

std::string digits(int number, int width) {
    auto text = std::to_string(number);
    return std::string(static_cast<std::size_t>(width) - text.size(), '0') + text;
}
std::string commune_code(int commune) {
    return digits(1 + 3 * commune, 5);
}
int new_commune_of(int commune) {
    return static_cast<int>(static_cast<long>(commune) * new_communes / communes);
}
// A new commune has the code of the last one that went into it, so that it names another unit than before.
std::string new_code(int new_commune) {
    int last = static_cast<int>(static_cast<long>(new_commune + 1) * communes / new_communes) + 1;
    while (last >= communes || new_commune_of(last) > new_commune) {
        --last;
    }
    return commune_code(last);
}
int new_province_of(int province) {
    return province * new_provinces / provinces;
}
int province_of(int commune) {
    return commune * districts / communes * provinces / districts;
}
bool is_split(int commune) {
    return commune % 23 == 0 && commune / 23 < split_communes;
}
int second_of(int commune) {
    return (new_commune_of(commune) + 1) % new_communes;
}

// The form of the public lists; no row of theirs.
std::string old_list() {
    std::ostringstream out;
    out << "level,code,name,full_name,type_vi,parent_code,province_code\n";
    for (int i = communes - 1; i >= 0; --i) {
        const bool is_urban = i % 5 == 0;
        out << "commune," << commune_code(i) << ",C" << i << (is_urban ? ",Phường C" : ",Xã C") << i << (is_urban ? ",Phường," : ",Xã,")
            << digits(1 + i * districts / communes, 3) << "," << digits(1 + province_of(i), 2) << "\n";
    }
    for (int i = 0; i < districts; ++i) {
        const auto province = digits(1 + i * provinces / districts, 2);
        out << "district," << digits(1 + i, 3) << ",D" << i << ",Huyện D" << i << ",Huyện," << province << "," << province << "\n";
    }
    for (int i = 0; i < provinces; ++i) {
        out << "province," << digits(1 + i, 2) << ",P" << i << ",Tỉnh P" << i << ",Tỉnh,," << digits(1 + i, 2) << "\n";
    }
    return out.str();
}

std::string new_province_code(int commune) {
    return digits(1 + new_province_of(province_of(commune)), 2);
}

std::string new_list() {
    std::ostringstream out;
    out << "level,code,name,full_name,type_vi,parent_code,province_code\n";
    std::vector<std::string> above(new_communes);
    for (int i = communes - 1; i >= 0; --i) {
        above[static_cast<std::size_t>(new_commune_of(i))] = new_province_code(i);
    }
    for (int i = 0; i < new_communes; ++i) {
        const auto& province = above[static_cast<std::size_t>(i)];
        out << "commune," << new_code(i) << ",N" << i << ",Xã N" << i << ",Xã," << province << "," << province << "\n";
    }
    for (int i = 0; i < new_provinces; ++i) {
        out << "province," << digits(1 + i, 2) << ",Q" << i << ",Tỉnh Q" << i << ",Tỉnh,," << digits(1 + i, 2) << "\n";
    }
    return out.str();
}

std::string links() {
    std::ostringstream out;
    out << "old_commune_code,old_province_code,new_commune_code,new_province_code,split\n";
    for (int i = 0; i < communes; ++i) {
        const auto link = [&](int to) {
            out << commune_code(i) << "," << digits(1 + province_of(i), 2) << "," << new_code(to) << "," << new_province_code(i) << ","
                << is_split(i) << "\n";
        };
        link(new_commune_of(i));
        if (is_split(i)) {
            link(second_of(i));
        }
    }
    return out.str();
}

// The last village of a commune that was divided went with the smaller part.
v1::Places villages() {
    v1::Places rows;
    for (int i = 0; i < communes; ++i) {
        for (int number = 1; number <= villages_each; ++number) {
            auto* row = rows.add_place();
            row->set_code(commune_code(i) + "-" + digits(number, 2));
            row->set_level(v1::Place::VILLAGE_LEVEL);
            row->set_parent(commune_code(i));
            if (is_split(i) && number == villages_each) {
                const auto first_part = *row;
                row->set_until(format_day(before));
                row = rows.add_place();
                *row = first_part;
                row->set_from(format_day(now));
                row->set_parent(new_code(second_of(i)));
            }
        }
    }
    return rows;
}

std::vector<const v1::Place*> of_level(const Places& places, Day day, v1::Place::Level level) {
    auto all = places.on(day);
    all.erase(std::remove_if(all.begin(), all.end(), [&](const v1::Place* place) { return place->level() != level; }), all.end());
    return all;
}

std::map<std::string, std::int64_t> numbered(const std::vector<const v1::Place*>& places) {
    std::map<std::string, std::int64_t> numbers;
    std::int64_t number = 0;
    for (const auto* place : places) {
        numbers[place->code()] = ++number * 7 % 1000;
    }
    return numbers;
}

std::int64_t total(const std::map<std::string, std::int64_t>& numbers) {
    return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{0}, [](auto sum, const auto& one) { return sum + one.second; });
}

}  // namespace

TEST_CASE("10,599 communes are re-cut to 3,321 and no number is lost") {
    const auto rows = merge_lists({{then, read_units(old_list(), "old.csv")}, {now, read_units(new_list(), "new.csv")}},
                                  {{now, read_links(links(), "links.csv")}});
    const Places places(carry_villages(rows, villages()));
    const auto old_communes = of_level(places, then, v1::Place::COMMUNE_LEVEL);
    REQUIRE(old_communes.size() == communes);
    REQUIRE(of_level(places, now, v1::Place::COMMUNE_LEVEL).size() == new_communes);

    // What communes counted themselves.
    const auto numbers = numbered(old_communes);
    const auto cut = recut(places, numbers, then, now);
    CHECK(total(cut) == total(numbers));
    CHECK(cut.size() == new_communes);
    bool all_are_communes = true;
    for (const auto& [code, number] : cut) {
        const auto* place = places.find(code, now);
        all_are_communes = all_are_communes && place != nullptr && place->level() == v1::Place::COMMUNE_LEVEL;
    }
    CHECK(all_are_communes);

    // What villages counted: every one is below exactly one commune and one province of either year.
    const auto count = [&](Day day, v1::Place::Level level) {
        std::set<std::string> seen;
        std::size_t found = 0;
        for (const auto* place : of_level(places, day, level)) {
            const auto below = places.villages(place->code(), day);
            found += below.size();
            seen.insert(below.begin(), below.end());
        }
        CHECK(found == seen.size());
        return found;
    };
    for (const auto day : {then, now}) {
        CHECK(count(day, v1::Place::COMMUNE_LEVEL) == static_cast<std::size_t>(communes) * villages_each);
        CHECK(count(day, v1::Place::PROVINCE_LEVEL) == static_cast<std::size_t>(communes) * villages_each);
    }
    std::size_t with_smaller_part = 0;
    for (int i = 0; i < communes; ++i) {
        const auto* last = places.find(commune_code(i) + "-" + digits(villages_each, 2), now);
        with_smaller_part += last->parent() != places.carrier(commune_code(i), then, now) ? 1U : 0U;
    }
    CHECK(with_smaller_part == split_communes);
}

TEST_CASE("the national lists are re-cut") {
    const char* folder = std::getenv("CHIENG_NATIONAL_LISTS");
    if (folder == nullptr) {
        WARN("skipped: CHIENG_NATIONAL_LISTS names no folder with the national lists");
        return;
    }
    const auto text = [&](const std::string& name) {
        std::ifstream in(std::string(folder) + "/" + name, std::ios::binary);
        REQUIRE(in);
        return (std::ostringstream() << in.rdbuf()).str();
    };
    const auto units = [&](const std::string& name) { return read_units(text(name), name); };
    const auto link_list = [&](const std::string& name) { return read_links(text(name), name); };
    const Places places(
        merge_lists({{now, units("vn_admin_units_2025_07_two_level.csv")},
                     {*parse_day("2021-11-01"), units("vn_admin_units_2022_three_level.csv")},
                     {*parse_day("2025-03-01"), units("vn_admin_units_2025_03_three_level.csv")}},
                    {{now, link_list("vn_admin_units_old_to_new_2025_07.csv")}, {now, link_list("vn_provinces_old_to_new_2025_07.csv")}}));
    const auto report = [&](Day from, std::size_t expected) {
        const auto communes_then = of_level(places, from, v1::Place::COMMUNE_LEVEL);
        CHECK(communes_then.size() == expected);
        const auto numbers = numbered(communes_then);
        const auto cut = recut(places, numbers, from, now);
        CHECK(total(cut) == total(numbers));
        CHECK(!cut.contains(""));
        std::size_t by_commune = 0;
        for (const auto* place : communes_then) {
            by_commune += places.find(places.carrier(place->code(), from, now), now)->level() == v1::Place::COMMUNE_LEVEL ? 1U : 0U;
        }
        std::printf("%zu communes of %s: %zu carried by a commune of %s, %zu by a province (no list says where they went before)\n",
                    communes_then.size(), format_day(from).c_str(), by_commune, format_day(now).c_str(), communes_then.size() - by_commune);
        return by_commune;
    };
    CHECK(report(then, 10599) == 10599 - 568);
    CHECK(report(before, 10035) == 10035);
    CHECK(of_level(places, now, v1::Place::COMMUNE_LEVEL).size() == 3321);
    CHECK(of_level(places, then, v1::Place::PROVINCE_LEVEL).size() == 63);
    CHECK(of_level(places, now, v1::Place::PROVINCE_LEVEL).size() == 34);
    for (const auto* place : of_level(places, then, v1::Place::PROVINCE_LEVEL)) {
        CHECK(!places.carrier(place->code(), then, now).empty());
    }
    // Lơ Ku, Bình Định, Gia Lai.
    CHECK(places.carrier("23656", then, now) == "23638");
    CHECK(places.carrier("52", then, now) == "52");
    CHECK(places.carrier("64", then, now) == "52");
}

}  // namespace country_test
