// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/place_lists.hpp"

#include "services/runtime/core/csv.hpp"
#include "services/runtime/core/nfc.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace chieng {
namespace {

struct LevelForm {
    std::string_view name;
    v1::Place::Level level;
    std::size_t digits;
};
constexpr LevelForm level_forms[] = {
    {"province", v1::Place::PROVINCE_LEVEL, 2}, {"district", v1::Place::DISTRICT_LEVEL, 3}, {"commune", v1::Place::COMMUNE_LEVEL, 5}};

struct CommuneType {
    std::string_view name;
    v1::Place::Kind kind;
};
constexpr CommuneType commune_types[] = {
    {"Phường", v1::Place::URBAN}, {"Thị trấn", v1::Place::URBAN}, {"Xã", v1::Place::RURAL}, {"Đặc khu", v1::Place::KIND_UNSPECIFIED}};

void check_code(const Csv& csv, int line, std::string_view what, const std::string& code, std::size_t digits) {
    if (code.size() != digits || !std::all_of(code.begin(), code.end(), [](char c) { return '0' <= c && c <= '9'; })) {
        csv.refuse(line, "the code of a " + std::string(what) + " has " + std::to_string(digits) + " digits, this is '" + code + "'" +
                             (code.size() < digits ? "; a spreadsheet may have dropped zeros in front" : ""));
    }
}

// What a row says of itself; what it says of others is looked at when all rows are there.
UnitList::Unit read_unit(const Csv& csv, const Csv::Row& row) {
    const auto cell = [&](std::string_view name) { return row.cells[csv.column(name)]; };
    const auto words = [&](std::string_view name) { return composed(cell(name)).value_or(cell(name)); };
    UnitList::Unit unit{{}, row.line};
    auto& place = unit.place;
    const auto level = cell("level");
    const auto* form = std::find_if(std::begin(level_forms), std::end(level_forms), [&](const auto& known) { return known.name == level; });
    if (form == std::end(level_forms)) {
        csv.refuse(row.line, "the level is '" + level + "'; levels are province, district, commune");
    }
    place.set_code(cell("code"));
    check_code(csv, row.line, form->name, place.code(), form->digits);
    place.set_level(form->level);
    place.mutable_name()->set_vi(words("full_name"));
    if (place.name().vi().empty()) {
        csv.refuse(row.line, place.code() + " has no full_name");
    }
    if (const auto at = csv.find_column("full_name_en")) {
        place.mutable_name()->set_en(row.cells[*at]);
    }
    place.set_parent(cell("parent_code"));
    if (place.parent().empty() != (form->level == v1::Place::PROVINCE_LEVEL)) {
        csv.refuse(row.line, place.code() + (place.parent().empty() ? " has no parent_code" : " is a province and has a parent_code"));
    }
    if (form->level == v1::Place::COMMUNE_LEVEL) {
        const auto type = words("type_vi");
        const auto* known =
            std::find_if(std::begin(commune_types), std::end(commune_types), [&](const auto& one) { return one.name == type; });
        if (known == std::end(commune_types)) {
            csv.refuse(row.line, "the type_vi of a commune is Phường, Thị trấn, Xã or Đặc khu, this is '" + type + "'");
        }
        place.set_kind(known->kind);
    }
    place.set_source(csv.file().substr(csv.file().rfind('/') + 1));
    return unit;
}

const UnitList::Unit* find_unit(const UnitList& list, std::string_view code) {
    const auto it = std::lower_bound(list.units.begin(), list.units.end(), code,
                                     [](const UnitList::Unit& unit, std::string_view wanted) { return unit.place.code() < wanted; });
    return it == list.units.end() || it->place.code() != code ? nullptr : &*it;
}

std::string province_of(const UnitList& list, const UnitList::Unit& unit) {
    const auto* at = &unit;
    while (!at->place.parent().empty()) {
        at = find_unit(list, at->place.parent());  // levels rise: read_units has looked
    }
    return at->place.code();
}

void check_parents(const Csv& csv, const UnitList& list) {
    for (const auto& unit : list.units) {
        if (unit.place.parent().empty()) {
            continue;
        }
        const auto* above = find_unit(list, unit.place.parent());
        if (above == nullptr) {
            csv.refuse(unit.line, unit.place.code() + ": its parent " + unit.place.parent() + " is not in the list");
        }
        if (above->place.level() <= unit.place.level()) {
            csv.refuse(unit.line, unit.place.code() + ": its parent " + unit.place.parent() + " is not of a level above");
        }
    }
}

}  // namespace

UnitList read_units(std::string_view text, const std::string& file) {
    const Csv csv(text, file);
    for (const auto* name : {"level", "code", "full_name", "type_vi", "parent_code"}) {
        static_cast<void>(csv.column(name));
    }
    const auto province_column = csv.find_column("province_code");
    UnitList list{file, {}};
    std::map<int, std::string> said_province;
    for (const auto& row : csv.rows()) {
        list.units.push_back(read_unit(csv, row));
        if (province_column) {
            said_province[row.line] = row.cells[*province_column];
        }
    }
    std::sort(list.units.begin(), list.units.end(), [](const UnitList::Unit& a, const UnitList::Unit& b) {
        return std::tie(a.place.code(), a.line) < std::tie(b.place.code(), b.line);
    });
    for (std::size_t i = 1; i < list.units.size(); ++i) {
        if (list.units[i - 1].place.code() == list.units[i].place.code()) {
            csv.refuse(list.units[i].line,
                       list.units[i].place.code() + " is listed twice, first in line " + std::to_string(list.units[i - 1].line));
        }
    }
    check_parents(csv, list);
    for (const auto& unit : list.units) {
        const auto said = said_province.find(unit.line);
        if (said != said_province.end() && said->second != province_of(list, unit)) {
            csv.refuse(unit.line, unit.place.code() + ": its province_code is '" + said->second + "', its parent " + unit.place.parent() +
                                      " is of " + province_of(list, unit));
        }
    }
    return list;
}

LinkList read_links(std::string_view text, const std::string& file) {
    const Csv csv(text, file);
    LinkList list{file, {}};
    const auto has_provinces = csv.find_column("old_province_code") && csv.find_column("new_province_code");
    const auto has_communes = !has_provinces || csv.find_column("old_commune_code") || csv.find_column("new_commune_code");
    const auto split_column = csv.find_column("split");
    std::map<std::string, std::map<std::string, std::pair<int, int>>> provinces;  // how often, and the first line
    std::map<std::pair<std::string, std::string>, int> communes;
    for (const auto& row : csv.rows()) {
        const auto link = [&](const LevelForm& form, bool is_part) {
            const std::string level(form.name);
            LinkList::Link made{row.cells[csv.column("old_" + level + "_code")], row.cells[csv.column("new_" + level + "_code")], is_part,
                                row.line};
            check_code(csv, row.line, form.name, made.from, form.digits);
            check_code(csv, row.line, form.name, made.to, form.digits);
            return made;
        };
        if (has_communes) {
            const auto split = split_column ? row.cells[*split_column] : has_provinces ? "0" : "1";
            if (split != "0" && split != "1") {
                csv.refuse(row.line, "split is 0 or 1, this is '" + split + "'");
            }
            auto made = link(level_forms[2], split == "1");
            if (const auto [it, fresh] = communes.try_emplace({made.from, made.to}, row.line); !fresh) {
                csv.refuse(row.line, made.from + " to " + made.to + " is listed twice, first in line " + std::to_string(it->second));
            }
            list.links.push_back(std::move(made));
        }
        if (has_provinces) {
            const auto made = link(level_forms[0], false);
            auto& [times, line] = provinces[made.from][made.to];
            line = times++ == 0 ? row.line : line;
        }
    }
    // Rows of communes may lead from one province to several: it went where most of them did.
    for (const auto& [from, successors] : provinces) {
        int most = 0;
        for (const auto& [to, counted] : successors) {
            most = std::max(most, counted.first);
        }
        for (const auto& [to, counted] : successors) {
            list.links.push_back({from, to, counted.first < most, counted.second});
        }
    }
    return list;
}

}  // namespace chieng
