// SPDX-License-Identifier: Apache-2.0
// The board: what all feeds add up to. Sums and histograms are kept once, per place × half-month × series, and added on
// the way up; different values are counted per window, at the village and at the commune, with a count for each key.
//
// Thread   one thread only, reading included.
// Keeps    I6, I7: the same events, or the same latest cells, give the same bytes in any order.
#pragma once

#include "chieng/v1/event.pb.h"
#include "chieng/v1/feed.pb.h"
#include "gateway/indicator/definitions.hpp"
#include "services/runtime/core/places.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng {

class Board {
public:
    using KeyCounts = std::vector<std::pair<std::uint64_t, std::int64_t>>;  // in order of the key

    // `area`: the commune, or the district, that this board is for. Both references must outlive it.
    Board(const Definitions& definitions, const Places& places, std::string area);

    // Folds one entry of a feed of events. The feed's name is chieng's: its part before '/' is the commune, if a known place.
    void apply(std::string_view feed, const v1::Entry& entry);
    // Takes a commune's latest value of a cell. One of an unknown series or place is left out and counted.
    void set(std::string_view feed, const v1::Cell& cell);
    // Removes all that came from a feed.
    void forget(std::string_view feed);

    // Latest values of the cells that changed since the last call, in order of their names; gone ones with number 0.
    [[nodiscard]] std::vector<v1::Cell> take_changed();

    // Throws std::invalid_argument for an unknown code or area, or a span that the indicator is not counted over.
    [[nodiscard]] v1::IndicatorValue value(const std::string& area, const Period& period, std::string_view code) const;
    // All indicators that are counted over such a period, in the order of the definitions.
    [[nodiscard]] std::vector<v1::IndicatorValue> rows(const std::string& area, const Period& period) const;

    // All that is held, for keeping: restore() with the same arguments brings it back and reports nothing as changed.
    using Visitor = std::function<void(std::string_view feed, const v1::Cell& cell, const KeyCounts& keys)>;
    void cells(const Visitor& visit) const;
    void restore(std::string_view feed, const v1::Cell& cell, const KeyCounts& keys = {});

    // The same bytes for the same content.
    [[nodiscard]] std::string serialize() const;

    [[nodiscard]] std::uint64_t unknown_cells() const { return unknown_cells_; }

private:
    // series (21 bits), time (22 bits), area (21 bits)
    using CellKey = std::uint64_t;
    using Histogram = std::map<std::int32_t, std::int64_t>;

    struct Slot {
        std::int64_t number = 0;
        std::int64_t events = 0;
        std::uint64_t digest = 0;
        [[nodiscard]] bool empty() const { return number == 0 && events == 0 && digest == 0; }
        void add(const Slot& other, std::int64_t sign);
    };
    struct Keys {
        boost::unordered_flat_map<std::uint64_t, std::int64_t> counts;
        std::int64_t standing = 0;  // keys with a count above zero
        void add(std::uint64_t key, std::int64_t sign);
    };
    struct Feed {
        std::uint32_t home = 0;  // where events land that name no village
        boost::unordered_flat_map<CellKey, Slot> slots;
        boost::unordered_flat_map<CellKey, Histogram> histograms;
        boost::unordered_flat_map<CellKey, Keys> keys;
    };
    // An event while it is folded.
    struct Fact {
        Feed& feed;
        const v1::Event& event;
        std::int64_t sign;
        Day occurred;
        Day received;
        std::uint64_t digest;
        std::uint32_t village;
        std::uint32_t commune;
    };

    Feed& feed_named(std::string_view name);
    std::uint32_t area_id(std::string_view code);
    void fold(Feed& feed, const v1::Entry& entry, std::int64_t sign, bool counts, bool is_new);
    void fold_plan(const Fact& fact, const SourcePlan& plan);
    void contribute(const Fact& fact, const SourcePlan& plan, SeriesId series, std::int64_t amount);
    void add_days(const Fact& fact, CellKey key, std::int32_t days);
    void add(Feed& feed, CellKey key, const Slot& slot, std::int64_t sign);
    void put(Feed& feed, CellKey key, const Slot& slot, Histogram histogram, const KeyCounts& keys);
    [[nodiscard]] std::optional<CellKey> key_of(const v1::Cell& cell);

    [[nodiscard]] v1::Cell named(CellKey key) const;
    [[nodiscard]] const std::vector<std::uint32_t>& members(const std::string& area, Atom atom) const;
    [[nodiscard]] bool is_under(const std::string& code, const std::string& area, Day day) const;
    [[nodiscard]] std::vector<CellKey> keys_of(SeriesId series, bool distinct, const std::string& area, const Period& period) const;
    [[nodiscard]] Slot total(SeriesId series, bool distinct, const std::string& area, const Period& period) const;
    [[nodiscard]] std::int64_t standing(CellKey key) const;
    [[nodiscard]] Histogram histogram(CellKey key) const;
    void fill_coverage(v1::IndicatorValue& value, const std::string& of, const Period& period) const;

    const Definitions& definitions_;
    const Places& places_;
    std::string area_;
    std::map<std::string, Feed, std::less<>> feeds_;
    boost::unordered_flat_map<CellKey, Slot> total_;  // over all feeds
    boost::unordered_flat_set<CellKey> changed_;
    std::vector<std::string> areas_;
    std::map<std::string, std::uint32_t, std::less<>> area_ids_;
    mutable std::map<std::pair<std::string, std::int32_t>, std::vector<std::uint32_t>> members_;  // of areas_, as of now
    std::uint64_t unknown_cells_ = 0;
    v1::Event event_;   // reused
    std::string text_;  // reused
};

}  // namespace chieng
