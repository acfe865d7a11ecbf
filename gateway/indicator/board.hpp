// SPDX-License-Identifier: Apache-2.0
// The board: what all feeds add up to. A cell is kept once, per place × half-month × series; sums and histograms of the
// places above are kept beside it as it changes, so that a value is read without walking the villages. Different values are
// counted per window, with a count for each key where the event was; the commune counts in how many villages each stands.
//
// A STOCK is kept as what it opened a year with and as the changes of each half-month; what stands at a window's end is their
// sum, village by village, so that it follows a village to another commune. Where the latest of several events stands, all of
// them are remembered as versions of their subject, so that any order gives the same.
//
// board_parts.hpp says what it is made of. board.cpp folds, added.cpp adds, subjects.cpp finds the latest, cells.cpp keeps, roll_up.cpp,
// stocks.cpp and derived.cpp read.
//
// Thread   one thread only, reading included.
// Keeps    I6, I7: the same events, or the same latest cells, give the same bytes in any order.
#pragma once

#include "chieng/store/v1/board.pb.h"
#include "chieng/v1/event.pb.h"
#include "chieng/v1/feed.pb.h"
#include "gateway/indicator/board_parts.hpp"
#include "gateway/indicator/cell_id.hpp"
#include "gateway/indicator/definitions.hpp"
#include "gateway/indicator/open_table.hpp"
#include "services/runtime/core/places.hpp"

#include <boost/container/flat_map.hpp>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace chieng {

class Board : private BoardParts {
public:
    using KeyCounts = std::vector<std::pair<std::uint64_t, std::int64_t>>;  // in order of the key
    using CellId = BoardParts::CellId;
    using IndicatorId = std::uint64_t;  // a definition, over a window, of a place

    // `area`: the commune, or the district, that this board is for. Both references must outlive it.
    Board(const Definitions& definitions, const Places& places, std::string area);

    // Folds one entry of a feed of events. The feed's name is chieng's: its part before '/' is the commune, if a known place. Of another
    // commune's events a commune's board takes only what the latest is asked of: the rest stands in that one's cells.
    void apply(std::string_view feed, const v1::Entry& entry);
    // Several, in their order: cheaper than one by one, as the sums wait for settle(). Reading before that is a std::logic_error.
    void apply(std::string_view feed, const google::protobuf::RepeatedPtrField<v1::Entry>& entries);
    void settle();
    // Takes a commune's latest value of a cell. One of an unknown series or place, or of a place that is not the feed's own,
    // is left out and counted.
    void set(std::string_view feed, const v1::Cell& cell);
    // Removes all that came from a feed.
    void forget(std::string_view feed);

    // The cells that changed since the last call; each is stamped with the next offset after `last`, which moves on.
    [[nodiscard]] std::vector<CellId> take_changed(std::uint64_t& last);
    // Cells stamped later than `offset`, in the order of their stamps: the first `most`, and those that share the last stamp.
    [[nodiscard]] std::vector<std::pair<std::uint64_t, CellId>> stamped_after(std::uint64_t offset, std::size_t most) const;
    // Indicators of what stands that come into being because time went on; `ids` as above.
    void touched_by_time(std::vector<IndicatorId>& ids);
    // The last half-month that anything was ever seen in: up to there what stands is told. Who published keeps it over a restart, for
    // what made it may have been taken back or superseded since.
    [[nodiscard]] std::int32_t horizon() const { return horizon_; }
    void raise_horizon(std::int32_t atom);
    // The last half-month that anything on the board happened in.
    [[nodiscard]] std::int32_t latest() const { return latest_; }
    // The latest value of a cell; number 0 once it is gone.
    [[nodiscard]] v1::Cell cell(CellId id) const;
    void read(CellId id, v1::Cell& cell) const;  // into an empty one

    // Indicators that a change of this cell touches: of its commune and of all places above, up to this board's own; and of its
    // village those that tell_villages() names.
    void touched(CellId id, std::vector<IndicatorId>& ids);
    void tell_villages(const std::function<bool(const v1::Indicator&)>& is_told);
    // Those of all cells, also of those that are gone: a broker may still hold what they were. Some may come twice.
    void all_indicators(std::vector<IndicatorId>& ids);
    // The same by who tells nothing yet of the windows that time began: touched_by_time() has them still.
    void look_at_all(std::vector<IndicatorId>& ids);
    [[nodiscard]] bool is_own(IndicatorId id) const;
    // Whether this board's place tells it: its own values, and those of what lies in it at the end of the window. What lies elsewhere
    // then is told there: a topic has one writer beside the place itself, which says the same. Of a window in which a place changed
    // that one has what its villages brought along, and is its topic's only writer.
    [[nodiscard]] bool is_told(IndicatorId id) const;
    [[nodiscard]] v1::IndicatorValue value(IndicatorId id) const;

    // Throws std::invalid_argument for an unknown code or area, or a span that the indicator is not counted over.
    [[nodiscard]] v1::IndicatorValue value(const std::string& area, const Period& period, std::string_view code) const;
    // All indicators that are counted over such a period, in the order of the definitions. Without a map each event counts where
    // it happened, in the units of its day; with one, in the units of that day: as it was, and as it is now.
    [[nodiscard]] std::vector<v1::IndicatorValue> rows(const std::string& area, const Period& period,
                                                       std::optional<Day> map = std::nullopt) const;

    // What one feed holds of one cell, for keeping; stamp 0: changed and not taken yet. A cell that is gone has no events,
    // only a stamp.
    using Visitor = std::function<void(std::string_view feed, const v1::Cell& cell, const KeyCounts& keys, std::uint64_t stamp)>;
    void cells(const Visitor& visit) const;   // all that stand
    void take_unsaved(const Visitor& visit);  // those that changed since the last call
    // Brings one back as it was kept; with stamp 0 it counts as changed.
    void restore(std::string_view feed, const v1::Cell& cell, const KeyCounts& keys, std::uint64_t stamp);

    // What stands of each cell of a place itself, without what lies under it; of different values their number in each window.
    struct Figure {
        SeriesId series = 0;
        std::uint64_t time = 0;  // as in cell_id
        std::string_view area;
        std::int64_t number = 0;
    };
    void figures(const std::function<void(const Figure&)>& visit) const;  // in no order; of one cell it may come in two pieces
    // Whether the target that an achievement of targets tells there was assigned to the area itself, not to places below it.
    [[nodiscard]] bool has_own_target(const Definition& achievement, const std::string& code, const std::string& area,
                                      const Period& period) const;
    // Moves on whenever a number changes.
    [[nodiscard]] std::uint64_t version() const { return version_; }
    // Moves on whenever take_changed() finds something: for who keeps values that he read.
    [[nodiscard]] std::uint64_t moves() const { return moves_; }
    // The moves() at which something last changed that such a value of the area, as it was, is made of.
    [[nodiscard]] std::uint64_t moved_at(const Definition& definition, const std::string& area) const;

    // Subjects that changed since the last call; without versions: it is gone.
    void take_unsaved_subjects(const std::function<void(const store::v1::BoardSubject&)>& visit);
    void restore(const store::v1::BoardSubject& kept);

    // For who published, was killed, and reads again what it had not kept: other cells arise in passing where the latest stands
    // when the feeds interleave otherwise. From now on the board remembers which ones any interleaving makes.
    void remember_passing() { passing_.emplace(); }
    // Makes those of them that it does not know, with nothing in them: they count as changed, so that whoever follows hears that
    // they are gone.
    void make_passing();
    void forget_passing() { passing_.reset(); }

    // The same bytes for the same content.
    [[nodiscard]] std::string serialize() const;

    [[nodiscard]] std::uint64_t unknown_cells() const { return unknown_cells_; }

private:
    Feed& feed_named(std::string_view name);
    std::uint32_t area_id(std::string_view code);
    const Line& line(CellId id);
    [[nodiscard]] std::uint64_t digest_of_key(const v1::Entry& entry, const EventPlan& plan);
    Sheet& sheet_of(Feed& feed, const EventPlan& plan, Atom atom, std::uint32_t area);
    [[nodiscard]] std::uint32_t commune_of(std::uint32_t village, Atom atom, const Feed& feed);
    void fold(Feed& feed, const v1::Entry& entry);
    void fold(Feed& feed, const v1::Entry& entry, std::int64_t sign, bool counts, bool is_new);
    void fold_plan(const Fact& fact, const SourcePlan& plan);
    template <class Take>
    void each_contribution(const Fact& fact, const SourcePlan& plan, const Take& take);
    template <class Take>
    void each_place(const Fact& fact, const SourcePlan& plan, const Take& take);
    [[nodiscard]] std::optional<std::uint64_t> time_of(const Fact& fact, const SourcePlan& plan) const;
    void contribute(const Fact& fact, const SourcePlan& plan, std::uint64_t time, SeriesId series, std::int64_t amount);
    void contribute_days(const Fact& fact, const SourcePlan& plan, std::uint64_t time);
    void contribute_keys(const Fact& fact, const SourcePlan& plan, std::uint64_t time);
    void fold_standing(const Fact& fact, const SourcePlan& plan);
    void fold_version(const Fact& fact, const SourcePlan& plan, std::uint64_t time);
    [[nodiscard]] std::uint64_t subject_of(const Fact& fact, const SourcePlan& plan) const;
    [[nodiscard]] std::string_view heir_of(const Fact& fact) const;
    [[nodiscard]] bool succeeds(const Version& later, const Version& earlier) const;
    [[nodiscard]] const Version* successor_of(const Version& version, const std::vector<const Version*>& told, bool is_stock) const;
    void add_effect(const Subject& subject, std::int64_t sign, Effect& effect) const;
    [[nodiscard]] bool is_withdrawn(const std::vector<const Version*>& withdrawals, const Version& version) const;
    void note_line(CellId id);
    template <class Change>
    void change_subject(std::uint64_t key, const Change& change);
    static void insert_version(std::vector<Version>& versions, Version version);
    void forget_versions(const Feed& feed);
    void add_key(Feed& feed, CellId id, std::uint64_t hash, std::int64_t times);
    void add_keys(Feed& feed, CellId id, std::span<const Sheet::Key> added);
    void note_presence(const Feed& feed, CellId id, std::uint64_t hash, int change);
    void note_presence(CellId id, std::uint64_t hash, int change);
    void add(Feed& feed, CellId id, const Slot& slot);
    void add(Sheet& sheet, SeriesId series, const Slot& slot);
    void add(const Fact& fact, SeriesId series, std::uint64_t time, std::uint32_t area, const Slot& slot);
    [[nodiscard]] Sheet* sheet_for(const Fact& fact, SeriesId series, std::uint64_t time, std::uint32_t area);
    void add_key(const Fact& fact, SeriesId series, std::uint64_t time, std::uint64_t hash);
    void add_days(const Fact& fact, SeriesId series, std::uint64_t time, std::int32_t days);
    void forget_sheets();
    void take_added();
    void take_keys(Sheet& sheet);
    void take_days(Sheet& sheet);
    void require_settled() const;
    void add_days(Feed& feed, CellId id, std::int32_t days, std::int64_t events);
    void put(Feed& feed, CellId id, const Slot& slot, const Histogram& days, const KeyCounts& keys);
    void clear(Feed& feed, CellId id);
    void note_change(CellId id, Total& total);
    // The entry of the cell, made when there is none.
    template <class Held>
    [[nodiscard]] static Held& held(OpenTable<Held>& table, CellId id);
    void note_moved(CellId id);
    [[nodiscard]] std::optional<CellId> id_of(const v1::Cell& cell);
    void visit_part(const Feed& feed, CellId id, const Visitor& visit) const;

    template <class To>
    static void put_lineage(To& to, const Slot& slot) {
        to.mutable_lineage()->set_events(static_cast<std::int32_t>(slot.events));
        to.mutable_lineage()->set_digest(slot.digest);
    }
    void name(CellId id, v1::Cell& cell) const;
    // A half-month of different values: it is kept, and its windows are published.
    [[nodiscard]] bool is_hidden(CellId id) const;
    template <class Take>
    void each_window(CellId id, const Take& take) const;
    template <class Held>
    [[nodiscard]] static Slot slot_at(const OpenTable<Held>& table, CellId id);
    [[nodiscard]] Slot window_at(CellId id) const;
    [[nodiscard]] Slot window_below(CellId id) const;
    // Of the area, over the window; of a stock at its end, or as it stood when the window began.
    enum class At { end, start };
    [[nodiscard]] Slot total(SeriesId series, const std::string& area, const Period& period, At at = At::end) const;
    [[nodiscard]] const v1::Place* place_in(std::string_view code, Atom atom) const;
    [[nodiscard]] const v1::Place* carrier_in(std::string_view code, Atom atom) const;
    [[nodiscard]] Above above(const v1::Place* place, Atom atom);
    [[nodiscard]] bool lies_here(CellId id);
    [[nodiscard]] bool is_unchanged(IndicatorId id) const;
    [[nodiscard]] bool was_here(const std::string& area, Atom atom) const;
    [[nodiscard]] Slot stock(SeriesId series, const std::string& area, const Period& period, At at) const;
    [[nodiscard]] Slot stock_of(SeriesId series, std::uint32_t member, const std::string& area, Day day, const Period& period, At at) const;
    [[nodiscard]] bool is_within(const std::string& code, Day counted, const std::string& area, Day day) const;
    [[nodiscard]] std::optional<std::int32_t> opening_year(SeriesId series, std::uint32_t member, const Period& period) const;
    [[nodiscard]] const std::vector<std::uint32_t>& members(const std::string& area, Day day) const;
    [[nodiscard]] Slot recut(SeriesId series, const std::string& area, const Period& period) const;
    template <class Take>
    void each_of_villages(SeriesId series, std::uint64_t time, std::uint32_t commune, Day day, const Take& take) const;
    [[nodiscard]] Slot recut_values(SeriesId series, const std::string& area, const Period& period) const;
    template <class Take>
    void each_recut_atom(SeriesId series, const std::string& area, const Period& period, const Take& take) const;
    [[nodiscard]] Day map_of(Day day) const { return map_.value_or(day); }
    [[nodiscard]] const std::vector<std::string>& villages(const std::string& area, Day day) const;
    [[nodiscard]] std::vector<std::string> communes(const std::string& area, Day day) const;
    [[nodiscard]] std::vector<std::string> communes_within(const std::string& area, const Period& period) const;
    [[nodiscard]] std::pair<std::int32_t, std::int32_t> reach(CellId id) const;
    using Areas = boost::container::small_vector<std::uint32_t, 8>;
    [[nodiscard]] Areas reached_by(CellId id);
    [[nodiscard]] Areas with_village(Areas areas, CellId id);
    void touch_ahead(std::uint32_t definition, std::span<const std::uint32_t> areas, std::vector<IndicatorId>& ids) const;
    void take_windows(std::uint32_t definition, std::int32_t first, std::int32_t last, std::span<const std::uint32_t> areas,
                      std::vector<IndicatorId>& ids) const;
    [[nodiscard]] std::optional<SeriesId> assigned_series(const Definition& targets, const std::string& code) const;
    [[nodiscard]] bool may_have_target(const Definition& definition, SeriesId changed) const;
    // What feeds hold of a cell; of lent ones too, or not.
    [[nodiscard]] Histogram days_at(CellId id, bool with_lent) const;
    [[nodiscard]] Histogram days(SeriesId series, const std::string& area, const Period& period) const;
    [[nodiscard]] v1::IndicatorValue value(const std::string& area, const Period& period, const Definition& definition) const;
    void add_part(v1::IndicatorValue& value, SeriesId series, const Slot& slot, std::int64_t denominator = 0) const;
    void derive(v1::IndicatorValue& value, const Definition& definition, const Period& period) const;
    void fill_coverage(v1::IndicatorValue& value, const Definition& definition, const Period& period) const;
    void fill_ratio(v1::IndicatorValue& value, const Definition& definition, const Period& period, At at) const;
    void fill_variety(v1::IndicatorValue& value, const Definition& definition, const Period& period) const;
    void fill_change(v1::IndicatorValue& value, const Definition& definition, const Period& period) const;
    void fill_place_kinds(v1::IndicatorValue& value, const Definition& definition, const Period& period) const;
    void fill_achievement(v1::IndicatorValue& value, const Definition& definition, const Period& period) const;
    void fill_villages_meeting(v1::IndicatorValue& value, const Definition& definition, const Period& period) const;
    void fill_villages_steered(v1::IndicatorValue& value, const Definition& definition, const Period& period) const;
    struct Target {
        std::optional<std::int64_t> actual;  // as it is shown, in hundredths; empty: it has no value
        std::int64_t number = 0;             // as it is counted: what adds up
        std::int64_t assigned = 0;
        Slot lineage;
    };
    [[nodiscard]] std::optional<Target> target(SeriesId assigned, const std::string& code, const std::string& area,
                                               const Period& period) const;
    [[nodiscard]] std::optional<std::int64_t> shown_hundredths(const Definition& definition, const std::string& area,
                                                               const Period& period) const;
    [[nodiscard]] static bool is_met(const Definition& definition, const Target& target);

    const Definitions& definitions_;
    const Places& places_;
    std::string area_;
    bool is_commune_;
    std::vector<const Feed*> lent_;
    std::map<std::string, Feed, std::less<>> feeds_;
    OpenTable<Total> totals_;
    OpenTable<Sum> below_;
    boost::unordered_flat_map<CellId, Presence> presences_;  // by series and area
    OpenTable<Days> histograms_below_;
    std::deque<Sheet> sheets_;
    std::vector<Sheet*> touched_sheets_;
    std::vector<Unsettled> unsettled_;
    std::vector<CellId> changed_;
    std::vector<std::pair<Feed*, CellId>> unsaved_;
    boost::unordered_flat_map<std::uint64_t, Subject> subjects_;
    std::vector<std::uint64_t> unsaved_subjects_;
    std::optional<std::map<std::uint64_t, Subject>> passing_;  // with all versions that each had since, also those that are gone
    // Where a stock's series has something at a place: half-months and opening years, in order.
    struct Times {
        std::vector<std::int32_t> atoms;
        std::vector<std::int32_t> openings;
    };
    boost::unordered_flat_map<CellId, Times> stock_times_;  // by series and area
    using Figures = boost::container::small_vector<CellId, 2>;
    std::set<SeriesId> figured_series_;                          // that have any
    boost::unordered_flat_map<CellId, Figures> window_figures_;  // of one period only: by series and window
    boost::unordered_flat_map<CellId, Figures> year_figures_;    // … and by year and area
    std::int32_t horizon_ = 0;                                   // the last half-month that anything happened in
    std::int32_t latest_ = 0;
    std::int32_t horizon_told_ = 0;
    boost::unordered_flat_map<CellId, Areas> reached_;  // by time and area
    std::set<std::uint32_t> told_of_villages_;          // definitions
    std::set<std::uint64_t> ahead_;                     // windows after it that a target was assigned for
    std::vector<std::string> areas_;
    boost::unordered_flat_map<std::string, std::uint32_t, TextHash, std::equal_to<>> area_ids_;
    boost::unordered_flat_map<std::uint64_t, Line> lines_;
    std::pair<std::uint64_t, const Line*> last_line_{0, nullptr};
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> communes_;                  // of a village in a half-month
    mutable std::map<std::pair<std::string, Day>, std::vector<std::string>> villages_;  // of an area on a day, as asked for
    using Members = boost::unordered_flat_map<std::string, std::vector<std::uint32_t>>;
    mutable std::map<std::pair<std::string, std::int32_t>, bool> was_here_;
    mutable boost::unordered_flat_map<std::uint64_t, bool> unchanged_;  // by time and area
    mutable std::map<Day, Members> members_;                            // places on the board that are of an area on a day
    mutable std::size_t members_areas_ = 0;                             // as many as the board knew then
    mutable std::pair<std::int32_t, std::int32_t> members_times_{0, 0};
    mutable std::optional<Day> map_;  // while a re-cut is read
    std::int32_t earliest_ = 0;       // half-month that anything happened in
    std::uint64_t unknown_cells_ = 0;
    std::uint64_t version_ = 0;
    std::uint64_t moves_ = 0;
    boost::unordered_flat_map<CellId, std::uint64_t> moved_at_;  // by series and area
    std::vector<std::uint64_t> series_moved_at_;                 // anywhere
    using Shape = std::tuple<std::size_t, std::int32_t, std::int32_t>;
    Shape shape_{};  // places and times that the board knows: what stands is looked for in them
    std::uint64_t shape_moved_at_ = 0;
    EventFields event_;  // reused
    std::string text_;   // reused
};

template <class Held>
Board::Slot Board::slot_at(const OpenTable<Held>& table, CellId id) {
    const auto* entry = table.find(id);
    return entry == nullptr ? Slot() : entry->slot;
}

template <class Held>
Held& Board::held(OpenTable<Held>& table, CellId id) {
    auto& entry = table.make(id);
    entry.is_held = true;
    return entry;
}

template <class Take>
void Board::each_window(CellId id, const Take& take) const {
    const auto atom = cell_id::atom_of(cell_id::time(id));
    for (const auto span : definitions_.series(cell_id::series(id)).spans) {
        for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
            if (const auto window = Period::of(calendar, span, atom); window.holds(atom)) {
                take(cell_id::pack(cell_id::series(id), cell_id::time_of(window), cell_id::area(id)));
            }
        }
    }
}

}  // namespace chieng
