// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/board.hpp"
#include "tests/bench/scenarios.hpp"
#include "tests/support/events.hpp"

#include "data/indicators.hpp"

#include <algorithm>
#include <cstdio>

namespace chieng::bench {

using namespace testing;

void sizes_on_the_air() {
    std::printf("== on the air\n");
    auto load = make_load(1, 50, 1);
    std::size_t one = 0;
    v1::Events batch;
    batch.set_device("phone-1");
    batch.set_commune(commune);
    for (std::uint64_t i = 1; i <= 50; ++i) {
        auto event = a_session_held(i);
        event.set_recorded_at(1'660'000'000);
        event.mutable_session_held()->mutable_audience()->set_ethnic_minority(30);
        *batch.add_events() = event;
        one = std::max(one, static_cast<std::size_t>(event.ByteSizeLong()) + 20);
    }
    row("a session held, alone", std::to_string(one) + " bytes", "", "<= 160", one <= 160);
    const auto each = batch.ByteSizeLong() / 50;
    row("… in a batch of 50, each", std::to_string(each) + " bytes", "", "<= 90", each <= 90);
}

std::vector<v1::Block> a_year_of(const Definitions& definitions, const std::string& place) {
    Board board(definitions, kbang(), place);
    const auto villages = kbang().villages(place, *parse_day("2022-03-12"));
    for (std::uint64_t n = 1; n <= 400; ++n) {
        auto event = n % 3 == 0 ? a_household_supported(n, std::to_string(n)) : n % 25 == 1 ? a_commendation_awarded(n) : a_session_held(n);
        event.set_village(villages[n % villages.size()]);
        event.set_occurred_on(format_day(*parse_day("2022-01-01") + std::chrono::days(n * 7 % 360)));
        v1::Entry entry;
        entry.set_device("d");
        entry.set_event(event.SerializeAsString());
        board.apply(place + "/all", entry);
    }
    std::vector<v1::Block> blocks;
    std::uint64_t last = 0;
    std::uint64_t offset = 0;
    for (const auto id : board.take_changed(last)) {
        if (blocks.empty() || blocks.back().cells_size() == 1000) {  // as a gateway would cut them
            blocks.emplace_back();
            blocks.back().set_epoch(1);
            blocks.back().set_first(offset + 1);
        }
        *blocks.back().add_cells() = board.cell(id);
        blocks.back().set_last(++offset);
    }
    return blocks;
}

void district_memory() {
    std::printf("== the district's gateway with a year of Kbang\n");
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    const Folder data;
    const Broker broker(data);
    const Process district({CHIENG_GATEWAY, "--place", "625", "--data", data.path(), "--broker", broker.url(), "run"}, data.path() / "log");
    Wire wire(broker.port(), "communes");
    const auto hear = [](std::string_view, std::string_view) {};
    for (int i = 0; i < 100; ++i) {
        wire.pump(10, hear);
    }
    std::size_t cells = 0;
    for (const auto& place : kbang().ever_below("625")) {
        for (const auto& block : a_year_of(definitions, place)) {
            cells += static_cast<std::size_t>(block.cells_size());
            wire.publish("chieng/1/" + place + "/feeds/cells", block.SerializeAsString());
            wire.pump(20, hear);
        }
    }
    for (int i = 0; i < 1000; ++i) {
        wire.pump(10, hear);
    }
    const auto peak = usage_of(district).peak_mb;
    row("memory of the district's gateway, " + std::to_string(cells) + " cells", number(peak, "%.0f") + " MB", "", "<= 64 MB", peak <= 64);
}

}  // namespace chieng::bench
