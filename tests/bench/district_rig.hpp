// SPDX-License-Identifier: Apache-2.0
// What is around the district's gateway while it is measured: a year of Kbang's communes on its board, events that come in at a
// steady rate through a real commune, and a commune's feed at full speed.
#pragma once

#include "tests/bench/scenarios.hpp"

#include <cstdint>
#include <future>
#include <string>
#include <vector>

namespace chieng::bench {

// A chain whose district has a year of all its communes and serves HTTP.
struct District {
    District();

    testing::Folder data;
    int port = testing::free_port();
    Chain chain{data.path()};
    Ear ear;                // has heard all that the district published of the real commune
    std::string neighbour;  // a commune whose feed is ours to write
    v1::Block changing;     // some of its cells, as they were last written; last() is where its feed ends
    std::size_t cells = 0;
};

// What the district published on MQTT while events came in.
struct Heard {
    struct Told {
        std::uint64_t last = 0;    // offset
        std::uint64_t events = 0;  // that its cells count so far
        Clock::time_point at;
    };
    std::vector<Clock::time_point> posted;  // event by event
    std::vector<Told> blocks;
    std::uint64_t first = 0;         // offset
    std::vector<std::string> cells;  // which one it was, offset by offset
    double gateway_cpu = 0;          // seconds of the district's gateway meanwhile
    double seconds = 0;

    // Milliseconds from the post of each event to its cell on MQTT.
    [[nodiscard]] std::vector<double> latencies() const;
};

// Events numbered on, at that rate, in a thread of its own, until each is in the district's cells.
class Steady {
public:
    Steady(District& district, std::uint64_t events, int per_second);
    [[nodiscard]] bool ended();
    [[nodiscard]] Heard heard() { return heard_.get(); }

private:
    std::future<Heard> heard_;
};

// The neighbour's cells change again and again, at full speed; cells folded per second of the district, in a thread of its own.
class FullSpeed {
public:
    FullSpeed(District& district, double seconds);
    [[nodiscard]] bool ended();
    [[nodiscard]] double cells_per_second() { return rate_.get(); }

private:
    std::future<double> rate_;
};

// The value that so much of them do not exceed; sorts them.
[[nodiscard]] double percentile(std::vector<double>& values, double share);

// What identifies a cell.
[[nodiscard]] std::string name_of(const std::string& area, const std::string& calendar, const std::string& period,
                                  const std::string& indicator, const std::string& cut, const std::string& cut_value);

// Processor time that a process has used, in seconds.
[[nodiscard]] double cpu_of(const testing::Process& process);
// From now on its peak of memory counts anew.
void forget_peak(const testing::Process& process);

// The scenarios; each prints its rows.
void table_over_http(District& district);
void many_follow(District& district, int reading, int silent, int seconds);
void first_visit(const District& district);
void workbook(const District& district);

}  // namespace chieng::bench
