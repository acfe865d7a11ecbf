// SPDX-License-Identifier: Apache-2.0
// A gateway through crashes and restored backups: its followers see no number fall back, no offset used twice, and in the end
// the same board as if nothing had happened (I4, I6).
#include "gateway/serve/gateway.hpp"
#include "gateway/serve/watcher.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/feed_head.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/entries.hpp"
#include "tests/support/events.hpp"
#include "tests/support/filled.hpp"
#include "tests/support/memory_store.hpp"

#include "data/indicators.hpp"
#include "data/recipients.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <optional>

namespace gateway_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

const Definitions& definitions() {
    static const Definitions loaded = Definitions::load(data::indicators, "indicators.txtpb");
    return loaded;
}

const std::string feed = topics::feed("23656", "session");

// A feed of sessions, one a block, all of one village.
v1::Block sessions(std::uint64_t offset) {
    v1::Block block;
    block.set_epoch(5);
    block.set_first(offset);
    block.set_last(offset);
    block.set_before(offset - 1);
    block.set_after(offset);
    auto& entry = *block.add_entries();
    entry.set_device("p");
    entry.set_event(a_session_held(offset).SerializeAsString());
    entry.set_received_at(1'648'000'000);
    return block;
}

// The same, of any event and history.
v1::Block block_of(std::uint64_t offset, const v1::Event& event, std::uint64_t epoch) {
    auto block = sessions(offset);
    block.set_epoch(epoch);
    block.mutable_entries(0)->set_event(event.SerializeAsString());
    return block;
}

v1::Event a_model(std::uint64_t sequence, const std::string& name) {
    auto event = sensible(*v1::Event::descriptor()->FindFieldByName("model_supported"));
    event.set_sequence(sequence);
    event.mutable_model_supported()->set_model_id(name);
    return event;
}

// What a follower holds of each cell that it was told and that is not gone.
using Held = std::map<std::string, std::int64_t>;

void keep(const v1::Cell& cell, Held& held) {
    auto name = cell.area() + " " + cell.period();
    for (const auto* part : {&cell.indicator(), &cell.cut(), &cell.cut_value()}) {
        name += part->empty() ? "" : " " + *part;
    }
    name += cell.calendar() == v1::CALENDAR_UNSPECIFIED ? "" : " of " + v1::Calendar_Name(cell.calendar());
    held[name] = cell.number();
    std::erase_if(held, [](const auto& item) { return item.second == 0; });
}

std::string text_of(const Held& held) {
    std::string text;
    for (const auto& [name, number] : held) {
        text += name + ": " + std::to_string(number) + "\n";
    }
    return text;
}

// Runs a commune's gateway over a store, and keeps what a follower would see.
struct Bench {
    MemoryStore store;
    std::optional<Gateway> gateway;
    std::int64_t now_ms = 0;
    Seconds civil{std::chrono::seconds(1'650'000'000)};
    std::vector<Source> sources{{"23656", "session"}};
    std::map<std::string, std::vector<std::int64_t>> seen;  // cell -> its values, in the order they came
    Held held;
    std::vector<std::uint64_t> offsets;
    std::uint64_t epoch = 0;
    std::map<std::string, std::string> retained;
    std::uint64_t told = 0;  // retained messages

    void start(std::uint64_t fresh_epoch = 77) {
        gateway.emplace(definitions(), kbang(), "23656", sources, store, fresh_epoch);
        hear(Input(LinkUp{}));
    }
    void crash() {
        gateway.reset();
        store.crash();
    }
    void publish(std::uint64_t offset) { hear(Input(Arrived{{feed, sessions(offset).SerializeAsString(), false}})); }
    void pass(std::int64_t milliseconds) {
        now_ms += milliseconds;
        hear(Input(Tick{}));
    }
    void hear(const Input& input) {
        const Instant now{civil, std::chrono::milliseconds(now_ms)};
        for (const auto& action : gateway->handle(std::span(&input, 1), now)) {
            const auto* publish = std::get_if<Publish>(&action);
            if (publish == nullptr) {
                continue;
            }
            if (publish->message.retained) {
                retained[publish->message.topic] = publish->message.payload;
                ++told;
            }
            if (publish->message.topic == topics::feed("23656", "cells")) {
                v1::Block block;
                REQUIRE(block.ParseFromString(publish->message.payload));
                epoch = block.epoch();
                for (auto offset = block.first(); offset <= block.last(); ++offset) {
                    offsets.push_back(offset);
                }
                for (const auto& cell : block.cells()) {
                    seen[cell.indicator() + cell.cut() + cell.cut_value()].push_back(cell.number());
                    keep(cell, held);
                }
            }
        }
    }
};

const std::string monitoring = topics::feed("23656", "monitoring");

v1::Event clusters_reported(std::uint64_t sequence, const std::string& day, const std::string& village, std::uint32_t clusters) {
    auto event = an_event(sequence);
    event.set_occurred_on(day);
    event.set_village(village);
    event.mutable_device_reported()->set_clusters(clusters);
    event.mutable_device_reported()->set_clusters_working(clusters - 2);
    return event;
}

v1::Event clusters_aired(std::uint64_t sequence, const std::string& day, const std::string& village, std::uint32_t clusters) {
    auto event = an_event(sequence);
    event.set_occurred_on(day);
    event.set_village(village);
    event.mutable_broadcast_aired()->set_clusters(clusters);
    event.mutable_broadcast_aired()->set_clusters_working(clusters - 2);
    return event;
}

// How many clusters work is the latest of what two journals say.
struct TwoJournals : Bench {
    TwoJournals() { sources.push_back({"23656", "monitoring"}); }
    void hear_block(const std::string& topic, const v1::Block& block) {
        hear(Input(Arrived{{topic, block.SerializeAsString(), false}}));
        pass(20);
    }
    void hear_head(const std::string& topic, std::uint64_t last) {
        v1::Head head;
        head.set_epoch(5);
        head.set_last(last);
        hear(Input(Arrived{{topic + "/head", head.SerializeAsString(), true}}));
    }
    [[nodiscard]] std::string told() const { return text_of(held); }
    static std::string folded(const std::vector<std::pair<std::string, v1::Block>>& blocks) {
        Board board(definitions(), kbang(), "23656");
        for (const auto& [topic, block] : blocks) {
            board.apply(topic == monitoring ? "23656/monitoring" : "23656/session", block.entries(0));
        }
        Held expected;
        std::uint64_t stamp = 0;
        for (const auto id : board.take_changed(stamp)) {
            keep(board.cell(id), expected);
        }
        return text_of(expected);
    }
};

}  // namespace

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

TEST_CASE("after a crash the gateway goes on under its epoch, with new offsets, and no number falls back") {
    Bench bench;
    bench.start();
    bench.pass(1'000);
    for (std::uint64_t offset = 1; offset <= 3; ++offset) {
        bench.publish(offset);
        bench.pass(20);
    }
    bench.pass(30'000);  // kept
    for (std::uint64_t offset = 4; offset <= 6; ++offset) {
        bench.publish(offset);
        bench.pass(20);
    }
    CHECK(bench.seen["COM-01"] == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
    bench.crash();
    bench.start(99);
    CHECK(bench.gateway->follows()[0].reader.checkpoint().offset == 3);
    v1::Head head;
    head.set_epoch(5);
    head.set_last(6);
    bench.hear(Input(Arrived{{feed + "/head", head.SerializeAsString(), true}}));
    bench.publish(4);
    bench.publish(5);
    bench.pass(2'000);
    CHECK_FALSE(bench.gateway->caught_up());
    CHECK(bench.seen["COM-01"].back() == 6);
    bench.publish(6);
    bench.pass(20);
    bench.publish(7);
    bench.pass(20);
    CHECK(bench.seen["COM-01"] == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 6, 7});
    CHECK(bench.epoch == 77);
    CHECK(std::is_sorted(bench.offsets.begin(), bench.offsets.end()));
    CHECK(std::adjacent_find(bench.offsets.begin(), bench.offsets.end()) == bench.offsets.end());

    Board direct(definitions(), kbang(), "23656");
    for (std::uint64_t offset = 1; offset <= 7; ++offset) {
        direct.apply("23656/session", sessions(offset).entries(0));
    }
    CHECK(bench.gateway->board().serialize() == direct.serialize());
}

TEST_CASE("a cell that was told before a crash and does not arise when the feeds are read again in another order is told as gone") {
    const bool crashes_twice = GENERATE(false, true);
    const auto first = clusters_reported(1, "2024-12-31", "23656-10", 5);
    const auto last = clusters_reported(2, "2025-03-15", "23656-03", 4);
    const auto between = clusters_aired(2, "2025-01-31", "23656-06", 5);
    TwoJournals bench;
    bench.start();
    bench.pass(1'000);
    bench.publish(1);
    bench.pass(31'000);  // kept
    bench.hear_block(monitoring, block_of(1, first, 5));
    bench.hear_block(monitoring, block_of(2, last, 5));
    REQUIRE(bench.held["23656-10 2025-03b COM-11.all"] == -5);
    bench.crash();

    bench.start();
    bench.hear_block(feed, block_of(2, between, 5));
    if (crashes_twice) {
        bench.hear_head(monitoring, 2);
    }
    bench.hear_block(monitoring, block_of(1, first, 5));
    if (crashes_twice) {
        bench.pass(31'000);  // kept, before it has read all
        REQUIRE_FALSE(bench.gateway->caught_up());
        bench.crash();
        bench.start();
        bench.hear_head(feed, 2);
        CHECK(bench.gateway->follows()[1].reader.checkpoint().offset == 1);
    }
    bench.hear_block(monitoring, block_of(2, last, 5));
    bench.pass(1'000);
    CHECK(bench.told() == bench.folded({{feed, sessions(1)},
                                        {feed, block_of(2, between, 5)},
                                        {monitoring, block_of(1, first, 5)},
                                        {monitoring, block_of(2, last, 5)}}));
}

TEST_CASE("so is one of an event that was taken back before all was read again") {
    const auto first = block_of(1, clusters_reported(1, "2024-12-31", "23656-10", 5), 5);
    const auto later = block_of(2, clusters_aired(2, "2025-01-31", "23656-06", 5), 5);
    auto taken_back = block_of(2, correcting(an_event(2), v1::Correction::VOID, 1), 5);
    *taken_back.mutable_entries(0) = taking_back(taken_back.entries(0), first.entries(0));
    TwoJournals bench;
    bench.start();
    bench.pass(1'000);
    bench.publish(1);
    bench.pass(31'000);  // kept
    bench.hear_block(monitoring, first);
    bench.hear_block(feed, later);
    REQUIRE(bench.held["23656-10 2025-01b COM-11.all"] == -5);
    bench.crash();

    bench.start();
    bench.hear_head(feed, 2);
    bench.hear_block(monitoring, first);
    bench.hear_block(monitoring, taken_back);
    bench.pass(31'000);  // kept
    REQUIRE_FALSE(bench.gateway->caught_up());
    bench.hear_block(feed, later);
    bench.pass(1'000);
    CHECK(bench.told() == bench.folded({{feed, sessions(1)}, {feed, later}, {monitoring, first}, {monitoring, taken_back}}));
}

TEST_CASE("while many events come in retained topics follow slowly, and in the end all are told") {
    constexpr std::uint64_t at_once = 60;
    Bench bench;
    bench.start();
    bench.pass(1'000);
    std::uint64_t offset = 1;
    const auto many_come = [&] {
        auto block = sessions(offset);
        block.clear_entries();
        block.set_last(offset + at_once - 1);
        block.set_after(offset + at_once - 1);
        for (std::uint64_t n = 0; n < at_once; ++n) {
            auto event = a_session_held(offset + n);
            event.set_occurred_on(format_day(*parse_day("2022-01-01") + std::chrono::days((offset + n) % 300)));
            event.set_village("23656-0" + std::to_string(1 + n % 9));
            auto& entry = *block.add_entries();
            entry.set_device("p");
            entry.set_event(event.SerializeAsString());
            entry.set_received_at(1'648'000'000);
        }
        offset += at_once;
        bench.hear(Input(Arrived{{feed, block.SerializeAsString(), false}}));
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

TEST_CASE("a gateway that ended well reads nothing again and wastes no offset") {
    Bench bench;
    bench.start();
    bench.pass(1'000);
    bench.publish(1);
    bench.pass(20);
    const auto last = bench.gateway->last_offset();
    const auto board = bench.gateway->board().serialize();
    bench.gateway->close();
    bench.crash();
    bench.start(99);
    CHECK(bench.gateway->last_offset() == last);
    CHECK(bench.gateway->follows()[0].reader.checkpoint().offset == 1);
    CHECK(bench.gateway->board().serialize() == board);
    bench.pass(1'000);
    bench.publish(2);
    bench.pass(20);
    CHECK(bench.seen["COM-01"] == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("what was folded but not yet published when the gateway ended is published when it starts") {
    Bench bench;
    bench.start();
    bench.publish(1);  // before it publishes anything
    bench.gateway->close();
    bench.crash();
    bench.start();
    bench.pass(1'000);
    CHECK(bench.seen["COM-01"] == std::vector<std::int64_t>{1});
}

TEST_CASE("a journal that is another one when a killed gateway comes back makes the gateway begin another history too") {
    Bench bench;
    bench.start();
    bench.pass(1'000);
    bench.publish(1);
    bench.pass(31'000);  // kept
    bench.publish(2);
    bench.pass(20);
    REQUIRE(bench.epoch == 77);
    const bool is_killed = GENERATE(true, false);
    if (is_killed) {
        bench.crash();  // it told of the second session, and knows of it no more
    } else {
        bench.gateway->close();
    }
    bench.start(99);
    bench.hear(Input(Arrived{feed_head(feed + "/head", 6, 1).message}));  // the journal from before the second
    auto first = sessions(1);
    first.set_epoch(6);
    bench.hear(Input(Arrived{{feed, first.SerializeAsString(), false}}));
    bench.pass(2'000);
    v1::Head head;
    REQUIRE(head.ParseFromString(bench.retained.at(topics::feed_head("23656", "cells"))));
    CHECK((head.epoch() != 77) == is_killed);
    CHECK((bench.epoch != 77) == is_killed);
    CHECK(bench.seen["COM-01"].back() == 1);
}

TEST_CASE("a gateway whose file was restored from a backup begins another history") {
    Bench bench;
    bench.start();
    bench.pass(1'000);
    bench.publish(1);
    bench.pass(20);
    bench.hear(Input(Arrived{feed_head(topics::feed("23656", "cells") + "/head", 77, 1'000'000).message}));
    bench.publish(2);
    bench.pass(1'000);
    CHECK(bench.epoch != 77);
    CHECK(bench.epoch != 0);
}

TEST_CASE("a store is that of one gateway, also when other definitions fold it again") {
    Bench bench;
    bench.start();
    bench.gateway->close();
    const auto start_as = [&](const std::string& place, const std::string& feed_of) {
        const Gateway other(definitions(), kbang(), place, std::vector<Source>{{feed_of, "cells"}}, bench.store, 1);
    };
    CHECK_THROWS_WITH(start_as("625", "23656"),
                      Catch::StartsWith("the file for the gateway 625 is that of the gateway 23656; give each its own file"));
    bench.store.put("g/made-by", "an older one");
    bench.store.commit();
    bench.start();
    CHECK_THROWS_AS(start_as("625", "23656"), Broken);
    bench.store.erase("m/of");  // as a version wrote it that did not say whose it is
    bench.start();
    CHECK(bench.store.get("m/of") == "gateway 23656");
    MemoryStore journal;
    journal.put("m/epoch", "7");
    CHECK_THROWS_WITH(Gateway(definitions(), kbang(), "23656", std::vector<Source>{{"23656", "session"}}, journal, 1),
                      Catch::StartsWith("the file for the gateway 23656 is a store of another kind"));
}

TEST_CASE("other definitions fold everything again under another epoch") {
    Bench bench;
    bench.start();
    bench.pass(1'000);
    bench.publish(1);
    bench.gateway->close();
    bench.store.put("g/made-by", "an older one");
    bench.store.commit();
    bench.start(99);
    CHECK(bench.gateway->board().serialize().empty());
    CHECK(bench.gateway->follows()[0].reader.checkpoint().offset == 0);
    bench.pass(1'000);
    bench.publish(1);
    bench.pass(20);
    CHECK(bench.epoch == 99);
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
    auto target = an_event(1);
    target.mutable_target_assigned()->set_indicator("POV-02");
    target.mutable_target_assigned()->set_period("2022-09");
    target.mutable_target_assigned()->set_value(10);
    hear(target);
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
    auto target = an_event(1);
    target.clear_village();
    target.mutable_target_assigned()->set_indicator("COM-02");
    target.mutable_target_assigned()->set_period("2022-Q2");
    target.mutable_target_assigned()->set_value(100'000);
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
