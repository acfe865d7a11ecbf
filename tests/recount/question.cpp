// SPDX-License-Identifier: Apache-2.0
#include "tests/recount/question.hpp"

#include <algorithm>
#include <tuple>

namespace chieng::recount {

void add(Figure& figure, std::int64_t number, const std::vector<Cut>& cuts) {
    figure.whole.number += number;
    for (const auto& cut : cuts) {
        figure.parts[cut].number += number;
    }
}

void add_part(Figure& figure, const std::string& cut, const std::string& value, std::int64_t number) {
    figure.parts[{cut, value}].number += number;
}

void add_audience(Figure& figure, const v1::Audience& audience) {
    figure.whole.number += audience.total();
    add_part(figure, "sex", "FEMALE", audience.female());
    add_part(figure, "sex", "MALE", std::int64_t{audience.total()} - audience.female());
    add_part(figure, "minority", "MINORITY", audience.ethnic_minority());
    add_part(figure, "minority", "OTHER", std::int64_t{audience.total()} - audience.ethnic_minority());
}

void add_classes(Figure& figure, const v1::Households& households) {
    for (const auto& [name, number] : {std::pair{"POOR", households.poor()}, std::pair{"NEAR_POOR", households.near_poor()},
                                       std::pair{"NEWLY_ESCAPED", households.newly_escaped()}, std::pair{"OTHER", households.other()}}) {
        add(figure, number, {{"class", name}});
    }
}

std::string named(const Fact& fact, const std::string& name) {
    return fact.stored->commune + "/" + name;
}

bool later(const Fact& one, const Fact& other) {
    const auto rank = [](const Fact& fact) {
        const auto recorded_at = fact.event().recorded_at();
        return std::tuple(fact.on, recorded_at != 0 ? recorded_at : fact.stored->received_at, fact.stored->device, fact.event().sequence());
    };
    return rank(one) > rank(other);
}

Facts latest(const Question& asked, const Facts& reports, Day last, const std::function<std::string(const Fact&)>& subject) {
    std::map<std::string, const Fact*> of_subject;
    for (const auto* report : reports) {
        if (report->on <= last) {
            auto& held = of_subject[subject(*report)];
            if (held == nullptr || later(*report, *held)) {
                held = report;
            }
        }
    }
    Facts found;
    for (const auto& [name, report] : of_subject) {
        if (asked.in_area(*report)) {
            found.push_back(report);
        }
    }
    return found;
}

Facts latest(const Question& asked, v1::Event::BodyCase type, const std::function<std::string(const Fact&)>& subject) {
    return latest(asked, asked.ever(type), asked.window.last, subject);
}

std::int64_t villages_of(const Question& asked) {
    return static_cast<std::int64_t>(asked.villages().size());
}

void cover(const Question& asked, const std::set<std::string>& covered, Figure& figure) {
    for (const auto& village : asked.villages()) {
        figure.whole.number += covered.contains(village) ? 1 : 0;
    }
    figure.whole.denominator = villages_of(asked);
}

void set_median(std::vector<std::int64_t> all, Figure& figure) {
    std::sort(all.begin(), all.end());
    if (!all.empty()) {
        const auto low = all[(all.size() - 1) / 2];
        const auto high = all[all.size() / 2];
        figure.median = static_cast<double>(low + high) / 2;
    }
}

}  // namespace chieng::recount
