// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/rebuild.hpp"

#include "gateway/serve/reports.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>
#include <utility>

namespace chieng {

Rebuild::Rebuild(const Definitions& definitions, const Places& places, std::string place, const std::vector<Source>& sources,
                 std::string client)
    : place_(std::move(place)),
      client_(std::move(client)),
      definitions_(definitions.digest()),
      places_(places.digest()),
      refold_(definitions, places, place_, sources, client_) {}

Actions Rebuild::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            ++heard_;
            actions.emplace_back(Subscribe{topics::replies(place_, "board", client_)});
            refold_.subscribe(actions);
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
        refold_.ask(now.steady, actions);
    }
    return actions;
}

void Rebuild::take(const Message& message) {
    if (message.topic == topics::replies(place_, "board", client_)) {
        return take_digest(message);
    }
    heard_ += refold_.take(message) ? 1U : 0U;
}

void Rebuild::take_digest(const Message& message) {
    v1::BoardDigest digest;
    if (live_ || !digest.ParseFromString(message.payload)) {
        return;
    }
    const bool other_definitions = digest.indicators() != 0 && digest.indicators() != definitions_;
    if (other_definitions || (digest.places() != 0 && digest.places() != places_)) {
        Result result;
        result.error = "the gateway of " + place_ + " folds by other " + (other_definitions ? "definitions" : "places") +
                       " than are given here; say the same with " + (other_definitions ? "--indicators" : "--places") + " FILE";
        result_ = std::move(result);
        return;
    }
    for (const auto& position : digest.positions()) {
        refold_.stand(position);
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
        result.error =
            "no answer from the feeds " + refold_.behind() + "; what they hold cannot be read until whoever writes them runs and is linked";
    }
    result_ = std::move(result);
}

// Nothing of a feed of cells has come that the live board had not read, and it has read nothing since it was compared.
bool Rebuild::is_at_one_moment() const {
    const auto& feeds = refold_.feeds();
    const bool any_cells = std::any_of(feeds.begin(), feeds.end(), [](const Refold::Feed& feed) { return feed.is_of_cells(); });
    return !any_cells || (compared_ && compared_->SerializeAsString() == live_->SerializeAsString() &&
                          std::all_of(feeds.begin(), feeds.end(), [](const Refold::Feed& feed) { return feed.folded == feed.until; }));
}

void Rebuild::finish_when_whole(Instant now) {
    if (!live_ || result_ || refold_.is_behind()) {
        return;
    }
    Result result;
    result.entries = refold_.entries();
    for (const auto& feed : refold_.feeds()) {
        if (feed.until > 0 && feed.reader.checkpoint().epoch != feed.epoch) {
            result.error = "the feed " + feed.source.name() + " began another history meanwhile; run it again";
        }
    }
    refold_.board().settle();
    const auto lines = refold_.board().serialize();
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
        for (const auto& feed : refold_.feeds()) {
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
