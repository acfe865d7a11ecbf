// SPDX-License-Identifier: Apache-2.0
// The country's year, made up: 10,599 communes with some 4,530 events each, 48 million in all, folded as a rebuild does it,
// commune by commune and district by district, and the year re-cut to 3,321 communes. Prints the rate of folding on one core, how
// flat the cost of an event is as a board grows, the time and the peak memory, and checks that nothing got lost on the way.
//
//   country [--communes N] [--most EVENTS]     defaults: 10599, 5000000
#include "gateway/indicator/board.hpp"
#include "tests/bench/load.hpp"

#include "data/indicators.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <time.h>

namespace {

using namespace chieng;
using Clock = std::chrono::steady_clock;

constexpr int communes_in_all = 10'599;
constexpr int new_communes_in_all = 3'321;
constexpr int communes_of_a_district = 15;
constexpr int villages_each = 10;
constexpr std::size_t events_each = 4'530;
constexpr std::size_t entries_of_a_block = 1'000;

double seconds_since(Clock::time_point began) {
    return std::chrono::duration<double>(Clock::now() - began).count();
}

// Of this one thread: what other programs do beside it does not count.
double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

long peak_megabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

std::string digits(int number, std::size_t width) {
    auto text = std::to_string(number);
    return text.insert(0, width - std::min(width, text.size()), '0');
}
std::string commune_code(int number) {
    return digits(10'001 + number, 5);
}
std::string district_code(int number) {
    return digits(1 + number / communes_of_a_district, 3);
}
// Other codes than before.
std::string new_code(int number) {
    return digits(50'001 + static_cast<int>(static_cast<long>(number) * new_communes_in_all / communes_in_all), 5);
}

void add_place(v1::Places& rows, const std::string& code, v1::Place::Level level, const std::string& parent, const char* from,
               const char* until) {
    auto& place = *rows.add_place();
    place.set_code(code);
    place.mutable_name()->set_vi(code);
    place.mutable_name()->set_en(code);
    place.set_level(level);
    place.set_parent(parent);
    place.set_from(from);
    place.set_until(until);
    place.set_source("invented");
    place.set_kind(level == v1::Place::COMMUNE_LEVEL ? v1::Place::RURAL : v1::Place::KIND_UNSPECIFIED);
}

// One commune with its villages until the reform; `of_country`: also what became of it.
void add_commune(v1::Places& rows, int number, bool of_country) {
    const auto code = commune_code(number);
    add_place(rows, code, v1::Place::COMMUNE_LEVEL, district_code(number), "", "2025-06-30");
    if (of_country) {
        auto& step = *rows.add_succession();
        step.set_code(code);
        step.set_on("2025-07-01");
        step.add_to(new_code(number));
        return;
    }
    for (int village = 1; village <= villages_each; ++village) {
        add_place(rows, code + "-" + digits(village, 2), v1::Place::VILLAGE_LEVEL, code, "", "2025-06-30");
    }
}

Places register_of_a_district(int first, int last) {
    v1::Places rows;
    add_place(rows, district_code(first), v1::Place::DISTRICT_LEVEL, "", "", "");
    for (int number = first; number < last; ++number) {
        add_commune(rows, number, false);
    }
    return Places(rows);
}

Places register_of_the_country(int communes) {
    v1::Places rows;
    add_place(rows, "99", v1::Place::PROVINCE_LEVEL, "", "", "");
    std::string district;
    std::string now;
    for (int number = 0; number < communes; ++number) {
        if (district_code(number) != district) {
            district = district_code(number);
            add_place(rows, district, v1::Place::DISTRICT_LEVEL, "99", "", "");
        }
        add_commune(rows, number, true);
        if (new_code(number) != now) {
            now = new_code(number);
            add_place(rows, now, v1::Place::COMMUNE_LEVEL, "99", "2025-07-01", "");
        }
    }
    return Places(rows);
}

// Journal blocks of one commune. The load's events are of `bench::commune`; another's code has as many digits.
class Journal {
public:
    explicit Journal(std::size_t events) {
        const auto load = bench::make_load(1, events, 50);
        v1::Block block;
        for (const auto& [topic, payload] : load.messages) {
            if (payload == before_) {  // sent twice, journalled once
                continue;
            }
            before_ = payload;
            v1::Events message;
            message.ParseFromString(payload);
            for (const auto& event : message.events()) {
                auto& entry = *block.add_entries();
                entry.set_device(message.device());
                entry.set_received_at(event.recorded_at());
                event.SerializeToString(entry.mutable_event());
                if (static_cast<std::size_t>(block.entries_size()) == entries_of_a_block) {
                    close(block);
                }
            }
        }
        close(block);
    }

    [[nodiscard]] std::string block(std::size_t index, const std::string& code) const {
        auto bytes = blocks_[index % blocks_.size()];
        for (auto at = bytes.find(bench::commune); at != std::string::npos; at = bytes.find(bench::commune, at + code.size())) {
            bytes.replace(at, code.size(), code);
        }
        return bytes;
    }
    [[nodiscard]] std::size_t blocks() const { return blocks_.size(); }

private:
    void close(v1::Block& block) {
        if (!block.entries().empty()) {
            blocks_.push_back(block.SerializeAsString());
            block.Clear();
        }
    }

    std::vector<std::string> blocks_;
    std::string before_;
};

// What a rebuild does with a block.
std::size_t fold(Board& board, const std::string& feed, const std::string& bytes, std::size_t most, v1::Block& block) {
    block.ParseFromString(bytes);
    const auto beyond = block.entries_size() - std::min(block.entries_size(), static_cast<int>(most));
    block.mutable_entries()->DeleteSubrange(block.entries_size() - beyond, beyond);
    board.apply(feed, block.entries());
    return static_cast<std::size_t>(block.entries_size());
}

void show_rate(const Definitions& definitions, const Journal& journal, std::size_t most) {
    const auto places = register_of_a_district(0, 1);
    const auto code = commune_code(0);
    Board board(definitions, places, code);
    v1::Block block;
    std::size_t folded = 0;
    double first = 0;
    double last = 0;
    double all = 0;
    for (std::size_t millions = 1; millions <= std::max<std::size_t>(most / 1'000'000, 1); ++millions) {
        double spent = 0;
        const auto before = folded;
        for (std::size_t index = 0; folded - before < 1'000'000; ++index) {
            const auto bytes = journal.block(index, code);
            const auto began = processor_seconds();
            folded += fold(board, code + "/session", bytes, entries_of_a_block, block);
            spent += processor_seconds() - began;
        }
        const auto began = processor_seconds();
        std::uint64_t offset = 0;
        static_cast<void>(board.take_changed(offset));
        spent += processor_seconds() - began;
        last = spent / static_cast<double>(folded - before);
        first = first == 0 ? last : first;
        all += spent;
    }
    std::printf("folded            %.2f million events a second on one core (wanted: 1)\n", 1e-6 * static_cast<double>(folded) / all);
    std::printf("the same later    %.2f of an event's cost, after %.0f million events (wanted: 1)\n", last / first,
                static_cast<double>(folded) / 1e6);
}

using Values = std::map<std::string, std::map<std::string, std::int64_t>>;  // indicator -> commune -> the year's number

// One district: its communes' boards from their journals, its own from their cells. Returns the events that its board counts.
std::int64_t fold_district(const Definitions& definitions, const Journal& journal, int first, int last, Values& values) {
    const auto places = register_of_a_district(first, last);
    const Period year{v1::OFFICIAL, v1::YEAR, 2022, 1};
    Board district(definitions, places, district_code(first));
    v1::Block block;
    for (int number = first; number < last; ++number) {
        const auto code = commune_code(number);
        Board board(definitions, places, code);
        for (std::size_t folded = 0, index = static_cast<std::size_t>(number) * 5; folded < events_each; ++index) {
            folded += fold(board, code + "/session", journal.block(index, code), events_each - folded, block);
        }
        std::uint64_t offset = 0;
        for (const auto id : board.take_changed(offset)) {
            district.set(code + "/cells", board.cell(id));
        }
        for (const auto& row : board.rows(code, year)) {
            values[row.indicator()][code] = row.number();
        }
    }
    std::int64_t events = 0;
    for (int month = 1; month <= 12; ++month) {
        events += district.value(district_code(first), {v1::CALENDAR_MONTHS, v1::MONTH, 2022, month}, "RPT-02").lineage().events();
    }
    return events;
}

void show_country(const Definitions& definitions, const Journal& journal, int communes) {
    Values values;
    std::int64_t counted = 0;
    const auto began = Clock::now();
    for (int first = 0; first < communes; first += communes_of_a_district) {
        counted += fold_district(definitions, journal, first, std::min(first + communes_of_a_district, communes), values);
        if (first / communes_of_a_district % 100 == 99) {
            std::fprintf(stderr, "%d communes, %.0f s\n", first + communes_of_a_district, seconds_since(began));
        }
    }
    const auto events = static_cast<std::int64_t>(events_each) * communes;
    std::printf(
        "the year of       %d communes, %.1f million events, in %.0f s with all cells and districts, %ld MB at most (wanted: 4096)\n",
        communes, static_cast<double>(events) / 1e6, seconds_since(began), peak_megabytes());
    if (counted != events) {
        throw std::runtime_error(std::to_string(events) + " events were folded, " + std::to_string(counted) + " are counted");
    }
    const auto places = register_of_the_country(communes);
    const auto cut_began = Clock::now();
    std::size_t cells = 0;
    for (const auto& [indicator, numbers] : values) {
        const auto now = recut(places, numbers, *parse_day("2022-12-31"), *parse_day("2025-07-01"));
        const auto sum = [](const auto& map) {
            std::int64_t total = 0;
            for (const auto& [code, number] : map) {
                total += number;
            }
            return total;
        };
        cells += numbers.size();
        if (sum(now) != sum(numbers)) {
            throw std::runtime_error(indicator + " is another sum after the re-cut");
        }
    }
    std::printf("re-cut            %zu values to the communes of 2025 in %.1f s (wanted: 5)\n", cells, seconds_since(cut_began));
}

std::size_t number_in(const char* text) {
    std::size_t number = 0;
    const std::string_view word(text);
    if (std::from_chars(word.begin(), word.end(), number).ptr != word.end() || number == 0) {
        throw std::invalid_argument(std::string(word) + " is no number");
    }
    return number;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        std::size_t communes = communes_in_all;
        std::size_t most = 5'000'000;
        for (int i = 1; i + 1 < argc; i += 2) {
            (std::string_view(argv[i]) == "--communes" ? communes : most) = number_in(argv[i + 1]);
        }
        const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
        const Journal journal(200'000);
        show_rate(definitions, journal, most);
        show_country(definitions, journal, static_cast<int>(std::min<std::size_t>(communes, communes_in_all)));
        return EXIT_SUCCESS;
    } catch (const std::exception& wrong) {
        std::fprintf(stderr, "%s\n", wrong.what());
        return EXIT_FAILURE;
    }
}
