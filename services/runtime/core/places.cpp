// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/places.hpp"

#include <xxhash.h>

#include <algorithm>
#include <stdexcept>

namespace chieng {
namespace {

Day bound(const std::string& text, Day otherwise, const std::string& code) {
    if (text.empty()) {
        return otherwise;
    }
    const auto day = parse_day(text);
    if (!day) {
        throw std::invalid_argument("place " + code + ": '" + text + "' is not a date");
    }
    return *day;
}

}  // namespace

Places::Places(const v1::Places& rows) {
    const auto bytes = rows.SerializeAsString();
    digest_ = XXH3_64bits(bytes.data(), bytes.size());
    for (const auto& row : rows.place()) {
        Entry entry{row, bound(row.from(), Day::min(), row.code()), bound(row.until(), Day::max(), row.code())};
        if (entry.until < entry.from) {
            throw std::invalid_argument("place " + row.code() + " ends before it begins");
        }
        if (row.parent() == row.code()) {
            throw std::invalid_argument("place " + row.code() + " is its own parent");
        }
        auto& entries = by_code_[row.code()];
        for (const auto& other : entries) {
            if (entry.from <= other.until && other.from <= entry.until) {
                throw std::invalid_argument("place " + row.code() + " is listed twice for the same day");
            }
        }
        entries.push_back(std::move(entry));
    }
    for (const auto& row : rows.place()) {
        if (row.level() != v1::Place::PROVINCE_LEVEL && !row.parent().empty() && !known(row.parent())) {
            throw std::invalid_argument("place " + row.code() + ": its parent " + row.parent() + " is not in the register");
        }
    }
    // Levels that rise make a tree: no place is below itself, however far.
    for (const auto& [code, entries] : by_code_) {
        for (const auto& entry : entries) {
            const auto above = by_code_.find(entry.place.parent());
            for (const auto& parent : above == by_code_.end() ? std::vector<Entry>() : above->second) {
                if (entry.from <= parent.until && parent.from <= entry.until && parent.place.level() <= entry.place.level()) {
                    throw std::invalid_argument("place " + code + ": its parent " + entry.place.parent() + " is not of a level above");
                }
            }
        }
    }
}

const v1::Place* Places::find(std::string_view code, Day day) const {
    const auto it = by_code_.find(code);
    if (it == by_code_.end()) {
        return nullptr;
    }
    for (const auto& entry : it->second) {
        if (entry.from <= day && day <= entry.until) {
            return &entry.place;
        }
    }
    return nullptr;
}

std::vector<std::string> Places::children(std::string_view parent, Day day) const {
    std::vector<std::string> codes;
    for (const auto& [code, entries] : by_code_) {
        const auto* place = find(code, day);
        if (place != nullptr && place->parent() == parent) {
            codes.push_back(code);
        }
    }
    return codes;
}

std::vector<std::string> Places::ever_below(std::string_view parent) const {
    std::vector<std::string> codes;
    for (const auto& [code, entries] : by_code_) {
        if (std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.place.parent() == parent; })) {
            codes.push_back(code);
        }
    }
    return codes;
}

bool Places::was_below(std::string_view code, std::string_view parent) const {
    const auto it = by_code_.find(code);
    return it != by_code_.end() &&
           std::any_of(it->second.begin(), it->second.end(), [&](const Entry& entry) { return entry.place.parent() == parent; });
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
    for (const auto& child : children(area, day)) {
        const auto below = villages(child, day);
        codes.insert(codes.end(), below.begin(), below.end());
    }
    return codes;
}

}  // namespace chieng
