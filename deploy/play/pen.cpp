// SPDX-License-Identifier: Apache-2.0
#include "deploy/play/pen.hpp"

#include "services/runtime/core/rules.hpp"
#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

namespace chieng::play {
namespace {

struct Commune {
    std::string_view code;
    std::uint32_t households;
    std::uint32_t poor_per_mille;
    std::uint32_t minority_percent;
};
// Invented, so that the district comes out as published for 2022: about 18,000 households, about 14 % of them poor, about
// half of them of ethnic minorities, and the communes far from the town poorest.
constexpr std::array communes{Commune{"23638", 4050, 30, 10},  Commune{"23641", 450, 300, 97},  Commune{"23644", 1100, 280, 92},
                              Commune{"23647", 1300, 120, 60}, Commune{"23650", 1400, 310, 90}, Commune{"23653", 1300, 140, 55},
                              Commune{"23656", 1250, 250, 88}, Commune{"23659", 1400, 40, 25},  Commune{"23660", 400, 220, 85},
                              Commune{"23662", 1100, 60, 15},  Commune{"23665", 1300, 210, 80}, Commune{"23668", 1400, 200, 78},
                              Commune{"23671", 800, 100, 55},  Commune{"23674", 750, 90, 20}};

}  // namespace

std::vector<Village> villages_of(const Places& places, const std::string& commune) {
    const auto* const row = std::find_if(communes.begin(), communes.end(), [&](const Commune& each) { return each.code == commune; });
    if (row == communes.end()) {
        throw std::invalid_argument("no figures for commune " + commune);
    }
    const auto codes = places.villages(commune, *parse_day("2022-03-12"));
    std::vector<Village> villages;
    for (std::uint32_t i = 0; i < codes.size(); ++i) {
        const auto count = static_cast<std::uint32_t>(codes.size());
        Village made;
        made.code = codes[i];
        made.households = row->households / count + (i < row->households % count ? 1 : 0);
        made.minority = made.households * row->minority_percent / 100;
        made.minority_share = (100 + row->minority_percent) / 2;  // poverty is more often theirs
        made.poor = (made.households * row->poor_per_mille * (8 + i % 5) / 10 + 500) / 1000;
        made.near_poor = made.households * 45 / 1000 + made.poor * 2 / 5;
        made.newly_escaped = made.households / 50;
        made.minority =
            std::max(made.minority, made.minority_of(made.poor) + made.minority_of(made.near_poor) + made.minority_of(made.newly_escaped));
        villages.push_back(made);
    }
    return villages;
}

Pen::Pen(const Places& places, std::string folder, std::string commune, int month)
    : places_(places),
      folder_(std::move(folder)),
      commune_(std::move(commune)),
      month_(month),
      villages_(villages_of(places, commune_)),
      random_(static_cast<unsigned>(std::stoi(commune_) * 100 + month)) {
    if (commune_ == "23656" && 5 <= month && month <= 8) {
        villages_.pop_back();  // nobody posts anything of it for months, so that a village falls silent
    }
}

bool Pen::month_is(std::initializer_list<int> months) const {
    return std::find(months.begin(), months.end(), month_) != months.end();
}

std::string Pen::device(Phone phone) const {
    switch (phone) {
        case Phone::head: return commune_ + "-head";
        case Phone::labour: return commune_ + "-labour";
        default: return commune_ + "-culture";
    }
}

std::string Pen::day(std::uint32_t first, std::uint32_t last) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "2022-%02d-%02u", month_, first + draw(last - first + 1));
    return text.data();
}

v1::Event Pen::event(const std::string& village, v1::Organisation organisation, v1::Role role) {
    v1::Event made;
    made.set_occurred_on(day());
    made.set_village(village);
    made.set_organisation(organisation);
    made.set_role(role);
    return made;
}
v1::Event Pen::by_labour(const std::string& village) {
    return event(village, v1::COMMUNE_PEOPLES_COMMITTEE, v1::LABOUR_OFFICIAL);
}
v1::Event Pen::by_culture(const std::string& village) {
    return event(village, v1::COMMUNE_PEOPLES_COMMITTEE, v1::CULTURE_OFFICIAL);
}

std::uint64_t Pen::post(Phone phone, const v1::Event& event) {
    auto& opened = outboxes_[phone];
    if (!opened) {
        opened = std::make_unique<Opened>(folder_ + "/" + device(phone) + ".outbox.db");
    }
    const auto service = service_of(event);
    const auto result = opened->outbox.post(event, service, &places_, commune_, *parse_day("2022-12-31"), 0);
    if (const auto* reasons = std::get_if<Reasons>(&result)) {
        throw std::invalid_argument("the demonstration posts a wrong event: " + reasons->at(0).field() + ": " + reasons->at(0).en());
    }
    ++posted_;
    return std::get<std::uint64_t>(result);
}

}  // namespace chieng::play
