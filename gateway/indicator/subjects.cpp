// SPDX-License-Identifier: Apache-2.0
// Where the latest of several events stands: every event about a subject is a version, kept in the order of its rank, which
// does not depend on the order of arrival. What the subject adds to the board is the difference that a version makes.
#include "gateway/indicator/board.hpp"
#include "gateway/indicator/event_fields.hpp"
#include "gateway/indicator/fold.hpp"

#include <xxhash.h>

#include <algorithm>

namespace chieng {

// Whether the place that the earlier one is about lies, by the day of the later one, where that is told.
bool Board::succeeds(const Version& later, const Version& earlier) const {
    const auto& home = areas_[later.feed->home];
    const auto carrier = places_.carrier(areas_[earlier.place], earlier.day, later.day);
    const auto* place = places_.find(carrier, later.day);
    return carrier == home || (place != nullptr && place->parent() == home);
}

// By the commune itself, or one that has succeeded it.
bool Board::is_withdrawn(const std::vector<const Version*>& withdrawals, const Version& version) const {
    return std::any_of(withdrawals.begin(), withdrawals.end(), [&](const Version* withdrawal) {
        const bool same = withdrawal->feed->home == version.feed->home || succeeds(version, *withdrawal);
        const bool in_scope = withdrawal->scope == 0 || (withdrawal->scope & version.scope) != 0;
        return same && in_scope && withdrawal->day <= version.day && version.agreed_on && *version.agreed_on < withdrawal->day;
    });
}

// Of another commune, what takes the place of a version: of a STOCK the next one, otherwise what stands there instead. Of several the one
// of the earliest day: who reads fewer communes finds the same.
const Board::Version* Board::successor_of(const Version& version, const std::vector<const Version*>& told, bool is_stock) const {
    const Version* found = nullptr;
    for (const auto* other : told) {
        if (other->feed->home == version.feed->home || !(version.rank() < other->rank())) {
            continue;
        }
        const bool in_order = version.day <= other->day;  // by its revision an earlier one may stand
        const bool ends = in_order ? succeeds(*other, version) : !is_stock && succeeds(version, *other);
        if (ends && (found == nullptr || other->day < found->day)) {
            found = other;
        }
    }
    return found;
}

// Each commune tells by itself which of its versions stand: of a STOCK each one until its next, otherwise the last, in its own time. What
// another commune says in its place, that of the two tells which is later: it takes back what the other one goes on telling.
void Board::add_effect(const Subject& subject, std::int64_t sign, Effect& effect) const {
    const auto put = [&](const Version& version, const Version& teller, std::uint64_t time, std::int64_t times) {
        for (const auto& added : version.adds) {
            const bool stands_there = added.area == version.feed->home && subject.stock;  // where it is carried on
            if (!teller.feed->is_lent) {
                effect[{teller.feed, cell_id::pack(added.series, time, stands_there ? teller.feed->home : added.area)}].add(
                    Slot{added.amount, 1, version.digest}.times(times * sign));
            }
        }
    };
    if (subject.revocable) {
        std::vector<const Version*> withdrawals;
        for (const auto& version : subject.versions) {
            if (version.withdraws) {
                withdrawals.push_back(&version);
            }
        }
        for (const auto& version : subject.versions) {
            if (!is_withdrawn(withdrawals, version)) {
                put(version, version, version.time, 1);
            }
        }
        return;
    }
    std::vector<const Version*> told;  // by each commune, in the order of their rank
    std::vector<const Version*> next;  // of the same commune, of each of them
    std::map<std::uint32_t, const Version*> of_home;
    for (auto version = subject.versions.rbegin(); version != subject.versions.rend(); ++version) {
        auto& after = of_home[version->feed->home];
        if (after == nullptr || (subject.stock && after->time != version->time)) {
            told.push_back(&*version);
            next.push_back(after);
            after = &*version;
        }
    }
    const bool is_of_several = of_home.size() > 1;
    for (std::size_t i = 0; i < told.size(); ++i) {
        const auto& version = *told[i];
        put(version, version, version.time, 1);
        if (next[i] != nullptr) {
            put(version, *next[i], next[i]->time, -1);
        }
        const auto* successor = is_of_several ? successor_of(version, told, subject.stock) : nullptr;
        if (successor == nullptr) {
            continue;
        }
        const auto& teller = version.day <= successor->day ? *successor : version;
        if (!subject.stock) {
            put(version, teller, version.time, -1);
        } else if (next[i] == nullptr || successor->time < next[i]->time) {
            put(version, teller, successor->time, -1);
            if (next[i] != nullptr) {
                put(version, teller, next[i]->time, 1);  // from then on its own commune tells it no longer
            }
        }
    }
}

// The commune that carries in the end what this one told: those that succeed each other tell of the same subjects.
std::string_view Board::heir_of(const Fact& fact) const {
    const auto* place = places_.find(places_.carrier(areas_[fact.feed.home], fact.occurred, Day::max()), Day::max());
    const bool is_commune = place != nullptr && place->level() == v1::Place::COMMUNE_LEVEL;
    return is_commune ? std::string_view(place->code()) : areas_[fact.feed.home];
}

// A village is itself in every commune; a figure for a period is of the unit that it was given to.
std::uint64_t Board::subject_of(const Fact& fact, const SourcePlan& plan) const {
    const bool is_of_village = plan.by_village && fact.village != fact.feed.home;
    std::string key(is_of_village ? std::string_view(areas_[fact.village]) : plan.window.empty() ? heir_of(fact) : areas_[fact.feed.home]);
    key += "\n" + std::to_string(plan.whole);
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
    version.place = fact.village;
    version.order = plan.order.empty() ? 0 : static_cast<std::uint64_t>(fact.event.number(plan.order.id));
    version.day = fact.occurred;
    version.recorded_at = static_cast<std::uint64_t>(fact.event.number(FieldTree::recorded_at));
    version.received_at = fact.entry.received_at();
    version.device = fact.entry.device();
    version.sequence = static_cast<std::uint64_t>(fact.event.number(FieldTree::sequence));
    version.digest = fact.digest;
    version.time = time;
    version.withdraws = plan.withdraws;
    version.agreed_on = plan.agreed_on.empty() ? std::nullopt : parse_day(fact.event.text(plan.agreed_on.id));
    if (!plan.scope.empty()) {
        each_value(fact.event, plan.scope, [&](int value) { version.scope |= value == 0 ? 0 : std::uint64_t{1} << (value & 63); });
    }
    if (!plan.withdraws && holds(fact.event, plan.standing)) {
        each_contribution(fact, plan, [&](SeriesId series, std::int64_t amount) {
            if (amount != 0 || !plan.window.empty() || !plan.opens.empty()) {  // a figure for a period may well be 0: nobody newly poor
                each_place(fact, plan, [&](std::uint32_t area) { version.adds.push_back({series, area, amount}); });
            }
        });
    }
    const auto key = subject_of(fact, plan);
    const auto is_it = [digest = version.digest, feed = version.feed](const Version& held) {
        return held.digest == digest && held.feed == feed;  // another commune may have a device of that name
    };
    change_subject(key, [&](Subject& subject) {
        subject.stock = plan.stock;
        subject.revocable = plan.withdraws || !plan.agreed_on.empty();
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

// In a STOCK a version may have ended wherever a later one began, and otherwise it may have been the last; another commune's may have been
// taken back by each that tells. What a subject still has is found on it again when it changes the next time.
void Board::make_passing() {
    settle();
    for (const auto& [key, seen] : *passing_) {
        std::map<std::uint32_t, Feed*> tellers;  // one of each commune
        for (const auto& version : seen.versions) {
            if (!version.feed->is_lent) {
                tellers.try_emplace(version.feed->home, version.feed);
            }
        }
        for (const auto& [home, feed] : tellers) {
            std::set<std::pair<SeriesId, std::uint32_t>> added;  // so far
            for (const auto& version : seen.versions) {
                if (!seen.stock) {
                    added.clear();
                }
                for (const auto& one : version.adds) {
                    added.emplace(one.series, one.area == version.feed->home && seen.stock ? home : one.area);
                }
                for (const auto& [series, area] : added) {
                    if (const auto id = cell_id::pack(series, version.time, area); totals_.find(id) == nullptr) {
                        add(*feed, id, {});
                    }
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
        kept.set_revocable(subject.revocable);
        for (const auto& version : subject.versions) {
            auto& to = *kept.add_versions();
            to.set_feed(version.feed->name);
            to.set_place(areas_[version.place]);
            to.set_order(version.order);
            to.set_day(version.day.time_since_epoch().count());
            to.set_recorded_at(version.recorded_at);
            to.set_received_at(version.received_at);
            to.set_device(version.device);
            to.set_sequence(version.sequence);
            to.set_digest(version.digest);
            to.set_time(version.time);
            to.set_withdraws(version.withdraws);
            to.set_scope(version.scope);
            to.set_agreed(version.agreed_on.has_value());
            to.set_agreed_on(version.agreed_on.value_or(Day()).time_since_epoch().count());
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
    subject.revocable = kept.revocable();
    for (const auto& from : kept.versions()) {
        Version version;
        version.feed = &feed_named(from.feed());
        version.place = area_id(from.place());
        version.order = from.order();
        version.day = Day(std::chrono::days(from.day()));
        version.recorded_at = from.recorded_at();
        version.received_at = from.received_at();
        version.device = from.device();
        version.sequence = from.sequence();
        version.digest = from.digest();
        version.time = from.time();
        version.withdraws = from.withdraws();
        version.scope = from.scope();
        version.agreed_on = from.agreed() ? std::optional(Day(std::chrono::days(from.agreed_on()))) : std::nullopt;
        for (int i = 0; i < std::min({from.series_size(), from.areas_size(), from.amounts_size()}); ++i) {
            version.adds.push_back({from.series(i), area_id(from.areas(i)), from.amounts(i)});
        }
        subject.versions.push_back(std::move(version));
    }
}

}  // namespace chieng
