// SPDX-License-Identifier: Apache-2.0
// The engine's feed: its head, who asks for blocks, and who else says a head of the same feed.
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/feed_head.hpp"
#include "services/runtime/core/journal.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>

namespace chieng {
namespace {

constexpr std::string_view histories_key = "m/histories";
constexpr std::chrono::milliseconds after_others_head{5'000};  // who says another one too does not answer at once

}  // namespace

void Engine::answer_request(const Message& message, std::string_view subscriber) {
    v1::Request request;
    if (!request.ParseFromString(message.payload)) {
        return;
    }
    close_block();
    const auto topic = topics::feed_replies(commune_, service_.name, subscriber);
    const auto formerly = tells_as_before(request.epoch(), request.after()) ? request.epoch() : 0;
    if (request.after() >= last_offset_) {
        JournalBlock end;  // nothing follows: say where the feed ends
        end.first = last_offset_ + 1;
        end.last = last_offset_;
        end.before = chain_;
        end.after = chain_;
        actions_.emplace_back(Publish{{topic, block_header(end, formerly), false}});
        return;
    }
    const auto budget =
        request.max_bytes() == 0 ? limits::reply_bytes_max : std::min<std::size_t>(request.max_bytes(), limits::reply_bytes_max);
    try {
        JournalWalk walk(store_, request.after());
        for (std::size_t sent = 0; sent < budget;) {
            const auto block = walk.next();
            if (!block) {
                break;
            }
            actions_.emplace_back(Publish{{topic, block_header(*block, formerly).append(block->bytes), false}});
            sent += block->bytes.size();
        }
    } catch (const Damaged& why) {
        damage_ = why.what();  // whoever follows gets what is before it, and asks again
    }
}

// What is written from now on is another history. The one that ends told the same events up to that offset, those before it at most.
void Engine::begin_history(std::uint64_t epoch, std::uint64_t same_until) {
    store::v1::Histories histories;
    const auto kept = store_.get(histories_key);
    if (kept && !histories.ParseFromString(*kept)) {
        throw Broken("the journal's list of its former histories cannot be read; restore the file from a backup");
    }
    auto& all = *histories.mutable_history();
    for (auto& history : all) {
        history.set_last(std::min(history.last(), same_until));
    }
    auto& ended = *all.Add();
    ended.set_epoch(epoch_);
    ended.set_last(same_until);
    if (all.size() > limits::histories_max) {
        all.DeleteSubrange(0, all.size() - limits::histories_max);
    }
    store_.put(histories_key, histories.SerializeAsString());
    epoch_ = epoch;
    store_.put("m/epoch", std::to_string(epoch_));
}

bool Engine::tells_as_before(std::uint64_t epoch, std::uint64_t offset) {
    if (epoch == epoch_) {
        return offset <= last_offset_;
    }
    store::v1::Histories histories;
    return epoch != 0 && histories.ParseFromString(store_.get(histories_key).value_or("")) &&
           std::any_of(histories.history().begin(), histories.history().end(),
                       [&](const auto& history) { return history.epoch() == epoch && offset <= history.last(); });
}

// Whether this journal has told its feed under that epoch, now or before.
bool Engine::is_own(std::uint64_t epoch) {
    return epoch == epoch_ || own_epochs_.contains(epoch) || tells_as_before(epoch, 0);
}

std::string Engine::block_header(const JournalBlock& block, std::uint64_t formerly) const {
    v1::Block header;
    header.set_epoch(epoch_);
    header.set_first(block.first);
    header.set_last(block.last);
    header.set_before(block.before);
    header.set_after(block.after);
    header.set_formerly(formerly);
    return header.SerializeAsString();
}

Publish Engine::head() {
    own_epochs_.insert(epoch_);
    return feed_head(topics::feed_head(commune_, service_.name), epoch_, last_offset_);
}

void Engine::hear_own_head(const Message& message, Instant now) {
    if (const auto seen = last_of_kept_head(message); seen > last_offset_) {
        shortened_ = {last_offset_, seen};
    }
    v1::Head head;
    auto epoch = epoch_after_restore(message, epoch_, last_offset_);
    if (message.retained && head.ParseFromString(message.payload) && head.last() > 0 && !is_own(head.epoch())) {
        epoch = epoch_after(head.epoch(), head.last());  // the backup is of before an erasure, or of another folder
    }
    if (epoch) {
        begin_history(*epoch, recovered_offset_);  // what came since the start is not what the lost ones were
        head_due_ = true;
    }
    if (message.retained || !head.ParseFromString(message.payload) || head.epoch() == 0) {
        return;
    }
    // Whoever follows the feed has forgotten ours with it, and reads it again when this one is said again: seldomer each time, as two
    // that run for long would have all read again each time.
    if (!own_epochs_.contains(head.epoch()) || (head.epoch() == epoch_ && head.last() > last_offset_)) {
        if (now.steady >= others_forgotten_at_) {
            others_wait_ = after_others_head;
        }
        ++others_heads_;
        head_again_at_ = std::min(head_again_at_, now.steady + others_wait_);
        others_wait_ = std::min(others_wait_ * 2, head_again_every);
        others_forgotten_at_ = now.steady + 2 * head_again_every;
    }
}

}  // namespace chieng
