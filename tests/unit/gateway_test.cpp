// SPDX-License-Identifier: Apache-2.0
// A gateway through crashes and restored backups: its followers see no number fall back, no offset used twice, and in the end
// the same board as if nothing had happened (I4, I6).
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/feed_head.hpp"
#include "tests/support/gateway_bench.hpp"

#include "data/recipients.hpp"

#include <algorithm>

namespace gateway_test {
namespace {

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

TEST_CASE("a gateway that is to fold again reads all feeds from their beginning, and begins another epoch") {
    Bench bench;
    bench.start();
    bench.pass(1'000);
    bench.publish(1);
    bench.pass(2'000);
    bench.gateway->close();
    bench.crash();
    Follower::forget_what_was_kept(bench.store);
    bench.start(99);
    CHECK(bench.gateway->follows().front().reader.checkpoint().offset == 0);
    CHECK(bench.gateway->epoch() == 99);
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

TEST_CASE("another history of a commune that is read beside the own journals begins no other history here") {
    Bench bench;
    bench.sources.push_back({"23659", "cells"});
    bench.start();
    bench.pass(1'000);
    bench.publish(1);
    const auto head_of_other = [](std::uint64_t epoch) {
        return Input(Arrived{feed_head(topics::feed_head("23659", "cells"), epoch, 0).message});
    };
    bench.hear(head_of_other(5));
    bench.pass(31'000);  // kept
    bench.publish(2);
    bench.pass(200);
    REQUIRE(bench.epoch == 77);
    bench.crash();
    bench.start(99);
    bench.hear(head_of_other(6));  // it was killed too
    bench.publish(2);
    bench.pass(2'000);
    v1::Head head;
    REQUIRE(head.ParseFromString(bench.retained.at(topics::feed_head("23656", "cells"))));
    CHECK(head.epoch() == 77);
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

TEST_CASE("of the households that are proposed those who agreed are told to who writes stories, and no longer when they do not") {
    const auto recipients = Recipients::load(data::recipients, "recipients.txtpb", definitions(), "23656");
    Bench bench;
    bench.start();
    bench.gateway->serve(recipients);
    bench.hear(Input(LinkUp{}));
    const auto told = [&](std::initializer_list<std::pair<std::string, std::string>> proposed) {
        v1::Proposals proposals;
        for (const auto& [household, consent] : proposed) {
            auto& proposal = *proposals.add_proposals();
            proposal.set_household_key(household);
            proposal.set_consent_ref(consent);
        }
        const auto message = retained_event(topics::proposals("23656"), {"23656", "commendation", 1}, proposals).message;
        bench.hear(Input(Arrived{{message.topic, message.payload, false}}));
        v1::Proposals candidates;
        REQUIRE(read_retained_event(bench.retained[topics::candidates("23656", "commune/centre")], candidates));
        std::string text;
        for (const auto& candidate : candidates.proposals()) {
            text += candidate.household_key() + " ";
        }
        return text;
    };
    CHECK(told({{"h-1", ""}, {"h-2", "DY-02"}}) == "h-2 ");
    CHECK(told({{"h-1", ""}, {"h-2", ""}}).empty());
    CHECK(told({}).empty());
    CHECK(std::none_of(bench.retained.begin(), bench.retained.end(), [](const auto& one) {
        return one.first.ends_with("/candidates") && one.first.find("/recipients/commune/centre/") == std::string::npos;
    }));
    const auto asked = [&] { return std::count(bench.asked.begin(), bench.asked.end(), topics::proposals("23656")); };
    CHECK(asked() == 1);
    bench.pass(599'000);
    CHECK(asked() == 1);
    bench.pass(1'000);
    CHECK(asked() == 2);  // one of them may be lost
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

}  // namespace gateway_test
