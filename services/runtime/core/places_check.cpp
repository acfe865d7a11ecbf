// SPDX-License-Identifier: Apache-2.0
// How a register is taken in: whole, or refused with the row that contradicts the rest.
#include "services/runtime/core/places.hpp"
#include "services/runtime/core/validator.hpp"

#include <xxhash.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

namespace chieng {
namespace {

std::string name_of(const v1::Place& row) {
    return "place " + row.code();
}

std::string name_of(const v1::Succession& row) {
    return "succession of " + row.code() + " on " + row.on();
}

Day bound(const std::string& text, Day otherwise, const v1::Place& row, int number) {
    if (text.empty()) {
        return otherwise;
    }
    const auto day = parse_day(text);
    if (!day) {
        throw PlacesError(name_of(row) + ": '" + text + "' is not a date", number, -1);
    }
    return *day;
}

}  // namespace

Places::Places(const v1::Places& rows) {
    const auto bytes = rows.SerializeAsString();
    digest_ = XXH3_64bits(bytes.data(), bytes.size());
    entries_.reserve(static_cast<std::size_t>(rows.place_size()));
    for (int i = 0; i < rows.place_size(); ++i) {
        take_place(rows.place(i), i);
    }
    for (int i = 0; i < rows.succession_size(); ++i) {
        take_succession(rows.succession(i), i);
    }
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.place.code(), a.from, a.row) < std::tie(b.place.code(), b.from, b.row);
    });
    std::sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) {
        return std::tie(a.succession.code(), a.on, a.row) < std::tie(b.succession.code(), b.on, b.row);
    });
    below_.resize(entries_.size());
    std::iota(below_.begin(), below_.end(), 0U);
    std::stable_sort(below_.begin(), below_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return entries_[a].place.parent() < entries_[b].place.parent(); });
    for (std::size_t i = 1; i < entries_.size(); ++i) {
        const auto& before = entries_[i - 1];
        const auto& after = entries_[i];
        if (before.place.code() == after.place.code() && after.from <= before.until) {
            throw PlacesError(name_of(after.place) + " is listed twice for the same day", std::max(before.row, after.row), -1);
        }
    }
    for (const auto& entry : entries_) {
        check_place(entry);
    }
    for (const auto& step : steps_) {
        check_succession(step);
    }
}

void Places::take_place(const v1::Place& row, int number) {
    if (row.code().empty()) {
        throw PlacesError("place without a code", number, -1);
    }
    Entry entry{row, bound(row.from(), Day::min(), row, number), bound(row.until(), Day::max(), row, number), number};
    if (entry.until < entry.from) {
        throw PlacesError(name_of(row) + " ends before it begins", number, -1);
    }
    if (row.parent() == row.code()) {
        throw PlacesError(name_of(row) + " is its own parent", number, -1);
    }
    if (row.level() < v1::Place::VILLAGE_LEVEL || row.level() > v1::Place::PROVINCE_LEVEL) {
        throw PlacesError(name_of(row) + " has no level", number, -1);
    }
    if (row.level() == v1::Place::VILLAGE_LEVEL && !is_village_code(row.code())) {
        throw PlacesError(name_of(row) + ": no event can name a village so; its code is five digits, a dash, two digits: 23656-01", number,
                          -1);
    }
    entries_.push_back(std::move(entry));
}

void Places::take_succession(const v1::Succession& row, int number) {
    const auto day = parse_day(row.on());
    if (!day) {
        throw PlacesError("succession of " + row.code() + ": '" + row.on() + "' is not a date", -1, number);
    }
    steps_.push_back({row, *day, number});
}

std::string Places::why_not_below(const Entry& entry, const Entry& above, Day day) const {
    auto path = entry.place.code();
    const auto* at = &above;
    for (int i = 0; i < 8 && at != nullptr; ++i, at = this->entry(at->place.parent(), day)) {
        path += " below " + at->place.code();
        if (at->place.code() == entry.place.code()) {
            return name_of(entry.place) + " is its own ancestor: " + path;
        }
    }
    return name_of(entry.place) + ": its parent " + above.place.code() + " is not of a level above";
}

// Levels that rise make a tree: no place is below itself, however far.
void Places::check_place(const Entry& entry) const {
    const auto& parent = entry.place.parent();
    if (parent.empty() || (entry.place.level() == v1::Place::PROVINCE_LEVEL && !known(parent))) {
        return;
    }
    const auto above = rows_of(parent);
    if (above.empty()) {
        throw PlacesError(name_of(entry.place) + ": its parent " + parent + " is not in the register", entry.row, -1);
    }
    // "Since ever" is as long as the register goes back.
    auto day = entry.place.from().empty() ? above.front().from : entry.from;
    while (true) {
        const auto* on_day = this->entry(parent, day);
        if (on_day == nullptr || entry.until < day) {
            const auto missing = std::min(day, entry.until);
            throw PlacesError(name_of(entry.place) + ": its parent " + parent + " is no place on " + format_day(missing), entry.row, -1);
        }
        if (on_day->place.level() <= entry.place.level()) {
            throw PlacesError(why_not_below(entry, *on_day, day), entry.row, -1);
        }
        if (entry.until <= on_day->until) {
            return;
        }
        day = on_day->until + one_day;
    }
}

void Places::check_succession(const Step& step) const {
    const auto& row = step.succession;
    const auto refuse = [&](const std::string& why) { throw PlacesError(name_of(row) + ": " + why, -1, step.row); };
    const auto same_day = steps_of(row.code());
    if (std::count_if(same_day.begin(), same_day.end(), [&](const Step& other) { return other.on == step.on; }) > 1) {
        refuse("it is listed twice");
    }
    const auto* before = entry(row.code(), step.on - one_day);
    if (before == nullptr) {
        refuse(row.code() + " is no place on " + format_day(step.on - one_day));
    }
    if (row.to().empty()) {
        refuse(row.code() + " is succeeded by nothing");
    }
    std::set<std::string_view> successors;
    for (const auto& code : row.to()) {
        const auto* after = entry(code, step.on);
        if (after == nullptr) {
            refuse("its successor " + code + " is no place on " + row.on());
        }
        if (after->place.level() < before->place.level()) {
            refuse("its successor " + code + " is of a level below");
        }
        if (!successors.insert(code).second) {
            refuse("its successor " + code + " is named twice");
        }
    }
    if (before == entry(row.code(), step.on) && !successors.contains(row.code())) {
        refuse(row.code() + " goes on as one row over that day, yet is not among its successors");
    }
}

}  // namespace chieng
