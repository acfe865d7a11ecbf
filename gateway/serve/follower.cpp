// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/follower.hpp"

#include "chieng/store/v1/board.pb.h"
#include "services/runtime/core/store_owner.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace chieng {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view made_by_key = "g/made-by";
constexpr int board_version = 8;                        // of how events are folded; another number folds everything again
constexpr milliseconds listen_first{500};               // for the heads of the feeds, before anything is shown
constexpr milliseconds reads_again_longest{3'600'000};  // a feed that was never heard in this time is not waited for
constexpr milliseconds read_longest{60'000};            // before it is shown although a feed could not be read to its end

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

std::string subject_key(const store::v1::BoardSubject& subject) {
    return "v/" + std::to_string(subject.key());
}

std::string checkpoint_key(const Source& source) {
    return "s/" + source.name();
}

}  // namespace

Follower::Follower(const Definitions& definitions, const Places& places, const std::string& place, std::vector<Source> sources,
                   Store& store, std::string subscriber)
    : store_(store), subscriber_(std::move(subscriber)), board_(definitions, places, place) {
    const bool has_own = std::any_of(sources.begin(), sources.end(), [&](const Source& source) { return source.place == place; });
    for (auto& source : sources) {
        const bool is_lent = has_own && source.place != place;
        follows_.push_back({std::move(source), FeedReader(), is_lent});
    }
    const auto made_by = std::to_string(board_version) + "/" + std::to_string(definitions.digest()) + "/" + std::to_string(places.digest());
    if (store_.get(made_by_key) != made_by) {  // other definitions or places: what was kept says something else
        std::vector<std::string> keys;
        store_.scan("", [&](std::string_view key, std::string_view) {
            // What was filed stays, what it was made by, and who confirmed it, whatever the definitions say now.
            constexpr std::string_view stay[] = {store_owner_key, "filed/", "basis/", "acknowledged/", "archive"};
            if (std::none_of(std::begin(stay), std::end(stay), [&](std::string_view prefix) { return key.starts_with(prefix); })) {
                keys.emplace_back(key);
            }
            return true;
        });
        for (const auto& key : keys) {
            store_.erase(key);
        }
        store_.put(made_by_key, made_by);
        store_.commit();
    }
    recover();
}

void Follower::forget_what_was_kept(Store& store) {
    if (store.get(made_by_key)) {
        store.put(made_by_key, "");
        store.commit();
    }
}

void Follower::recover() {
    for (auto& follow : follows_) {
        store::v1::Checkpoint at;
        if (const auto bytes = store_.get(checkpoint_key(follow.source)); bytes && at.ParseFromString(*bytes)) {
            follow.reader = FeedReader({at.epoch(), at.offset(), at.chain()});
        }
    }
    std::set<std::string> left;  // feeds that are not followed any more
    const auto keep_if_followed = [&](const std::string& feed) {
        if (std::none_of(follows_.begin(), follows_.end(), [&](const Follow& follow) { return follow.source.name() == feed; })) {
            left.insert(feed);
        }
    };
    store_.scan("b/", [&](std::string_view key, std::string_view bytes) {
        store::v1::BoardCell kept;
        if (!kept.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            throw Broken("the board's record " + std::string(key) + " cannot be read; remove the file, it is made again");
        }
        Board::KeyCounts counts;
        for (int i = 0; i < std::min(kept.keys_size(), kept.counts_size()); ++i) {
            counts.emplace_back(kept.keys(i), kept.counts(i));
        }
        board_.restore(kept.feed(), kept.cell(), counts, kept.stamp());
        keep_if_followed(kept.feed());
        return true;
    });
    store_.scan("v/", [&](std::string_view key, std::string_view bytes) {
        store::v1::BoardSubject kept;
        if (!kept.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            throw Broken("the board's record " + std::string(key) + " cannot be read; remove the file, it is made again");
        }
        board_.restore(kept);
        for (const auto& version : kept.versions()) {
            keep_if_followed(version.feed());
        }
        return true;
    });
    for (const auto& feed : left) {
        board_.forget(feed);
    }
}

void Follower::subscribe(Actions& actions, Instant now) {
    for (const auto& follow : follows_) {
        const auto& [place, feed] = follow.source;
        actions.emplace_back(Subscribe{topics::feed(place, feed)});
        actions.emplace_back(Subscribe{topics::feed_head(place, feed)});
        actions.emplace_back(Subscribe{topics::feed_replies(place, feed, subscriber_)});
    }
    if (reading_since_ < milliseconds(0)) {
        reading_since_ = now.steady;
    }
}

bool Follower::take(const Message& message, Instant now) {
    const auto levels = topics::levels(message.topic);
    const bool is_others = levels.size() == 7 && levels[5] == "replies" && levels[6] != subscriber_;  // another reader's of this process
    for (auto& follow : follows_) {
        if (levels.size() >= 5 && follow.source.place == levels[2] && follow.source.feed == levels[4]) {
            if (!is_others) {
                fold(follow, message, now);
            }
            return true;
        }
    }
    return false;
}

void Follower::ask(Actions& actions, Instant now) {
    for (auto& follow : follows_) {
        if (const auto request = follow.reader.due(now.steady.count())) {
            const auto topic = topics::feed_requests(follow.source.place, follow.source.feed, subscriber_);
            actions.emplace_back(Publish{{topic, request->SerializeAsString(), false}});
        }
    }
}

void Follower::forget(Follow& follow, std::uint64_t had, Instant now) {
    follow.missing = had > follow.reader.lag() ? had - follow.reader.lag() : 0;  // nothing of it is read yet
    board_.forget(follow.source.name());
    caught_up_ = false;
    reading_since_ = now.steady;
    forgot_ = true;
    lost_ = lost_ || (reads_again_ && !follow.is_lent);  // or two communes that read each other would do so for ever
    ++unsaved_;                                          // that it is forgotten is news, although nothing may follow
}

void Follower::fold(Follow& follow, const Message& message, Instant now) {
    const auto had = follow.reader.checkpoint().offset;
    if (message.topic.ends_with("/head")) {
        v1::Head head;
        if (head.ParseFromString(message.payload) && follow.reader.see(head) == FeedReader::Verdict::reset) {
            forget(follow, had, now);
        }
        return;
    }
    if (!block_.ParseFromString(message.payload)) {
        return;  // a damaged block is a gap: it is asked for again
    }
    const bool is_reply = message.topic.find("/replies/") != std::string::npos;
    auto verdict = follow.reader.see(block_, is_reply);
    if (verdict == FeedReader::Verdict::reset) {
        forget(follow, had, now);
        verdict = follow.reader.see(block_, is_reply);
    }
    if (verdict != FeedReader::Verdict::fold) {
        return;
    }
    board_.apply(follow.source.name(), block_.entries());
    if (hear_ && !follow.is_lent) {
        for (const auto& entry : block_.entries()) {
            hear_(follow.source, entry, caught_up_);
        }
    }
    for (const auto& cell : block_.cells()) {
        board_.set(follow.source.name(), cell);
    }
    unsaved_ += block_.last() - block_.first() + 1;
}

bool Follower::caught_up(Instant now) {
    if (!caught_up_ && reading_since_ >= milliseconds(0)) {
        const auto passed = now.steady - reading_since_;
        const bool missing = std::any_of(follows_.begin(), follows_.end(), [](const Follow& follow) { return follow.reader.lag() > 0; });
        caught_up_ = passed >= read_longest || (passed >= listen_first && !missing);
    }
    // Another commune's feed that nobody was heard to write is not waited for: its gateway may run on another day.
    const auto is_behind = [](const Follow& follow) { return follow.is_lent ? follow.reader.lag() > 0 : follow.reader.behind(); };
    const bool is_too_long = reading_since_ >= milliseconds(0) && now.steady - reading_since_ >= reads_again_longest;
    if (caught_up_ && reads_again_ && (is_too_long || std::none_of(follows_.begin(), follows_.end(), is_behind))) {
        board_.make_passing();
        board_.forget_passing();
        reads_again_ = false;
    }
    return caught_up_;
}

void Follower::read_again() {
    reads_again_ = true;
    board_.remember_passing();
}

void Follower::save() {
    if (reads_again_) {
        board_.make_passing();  // after this unit the next run does not read them again
    }
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
    board_.take_unsaved_subjects([&](const store::v1::BoardSubject& subject) {
        if (subject.versions().empty()) {
            store_.erase(subject_key(subject));
        } else {
            store_.put(subject_key(subject), subject.SerializeAsString());
        }
    });
    for (const auto& follow : follows_) {
        const auto& at = follow.reader.checkpoint();
        store::v1::Checkpoint kept;
        kept.set_epoch(at.epoch);
        kept.set_offset(at.offset);
        kept.set_chain(at.chain);
        store_.put(checkpoint_key(follow.source), kept.SerializeAsString());
    }
    if (std::exchange(forgot_, false)) {
        store_.scrub();  // a household may have been erased: not even the digest of its key stays in the file
    }
    store_.commit();
    unsaved_ = 0;
}

}  // namespace chieng
