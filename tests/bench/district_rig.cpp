// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/district_rig.hpp"

#include "tests/support/events.hpp"
#include "tests/support/http.hpp"

#include "data/indicators.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <ctime>

namespace chieng::bench {

using namespace testing;

namespace {

constexpr const char* cells_feed = "chieng/1/625/feeds/cells";

void pump_for(Wire& wire, double seconds) {
    for (const auto began = Clock::now(); seconds_since(began) < seconds;) {
        wire.pump(10, [](std::string_view, std::string_view) {});
    }
}

// Until the district has read each commune's feed up to there.
void await_positions(int port, const std::map<std::string, std::uint64_t>& wanted) {
    const bool arrived = eventually(std::chrono::seconds(60), [&] {
        const auto numbers = samples(http(port, "GET", "/metrics").body);
        return std::all_of(wanted.begin(), wanted.end(), [&](const auto& one) {
            const auto it = numbers.find("chieng_feed_position{source=\"" + one.first + "/cells\"}");
            return it != numbers.end() && it->second >= static_cast<double>(one.second);
        });
    });
    if (!arrived) {
        throw std::runtime_error("the district's gateway has not read the year");
    }
}

// A year of the commune whose service and gateway are real.
void post_a_year(const Chain& chain, Ear& ear) {
    Wire wire(chain.broker.port(), "year");
    wire.subscribe(std::string("chieng/1/") + commune + "/receipts/+");
    wire.subscribe(cells_feed);
    pump_for(wire, 1);
    const auto take = [&](std::string_view topic, std::string_view payload) { ear(topic, payload); };
    const auto year = make_load(1, 400, 1);
    run_load(
        wire, year, 1, 100, [&] { return ear.answered; }, take);
    for (const auto began = Clock::now(); ear.in_cells < year.unique;) {
        wire.pump(10, take);
        if (ear.refused > 0 || seconds_since(began) > 60) {
            throw std::runtime_error("the commune's year did not reach the district");
        }
    }
}

std::uint64_t next_sequence = 1;

Heard listen_while(District& district, const Load& load, int per_second) {
    Wire wire(district.chain.broker.port(), "steady");
    wire.subscribe(cells_feed);
    Heard heard;
    auto& ear = district.ear;
    const auto base = ear.in_cells;
    const auto take = [&](std::string_view topic, std::string_view payload) {
        const auto now = Clock::now();
        v1::Block block;
        block.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
        ear(topic, payload);
        heard.first = heard.first == 0 ? block.first() : heard.first;
        if (block.first() != heard.first + heard.cells.size()) {
            throw std::runtime_error("the load's own ear has missed a block");
        }
        for (const auto& cell : block.cells()) {
            heard.cells.push_back(
                name_of(cell.area(), v1::Calendar_Name(cell.calendar()), cell.period(), cell.indicator(), cell.cut(), cell.cut_value()));
        }
        heard.blocks.push_back({block.last(), ear.in_cells - base, now});
    };
    pump_for(wire, 1);
    const auto before = cpu_of(*district.chain.district);
    const auto began = Clock::now();
    std::size_t at = 0;
    while (seconds_since(began) < static_cast<double>(load.events) / per_second + 30) {
        while (at < load.messages.size() && seconds_since(began) * per_second > static_cast<double>(at)) {
            wire.publish(load.messages[at].first, load.messages[at].second);
            heard.posted.push_back(Clock::now());
            ++at;
        }
        wire.pump(1, take);
        if (ear.in_cells - base >= load.unique) {
            break;
        }
    }
    heard.seconds = seconds_since(began);
    heard.gateway_cpu = cpu_of(*district.chain.district) - before;
    return heard;
}

double change_at_full_speed(District& district, double seconds) {
    constexpr std::int64_t window = 400;  // blocks under way: below the broker's limit of 1000 messages
    Wire wire(district.chain.broker.port(), "full-speed");
    wire.subscribe(cells_feed);
    pump_for(wire, 0.5);
    auto& block = district.changing;
    auto& sentinel = *block.mutable_cells(0);
    const auto name = name_of(sentinel.area(), "", sentinel.period(), sentinel.indicator(), sentinel.cut(), sentinel.cut_value());
    auto seen = sentinel.lineage().events();
    const auto take = [&](std::string_view, std::string_view payload) {
        v1::Block told;
        told.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
        for (const auto& cell : told.cells()) {
            if (cell.area() == sentinel.area() && cell.calendar() == sentinel.calendar() &&
                name_of(cell.area(), "", cell.period(), cell.indicator(), cell.cut(), cell.cut_value()) == name) {
                seen = cell.lineage().events();
            }
        }
    };
    const auto first = seen;
    const auto topic = "chieng/1/" + district.neighbour + "/feeds/cells";
    const auto began = Clock::now();
    while (seconds_since(began) < seconds) {
        while (sentinel.lineage().events() - seen < window && wire.unsent() < 256 * 1024) {
            for (auto& cell : *block.mutable_cells()) {
                cell.set_number(cell.number() + 1);
                cell.mutable_lineage()->set_events(cell.lineage().events() + 1);
            }
            block.set_first(block.last() + 1);
            block.set_last(block.last() + static_cast<std::uint64_t>(block.cells_size()));
            wire.publish(topic, block.SerializeAsString());
        }
        wire.pump(1, take);
    }
    const auto rate = static_cast<double>((seen - first) * block.cells_size()) / seconds_since(began);
    for (const auto until = Clock::now() + std::chrono::seconds(10); seen < sentinel.lineage().events() && Clock::now() < until;) {
        wire.pump(1, take);
    }
    return rate;
}

}  // namespace

District::District() {
    chain.start(port);
    if (!eventually(std::chrono::seconds(30),
                    [&] { return text_of(chain.folder.path() / "district.log").find("listening") != std::string::npos; })) {
        throw std::runtime_error("the district's gateway does not listen");
    }
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    Wire wire(chain.broker.port(), "communes");
    pump_for(wire, 2);
    std::map<std::string, std::uint64_t> last;
    for (const auto& place : kbang().ever_below("625")) {
        if (place == commune || place.find('-') != std::string::npos) {
            continue;
        }
        const auto year = a_year_of(definitions, place);
        for (const auto& block : year) {
            wire.publish("chieng/1/" + place + "/feeds/cells", block.SerializeAsString());
            pump_for(wire, 0.02);
        }
        last[place] = year.back().last();
        neighbour = place;
        changing = year.front();
        changing.set_last(year.back().last());
    }
    constexpr int cells_of_a_block = 50;
    changing.mutable_cells()->DeleteSubrange(cells_of_a_block, changing.cells_size() - cells_of_a_block);
    await_positions(port, last);
    post_a_year(chain, ear);
    cells = static_cast<std::size_t>(samples(http(port, "GET", "/metrics").body).at("chieng_cells_last_offset"));
}

std::vector<double> Heard::latencies() const {
    std::vector<double> values;
    std::size_t event = 0;
    for (const auto& block : blocks) {
        for (; event < std::min<std::size_t>(block.events, posted.size()); ++event) {
            values.push_back(std::chrono::duration<double, std::milli>(block.at - posted[event]).count());
        }
    }
    return values;
}

Steady::Steady(District& district, std::uint64_t events, int per_second)
    : heard_(std::async(std::launch::async, [&district, load = sessions_only(std::exchange(next_sequence, next_sequence + events), events),
                                             per_second] { return listen_while(district, load, per_second); })) {}

bool Steady::ended() {
    return heard_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

FullSpeed::FullSpeed(District& district, double seconds)
    : rate_(std::async(std::launch::async, [&district, seconds] { return change_at_full_speed(district, seconds); })) {}

bool FullSpeed::ended() {
    return rate_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

double percentile(std::vector<double>& values, double share) {
    if (values.empty()) {
        throw std::runtime_error("nothing came through");
    }
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(static_cast<double>(values.size()) * share))];
}

std::string name_of(const std::string& area, const std::string& calendar, const std::string& period, const std::string& indicator,
                    const std::string& cut, const std::string& cut_value) {
    std::string name;
    for (const auto* part : {&area, &calendar, &period, &indicator, &cut, &cut_value}) {
        name += *part + "|";
    }
    return name;
}

double cpu_of(const Process& process) {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(process.pid(), &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
        throw std::runtime_error("a process has ended");
    }
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void forget_peak(const Process& process) {
    std::ofstream("/proc/" + std::to_string(process.pid()) + "/clear_refs") << "5";
}

}  // namespace chieng::bench
