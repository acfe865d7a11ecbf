// SPDX-License-Identifier: Apache-2.0
// From lists of several days to one register: units that go on are one row, units that change are several.
#include "services/runtime/core/place_lists.hpp"
#include "services/runtime/core/places.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>

namespace chieng {
namespace {

[[noreturn]] void refuse(const std::string& file, int line, const std::string& reason) {
    throw std::invalid_argument(file + ":" + std::to_string(line) + ": " + reason);
}

using Units = std::map<std::string_view, const v1::Place*>;

Units by_code(const UnitList& list) {
    Units units;
    for (const auto& unit : list.units) {
        units[unit.place.code()] = &unit.place;
    }
    return units;
}

struct Successor {
    bool is_partial = false;
    std::string source;
};
// Of each code on one day, by their own.
using Successors = std::map<std::string, std::map<std::string, Successor>>;

std::string name_of_file(const std::string& file) {
    return file.substr(file.rfind('/') + 1);
}

Successors successors_on(Day day, const std::vector<DatedLinks>& links, const Units& before, const Units& after) {
    Successors successors;
    for (const auto& dated : links) {
        if (dated.on != day) {
            continue;
        }
        for (const auto& link : dated.list.links) {
            if (!before.contains(link.from)) {
                refuse(dated.list.file, link.line, link.from + " is not in the list that ends on " + format_day(day - one_day));
            }
            if (!after.contains(link.to)) {
                refuse(dated.list.file, link.line, link.to + " is not in the list of " + format_day(day));
            }
            auto& successor = successors[link.from][link.to];
            successor.is_partial = successor.is_partial || link.is_partial;
            successor.source = name_of_file(dated.list.file);
        }
    }
    return successors;
}

v1::Succession succession(const std::string& code, Day day, const std::map<std::string, Successor>& to, const Units& before,
                          const Units& after) {
    const auto& name = before.at(code)->name().vi();
    std::vector<std::tuple<bool, bool, bool, std::string>> order;  // the least goes first
    for (const auto& [successor, how] : to) {
        order.emplace_back(how.is_partial, successor != code, after.at(successor)->name().vi() != name, successor);
    }
    std::sort(order.begin(), order.end());
    v1::Succession made;
    made.set_code(code);
    made.set_on(format_day(day));
    for (const auto& [is_partial, has_other_code, has_other_name, successor] : order) {
        made.add_to(successor);
    }
    made.set_source(to.begin()->second.source);
    return made;
}

bool same_unit(const v1::Place& a, const v1::Place& b) {
    return a.level() == b.level() && a.kind() == b.kind() && a.parent() == b.parent() && a.name().vi() == b.name().vi();
}

void check_days(const std::vector<DatedUnits>& lists, const std::vector<DatedLinks>& links) {
    if (lists.empty()) {
        throw std::invalid_argument("there is no list of units");
    }
    for (std::size_t i = 1; i < lists.size(); ++i) {
        if (lists[i - 1].from == lists[i].from) {
            throw std::invalid_argument(lists[i].list.file + ": begins on " + format_day(lists[i].from) + " as " + lists[i - 1].list.file);
        }
    }
    for (const auto& dated : links) {
        if (std::none_of(lists.begin() + 1, lists.end(), [&](const DatedUnits& list) { return list.from == dated.on; })) {
            throw std::invalid_argument(dated.list.file + ": links of " + format_day(dated.on) + ", a day on which no later list begins");
        }
    }
}

// A succession that only says "goes on under its own code" says nothing.
bool goes_on(const std::string& code, const std::map<std::string, Successor>& to) {
    return to.size() == 1 && to.begin()->first == code;
}

// Where the commune of a village is split into rows of its own: [from, until] below `parent`.
void carry(const Places& units, v1::Place village, Day from, Day until, const std::vector<Day>& changes, v1::Places& out) {
    for (const auto day : changes) {
        if (day <= from || until < day || units.find(village.parent(), day - one_day) == nullptr) {
            continue;
        }
        const auto next = units.carrier(village.parent(), day - one_day, day);
        if (next == village.parent()) {
            continue;
        }
        if (next.empty()) {
            throw std::invalid_argument("village " + village.code() + ": what became of its parent " + village.parent() + " on " +
                                        format_day(day) + " is not known; give the village an end, or the parent a successor");
        }
        auto row = village;
        row.set_until(format_day(day - one_day));
        *out.add_place() = std::move(row);
        village.set_from(format_day(day));
        village.set_parent(std::string(next));
    }
    *out.add_place() = std::move(village);
}

}  // namespace

v1::Places merge_lists(std::vector<DatedUnits> lists, const std::vector<DatedLinks>& links) {
    std::sort(lists.begin(), lists.end(), [](const DatedUnits& a, const DatedUnits& b) { return a.from < b.from; });
    check_days(lists, links);
    v1::Places rows;
    std::map<std::string_view, int> open;  // rows that still go on
    Units before;
    for (const auto& [from, list] : lists) {
        const auto after = by_code(list);
        const auto successors = before.empty() ? Successors() : successors_on(from, links, before, after);
        for (auto it = open.begin(); it != open.end();) {
            const auto same = after.find(it->first);
            auto& row = *rows.mutable_place(it->second);
            const auto to = successors.find(row.code());
            const bool is_succeeded = to != successors.end() && !goes_on(row.code(), to->second);
            if (same != after.end() && same_unit(row, *same->second) && !is_succeeded) {
                ++it;
                continue;
            }
            row.set_until(format_day(from - one_day));
            if (is_succeeded) {
                *rows.add_succession() = succession(row.code(), from, to->second, before, after);
            }
            it = open.erase(it);
        }
        for (const auto& [code, place] : after) {
            if (!open.contains(code)) {
                auto& row = *rows.add_place() = *place;
                row.set_from(format_day(from));
                open[code] = rows.place_size() - 1;
            }
        }
        before = after;
    }
    return rows;
}

v1::Places carry_villages(v1::Places units, const v1::Places& villages) {
    const Places register_of_units(units);
    std::set<Day> days;
    for (const auto& row : units.place()) {
        if (!row.from().empty()) {
            days.insert(*parse_day(row.from()));
        }
        if (!row.until().empty()) {
            days.insert(*parse_day(row.until()) + one_day);
        }
    }
    for (const auto& row : units.succession()) {
        days.insert(*parse_day(row.on()));
    }
    const std::vector<Day> changes(days.begin(), days.end());
    for (const auto& row : villages.place()) {
        if (row.level() != v1::Place::VILLAGE_LEVEL) {
            throw std::invalid_argument("place " + row.code() + " is not a village");
        }
        const auto from = row.from().empty() ? std::optional(Day::min()) : parse_day(row.from());
        const auto until = row.until().empty() ? std::optional(Day::max()) : parse_day(row.until());
        if (!from || !until || !register_of_units.known(row.parent())) {
            *units.add_place() = row;  // the register of all says what is wrong
            continue;
        }
        carry(register_of_units, row, *from, *until, changes, units);
    }
    return units;
}

}  // namespace chieng
