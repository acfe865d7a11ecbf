// SPDX-License-Identifier: Apache-2.0
// A board that is folded from the feeds once more, beside the running one.
#include "gateway/serve/rebuild.hpp"
#include "tests/support/reports_bench.hpp"

namespace rebuild_test {

using namespace reports_test;
using reports_test::Bench;

TEST_CASE("the board rebuilt from the feeds is the running one, and a difference is named", "[reports]") {
    Bench bench;
    for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) {
        bench.publish(a_session_on(sequence, "2022-06-14"));
    }
    const auto rebuild = [&](std::size_t left_out) {
        Rebuild made(bench.definitions, kbang(), "23656", {{"23656", "session"}}, "officer");
        const auto tell = [&](const Input& input) { return made.handle(std::span(&input, 1), {Seconds(), std::chrono::milliseconds(0)}); };
        static_cast<void>(tell(Input(LinkUp{})));
        bench.hear(Input(Arrived{{topics::requests("23656", "board", "officer"), "", false}}));
        static_cast<void>(tell(Input(
            Arrived{{topics::replies("23656", "board", "officer"), bench.said[topics::replies("23656", "board", "officer")], false}})));
        bench.publish(a_session_on(bench.blocks.size() + 1, "2022-06-14"));  // the board goes on meanwhile
        for (std::size_t i = 0; i < bench.blocks.size(); ++i) {
            auto block = bench.blocks[i];
            if (i == left_out) {
                block.mutable_entries(0)->set_event(a_session_on(i + 1, "2022-06-15").SerializeAsString());
            }
            static_cast<void>(tell(Input(Arrived{{feed + "/replies/officer", block.SerializeAsString(), false}})));
        }
        REQUIRE(made.result());
        return *made.result();
    };
    const auto same = rebuild(1'000);
    CHECK(same.same);
    CHECK(same.entries == 20);
    CHECK(same.lines > 10);
    CHECK(same.differ.empty());
    const auto other = rebuild(3);
    CHECK_FALSE(other.same);
    CHECK_FALSE(other.differ.empty());
}

TEST_CASE("a district's rebuild does not take for a difference what came while it read", "[reports]") {
    const auto& definitions = reports_test::definitions();
    const auto cell_of = [](std::int64_t sessions) {
        v1::Cell cell;
        cell.set_area("23656-01");
        cell.set_period("2022-03b");
        cell.set_indicator("COM-01");
        cell.set_number(sessions);
        cell.mutable_lineage()->set_events(static_cast<std::int32_t>(sessions));
        return cell;
    };
    const auto block_of = [&](std::uint64_t first, std::uint64_t last, std::int64_t sessions) {
        v1::Block block;
        block.set_epoch(1);
        block.set_first(first);
        block.set_last(last);
        *block.add_cells() = cell_of(sessions);
        return block;
    };
    const auto digest_of = [&](std::uint64_t offset, std::int64_t sessions) {
        Board board(definitions, kbang(), "625");
        board.set("23656/cells", cell_of(sessions));
        board.settle();
        v1::BoardDigest digest;
        auto& position = *digest.add_positions();
        position.set_feed("23656/cells");
        position.set_epoch(1);
        position.set_offset(offset);
        put_buckets(board.serialize(), digest);
        return digest;
    };
    std::size_t asked = 0;
    const auto made = [&] { return Rebuild(definitions, kbang(), "625", {{"23656", "cells"}}, "c"); };
    const auto hear = [&](Rebuild& rebuild, const Input& input) {
        for (const auto& action : rebuild.handle({&input, 1}, {Seconds(), std::chrono::milliseconds(0)})) {
            const auto* publish = std::get_if<Publish>(&action);
            asked += publish != nullptr && publish->message.topic == topics::requests("625", "board", "c") ? 1U : 0U;
        }
    };
    const auto digest = [&](Rebuild& rebuild, std::uint64_t offset, std::int64_t sessions) {
        hear(rebuild, Arrived{{topics::replies("625", "board", "c"), digest_of(offset, sessions).SerializeAsString(), false}});
    };
    const auto block = [&](Rebuild& rebuild, std::uint64_t first, std::uint64_t last, std::int64_t sessions) {
        const auto topic = topics::feed_replies("23656", "cells", "c");
        hear(rebuild, Arrived{{topic, block_of(first, last, sessions).SerializeAsString(), false}});
    };
    auto rebuild = made();
    hear(rebuild, LinkUp{});
    digest(rebuild, 3, 3);
    block(rebuild, 1, 4, 4);  // the fourth came meanwhile
    CHECK_FALSE(rebuild.result());
    CHECK(asked == 2);
    digest(rebuild, 5, 5);
    CHECK_FALSE(rebuild.result());
    block(rebuild, 5, 5, 5);
    REQUIRE(rebuild.result());
    CHECK(rebuild.result()->same);
    // What differs while nothing comes does differ.
    auto other = made();
    hear(other, LinkUp{});
    digest(other, 3, 2);
    block(other, 1, 3, 3);
    CHECK_FALSE(other.result());
    digest(other, 3, 2);
    REQUIRE(other.result());
    CHECK(other.result()->error.empty());
    CHECK_FALSE(other.result()->same);
    CHECK_FALSE(other.result()->differ.empty());
}

TEST_CASE("a rebuild by other definitions or places than the gateway's says so, and blames no board", "[reports]") {
    const auto answer_to = [](std::uint64_t indicators, std::uint64_t places) {
        Rebuild rebuild(definitions(), kbang(), "625", {{"23656", "cells"}}, "c");
        v1::BoardDigest digest;
        digest.set_indicators(indicators);
        digest.set_places(places);
        for (const auto& input :
             {Input(LinkUp{}), Input(Arrived{{topics::replies("625", "board", "c"), digest.SerializeAsString(), false}})}) {
            static_cast<void>(rebuild.handle({&input, 1}, {Seconds(), std::chrono::milliseconds(0)}));
        }
        return rebuild.result() ? rebuild.result()->error : std::string();
    };
    const auto indicators = definitions().digest();
    const auto places = kbang().digest();
    CHECK(answer_to(indicators, places).empty());
    CHECK(answer_to(indicators + 1, places) ==
          "the gateway of 625 folds by other definitions than are given here; say the same with --indicators FILE");
    CHECK(answer_to(indicators, places + 1) ==
          "the gateway of 625 folds by other places than are given here; say the same with --places FILE");
}

TEST_CASE("a rebuild names the feed that does not answer, and ends", "[reports]") {
    Rebuild rebuild(definitions(), kbang(), "625", {{"23656", "cells"}, {"23659", "cells"}}, "c");
    const auto hear = [&](const Input& input, std::int64_t at) {
        static_cast<void>(rebuild.handle({&input, 1}, {Seconds(), std::chrono::milliseconds(at)}));
    };
    hear(LinkUp{}, 1'000);
    v1::BoardDigest digest;
    auto& position = *digest.add_positions();
    position.set_feed("23659/cells");
    position.set_epoch(5);
    position.set_offset(7);
    hear(Arrived{{topics::replies("625", "board", "c"), digest.SerializeAsString(), false}}, 2'000);
    hear(Tick{}, 61'000);
    CHECK_FALSE(rebuild.result());
    hear(Tick{}, 62'000);
    REQUIRE(rebuild.result());
    CHECK(rebuild.result()->error.find("no answer from the feeds 23659/cells (0 of 7)") == 0);
    Rebuild unheard(definitions(), kbang(), "625", {{"23656", "cells"}}, "c");
    const Input up = LinkUp{};
    static_cast<void>(unheard.handle({&up, 1}, {Seconds(), std::chrono::milliseconds(1'000)}));
    const Input tick = Tick{};
    static_cast<void>(unheard.handle({&tick, 1}, {Seconds(), std::chrono::milliseconds(61'000)}));
    REQUIRE(unheard.result());
    CHECK(unheard.result()->error == "no answer from the gateway of 625; is it running?");
}

}  // namespace rebuild_test
