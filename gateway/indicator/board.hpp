// SPDX-License-Identifier: Apache-2.0
// The board: what all feeds add up to. A cell is kept once, per place × half-month × series; sums and histograms of the
// places above are kept beside it as it changes, so that a value is read without walking the villages. Different values are
// counted per window, at the village and at the commune, with a count for each key.
//
// board.cpp folds and keeps; roll_up.cpp reads.
//
// Thread   one thread only, reading included.
// Keeps    I6, I7: the same events, or the same latest cells, give the same bytes in any order.
#pragma once

#include "chieng/v1/event.pb.h"
#include "chieng/v1/feed.pb.h"
#include "gateway/indicator/definitions.hpp"
#include "services/runtime/core/places.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng {

class Board {
public:
    using KeyCounts = std::vector<std::pair<std::uint64_t, std::int64_t>>;  // in order of the key
    using CellId = std::uint64_t;                                           // names a cell while this board lives
    using IndicatorId = std::uint64_t;                                      // a definition, over a window, of a place

    // `area`: the commune, or the district, that this board is for. Both references must outlive it.
    Board(const Definitions& definitions, const Places& places, std::string area);

    // Folds one entry of a feed of events. The feed's name is chieng's: its part before '/' is the commune, if a known place.
    void apply(std::string_view feed, const v1::Entry& entry);
    // Takes a commune's latest value of a cell. One of an unknown series or place, or of a place that is not the feed's own,
    // is left out and counted.
    void set(std::string_view feed, const v1::Cell& cell);
    // Removes all that came from a feed.
    void forget(std::string_view feed);

    // The cells that changed since the last call; each is stamped with the next offset after `last`, which moves on.
    [[nodiscard]] std::vector<CellId> take_changed(std::uint64_t& last);
    // Cells stamped later than `offset`, in the order of their stamps: the first `most`, and those that share the last stamp.
    [[nodiscard]] std::vector<std::pair<std::uint64_t, CellId>> stamped_after(std::uint64_t offset, std::size_t most) const;
    // The latest value of a cell; number 0 once it is gone.
    [[nodiscard]] v1::Cell cell(CellId id) const;

    // Indicators that a change of this cell touches: of its commune and of all places above, up to this board's own.
    void touched(CellId id, std::vector<IndicatorId>& ids);
    // Those of all cells, also of those that are gone: a broker may still hold what they were. Some may come twice.
    void all_indicators(std::vector<IndicatorId>& ids);
    [[nodiscard]] bool is_own(IndicatorId id) const;
    [[nodiscard]] v1::IndicatorValue value(IndicatorId id) const;

    // Throws std::invalid_argument for an unknown code or area, or a span that the indicator is not counted over.
    [[nodiscard]] v1::IndicatorValue value(const std::string& area, const Period& period, std::string_view code) const;
    // All indicators that are counted over such a period, in the order of the definitions.
    [[nodiscard]] std::vector<v1::IndicatorValue> rows(const std::string& area, const Period& period) const;

    // What one feed holds of one cell, for keeping; stamp 0: changed and not taken yet. A cell that is gone has no events,
    // only a stamp.
    using Visitor = std::function<void(std::string_view feed, const v1::Cell& cell, const KeyCounts& keys, std::uint64_t stamp)>;
    void cells(const Visitor& visit) const;   // all that stand
    void take_unsaved(const Visitor& visit);  // those that changed since the last call
    // Brings one back as it was kept; with stamp 0 it counts as changed.
    void restore(std::string_view feed, const v1::Cell& cell, const KeyCounts& keys, std::uint64_t stamp);

    // The same bytes for the same content.
    [[nodiscard]] std::string serialize() const;

    [[nodiscard]] std::uint64_t unknown_cells() const { return unknown_cells_; }
    [[nodiscard]] std::size_t unsaved() const { return unsaved_.size(); }

private:
    using Histogram = std::map<std::int32_t, std::int64_t>;

    struct Slot {
        std::int64_t number = 0;
        std::int64_t events = 0;
        std::uint64_t digest = 0;
        [[nodiscard]] bool empty() const { return number == 0 && events == 0 && digest == 0; }
        void add(const Slot& other);
        [[nodiscard]] Slot times(std::int64_t sign) const;
        friend bool operator==(const Slot&, const Slot&) = default;
    };
    // Over all feeds. It stays when it is empty: whoever follows must hear that it is gone.
    struct Total {
        Slot slot;
        std::uint64_t stamp = 0;
        bool changed = false;
    };
    struct Keys {
        boost::unordered_flat_map<std::uint64_t, std::int64_t> counts;
        std::int64_t standing = 0;  // keys with a count above zero
        // 1 when the key stands from now on, -1 when it does so no longer.
        int add(std::uint64_t key, std::int64_t times);
    };
    struct Part {
        Slot slot;
        bool unsaved = false;
    };
    struct Feed {
        std::string name;
        std::uint32_t home = 0;  // where events land that name no village
        boost::unordered_flat_map<CellId, Part> parts;
        boost::unordered_flat_map<CellId, Histogram> histograms;
        boost::unordered_flat_map<CellId, Keys> keys;
    };
    // The places above one, at one time, up to the board's own.
    struct Line {
        boost::container::small_vector<std::uint32_t, 3> above;
        bool is_village = false;
    };
    // An event while it is folded.
    struct Fact {
        Feed& feed;
        const v1::Event& event;
        std::int64_t sign;
        Day occurred;
        Day received;
        Atom atom;
        std::uint64_t digest;
        std::uint32_t village;
        std::uint32_t commune;
    };

    Feed& feed_named(std::string_view name);
    std::uint32_t area_id(std::string_view code);
    const Line& line(CellId id);
    void fold(Feed& feed, const v1::Entry& entry, std::int64_t sign, bool counts, bool is_new);
    void fold_plan(const Fact& fact, const SourcePlan& plan);
    void contribute(const Fact& fact, const SourcePlan& plan, SeriesId series, std::int64_t amount);
    void contribute_key(const Fact& fact, const SourcePlan& plan, SeriesId series);
    void add_key(Feed& feed, CellId id, std::uint64_t hash, std::int64_t times);
    void note_presence(CellId id, std::uint64_t hash, int change);
    void add(Feed& feed, CellId id, const Slot& slot);
    void add_days(Feed& feed, CellId id, const Histogram& days, std::int64_t sign);
    void put(Feed& feed, CellId id, const Slot& slot, const Histogram& days, const KeyCounts& keys);
    void clear(Feed& feed, CellId id);
    void note_change(CellId id, Total& total);
    [[nodiscard]] std::optional<CellId> id_of(const v1::Cell& cell);
    void visit_part(const Feed& feed, CellId id, const Visitor& visit) const;

    template <class To>
    static void put_lineage(To& to, const Slot& slot) {
        to.mutable_lineage()->set_events(static_cast<std::uint32_t>(slot.events));
        to.mutable_lineage()->set_digest(slot.digest);
    }
    [[nodiscard]] v1::Cell named(CellId id) const;
    // A half-month of different values: it is kept, and its windows are published.
    [[nodiscard]] bool is_hidden(CellId id) const;
    template <class Take>
    void each_window(CellId id, const Take& take) const;
    template <class Slots>
    [[nodiscard]] static Slot slot_at(const Slots& slots, CellId id);
    [[nodiscard]] Slot window_at(CellId id) const;
    [[nodiscard]] Slot window_below(CellId id) const;
    [[nodiscard]] Slot total(SeriesId series, bool distinct, std::uint32_t area, const Period& period) const;
    [[nodiscard]] Histogram days(SeriesId series, std::uint32_t area, const Period& period) const;
    [[nodiscard]] v1::IndicatorValue value(const std::string& area, const Period& period, const Definition& definition) const;
    void fill_coverage(v1::IndicatorValue& value, const std::string& of, const Period& period) const;

    const Definitions& definitions_;
    const Places& places_;
    std::string area_;
    std::map<std::string, Feed, std::less<>> feeds_;
    boost::unordered_flat_map<CellId, Total> totals_;
    boost::unordered_flat_map<CellId, Slot> below_;    // sums of all that lies under a place
    boost::unordered_flat_map<CellId, Keys> windows_;  // different values, by the half-months and feeds in which each stands
    boost::unordered_flat_map<CellId, Histogram> histograms_;
    boost::unordered_flat_map<CellId, Histogram> histograms_below_;
    std::vector<CellId> changed_;
    std::vector<std::pair<Feed*, CellId>> unsaved_;
    std::vector<std::string> areas_;
    std::map<std::string, std::uint32_t, std::less<>> area_ids_;
    boost::unordered_flat_map<std::uint64_t, Line> lines_;
    mutable std::map<std::pair<std::string, Day>, std::vector<std::string>> villages_;  // of an area on a day, as asked for
    std::uint64_t unknown_cells_ = 0;
    v1::Event event_;   // reused
    std::string text_;  // reused
};

template <class Slots>
Board::Slot Board::slot_at(const Slots& slots, CellId id) {
    const auto it = slots.find(id);
    if (it == slots.end()) {
        return {};
    }
    if constexpr (requires { it->second.slot; }) {
        return it->second.slot;
    } else {
        return it->second;
    }
}

}  // namespace chieng
