// SPDX-License-Identifier: Apache-2.0
// Emulation and commendation of one commune in one month.
#include "deploy/play/pen.hpp"
#include "services/runtime/core/time.hpp"

namespace chieng::play {
namespace {

void award(Pen& pen) {
    auto made = pen.event("", v1::COMMUNE_PEOPLES_COMMITTEE, v1::COMMUNE_LEADER);
    auto& given = *made.mutable_commendation_awarded();
    const auto id = std::to_string(pen.month());
    given.set_award_id("KT-" + id);
    given.set_form(pen.draw(8) == 0 ? v1::DISTRICT_CERTIFICATE : v1::COMMUNE_CERTIFICATE);  // a few beyond the commune's power
    given.set_authority(v1::COMMUNE);
    given.set_recipient(pen.any<v1::Recipient>(5));
    given.set_achievement_ref("TT-" + id);
    given.set_decision_no(id + "/QĐ-UBND");
    given.set_decision_date(made.occurred_on());
    given.set_achievement_date(format_day(*parse_day(made.occurred_on()) - std::chrono::days(pen.draw(60))));
    pen.post(Phone::labour, made);
}

void launch(Pen& pen) {
    auto made = pen.event("", v1::FATHERLAND_FRONT, v1::ASSOCIATION_OFFICER);
    auto& movement = *made.mutable_movement_launched();
    movement.set_movement(pen.any<v1::MovementLaunched::Movement>(4));
    movement.add_organisations(v1::FATHERLAND_FRONT);
    movement.add_organisations(pen.chance(50) ? v1::WOMEN : v1::FARMERS);
    movement.set_registered_collectives(3 + pen.draw(12));
    movement.set_registered_households(50 + pen.draw(300));
    pen.post(Phone::labour, made);
}

// On the day of national unity, 18 November: families by village, villages and the commune by the commune.
void recognise(Pen& pen) {
    const auto title = [&](const std::string& village, v1::TitleRecognised::Title what, std::uint32_t count, std::uint32_t poor) {
        auto made = pen.event(village, v1::COMMUNE_PEOPLES_COMMITTEE, v1::CULTURE_OFFICIAL);
        made.set_occurred_on("2022-11-18");
        auto& recognised = *made.mutable_title_recognised();
        recognised.set_title(what);
        recognised.set_year(2022);
        recognised.set_count(count);
        recognised.set_poor_households(poor);
        pen.post(Phone::culture, made);
    };
    for (const auto& village : pen.villages()) {
        const auto families = 1 + pen.share(village.households, 65);
        const auto poor = pen.share(village.poor, 5) / 2;
        title(village.code, v1::TitleRecognised::CULTURAL_FAMILY, families, poor);
        if (pen.chance(65)) {
            title(village.code, v1::TitleRecognised::CULTURAL_VILLAGE, 1, 0);
        }
    }
    if (pen.chance(20)) {
        title("", v1::TitleRecognised::EXEMPLARY_COMMUNE, 1, 0);
    }
}

}  // namespace

void play_commendation(Pen& pen) {
    award(pen);
    if (pen.month_is({3, 8})) {
        launch(pen);
    }
    if (pen.month_is({11})) {
        recognise(pen);
    }
}

}  // namespace chieng::play
