// SPDX-License-Identifier: Apache-2.0
// Where the latest of several events stands: every event about a subject is a version, kept in the order of its rank, which
// does not depend on the order of arrival. What the subject adds to the board is the difference that a version makes.
#include "gateway/indicator/board.hpp"
#include "gateway/indicator/event_fields.hpp"
#include "gateway/indicator/fold.hpp"

#include <xxhash.h>

#include <algorithm>

namespace chieng {

// In a STOCK the last version of each half-month stands until the next one; otherwise the last of all stands.
void Board::add_effect(const Subject& subject, std::int64_t sign, Effect& effect) {
    const auto put = [&](const Version& version, std::uint64_t time, std::int64_t times) {
        for (const auto& added : version.adds) {
            effect[{version.feed, cell_id::pack(added.series, time, added.area)}].add(
                Slot{added.amount, 1, version.digest}.times(times * sign));
        }
    };
    const auto& versions = subject.versions;
    if (!subject.stock) {
        if (!versions.empty()) {
            put(versions.back(), versions.back().time, 1);
        }
        return;
    }
    const Version* before = nullptr;
    for (std::size_t i = 0; i < versions.size(); ++i) {
        if (i + 1 < versions.size() && versions[i + 1].time == versions[i].time) {
            continue;
        }
        if (before != nullptr) {
            put(*before, versions[i].time, -1);
        }
        put(versions[i], versions[i].time, 1);
        before = &versions[i];
    }
}

std::uint64_t Board::subject_of(const Fact& fact, const SourcePlan& plan) const {
    std::string key = areas_[fact.feed.home] + "\n" + std::to_string(plan.whole);
    if (plan.subject_place != SourcePlan::Place::none) {
        key += '\n' + areas_[plan.subject_place == SourcePlan::Place::commune ? fact.commune : fact.village];
    }
    for (const auto& field : plan.latest) {
        key += '\n';
        append_at(fact.event, field, key);
    }
    return XXH3_64bits(key.data(), key.size());
}

// Applies a change of a subject's versions, and what it makes of the board.
template <class Change>
void Board::change_subject(std::uint64_t key, const Change& change) {
    auto& subject = subjects_[key];
    if (passing_) {
        passing_->try_emplace(key, subject);
    }
    Effect effect;
    add_effect(subject, -1, effect);
    change(subject);
    add_effect(subject, 1, effect);
    for (const auto& [cell, slot] : effect) {
        if (!slot.empty()) {
            add(*cell.first, cell.second, slot);
        }
    }
    if (!subject.unsaved) {
        subject.unsaved = true;
        unsaved_subjects_.push_back(key);
    }
}

void Board::insert_version(std::vector<Version>& versions, Version version) {
    const auto at = std::lower_bound(versions.begin(), versions.end(), version,
                                     [](const Version& one, const Version& other) { return one.rank() < other.rank(); });
    versions.insert(at, std::move(version));
}

void Board::forget_versions(const Feed& feed) {
    std::vector<std::uint64_t> keys;
    for (const auto& [key, subject] : subjects_) {
        if (std::any_of(subject.versions.begin(), subject.versions.end(), [&](const Version& held) { return held.feed == &feed; })) {
            keys.push_back(key);
        }
    }
    for (const auto key : keys) {
        change_subject(key,
                       [&](Subject& subject) { std::erase_if(subject.versions, [&](const Version& held) { return held.feed == &feed; }); });
    }
}

void Board::fold_version(const Fact& fact, const SourcePlan& plan, std::uint64_t time) {
    Version version;
    version.feed = &fact.feed;
    version.order = plan.order.empty() ? 0 : static_cast<std::uint64_t>(fact.event.number(plan.order.id));
    version.day = fact.occurred;
    version.recorded_at = static_cast<std::uint64_t>(fact.event.number(FieldTree::recorded_at));
    version.received_at = fact.entry.received_at();
    version.digest = fact.digest;
    version.time = time;
    if (holds(fact.event, plan.standing)) {
        each_contribution(fact, plan, [&](SeriesId series, std::int64_t amount) {
            if (amount != 0 || !plan.window.empty()) {  // a figure for a period may well be 0: nobody newly poor
                each_place(fact, plan, [&](std::uint32_t area) { version.adds.push_back({series, area, amount}); });
            }
        });
    }
    const auto key = subject_of(fact, plan);
    const auto is_it = [digest = version.digest](const Version& held) { return held.digest == digest; };
    change_subject(key, [&](Subject& subject) {
        subject.stock = plan.stock;
        if (passing_) {
            auto& seen = passing_->at(key);
            seen.stock = plan.stock;
            if (std::none_of(seen.versions.begin(), seen.versions.end(), is_it)) {
                insert_version(seen.versions, version);
            }
        }
        if (fact.sign > 0) {
            insert_version(subject.versions, std::move(version));
        } else {
            std::erase_if(subject.versions, is_it);
        }
    });
}

// In a STOCK a version may have ended wherever a later one began, and otherwise it may have been the last. What a subject still
// has is found on it again when it changes the next time.
void Board::make_passing() {
    settle();
    for (const auto& [key, seen] : *passing_) {
        std::set<std::pair<SeriesId, std::uint32_t>> added;  // so far
        for (const auto& version : seen.versions) {
            if (!seen.stock) {
                added.clear();
            }
            for (const auto& one : version.adds) {
                added.emplace(one.series, one.area);
            }
            for (const auto& [series, area] : added) {
                if (const auto id = cell_id::pack(series, version.time, area); !totals_.contains(id)) {
                    add(*version.feed, id, {});
                }
            }
        }
    }
    settle();
    std::erase_if(*passing_, [&](const auto& seen) {
        const auto left = subjects_.find(seen.first);
        return left != subjects_.end() && left->second.versions.size() == seen.second.versions.size();
    });
}

// From one day through another.
void Board::fold_standing(const Fact& fact, const SourcePlan& plan) {
    const auto from = parse_day(fact.event.text(plan.stands_from.id));
    if (!from) {
        return;
    }
    each_contribution(fact, plan, [&](SeriesId series, std::int64_t amount) {
        contribute(fact, plan, cell_id::time_of(Atom::of(*from)), series, amount);
        const auto until = plan.stands_until.empty() ? std::nullopt : parse_day(fact.event.text(plan.stands_until.id));
        if (until && amount != 0) {
            const auto over = cell_id::time_of(Atom::of(*until + std::chrono::days(1)));
            each_place(fact, plan, [&](std::uint32_t area) {
                add(fact.feed, cell_id::pack(series, over, area), Slot{amount, 1, fact.digest}.times(-fact.sign));
            });
        }
    });
}

void Board::take_unsaved_subjects(const std::function<void(const store::v1::BoardSubject&)>& visit) {
    for (const auto key : std::exchange(unsaved_subjects_, {})) {
        auto& subject = subjects_[key];
        subject.unsaved = false;
        store::v1::BoardSubject kept;
        kept.set_key(key);
        kept.set_stock(subject.stock);
        for (const auto& version : subject.versions) {
            auto& to = *kept.add_versions();
            to.set_feed(version.feed->name);
            to.set_order(version.order);
            to.set_day(version.day.time_since_epoch().count());
            to.set_recorded_at(version.recorded_at);
            to.set_received_at(version.received_at);
            to.set_digest(version.digest);
            to.set_time(version.time);
            for (const auto& added : version.adds) {
                to.add_series(added.series);
                to.add_areas(areas_[added.area]);
                to.add_amounts(added.amount);
            }
        }
        visit(kept);
        if (subject.versions.empty()) {
            subjects_.erase(key);
        }
    }
}

void Board::restore(const store::v1::BoardSubject& kept) {
    auto& subject = subjects_[kept.key()];
    subject.stock = kept.stock();
    for (const auto& from : kept.versions()) {
        Version version;
        version.feed = &feed_named(from.feed());
        version.order = from.order();
        version.day = Day(std::chrono::days(from.day()));
        version.recorded_at = from.recorded_at();
        version.received_at = from.received_at();
        version.digest = from.digest();
        version.time = from.time();
        for (int i = 0; i < std::min({from.series_size(), from.areas_size(), from.amounts_size()}); ++i) {
            version.adds.push_back({from.series(i), area_id(from.areas(i)), from.amounts(i)});
        }
        subject.versions.push_back(std::move(version));
    }
}

}  // namespace chieng
