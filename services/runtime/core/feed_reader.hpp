// SPDX-License-Identifier: Apache-2.0
// Follows one feed by the reader's rules of chieng/v1/feed.proto: what to do with a block, and when to ask for more.
// Pure: no clock, no link. The checkpoint is kept by the caller, in the same unit as what was folded.
//
// Keeps I4 (each offset is folded once, in order).
#pragma once

#include "chieng/v1/feed.pb.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace chieng {

class FeedReader {
public:
    struct Checkpoint {
        std::uint64_t epoch = 0;  // 0: nothing was read yet
        std::uint64_t offset = 0;
        std::uint64_t chain = 0;

        friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
    };
    enum class Verdict {
        fold,   // fold it and keep checkpoint(), which stands after it
        skip,   // seen, or nothing in it
        gap,    // something is missing before it: due() will ask
        reset,  // another history: forget what came from this feed and keep checkpoint(); the same block may be seen again
    };

    static constexpr std::int64_t first_wait_ms = 2'000;
    static constexpr std::int64_t longest_wait_ms = 60'000;
    static constexpr std::int64_t next_block_ms = 200;  // of an answer that is not as long as it may be

    FeedReader() = default;
    explicit FeedReader(Checkpoint checkpoint) : at_(checkpoint), known_last_(checkpoint.offset) {}

    // `is_reply`: it came to our own replies, not on the feed.
    [[nodiscard]] Verdict see(const v1::Block& block, bool is_reply = false);
    [[nodiscard]] Verdict see(const v1::Head& head);

    // What to ask for now, if anything. `now_ms` is steady time.
    [[nodiscard]] std::optional<v1::Request> due(std::int64_t now_ms);

    [[nodiscard]] const Checkpoint& checkpoint() const { return at_; }
    // Whether the feed is known to go on after the checkpoint, or to end before it, or nothing of it was heard since the start.
    [[nodiscard]] bool behind() const { return !heard_ || unsure_ || doubted_ || at_.offset < known_last_; }

    // How many entries it is known to go on.
    [[nodiscard]] std::uint64_t lag() const { return heard_ && known_last_ > at_.offset ? known_last_ - at_.offset : 0; }

private:
    [[nodiscard]] bool other_history(std::uint64_t epoch);
    Verdict see_end(const v1::Block& block, bool is_reply);
    Verdict start_again(std::uint64_t epoch, std::uint64_t last);
    void settle();

    Checkpoint at_;
    std::uint64_t known_last_ = 0;
    bool heard_ = false;
    bool unsure_ = false;                 // a head ended before the checkpoint: it may be an old one
    bool doubted_ = false;                // an answer ended before the checkpoint
    std::int64_t ask_at_ms_ = INT64_MIN;  // not before
    std::int64_t wait_ms_ = first_wait_ms;
    std::size_t answered_ = 0;  // bytes, of what was asked for last
    bool is_answered_ = false;  // a part of it came
};

}  // namespace chieng
