// SPDX-License-Identifier: Apache-2.0
// Where the latest of several events stands: every event about a subject is a version, kept in the order of its rank, which
// does not depend on the order of arrival. What the subject adds to the board is the difference that a version makes.
#include "gateway/indicator/board.hpp"
#include "gateway/indicator/event_fields.hpp"
#include "gateway/indicator/fold.hpp"

#include <xxhash.h>

#include <algorithm>

namespace chieng {

// Who tells what the later one says of a subject tells what the earlier one said, too: the place of that lies there by then.
bool Board::succeeds(const Version& later, const Version& earlier) const {
    if (later.feed->home == earlier.feed->home) {
        return true;
    }
    const auto& home = areas_[later.feed->home];
    const auto carrier = places_.carrier(areas_[earlier.place], earlier.day, later.day);
    const auto* place = places_.find(carrier, later.day);
    return carrier == home || (place != nullptr && place->parent() == home);
}

bool Board::is_withdrawn(const Subject& subject, const Version& version) {
    return std::any_of(subject.versions.begin(), subject.versions.end(), [&](const Version& other) {
        return other.withdraws && other.day <= version.day && version.agreed_on && *version.agreed_on < other.day;
    });
}

// The last version stands: of a STOCK from its half-month on, otherwise in its own time. It takes the place of the one before, and of what
// the communes said that its own has succeeded; what they counted of no village is taken back where it is carried on.
void Board::add_effect(const Subject& subject, std::int64_t sign, Effect& effect) const {
    const auto put = [&](const Version& version, const Version& teller, std::uint64_t time, std::int64_t times) {
        for (const auto& added : version.adds) {
            const auto area = added.area == version.feed->home ? teller.feed->home : added.area;
            if (!teller.feed->is_lent) {
                effect[{teller.feed, cell_id::pack(added.series, time, area)}].add(
                    Slot{added.amount, 1, version.digest}.times(times * sign));
            }
        }
    };
    const auto& versions = subject.versions;
    boost::container::small_vector<const Version*, 2> standing;
    for (std::size_t i = 0; i < versions.size(); ++i) {
        const auto& version = versions[i];
        if (subject.revocable) {
            if (!is_withdrawn(subject, version)) {
                put(version, version, version.time, 1);
            }
            continue;
        }
        const auto* next = i + 1 < versions.size() ? &versions[i + 1] : nullptr;
        if (next != nullptr && next->feed->home == version.feed->home && (!subject.stock || next->time == version.time)) {
            continue;
        }
        const auto ends = [&](const Version* before) {
            const bool in_order = before->day <= version.day;  // by its revision an earlier one may stand
            const auto& later = in_order ? version : *before;
            if (!succeeds(later, in_order ? *before : version)) {
                return false;
            }
            put(*before, later, subject.stock ? version.time : before->time, -1);
            return true;
        };
        standing.erase(std::remove_if(standing.begin(), standing.end(), ends), standing.end());
        put(version, version, version.time, 1);
        standing.push_back(&version);
    }
}

// The commune that carries in the end what was told there: those that succeed each other tell of the same subjects.
std::string_view Board::heir_of(const Fact& fact) const {
    const auto carrier = places_.carrier(areas_[fact.village], fact.occurred, Day::max());
    const auto* place = places_.find(carrier, Day::max());
    if (place != nullptr && place->level() == v1::Place::VILLAGE_LEVEL) {
        place = places_.find(place->parent(), Day::max());
    }
    const bool is_commune = place != nullptr && place->level() == v1::Place::COMMUNE_LEVEL;
    return is_commune ? std::string_view(place->code()) : areas_[fact.feed.home];
}

// A village is itself in every commune; a figure for a period is of the unit that it was given to.
std::uint64_t Board::subject_of(const Fact& fact, const SourcePlan& plan) const {
    const bool is_of_village = plan.subject_place == SourcePlan::Place::place && fact.village != fact.feed.home;
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
    version.digest = fact.digest;
    version.time = time;
    version.withdraws = plan.withdraws;
    version.agreed_on = plan.agreed_on.empty() ? std::nullopt : parse_day(fact.event.text(plan.agreed_on.id));
    if (!plan.withdraws && holds(fact.event, plan.standing)) {
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
                    added.emplace(one.series, one.area == version.feed->home ? home : one.area);
                }
                for (const auto& [series, area] : added) {
                    if (const auto id = cell_id::pack(series, version.time, area); !totals_.contains(id)) {
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
            to.set_digest(version.digest);
            to.set_time(version.time);
            to.set_withdraws(version.withdraws);
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
        version.digest = from.digest();
        version.time = from.time();
        version.withdraws = from.withdraws();
        version.agreed_on = from.agreed() ? std::optional(Day(std::chrono::days(from.agreed_on()))) : std::nullopt;
        for (int i = 0; i < std::min({from.series_size(), from.areas_size(), from.amounts_size()}); ++i) {
            version.adds.push_back({from.series(i), area_id(from.areas(i)), from.amounts(i)});
        }
        subject.versions.push_back(std::move(version));
    }
}

}  // namespace chieng
