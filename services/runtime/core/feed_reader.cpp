// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/feed_reader.hpp"

#include "services/runtime/core/limits.hpp"

#include <algorithm>
#include <utility>

namespace chieng {

// A reader that has read nothing takes the first epoch that it hears of.
bool FeedReader::other_history(std::uint64_t epoch) {
    heard_ = true;
    if (at_.epoch == 0 && at_.offset == 0) {
        at_.epoch = epoch;
    }
    return at_.epoch != epoch;
}

FeedReader::Verdict FeedReader::start_again(std::uint64_t epoch, std::uint64_t last) {
    at_ = {epoch, 0, 0};
    unsure_ = false;
    doubted_ = false;
    known_last_ = last;
    ask_at_ms_ = INT64_MIN;
    wait_ms_ = first_wait_ms;
    is_answered_ = false;
    return Verdict::reset;
}

// Whoever has caught up asks at once when it falls behind again.
void FeedReader::settle() {
    if (!behind()) {
        ask_at_ms_ = INT64_MIN;
        wait_ms_ = first_wait_ms;
        is_answered_ = false;
    }
}

FeedReader::Verdict FeedReader::see(const v1::Block& block, bool is_reply) {
    const bool is_end =
        block.last() + 1 == block.first() || (is_reply && block.last() < block.first() && block.entries().empty() && block.cells().empty());
    if ((block.last() < block.first() && !is_end) || block.first() == 0) {
        return Verdict::skip;
    }
    if (other_history(block.epoch())) {
        return start_again(block.epoch(), block.last());
    }
    if (is_end) {
        return see_end(block, is_reply);
    }
    known_last_ = std::max(known_last_, block.last());
    const bool has_entries = !block.entries().empty();
    if (has_entries && static_cast<std::uint64_t>(block.entries_size()) != block.last() - block.first() + 1) {
        return Verdict::gap;  // cut short on its way: ask for it
    }
    if (block.last() <= at_.offset) {
        settle();
        return Verdict::skip;
    }
    const bool is_next = has_entries ? block.first() == at_.offset + 1 : block.first() <= at_.offset + 1;
    if (has_entries && is_next && block.before() != at_.chain) {
        return start_again(at_.epoch, block.last());
    }
    if (!is_next) {
        // Blocks keep their borders: an answer that begins before our offset and ends after it is of another history.
        return is_reply && block.first() <= at_.offset ? start_again(at_.epoch, block.last()) : Verdict::gap;
    }
    at_.offset = block.last();
    at_.chain = block.after();
    unsure_ = false;
    doubted_ = false;
    wait_ms_ = first_wait_ms;
    if (is_reply) {
        answered_ += block.ByteSizeLong();
        is_answered_ = true;
    }
    settle();
    return Verdict::fold;
}

// An empty block answers that nothing follows. A feed that ends otherwise than what we read was restored. One that ends
// before it may be so, or its answer is older than what came since: then we ask once more.
FeedReader::Verdict FeedReader::see_end(const v1::Block& block, bool is_reply) {
    unsure_ = unsure_ && !is_reply;
    const bool ends_before = block.last() < at_.offset;
    const bool ends_otherwise = block.last() == at_.offset && block.after() != at_.chain;
    if (is_reply && (ends_otherwise || (ends_before && doubted_))) {
        return start_again(at_.epoch, block.last());
    }
    if (is_reply && ends_before) {
        doubted_ = true;
        ask_at_ms_ = INT64_MIN;
        return Verdict::skip;
    }
    doubted_ = false;
    known_last_ = std::max(known_last_, block.last());
    settle();
    return Verdict::skip;
}

FeedReader::Verdict FeedReader::see(const v1::Head& head) {
    if (other_history(head.epoch())) {
        return start_again(head.epoch(), head.last());
    }
    known_last_ = std::max(known_last_, head.last());
    unsure_ = unsure_ || head.last() < at_.offset;
    settle();
    return at_.offset < head.last() ? Verdict::gap : Verdict::skip;
}

// An answer comes in several blocks: who asks on at the first of them is told the others twice.
std::optional<v1::Request> FeedReader::due(std::int64_t now_ms) {
    if (std::exchange(is_answered_, false)) {
        ask_at_ms_ = answered_ < limits::reply_bytes_max ? now_ms + next_block_ms : INT64_MIN;
    }
    if (!behind() || now_ms < ask_at_ms_) {
        return std::nullopt;
    }
    answered_ = 0;
    ask_at_ms_ = now_ms + wait_ms_;
    wait_ms_ = std::min(wait_ms_ * 2, longest_wait_ms);
    v1::Request request;
    request.set_after(at_.offset);
    return request;
}

}  // namespace chieng
