// SPDX-License-Identifier: Apache-2.0
// What a gateway tells of its board, to whom, when and at which pace; and a watcher who was away.
#include "gateway/serve/watcher.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "tests/support/gateway_bench.hpp"

#include "data/recipients.hpp"

namespace gateway_test {

TEST_CASE("a head that was lost on its way is said again within ten minutes, though nothing changes") {
    Bench bench;
    bench.start();
    bench.publish(1);
    bench.pass(2'000);
    bench.pass(1'000);
    const auto head = topics::feed_head("23656", "cells");
    const auto said = bench.retained.at(head);
    bench.retained.erase(head);
    bench.pass(300'000);
    CHECK_FALSE(bench.retained.contains(head));
    bench.pass(300'000);
    CHECK(bench.retained[head] == said);
}

namespace {

// `count` sessions of a year and of nine villages, in one block of the feed.
v1::Block many_sessions(std::uint64_t offset, std::uint64_t count) {
    auto block = sessions(offset);
    block.clear_entries();
    block.set_last(offset + count - 1);
    block.set_after(offset + count - 1);
    for (std::uint64_t n = 0; n < count; ++n) {
        auto event = a_session_held(offset + n);
        event.set_occurred_on(format_day(*parse_day("2022-01-01") + std::chrono::days((offset + n) % 300)));
        event.set_village("23656-0" + std::to_string(1 + n % 9));
        auto& entry = *block.add_entries();
        entry.set_device("p");
        entry.set_event(event.SerializeAsString());
        entry.set_received_at(1'648'000'000);
    }
    return block;
}

}  // namespace

TEST_CASE("while many events come in cells are told together, and once no more come at once") {
    Bench bench;
    bench.start();
    bench.pass(1'000);
    auto come = [&bench, offset = std::uint64_t{1}]() mutable {
        bench.hear(Input(Arrived{{feed, many_sessions(offset, 1'000).SerializeAsString(), false}}));
        offset += 1'000;
        return bench.offsets.size();
    };
    const auto first = come();
    REQUIRE(first == 2'700);  // cells: while more come in the next ones wait for 135 ms
    bench.pass(50);
    CHECK(come() == first);
    bench.pass(60);
    CHECK(bench.offsets.size() == first);
    bench.pass(20);
    CHECK(bench.offsets.size() > first);
}

TEST_CASE("while many events come in retained topics follow slowly, and in the end all are told") {
    constexpr std::uint64_t at_once = 60;
    Bench bench;
    bench.start();
    bench.pass(1'000);
    std::uint64_t offset = 1;
    const auto many_come = [&] {
        bench.hear(Input(Arrived{{feed, many_sessions(offset, at_once).SerializeAsString(), false}}));
        offset += at_once;
    };
    for (int i = 0; i < 10; ++i) {
        many_come();
        bench.pass(100);
    }
    const auto before = bench.told;
    for (int i = 0; i < 10; ++i) {
        many_come();
        bench.pass(100);
    }
    CHECK(bench.told - before <= 110);  // a fifth of five hundred a second
    CHECK(bench.told > before);
    const auto while_busy = bench.told;
    bench.pass(1'000);
    for (int i = 0; i < 100; ++i) {
        bench.pass(100);
    }
    CHECK(bench.told - while_busy > 200);  // so much was left
    const auto year = bench.gateway->board().value("23656", *Period::parse(v1::OFFICIAL, "2022"), "COM-01");
    v1::IndicatorValue said;
    REQUIRE(read_retained_event(bench.retained["chieng/1/areas/23656/indicators/official/2022/COM-01"], said));
    CHECK(said.number() == year.number());
    CHECK(said.number() > 1'000);
}

TEST_CASE("while what is sent still waits retained topics stay behind, and in the end all are told") {
    Bench bench;
    bench.start();
    bool is_crowded = true;
    bench.gateway->wait_while([&] { return is_crowded; });
    bench.pass(1'000);
    bench.publish(1);
    bench.pass(1'000);
    const std::string topic = "chieng/1/areas/23656/indicators/official/2022/COM-01";
    CHECK(bench.seen["COM-01"] == std::vector<std::int64_t>{1});  // the feed does not wait
    CHECK(bench.retained.count(topic) == 0);
    is_crowded = false;
    bench.pass(1'000);
    v1::IndicatorValue said;
    REQUIRE(read_retained_event(bench.retained[topic], said));
    CHECK(said.number() == 1);
}

TEST_CASE("when a period is over its values are said to who is reported to, and those of no other period again") {
    const auto recipients = Recipients::load(data::recipients, "recipients.txtpb", definitions(), "23656");
    const std::string archived = "chieng/1/areas/23656/recipients/archive/official/2022-04/COM-01";
    Bench bench;
    bench.civil = Seconds(*parse_day("2022-04-14")) + std::chrono::hours(5);  // the last day of the official April
    bench.start();
    bench.gateway->serve(recipients);
    bench.publish(1);
    for (int n = 0; n < 20; ++n) {
        bench.pass(1'000);
    }
    CHECK(bench.retained.count("chieng/1/areas/23656/indicators/official/2022-04/COM-01") == 1);
    CHECK(bench.retained.count(archived) == 0);
    bench.retained.clear();
    bench.civil += std::chrono::days(1);
    for (int n = 0; n < 20; ++n) {
        bench.pass(1'000);
    }
    CHECK(bench.retained.count(archived) == 1);
    for (const auto& [topic, payload] : bench.retained) {
        INFO(topic);
        CHECK((topic.find("/indicators/") == std::string::npos || topic.find("/official/2022-04/") != std::string::npos));
    }
}

TEST_CASE("a village head is told the figures of the village as they change, and nobody else is") {
    const auto recipients = Recipients::load(data::recipients, "recipients.txtpb", definitions(), "23656");
    Bench bench;
    bench.start();
    bench.gateway->serve(recipients);
    bench.publish(1);
    bench.publish(2);
    for (int n = 0; n < 20; ++n) {
        bench.pass(1'000);
    }
    v1::IndicatorValue told;
    REQUIRE(read_retained_event(bench.retained["chieng/1/areas/23656-01/recipients/village/23656-01/official/2022-04/COM-01"], told));
    CHECK(told.number() == 2);
    CHECK(told.area() == "23656-01");
    for (const auto& [topic, payload] : bench.retained) {
        INFO(topic);
        CHECK((topic.find("/areas/23656-01/") == std::string::npos || topic.find("/recipients/village/23656-01/") != std::string::npos));
    }
}

TEST_CASE("a watcher that was away tells on its return what changed meanwhile, each once") {
    MemoryStore store;
    std::vector<std::string> told;
    std::optional<Watcher> watcher;
    const auto hear = [&](const Input& input, std::int64_t now_ms) {
        static_cast<void>(watcher->handle(std::span(&input, 1), {Seconds(), std::chrono::milliseconds(now_ms)}));
    };
    const auto start = [&] {
        store.crash();
        watcher.emplace(definitions(), kbang(), "625", store, "watch-1", [&](const v1::IndicatorValue& value) {
            if (value.calendar() == v1::OFFICIAL && value.period() == "2022") {
                told.push_back(value.indicator() + " " + std::to_string(value.number()));
            }
        });
        hear(LinkUp{}, 0);
        hear(Tick{}, 1'000);
    };
    const auto publish = [&](std::uint64_t offset, const std::string& indicator, std::int64_t number) {
        v1::Block block;
        block.set_epoch(8);
        block.set_first(offset);
        block.set_last(offset);
        auto& cell = *block.add_cells();
        cell.set_area("23656-01");
        cell.set_period("2022-03b");
        cell.set_indicator(indicator);
        cell.set_number(number);
        cell.mutable_lineage()->set_events(static_cast<std::int32_t>(offset));
        hear(Arrived{{topics::feed("625", "cells"), block.SerializeAsString(), false}}, 1'000);
    };
    start();
    publish(1, "COM-02", 40);
    publish(2, "COM-02", 85);
    CHECK(told == std::vector<std::string>{"COM-02 40", "COM-02 85"});
    told.clear();
    start();
    publish(2, "COM-02", 85);  // known
    publish(3, "SUP-05", 7);
    CHECK(told == std::vector<std::string>{"SUP-05 7"});
}

TEST_CASE("what was told of a later month is told anew after a crash, although nothing that is left happened in it") {
    Bench bench;
    const auto topic = topics::indicator("23656", "official", "2022-H2", "MOD-01");
    const auto hear = [&](const v1::Block& block) {
        bench.hear(Input(Arrived{{feed, block.SerializeAsString(), false}}));
        bench.pass(2'000);
    };
    auto later = a_session_held(2);
    later.set_occurred_on("2022-08-20");
    bench.start();
    bench.pass(1'000);
    hear(block_of(1, a_model(1, "m-1"), 5));
    hear(block_of(2, later, 5));
    REQUIRE(bench.retained[topic].find(R"("number":"1")") != std::string::npos);
    bench.crash();
    bench.start();
    bench.pass(1'000);
    hear(block_of(1, a_model(1, "m-1"), 6));
    hear(block_of(2, a_model(2, "m-2"), 6));
    CHECK(bench.retained[topic].find(R"("number":"2")") != std::string::npos);
}

TEST_CASE("the December that the next year's opening falls in is told again when this year's changes") {
    Bench bench;
    const auto topic = topics::indicator("23656", "calendar", "2022-12", "POV-02");
    const auto open = [&](std::uint64_t sequence, std::uint32_t year, const std::string& village, std::uint32_t poor) {
        auto event = an_event(sequence);
        event.set_village(village);
        auto& baseline = *event.mutable_baseline_set();
        baseline.set_year(year);
        baseline.set_standard(v1::DECREE_07_2021);
        baseline.set_households(100);
        baseline.set_poor(poor);
        bench.hear(Input(Arrived{{feed, block_of(sequence, event, 5).SerializeAsString(), false}}));
        for (int i = 0; i < 20; ++i) {  // so many at once
            bench.pass(2'000);
        }
    };
    bench.start();
    bench.pass(1'000);
    open(1, 2022, "23656-01", 40);
    open(2, 2023, "23656-02", 7);
    REQUIRE(bench.retained[topic].find(R"("number":"40")") != std::string::npos);
    open(3, 2022, "23656-03", 9);
    CHECK(bench.retained[topic].find(R"("number":"49")") != std::string::npos);
}

TEST_CASE("a month that begins while a gateway is away is told of what stands when it is back") {
    Bench bench;
    const auto topic = topics::indicator("23656", "official", "2022-H2", "MOD-01");
    auto later = a_session_held(2);
    later.set_occurred_on("2022-08-20");
    bench.start();
    bench.pass(1'000);
    bench.hear(Input(Arrived{{feed, block_of(1, a_model(1, "m-1"), 5).SerializeAsString(), false}}));
    bench.pass(31'000);  // kept
    REQUIRE_FALSE(bench.retained.contains(topic));
    bench.crash();
    bench.start();
    bench.hear(Input(Arrived{{feed, block_of(2, later, 5).SerializeAsString(), false}}));
    bench.pass(1'000);
    bench.pass(1'000);
    CHECK(bench.retained.contains(topic));
}

TEST_CASE("a target for a month to come is told against what stands now, whenever that changes") {
    Bench bench;
    const auto topic = topics::indicator("23656", "official", "2022-09", "TGT-01");
    std::uint64_t sequence = 0;
    const auto hear = [&](v1::Event event) {
        event.set_sequence(++sequence);
        bench.hear(Input(Arrived{{feed, block_of(sequence, event, 5).SerializeAsString(), false}}));
        for (int i = 0; i < 20; ++i) {
            bench.pass(2'000);
        }
    };
    bench.start();
    bench.pass(1'000);
    hear(a_target(1, "POV-02", "2022-09", 10, "23656-01"));
    REQUIRE(bench.retained.contains(topic));
    auto opening = an_event(2);
    opening.mutable_baseline_set()->set_year(2022);
    opening.mutable_baseline_set()->set_standard(v1::DECREE_07_2021);
    opening.mutable_baseline_set()->set_households(100);
    opening.mutable_baseline_set()->set_poor(40);
    hear(opening);
    CHECK(bench.retained[topic].find(R"("number":"4000")") != std::string::npos);
}

TEST_CASE("what was achieved of a quarter's target is told as it changes, without a target of the year") {
    Bench bench;
    bench.start();
    bench.pass(1'000);
    const auto target = a_target(1, "COM-02", "2022-Q2", 100'000);
    bench.hear(Input(Arrived{{feed, block_of(1, target, 5).SerializeAsString(), false}}));
    for (int i = 0; i < 20; ++i) {
        bench.pass(2'000);
    }
    bench.publish(2);
    for (int i = 0; i < 20; ++i) {
        bench.pass(2'000);
    }
    v1::IndicatorValue told;
    REQUIRE(read_retained_event(bench.retained[topics::indicator("23656", "official", "2022-Q2", "TGT-01")], told));
    REQUIRE(told.parts_size() == 1);
    CHECK(told.parts(0).number() == 100 * a_session_held(2).session_held().audience().total());
}

TEST_CASE("what stands is told of each month that begins where nothing happens any more, and for a year when a clock is wrong") {
    Bench bench;
    const auto topic = [](const char* period) { return topics::indicator("23656", "official", period, "POV-02"); };
    auto opening = an_event(1);
    opening.set_occurred_on("2022-03-20");
    opening.mutable_baseline_set()->set_year(2022);
    opening.mutable_baseline_set()->set_standard(v1::DECREE_07_2021);
    opening.mutable_baseline_set()->set_households(100);
    opening.mutable_baseline_set()->set_poor(40);
    bench.start();
    bench.pass(1'000);
    bench.hear(Input(Arrived{{feed, block_of(1, opening, 5).SerializeAsString(), false}}));
    bench.hear(Input(Arrived{{feed, sessions(2).SerializeAsString(), false}}));  // in March
    bench.pass(31'000);                                                          // kept
    REQUIRE_FALSE(bench.retained.contains(topic("2022-08")));
    bench.crash();
    bench.start();
    bench.civil = Seconds(*parse_day("2022-08-10"));
    for (int i = 0; i < 20; ++i) {
        bench.pass(2'000);
    }
    REQUIRE(bench.retained.contains(topic("2022-08")));
    CHECK(bench.retained.at(topic("2022-08")).find(R"("number":"40")") != std::string::npos);
    bench.civil = Seconds(*parse_day("2090-01-01"));
    for (int i = 0; i < 20; ++i) {
        bench.pass(2'000);
    }
    CHECK(bench.retained.contains(topic("2023-03")));
    CHECK_FALSE(bench.retained.contains(topic("2023-06")));
}

}  // namespace gateway_test
