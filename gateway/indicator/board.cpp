// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/board.hpp"

#include "gateway/indicator/cell_id.hpp"

#include <xxhash.h>

#include <algorithm>
#include <charconv>

namespace chieng {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::uint64_t digest_of(std::string_view bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

// The message that holds the path's last field.
const Message& holder(const Message& event, const Path& path) {
    const auto* message = &event;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        message = &message->GetReflection()->GetMessage(*message, path[i]);
    }
    return *message;
}

std::int64_t number_at(const Message& event, const Path& path) {
    const auto& message = holder(event, path);
    const auto& reflection = *message.GetReflection();
    const auto* field = path.back();
    switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32: return reflection.GetInt32(message, field);
        case FieldDescriptor::CPPTYPE_INT64: return reflection.GetInt64(message, field);
        case FieldDescriptor::CPPTYPE_UINT32: return reflection.GetUInt32(message, field);
        case FieldDescriptor::CPPTYPE_UINT64: return static_cast<std::int64_t>(reflection.GetUInt64(message, field));
        default: return 0;
    }
}

std::int64_t sum_at(const Message& event, const std::vector<Path>& paths) {
    std::int64_t sum = 0;
    for (const auto& path : paths) {
        sum += number_at(event, path);
    }
    return sum;
}

const std::string& text_at(const Message& event, const Path& path, std::string& scratch) {
    const auto& message = holder(event, path);
    return message.GetReflection()->GetStringReference(message, path.back(), &scratch);
}

std::optional<Day> day_at(const Message& event, const DayOf& which, Day occurred, Day received) {
    std::string scratch;
    switch (which.kind) {
        case DayOf::Kind::occurred: return occurred;
        case DayOf::Kind::received: return received;
        case DayOf::Kind::field: break;
    }
    return parse_day(text_at(event, which.field, scratch));
}

// Calls `take` with each value of an enum field, single or repeated.
template <class Take>
void each_value(const Message& event, const Path& path, const Take& take) {
    const auto& message = holder(event, path);
    const auto& reflection = *message.GetReflection();
    if (!path.back()->is_repeated()) {
        take(reflection.GetEnumValue(message, path.back()));
        return;
    }
    for (int i = 0; i < reflection.FieldSize(message, path.back()); ++i) {
        take(reflection.GetRepeatedEnumValue(message, path.back(), i));
    }
}

bool holds(const Message& event, const SourcePlan& plan) {
    return std::all_of(plan.where.begin(), plan.where.end(), [&](const Condition& condition) {
        bool found = false;
        each_value(event, condition.field, [&](int value) {
            found = found || std::find(condition.any.begin(), condition.any.end(), value) != condition.any.end();
        });
        return found;
    });
}

// On the latest day of the half-month on which the code was a place.
const v1::Place* place_in(const Places& places, std::string_view code, Atom atom) {
    const auto month = Period::of(v1::CALENDAR_MONTHS, v1::MONTH, atom);
    const bool is_first_half = atom.index % 2 == 0;
    const auto* place = places.find(code, is_first_half ? month.first_day() + std::chrono::days(13) : month.last_day());
    return place != nullptr ? place : places.find(code, is_first_half ? month.first_day() : month.first_day() + std::chrono::days(14));
}

}  // namespace

void Board::Slot::add(const Slot& other) {
    number += other.number;
    events += other.events;
    digest += other.digest;
}

Board::Slot Board::Slot::times(std::int64_t sign) const {
    return {sign * number, sign * events, static_cast<std::uint64_t>(sign) * digest};
}

int Board::Keys::add(std::uint64_t key, std::int64_t times) {
    auto& count = counts[key];
    const bool stood = count > 0;
    count += times;
    const bool stands = count > 0;
    if (count == 0) {
        counts.erase(key);
    }
    const int change = static_cast<int>(stands) - static_cast<int>(stood);
    standing += change;
    return change;
}

Board::Board(const Definitions& definitions, const Places& places, std::string area)
    : definitions_(definitions), places_(places), area_(std::move(area)) {}

Board::Feed& Board::feed_named(std::string_view name) {
    const auto it = feeds_.find(name);
    if (it != feeds_.end()) {
        return it->second;
    }
    auto& feed = feeds_[std::string(name)];
    feed.name = name;
    const auto owner = name.substr(0, name.find('/'));
    feed.home = area_id(places_.known(owner) ? owner : std::string_view(area_));
    return feed;
}

std::uint32_t Board::area_id(std::string_view code) {
    const auto it = area_ids_.find(code);
    if (it != area_ids_.end()) {
        return it->second;
    }
    const auto id = static_cast<std::uint32_t>(areas_.size());
    areas_.emplace_back(code);
    area_ids_.emplace(code, id);
    return id;
}

// A cell belongs to the places above its own at its time. Different values add up from the commune on only: a household that
// was met in two of its villages is one.
const Board::Line& Board::line(CellId id) {
    const auto time = cell_id::time(id);
    const auto area = cell_id::area(id);
    const bool from_commune = definitions_.distinct(cell_id::series(id));
    const auto [it, fresh] = lines_.try_emplace(cell_id::pack(from_commune ? 1 : 0, time, area));
    if (!fresh) {
        return it->second;
    }
    Line made;
    const bool is_window = cell_id::is_window(time);
    const auto first = is_window ? cell_id::window_of(time).first_atom() : cell_id::atom_of(time);
    const auto atoms = is_window ? cell_id::window_of(time).atoms() : 1;
    for (int i = 0; i < atoms; ++i) {
        const Atom atom{first.index + i};
        const auto* place = place_in(places_, areas_[area], atom);
        made.is_village = made.is_village || (place != nullptr && place->level() == v1::Place::VILLAGE_LEVEL);
        if (from_commune && (place == nullptr || place->level() != v1::Place::COMMUNE_LEVEL)) {
            continue;
        }
        for (int level = 0; level < 8 && place != nullptr && place->code() != area_ && !place->parent().empty(); ++level) {
            const auto above = area_id(place->parent());
            if (std::find(made.above.begin(), made.above.end(), above) == made.above.end()) {
                made.above.push_back(above);
            }
            place = place_in(places_, place->parent(), atom);
        }
    }
    return lines_[cell_id::pack(from_commune ? 1 : 0, time, area)] = std::move(made);
}

void Board::apply(std::string_view feed_name, const v1::Entry& entry) {
    auto& feed = feed_named(feed_name);
    fold(feed, entry, 1, entry.effect() == v1::Entry::COUNTS, true);
    if (entry.has_retracts()) {
        fold(feed, entry.retracts(), -1, true, false);
    }
}

void Board::fold(Feed& feed, const v1::Entry& entry, std::int64_t sign, bool counts, bool is_new) {
    if (!event_.ParseFromString(entry.event())) {
        return;
    }
    const auto occurred = parse_day(event_.occurred_on());
    if (!occurred) {
        return;
    }
    const int body = event_.body_case();
    const auto* field = v1::Event::descriptor()->FindFieldByNumber(body);
    char digits[20];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), event_.sequence()).ptr;
    text_.assign(entry.device()).append("/").append(field == nullptr ? "" : field->name()).append("/").append(std::begin(digits), end);
    const auto received = chieng::day_at(Seconds(std::chrono::seconds(entry.received_at())));
    Fact fact{feed, event_, sign, *occurred, received, Atom::of(*occurred), digest_of(text_), feed.home, feed.home};
    if (!event_.village().empty()) {
        fact.village = area_id(event_.village());
        const auto* village = place_in(places_, event_.village(), fact.atom);
        fact.commune = village == nullptr || village->parent().empty() ? feed.home : area_id(village->parent());
    }
    for (const auto& plan : definitions_.plans(body)) {
        if (plan.corrections_only ? is_new && event_.has_correction() : counts) {
            fold_plan(fact, plan);
        }
    }
}

void Board::fold_plan(const Fact& fact, const SourcePlan& plan) {
    if (fact.occurred < plan.from || plan.until < fact.occurred || !holds(fact.event, plan)) {
        return;
    }
    const auto amount = plan.plus.empty() ? 1 : sum_at(fact.event, plan.plus);
    contribute(fact, plan, plan.whole, amount);
    for (const auto& cut : plan.cuts) {
        if (!cut.field.empty()) {
            each_value(fact.event, cut.field, [&](int value) {
                if (const auto series = cut.series(value)) {
                    contribute(fact, plan, *series, amount);
                }
            });
        }
        for (const auto& part : cut.parts) {
            contribute(fact, plan, part.series, sum_at(fact.event, part.plus) - sum_at(fact.event, part.minus));
        }
    }
}

// An event that adds 0 to a cell did not make it.
void Board::contribute(const Fact& fact, const SourcePlan& plan, SeriesId series, std::int64_t amount) {
    const auto id = cell_id::pack(series, cell_id::time_of(fact.atom), fact.village);
    if (plan.days) {
        const auto from = day_at(fact.event, plan.days->first, fact.occurred, fact.received);
        const auto to = day_at(fact.event, plan.days->second, fact.occurred, fact.received);
        if (from && to) {
            add_days(fact.feed, id, {{static_cast<std::int32_t>((*to - *from).count()), 1}}, fact.sign);
            add(fact.feed, id, Slot{0, 1, fact.digest}.times(fact.sign));
        }
    } else if (!plan.distinct.empty()) {
        contribute_key(fact, plan, series);
    } else if (amount != 0) {
        add(fact.feed, id, Slot{amount, 1, fact.digest}.times(fact.sign));
    }
}

// Different values are kept per half-month; the windows count in how many of theirs a value stands.
void Board::contribute_key(const Fact& fact, const SourcePlan& plan, SeriesId series) {
    std::string scratch;
    const auto& counted = text_at(fact.event, plan.distinct, scratch);
    if (counted.empty()) {
        return;
    }
    const auto hash = digest_of(counted);
    const auto slot = Slot{0, 1, fact.digest}.times(fact.sign);
    for (const auto area : {fact.village, fact.commune}) {
        const auto id = cell_id::pack(series, cell_id::time_of(fact.atom), area);
        add_key(fact.feed, id, hash, fact.sign);
        add(fact.feed, id, slot);
        if (fact.village == fact.commune) {
            break;
        }
    }
}

void Board::add_key(Feed& feed, CellId id, std::uint64_t hash, std::int64_t times) {
    const auto it = feed.keys.try_emplace(id).first;
    const int change = it->second.add(hash, times);
    if (it->second.counts.empty()) {
        feed.keys.erase(it);
    }
    if (change != 0) {
        note_presence(id, hash, change);
    }
}

void Board::note_presence(CellId id, std::uint64_t hash, int change) {
    each_window(id, [&](CellId window) {
        const int difference = windows_[window].add(hash, change);
        if (difference != 0) {
            for (const auto above : line(window).above) {
                below_[cell_id::pack(cell_id::series(window), cell_id::time(window), above)].number += difference;
            }
        }
    });
}

void Board::note_change(CellId id, Total& total) {
    if (!total.changed) {
        total.changed = true;
        changed_.push_back(id);
    }
}

void Board::add(Feed& feed, CellId id, const Slot& slot) {
    auto& part = feed.parts[id];
    part.slot.add(slot);
    if (!part.unsaved) {
        part.unsaved = true;
        unsaved_.emplace_back(&feed, id);
    }
    auto& total = totals_[id];
    total.slot.add(slot);
    note_change(id, total);
    for (const auto above : line(id).above) {
        below_[cell_id::pack(cell_id::series(id), cell_id::time(id), above)].add(slot);
    }
}

void Board::add_days(Feed& feed, CellId id, const Histogram& days, std::int64_t sign) {
    const auto add_to = [&](auto& histograms, CellId to) {
        auto& histogram = histograms[to];
        for (const auto& [day, events] : days) {
            if ((histogram[day] += sign * events) == 0) {
                histogram.erase(day);
            }
        }
        if (histogram.empty()) {
            histograms.erase(to);
        }
    };
    add_to(feed.histograms, id);
    add_to(histograms_, id);
    for (const auto above : line(id).above) {
        add_to(histograms_below_, cell_id::pack(cell_id::series(id), cell_id::time(id), above));
    }
}

std::optional<Board::CellId> Board::id_of(const v1::Cell& cell) {
    const auto series = definitions_.series_id(cell.indicator(), cell.cut(), cell.cut_value());
    if (!series || cell.area().empty()) {
        return std::nullopt;
    }
    if (cell.calendar() == v1::CALENDAR_UNSPECIFIED) {
        const auto atom = Atom::parse(cell.period());
        return atom ? std::optional(cell_id::pack(*series, cell_id::time_of(*atom), area_id(cell.area()))) : std::nullopt;
    }
    const auto period = v1::Calendar_IsValid(cell.calendar()) ? Period::parse(cell.calendar(), cell.period()) : std::nullopt;
    return period ? std::optional(cell_id::pack(*series, cell_id::time_of(*period), area_id(cell.area()))) : std::nullopt;
}

void Board::clear(Feed& feed, CellId id) {
    const auto part = feed.parts.find(id);
    if (part == feed.parts.end()) {
        return;
    }
    if (const auto days = feed.histograms.find(id); days != feed.histograms.end()) {
        const Histogram held = days->second;
        add_days(feed, id, held, -1);
    }
    if (const auto keys = feed.keys.find(id); keys != feed.keys.end()) {
        const auto held = std::move(keys->second.counts);
        feed.keys.erase(keys);
        for (const auto& [hash, count] : held) {
            if (count > 0) {
                note_presence(id, hash, -1);
            }
        }
    }
    const Slot held = part->second.slot;
    add(feed, id, held.times(-1));
}

void Board::put(Feed& feed, CellId id, const Slot& slot, const Histogram& days, const KeyCounts& keys) {
    clear(feed, id);
    if (!days.empty()) {
        add_days(feed, id, days, 1);
    }
    for (const auto& [hash, count] : keys) {
        add_key(feed, id, hash, count);
    }
    if (!slot.empty()) {
        add(feed, id, slot);
    }
}

void Board::set(std::string_view feed_name, const v1::Cell& cell) {
    auto& feed = feed_named(feed_name);
    const auto& home = areas_[feed.home];
    const bool is_own = cell.area() == home || (home == area_ ? places_.known(cell.area()) : places_.was_below(cell.area(), home));
    const auto id = is_own ? id_of(cell) : std::nullopt;
    if (!id) {
        ++unknown_cells_;
        return;
    }
    const Slot slot{cell.number(), cell.lineage().events(), cell.lineage().digest()};
    Histogram days(cell.histogram().begin(), cell.histogram().end());
    std::erase_if(days, [](const auto& item) { return item.second == 0; });
    const auto part = feed.parts.find(*id);
    const auto held = feed.histograms.find(*id);
    const bool same_days = held == feed.histograms.end() ? days.empty() : held->second == days;
    if (!same_days || !(part == feed.parts.end() ? slot.empty() : part->second.slot == slot)) {
        put(feed, *id, slot, days, {});
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
    auto& before = totals_[*id];
    const bool was_changed = before.changed;
    before.changed = true;  // put() notes nothing
    put(feed, *id, {cell.number(), cell.lineage().events(), cell.lineage().digest()},
        Histogram(cell.histogram().begin(), cell.histogram().end()), keys);
    if (is_hidden(*id)) {
        each_window(*id, [&](CellId window) { totals_[window].stamp = std::max(totals_[window].stamp, stamp); });
    }
    auto& total = totals_[*id];
    total.changed = was_changed;
    total.stamp = std::max(total.stamp, is_hidden(*id) ? 0 : stamp);
    if (stamp == 0) {
        note_change(*id, total);
    }
    if (unsaved_.size() > unsaved) {
        unsaved_.pop_back();
        feed.parts[*id].unsaved = false;
    }
}

void Board::forget(std::string_view feed_name) {
    const auto it = feeds_.find(feed_name);
    if (it == feeds_.end()) {
        return;
    }
    std::vector<CellId> ids;
    ids.reserve(it->second.parts.size());
    for (const auto& [id, part] : it->second.parts) {
        ids.push_back(id);
    }
    for (const auto id : ids) {
        clear(it->second, id);
    }
}

v1::Cell Board::named(CellId id) const {
    const auto time = cell_id::time(id);
    const auto& series = definitions_.series()[cell_id::series(id)];
    v1::Cell cell;
    cell.set_area(areas_[cell_id::area(id)]);
    if (cell_id::is_window(time)) {
        const auto period = cell_id::window_of(time);
        cell.set_calendar(period.calendar);
        cell.set_period(period.format());
    } else {
        cell.set_period(cell_id::atom_of(time).format());
    }
    cell.set_indicator(series.indicator);
    cell.set_cut(series.cut);
    cell.set_cut_value(series.cut_value);
    return cell;
}

// Half-months of different values are nobody's business: their windows changed.
std::vector<Board::CellId> Board::take_changed(std::uint64_t& last) {
    for (std::size_t i = 0; i < changed_.size(); ++i) {
        if (is_hidden(changed_[i])) {
            totals_[changed_[i]].changed = false;
            each_window(changed_[i], [&](CellId window) { note_change(window, totals_[window]); });
        }
    }
    std::erase_if(changed_, [&](CellId id) { return is_hidden(id); });
    for (const auto id : changed_) {
        auto& total = totals_[id];
        total.changed = false;
        total.stamp = ++last;
    }
    return std::exchange(changed_, {});
}

bool Board::is_hidden(CellId id) const {
    return definitions_.distinct(cell_id::series(id)) && !cell_id::is_window(cell_id::time(id));
}

template <class Take>
void Board::each_window(CellId id, const Take& take) const {
    const auto atom = cell_id::atom_of(cell_id::time(id));
    for (const auto span : definitions_.spans(cell_id::series(id))) {
        for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
            take(cell_id::pack(cell_id::series(id), cell_id::time_of(Period::of(calendar, span, atom)), cell_id::area(id)));
        }
    }
}

std::vector<std::pair<std::uint64_t, Board::CellId>> Board::stamped_after(std::uint64_t offset, std::size_t most) const {
    std::vector<std::pair<std::uint64_t, CellId>> found;
    for (const auto& [id, total] : totals_) {
        if (total.stamp > offset) {
            found.emplace_back(total.stamp, id);
        }
    }
    if (found.size() > most) {  // cells that share a stamp stay together
        const auto border = found.begin() + static_cast<std::ptrdiff_t>(most) - 1;
        std::nth_element(found.begin(), border, found.end());
        std::erase_if(found, [last = border->first](const auto& item) { return item.first > last; });
    }
    std::sort(found.begin(), found.end());
    return found;
}

v1::Cell Board::cell(CellId id) const {
    auto cell = named(id);
    const auto slot = definitions_.distinct(cell_id::series(id)) ? window_at(id) : slot_at(totals_, id);
    cell.set_number(slot.number);
    put_lineage(cell, slot);
    if (const auto days = histograms_.find(id); days != histograms_.end()) {
        cell.mutable_histogram()->insert(days->second.begin(), days->second.end());
    }
    return cell;
}

void Board::visit_part(const Feed& feed, CellId id, const Visitor& visit) const {
    auto cell = named(id);
    KeyCounts counts;
    const auto& slot = feed.parts.at(id).slot;
    cell.set_number(slot.number);
    if (const auto keys = feed.keys.find(id); keys != feed.keys.end()) {
        counts.assign(keys->second.counts.begin(), keys->second.counts.end());
        std::sort(counts.begin(), counts.end());
    }
    if (const auto days = feed.histograms.find(id); days != feed.histograms.end()) {
        cell.mutable_histogram()->insert(days->second.begin(), days->second.end());
    }
    put_lineage(cell, slot);
    const auto& total = totals_.at(id);
    auto stamp = total.stamp;
    if (is_hidden(id)) {
        each_window(id, [&](CellId window) {
            const auto it = totals_.find(window);
            stamp = it == totals_.end() ? stamp : std::max(stamp, it->second.stamp);
        });
    }
    visit(feed.name, cell, counts, total.changed ? 0 : stamp);
}

void Board::cells(const Visitor& visit) const {
    for (const auto& [name, feed] : feeds_) {
        for (const auto& [id, part] : feed.parts) {
            if (!part.slot.empty()) {
                visit_part(feed, id, visit);
            }
        }
    }
}

void Board::take_unsaved(const Visitor& visit) {
    for (const auto& [feed, id] : std::exchange(unsaved_, {})) {
        visit_part(*feed, id, visit);
        auto& part = feed->parts[id];
        part.unsaved = false;
        if (part.slot.empty()) {
            feed->parts.erase(id);
        }
    }
}

}  // namespace chieng
