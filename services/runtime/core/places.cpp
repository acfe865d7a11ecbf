// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/places.hpp"

#include <algorithm>
#include <set>

namespace chieng {
namespace {

// The part of a sorted vector whose key is this one.
template <typename Row, typename Key>
std::span<const Row> equal(const std::vector<Row>& rows, std::string_view wanted, Key key) {
    const auto first = std::lower_bound(rows.begin(), rows.end(), wanted,
                                        [&](const Row& row, std::string_view code) { return std::string_view(key(row)) < code; });
    const auto last =
        std::find_if(first, rows.end(), [&](const Row& row) { return std::string_view(key(row)) != wanted; });  // they are few
    return {first, last};
}

}  // namespace

std::span<const Places::Entry> Places::rows_of(std::string_view code) const {
    return equal(entries_, code, [](const Entry& entry) -> const std::string& { return entry.place.code(); });
}

std::span<const Places::Step> Places::steps_of(std::string_view code) const {
    return equal(steps_, code, [](const Step& step) -> const std::string& { return step.succession.code(); });
}

std::span<const std::uint32_t> Places::rows_below(std::string_view parent) const {
    return equal(below_, parent, [this](std::uint32_t row) -> const std::string& { return entries_[row].place.parent(); });
}

const Places::Entry* Places::entry(std::string_view code, Day day) const {
    for (const auto& entry : rows_of(code)) {
        if (entry.from <= day && day <= entry.until) {
            return &entry;
        }
    }
    return nullptr;
}

const Places::Step* Places::step_after(std::string_view code, Day day) const {
    for (const auto& step : steps_of(code)) {
        if (day < step.on) {
            return &step;
        }
    }
    return nullptr;
}

const v1::Place* Places::find(std::string_view code, Day day) const {
    const auto* found = entry(code, day);
    return found == nullptr ? nullptr : &found->place;
}

std::optional<Day> Places::nearest_day(std::string_view code, Day day) const {
    std::optional<Day> nearest;
    for (const auto& row : rows_of(code)) {
        if (row.from > day) {
            return nearest ? nearest : std::optional(row.from);
        }
        nearest = std::min(row.until, day);
    }
    return nearest;
}

v1::Places Places::rows() const {
    v1::Places all;
    std::vector<const v1::Place*> places(entries_.size());
    for (const auto& entry : entries_) {
        places[static_cast<std::size_t>(entry.row)] = &entry.place;
    }
    std::vector<const v1::Succession*> successions(steps_.size());
    for (const auto& step : steps_) {
        successions[static_cast<std::size_t>(step.row)] = &step.succession;
    }
    for (const auto* place : places) {
        *all.add_place() = *place;
    }
    for (const auto* succession : successions) {
        *all.add_succession() = *succession;
    }
    return all;
}

bool Places::is_commune(std::string_view code, Day day) const {
    const auto nearest = nearest_day(code, day);
    return nearest && find(code, *nearest)->level() == v1::Place::COMMUNE_LEVEL;
}

std::vector<std::string> Places::children(std::string_view parent, Day day) const {
    std::vector<std::string> codes;
    for (const auto row : rows_below(parent)) {
        const auto& entry = entries_[row];
        if (entry.from <= day && day <= entry.until) {
            codes.push_back(entry.place.code());
        }
    }
    return codes;
}

std::vector<std::string> Places::ever_below(std::string_view parent) const {
    std::vector<std::string> codes;
    for (const auto row : rows_below(parent)) {
        const auto& code = entries_[row].place.code();
        if (codes.empty() || codes.back() != code) {
            codes.push_back(code);
        }
    }
    return codes;
}

std::vector<std::string> Places::other_parents(std::string_view parent, bool before) const {
    std::set<std::string> codes;
    for (const auto& below : ever_below(parent)) {
        const auto is_here = [&](const Entry& entry) { return entry.place.parent() == parent; };
        const auto rows = rows_of(below);
        const auto first = std::find_if(rows.begin(), rows.end(), is_here);
        const auto end = std::find_if(rows.rbegin(), rows.rend(), is_here).base();
        for (const auto& row : before ? std::span(rows.begin(), end) : std::span(first, rows.end())) {
            if (!is_here(row) && !row.place.parent().empty()) {
                codes.insert(row.place.parent());
            }
        }
    }
    return {codes.begin(), codes.end()};
}

std::vector<std::string> Places::came_from(std::string_view parent) const {
    return other_parents(parent, true);
}

std::vector<std::string> Places::went_to(std::string_view parent) const {
    return other_parents(parent, false);
}

bool Places::carries_on(std::string_view place, std::string_view ended) const {
    const auto last = nearest_day(ended, Day::max());
    return last && *last < Day::max() - std::chrono::days(1) && carrier(ended, *last, *last + std::chrono::days(1)) == place;
}

bool Places::is_unchanged(std::string_view code, Day first, Day last) const {
    const auto* before = entry(code, first);
    return before != nullptr && before == entry(code, last) && children(code, first) == children(code, last);
}

bool Places::was_below(std::string_view code, std::string_view parent) const {
    const auto rows = rows_of(code);
    return std::any_of(rows.begin(), rows.end(), [&](const Entry& entry) { return entry.place.parent() == parent; });
}

bool Places::was_within(std::string_view code, std::string_view above) const {
    const auto rows = rows_of(code);
    return std::any_of(rows.begin(), rows.end(), [&](const Entry& entry) {
        const auto& parent = entry.place.parent();
        return parent == above || (!parent.empty() && parent != code && was_within(parent, above));
    });
}

void Places::add_villages(std::string_view area, Day day, std::vector<std::string>& codes) const {
    for (const auto row : rows_below(area)) {
        const auto& entry = entries_[row];
        if (day < entry.from || entry.until < day) {
            continue;
        }
        if (entry.place.level() == v1::Place::VILLAGE_LEVEL) {
            codes.push_back(entry.place.code());
        } else {
            add_villages(entry.place.code(), day, codes);
        }
    }
}

std::vector<std::string> Places::villages(std::string_view area, Day day) const {
    const auto* place = find(area, day);
    if (place == nullptr) {
        return {};
    }
    if (place->level() == v1::Place::VILLAGE_LEVEL) {
        return {place->code()};
    }
    std::vector<std::string> codes;
    add_villages(area, day, codes);
    std::sort(codes.begin(), codes.end());
    return codes;
}

std::string_view Places::carrier(std::string_view code, Day from, Day to) const {
    const auto* at = entry(code, from);
    if (at == nullptr) {
        return {};
    }
    if (to < from) {
        const auto* then = entry(code, to);
        return then == nullptr ? std::string_view() : then->place.code();
    }
    // Each turn moves on to a later day or up a level, so there is an end.
    for (auto day = from; at != nullptr;) {
        const auto* step = step_after(at->place.code(), day);
        if (step != nullptr && step->on <= to && step->on - std::chrono::days(1) <= at->until) {
            day = step->on;
            at = entry(step->succession.to(0), day);
        } else if (to <= at->until) {
            return at->place.code();
        } else if (const auto* same = entry(at->place.code(), at->until + std::chrono::days(1)); same != nullptr) {
            day = same->from;
            at = same;
        } else {
            day = at->until;
            at = entry(at->place.parent(), day);
        }
    }
    return {};
}

std::vector<Places::Ended> Places::ended_without_successor() const {
    std::vector<Ended> ended;
    for (const auto& entry : entries_) {
        if (entry.until == Day::max()) {
            continue;
        }
        const auto next = entry.until + std::chrono::days(1);
        const auto steps = steps_of(entry.place.code());
        const bool goes_on = this->entry(entry.place.code(), next) != nullptr ||
                             std::any_of(steps.begin(), steps.end(), [&](const Step& step) { return step.on == next; });
        if (!goes_on) {
            ended.push_back({&entry.place, entry.until});
        }
    }
    return ended;
}

std::vector<const v1::Place*> Places::on(Day day) const {
    std::vector<const v1::Place*> places;
    for (const auto& entry : entries_) {
        if (entry.from <= day && day <= entry.until) {
            places.push_back(&entry.place);
        }
    }
    return places;
}

std::map<std::string, std::int64_t> recut(const Places& places, const std::map<std::string, std::int64_t>& numbers, Day from, Day to) {
    std::map<std::string, std::int64_t> sums;
    for (const auto& [code, number] : numbers) {
        sums[std::string(places.carrier(code, from, to))] += number;
    }
    return sums;
}

}  // namespace chieng
