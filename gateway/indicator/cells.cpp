// SPDX-License-Identifier: Apache-2.0
// The board's cells by name: taken from a feed, kept, brought back, told to those who follow.
#include "gateway/indicator/board.hpp"
#include "gateway/indicator/cell_id.hpp"

#include <algorithm>

namespace chieng {

bool Board::is_hidden(CellId id) const {
    return definitions_.series(cell_id::series(id)).distinct && !cell_id::is_window(cell_id::time(id));
}

std::optional<Board::CellId> Board::id_of(const v1::Cell& cell) {
    const auto series = definitions_.series_id(cell.indicator(), cell.cut(), cell.cut_value());
    if (!series || cell.area().empty()) {
        return std::nullopt;
    }
    if (cell.calendar() == v1::CALENDAR_UNSPECIFIED && cell.period().ends_with('+')) {
        const auto year = Period::parse(v1::OFFICIAL, cell.period().substr(0, cell.period().size() - 1));
        return year && year->span == v1::YEAR
                   ? std::optional(cell_id::pack(*series, cell_id::time_of_opening(year->year), area_id(cell.area())))
                   : std::nullopt;
    }
    if (cell.calendar() == v1::CALENDAR_UNSPECIFIED) {
        const auto atom = Atom::parse(cell.period());
        return atom ? std::optional(cell_id::pack(*series, cell_id::time_of(*atom), area_id(cell.area()))) : std::nullopt;
    }
    const auto period = v1::Calendar_IsValid(cell.calendar()) ? Period::parse(cell.calendar(), cell.period()) : std::nullopt;
    return period ? std::optional(cell_id::pack(*series, cell_id::time_of(*period), area_id(cell.area()))) : std::nullopt;
}

void Board::clear(Feed& feed, CellId id) {
    take_added();
    const auto* part = feed.parts.find(id);
    if (part == nullptr) {
        return;
    }
    if (const auto* days = feed.histograms.find(id)) {
        for (const auto& [lasted, events] : Histogram(days->held)) {
            add_days(feed, id, lasted, -events);
        }
    }
    if (auto* keys = feed.keys.find(id)) {
        const auto held = std::exchange(keys->counts, {});
        feed.keys.erase(*keys);
        held.each([&](const KeyCount& of) {
            if (of.count > 0) {
                note_presence(feed, id, of.key, -1);
            }
        });
    }
    add(feed, id, part->slot.times(-1));
}

void Board::put(Feed& feed, CellId id, const Slot& slot, const Histogram& days, const KeyCounts& keys) {
    clear(feed, id);
    for (const auto& [lasted, events] : days) {
        add_days(feed, id, lasted, events);
    }
    for (const auto& [hash, count] : keys) {
        add_key(feed, id, hash, count);
    }
    if (!slot.empty()) {
        add(feed, id, slot);
    }
}

bool Board::lies_here(CellId id) {
    const auto& above = line(id).above;
    return std::any_of(above.begin(), above.end(), [&](std::uint32_t area) { return areas_[area] == area_; });
}

void Board::set(std::string_view feed_name, const v1::Cell& cell) {
    auto& feed = feed_named(feed_name);
    const auto& home = areas_[feed.home];
    const bool is_carried = feed.is_lent && cell.area() == home && places_.carries_on(area_, home);
    if (feed.is_lent && !is_carried && cell.area() != area_ && !places_.was_below(cell.area(), area_)) {
        return;  // a village that stays there
    }
    const bool is_own =
        cell.area() == home ||
        (home == area_ ? places_.known(cell.area()) : places_.was_within(cell.area(), home) || places_.carries_on(home, cell.area()));
    const auto id = is_own ? id_of(cell) : std::nullopt;
    if (id && is_carried && !definitions_.series(cell_id::series(*id)).stock && !lies_here(*id)) {
        return;  // what happened there stays there; what stands goes on here, and so does what falls due
    }
    if (!id) {
        ++unknown_cells_;
        return;
    }
    const Slot slot{cell.number(), cell.lineage().events(), cell.lineage().digest()};
    Histogram days;
    for (const auto& [day, events] : cell.histogram()) {
        if (events != 0) {
            days.emplace(day, events);
        }
    }
    take_added();
    const auto* part = feed.parts.find(*id);
    const auto* held = feed.histograms.find(*id);
    const bool same_days = held == nullptr ? days.empty() : held->held == days;
    if (!same_days || !(part == nullptr ? slot.empty() : part->slot == slot)) {
        put(feed, *id, slot, days, {});
        settle();
    } else if (totals_.find(*id) == nullptr) {
        add(feed, *id, {});  // it is empty, and what was told of it before a crash must be taken back
        settle();
    }
}

void Board::restore(std::string_view feed_name, const v1::Cell& cell, const KeyCounts& keys, std::uint64_t stamp) {
    const auto id = id_of(cell);
    if (!id) {
        ++unknown_cells_;
        return;
    }
    const auto unsaved = unsaved_.size();
    auto& feed = feed_named(feed_name);
    auto& before = held(totals_, *id);
    const bool was_changed = before.changed;
    before.changed = true;  // put() notes nothing
    put(feed, *id, {cell.number(), cell.lineage().events(), cell.lineage().digest()},
        Histogram(cell.histogram().begin(), cell.histogram().end()), keys);
    settle();
    if (is_hidden(*id)) {
        each_window(*id, [&](CellId window) {
            auto& total = held(totals_, window);
            total.stamp = std::max(total.stamp, stamp);
        });
    }
    auto& total = held(totals_, *id);
    total.changed = was_changed;
    total.stamp = std::max(total.stamp, is_hidden(*id) ? 0 : stamp);
    if (stamp == 0) {
        note_change(*id, total);
    }
    if (unsaved_.size() > unsaved) {
        unsaved_.pop_back();
        feed.parts.find(*id)->unsaved = false;
    }
}

void Board::forget(std::string_view feed_name) {
    const auto it = feeds_.find(feed_name);
    if (it == feeds_.end()) {
        return;
    }
    forget_versions(it->second);
    take_added();
    std::vector<CellId> ids;
    ids.reserve(it->second.parts.size());
    it->second.parts.each([&](const Part& part) { ids.push_back(part.key); });
    for (const auto id : ids) {
        clear(it->second, id);
    }
    settle();
}

void Board::name(CellId id, v1::Cell& cell) const {
    const auto time = cell_id::time(id);
    const auto& series = definitions_.series()[cell_id::series(id)];
    cell.set_area(areas_[cell_id::area(id)]);
    if (cell_id::is_window(time)) {
        const auto period = cell_id::window_of(time);
        cell.set_calendar(period.calendar);
        cell.set_period(period.format());
    } else if (cell_id::is_opening(time)) {
        cell.set_period(std::to_string(cell_id::year_of(time)) + "+");
    } else {
        cell.set_period(cell_id::atom_of(time).format());
    }
    cell.set_indicator(series.indicator);
    cell.set_cut(series.cut);
    cell.set_cut_value(series.cut_value);
}

// Half-months of different values are nobody's business: their windows changed.
std::vector<Board::CellId> Board::take_changed(std::uint64_t& last) {
    settle();
    const Shape shape(areas_.size(), earliest_, horizon_);
    moves_ += changed_.empty() && shape == shape_ ? 0U : 1U;
    if (std::exchange(shape_, shape) != shape) {
        shape_moved_at_ = moves_;
    }
    for (std::size_t i = 0; i < changed_.size(); ++i) {
        note_moved(changed_[i]);
        if (is_hidden(changed_[i])) {
            held(totals_, changed_[i]).changed = false;
            each_window(changed_[i], [&](CellId window) { note_change(window, held(totals_, window)); });
        }
    }
    std::erase_if(changed_, [&](CellId id) { return is_hidden(id); });
    for (const auto id : changed_) {
        auto& total = held(totals_, id);
        total.changed = false;
        total.stamp = ++last;
    }
    return std::exchange(changed_, {});
}

std::vector<std::pair<std::uint64_t, Board::CellId>> Board::stamped_after(std::uint64_t offset, std::size_t most) const {
    require_settled();
    std::vector<std::pair<std::uint64_t, CellId>> found;
    totals_.each([&](const Total& total) {
        if (total.stamp > offset) {
            found.emplace_back(total.stamp, total.key);
        }
    });
    if (found.size() > most) {  // cells that share a stamp stay together
        const auto border = found.begin() + static_cast<std::ptrdiff_t>(most) - 1;
        std::nth_element(found.begin(), border, found.end());
        std::erase_if(found, [last = border->first](const auto& item) { return item.first > last; });
    }
    std::sort(found.begin(), found.end());
    return found;
}

v1::Cell Board::cell(CellId id) const {
    v1::Cell cell;
    read(id, cell);
    return cell;
}

void Board::read(CellId id, v1::Cell& cell) const {
    require_settled();
    name(id, cell);
    auto slot = definitions_.series(cell_id::series(id)).distinct ? window_at(id) : slot_at(totals_, id);
    if (definitions_.series(cell_id::series(id)).median) {
        const auto days = days_at(id, false);
        cell.mutable_histogram()->insert(days.begin(), days.end());
    }
    for (const auto* feed : lent_) {
        if (const auto* part = feed->parts.find(id)) {
            slot.add(part->slot.times(-1));
        }
    }
    cell.set_number(slot.number);
    put_lineage(cell, slot);
}

void Board::visit_part(const Feed& feed, CellId id, const Visitor& visit) const {
    v1::Cell cell;
    name(id, cell);
    KeyCounts counts;
    const auto& slot = feed.parts.find(id)->slot;
    cell.set_number(slot.number);
    if (const auto* keys = feed.keys.find(id)) {
        keys->counts.each([&](const KeyCount& of) { counts.emplace_back(of.key, of.count); });
        std::sort(counts.begin(), counts.end());
    }
    if (const auto* days = feed.histograms.find(id)) {
        cell.mutable_histogram()->insert(days->held.begin(), days->held.end());
    }
    put_lineage(cell, slot);
    const auto& total = *totals_.find(id);
    auto stamp = total.stamp;
    if (is_hidden(id)) {
        each_window(id, [&](CellId window) {
            const auto* of = totals_.find(window);
            stamp = of == nullptr ? stamp : std::max(stamp, of->stamp);
        });
    }
    visit(feed.name, cell, counts, total.changed ? 0 : stamp);
}

void Board::cells(const Visitor& visit) const {
    require_settled();
    for (const auto& [name, feed] : feeds_) {
        feed.parts.each([&of = feed, &visit, this](const Part& part) {
            if (!part.slot.empty()) {
                visit_part(of, part.key, visit);
            }
        });
    }
}

void Board::figures(const std::function<void(const Figure&)>& visit) const {
    require_settled();
    totals_.each([&](const Total& total) {
        if (!total.slot.empty() && !is_hidden(total.key)) {
            visit({cell_id::series(total.key), cell_id::time(total.key), areas_[cell_id::area(total.key)], total.slot.number});
        }
    });
    for (const auto& [id, presence] : presences_) {
        for (const auto& [time, number] : presence.standing) {
            if (number != 0) {
                visit({cell_id::series(id), time, areas_[cell_id::area(id)], number});
            }
        }
    }
}

void Board::take_unsaved(const Visitor& visit) {
    settle();
    for (const auto& [feed, id] : std::exchange(unsaved_, {})) {
        visit_part(*feed, id, visit);
        auto& part = *feed->parts.find(id);
        part.unsaved = false;
        if (part.slot.empty()) {
            feed->parts.erase(part);
        }
    }
}

}  // namespace chieng
