// SPDX-License-Identifier: Apache-2.0
// What events add to the board, and then to the sums above. A board is larger than the processor's caches: what is added waits in sheets,
// so that each cell is looked for once for many events, and fetched while others are worked on.
#include "gateway/indicator/board.hpp"
#include "gateway/indicator/cell_id.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace chieng {
namespace {

constexpr std::size_t waiting_max = 64;  // of a sheet's values, and of its days
constexpr std::size_t fetched_ahead = 8;
constexpr std::size_t often = 16;  // columns at the beginning of a sheet, that nearly every event adds to

}  // namespace

void Board::apply(std::string_view feed_name, const google::protobuf::RepeatedPtrField<v1::Entry>& entries) {
    auto& feed = feed_named(feed_name);
    for (const auto& entry : entries) {
        fold(feed, entry);
    }
}

// It stands until forget_sheets().
Board::Sheet& Board::sheet_of(Feed& feed, const EventPlan& plan, Atom atom, std::uint32_t area) {
    const auto time = cell_id::time_of(atom);
    auto& sheet = feed.sheets[cell_id::pack(static_cast<std::uint64_t>(event_.body()), time, area)];
    if (sheet == nullptr) {
        sheet = &sheets_.emplace_back();
        sheet->feed = &feed;
        sheet->plan = &plan;
        sheet->time = time;
        sheet->area = area;
        sheet->commune = commune_of(area, atom, feed);
        sheet->columns.resize(plan.columns.size());
        sheet->touched.resize((plan.columns.size() + 63) / 64);
    }
    for (std::size_t column = 0; column < std::min(sheet->columns.size(), often); column += 2) {
        __builtin_prefetch(&sheet->columns[column], 1);
    }
    return *sheet;
}

void Board::forget_sheets() {
    take_added();
    for (auto& [name, feed] : feeds_) {
        feed.sheets.clear();
    }
    sheets_.clear();
}

void Board::add(Sheet& sheet, SeriesId series, const Slot& slot) {
    ++version_;
    if (!sheet.is_touched) {
        sheet.is_touched = true;
        touched_sheets_.push_back(&sheet);
    }
    const auto column = sheet.plan->column_of[series];
    sheet.touched[column / 64U] |= std::uint64_t{1} << column % 64U;
    sheet.columns[column].add(slot);
}

// The event's own sheet, if it adds to a column of that, or the one of its commune.
Board::Sheet* Board::sheet_for(const Fact& fact, SeriesId series, std::uint64_t time, std::uint32_t area) {
    auto& own = fact.sheet;
    const bool is_near = area == own.area || area == own.commune;
    if (time != own.time || !is_near || own.plan->column_of[series] == EventPlan::no_column) {
        return nullptr;
    }
    return area == own.area ? &own : &sheet_of(fact.feed, *own.plan, fact.atom, area);
}

void Board::add(const Fact& fact, SeriesId series, std::uint64_t time, std::uint32_t area, const Slot& slot) {
    if (auto* sheet = sheet_for(fact, series, time, area)) {
        add(*sheet, series, slot);
    } else {
        add(fact.feed, cell_id::pack(series, time, area), slot);
    }
}

// A different value, once more or once less.
void Board::add_key(const Fact& fact, SeriesId series, std::uint64_t time, std::uint64_t hash) {
    auto* sheet = sheet_for(fact, series, time, fact.village);
    if (sheet == nullptr) {
        return add_key(fact.feed, cell_id::pack(series, time, fact.village), hash, fact.sign);
    }
    sheet->keys.push_back({sheet->plan->column_of[series], hash, fact.sign});
    if (sheet->keys.size() >= waiting_max) {
        take_keys(*sheet);
    }
}

void Board::add_days(const Fact& fact, SeriesId series, std::uint64_t time, std::int32_t days) {
    auto* sheet = sheet_for(fact, series, time, fact.village);
    if (sheet == nullptr) {
        return add_days(fact.feed, cell_id::pack(series, time, fact.village), days, fact.sign);
    }
    sheet->days.push_back({sheet->plan->column_of[series], days, fact.sign});
    if (sheet->days.size() >= waiting_max) {
        take_days(*sheet);
    }
}

// What waits in sheets goes to their feeds.
void Board::take_added() {
    const auto each_touched = [](const Sheet& sheet, const auto& take) {
        for (std::size_t word = 0; word < sheet.touched.size(); ++word) {
            for (auto bits = sheet.touched[word]; bits != 0; bits &= bits - 1) {
                take(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
            }
        }
    };
    for (auto* sheet : touched_sheets_) {
        each_touched(*sheet, [&](std::size_t column) { sheet->feed->parts.prefetch(sheet->id(column)); });
        take_keys(*sheet);
        take_days(*sheet);
        each_touched(*sheet, [&](std::size_t column) {
            add(*sheet->feed, sheet->id(column), sheet->columns[column]);
            sheet->columns[column] = Slot();
        });
        std::fill(sheet->touched.begin(), sheet->touched.end(), 0);
        sheet->is_touched = false;
    }
    touched_sheets_.clear();
}

void Board::take_keys(Sheet& sheet) {
    const auto is_of = [](std::uint16_t column) { return [column](const Sheet::Key& key) { return key.column == column; }; };
    std::sort(sheet.keys.begin(), sheet.keys.end(), [](const auto& one, const auto& other) { return one.column < other.column; });
    for (auto at = sheet.keys.begin(); at != sheet.keys.end();) {
        const auto end = std::find_if_not(at, sheet.keys.end(), is_of(at->column));
        add_keys(*sheet.feed, sheet.id(at->column), {at, end});
        at = end;
    }
    sheet.keys.clear();
}

void Board::take_days(Sheet& sheet) {
    const auto rank = [](const Sheet::Days& of) { return std::pair(of.column, of.days); };
    std::sort(sheet.days.begin(), sheet.days.end(), [&](const auto& one, const auto& other) { return rank(one) < rank(other); });
    for (auto at = sheet.days.begin(); at != sheet.days.end();) {
        std::int64_t events = 0;
        auto next = at;
        for (; next != sheet.days.end() && rank(*next) == rank(*at); ++next) {
            events += next->events;
        }
        add_days(*sheet.feed, sheet.id(at->column), at->days, events);
        at = next;
    }
    sheet.days.clear();
}

void Board::add(Feed& feed, CellId id, const Slot& slot) {
    ++version_;
    auto& part = feed.parts.make(id);
    part.is_held = true;
    if (!part.unsettled) {
        part.unsettled = true;
        unsettled_.push_back({&feed, id, part.slot});
    }
    part.slot.add(slot);
}

void Board::add_key(Feed& feed, CellId id, std::uint64_t hash, std::int64_t times) {
    const Sheet::Key one{0, hash, times};
    add_keys(feed, id, {&one, 1});
}

void Board::add_keys(Feed& feed, CellId id, std::span<const Sheet::Key> added) {
    auto& keys = feed.keys.make(id);
    for (const auto& key : added) {
        keys.counts.prefetch(key.hash);
    }
    for (const auto& key : added) {
        if (const int change = keys.add(key.hash, key.times); change != 0) {
            note_presence(feed, id, key.hash, change);
        }
    }
    if (keys.counts.empty()) {
        feed.keys.erase(keys);
    }
}

void Board::add_days(Feed& feed, CellId id, std::int32_t days, std::int64_t events) {
    const auto add_to = [&](OpenTable<Days>& histograms, CellId to) {
        auto& histogram = histograms.make(to);
        if ((histogram.held[days] += events) == 0) {
            histogram.held.erase(days);
        }
        if (histogram.held.empty()) {
            histograms.erase(histogram);
        }
    };
    add_to(feed.histograms, id);
    for (const auto above : line(id).above) {
        add_to(histograms_below_, cell_id::pack(cell_id::series(id), cell_id::time(id), above));
    }
}

// What a batch adds to a cell goes on to the sums at once.
void Board::settle() {
    take_added();
    for (std::size_t i = 0; i < unsettled_.size(); ++i) {
        if (i + fetched_ahead < unsettled_.size()) {
            const auto& later = unsettled_[i + fetched_ahead];
            later.feed->parts.prefetch(later.id);
            totals_.prefetch(later.id);
        }
        const auto& [feed, id, before] = unsettled_[i];
        auto& part = *feed->parts.find(id);
        part.unsettled = false;
        if (!part.unsaved) {
            part.unsaved = true;
            unsaved_.emplace_back(feed, id);
        }
        auto difference = before.times(-1);
        difference.add(part.slot);
        auto& total = held(totals_, id);
        if (total.slot.empty()) {
            note_line(id);
        }
        total.slot.add(difference);
        note_change(id, total);
        for (const auto above : line(id).above) {
            held(below_, cell_id::pack(cell_id::series(id), cell_id::time(id), above)).slot.add(difference);
        }
    }
    unsettled_.clear();
    if (sheets_.size() > sheets_max / 2) {
        forget_sheets();
    }
}

void Board::require_settled() const {
    if (!unsettled_.empty() || !touched_sheets_.empty()) {
        throw std::logic_error("the board is read before settle()");
    }
}

}  // namespace chieng
