// SPDX-License-Identifier: Apache-2.0
// The whole country's year: every commune's board folded from zero with all indicators on, read in every window of both
// calendars, and the sums checked; then the communes of 2022 re-cut to those of July 2025. Places and figures are made up, of the
// country's size (10,599 communes become 3,321).
//
//   country [--communes N] [--events N]     N events a commune; the whole country has 10599 and 4529
//
// A commune's board is dropped when its values are read: the tree of gateways splits by place, and so does this.
#include "gateway/indicator/board.hpp"
#include "services/runtime/core/validator.hpp"
#include "tests/recount/random_year.hpp"
#include "tests/support/events.hpp"

#include "data/indicators.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <string>
#include <string_view>
#include <vector>

using namespace chieng;

namespace {

constexpr int new_communes = 3'321;
constexpr const char* reform = "2025-07-01";
constexpr const char* before_reform = "2025-06-30";
constexpr std::string_view pattern = "23656";

struct Size {
    int communes = 10'599;
    int events = 4'529;
};

std::string code_of(int commune) {
    const auto digits = std::to_string(10'000 + commune);
    return digits.substr(0, 5);
}
std::string new_code_of(int commune) {
    return code_of(30'000 + static_cast<int>(static_cast<long>(commune) * new_communes / 10'599));
}

// Nine villages a commune, as Kbang's Lơ Ku has in the tests.
Places register_of(const Size& size) {
    v1::Places rows;
    const auto add = [&](const std::string& code, v1::Place::Level level, const std::string& parent, const char* from, const char* until) {
        auto& row = *rows.add_place();
        row.set_code(code);
        row.set_level(level);
        row.set_parent(parent);
        row.set_from(from);
        row.set_until(until);
        return &row;
    };
    add("01", v1::Place::PROVINCE_LEVEL, "", "", "");
    std::string last;
    for (int i = 0; i < size.communes; ++i) {
        const auto code = code_of(i);
        const auto next = new_code_of(i);
        if (next != last) {
            add(next, v1::Place::COMMUNE_LEVEL, "01", reform, "");
            last = next;
        }
        add(code, v1::Place::COMMUNE_LEVEL, "01", "", before_reform);
        auto& went = *rows.add_succession();
        went.set_code(code);
        went.set_on(reform);
        went.add_to(next);
        for (int village = 1; village <= 9; ++village) {
            const auto name = code + "-0" + std::to_string(village);
            add(name, v1::Place::VILLAGE_LEVEL, code, "", before_reform);
            add(name, v1::Place::VILLAGE_LEVEL, next, reform, "");
        }
    }
    return Places(rows);
}

// One commune's year, as journalled; codes of the commune are put in for each one.
std::vector<v1::Entry> a_year(int events) {
    std::vector<v1::Entry> year;
    for (std::uint64_t seed = 1; year.size() < static_cast<std::size_t>(events); ++seed) {
        for (auto& sent : recount::random_year(seed, 2'000, testing::kbang())) {
            auto event = sent.event;
            const auto day = parse_day(event.occurred_on());
            if (event.has_correction() || !day || event.occurred_on() < "2022-01-15" || event.occurred_on() > "2022-12-14" ||
                !validate(event).empty()) {
                continue;
            }
            if (!event.village().empty()) {
                event.set_village(std::string(pattern) + "-0" + std::to_string(year.size() % 9 + 1));
            }
            v1::Entry entry;
            entry.set_device(std::string(pattern) + "-1");
            event.set_sequence(year.size() + 1);
            entry.set_event(event.SerializeAsString());
            entry.set_received_at(static_cast<std::uint64_t>(day->time_since_epoch().count()) * 86'400 + 90'000);
            year.push_back(std::move(entry));
            if (year.size() == static_cast<std::size_t>(events)) {
                break;
            }
        }
    }
    return year;
}

// The same bytes with another commune's code, which has as many digits.
void put_code(std::string& bytes, const std::string& code) {
    for (auto at = bytes.find(pattern); at != std::string::npos; at = bytes.find(pattern, at + code.size())) {
        bytes.replace(at, code.size(), code);
    }
}

std::vector<Period> windows() {
    std::vector<Period> all;
    for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
        all.push_back({calendar, v1::YEAR, 2022, 1});
        for (int i = 1; i <= 12; ++i) {
            all.push_back({calendar, v1::MONTH, 2022, i});
            if (i <= 4) {
                all.push_back({calendar, v1::QUARTER, 2022, i});
            }
            if (i <= 2) {
                all.push_back({calendar, v1::HALF, 2022, i});
            }
        }
    }
    return all;
}

struct Sums {
    std::int64_t sessions = 0;
    std::int64_t values = 0;
    std::vector<v1::Cell> year;  // of the last commune, one cell for each series
    double fold_seconds = 0;
};

double seconds_since(std::chrono::steady_clock::time_point begun) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

Sums rebuild(const Definitions& definitions, const Places& places, const std::vector<v1::Entry>& year, int first, int last) {
    Sums sums;
    const auto all = windows();
    auto entries = year;
    for (int commune = first; commune < last; ++commune) {
        const auto code = code_of(commune);
        for (std::size_t i = 0; i < year.size(); ++i) {
            entries[i].set_event(year[i].event());
            put_code(*entries[i].mutable_event(), code);
        }
        const auto begun = std::chrono::steady_clock::now();
        Board board(definitions, places, code);
        for (const auto& entry : entries) {
            board.apply(code + "/any", entry);
        }
        sums.fold_seconds += seconds_since(begun);
        for (const auto& window : all) {
            const auto rows = board.rows(code, window);
            sums.values += static_cast<std::int64_t>(rows.size());
            if (window == Period{v1::OFFICIAL, v1::YEAR, 2022, 1}) {
                sums.sessions += rows.front().number();
            }
        }
        if (commune + 1 == last) {
            std::map<std::string, v1::Cell> by_series;
            board.cells([&](std::string_view, const v1::Cell& cell, const Board::KeyCounts&, std::uint64_t) {
                if (cell.calendar() == v1::CALENDAR_UNSPECIFIED && cell.histogram().empty() && !cell.period().ends_with('+')) {
                    auto& held = by_series[cell.indicator() + "|" + cell.cut() + "|" + cell.cut_value()];
                    held.set_indicator(cell.indicator());
                    held.set_cut(cell.cut());
                    held.set_cut_value(cell.cut_value());
                    held.set_period("2022-06a");
                    held.set_number(held.number() + cell.number());
                    held.mutable_lineage()->set_events(held.lineage().events() + cell.lineage().events());
                }
            });
            for (auto& [name, cell] : by_series) {
                sums.year.push_back(std::move(cell));
            }
        }
    }
    return sums;
}

// Megabytes that the process has had at most.
long peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) {
            return std::stol(line.substr(6)) / 1'024;
        }
    }
    return 0;
}

bool recut_country(const Definitions& definitions, const Places& places, const std::vector<v1::Cell>& year, const Size& size) {
    Board board(definitions, places, "01");
    for (int commune = 0; commune < size.communes; ++commune) {
        for (auto cell : year) {
            cell.set_area(code_of(commune));
            board.set(code_of(commune) + "/cells", cell);
        }
    }
    const Period window{v1::OFFICIAL, v1::YEAR, 2022, 1};
    const auto map = parse_day("2025-08-01");
    const auto begun = std::chrono::steady_clock::now();
    std::int64_t sessions = 0;
    int areas = 0;
    std::string last;
    for (int commune = 0; commune < size.communes; ++commune) {
        const auto code = new_code_of(commune);
        if (std::exchange(last, code) != code) {
            sessions += board.rows(code, window, map).front().number();
            ++areas;
        }
    }
    const auto took = seconds_since(begun);
    const auto whole = board.rows("01", window).front().number();
    std::printf("re-cut of %d communes of 2022 (%zu cells each) to %d of 2025: %.1f s (wanted: 5 s); %s\n", size.communes, year.size(), areas,
                took, sessions == whole && whole > 0 ? "nothing lost" : "NOT the same sum");
    return sessions == whole && whole > 0;
}

}  // namespace

int main(int argc, char** argv) {
    Size size;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view option = argv[i];
        (option == "--communes" ? size.communes : size.events) = std::max(std::atoi(argv[i + 1]), 1);
    }
    size.communes = std::min(size.communes, 10'599);
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    const auto places = register_of(size);
    const auto year = a_year(size.events);
    const auto begun = std::chrono::steady_clock::now();
    const int half = (size.communes + 1) / 2;
    auto other = std::async(std::launch::async, [&] { return rebuild(definitions, places, year, half, size.communes); });
    auto one = rebuild(definitions, places, year, 0, half);
    const auto two = other.get();
    const auto took = seconds_since(begun);
    const auto events = static_cast<double>(size.communes) * static_cast<double>(year.size());
    std::printf("%.1f million events of %d communes, 71 indicators, both calendars: %.0f s on two cores, %ld MB at most (wanted: 4096)\n",
                events / 1e6, size.communes, took, peak_memory());
    std::printf("folding alone: %.2f million events a second on one core (wanted: 1)\n", events / 1e6 / (one.fold_seconds + two.fold_seconds));
    const auto expected = rebuild(definitions, places, year, 0, 1).sessions * size.communes;
    const bool same = one.sessions + two.sessions == expected && expected > 0;
    std::printf("%lld values read; sessions held %lld: %s\n", static_cast<long long>(one.values + two.values),
                static_cast<long long>(one.sessions + two.sessions), same ? "each once" : "NOT what was posted");
    return recut_country(definitions, places, one.year, size) && same ? 0 : 1;
}
