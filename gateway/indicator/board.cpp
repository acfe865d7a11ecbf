// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/board.hpp"

#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <tuple>

namespace chieng {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::uint64_t area_bits = 21;
constexpr std::uint64_t time_bits = 22;
constexpr std::uint64_t window_mark = 1U << 21U;
constexpr std::size_t members_max = 20'000;  // lists of places that are remembered

std::uint64_t digest_of(std::string_view bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

// A half-month as its index; a window as mark, calendar, span, and its number since the year 0.
std::uint64_t time_of(Atom atom) {
    return static_cast<std::uint64_t>(atom.index);
}
std::uint64_t time_of(const Period& period) {
    return window_mark | static_cast<std::uint64_t>(period.calendar - 1) << 20U | static_cast<std::uint64_t>(period.span - 1) << 18U |
           static_cast<std::uint64_t>(period.year * 12 + period.number - 1);
}
Period window_of(std::uint64_t time) {
    const auto number = static_cast<std::int32_t>(time & 0x3FFFFU);
    const auto calendar = static_cast<v1::Calendar>((time >> 20U & 1U) + 1);
    return Period{calendar, static_cast<v1::Span>((time >> 18U & 3U) + 1), number / 12, number % 12 + 1};
}

std::uint64_t pack(SeriesId series, std::uint64_t time, std::uint32_t area) {
    return static_cast<std::uint64_t>(series) << (area_bits + time_bits) | time << area_bits | area;
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

bool has_value(const Message& event, const Path& path, int value) {
    const auto& message = holder(event, path);
    const auto& reflection = *message.GetReflection();
    if (!path.back()->is_repeated()) {
        return reflection.GetEnumValue(message, path.back()) == value;
    }
    for (int i = 0; i < reflection.FieldSize(message, path.back()); ++i) {
        if (reflection.GetRepeatedEnumValue(message, path.back(), i) == value) {
            return true;
        }
    }
    return false;
}

const std::string& text_at(const Message& event, const Path& path, std::string& scratch) {
    const auto& message = holder(event, path);
    return message.GetReflection()->GetStringReference(message, path.back(), &scratch);
}

bool holds(const Message& event, const SourcePlan& plan) {
    return std::all_of(plan.where.begin(), plan.where.end(), [&](const Condition& condition) {
        return std::any_of(condition.any.begin(), condition.any.end(), [&](int value) { return has_value(event, condition.field, value); });
    });
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

// Mean of the two middle ones when their number is even.
double median_of(const std::map<std::int32_t, std::int64_t>& histogram) {
    std::int64_t count = 0;
    for (const auto& [days, events] : histogram) {
        count += events;
    }
    if (count <= 0) {
        return 0;
    }
    const auto at = [&](std::int64_t rank) {
        for (const auto& [days, events] : histogram) {
            rank -= events;
            if (rank < 0) {
                return days;
            }
        }
        return histogram.rbegin()->first;
    };
    return (static_cast<double>(at((count - 1) / 2)) + static_cast<double>(at(count / 2))) / 2;
}

auto name_of(const v1::Cell& cell) {
    return std::tuple<const std::string&, int, const std::string&, const std::string&, const std::string&, const std::string&>(
        cell.area(), cell.calendar(), cell.period(), cell.indicator(), cell.cut(), cell.cut_value());
}

template <class To>
void put_lineage(To& to, std::int64_t events, std::uint64_t digest) {
    to.mutable_lineage()->set_events(static_cast<std::uint32_t>(events));
    to.mutable_lineage()->set_digest(digest);
}

}  // namespace

void Board::Slot::add(const Slot& other, std::int64_t sign) {
    number += sign * other.number;
    events += sign * other.events;
    digest += static_cast<std::uint64_t>(sign) * other.digest;
}

void Board::Keys::add(std::uint64_t key, std::int64_t sign) {
    auto& count = counts[key];
    standing -= count > 0 ? 1 : 0;
    count += sign;
    standing += count > 0 ? 1 : 0;
    if (count == 0) {
        counts.erase(key);
    }
}

Board::Board(const Definitions& definitions, const Places& places, std::string area)
    : definitions_(definitions), places_(places), area_(std::move(area)) {}

Board::Feed& Board::feed_named(std::string_view name) {
    const auto it = feeds_.find(name);
    if (it != feeds_.end()) {
        return it->second;
    }
    auto& feed = feeds_[std::string(name)];
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
    members_.clear();
    return id;
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
    Fact fact{feed, event_, sign, *occurred, received, digest_of(text_), feed.home, feed.home};
    if (!event_.village().empty()) {
        const auto* village = places_.find(event_.village(), *occurred);
        fact.village = area_id(event_.village());
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
        for (const auto& [value, series] : cut.values) {
            if (has_value(fact.event, cut.field, value)) {
                contribute(fact, plan, series, amount);
            }
        }
        for (const auto& part : cut.parts) {
            contribute(fact, plan, part.series, sum_at(fact.event, part.plus) - sum_at(fact.event, part.minus));
        }
    }
}

// An event that adds 0 to a cell did not make it.
void Board::contribute(const Fact& fact, const SourcePlan& plan, SeriesId series, std::int64_t amount) {
    const auto atom = Atom::of(fact.occurred);
    if (plan.days) {
        const auto from = day_at(fact.event, plan.days->first, fact.occurred, fact.received);
        const auto to = day_at(fact.event, plan.days->second, fact.occurred, fact.received);
        if (from && to) {
            const auto key = pack(series, time_of(atom), fact.village);
            add_days(fact, key, static_cast<std::int32_t>((*to - *from).count()));
            add(fact.feed, key, {0, 1, fact.digest}, fact.sign);
        }
        return;
    }
    if (plan.distinct.empty()) {
        if (amount != 0) {
            add(fact.feed, pack(series, time_of(atom), fact.village), {amount, 1, fact.digest}, fact.sign);
        }
        return;
    }
    std::string scratch;
    const auto& counted = text_at(fact.event, plan.distinct, scratch);
    if (counted.empty()) {
        return;
    }
    const auto hash = digest_of(counted);
    for (const auto span : plan.spans) {
        for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
            const auto window = time_of(Period::of(calendar, span, atom));
            for (const auto area : {fact.village, fact.commune}) {
                const auto key = pack(series, window, area);
                auto& keys = fact.feed.keys[key];
                keys.add(hash, fact.sign);
                if (keys.counts.empty()) {
                    fact.feed.keys.erase(key);
                }
                add(fact.feed, key, {0, 1, fact.digest}, fact.sign);
                if (fact.village == fact.commune) {
                    break;
                }
            }
        }
    }
}

void Board::add_days(const Fact& fact, CellKey key, std::int32_t days) {
    auto& histogram = fact.feed.histograms[key];
    if ((histogram[days] += fact.sign) == 0) {
        histogram.erase(days);
    }
    if (histogram.empty()) {
        fact.feed.histograms.erase(key);
    }
}

void Board::add(Feed& feed, CellKey key, const Slot& slot, std::int64_t sign) {
    for (auto* slots : {&feed.slots, &total_}) {
        auto& held = (*slots)[key];
        held.add(slot, sign);
        if (held.empty()) {
            slots->erase(key);
        }
    }
    changed_.insert(key);
}

std::optional<Board::CellKey> Board::key_of(const v1::Cell& cell) {
    const auto series = definitions_.series_id(cell.indicator(), cell.cut(), cell.cut_value());
    if (!series || cell.area().empty()) {
        return std::nullopt;
    }
    if (cell.calendar() == v1::CALENDAR_UNSPECIFIED) {
        const auto atom = Atom::parse(cell.period());
        return atom ? std::optional(pack(*series, time_of(*atom), area_id(cell.area()))) : std::nullopt;
    }
    const auto period = v1::Calendar_IsValid(cell.calendar()) ? Period::parse(cell.calendar(), cell.period()) : std::nullopt;
    return period ? std::optional(pack(*series, time_of(*period), area_id(cell.area()))) : std::nullopt;
}

void Board::put(Feed& feed, CellKey key, const Slot& slot, Histogram histogram, const KeyCounts& keys) {
    const auto old = feed.slots.find(key);
    if (old != feed.slots.end()) {
        const Slot before = old->second;
        add(feed, key, before, -1);
    }
    if (!slot.empty()) {
        add(feed, key, slot, 1);
    }
    feed.histograms.erase(key);
    feed.keys.erase(key);
    std::erase_if(histogram, [](const auto& item) { return item.second == 0; });
    if (!histogram.empty()) {
        feed.histograms[key] = std::move(histogram);
    }
    for (const auto& [hash, count] : keys) {
        feed.keys[key].add(hash, count);
    }
    changed_.insert(key);
}

void Board::set(std::string_view feed_name, const v1::Cell& cell) {
    const auto key = places_.known(cell.area()) ? key_of(cell) : std::nullopt;
    if (!key) {
        ++unknown_cells_;
        return;
    }
    put(feed_named(feed_name), *key, {cell.number(), cell.lineage().events(), cell.lineage().digest()},
        Histogram(cell.histogram().begin(), cell.histogram().end()), {});
}

void Board::restore(std::string_view feed_name, const v1::Cell& cell, const KeyCounts& keys) {
    const auto key = key_of(cell);
    if (!key) {
        ++unknown_cells_;
        return;
    }
    const bool was_changed = changed_.contains(*key);
    put(feed_named(feed_name), *key, {keys.empty() ? cell.number() : 0, cell.lineage().events(), cell.lineage().digest()},
        Histogram(cell.histogram().begin(), cell.histogram().end()), keys);
    if (!was_changed) {
        changed_.erase(*key);
    }
}

void Board::forget(std::string_view feed_name) {
    const auto it = feeds_.find(feed_name);
    if (it == feeds_.end()) {
        return;
    }
    for (const auto& [key, slot] : it->second.slots) {
        auto& held = total_[key];
        held.add(slot, -1);
        if (held.empty()) {
            total_.erase(key);
        }
        changed_.insert(key);
    }
    feeds_.erase(it);
}

v1::Cell Board::named(CellKey key) const {
    const auto time = key >> area_bits & ((1U << time_bits) - 1);
    const auto& series = definitions_.series()[key >> (area_bits + time_bits)];
    v1::Cell cell;
    cell.set_area(areas_[key & ((1U << area_bits) - 1)]);
    if ((time & window_mark) != 0) {
        const auto period = window_of(time);
        cell.set_calendar(period.calendar);
        cell.set_period(period.format());
    } else {
        cell.set_period(Atom{static_cast<std::int32_t>(time)}.format());
    }
    cell.set_indicator(series.indicator);
    cell.set_cut(series.cut);
    cell.set_cut_value(series.cut_value);
    return cell;
}

// Different values over all feeds: a value that two feeds name is one.
std::int64_t Board::standing(CellKey key) const {
    std::vector<const Keys*> holders;
    for (const auto& [name, feed] : feeds_) {
        const auto it = feed.keys.find(key);
        if (it != feed.keys.end()) {
            holders.push_back(&it->second);
        }
    }
    if (holders.size() < 2) {
        return holders.empty() ? 0 : holders.front()->standing;
    }
    boost::unordered_flat_set<std::uint64_t> together;
    for (const auto* keys : holders) {
        for (const auto& [hash, count] : keys->counts) {
            if (count > 0) {
                together.insert(hash);
            }
        }
    }
    return static_cast<std::int64_t>(together.size());
}

Board::Histogram Board::histogram(CellKey key) const {
    Histogram sum;
    for (const auto& [name, feed] : feeds_) {
        const auto it = feed.histograms.find(key);
        if (it != feed.histograms.end()) {
            for (const auto& [days, events] : it->second) {
                sum[days] += events;
            }
        }
    }
    std::erase_if(sum, [](const auto& item) { return item.second == 0; });
    return sum;
}

std::vector<v1::Cell> Board::take_changed() {
    std::vector<v1::Cell> cells;
    cells.reserve(changed_.size());
    for (const auto key : changed_) {
        auto cell = named(key);
        const auto it = total_.find(key);
        const auto slot = it == total_.end() ? Slot{} : it->second;
        cell.set_number(slot.number + standing(key));
        for (const auto& [days, events] : histogram(key)) {
            (*cell.mutable_histogram())[days] = events;
        }
        put_lineage(cell, slot.events, slot.digest);
        cells.push_back(std::move(cell));
    }
    changed_.clear();
    std::sort(cells.begin(), cells.end(), [](const v1::Cell& a, const v1::Cell& b) { return name_of(a) < name_of(b); });
    return cells;
}

// On the latest day of the half-month on which the code was a place.
const std::vector<std::uint32_t>& Board::members(const std::string& area, Atom atom) const {
    if (members_.size() >= members_max) {
        members_.clear();
    }
    const auto [it, fresh] = members_.try_emplace({area, atom.index});
    if (fresh) {
        const Period month = Period::of(v1::CALENDAR_MONTHS, v1::MONTH, atom);
        const Day first = atom.index % 2 == 0 ? month.first_day() : month.first_day() + std::chrono::days(14);
        const Day last = atom.index % 2 == 0 ? month.first_day() + std::chrono::days(13) : month.last_day();
        for (std::uint32_t id = 0; id < areas_.size(); ++id) {
            const bool at_end = places_.find(areas_[id], last) != nullptr;
            if (is_under(areas_[id], area, at_end ? last : first)) {
                it->second.push_back(id);
            }
        }
    }
    return it->second;
}

bool Board::is_under(const std::string& code, const std::string& area, Day day) const {
    std::string_view at = code;
    for (int level = 0; level < 8 && !at.empty(); ++level) {
        if (at == area) {
            return true;
        }
        const auto* place = places_.find(at, day);
        at = place == nullptr ? std::string_view() : std::string_view(place->parent());
    }
    return false;
}

// The cells that add up to an area's value. Different values: its own window, or above the commune those of its
// communes, each of which counted the window itself.
std::vector<Board::CellKey> Board::keys_of(SeriesId series, bool distinct, const std::string& area, const Period& period) const {
    std::vector<CellKey> keys;
    const auto first = period.first_atom().index;
    const auto take = [&](std::uint32_t id, std::uint64_t time) {
        const auto key = pack(series, time, id);
        if (total_.contains(key)) {
            keys.push_back(key);
        }
    };
    if (!distinct) {
        for (auto index = first; index < first + period.atoms(); ++index) {
            for (const auto id : members(area, Atom{index})) {
                take(id, time_of(Atom{index}));
            }
        }
        return keys;
    }
    const auto window = time_of(period);
    const auto own = area_ids_.find(area);
    std::vector<std::uint32_t> communes;
    bool is_above = false;
    for (auto index = first; index < first + period.atoms(); ++index) {
        const auto day = Period::of(v1::CALENDAR_MONTHS, v1::MONTH, Atom{index}).first_day() + std::chrono::days(index % 2 == 0 ? 0 : 14);
        const auto* place = places_.find(area, day);
        is_above = is_above || (place != nullptr && place->level() >= v1::Place::DISTRICT_LEVEL);
        for (const auto id : members(area, Atom{index})) {
            const auto* member = places_.find(areas_[id], day);
            if (member != nullptr && member->level() == v1::Place::COMMUNE_LEVEL) {
                communes.push_back(id);
            }
        }
    }
    if (!is_above) {
        communes.clear();
    }
    if (own != area_ids_.end()) {
        communes.push_back(own->second);
    }
    std::sort(communes.begin(), communes.end());
    communes.erase(std::unique(communes.begin(), communes.end()), communes.end());
    for (const auto id : communes) {
        take(id, window);
    }
    return keys;
}

Board::Slot Board::total(SeriesId series, bool distinct, const std::string& area, const Period& period) const {
    Slot sum;
    for (const auto key : keys_of(series, distinct, area, period)) {
        sum.add(total_.find(key)->second, 1);
        if (distinct) {
            sum.number += standing(key);
        }
    }
    return sum;
}

void Board::fill_coverage(v1::IndicatorValue& value, const std::string& of, const Period& period) const {
    const auto* other = definitions_.find(of, period.last_day());
    const auto villages = places_.villages(value.area(), period.last_day());
    Slot lineage;
    for (const auto& village : villages) {
        const auto slot = total(other->whole, other->distinct, village, period);
        if (slot.number > 0) {
            value.set_number(value.number() + 1);
            lineage.add(slot, 1);
        }
    }
    value.set_denominator(static_cast<std::int64_t>(villages.size()));
    put_lineage(value, lineage.events, lineage.digest);
}

v1::IndicatorValue Board::value(const std::string& area, const Period& period, std::string_view code) const {
    const auto* definition = definitions_.find(code, period.last_day());
    if (definition == nullptr) {
        throw std::invalid_argument("unknown indicator " + std::string(code));
    }
    const auto& indicator = definition->indicator;
    if (std::count(indicator.spans().begin(), indicator.spans().end(), period.span) == 0) {
        throw std::invalid_argument(indicator.code() + " is not counted over " + v1::Span_Name(period.span));
    }
    if (!places_.known(area) && area != area_) {
        throw std::invalid_argument("unknown area " + area);
    }
    v1::IndicatorValue value;
    value.set_area(area);
    value.set_calendar(period.calendar);
    value.set_period(period.format());
    value.set_from(format_day(period.first_day()));
    value.set_to(format_day(period.last_day()));
    value.set_indicator(indicator.code());
    if (indicator.has_coverage()) {
        fill_coverage(value, indicator.coverage().of(), period);
        return value;
    }
    const auto whole = total(definition->whole, definition->distinct, area, period);
    value.set_number(whole.number);
    put_lineage(value, whole.events, whole.digest);
    if (indicator.measure() == v1::Indicator::MEDIAN) {
        Histogram sum;
        for (const auto key : keys_of(definition->whole, false, area, period)) {
            for (const auto& [days, events] : histogram(key)) {
                sum[days] += events;
            }
        }
        value.mutable_histogram()->insert(sum.begin(), sum.end());
        value.set_median(median_of(sum));
    }
    for (const auto series : definition->parts) {
        const auto slot = total(series, definition->distinct, area, period);
        if (!slot.empty()) {
            auto& part = *value.add_parts();
            part.set_cut(definitions_.series()[series].cut);
            part.set_cut_value(definitions_.series()[series].cut_value);
            part.set_number(slot.number);
            put_lineage(part, slot.events, slot.digest);
        }
    }
    return value;
}

std::vector<v1::IndicatorValue> Board::rows(const std::string& area, const Period& period) const {
    std::vector<v1::IndicatorValue> rows;
    for (const auto& definition : definitions_.all()) {
        const auto& spans = definition.indicator.spans();
        if (std::count(spans.begin(), spans.end(), period.span) > 0 &&
            definitions_.find(definition.indicator.code(), period.last_day()) == &definition) {
            rows.push_back(value(area, period, definition.indicator.code()));
        }
    }
    return rows;
}

void Board::cells(const Visitor& visit) const {
    for (const auto& [name, feed] : feeds_) {
        for (const auto& [key, slot] : feed.slots) {
            auto cell = named(key);
            KeyCounts counts;
            const auto keys = feed.keys.find(key);
            if (keys != feed.keys.end()) {
                counts.assign(keys->second.counts.begin(), keys->second.counts.end());
                std::sort(counts.begin(), counts.end());
            }
            cell.set_number(slot.number + (keys == feed.keys.end() ? 0 : keys->second.standing));
            const auto days = feed.histograms.find(key);
            if (days != feed.histograms.end()) {
                cell.mutable_histogram()->insert(days->second.begin(), days->second.end());
            }
            put_lineage(cell, slot.events, slot.digest);
            visit(name, cell, counts);
        }
    }
}

std::string Board::serialize() const {
    std::vector<std::string> lines;
    cells([&](std::string_view feed, const v1::Cell& cell, const KeyCounts& keys) {
        std::string line(feed);
        for (const auto* part : {&cell.area(), &cell.period(), &cell.indicator(), &cell.cut(), &cell.cut_value()}) {
            line.append("\t").append(*part);
        }
        line += "\t" + std::to_string(cell.calendar()) + "\t" + std::to_string(cell.number());
        line += "\t" + std::to_string(cell.lineage().events()) + "\t" + std::to_string(cell.lineage().digest());
        for (const auto& [days, events] : std::map<std::int32_t, std::int64_t>(cell.histogram().begin(), cell.histogram().end())) {
            line += "\td" + std::to_string(days) + "=" + std::to_string(events);
        }
        for (const auto& [key, count] : keys) {
            line += "\tk" + std::to_string(key) + "=" + std::to_string(count);
        }
        lines.push_back(line + "\n");
    });
    std::sort(lines.begin(), lines.end());
    std::string bytes;
    for (const auto& line : lines) {
        bytes += line;
    }
    return bytes;
}

}  // namespace chieng
