// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/gateway.hpp"

#include "services/runtime/core/json.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>

namespace chieng {
namespace {

constexpr std::size_t indicators_per_tick = 400;  // retained topics follow the board at this pace; the feed is for who is in a hurry

// What a cell is, without its value.
std::string key_of(const v1::Cell& cell) {
    return cell.area() + "|" + std::to_string(cell.calendar()) + "|" + cell.period() + "|" + cell.indicator() + "|" + cell.cut() + "|" +
           cell.cut_value();
}

std::string calendar_name(v1::Calendar calendar) {
    return calendar == v1::OFFICIAL ? "official" : "calendar";
}

}  // namespace

Gateway::Gateway(const Definitions& definitions, const Places& places, std::string place, std::vector<Source> sources, std::uint64_t epoch)
    : definitions_(definitions), places_(places), place_(std::move(place)), board_(definitions, places, place_), epoch_(epoch) {
    for (auto& source : sources) {
        follows_.push_back({std::move(source), FeedReader()});
    }
}

Actions Gateway::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    bool ticked = false;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            start(actions);
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            take(arrived->message, actions);
        } else if (std::holds_alternative<Tick>(input)) {
            ticked = true;
        }
    }
    publish_cells(actions);
    if (ticked) {
        publish_indicators(now, actions);
        if (head_sent_ != offset_) {
            head_sent_ = offset_;
            actions.emplace_back(head());
        }
    }
    for (auto& follow : follows_) {
        if (const auto request = link_is_up_ ? follow.reader.due(now.steady.count()) : std::nullopt) {
            const auto topic = topics::feed(follow.source.place, follow.source.feed) + "/requests/" + subscriber();
            actions.emplace_back(Publish{{topic, request->SerializeAsString(), false}});
        }
    }
    return actions;
}

void Gateway::start(Actions& actions) {
    for (const auto& follow : follows_) {
        const auto topic = topics::feed(follow.source.place, follow.source.feed);
        actions.emplace_back(Subscribe{topic});
        actions.emplace_back(Subscribe{topic + "/head"});
        actions.emplace_back(Subscribe{topic + "/replies/" + subscriber()});
    }
    actions.emplace_back(Subscribe{feed_topic("/requests/+")});
    actions.emplace_back(head());
    head_sent_ = offset_;
}

void Gateway::take(const Message& message, Actions& actions) {
    const auto levels = topics::levels(message.topic);
    if (levels.size() < 5) {
        return;
    }
    if (levels.size() == 7 && levels[5] == "requests") {
        return answer(message, levels[6], actions);
    }
    for (auto& follow : follows_) {
        if (follow.source.place == levels[2] && follow.source.feed == levels[4]) {
            return fold(follow, message);
        }
    }
}

void Gateway::fold(Follow& follow, const Message& message) {
    if (message.topic.ends_with("/head")) {
        v1::Head head;
        if (head.ParseFromString(message.payload) && follow.reader.see(head) == FeedReader::Verdict::reset) {
            board_.forget(follow.source.name());
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
        board_.forget(follow.source.name());
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
}

void Gateway::publish_cells(Actions& actions) {
    v1::Block block;
    const auto flush = [&] {
        if (block.cells().empty()) {
            return;
        }
        block.set_epoch(epoch_);
        block.set_last(offset_);
        actions.emplace_back(Publish{{feed_topic(), block.SerializeAsString(), false}});
        block.Clear();
    };
    std::size_t bytes = 0;
    for (auto& cell : board_.take_changed()) {
        if (bytes > limits::block_bytes_max) {
            flush();
            bytes = 0;
        }
        const auto key = key_of(cell);
        if (const auto it = offset_of_.find(key); it != offset_of_.end()) {
            by_offset_.erase(it->second);
        }
        offset_of_[key] = ++offset_;
        if (block.cells().empty()) {
            block.set_first(offset_);
        }
        note_indicators(cell);
        *block.add_cells() = cell;
        bytes += cell.ByteSizeLong();
        by_offset_[offset_] = std::move(cell);
    }
    flush();
}

void Gateway::answer(const Message& message, std::string_view subscriber, Actions& actions) const {
    v1::Request request;
    if (!request.ParseFromString(message.payload)) {
        return;
    }
    const auto topic = feed_topic("/replies/" + std::string(subscriber));
    v1::Block block;
    block.set_epoch(epoch_);
    block.set_first(request.after() + 1);
    std::size_t bytes = 0;
    std::size_t sent = 0;
    for (auto it = by_offset_.upper_bound(request.after()); it != by_offset_.end() && sent < limits::reply_bytes_max; ++it) {
        *block.add_cells() = it->second;
        bytes += it->second.ByteSizeLong();
        if (bytes > limits::block_bytes_max) {
            block.set_last(it->first);
            actions.emplace_back(Publish{{topic, block.SerializeAsString(), false}});
            block.clear_cells();
            block.set_first(it->first + 1);
            sent += bytes;
            bytes = 0;
        }
    }
    if (sent < limits::reply_bytes_max) {
        block.set_last(offset_);
        actions.emplace_back(Publish{{topic, block.SerializeAsString(), false}});
    }
}

// Which retained topics a changed cell touches: every window that holds it, for its commune and for this gateway's place.
void Gateway::note_indicators(const v1::Cell& cell) {
    std::vector<Period> periods;
    if (const auto atom = Atom::parse(cell.period())) {
        for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
            for (const auto span : {v1::MONTH, v1::QUARTER, v1::HALF, v1::YEAR}) {
                periods.push_back(Period::of(calendar, span, *atom));
            }
        }
    } else if (const auto period = Period::parse(cell.calendar(), cell.period())) {
        periods.push_back(*period);
    }
    const std::set<std::string> areas{cell.area().substr(0, 5), place_};
    for (const auto& compiled : definitions_.all()) {
        const auto& definition = compiled.indicator;
        if (definition.code() != cell.indicator() && definition.coverage().of() != cell.indicator()) {
            continue;
        }
        for (const auto& period : periods) {
            if (std::find(definition.spans().begin(), definition.spans().end(), period.span) == definition.spans().end()) {
                continue;
            }
            for (const auto& area : areas) {
                stale_.emplace(area, period.calendar, period.format(), definition.code());
            }
        }
    }
}

void Gateway::publish_indicators(Instant now, Actions& actions) {
    for (std::size_t n = 0; n < indicators_per_tick && !stale_.empty(); ++n) {
        const auto [area, calendar, period, code] = *stale_.begin();
        stale_.erase(stale_.begin());
        auto value = board_.value(area, *Period::parse(calendar, period), code);
        value.set_as_of(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
        actions.emplace_back(Publish{{topics::indicator(area, calendar_name(calendar), period, code), to_json(value), true}});
    }
}

std::string Gateway::feed_topic(std::string_view rest) const {
    return topics::feed(place_, "cells").append(rest);
}

Publish Gateway::head() const {
    v1::Head head;
    head.set_epoch(epoch_);
    head.set_last(offset_);
    return Publish{{feed_topic("/head"), head.SerializeAsString(), true}};
}

}  // namespace chieng
