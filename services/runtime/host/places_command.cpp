// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/places_command.hpp"

#include "services/runtime/core/place_lists.hpp"
#include "services/runtime/host/places.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <stdexcept>

namespace chieng {
namespace {

constexpr std::size_t max_named = 20;  // places named one by one before the rest is a number

struct DatedFile {
    Day day;
    std::string file;
};

// 2025-07-01=vn_2025.csv
DatedFile dated(const std::string& word) {
    const auto day = parse_day(word.substr(0, word.find('=')));
    if (!day || word.find('=') == std::string::npos) {
        throw std::invalid_argument("'" + word + "' is not DATE=FILE, as in 2025-07-01=communes.csv");
    }
    return {*day, word.substr(word.find('=') + 1)};
}

void tell(std::FILE* out, const Places& places, const v1::Places& rows) {
    std::set<Day> days;
    for (const auto& row : rows.place()) {
        days.insert(row.from().empty() ? *parse_day("1900-01-01") : *parse_day(row.from()));
    }
    for (const auto day : days) {
        int counts[v1::Place::PROVINCE_LEVEL + 1] = {};
        int kinds[v1::Place::RURAL + 1] = {};
        for (const auto* place : places.on(day)) {
            ++counts[place->level()];
            kinds[place->kind()] += place->level() == v1::Place::COMMUNE_LEVEL ? 1 : 0;
        }
        std::fprintf(out, "%s  provinces %d, districts %d, communes %d (urban %d, rural %d, other %d), villages %d\n",
                     format_day(day).c_str(), counts[v1::Place::PROVINCE_LEVEL], counts[v1::Place::DISTRICT_LEVEL],
                     counts[v1::Place::COMMUNE_LEVEL], kinds[v1::Place::URBAN], kinds[v1::Place::RURAL], kinds[v1::Place::KIND_UNSPECIFIED],
                     counts[v1::Place::VILLAGE_LEVEL]);
    }
    int several = 0;
    for (const auto& row : rows.succession()) {
        several += row.to_size() > 1 ? 1 : 0;
    }
    std::fprintf(out, "rows %d, successions %d, of them to several places %d\n", rows.place_size(), rows.succession_size(), several);
    const auto ended = places.ended_without_successor();
    for (const auto level : {v1::Place::PROVINCE_LEVEL, v1::Place::DISTRICT_LEVEL, v1::Place::COMMUNE_LEVEL, v1::Place::VILLAGE_LEVEL}) {
        std::size_t count = 0;
        std::string named;
        for (const auto& [place, last] : ended) {
            if (place->level() == level && ++count <= max_named) {
                named += " " + place->code() + " (" + format_day(last) + ")";
            }
        }
        if (count > 0) {
            std::fprintf(out, "ended without a successor, carried by what was above on the last day: %zu of %s:%s%s\n", count,
                         v1::Place::Level_Name(level).c_str(), named.c_str(), count > max_named ? " ..." : "");
        }
    }
}

// All or nothing: a register that is there stays as it is until the new one is whole.
void write(const v1::Places& rows, const std::string& file) {
    if (file.empty()) {
        write_place_rows(rows, std::cout);
        return;
    }
    const auto fresh = file + ".new";
    std::ofstream out(fresh, std::ios::trunc);
    write_place_rows(rows, out);
    out.close();
    if (!out) {
        throw std::invalid_argument(fresh + ": cannot be written");
    }
    std::filesystem::rename(fresh, file);
}

}  // namespace

struct PlacesCommand::Words {
    CLI::App* places = nullptr;
    CLI::App* import = nullptr;
    std::string file;
    std::vector<std::string> lists;
    std::vector<std::string> links;
    std::string villages;
    std::string out;
};

PlacesCommand::PlacesCommand(CLI::App& app) : words_(std::make_unique<Words>()) {
    auto& words = *words_;
    words.places = app.add_subcommand("places", "reads and makes registers of places, and ends");
    words.places->require_subcommand(1);
    auto* check = words.places->add_subcommand("check", "says what a register holds, or which row is wrong");
    check->add_option("file", words.file, "register (protobuf text), or a list of units (.csv); none: the one that the programs carry");
    words.import = words.places->add_subcommand("import", "makes a register of national lists; nothing is written if any row is wrong");
    words.import
        ->add_option("lists", words.lists,
                     "DATE=FILE, the list in force from that day on, as CSV: level, code, full_name, type_vi, parent_code and, if "
                     "there are any, full_name_en, province_code; in any order")
        ->required();
    words.import->add_option(
        "--links", words.links,
        "DATE=FILE, what became of the units on that day, as CSV: old_commune_code, new_commune_code, or old_province_code, "
        "new_province_code, or all four; split: 1 where only a part went this way, as when the first two stand alone. May be given "
        "several times");
    words.import->add_option("--villages", words.villages, "villages (protobuf text) below the commune of their first day; carried along");
    words.import->add_option("--out", words.out, "file to write, replaced as a whole; default: standard output");
    words.import->footer(
        "Example: chieng-service places import 2021-11-01=vn_2022.csv 2025-03-01=vn_2025_03.csv 2025-07-01=vn_2025_07.csv \\\n"
        "             --links 2025-07-01=old_to_new.csv --links 2025-07-01=partial.csv --out places.txtpb");
}

PlacesCommand::~PlacesCommand() = default;

bool PlacesCommand::asked() const {
    return words_->places->parsed();
}

int PlacesCommand::run() const {
    const auto& words = *words_;
    if (!words.import->parsed()) {
        tell(stdout, load_places(words.file), read_place_rows(words.file));
        return 0;
    }
    std::vector<DatedUnits> lists;
    for (const auto& word : words.lists) {
        const auto [day, file] = dated(word);
        lists.push_back({day, read_units(read_whole(file), file)});
    }
    std::vector<DatedLinks> links;
    for (const auto& word : words.links) {
        const auto [day, file] = dated(word);
        links.push_back({day, read_links(read_whole(file), file)});
    }
    auto rows = merge_lists(std::move(lists), links);
    if (!words.villages.empty()) {
        const auto villages = read_place_rows(words.villages);
        try {
            rows = carry_villages(std::move(rows), villages);
            static_cast<void>(Places(rows));
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument(words.villages + ": " + error.what());
        }
    }
    const Places places(rows);
    write(rows, words.out);
    tell(stderr, places, rows);
    return 0;
}

}  // namespace chieng
