// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/refold.hpp"

#include "services/runtime/core/topics.hpp"

#include <algorithm>
#include <utility>

namespace chieng {

Refold::Refold(const Definitions& definitions, const Places& places, const std::string& place, const std::vector<Source>& sources,
               std::string client)
    : client_(std::move(client)), board_(definitions, places, place) {
    for (const auto& source : sources) {
        feeds_.push_back({source, FeedReader(), 0, 0, 0, {}});
    }
}

void Refold::subscribe(Actions& actions) const {
    for (const auto& feed : feeds_) {
        actions.emplace_back(Subscribe{topics::feed_head(feed.source.place, feed.source.feed)});
        actions.emplace_back(Subscribe{topics::feed_replies(feed.source.place, feed.source.feed, client_)});
    }
}

void Refold::ask(std::chrono::milliseconds now, Actions& actions) {
    for (auto& feed : feeds_) {
        const auto request = feed.is_behind() ? feed.reader.due(now.count()) : std::nullopt;
        if (request) {
            const auto topic = topics::feed_requests(feed.source.place, feed.source.feed, client_);
            actions.emplace_back(Publish{{topic, request->SerializeAsString(), false}});
        }
    }
}

bool Refold::take(const Message& message) {
    const auto levels = topics::levels(message.topic);
    bool came_on = false;
    for (auto& feed : feeds_) {
        if (levels.size() < 5 || feed.source.place != levels[2] || feed.source.feed != levels[4]) {
            continue;
        }
        v1::Head head;
        v1::Block block;
        if (message.topic.ends_with("/head")) {
            if (head.ParseFromString(message.payload) && feed.reader.see(head) == FeedReader::Verdict::reset) {
                begin_again(feed);
            }
        } else if (block.ParseFromString(message.payload)) {
            auto verdict = feed.reader.see(block, true);
            if (verdict == FeedReader::Verdict::reset) {
                begin_again(feed);
                verdict = feed.reader.see(block, true);
            }
            if (verdict == FeedReader::Verdict::fold) {
                fold(feed, block);
                came_on = true;
            }
        }
    }
    return came_on;
}

void Refold::begin_again(Feed& feed) {
    board_.forget(feed.source.name());
    feed.folded = 0;
    feed.beyond.clear();
}

void Refold::stand(const v1::Report::Position& position) {
    for (auto& feed : feeds_) {
        if (feed.source.name() != position.feed()) {
            continue;
        }
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

void Refold::fold(Feed& feed, const v1::Block& block) {
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

// Up to the offset and no further: of entries each is told by its own number.
void Refold::fold_entries(Feed& feed) {
    google::protobuf::RepeatedPtrField<v1::Entry> entries;
    while (!feed.beyond.empty() && feed.is_behind()) {
        *entries.Add() = std::move(feed.beyond.front());
        feed.beyond.pop_front();
        ++feed.folded;
    }
    entries_ += static_cast<std::uint64_t>(entries.size());
    board_.apply(feed.source.name(), entries);
}

bool Refold::is_behind() const {
    return std::any_of(feeds_.begin(), feeds_.end(), [](const Feed& feed) { return feed.is_behind(); });
}

std::string Refold::behind() const {
    std::string text;
    for (const auto& feed : feeds_) {
        if (feed.is_behind()) {
            text += (text.empty() ? "" : ", ") + feed.source.name() + " (" + std::to_string(feed.folded) + " of " +
                    std::to_string(feed.until) + ")";
        }
    }
    return text;
}

}  // namespace chieng
