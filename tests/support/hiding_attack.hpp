// SPDX-License-Identifier: Apache-2.0
// What somebody knows of numbers that he was not told: how they add up over places, cuts and time, and what cannot have changed.
#pragma once

#include "tests/support/attacker.hpp"
#include "tests/support/hiding_world.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace hiding_test {

using namespace chieng;
using namespace chieng::testing;
using web::Json;

inline bool is_inside(const Period& one, const Period& other) {
    return other.first_atom() <= one.first_atom() && one.first_atom().index + one.atoms() <= other.first_atom().index + other.atoms();
}

inline bool meet(const Period& one, const Period& other) {
    return other.first_atom().index < one.first_atom().index + one.atoms() &&
           one.first_atom().index < other.first_atom().index + other.atoms();
}

// How the numbers of one series hang together over places.
inline void relate_places(Attacker& attacker, const std::string& series, const Period& period) {
    Attacker::Sum all;
    for (const auto& commune : the_communes) {
        Attacker::Sum below;
        for (const auto& village : villages_of(commune)) {
            below.push_back(name_of(series, village, period));
        }
        attacker.equal(name_of(series, commune, period), below);
        all.push_back(name_of(series, commune, period));
    }
    attacker.equal(name_of(series, "D", period), all);
}

template <class Visit>
void each_place(const Visit& visit) {
    visit("D");
    for (const auto& commune : the_communes) {
        visit(commune);
        for (const auto& village : villages_of(commune)) {
            visit(village);
        }
    }
}

// What adds up half-month by half-month.
inline void relate_flow(Attacker& attacker, const std::string& code, const std::vector<std::string>& cuts) {
    auto all = parts_of(code);
    all.push_back(code);
    const auto cell = [](const std::string& series, const std::string& area, std::int32_t atom) {
        return series + "@" + area + "#" + Atom{atom}.format();
    };
    each_place([&](const std::string& area) {
        for (const auto& period : all_periods()) {
            const auto first = period.first_atom().index;
            for (const auto& series : all) {
                Attacker::Sum sum;
                for (auto atom = first; atom < first + period.atoms(); ++atom) {
                    sum.push_back(cell(series, area, atom));
                }
                attacker.equal(name_of(series, area, period), sum);
            }
        }
        const auto first = Period{v1::OFFICIAL, v1::YEAR, 2022, 1}.first_atom().index;
        for (auto atom = first; atom <= first + 24; ++atom) {
            for (const auto& cut : cuts) {
                Attacker::Sum parts;
                for (const auto& part : parts_of(code, cut)) {
                    parts.push_back(cell(part, area, atom));
                }
                attacker.equal(cell(code, area, atom), parts);
            }
        }
    });
    for (const auto& period : all_periods()) {
        for (const auto& series : all) {
            relate_places(attacker, series, period);
        }
    }
}

inline void relate_cuts(Attacker& attacker, const std::string& code, const std::string& cut, const Period& period) {
    each_place([&](const std::string& area) {
        Attacker::Sum parts;
        for (const auto& part : parts_of(code, cut)) {
            parts.push_back(name_of(part, area, period));
        }
        attacker.equal(name_of(code, area, period), parts);
    });
}

// Of different households a window has as many as any within it, and at most as many as all that cover it.
inline void relate_distinct(Attacker& attacker, const std::string& code) {
    auto all = parts_of(code);
    all.push_back(code);
    const auto periods = all_periods();
    for (const auto& period : periods) {
        for (const auto& series : all) {
            relate_places(attacker, series, period);
        }
        relate_cuts(attacker, code, "class", period);
        each_place([&](const std::string& area) {
            for (const auto& series : all) {
                attacker.at_most(name_of(series, area, period), {name_of(code, area, period)});
                for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
                    for (const auto span : {v1::MONTH, v1::QUARTER, v1::HALF}) {
                        Attacker::Sum cover;
                        std::int32_t atoms = 0;
                        for (const auto& other : periods) {
                            if (other.calendar == calendar && other.span == span && other != period && meet(other, period)) {
                                cover.push_back(name_of(series, area, other));
                                atoms += other.atoms();
                            }
                        }
                        if (atoms >= period.atoms() + (calendar == period.calendar ? 0 : 2)) {
                            attacker.at_most(name_of(series, area, period), cover);
                        }
                    }
                }
                for (const auto& other : periods) {
                    if (other != period && is_inside(other, period)) {
                        attacker.at_most(name_of(series, area, other), {name_of(series, area, period)});
                    }
                }
            }
        });
    }
}

inline void relate_stock(Attacker& attacker, const std::string& code) {
    auto all = parts_of(code);
    all.push_back(code);
    for (const auto& period : all_periods()) {
        for (const auto& series : all) {
            relate_places(attacker, series, period);
        }
        relate_cuts(attacker, code, "minority", period);
        relate_cuts(attacker, code, "standard", period);
        if (code == "POV-02") {
            attacker.equal(name_of("POV-02/area/URBAN", "D", period), {name_of(code, "10001", period)});
            attacker.equal(name_of("POV-02/area/RURAL", "D", period), {name_of(code, "10002", period), name_of(code, "10003", period)});
        }
    }
}

// The months of both calendars, as they end, and the next year.
inline std::vector<Period> moments_in_order() {
    std::vector<Period> months;
    for (std::int32_t number = 1; number <= 12; ++number) {
        months.push_back(Period{v1::OFFICIAL, v1::MONTH, 2022, number});
        months.push_back(Period{v1::CALENDAR_MONTHS, v1::MONTH, 2022, number});
    }
    months.push_back(Period{v1::OFFICIAL, v1::YEAR, 2023, 1});
    months.push_back(Period{v1::CALENDAR_MONTHS, v1::YEAR, 2023, 1});
    return months;
}

// Calls back with each number of a class and the one of the period that ends next.
template <class Visit>
void each_movement(const Visit& visit) {
    const auto months = moments_in_order();
    for (const auto* code : {"POV-01", "POV-02"}) {
        auto all = parts_of(code);
        all.push_back(code);
        for (const auto& series : all) {
            each_place([&](const std::string& area) {
                for (std::size_t i = 1; i < months.size(); ++i) {
                    visit(name_of(series, area, months[i - 1]), name_of(series, area, months[i]));
                }
            });
        }
    }
}

inline std::string movement_name(const std::string& from, const std::string& to) {
    return from + " to " + to;
}

// A movement may be below zero, and the attacker knows no such numbers: he thinks of one that is larger by this.
inline constexpr std::int64_t lifted = 1'000;

inline void relate_movements(Attacker& attacker) {
    attacker.knows("lifted", lifted);
    each_movement([&](const std::string& from, const std::string& to) {
        const auto moved = movement_name(from, to);
        attacker.equal("sum of " + moved, {to, "lifted"});
        attacker.equal("sum of " + moved, {from, moved});
    });
    for (const auto& series : {std::string("POV-01"), std::string("POV-02")}) {
        each_place([&](const std::string& area) {
            for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
                attacker.equal(name_of(series, area, Period{calendar, v1::YEAR, 2022, 1}),
                               {name_of(series, area, Period{calendar, v1::MONTH, 2022, 12})});
            }
        });
    }
}

inline void relate_what_is_to_come(Attacker& attacker) {
    const Period now{v1::OFFICIAL, v1::YEAR, 2022, 1};
    const std::vector<Period> to_come{
        {v1::CALENDAR_MONTHS, v1::YEAR, 2022, 1}, {v1::OFFICIAL, v1::YEAR, 2023, 1}, {v1::CALENDAR_MONTHS, v1::YEAR, 2023, 1}};
    for (const auto* code : {"POV-01", "POV-02"}) {
        auto all = parts_of(code);
        all.push_back(code);
        for (const auto& series : all) {
            each_place([&](const std::string& area) {
                for (const auto& period : to_come) {
                    attacker.equal(name_of(series, area, period), {name_of(series, area, now)});
                }
            });
        }
    }
}

inline std::int64_t number_in(const Collected& truth, const std::string& name) {
    const auto it = truth.find(name);
    return it == truth.end() ? 0 : it->second.value_or(0);
}

struct Outcome {
    std::size_t movements_worked_out = 0;  // of a few households
    std::size_t hidden = 0;
    std::size_t worked_out = 0;
    std::size_t wrong = 0;
};

// `told` of all that `truth` says; a number that is not told is hidden.
// `goes_on`: the next year has begun. Otherwise he knows that all that is told of it, or of days to come, stands now.
inline Outcome attack(const Collected& truth, const Collected& told, bool goes_on = true) {
    Attacker attacker;
    if (!goes_on) {
        relate_what_is_to_come(attacker);
    }
    relate_flow(attacker, "COM-02", {"sex", "minority"});
    relate_flow(attacker, "COM-03", {"class"});
    relate_flow(attacker, "SUP-02", {"funder"});
    relate_distinct(attacker, "SUP-01");
    relate_stock(attacker, "POV-01");
    relate_stock(attacker, "POV-02");
    relate_movements(attacker);
    for (const auto& [name, number] : told) {
        if (number) {
            attacker.knows(name, *number);
        }
    }
    attacker.think();
    Outcome outcome;
    for (const auto& [name, number] : truth) {
        const auto it = told.find(name);
        if (*number == 0 || (it != told.end() && it->second)) {
            continue;
        }
        ++outcome.hidden;
        if (const auto found = attacker.worked_out(name)) {
            UNSCOPED_INFO(name << " is " << *number << ", worked out " << *found);
            ++outcome.worked_out;
            outcome.wrong += *found == *number ? 0U : 1U;
        }
    }
    each_movement([&](const std::string& from, const std::string& to) {
        const auto moved = number_in(truth, to) - number_in(truth, from);
        const auto found = moved != 0 && std::abs(moved) < threshold ? attacker.worked_out(movement_name(from, to)) : std::nullopt;
        if (found) {
            UNSCOPED_INFO(movement_name(from, to) << " is " << moved << ", worked out " << *found - lifted);
            ++outcome.movements_worked_out;
            outcome.wrong += *found - lifted == moved ? 0U : 1U;
        }
    });
    return outcome;
}

inline Collected only_small_hidden(Collected truth) {
    for (auto& [name, number] : truth) {
        if (number && *number > 0 && *number < threshold) {
            number.reset();
        }
    }
    return truth;
}

}  // namespace hiding_test
