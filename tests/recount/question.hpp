// SPDX-License-Identifier: Apache-2.0
// What a formula of the second count is asked, and the loops that several of them share.
#pragma once

#include "tests/recount/recount.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace chieng::recount {

using Body = v1::Event;
using Facts = std::vector<const Fact*>;

struct Question {
    const Places& places;
    const std::vector<Stored>& stored;
    const std::vector<Fact>& facts;
    const Recount& recount;
    std::string area;
    Period period;
    Window window;
    std::set<v1::Event::BodyCase>& looked_at;

    [[nodiscard]] bool in_window(Day day) const { return window.first <= day && day <= window.last; }
    // Whether what names this commune, and perhaps this village, counts for the area.
    [[nodiscard]] bool in_area(const std::string& commune, const std::string& village, Day day) const {
        const auto* place = places.find(commune, day);
        return area == village || area == commune || (place != nullptr && place->parent() == area);
    }
    [[nodiscard]] bool in_area(const Fact& fact) const { return in_area(fact.stored->commune, fact.event().village(), fact.on); }
    // Those of the area and the window, of one type.
    [[nodiscard]] Facts all(v1::Event::BodyCase type) const {
        Facts found;
        looked_at.insert(type);
        for (const auto& fact : facts) {
            if (fact.event().body_case() == type && in_window(fact.on) && in_area(fact)) {
                found.push_back(&fact);
            }
        }
        return found;
    }
    // Those of one type whenever and wherever.
    [[nodiscard]] Facts ever(v1::Event::BodyCase type) const {
        Facts found;
        looked_at.insert(type);
        for (const auto& fact : facts) {
            if (fact.event().body_case() == type) {
                found.push_back(&fact);
            }
        }
        return found;
    }
    [[nodiscard]] std::vector<std::string> villages() const { return places.villages(area, window.last); }
    // The communes of a district; of a commune itself; of a village none.
    [[nodiscard]] std::vector<std::string> communes() const {
        const auto level = places.find(area, window.last)->level();
        if (level == v1::Place::DISTRICT_LEVEL) {
            return places.children(area, window.last);
        }
        return level == v1::Place::COMMUNE_LEVEL ? std::vector{area} : std::vector<std::string>();
    }
};

using Formula = std::function<void(const Question&, Figure&)>;
using Cut = std::pair<std::string, std::string>;
using Formulas = std::map<std::string, Formula>;  // by code

// One file for each group of the catalogue.
[[nodiscard]] Formulas formulas_of_communication();
[[nodiscard]] Formulas formulas_of_culture();
[[nodiscard]] Formulas formulas_of_inspection();
[[nodiscard]] Formulas formulas_of_households();
[[nodiscard]] Formulas formulas_of_poverty();
[[nodiscard]] Formulas formulas_of_targets();

// Different values, counted as a whole and in each part.
struct Different {
    std::set<std::string> whole;
    std::map<Cut, std::set<std::string>> parts;
    void take(const std::string& value, const std::vector<Cut>& cuts) {
        whole.insert(value);
        for (const auto& cut : cuts) {
            parts[cut].insert(value);
        }
    }
    void count(Figure& figure) const {
        figure.whole.number = static_cast<std::int64_t>(whole.size());
        for (const auto& [cut, values] : parts) {
            figure.parts[cut].number = static_cast<std::int64_t>(values.size());
        }
    }
};

void add(Figure& figure, std::int64_t number, const std::vector<Cut>& cuts);
void add_part(Figure& figure, const std::string& cut, const std::string& value, std::int64_t number);
void add_audience(Figure& figure, const v1::Audience& audience);
void add_classes(Figure& figure, const v1::Households& households);
// Something that only its commune knows under this name.
[[nodiscard]] std::string named(const Fact& fact, const std::string& name);
[[nodiscard]] bool later(const Fact& one, const Fact& other);
// Of each subject the latest report, of those on or before `last`; then those of the area.
[[nodiscard]] Facts latest(const Question& asked, const Facts& reports, Day last, const std::function<std::string(const Fact&)>& subject);
[[nodiscard]] Facts latest(const Question& asked, v1::Event::BodyCase type, const std::function<std::string(const Fact&)>& subject);
[[nodiscard]] std::int64_t villages_of(const Question& asked);
// How many villages of the area are among these.
void cover(const Question& asked, const std::set<std::string>& covered, Figure& figure);
void set_median(std::vector<std::int64_t> all, Figure& figure);

}  // namespace chieng::recount
