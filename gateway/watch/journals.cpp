// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/journals.hpp"

#include "services/runtime/core/topics.hpp"

#include <algorithm>

namespace chieng {

Journals::Journals(std::string commune, std::vector<std::string> services, std::string subscriber, Takers takers)
    : commune_(std::move(commune)), subscriber_(std::move(subscriber)), takers_(std::move(takers)) {
    for (auto& service : services) {
        feeds_.push_back({std::move(service), FeedReader()});
    }
}

Actions Journals::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            subscribe(actions);
            if (reading_since_ < std::chrono::milliseconds(0)) {
                reading_since_ = now.steady;
            }
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            take(arrived->message, now);
        }
    }
    if (!lags()) {
        std::erase_if(held_, [&](const Held& held) {
            if (now.steady - held.since < hold_status) {
                return false;
            }
            std::erase_if(handed_on_, [&](const v1::Status& status) { return status.device() == held.status.device(); });
            handed_on_.push_back(held.status);
            takers_.status(held.status);
            return true;
        });
    }
    if (link_is_up_) {
        for (auto& feed : feeds_) {
            if (const auto request = feed.reader.due(now.steady.count())) {
                const auto topic = topics::feed_requests(commune_, feed.service, subscriber_);
                actions.emplace_back(Publish{{topic, request->SerializeAsString(), false}});
            }
        }
    }
    return actions;
}

void Journals::subscribe(Actions& actions) const {
    for (const auto& feed : feeds_) {
        actions.emplace_back(Subscribe{topics::feed(commune_, feed.service)});
        actions.emplace_back(Subscribe{topics::feed_head(commune_, feed.service)});
        actions.emplace_back(Subscribe{topics::feed_replies(commune_, feed.service, subscriber_)});
    }
    actions.emplace_back(Subscribe{topics::status(commune_, "+")});
}

void Journals::take(const Message& message, Instant now) {
    const auto levels = topics::levels(message.topic);
    if (levels.size() == 5 && levels[3] == "status") {
        v1::Status status;
        if (status.ParseFromString(message.payload) && status.device() == levels[4] && status.commune() == commune_) {
            held_.push_back({std::move(status), now.steady});
        }
        return;
    }
    if (levels.size() == 7 && levels[5] == "replies" && levels[6] != subscriber_) {
        return;  // another reader's, of the same process
    }
    for (auto& feed : feeds_) {
        if (levels.size() >= 5 && levels[3] == "feeds" && levels[4] == feed.service) {
            return fold(feed, message, now);
        }
    }
}

void Journals::fold(Feed& feed, const Message& message, Instant now) {
    if (message.topic.ends_with("/head")) {
        v1::Head head;
        if (head.ParseFromString(message.payload) && feed.reader.see(head) == FeedReader::Verdict::reset) {
            start_again(now);
        }
        return;
    }
    v1::Block block;
    if (!block.ParseFromString(message.payload)) {
        return;  // a damaged block is a gap: it is asked for again
    }
    switch (feed.reader.see(block, message.topic.find("/replies/") != std::string::npos)) {
        case FeedReader::Verdict::fold:
            for (const auto& entry : block.entries()) {
                takers_.entry(feed.service, entry);
            }
            break;
        case FeedReader::Verdict::reset: start_again(now); break;
        case FeedReader::Verdict::skip:
        case FeedReader::Verdict::gap: break;
    }
}

void Journals::start_again(Instant now) {
    reading_since_ = now.steady;  // what was read is void: nobody is told of half of it
    for (auto& feed : feeds_) {
        feed.reader = FeedReader();
    }
    takers_.forget();
    for (const auto& status : handed_on_) {
        takers_.status(status);
    }
}

bool Journals::lags() const {
    return std::any_of(feeds_.begin(), feeds_.end(), [](const Feed& feed) { return feed.reader.lag() > 0; });
}

bool Journals::caught_up(Instant now) const {
    return held_.empty() && read_to_end(now, hold_status);
}

bool Journals::read_once(Instant now) const {
    const bool was_heard =
        std::all_of(held_.begin(), held_.end(), [&](const Held& held) { return held.since > reading_since_ + hold_status; });
    return was_heard && read_to_end(now, 2 * hold_status);
}

bool Journals::read_to_end(Instant now, std::chrono::milliseconds at_least) const {
    if (reading_since_ < std::chrono::milliseconds(0) || lags()) {
        return false;
    }
    const auto passed = now.steady - reading_since_;
    const bool all_heard = std::none_of(feeds_.begin(), feeds_.end(), [](const Feed& feed) { return feed.reader.behind(); });
    return passed >= answer_within || (passed >= at_least && all_heard);
}

std::uint64_t Journals::epoch(std::string_view service) const {
    const auto found = std::find_if(feeds_.begin(), feeds_.end(), [&](const Feed& feed) { return feed.service == service; });
    return found == feeds_.end() ? 0 : found->reader.checkpoint().epoch;
}

std::vector<std::string> Journals::silent() const {
    std::vector<std::string> names;
    for (const auto& feed : feeds_) {
        if (feed.reader.behind()) {
            names.push_back(feed.service);
        }
    }
    return names;
}

}  // namespace chieng
