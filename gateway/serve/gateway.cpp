// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/gateway.hpp"

#include "chieng/store/v1/board.pb.h"
#include "services/runtime/core/feed_head.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>

namespace chieng {
namespace {

using std::chrono::milliseconds;

constexpr int board_version = 2;  // of how events are folded; another number folds everything again
constexpr std::uint64_t offsets_reserved = 100'000;
constexpr std::uint64_t entries_per_unit = 50'000;
constexpr milliseconds save_every{10'000};
constexpr milliseconds listen_first{500};       // for the heads of the feeds, before anything is published
constexpr milliseconds read_longest{60'000};    // before it is published although a feed could not be read to its end
constexpr std::int64_t cells_per_ms = 20;       // the more cells a batch changed, the longer the next one is collected
constexpr std::int64_t indicators_per_ms = 2;   // retained topics follow the board at this pace; the feed is for who is in a hurry
constexpr std::int64_t indicators_burst = 200;  // at once

std::string calendar_name(v1::Calendar calendar) {
    return calendar == v1::OFFICIAL ? "official" : "calendar";
}

std::string cell_key(std::string_view feed, const v1::Cell& cell) {
    std::string key("b/");
    key.append(feed).append("|").append(cell.area()).append("|").append(std::to_string(cell.calendar()));
    return key.append("|")
        .append(cell.period())
        .append("|")
        .append(cell.indicator())
        .append("|")
        .append(cell.cut())
        .append("|")
        .append(cell.cut_value());
}

std::string checkpoint_key(const Source& source) {
    return "s/" + source.name();
}

}  // namespace

Gateway::Gateway(const Definitions& definitions, const Places& places, std::string place, std::vector<Source> sources, Store& store,
                 std::uint64_t epoch)
    : definitions_(definitions), place_(std::move(place)), store_(store), board_(definitions, places, place_) {
    for (auto& source : sources) {
        follows_.push_back({std::move(source), FeedReader()});
    }
    const auto made_by = std::to_string(board_version) + "/" + std::to_string(definitions.digest()) + "/" + std::to_string(places.digest());
    if (store_.get("g/made-by") != made_by) {  // other definitions or places: what was kept says something else
        std::vector<std::string> keys;
        store_.scan("", [&](std::string_view key, std::string_view) {
            keys.emplace_back(key);
            return true;
        });
        for (const auto& key : keys) {
            store_.erase(key);
        }
        store_.put("g/made-by", made_by);
        store_.put("g/epoch", std::to_string(epoch));
        store_.put("g/reserved", "0");
        store_.commit();
    }
    recover(epoch);
}

void Gateway::recover(std::uint64_t epoch) {
    epoch_ = std::stoull(store_.get("g/epoch").value_or(std::to_string(epoch)));
    reserved_ = std::stoull(store_.get("g/reserved").value_or("0"));
    offset_ = reserved_;
    for (auto& follow : follows_) {
        store::v1::Checkpoint at;
        if (const auto bytes = store_.get(checkpoint_key(follow.source)); bytes && at.ParseFromString(*bytes)) {
            follow.reader = FeedReader({at.epoch(), at.offset(), at.chain()});
        }
    }
    std::vector<std::string> left;  // feeds that are not followed any more
    store_.scan("b/", [&](std::string_view key, std::string_view bytes) {
        store::v1::BoardCell kept;
        if (!kept.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            throw Broken("the board's record " + std::string(key) + " cannot be read; remove the gateway's file, it is made again");
        }
        Board::KeyCounts counts;
        for (int i = 0; i < std::min(kept.keys_size(), kept.counts_size()); ++i) {
            counts.emplace_back(kept.keys(i), kept.counts(i));
        }
        board_.restore(kept.feed(), kept.cell(), counts, kept.stamp());
        const bool followed =
            std::any_of(follows_.begin(), follows_.end(), [&](const Follow& follow) { return follow.source.name() == kept.feed(); });
        if (!followed && (left.empty() || left.back() != kept.feed())) {
            left.push_back(kept.feed());
        }
        return true;
    });
    for (const auto& feed : left) {
        board_.forget(feed);
    }
}

Actions Gateway::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            start(actions, now);
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            take(arrived->message, actions, now);
        }
    }
    settle(now);
    if (link_is_up_ && caught_up_) {
        publish_cells(now, actions);
        publish_indicators(now, actions);
    }
    for (auto& follow : follows_) {
        if (const auto request = link_is_up_ ? follow.reader.due(now.steady.count()) : std::nullopt) {
            const auto topic = topics::feed(follow.source.place, follow.source.feed) + "/requests/" + subscriber();
            actions.emplace_back(Publish{{topic, request->SerializeAsString(), false}});
        }
    }
    if (folded_ >= entries_per_unit || (folded_ > 0 && now.steady - saved_at_ >= save_every)) {
        save();
        saved_at_ = now.steady;
    }
    return actions;
}

void Gateway::start(Actions& actions, Instant now) {
    for (const auto& follow : follows_) {
        const auto topic = topics::feed(follow.source.place, follow.source.feed);
        actions.emplace_back(Subscribe{topic});
        actions.emplace_back(Subscribe{topic + "/head"});
        actions.emplace_back(Subscribe{topic + "/replies/" + subscriber()});
    }
    actions.emplace_back(Subscribe{feed_topic("/requests/+")});
    actions.emplace_back(Subscribe{feed_topic("/head")});
    actions.emplace_back(head());
    head_sent_ = offset_;
    touched_.clear();  // a broker that lost its memory has lost the retained topics
    board_.all_indicators(touched_);
    note_stale();
    if (reading_since_ < milliseconds(0)) {
        reading_since_ = now.steady;
    }
}

void Gateway::take(const Message& message, Actions& actions, Instant now) {
    const auto levels = topics::levels(message.topic);
    if (levels.size() < 5) {
        return;
    }
    if (levels[2] == place_ && levels[4] == "cells") {
        return levels.size() == 7 ? answer(message, levels[6], actions) : hear_own_head(message, actions);
    }
    for (auto& follow : follows_) {
        if (follow.source.place == levels[2] && follow.source.feed == levels[4]) {
            return fold(follow, message, now);
        }
    }
}

void Gateway::forget(const Follow& follow, Instant now) {
    board_.forget(follow.source.name());
    caught_up_ = false;
    reading_since_ = now.steady;
}

void Gateway::fold(Follow& follow, const Message& message, Instant now) {
    if (message.topic.ends_with("/head")) {
        v1::Head head;
        if (head.ParseFromString(message.payload) && follow.reader.see(head) == FeedReader::Verdict::reset) {
            forget(follow, now);
        }
        return;
    }
    v1::Block block;
    if (!block.ParseFromString(message.payload)) {
        return;  // a damaged block is a gap: it is asked for again
    }
    const bool is_reply = message.topic.find("/replies/") != std::string::npos;
    auto verdict = follow.reader.see(block, is_reply);
    if (verdict == FeedReader::Verdict::reset) {
        forget(follow, now);
        verdict = follow.reader.see(block, is_reply);
    }
    if (verdict != FeedReader::Verdict::fold) {
        return;
    }
    for (const auto& entry : block.entries()) {
        board_.apply(follow.source.name(), entry);
    }
    for (const auto& cell : block.cells()) {
        board_.set(follow.source.name(), cell);
    }
    folded_ += block.last() - block.first() + 1;
}

void Gateway::hear_own_head(const Message& message, Actions& actions) {
    if (const auto epoch = epoch_after_restore(message, epoch_, offset_)) {
        epoch_ = *epoch;
        store_.put("g/epoch", std::to_string(epoch_));
        store_.commit();
        actions.emplace_back(head());
    }
}

void Gateway::settle(Instant now) {
    if (caught_up_ || reading_since_ < milliseconds(0)) {
        return;
    }
    const auto passed = now.steady - reading_since_;
    const bool missing = std::any_of(follows_.begin(), follows_.end(), [](const Follow& follow) { return follow.reader.lag() > 0; });
    caught_up_ = passed >= read_longest || (passed >= listen_first && !missing);
}

void Gateway::publish_cells(Instant now, Actions& actions) {
    if (now.steady < cells_due_) {
        return;
    }
    const auto before = offset_;
    const auto changed = board_.take_changed(offset_);
    if (!changed.empty()) {
        reserve(changed.size());
        cells_due_ = now.steady + milliseconds(static_cast<std::int64_t>(changed.size()) / cells_per_ms);
    }
    v1::Block block;
    std::size_t bytes = 0;
    auto offset = before;
    const auto flush = [&] {
        block.set_epoch(epoch_);
        block.set_last(offset);
        actions.emplace_back(Publish{{feed_topic(), block.SerializeAsString(), false}});
        block.Clear();
        bytes = 0;
    };
    for (const auto id : changed) {
        ++offset;
        if (block.cells().empty()) {
            block.set_first(offset);
        }
        auto& cell = *block.add_cells() = board_.cell(id);
        bytes += cell.ByteSizeLong();
        if (bytes > limits::block_bytes_max) {
            flush();
        }
        touched_.clear();
        board_.touched(id, touched_);
        note_stale();
    }
    if (!block.cells().empty()) {
        flush();
    }
    if (head_sent_ + offsets_reserved / 100 < offset_ || (changed.empty() && head_sent_ != offset_)) {
        head_sent_ = offset_;
        actions.emplace_back(head());
    }
}

void Gateway::note_stale() {
    for (const auto indicator : touched_) {
        if (stale_.insert(indicator).second) {
            (board_.is_own(indicator) ? own_due_ : due_).push_back(indicator);
        }
    }
}

void Gateway::publish_indicators(Instant now, Actions& actions) {
    const auto allowed = std::min((now.steady - indicators_at_).count() * indicators_per_ms, indicators_burst);
    for (std::int64_t n = 0; n < allowed && !stale_.empty(); ++n) {
        auto& queue = own_due_.empty() ? due_ : own_due_;
        const auto id = queue.front();
        queue.pop_front();
        stale_.erase(id);
        auto value = board_.value(id);
        value.set_as_of(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
        const auto topic = topics::indicator(value.area(), calendar_name(value.calendar()), value.period(), value.indicator());
        actions.emplace_back(Publish{{topic, to_json(value), true}});
    }
    if (allowed > 0) {
        indicators_at_ = now.steady;
    }
}

void Gateway::answer(const Message& message, std::string_view subscriber, Actions& actions) const {
    v1::Request request;
    if (!request.ParseFromString(message.payload)) {
        return;
    }
    const auto topic = feed_topic("/replies/" + std::string(subscriber));
    const auto budget =
        request.max_bytes() == 0 ? limits::reply_bytes_max : std::min<std::size_t>(request.max_bytes(), limits::reply_bytes_max);
    v1::Block block;
    block.set_epoch(epoch_);
    block.set_first(request.after() + 1);
    std::size_t bytes = 0;
    std::size_t sent = 0;
    const auto found = board_.stamped_after(request.after(), limits::reply_cells_max);
    for (const auto& [stamp, id] : found) {
        auto& cell = *block.add_cells() = board_.cell(id);
        bytes += cell.ByteSizeLong();
        if (bytes > limits::block_bytes_max || sent + bytes >= budget) {
            block.set_last(stamp);
            actions.emplace_back(Publish{{topic, block.SerializeAsString(), false}});
            block.clear_cells();
            block.set_first(stamp + 1);
            sent += bytes;
            bytes = 0;
            if (sent >= budget) {
                return;
            }
        }
    }
    block.set_last(found.size() < limits::reply_cells_max ? offset_ : found.back().first);
    actions.emplace_back(Publish{{topic, block.SerializeAsString(), false}});
}

void Gateway::reserve(std::uint64_t offsets) {
    if (offset_ <= reserved_) {
        return;
    }
    reserved_ = offset_ + std::max(offsets, offsets_reserved);
    store_.put("g/reserved", std::to_string(reserved_));
    store_.commit();
}

// The checkpoints and what was folded up to them, as one.
void Gateway::save() {
    board_.take_unsaved([&](std::string_view feed, const v1::Cell& cell, const Board::KeyCounts& keys, std::uint64_t stamp) {
        store::v1::BoardCell kept;
        kept.set_feed(std::string(feed));
        *kept.mutable_cell() = cell;
        for (const auto& [key, count] : keys) {
            kept.add_keys(key);
            kept.add_counts(count);
        }
        kept.set_stamp(stamp);
        store_.put(cell_key(feed, cell), kept.SerializeAsString());
    });
    for (const auto& follow : follows_) {
        const auto& at = follow.reader.checkpoint();
        store::v1::Checkpoint kept;
        kept.set_epoch(at.epoch);
        kept.set_offset(at.offset);
        kept.set_chain(at.chain);
        store_.put(checkpoint_key(follow.source), kept.SerializeAsString());
    }
    store_.commit();
    folded_ = 0;
}

void Gateway::close() {
    save();
    store_.put("g/reserved", std::to_string(offset_));
    store_.commit();
    reserved_ = offset_;
}

std::string Gateway::feed_topic(std::string_view rest) const {
    return topics::feed(place_, "cells").append(rest);
}

Publish Gateway::head() const {
    return feed_head(feed_topic("/head"), epoch_, offset_);
}

}  // namespace chieng
