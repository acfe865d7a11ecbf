// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/gateway.hpp"

#include "gateway/indicator/cell_id.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/event_line.hpp"
#include "services/runtime/core/feed_head.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/store_owner.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>
#include <utility>

namespace chieng {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view cells = "cells";  // its own feed
constexpr milliseconds head_again_every{600'000};
constexpr std::uint64_t offsets_reserved = 100'000;
constexpr std::uint64_t entries_per_unit = 500'000;
constexpr milliseconds save_every{30'000};
constexpr std::int64_t cells_per_ms = 20;  // while more come in: the more cells a batch changed, the longer the next one is collected
constexpr milliseconds no_more_after{75};  // without any
constexpr std::int64_t retained_per_second = 2'500;  // messages: retained topics follow the board at this pace, the feed is quicker
constexpr std::int64_t retained_burst = 1'000;       // at once
constexpr std::int64_t busy_part = 25;               // while many come in, of this pace only one part in so many
constexpr std::uint64_t many_events = 50;            // in one round
constexpr std::uint64_t many_cells = 1'000;
constexpr milliseconds busy_for{1'000};
constexpr std::size_t touched_at_once = 5'000;  // cells
constexpr std::size_t heard_max = 1'000;        // events that wait for recipients …
constexpr std::size_t heard_at_once = 10;       // … and are told in one round, …
constexpr milliseconds hear_again{100};         // … while many come in, so often

constexpr std::string_view marks_of_gateways[] = {"g/epoch", "g/made-by"};

Store& taken(Store& store, const std::string& place) {
    take_store(store, {"gateway " + place, marks_of_gateways, {}});
    return store;
}

std::string calendar_name(v1::Calendar calendar) {
    return calendar == v1::OFFICIAL ? "official" : "calendar";
}

}  // namespace

Gateway::Gateway(const Definitions& definitions, const Places& places, std::string place, std::vector<Source> sources, Store& store,
                 std::uint64_t epoch)
    : place_(std::move(place)),
      store_(taken(store, place_)),
      follows_cells_(!sources.empty() && sources.front().feed == cells),
      follower_(definitions, places, place_, std::move(sources), store, "gateway-" + place_),
      archive_(place_, store),
      acceptances_(places, place_, store),
      reports_(definitions, places, place_, follower_, archive_, store) {
    follower_.hear([this](const Source& source, const v1::Entry& entry, bool is_new) { hear(source, entry, is_new); });
    const auto held = store_.get("g/epoch");
    epoch_ = held ? std::stoull(*held) : epoch;
    if (!held) {
        store_.put("g/epoch", std::to_string(epoch));
        store_.commit();
    }
    reserved_ = std::stoull(store_.get("g/reserved").value_or("0"));
    offset_ = reserved_;
    if (held && reserved_ > 0 && !store_.get("g/ended-well")) {
        follower_.read_again();
    }
    horizon_ = std::stoi(store_.get("g/horizon").value_or("0"));
    if (horizon_ > 0) {
        follower_.board().raise_horizon(horizon_);
    }
}

Actions Gateway::handle(std::span<const Input> inputs, Instant now) {
    auto actions = std::exchange(filed_, {});
    const auto before = follower_.unsaved();
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
    if (follower_.take_lost()) {  // followers forget with it what was told and is not there any more
        begin_epoch(epoch_after(epoch_, offset_), actions);
    }
    follower_.settle();
    if (follower_.unsaved() != before) {
        folded_at_ = now.steady;
    }
    if (follower_.unsaved() - before >= (follows_cells_ ? many_cells : many_events)) {
        busy_until_ = now.steady + busy_for;
    }
    caught_up_ = follower_.caught_up(now);
    if (link_is_up_ && caught_up_) {
        publish_cells(now, actions);
        if (!crowded_ || !crowded_()) {
            publish_to_recipients(now, actions);
            publish_indicators(now, actions);
        }
    }
    if (link_is_up_) {
        follower_.ask(actions, now);
        hear_proposals(now, actions);
    }
    if (archive_.is_ahead()) {
        store_.commit();  // what is told is kept
    }
    archive_.tell(actions);
    if (follower_.unsaved() >= entries_per_unit || (follower_.unsaved() > 0 && now.steady - saved_at_ >= save_every)) {
        acceptances_.keep();
        follower_.save();
        saved_at_ = now.steady;
    }
    return actions;
}

v1::ReportReply Gateway::ask(const v1::ReportRequest& request, Instant now) {
    return reports_.answer(request, caught_up_, now, filed_);
}

void Gateway::start(Actions& actions, Instant now) {
    follower_.subscribe(actions, now);
    actions.emplace_back(Subscribe{topics::feed_requests(place_, cells, "+")});
    actions.emplace_back(Subscribe{topics::feed_head(place_, cells)});
    reports_.start(actions);
    archive_.start(actions);
    proposals_again_at_ = now.steady;
    acceptances_.say_again();
    actions.emplace_back(head());
    head_sent_ = offset_;
    head_again_at_ = now.steady + head_again_every;
    touch_due_.clear();
    untouched_.clear();
    touched_.clear();  // a broker that lost its memory has lost the retained topics
    follower_.board().all_indicators(touched_);
    note_stale();
}

void Gateway::take(const Message& message, Actions& actions, Instant now) {
    if (follower_.take(message, now)) {
        return;
    }
    follower_.settle();
    const auto levels = topics::levels(message.topic);
    if (levels.size() >= 5 && levels[2] == place_ && levels[4] == cells) {
        return levels.size() == 7 ? answer(message, levels[6], actions) : hear_own_head(message, actions);
    }
    if (recipients_ != nullptr && message.topic == topics::proposals(place_)) {
        return pass_on_candidates(message, now, actions);
    }
    if (!archive_.take(message, actions)) {
        reports_.take(message, caught_up_, now, actions);
    }
}

void Gateway::hear_own_head(const Message& message, Actions& actions) {
    if (const auto epoch = epoch_after_restore(message, epoch_, offset_)) {
        begin_epoch(*epoch, actions);
    }
}

void Gateway::begin_epoch(std::uint64_t epoch, Actions& actions) {
    epoch_ = epoch;
    store_.put("g/epoch", std::to_string(epoch_));
    store_.commit();
    actions.emplace_back(head());
}

void Gateway::publish_cells(Instant now, Actions& actions) {
    const bool more_come = now.steady - folded_at_ < no_more_after;
    if (more_come && now.steady < cells_due_) {
        return;
    }
    const auto before = offset_;
    const auto changed = follower_.board().take_changed(offset_);
    if (!changed.empty()) {
        reserve(changed.size());
        cells_due_ = now.steady + milliseconds(static_cast<std::int64_t>(changed.size()) / cells_per_ms);
    }
    follow_time(now);
    keep_horizon();
    touched_.clear();
    follower_.board().touched_by_time(touched_);
    note_stale();
    std::size_t bytes = 0;
    auto offset = before;
    const auto flush = [&] {
        block_.set_epoch(epoch_);
        block_.set_last(offset);
        actions.emplace_back(Publish{{topics::feed(place_, cells), block_.SerializeAsString(), false}});
        if (told_) {
            told_(block_);
        }
        block_.Clear();
        bytes = 0;
    };
    for (const auto id : changed) {
        ++offset;
        if (block_.cells().empty()) {
            block_.set_first(offset);
        }
        auto& cell = *block_.add_cells();
        follower_.board().read(id, cell);
        bytes += cell.ByteSizeLong();
        if (bytes > limits::block_bytes_max) {
            flush();
        }
        if (untouched_.insert(id).second) {
            touch_due_.push_back(id);
        }
    }
    if (!block_.cells().empty()) {
        flush();
    }
    const bool is_late = head_sent_ != offset_ || now.steady >= head_again_at_;
    if (head_sent_ + offsets_reserved / 100 < offset_ || (changed.empty() && is_late)) {
        head_sent_ = offset_;
        head_again_at_ = now.steady + head_again_every;
        actions.emplace_back(head());
    }
}

// What stands is told of each half-month that begins, also where nothing happens any more: for a year, should a clock be wrong.
void Gateway::follow_time(Instant now) {
    constexpr std::int32_t year = 24;
    auto& board = follower_.board();
    const auto today = Atom::of(day_at(now.civil)).index;
    if (board.latest() != 0) {
        board.raise_horizon(std::min(today, board.latest() + year));
    }
}

// Before anything is told of it.
void Gateway::keep_horizon() {
    if (follower_.board().horizon() > horizon_) {
        horizon_ = follower_.board().horizon();
        store_.put("g/horizon", std::to_string(horizon_));
        store_.commit();
    }
}

void Gateway::note_stale() {
    for (const auto indicator : touched_) {
        if (stale_.insert(indicator).second) {
            (follower_.board().is_own(indicator) ? own_due_ : due_).push_back(indicator);
        }
    }
}

// Which topics a changed cell leaves behind: under load the same ones, over and over, so it is asked once for many changes.
void Gateway::touch() {
    touched_.clear();
    for (std::size_t n = 0; n < touched_at_once && !touch_due_.empty(); ++n) {
        untouched_.erase(touch_due_.front());
        follower_.board().touched(touch_due_.front(), touched_);
        touch_due_.pop_front();
    }
    note_stale();
}

void Gateway::publish_indicators(Instant now, Actions& actions) {
    const bool is_busy = now.steady < busy_until_;
    if (!is_busy || stale_.empty()) {
        touch();
    }
    const auto pace = is_busy ? retained_per_second / busy_part : retained_per_second;
    const auto allowed = std::min((now.steady - indicators_at_).count() * pace / 1000, retained_burst);
    const auto full = actions.size() + static_cast<std::size_t>(std::max<std::int64_t>(allowed, 0));
    while (actions.size() < full && !stale_.empty()) {
        auto& queue = own_due_.empty() ? due_ : own_due_;
        const auto id = queue.front();
        queue.pop_front();
        stale_.erase(id);
        if (!follower_.board().is_told(id)) {
            continue;
        }
        auto value = follower_.board().value(id);
        value.set_as_of(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
        const EventData data(value);
        if (area_kind(value.area()) != AreaKind::village) {  // a village's is its head's, and nobody else's
            const auto topic = topics::indicator(value.area(), calendar_name(value.calendar()), value.period(), value.indicator());
            actions.emplace_back(retained_event(topic, {place_, "gateway", value.as_of()}, data));
        }
        for (auto& message : recipients_ == nullptr ? std::vector<Message>() : recipients_->of_value(value, data, day_at(now.civil))) {
            actions.emplace_back(Publish{std::move(message)});
        }
    }
    if (allowed > 0) {
        indicators_at_ = now.steady;
    }
}

void Gateway::serve(const Recipients& recipients) {
    recipients_ = &recipients;
    follower_.board().tell_villages([&](const v1::Indicator& indicator) { return recipients.tells_villages(indicator); });
    reports_.serve(recipients);
}

void Gateway::hear(const Source& source, const v1::Entry& entry, bool is_new) {
    archive_.hear(source, entry);
    if (is_new && telemetry_ != nullptr && telemetry_->wants(StepKind::folded)) {
        tell_folded(source, entry);
    }
    if (recipients_ == nullptr) {
        return;
    }
    acceptances_.hear(source.feed, entry);
    if (is_new && heard_.size() < heard_max) {  // who needs each one follows the feed
        heard_.emplace_back(source.feed, entry);
    }
}

void Gateway::tell_folded(const Source& source, const v1::Entry& entry) const {
    v1::Event event;
    event.ParseFromString(entry.event());
    telemetry_->tell(step_of(StepKind::folded, "gateway", {source.place, source.feed, entry.device(), event.sequence()}));
}

// What was journalled, to those of the commune who may read it; and when a period is over, its values to those who are reported to.
void Gateway::publish_to_recipients(Instant now, Actions& actions) {
    if (recipients_ == nullptr) {
        return;
    }
    const bool is_early = now.steady < busy_until_ && now.steady < hear_at_;
    for (std::size_t n = 0; !is_early && n < heard_at_once && !heard_.empty(); ++n) {
        for (auto& message : recipients_->of_event(place_, heard_.front().first, heard_.front().second)) {
            actions.emplace_back(Publish{std::move(message)});
        }
        heard_.pop_front();
        hear_at_ = now.steady + hear_again;
    }
    acceptances_.tell(*recipients_, now, actions);
    const auto today = day_at(now.civil);
    if (reported_on_ && *reported_on_ < today && Recipients::a_period_closed(*reported_on_, today)) {
        touched_.clear();
        follower_.board().all_indicators(touched_);
        std::erase_if(touched_, [&](Board::IndicatorId id) {
            const auto last = cell_id::window_of(cell_id::time(id)).last_day();
            return last < *reported_on_ || today <= last;
        });
        note_stale();
    }
    if (reported_on_ != today) {
        for (const auto& follow : follower_.follows()) {
            archive_.add_journal(follow.source, follow.reader.checkpoint(), now);
        }
    }
    reported_on_ = today;
}

// What is retained comes again with each subscription: a message may be lost on its way, and with it that somebody took it back.
void Gateway::hear_proposals(Instant now, Actions& actions) {
    if (recipients_ != nullptr && recipients_->tells_candidates() && now.steady >= proposals_again_at_) {
        actions.emplace_back(Subscribe{topics::proposals(place_)});
        proposals_again_at_ = now.steady + head_again_every;
    }
}

// Who agreed to be told of; said anew each time, as somebody may have taken it back or was erased.
void Gateway::pass_on_candidates(const Message& message, Instant now, Actions& actions) const {
    v1::Proposals proposals;  // nobody, where nothing is retained any more
    if (!message.payload.empty() && !read_retained_event(message.payload, proposals)) {
        return;
    }
    proposals.set_commune(place_);
    for (auto& candidates : recipients_->of_proposals(proposals, static_cast<std::uint64_t>(now.civil.time_since_epoch().count()))) {
        actions.emplace_back(Publish{std::move(candidates)});
    }
}

void Gateway::answer(const Message& message, std::string_view subscriber, Actions& actions) const {
    v1::Request request;
    if (!request.ParseFromString(message.payload)) {
        return;
    }
    const auto topic = topics::feed_replies(place_, cells, subscriber);
    const auto budget =
        request.max_bytes() == 0 ? limits::reply_bytes_max : std::min<std::size_t>(request.max_bytes(), limits::reply_bytes_max);
    v1::Block block;
    block.set_epoch(epoch_);
    block.set_first(request.after() + 1);
    std::size_t bytes = 0;
    std::size_t sent = 0;
    const auto found = follower_.board().stamped_after(request.after(), limits::reply_cells_max);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto& [stamp, id] = found[i];
        auto& cell = *block.add_cells() = follower_.board().cell(id);
        bytes += cell.ByteSizeLong();
        const bool shares_stamp = i + 1 < found.size() && found[i + 1].first == stamp;
        if (!shares_stamp && (bytes > limits::block_bytes_max || sent + bytes >= budget)) {
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
    store_.erase("g/ended-well");
    store_.commit();
}

void Gateway::close() {
    acceptances_.keep();
    follower_.save();
    store_.put("g/reserved", std::to_string(offset_));
    if (!follower_.reads_again()) {
        store_.put("g/ended-well", "1");
    }
    store_.commit();
    reserved_ = offset_;
}

std::vector<Board::IndicatorId> Gateway::indicators_told() {
    std::vector<Board::IndicatorId> told;
    follower_.board().look_at_all(told);
    std::sort(told.begin(), told.end());
    told.erase(std::unique(told.begin(), told.end()), told.end());
    std::erase_if(told, [&](Board::IndicatorId id) { return !follower_.board().is_told(id); });
    return told;
}

Publish Gateway::head() const {
    return feed_head(topics::feed_head(place_, cells), epoch_, offset_);
}

}  // namespace chieng
