// SPDX-License-Identifier: Apache-2.0
// Keeps I4: the rules by which a feed is read.
#include "services/runtime/core/feed_reader.hpp"
#include "services/runtime/core/limits.hpp"

#include <catch2/catch.hpp>

namespace feed_reader_test {

using namespace chieng;

namespace {

v1::Block a_block(std::uint64_t first, std::uint64_t last, std::uint64_t before, std::uint64_t after, std::uint64_t epoch = 5) {
    v1::Block block;
    block.set_epoch(epoch);
    block.set_first(first);
    block.set_last(last);
    block.set_before(before);
    block.set_after(after);
    for (auto i = first; i <= last; ++i) {
        block.add_entries();
    }
    return block;
}

}  // namespace

TEST_CASE("a feed is read once, in order, and a gap is asked for") {
    using enum FeedReader::Verdict;
    FeedReader reader;
    CHECK(reader.due(0)->after() == 0);  // nothing heard yet
    CHECK(reader.see(a_block(1, 3, 0, 33)) == fold);
    CHECK(reader.see(a_block(1, 3, 0, 33)) == skip);
    CHECK_FALSE(reader.due(0));
    CHECK(reader.see(a_block(7, 9, 66, 99)) == gap);
    CHECK(reader.due(10)->after() == 3);
    CHECK_FALSE(reader.due(2'009));
    CHECK(reader.due(2'010));
    CHECK_FALSE(reader.due(6'009));
    CHECK(reader.due(6'010));
    CHECK(reader.see(a_block(4, 6, 33, 66), true) == fold);
    CHECK_FALSE(reader.due(6'011));  // the rest of the answer may be on its way
    CHECK(reader.due(6'211)->after() == 6);
    CHECK(reader.see(a_block(7, 9, 66, 99), true) == fold);
    CHECK_FALSE(reader.due(100'000));
    CHECK(reader.checkpoint() == FeedReader::Checkpoint{5, 9, 99});
    v1::Head head;
    head.set_epoch(5);
    head.set_last(12);
    CHECK(reader.see(head) == gap);
    CHECK(reader.due(100'001)->after() == 9);
}

TEST_CASE("a reader asks on when an answer is as long as it may be, and not for what is on its way") {
    using enum FeedReader::Verdict;
    FeedReader reader;
    v1::Head head;
    head.set_epoch(5);
    head.set_last(100);
    CHECK(reader.see(head) == gap);
    CHECK(reader.due(0)->after() == 0);
    auto half = a_block(1, 1, 0, 11);
    half.mutable_entries(0)->set_event(std::string(limits::reply_bytes_max / 2, 'x'));
    CHECK(reader.see(half, true) == fold);
    CHECK_FALSE(reader.due(1));
    auto other_half = a_block(2, 2, 11, 22);
    other_half.mutable_entries(0)->set_event(std::string(limits::reply_bytes_max / 2, 'x'));
    CHECK(reader.see(other_half, true) == fold);
    CHECK(reader.due(2)->after() == 2);
    CHECK_FALSE(reader.due(3));
}

TEST_CASE("another history is noticed by epoch, chain, border or end") {
    using enum FeedReader::Verdict;
    FeedReader::Checkpoint at{5, 9, 99};
    CHECK(FeedReader(at).see(a_block(10, 12, 98, 1)) == reset);
    CHECK(FeedReader(at).see(a_block(8, 12, 99, 1)) == gap);
    CHECK(FeedReader(at).see(a_block(8, 12, 99, 1), true) == reset);
    FeedReader shorter(at);
    CHECK(shorter.see(a_block(5, 4, 44, 44), true) == skip);  // perhaps an answer that took its time
    CHECK(shorter.due(0)->after() == 9);
    CHECK(shorter.see(a_block(5, 4, 44, 44), true) == reset);
    FeedReader patient(at);
    CHECK(patient.see(a_block(5, 4, 44, 44), true) == skip);
    CHECK(patient.see(a_block(10, 9, 99, 99), true) == skip);
    CHECK_FALSE(patient.due(0));
    FeedReader reader(at);
    CHECK(reader.see(a_block(1, 2, 0, 22, 6)) == reset);
    CHECK(reader.due(0)->after() == 0);
    CHECK(reader.see(a_block(1, 2, 0, 22, 6)) == fold);
}

TEST_CASE("a head that ends before the checkpoint is asked about, and only an answer that says the same begins anew") {
    using enum FeedReader::Verdict;
    v1::Head head;
    head.set_epoch(5);
    head.set_last(6);
    FeedReader of_old_head({5, 9, 99});
    CHECK(of_old_head.see(head) == skip);
    CHECK(of_old_head.due(0)->after() == 9);
    CHECK(of_old_head.see(a_block(10, 9, 99, 99), true) == skip);
    CHECK_FALSE(of_old_head.due(100'000));

    // A journal from a backup, and a broker that has forgotten how long it was.
    FeedReader of_backup({5, 9, 99});
    CHECK(of_backup.see(head) == skip);
    CHECK(of_backup.due(0)->after() == 9);
    CHECK(of_backup.see(a_block(7, 6, 66, 66), true) == skip);
    CHECK(of_backup.due(1)->after() == 9);
    CHECK(of_backup.see(a_block(7, 6, 66, 66), true) == reset);
    CHECK(of_backup.due(2)->after() == 0);

    // Of cells an answer begins behind what was asked for, wherever it ends.
    FeedReader of_cells({5, 9, 0});
    auto end = a_block(10, 6, 0, 0);
    end.clear_entries();
    CHECK(of_cells.see(end) == skip);
    CHECK(of_cells.see(end, true) == skip);
    CHECK(of_cells.see(end, true) == reset);
}

TEST_CASE("a block of cells may begin before the checkpoint") {
    using enum FeedReader::Verdict;
    FeedReader reader({5, 9, 0});
    auto block = a_block(4, 12, 0, 0);
    block.clear_entries();
    CHECK(reader.see(block) == fold);
    CHECK(reader.checkpoint().offset == 12);
    block.set_first(14);
    block.set_last(15);
    CHECK(reader.see(block) == gap);
}

}  // namespace feed_reader_test
