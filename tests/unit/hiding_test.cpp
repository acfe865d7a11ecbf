// SPDX-License-Identifier: Apache-2.0
// Somebody with a threshold collects all that he is told, over all places, periods, calendars and cuts, and tries to work out
// what is hidden from him.
#include "tests/support/attacker.hpp"
#include "tests/support/web_world.hpp"

#include <cstdlib>
#include <functional>
#include <random>
#include <set>

namespace hiding_test {

using namespace chieng;
using namespace chieng::testing;
using web::Json;

namespace {

constexpr std::int64_t threshold = 5;

const Definitions& some_indicators() {
    static const auto loaded = [] {
        v1::Indicators all;
        REQUIRE(google::protobuf::TextFormat::ParseFromString(data::indicators, &all));
        v1::Indicators some;
        for (const auto& indicator : all.indicator()) {
            for (const auto* code : {"COM-02", "COM-03", "SUP-01", "SUP-02", "SUP-06", "SUP-06.supported", "POV-01", "POV-02", "POV-03"}) {
                if (indicator.code() == code) {
                    *some.add_indicator() = indicator;
                }
            }
        }
        std::string text;
        REQUIRE(google::protobuf::TextFormat::PrintToString(some, &text));
        return Definitions::load(text, "some.txtpb");
    }();
    return loaded;
}

const std::vector<std::string> the_communes{"10001", "10002", "10003"};

std::vector<std::string> villages_of(const std::string& commune) {
    return {commune + "-01", commune + "-02", commune + "-03"};
}

const Places& a_small_district() {
    static const Places places = [] {
        v1::Places rows;
        const auto add = [&](const std::string& code, v1::Place::Level level, const std::string& parent) {
            auto& place = *rows.add_place();
            place.set_code(code);
            place.set_level(level);
            place.set_parent(parent);
            return &place;
        };
        add("D", v1::Place::DISTRICT_LEVEL, "");
        for (const auto& commune : the_communes) {
            add(commune, v1::Place::COMMUNE_LEVEL, "D")->set_kind(commune == "10001" ? v1::Place::URBAN : v1::Place::RURAL);
            for (const auto& village : villages_of(commune)) {
                add(village, v1::Place::VILLAGE_LEVEL, commune);
            }
        }
        return Places(rows);
    }();
    return places;
}

web::Rights rights() {
    const auto viewer = [](const std::string& name, const std::string& more) {
        return "viewer { name: \"" + name + "\" token_sha256: \"" + web::sha256_hex(name) + "\" " + more + " }\n";
    };
    return web::Rights::load(viewer("all", "") + viewer("some", "threshold: 5"), "rights.txtpb");
}

std::map<std::string, std::string, std::less<>> as(const std::string& token) {
    return {{"authorization", "Bearer " + token}};
}

// The first half of 2022, as it might have been.
class RandomYear {
public:
    explicit RandomYear(unsigned seed, bool goes_on = true) : random_(seed), world_("D", rights(), some_indicators(), a_small_district()) {
        for (const auto& commune : the_communes) {
            for (const auto& village : villages_of(commune)) {
                begin(commune, village);
                for (auto events = below(9); events > 0; --events) {
                    happen(commune, village);
                }
                for (auto events = below(9); events > 0; --events) {
                    move(commune, village);
                }
                if (goes_on) {
                    begin_next(commune, village);
                }
            }
        }
    }

    // One event more in each village, with somebody who looks between them.
    void go_on(const std::function<void(WebWorld&)>& meanwhile) {
        for (const auto& commune : the_communes) {
            for (const auto& village : villages_of(commune)) {
                meanwhile(world_);
                happen(commune, village);
            }
        }
    }

    WebWorld& world() { return world_; }

private:
    std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_() % end); }

    v1::Event event(const std::string& village) {
        auto made = an_event(++sequence_);
        made.set_village(village);
        made.set_occurred_on(format_day(*parse_day("2022-01-01") + std::chrono::days(below(160))));
        return made;
    }

    void begin(const std::string& commune, const std::string& village) {
        auto made = event(village);
        made.set_occurred_on("2022-01-02");
        auto& baseline = *made.mutable_baseline_set();
        baseline.set_year(2022);
        baseline.set_standard(v1::DECREE_07_2021);
        baseline.set_households(60 + below(60));
        baseline.set_minority_households(30 + below(25));
        baseline.set_poor(below(14));
        baseline.set_minority_poor(below(baseline.poor() + 1));
        poor_ = baseline.poor() - baseline.minority_poor();
        world_.happened(made, commune);
        begun_ = baseline;
    }

    // The review finds as many as there were, a few more, or many.
    void begin_next(const std::string& commune, const std::string& village) {
        auto made = event(village);
        made.set_occurred_on("2023-01-02");
        auto& baseline = *made.mutable_baseline_set() = begun_;
        const auto more = below(2) == 0 ? below(4) : 3 * below(4);
        baseline.set_year(2023);
        baseline.set_households(begun_.households() + more);
        baseline.set_poor(begun_.minority_poor() + poor_ + more);
        world_.happened(made, commune);
    }

    // A household falls into poverty, or leaves it later on, as now and then several do in one month.
    void move(const std::string& commune, const std::string& village) {
        auto first = event(village);
        auto& change = *first.mutable_household_status_changed();
        const bool escapes = poor_ > 6 && below(2) == 0;
        first.set_occurred_on(format_day(*parse_day(escapes ? "2022-03-20" : "2022-01-03") + std::chrono::days(below(75))));
        change.set_movement(escapes ? v1::HouseholdStatusChanged::ESCAPED_POVERTY : v1::HouseholdStatusChanged::NEWLY_POOR);
        change.set_from_class(escapes ? v1::POOR : v1::NEAR_POOR);
        change.set_to_class(escapes ? v1::NEAR_POOR : v1::POOR);
        change.set_standard(v1::DECREE_07_2021);
        for (auto households = below(4) == 0 ? 6U : 1U; households > 0; --households) {
            auto made = first;
            made.set_sequence(++sequence_);
            made.mutable_household_status_changed()->set_household_key("m-" + std::to_string(sequence_));
            world_.happened(made, commune);
            poor_ = escapes ? poor_ - 1 : poor_ + 1;
        }
    }

    void happen(const std::string& commune, const std::string& village) {
        auto made = event(village);
        if (below(3) == 0) {
            auto& step = *made.mutable_household_supported();
            step.set_household_key("h-" + std::to_string(below(6)));
            step.set_household_class(step.household_key() < "h-3" ? v1::POOR : v1::NEAR_POOR);
            step.set_kind(below(2) == 0 ? v1::HOUSE_REPAIR : v1::LIVESTOCK);
            step.set_funder(below(2) == 0 ? v1::FOR_THE_POOR_FUND : v1::STATE_BUDGET);
            step.set_stage(v1::COMPLETED);
            step.set_support_id("S-" + std::to_string(sequence_));
        } else {
            auto& audience = *made.mutable_session_held()->mutable_audience();
            audience.set_total(1 + below(below(2) == 0 ? 6 : 40));
            audience.set_female(below(audience.total() + 1));
            audience.set_ethnic_minority(below(audience.total() + 1));
            audience.set_poor_households(below(9));
            audience.set_near_poor_households(below(4));
        }
        world_.happened(made, commune);
    }

    std::mt19937 random_;
    WebWorld world_;
    std::uint64_t sequence_ = 0;
    v1::BaselineSet begun_;   // of the village that has its turn
    std::uint32_t poor_ = 0;  // in it, without minority households
};

std::vector<Period> all_periods() {
    std::vector<Period> periods;
    for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
        for (const auto& [span, count] : {std::pair{v1::MONTH, 12}, {v1::QUARTER, 4}, {v1::HALF, 2}, {v1::YEAR, 1}}) {
            for (std::int32_t number = 1; number <= count; ++number) {
                periods.push_back(Period{calendar, span, 2022, number});
            }
        }
        periods.push_back(Period{calendar, v1::YEAR, 2023, 1});
    }
    return periods;
}

std::string name_of(const std::string& series, const std::string& area, const Period& period) {
    return series + "@" + area + "@" + (period.calendar == v1::OFFICIAL ? "o" : "c") + period.format();
}

std::vector<std::string> parts_of(const std::string& code, const std::string& cut = "") {
    std::vector<std::string> names;
    for (const auto& series : some_indicators().series()) {
        if (series.indicator == code && !series.cut.empty() && (cut.empty() || series.cut == cut)) {
            names.push_back(code + "/" + series.cut + "/" + series.cut_value);
        }
    }
    return names;
}

// What was told of each number; empty: that it is hidden.
using Collected = std::map<std::string, std::optional<std::int64_t>>;

void put(Collected& told, const std::string& name, std::optional<std::int64_t> number) {
    const auto it = told.try_emplace(name, number).first;
    it->second = it->second ? it->second : number;
}

void collect_rate(Collected& told, const std::string& code, const std::string& area, const Period& period, const Json& value) {
    if (code == "POV-03" && value.contains("number")) {
        put(told, name_of("POV-02", area, period), value.at("number").get<std::int64_t>());
        put(told, name_of("POV-01", area, period), value.at("denominator").get<std::int64_t>());
    } else if (code == "SUP-06" && value.contains("number")) {
        put(told, name_of("SUP-01/class/POOR", area, period), value.at("number").get<std::int64_t>());
    }
}

void collect(Collected& told, const std::string& code, const std::string& area, const Period& period, const Json& value) {
    if (code == "POV-03" || code == "SUP-06") {
        collect_rate(told, code, area, period, value);
        return;
    }
    const bool hidden = value.at("status") == "SUPPRESSED";
    put(told, name_of(code, area, period), hidden ? std::nullopt : std::optional(value.value("number", std::int64_t{0})));
    if (hidden && !value.contains("parts")) {
        return;
    }
    Collected parts;
    for (const auto& part : value.value("parts", Json::array())) {
        const auto name = code + "/" + part.at("cut").get<std::string>() + "/" + part.at("value").get<std::string>();
        parts[name] = part.at("status") == "SUPPRESSED" ? std::nullopt : std::optional(part.at("number").get<std::int64_t>());
    }
    for (const auto& name : parts_of(code)) {
        parts.try_emplace(name, 0);
    }
    for (const auto& [name, number] : parts) {
        put(told, name_of(name, area, period), number);
    }
}

Collected collect(WebWorld& world, const std::string& token) {
    Collected told;
    for (const auto& period : all_periods()) {
        for (const auto& asked : {std::string("D"), the_communes[0], the_communes[1], the_communes[2]}) {
            const auto table = world.get("/api/v1/table?cuts=true&area=" + asked + "&period=" + period.format() +
                                             "&calendar=" + (period.calendar == v1::OFFICIAL ? "official" : "calendar"),
                                         as(token));
            for (const auto& row : table.at("rows")) {
                for (std::size_t i = 0; i < table.at("places").size(); ++i) {
                    if (!row.at("values")[i].is_null()) {
                        collect(told, row.at("indicator"), table.at("places")[i].at("code"), period, row.at("values")[i]);
                    }
                }
            }
        }
    }
    return told;
}

bool is_inside(const Period& one, const Period& other) {
    return other.first_atom() <= one.first_atom() && one.first_atom().index + one.atoms() <= other.first_atom().index + other.atoms();
}

bool meet(const Period& one, const Period& other) {
    return other.first_atom().index < one.first_atom().index + one.atoms() &&
           one.first_atom().index < other.first_atom().index + other.atoms();
}

// How the numbers of one series hang together over places.
void relate_places(Attacker& attacker, const std::string& series, const Period& period) {
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
void relate_flow(Attacker& attacker, const std::string& code, const std::vector<std::string>& cuts) {
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

void relate_cuts(Attacker& attacker, const std::string& code, const std::string& cut, const Period& period) {
    each_place([&](const std::string& area) {
        Attacker::Sum parts;
        for (const auto& part : parts_of(code, cut)) {
            parts.push_back(name_of(part, area, period));
        }
        attacker.equal(name_of(code, area, period), parts);
    });
}

// Of different households a window has as many as any within it, and at most as many as all that cover it.
void relate_distinct(Attacker& attacker, const std::string& code) {
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

void relate_stock(Attacker& attacker, const std::string& code) {
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
std::vector<Period> moments_in_order() {
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

std::string movement_name(const std::string& from, const std::string& to) {
    return from + " to " + to;
}

// A movement may be below zero, and the attacker knows no such numbers: he thinks of one that is larger by this.
constexpr std::int64_t lifted = 1'000;

void relate_movements(Attacker& attacker) {
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

void relate_what_is_to_come(Attacker& attacker) {
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

std::int64_t number_in(const Collected& truth, const std::string& name) {
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
Outcome attack(const Collected& truth, const Collected& told, bool goes_on = true) {
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

Collected only_small_hidden(Collected truth) {
    for (auto& [name, number] : truth) {
        if (number && *number > 0 && *number < threshold) {
            number.reset();
        }
    }
    return truth;
}

}  // namespace

TEST_CASE("nobody works out a hidden number from all that he is told", "[hiding]") {
    const auto [seed, goes_on] = GENERATE(table<unsigned, bool>({{1U, true}, {6U, false}}));
    RandomYear year(seed, goes_on);
    const auto truth = collect(year.world(), "all");
    const auto told = collect(year.world(), "some");
    for (const auto& [name, number] : truth) {
        REQUIRE(number);
        const auto it = told.find(name);
        CHECK((it == told.end() || !it->second || *it->second == *number));
        CHECK((*number == 0 || *number >= threshold || it == told.end() || !it->second));
    }
    const auto small_only = attack(truth, only_small_hidden(truth), goes_on);
    CHECK(small_only.worked_out > 20);  // he can, where only small numbers are hidden
    CHECK(small_only.movements_worked_out > 20);
    CHECK(small_only.wrong == 0);
    const auto all = attack(truth, told, goes_on);
    CHECK(all.hidden > small_only.hidden);
    CHECK(all.worked_out == 0);
    CHECK(all.movements_worked_out == 0);
    CHECK(all.hidden < truth.size() / 2);
}

TEST_CASE("what is hidden does not depend on who looked at it before", "[hiding]") {
    const auto seed = GENERATE(1U, 3U);
    RandomYear fresh(seed);
    RandomYear watched(seed);
    fresh.go_on([](WebWorld&) {});
    watched.go_on([](WebWorld& world) { static_cast<void>(world.get("/api/v1/table?area=D&period=2022-Q2", as("some"))); });
    CHECK(collect(watched.world(), "some") == collect(fresh.world(), "some"));
}

TEST_CASE("what was filed is told as far as it still is so, and a hidden number reads the same for any reason", "[hiding]") {
    RandomYear year(5);
    auto& world = year.world();
    world.at("2022-07-20");
    REQUIRE(world.file("2022-H1").error().empty());
    const auto filed = [&](const std::string& token, const std::string& area) {
        return value_in(world.get("/api/v1/table?period=2022-H1", as(token)), "COM-02", area).at("filed").at("text").at("vi");
    };
    const auto before = filed("all", "D");
    CHECK(filed("some", "D") == before);
    auto late = a_session_held(900);
    late.set_village("10001-01");
    late.mutable_session_held()->mutable_audience()->set_total(3);
    world.happened(late, "10001");
    CHECK(filed("all", "D") == before);
    CHECK(filed("some", "D") == "ẩn vì số nhỏ");  // beside what is so now it would tell of three
    const auto report = world.get("/api/v1/reports/2022-H1/1", as("some"));
    std::set<std::string> texts;
    for (const auto& value : report.at("report").at("values")) {
        if (value.at("value").at("status") == "SUPPRESSED") {
            texts.insert(value.at("value").at("text").at("vi").get<std::string>());
        }
    }
    CHECK(texts == std::set<std::string>{"ẩn vì số nhỏ"});
    const auto recut = world.get("/api/v1/table?period=2022-H1&map=2022-06-14", as("some"));
    CHECK(value_in(recut, "COM-02", "D").at("status") == "SUPPRESSED");
}

TEST_CASE("a file hides what the table hides", "[hiding]") {
    RandomYear year(6);
    auto& world = year.world();
    const std::string question = "/api/v1/table?period=2022-04&area=10002";
    const auto table = world.get(question, as("some"));
    const auto csv = world.reply(question + "&format=csv&lang=en", as("some")).body;
    std::size_t hidden = 0;
    for (std::size_t i = 0; i < table.at("places").size(); ++i) {
        const auto area = table.at("places")[i].at("code").get<std::string>();
        for (const auto& row : table.at("rows")) {
            if (row.at("values")[i].is_null() || row.at("values")[i].at("status") != "SUPPRESSED") {
                continue;
            }
            ++hidden;
            const auto code = "," + row.at("indicator").get<std::string>() + ",";
            auto at = csv.find("\r\n" + area + ",");
            while (at != std::string::npos && csv.substr(at, csv.find("\r\n", at + 2) - at).find(code) == std::string::npos) {
                at = csv.find("\r\n" + area + ",", at + 2);
            }
            REQUIRE(at != std::string::npos);
            CHECK(csv.substr(at, csv.find("\r\n", at + 2) - at).find(",SUPPRESSED,") != std::string::npos);
        }
    }
    CHECK(hidden > 0);
}

}  // namespace hiding_test
