// SPDX-License-Identifier: Apache-2.0
// A small district with a year that might have been, and what a viewer is told of it: over all places, periods, calendars and cuts.
#pragma once

#include "tests/support/web_world.hpp"

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace hiding_test {

using namespace chieng;
using namespace chieng::testing;
using web::Json;

inline constexpr std::int64_t threshold = 5;

inline const Definitions& some_indicators() {
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

inline const std::vector<std::string> the_communes{"10001", "10002", "10003"};

inline std::vector<std::string> villages_of(const std::string& commune) {
    return {commune + "-01", commune + "-02", commune + "-03"};
}

inline const Places& a_small_district() {
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

inline web::Rights rights() {
    const auto viewer = [](const std::string& name, const std::string& more) {
        return "viewer { name: \"" + name + "\" token_sha256: \"" + web::sha256_hex(name) + "\" " + more + " }\n";
    };
    return web::Rights::load(viewer("all", "") + viewer("some", "threshold: 5"), "rights.txtpb");
}

inline std::map<std::string, std::string, std::less<>> as(const std::string& token) {
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

inline std::vector<Period> all_periods() {
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

inline std::string name_of(const std::string& series, const std::string& area, const Period& period) {
    return series + "@" + area + "@" + (period.calendar == v1::OFFICIAL ? "o" : "c") + period.format();
}

inline std::vector<std::string> parts_of(const std::string& code, const std::string& cut = "") {
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

inline void put(Collected& told, const std::string& name, std::optional<std::int64_t> number) {
    const auto it = told.try_emplace(name, number).first;
    it->second = it->second ? it->second : number;
}

inline void collect_rate(Collected& told, const std::string& code, const std::string& area, const Period& period, const Json& value) {
    if (code == "POV-03" && value.contains("number")) {
        put(told, name_of("POV-02", area, period), value.at("number").get<std::int64_t>());
        put(told, name_of("POV-01", area, period), value.at("denominator").get<std::int64_t>());
    } else if (code == "SUP-06" && value.contains("number")) {
        put(told, name_of("SUP-01/class/POOR", area, period), value.at("number").get<std::int64_t>());
    }
}

inline void collect(Collected& told, const std::string& code, const std::string& area, const Period& period, const Json& value) {
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

inline Collected collect(WebWorld& world, const std::string& token) {
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

}  // namespace hiding_test
