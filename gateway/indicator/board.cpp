// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/board.hpp"

#include "gateway/indicator/cell_id.hpp"
#include "gateway/indicator/event_fields.hpp"
#include "gateway/indicator/fold.hpp"

#include <xxhash.h>

#include <algorithm>
#include <charconv>

namespace chieng {
namespace {

std::uint64_t digest_of(std::string_view bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

std::optional<Day> day_at(const EventFields& event, const DayOf& which, Day occurred, Day received) {
    switch (which.kind) {
        case DayOf::Kind::occurred: return occurred;
        case DayOf::Kind::received: return received;
        case DayOf::Kind::field: break;
    }
    return parse_day(event.text(which.field.id));
}

}  // namespace

Board::Board(const Definitions& definitions, const Places& places, std::string area)
    : definitions_(definitions),
      places_(places),
      area_(std::move(area)),
      is_commune_(places_.is_commune(area_, Day::max())),
      series_moved_at_(definitions.series().size()),
      event_(definitions.fields()) {}

// On the latest day of the half-month on which the code was a place.
const v1::Place* Board::place_in(std::string_view code, Atom atom) const {
    const auto month = Period::of(v1::CALENDAR_MONTHS, v1::MONTH, atom);
    const bool is_first_half = atom.index % 2 == 0;
    const auto* place = places_.find(code, is_first_half ? month.first_day() + std::chrono::days(13) : month.last_day());
    return place != nullptr ? place : places_.find(code, is_first_half ? month.first_day() : month.first_day() + std::chrono::days(14));
}

Board::Feed& Board::feed_named(std::string_view name) {
    const auto it = feeds_.find(name);
    if (it != feeds_.end()) {
        return it->second;
    }
    auto& feed = feeds_[std::string(name)];
    feed.name = name;
    const auto owner = name.substr(0, name.find('/'));
    feed.home = area_id(places_.known(owner) ? owner : std::string_view(area_));
    feed.is_of_commune = places_.is_commune(areas_[feed.home], Day::max());
    if (is_commune_ && areas_[feed.home] != area_) {
        feed.is_lent = true;
        lent_.push_back(&feed);
    }
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

// What carries a place that had ended by that half-month; null when it had not, or nothing does.
const v1::Place* Board::carrier_in(std::string_view code, Atom atom) const {
    const auto day = atom.first_day();
    const auto last = places_.nearest_day(code, day);
    return last && *last < day ? places_.find(places_.carrier(code, *last, day), day) : nullptr;
}

// The places above one in that half-month, up to the board's own. What does not lie in that is nobody's here.
Board::Above Board::above(const v1::Place* place, Atom atom) {
    Above above;
    bool is_ours = place->code() == area_;
    for (int level = 0; level < 8 && place != nullptr && !is_ours && !place->parent().empty(); ++level) {
        above.push_back(area_id(place->parent()));
        is_ours = place->parent() == area_;
        place = place_in(place->parent(), atom);
    }
    return is_ours ? above : Above();
}

// A cell belongs to the places above its own at its time; of one that had ended by then (something fell due), to the one that carries it
// and to those above that. Different values add up from the commune on only: a household that was met in two of its villages is one; of a
// window, it is the places above the commune when it was last there.
const Board::Line& Board::line(CellId id) {
    const auto time = cell_id::time(id);
    const auto area = cell_id::area(id);
    const bool from_commune = definitions_.series(cell_id::series(id)).distinct;
    const auto key = cell_id::pack(from_commune ? 1 : 0, time, area);
    if (last_line_.second != nullptr && last_line_.first == key) {  // as of most cells that change together
        return *last_line_.second;
    }
    if (const auto known = lines_.find(key); known != lines_.end()) {
        last_line_ = {key, &known->second};
        return known->second;
    }
    last_line_ = {};
    Line made;
    const bool is_window = cell_id::is_window(time);
    const auto first = is_window                   ? cell_id::window_of(time).first_atom()
                       : cell_id::is_opening(time) ? Period{v1::CALENDAR_MONTHS, v1::YEAR, cell_id::year_of(time), 1}.first_atom()
                                                   : cell_id::atom_of(time);
    const auto atoms = is_window ? cell_id::window_of(time).atoms() : 1;
    bool is_there = false;
    for (int i = atoms - 1; i >= 0; --i) {
        const Atom atom{first.index + i};
        const auto* place = place_in(areas_[area], atom);
        made.is_village = made.is_village || (place != nullptr && place->level() == v1::Place::VILLAGE_LEVEL);
        is_there = is_there || place != nullptr;
        if (place == nullptr || (from_commune && place->level() != v1::Place::COMMUNE_LEVEL)) {
            continue;
        }
        for (const auto area_above : above(place, atom)) {
            if (std::find(made.above.begin(), made.above.end(), area_above) == made.above.end()) {
                made.above.push_back(area_above);
            }
        }
        if (from_commune) {
            break;
        }
    }
    const auto* carrier = is_there ? nullptr : carrier_in(areas_[area], first);
    if (carrier != nullptr && (!from_commune || carrier->level() == v1::Place::COMMUNE_LEVEL)) {
        const auto over = above(carrier, first);
        if (carrier->code() == area_ || !over.empty()) {
            made.above.push_back(area_id(carrier->code()));
            made.above.insert(made.above.end(), over.begin(), over.end());
        }
    }
    return lines_[key] = std::move(made);
}

void Board::apply(std::string_view feed_name, const v1::Entry& entry) {
    fold(feed_named(feed_name), entry);
    settle();
}

void Board::fold(Feed& feed, const v1::Entry& entry) {
    if (sheets_.size() >= sheets_max) {
        forget_sheets();
    }
    fold(feed, entry, 1, entry.effect() == v1::Entry::COUNTS, true);
    if (entry.has_retracts()) {
        fold(feed, entry.retracts(), -1, true, false);
    }
    if (entry.has_restores()) {
        fold(feed, entry.restores(), 1, true, false);
    }
}

// Names the event: device, type, number.
std::uint64_t Board::digest_of_key(const v1::Entry& entry, const EventPlan& plan) {
    char digits[20];
    const auto end =
        std::to_chars(std::begin(digits), std::end(digits), static_cast<std::uint64_t>(event_.number(FieldTree::sequence))).ptr;
    text_.assign(entry.device()).append("/").append(plan.name).append("/").append(std::begin(digits), end);
    return digest_of(text_);
}

// The commune whose village it is: a commune's services take events of those only that were its own on their day, whenever it is that they
// count. In another feed, the one that the village was of in that half-month.
std::uint32_t Board::commune_of(std::uint32_t village, Atom atom, const Feed& feed) {
    if (feed.is_of_commune || village == feed.home) {
        return feed.home;
    }
    const auto key = cell_id::pack(0, cell_id::time_of(atom), village);
    if (const auto known = communes_.find(key); known != communes_.end()) {
        return known->second;
    }
    const auto* place = place_in(areas_[village], atom);
    if (place == nullptr || place->parent().empty()) {
        return feed.home;
    }
    return communes_[key] = area_id(place->parent());
}

void Board::fold(Feed& feed, const v1::Entry& entry, std::int64_t sign, bool counts, bool is_new) {
    if (!event_.read(entry.event())) {
        return;
    }
    const auto occurred = parse_day(event_.text(FieldTree::occurred_on));
    if (!occurred) {
        return;
    }
    const auto& plan = definitions_.plan(event_.body());
    if (plan.sources.empty() || (feed.is_lent && !plan.has_latest())) {
        return;
    }
    const auto received = chieng::day_at(Seconds(std::chrono::seconds(entry.received_at())));
    const auto atom = Atom::of(*occurred);
    const auto village = event_.text(FieldTree::village);
    auto& sheet = sheet_of(feed, plan, atom, village.empty() ? feed.home : area_id(village));
    const auto digest = digest_of_key(entry, plan);
    const auto once = Slot{0, 1, digest}.times(sign);
    const Fact fact{feed, event_, entry, sheet, sign, *occurred, received, atom, digest, once, sheet.area, sheet.commune};
    for (const auto& source : plan.sources) {
        if (feed.is_lent && source.kind != SourcePlan::Kind::latest) {
            continue;
        }
        if (source.corrections_only ? is_new && event_.has_correction() : counts) {
            fold_plan(fact, source);
        }
    }
}

// Where in time the event adds something; empty when the field that says it holds no time.
std::optional<std::uint64_t> Board::time_of(const Fact& fact, const SourcePlan& plan) const {
    switch (plan.when) {
        case SourcePlan::When::occurred: break;
        case SourcePlan::When::opens: return cell_id::time_of_opening(static_cast<std::int32_t>(fact.event.number(plan.opens.id)));
        case SourcePlan::When::window: {
            const auto period = Period::parse(v1::OFFICIAL, fact.event.text(plan.window.id));
            return period ? std::optional(cell_id::time_of(*period)) : std::nullopt;
        }
        case SourcePlan::When::dated: {
            const auto day = parse_day(fact.event.text(plan.dated.id));
            return day ? std::optional(cell_id::time_of(Atom::of(*day))) : std::nullopt;
        }
    }
    return fact.sheet.time;
}

void Board::fold_plan(const Fact& fact, const SourcePlan& plan) {
    if (fact.occurred < plan.from || plan.until < fact.occurred || !holds(fact.event, plan.where)) {
        return;
    }
    if (plan.kind == SourcePlan::Kind::counts && plan.when == SourcePlan::When::occurred && !plan.has_places) {  // as nearly always
        return each_contribution(fact, plan, [&](SeriesId series, std::int64_t amount) {
            if (amount != 0) {
                add(fact.sheet, series, {fact.sign * amount, fact.once.events, fact.once.digest});
            }
        });
    }
    const auto time = time_of(fact, plan);
    if (!time) {
        return;
    }
    switch (plan.kind) {
        case SourcePlan::Kind::standing: return fold_standing(fact, plan);
        case SourcePlan::Kind::latest: return fold_version(fact, plan, *time);
        case SourcePlan::Kind::values: return contribute_keys(fact, plan, *time);
        case SourcePlan::Kind::days: return contribute_days(fact, plan, *time);
        case SourcePlan::Kind::counts: break;
    }
    each_contribution(fact, plan, [&](SeriesId series, std::int64_t amount) { contribute(fact, plan, *time, series, amount); });
}

// An event that adds 0 to a cell did not make it; but an opening figure of 0 ends what the year before opened with.
void Board::contribute(const Fact& fact, const SourcePlan& plan, std::uint64_t time, SeriesId series, std::int64_t amount) {
    if (amount != 0 || !plan.opens.empty()) {
        each_place(fact, plan, [&](std::uint32_t area) {
            add(fact, series, time, area, {fact.sign * amount, fact.once.events, fact.once.digest});
        });
    }
}

void Board::contribute_days(const Fact& fact, const SourcePlan& plan, std::uint64_t time) {
    const auto from = day_at(fact.event, plan.days->first, fact.occurred, fact.received);
    const auto to = day_at(fact.event, plan.days->second, fact.occurred, fact.received);
    if (from && to) {
        add_days(fact, plan.whole, time, static_cast<std::int32_t>((*to - *from).count()));
        add(fact, plan.whole, time, fact.village, fact.once);
    }
}

// Different values are kept per half-month; the windows count in how many of theirs a value stands.
void Board::contribute_keys(const Fact& fact, const SourcePlan& plan, std::uint64_t time) {
    text_.clear();
    for (const auto& field : plan.distinct) {
        text_.append(text_.empty() ? "" : "\n");
        append_at(fact.event, field, text_);
    }
    if (text_.empty()) {
        return;
    }
    const auto hash = digest_of(text_);
    each_contribution(fact, plan, [&](SeriesId series, std::int64_t) {
        add_key(fact, series, time, hash);
        add(fact, series, time, fact.village, fact.once);
        if (fact.commune != fact.village) {
            add(fact, series, time, fact.commune, fact.once);
        }
    });
}

// A value comes into a half-month, or goes: at its place, and at the commune that this was of.
void Board::note_presence(const Feed& feed, CellId id, std::uint64_t hash, int change) {
    note_presence(id, hash, change);
    const auto time = cell_id::time(id);
    if (const auto commune = commune_of(cell_id::area(id), cell_id::atom_of(time), feed); commune != cell_id::area(id)) {
        note_presence(cell_id::pack(cell_id::series(id), time, commune), hash, change);
    }
}

// That matters to the windows in which it stands nowhere else.
void Board::note_presence(CellId id, std::uint64_t hash, int change) {
    ++version_;
    auto& presence = presences_[cell_id::pack(cell_id::series(id), 0, cell_id::area(id))];
    auto& times = presence.values[hash];
    const auto atom = cell_id::atom_of(cell_id::time(id)).index;
    auto at = std::find_if(times.begin(), times.end(), [&](const auto& time) { return time.first == atom; });
    if (at == times.end()) {
        at = times.insert(times.end(), {atom, 0});
    }
    const bool stood = at->second > 0;
    at->second += change;
    const bool stands = at->second > 0;
    if (stood != stands) {
        each_window(id, [&](CellId window) {
            const auto period = cell_id::window_of(cell_id::time(window));
            const auto first = period.first_atom().index;
            const auto end = first + period.atoms();
            const bool elsewhere = std::any_of(times.begin(), times.end(), [&](const auto& time) {
                return time.first != atom && time.second > 0 && first <= time.first && time.first < end;
            });
            if (!elsewhere) {
                presence.standing[cell_id::time(window)] += change;
                for (const auto above : line(window).above) {
                    held(below_, cell_id::pack(cell_id::series(window), cell_id::time(window), above)).slot.number += change;
                }
            }
        });
    }
    if (at->second == 0) {
        times.erase(at);
        if (times.empty()) {
            presence.values.erase(hash);
        }
    }
}

void Board::note_change(CellId id, Total& total) {
    if (!total.changed) {
        total.changed = true;
        changed_.push_back(id);
    }
}

// Remembers where a stock has something, and for which periods there are figures of their own.
void Board::note_line(CellId id) {
    const auto time = cell_id::time(id);
    const auto insert = [](std::vector<std::int32_t>& times, std::int32_t at) {
        const auto it = std::lower_bound(times.begin(), times.end(), at);
        if (it == times.end() || *it != at) {
            times.insert(it, at);
        }
    };
    if (cell_id::is_window(time)) {
        if (!definitions_.series(cell_id::series(id)).distinct) {
            figured_series_.insert(cell_id::series(id));
            for (auto* figures :
                 {&window_figures_[cell_id::pack(cell_id::series(id), time, 0)],
                  &year_figures_[cell_id::pack(0, cell_id::time_of_opening(cell_id::window_of(time).year), cell_id::area(id))]}) {
                if (std::find(figures->begin(), figures->end(), id) == figures->end()) {
                    figures->push_back(id);
                }
            }
        }
        return;
    }
    if (cell_id::is_atom(time)) {
        const auto atom = static_cast<std::int32_t>(time);
        latest_ = std::max(latest_, atom);
        horizon_ = std::max(horizon_, atom);
        earliest_ = earliest_ == 0 ? atom : std::min(earliest_, atom);
    }
    if (cell_id::is_opening(time)) {  // it is told in windows of both calendars, which reach this far
        horizon_ = std::max(horizon_, Period{v1::OFFICIAL, v1::YEAR, cell_id::year_of(time), 1}.first_atom().index + 1);
    }
    if (definitions_.series(cell_id::series(id)).stock) {
        auto& times = stock_times_[cell_id::pack(cell_id::series(id), 0, cell_id::area(id))];
        cell_id::is_opening(time) ? insert(times.openings, cell_id::year_of(time)) : insert(times.atoms, static_cast<std::int32_t>(time));
    }
}

}  // namespace chieng
