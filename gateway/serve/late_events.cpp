// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/late_events.hpp"

#include "services/runtime/core/topics.hpp"

#include <algorithm>
#include <utility>

namespace chieng {

bool is_own_journal(const v1::Report& report, const std::string& feed) {
    return feed.starts_with(report.area() + "/") && !feed.ends_with("/cells");
}

LateEvents::LateEvents(const v1::Report& report, std::string client) : client_(std::move(client)), from_(report.from()), to_(report.to()) {
    for (const auto& position : report.positions()) {
        if (!is_own_journal(report, position.feed())) {
            continue;
        }
        const auto slash = position.feed().find('/');
        const FeedReader::Checkpoint then{position.epoch(), position.offset(), position.chain()};
        feeds_.push_back({{position.feed().substr(0, slash), position.feed().substr(slash + 1)}, then, FeedReader(then), {}, false, false});
    }
}

Actions LateEvents::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            up_ = true;
            for (const auto& feed : feeds_) {
                actions.emplace_back(Subscribe{topics::feed_head(feed.source.place, feed.source.feed)});
                actions.emplace_back(Subscribe{topics::feed_replies(feed.source.place, feed.source.feed, client_)});
            }
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            take(arrived->message);
        }
    }
    for (auto& feed : feeds_) {
        auto request = up_ && !feed.begun_again ? feed.reader.due(now.steady.count()) : std::nullopt;
        if (request) {
            request->set_epoch(feed.reader.checkpoint().epoch);
            const auto topic = topics::feed_requests(feed.source.place, feed.source.feed, client_);
            actions.emplace_back(Publish{{topic, request->SerializeAsString(), false}});
        }
    }
    return actions;
}

// Only a head says where a feed ends: an answer comes in several blocks.
bool LateEvents::is_whole(const Feed& feed) {
    return feed.begun_again || (feed.head.epoch() == feed.reader.checkpoint().epoch && !feed.reader.behind());
}

bool LateEvents::whole() const {
    return std::all_of(feeds_.begin(), feeds_.end(), is_whole);
}

std::vector<std::string> LateEvents::begun_again() const {
    std::vector<std::string> names;
    for (const auto& feed : feeds_) {
        if (feed.begun_again) {
            names.push_back(feed.source.name());
        }
    }
    return names;
}

void LateEvents::take(const Message& message) {
    const auto levels = topics::levels(message.topic);
    for (auto& feed : feeds_) {
        if (levels.size() < 6 || feed.source.place != levels[2] || feed.source.feed != levels[4]) {
            continue;
        }
        v1::Block block;
        if (message.topic.ends_with("/head")) {
            // Of another history the answer says whether it goes on where the report was.
            const auto epoch = feed.reader.checkpoint().epoch;
            if (feed.head.ParseFromString(message.payload) && (epoch == 0 || feed.head.epoch() == epoch)) {
                static_cast<void>(feed.reader.see(feed.head));
            }
        } else if (block.ParseFromString(message.payload)) {
            take(feed, block);
        }
    }
}

void LateEvents::take(Feed& feed, const v1::Block& block) {
    const bool is_other = feed.then.epoch != 0 && block.epoch() != feed.then.epoch;
    if (!feed.goes_on && is_other && block.formerly() == feed.then.epoch && block.first() == feed.then.offset + 1) {
        feed.reader = FeedReader({block.epoch(), feed.then.offset, block.before()});
        if (feed.head.epoch() == block.epoch()) {
            static_cast<void>(feed.reader.see(feed.head));
        }
        feed.goes_on = true;
    }
    const auto verdict = feed.reader.see(block, true);
    feed.begun_again = feed.begun_again || verdict == FeedReader::Verdict::reset;
    for (int i = 0; i < (verdict == FeedReader::Verdict::fold ? block.entries_size() : 0); ++i) {
        note(feed, block.entries(i));
    }
}

void LateEvents::note(const Feed& feed, const v1::Entry& entry) {
    v1::Event event;
    if (!event.ParseFromString(entry.event())) {
        return;
    }
    const auto in_period = [&](const v1::Event& of) { return from_ <= of.occurred_on() && of.occurred_on() <= to_; };
    v1::Event before;
    bool touches = in_period(event);
    for (const auto* other : {&entry.retracts(), &entry.restores()}) {
        touches = touches || (before.ParseFromString(other->event()) && in_period(before));
    }
    if (touches) {
        v1::Event about = event;
        if (event.body_case() == v1::Event::BODY_NOT_SET) {
            about.ParseFromString(entry.retracts().event());
        }
        events_.push_back({feed.source.feed, entry.device(), std::move(event), std::move(about)});
    }
}

}  // namespace chieng
