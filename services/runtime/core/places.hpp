// SPDX-License-Identifier: Apache-2.0
// The register of places: what a code meant on a day, and what became of it. A whole country with its villages fits: rows stand
// sorted by code, and once more by the place above, so no question walks the register.
#pragma once

#include "chieng/v1/place.pb.h"
#include "services/runtime/core/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

// Of the codes in a register those of villages have a dash: 23656-01.
[[nodiscard]] constexpr bool names_village(std::string_view code) {
    return code.find('-') != std::string_view::npos;
}

// A register that contradicts itself. One of the two is the number of the row, the other is -1.
class PlacesError : public std::invalid_argument {
public:
    PlacesError(const std::string& what, int place, int succession)
        : std::invalid_argument(what), place_row(place), succession_row(succession) {}
    int place_row;
    int succession_row;
};

class Places {
public:
    Places() = default;
    // Throws PlacesError naming the row when a place has no level, is a village that no event can name, ends before it begins,
    // is its own ancestor, is listed twice for one day, or is below one that is not of a level above or not there on each of its
    // days; when a succession leads nowhere, to or from a place that is not there on its day, or contradicts the rows of its code.
    explicit Places(const v1::Places& rows);

    // The place that had this code on that day; null when none had.
    [[nodiscard]] const v1::Place* find(std::string_view code, Day day) const;

    // Whether the code was ever a place.
    [[nodiscard]] bool known(std::string_view code) const { return !rows_of(code).empty(); }

    // That day, if the code was a place then; otherwise the last day before it on which it was, or the first after it; empty for
    // an unknown code.
    [[nodiscard]] std::optional<Day> nearest_day(std::string_view code, Day day) const;

    // Whether the code was a commune's on that day, or on the nearest one.
    [[nodiscard]] bool is_commune(std::string_view code, Day day) const;

    // Whether the code named one and the same place on both days, with the same places below it.
    [[nodiscard]] bool is_unchanged(std::string_view code, Day first, Day last) const;

    // Codes of the places below `parent` on that day, in order.
    [[nodiscard]] std::vector<std::string> children(std::string_view parent, Day day) const;

    // Codes that were below `parent` on any day, in order.
    [[nodiscard]] std::vector<std::string> ever_below(std::string_view parent) const;

    // Codes of the other places that those below `parent` were below before they came to it, in order.
    [[nodiscard]] std::vector<std::string> came_from(std::string_view parent) const;

    // … and after they left it.
    [[nodiscard]] std::vector<std::string> went_to(std::string_view parent) const;

    // Whether the code was directly below `parent` on any day.
    [[nodiscard]] bool was_below(std::string_view code, std::string_view parent) const;
    // … or below a place that was, and so on.
    [[nodiscard]] bool was_within(std::string_view code, std::string_view above) const;

    // Codes of all villages below `area` (itself, if it is one) on that day, in order.
    [[nodiscard]] std::vector<std::string> villages(std::string_view area, Day day) const;

    // The code that on day `to` carries what the place `code` of day `from` counted. Successions are followed, of each the first
    // place; a place that ended without one is carried by the place that was above it on its last day, so that what it counted
    // stays in every sum above. Empty when there was no such place, or nothing above it. Backwards (`to` before `from`) what was
    // added up cannot be taken apart: the same code if it was a place then, otherwise empty.
    [[nodiscard]] std::string_view carrier(std::string_view code, Day from, Day to) const;

    // Whether a place carries at first what another one counted of itself, whose code is a place no longer.
    [[nodiscard]] bool carries_on(std::string_view place, std::string_view ended) const;

    // Places that ended, with that last day, and neither went on under their code nor were succeeded, in order.
    struct Ended {
        const v1::Place* place;
        Day last;
    };
    [[nodiscard]] std::vector<Ended> ended_without_successor() const;

    // Every place of that day, in order of code.
    [[nodiscard]] std::vector<const v1::Place*> on(Day day) const;

    // Of all rows: the same register means the same digest.
    [[nodiscard]] std::uint64_t digest() const { return digest_; }
    // All rows, as they were given.
    [[nodiscard]] v1::Places rows() const;

private:
    struct Entry {
        v1::Place place;
        Day from;
        Day until;
        int row;
    };
    struct Step {
        v1::Succession succession;
        Day on;
        int row;
    };

    [[nodiscard]] std::span<const Entry> rows_of(std::string_view code) const;
    [[nodiscard]] std::span<const Step> steps_of(std::string_view code) const;
    [[nodiscard]] std::span<const std::uint32_t> rows_below(std::string_view parent) const;
    [[nodiscard]] std::vector<std::string> other_parents(std::string_view parent, bool before) const;
    [[nodiscard]] const Entry* entry(std::string_view code, Day day) const;
    [[nodiscard]] const Step* step_after(std::string_view code, Day day) const;

    void take_place(const v1::Place& row, int number);
    void take_succession(const v1::Succession& row, int number);
    void check_place(const Entry& entry) const;
    [[nodiscard]] std::string why_not_below(const Entry& entry, const Entry& above, Day day) const;
    void check_succession(const Step& step) const;
    void add_villages(std::string_view area, Day day, std::vector<std::string>& codes) const;

    std::uint64_t digest_ = 0;
    std::vector<Entry> entries_;        // by code, then day
    std::vector<std::uint32_t> below_;  // entries by the code above, then as entries stand
    std::vector<Step> steps_;           // by code, then day
};

// What the places of day `from` counted, by the places that carry it on day `to`. What nothing carries stands under the empty
// code, so the sum of all numbers stays.
[[nodiscard]] std::map<std::string, std::int64_t> recut(const Places& places, const std::map<std::string, std::int64_t>& numbers, Day from,
                                                        Day to);

}  // namespace chieng
