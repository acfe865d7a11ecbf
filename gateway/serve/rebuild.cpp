// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/rebuild.hpp"

#include "gateway/serve/reports.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>
#include <utility>

namespace chieng {

Rebuild::Rebuild(const Definitions& definitions, const Places& places, std::string place, const std::vector<Source>& sources,
                 std::string client)
    : place_(std::move(place)), client_(std::move(client)), board_(definitions, places, place_) {
    for (const auto& source : sources) {
        feeds_.push_back({source, FeedReader(), 0, 0, 0, {}});
    }
}

Actions Rebuild::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            ++heard_;
            actions.emplace_back(Subscribe{topics::replies(place_, "board", client_)});
            for (const auto& feed : feeds_) {
                actions.emplace_back(Subscribe{topics::feed_head(feed.source.place, feed.source.feed)});
                actions.emplace_back(Subscribe{topics::feed_replies(feed.source.place, feed.source.feed, client_)});
            }
            ask_ = !live_;
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            take(arrived->message);
        }
    }
    finish_when_whole(now);
    give_up_when_silent(now);
    if (link_is_up_ && ask_ && now.steady >= ask_at_) {
        ask_ = false;
        actions.emplace_back(Publish{{topics::requests(place_, "board", client_), "", false}});
    }
    if (link_is_up_ && live_ && !result_) {
        for (auto& feed : feeds_) {
            const auto request = feed.folded < feed.until ? feed.reader.due(now.steady.count()) : std::nullopt;
            if (request) {
                const auto topic = topics::feed_requests(feed.source.place, feed.source.feed, client_);
                actions.emplace_back(Publish{{topic, request->SerializeAsString(), false}});
            }
        }
    }
    return actions;
}

void Rebuild::take(const Message& message) {
    if (message.topic == topics::replies(place_, "board", client_)) {
        return take_digest(message);
    }
    const auto levels = topics::levels(message.topic);
    for (auto& feed : feeds_) {
        if (levels.size() < 5 || feed.source.place != levels[2] || feed.source.feed != levels[4]) {
            continue;
        }
        v1::Head head;
        v1::Block block;
        if (message.topic.ends_with("/head")) {
            if (head.ParseFromString(message.payload)) {
                static_cast<void>(feed.reader.see(head));
            }
        } else if (block.ParseFromString(message.payload)) {
            auto verdict = feed.reader.see(block, true);
            if (verdict == FeedReader::Verdict::reset) {
                board_.forget(feed.source.name());
                feed.folded = 0;
                feed.beyond.clear();
                verdict = feed.reader.see(block, true);
            }
            if (verdict == FeedReader::Verdict::fold) {
                fold(feed, block);
            }
        }
    }
}

void Rebuild::take_digest(const Message& message) {
    v1::BoardDigest digest;
    if (live_ || !digest.ParseFromString(message.payload)) {
        return;
    }
    for (const auto& position : digest.positions()) {
        for (auto& feed : feeds_) {
            if (feed.source.name() == position.feed()) {
                feed.epoch = position.epoch();
                feed.until = position.offset();
                if (feed.epoch == feed.reader.checkpoint().epoch) {
                    v1::Head head;
                    head.set_epoch(feed.epoch);
                    head.set_last(feed.until);
                    static_cast<void>(feed.reader.see(head));
                }
                fold_entries(feed);
            }
        }
    }
    live_ = std::move(digest);
    ++heard_;
}

void Rebuild::give_up_when_silent(Instant now) {
    if (std::exchange(heard_before_, heard_) != heard_ || !link_is_up_) {
        heard_at_ = now.steady;
    }
    if (result_ || now.steady - heard_at_ < patience) {
        return;
    }
    Result result;
    result.error = "no answer from the gateway of " + place_ + "; is it running?";
    if (live_) {
        std::string silent;
        for (const auto& feed : feeds_) {
            if (feed.folded < feed.until) {
                silent += (silent.empty() ? "" : ", ") + feed.source.name() + " (" + std::to_string(feed.folded) + " of " +
                          std::to_string(feed.until) + ")";
            }
        }
        result.error =
            "no answer from the feeds " + silent + "; what they hold cannot be read until whoever writes them runs and is linked";
    }
    result_ = std::move(result);
}

void Rebuild::fold(Feed& feed, const v1::Block& block) {
    ++heard_;
    if (block.entries().empty()) {
        for (const auto& cell : block.cells()) {
            board_.set(feed.source.name(), cell);
        }
        entries_ += static_cast<std::uint64_t>(block.cells_size());
        feed.folded = block.last();
        return;
    }
    for (const auto& entry : block.entries()) {
        feed.beyond.push_back(entry);
    }
    fold_entries(feed);
}

// Up to where the live board was, and no further: of entries each is told by its own number.
void Rebuild::fold_entries(Feed& feed) {
    google::protobuf::RepeatedPtrField<v1::Entry> entries;
    while (!feed.beyond.empty() && feed.folded < feed.until) {
        *entries.Add() = std::move(feed.beyond.front());
        feed.beyond.pop_front();
        ++feed.folded;
    }
    entries_ += static_cast<std::uint64_t>(entries.size());
    board_.apply(feed.source.name(), entries);
}

// Nothing of a feed of cells has come that the live board had not read, and it has read nothing since it was compared.
bool Rebuild::is_at_one_moment() const {
    const bool any_cells = std::any_of(feeds_.begin(), feeds_.end(), [](const Feed& feed) { return feed.source.feed == "cells"; });
    return !any_cells || (compared_ && compared_->SerializeAsString() == live_->SerializeAsString() &&
                          std::all_of(feeds_.begin(), feeds_.end(), [](const Feed& feed) { return feed.folded == feed.until; }));
}

void Rebuild::finish_when_whole(Instant now) {
    const auto is_behind = [](const Feed& feed) { return feed.folded < feed.until; };
    if (!live_ || result_ || std::any_of(feeds_.begin(), feeds_.end(), is_behind)) {
        return;
    }
    Result result;
    result.entries = entries_;
    for (const auto& feed : feeds_) {
        if (feed.until > 0 && feed.reader.checkpoint().epoch != feed.epoch) {
            result.error = "the feed " + feed.source.name() + " began another history meanwhile; run it again";
        }
    }
    board_.settle();
    const auto lines = board_.serialize();
    v1::BoardDigest mine;
    put_buckets(lines, mine);
    result.lines = mine.lines();
    result.same = result.error.empty() && mine.lines() == live_->lines() &&
                  std::equal(mine.buckets().begin(), mine.buckets().end(), live_->buckets().begin(), live_->buckets().end());
    if (!result.same && result.error.empty() && !is_at_one_moment()) {
        compared_at_ = compared_at_.value_or(now.steady);
        if (now.steady - *compared_at_ < quiet_patience) {
            ask_at_ = compared_ ? now.steady + pause : now.steady;
            compared_ = std::exchange(live_, std::nullopt);
            ask_ = true;
            return;
        }
        result.error = "no moment was found in which both were as far; run it again when less comes in";
        for (const auto& feed : feeds_) {
            if (feed.folded > feed.until) {
                result.error += "; of " + feed.source.name() + " the gateway has read " + std::to_string(feed.until) + " of " +
                                std::to_string(feed.folded);
            }
        }
        result_ = std::move(result);
        return;
    }
    for (std::size_t at = 0; at < lines.size() && !result.same; at = lines.find('\n', at) + 1) {
        const auto line = lines.substr(at, lines.find('\n', at) - at + 1);
        v1::BoardDigest one;
        put_buckets(line, one);
        for (int bucket = 0; bucket < one.buckets_size(); ++bucket) {
            if (one.buckets(bucket) != 0 && (bucket >= live_->buckets_size() || mine.buckets(bucket) != live_->buckets(bucket))) {
                result.differ.push_back(line.substr(0, line.size() - 1));
            }
        }
    }
    result_ = std::move(result);
}

}  // namespace chieng
