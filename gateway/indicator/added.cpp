// SPDX-License-Identifier: Apache-2.0
// What events add to the board, and then to the sums above. A board is larger than the processor's caches: what an event adds to is sent
// for, and waits until others have been read.
#include "gateway/indicator/board.hpp"
#include "gateway/indicator/cell_id.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace chieng {
namespace {

constexpr std::size_t added_at_once = 128;  // they and what was fetched for them fit into the nearest cache

}  // namespace

void Board::apply(std::string_view feed_name, const google::protobuf::RepeatedPtrField<v1::Entry>& entries) {
    auto& feed = feed_named(feed_name);
    for (const auto& entry : entries) {
        fold(feed, entry);
        if (added_.size() + added_keys_.size() + added_days_.size() >= added_at_once) {
            take_waiting();
        }
    }
}

void Board::add(Feed& feed, CellId id, const Slot& slot) {
    ++version_;
    feed.parts.prefetch(id);
    added_.push_back({&feed, id, slot});
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

void Board::add(const Fact& fact, SeriesId series, std::uint64_t time, std::uint32_t area, const Slot& slot) {
    auto& sheet = fact.sheet;
    if (time != sheet.time || sheet.plan->column_of[series] == EventPlan::no_column) {
        add(fact.feed, cell_id::pack(series, time, area), slot);
    } else if (area == sheet.area) {
        add(sheet, series, slot);
    } else if (area == sheet.commune) {
        add(sheet_of(fact.feed, *sheet.plan, fact.atom, area), series, slot);
    } else {
        add(fact.feed, cell_id::pack(series, time, area), slot);
    }
}

// It stands until the next event is folded.
Board::Sheet& Board::sheet_of(Feed& feed, const EventPlan& plan, Atom atom, std::uint32_t area) {
    const auto time = cell_id::time_of(atom);
    auto& sheet = feed.sheets[cell_id::pack(static_cast<std::uint64_t>(event_.body()), time, area)];
    if (sheet == nullptr) {
        sheet = &sheets_.emplace_back(Sheet{&feed, &plan, time, area, commune_of(area, atom, feed), false, {}, {}});
        sheet->columns.resize(plan.columns.size());
        sheet->touched.resize((plan.columns.size() + 63) / 64);
    }
    return *sheet;
}

void Board::forget_sheets() {
    take_sheets();
    for (auto& [name, feed] : feeds_) {
        feed.sheets.clear();
    }
    sheets_.clear();
}

void Board::add_key(Feed& feed, CellId id, std::uint64_t hash, std::int64_t times) {
    feed.keys.prefetch(id);
    added_keys_.push_back({&feed, id, hash, times});
}

void Board::add_days(Feed& feed, CellId id, std::int32_t days, std::int64_t events) {
    feed.histograms.prefetch(id);
    added_days_.push_back({&feed, id, days, events});
}

void Board::take_added() {
    take_sheets();
    take_waiting();
}

void Board::take_sheets() {
    const auto each_touched = [](const Sheet& sheet, const auto& take) {
        for (std::size_t word = 0; word < sheet.touched.size(); ++word) {
            for (auto bits = sheet.touched[word]; bits != 0; bits &= bits - 1) {
                take(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
            }
        }
    };
    for (auto* sheet : touched_sheets_) {
        const auto id_of = [&](std::size_t column) { return cell_id::pack(sheet->plan->columns[column], sheet->time, sheet->area); };
        each_touched(*sheet, [&](std::size_t column) { sheet->feed->parts.prefetch(id_of(column)); });
        each_touched(*sheet, [&](std::size_t column) {
            add_to_part(*sheet->feed, id_of(column), sheet->columns[column]);
            sheet->columns[column] = Slot();
        });
        std::fill(sheet->touched.begin(), sheet->touched.end(), 0);
        sheet->is_touched = false;
    }
    touched_sheets_.clear();
}

void Board::add_to_part(Feed& feed, CellId id, const Slot& slot) {
    auto& part = feed.parts.make(id);
    part.is_held = true;
    if (!part.unsettled) {
        part.unsettled = true;
        unsettled_.push_back({&feed, id, part.slot});
    }
    part.slot.add(slot);
}

void Board::take_waiting() {
    take_added_keys();
    take_added_days();
    for (const auto& [feed, id, slot] : added_) {
        add_to_part(*feed, id, slot);
    }
    added_.clear();
}

int Board::Keys::add(std::uint64_t hash, std::int64_t times) {
    auto& of = counts.make(hash);
    const bool stood = of.count > 0;
    of.count += times;
    const bool stands = of.count > 0;
    if (of.count == 0) {
        counts.erase(of);
    }
    return static_cast<int>(stands) - static_cast<int>(stood);
}

void Board::take_added_keys() {
    for (const auto& [feed, id, hash, times] : added_keys_) {
        if (const auto* keys = feed->keys.find(id)) {
            keys->counts.prefetch(hash);
        }
    }
    for (const auto& [feed, id, hash, times] : added_keys_) {
        auto& keys = feed->keys.make(id);
        const int change = keys.add(hash, times);
        if (keys.counts.empty()) {
            feed->keys.erase(keys);
        }
        if (change != 0) {
            note_presence(*feed, id, hash, change);
        }
    }
    added_keys_.clear();
}

void Board::take_added_days() {
    for (const auto& [feed, id, days, events] : added_days_) {
        if (const auto* histogram = feed->histograms.find(id)) {
            __builtin_prefetch(&*histogram->held.begin(), 1);
        }
    }
    for (const auto& [feed, id, days, events] : added_days_) {
        const auto add_to = [days = days, events = events](OpenTable<Days>& histograms, CellId to) {
            auto& histogram = histograms.make(to);
            if ((histogram.held[days] += events) == 0) {
                histogram.held.erase(days);
            }
            if (histogram.held.empty()) {
                histograms.erase(histogram);
            }
        };
        add_to(feed->histograms, id);
        for (const auto above : line(id).above) {
            add_to(histograms_below_, cell_id::pack(cell_id::series(id), cell_id::time(id), above));
        }
    }
    added_days_.clear();
}

// What a batch adds to a cell goes on to the sums at once.
void Board::settle() {
    take_added();
    for (const auto& [feed, id, before] : unsettled_) {
        auto& part = *feed->parts.find(id);
        part.unsettled = false;
        if (!part.unsaved) {
            part.unsaved = true;
            unsaved_.emplace_back(feed, id);
        }
        auto difference = before.times(-1);
        difference.add(part.slot);
        auto& total = totals_[id];
        if (total.slot.empty()) {
            note_line(id);
        }
        total.slot.add(difference);
        note_change(id, total);
        for (const auto above : line(id).above) {
            below_[cell_id::pack(cell_id::series(id), cell_id::time(id), above)].add(difference);
        }
    }
    unsettled_.clear();
}

void Board::require_settled() const {
    if (!unsettled_.empty() || !touched_sheets_.empty() || !added_.empty() || !added_keys_.empty() || !added_days_.empty()) {
        throw std::logic_error("the board is read before settle()");
    }
}

}  // namespace chieng
