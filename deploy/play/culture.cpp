// SPDX-License-Identifier: Apache-2.0
// Culture, sports, heritage, tourism and the sale of products of one commune in one month.
#include "deploy/play/pen.hpp"

namespace chieng::play {
namespace {

void hold_activity(Pen& pen) {
    const auto& village = pen.some_village();
    const bool in_village = pen.chance(60);
    auto made = pen.by_culture(in_village ? village.code : "");
    auto& activity = *made.mutable_culture_sport_held();
    activity.set_kind(pen.any<v1::CultureSportHeld::Kind>());
    activity.set_level(in_village ? v1::CultureSportHeld::VILLAGE_LEVEL : v1::CultureSportHeld::COMMUNE_LEVEL);
    activity.set_facility_id("NR-" + village.code);
    auto& audience = *activity.mutable_audience();
    audience.set_total(80 + pen.draw(200));
    audience.set_female(pen.draw(80));
    audience.set_ethnic_minority(pen.draw(80));
    audience.set_poor_households(pen.draw(20));
    activity.set_performers(8 + pen.draw(40));
    pen.post(Phone::culture, made);
}

void keep_heritage(Pen& pen) {
    auto made = pen.by_culture(pen.some_village().code);
    auto& action = *made.mutable_heritage_action();
    action.set_kind(pen.any<v1::HeritageAction::Kind>());
    action.set_ethnic_group(pen.chance(85) ? v1::HeritageAction::BA_NA : v1::HeritageAction::GIA_RAI);
    if (action.kind() == v1::HeritageAction::TAUGHT) {
        action.set_learners(10 + pen.draw(20));
    } else if (action.kind() != v1::HeritageAction::FESTIVAL_REVIVED) {
        action.set_items(1 + pen.draw(12));
    }
    pen.post(Phone::culture, made);
}

void report_facilities(Pen& pen) {
    for (const auto& village : pen.villages()) {
        auto made = pen.by_culture(village.code);
        auto& facility = *made.mutable_facility_reported();
        facility.set_facility_id("NR-" + village.code);
        facility.set_kind(village.minority * 2 > village.households ? v1::FacilityReported::COMMUNAL_HOUSE
                                                                    : v1::FacilityReported::CULTURE_HOUSE);
        facility.set_status(pen.chance(60) ? v1::FacilityReported::GOOD : pen.any<v1::FacilityReported::Status>());
        facility.set_opening_days(pen.draw(60));
        pen.post(Phone::culture, made);
    }
}

void receive_visitors(Pen& pen) {
    auto made = pen.by_culture();
    auto& activity = *made.mutable_tourism_activity();
    activity.set_kind(pen.any<v1::TourismActivity::Kind>());
    if (activity.kind() <= v1::TourismActivity::TOURISM_EVENT) {
        activity.set_visitors(20 + pen.draw(250));
        activity.set_overnight(pen.draw(20));
        activity.set_foreign(pen.draw(6));
        activity.set_revenue_vnd(60'000ULL * activity.visitors());
        activity.set_local_households(2 + pen.draw(10));
    }
    pen.post(Phone::culture, made);
}

// A product grows through the year.
void grow_product(Pen& pen) {
    auto made = pen.by_culture(pen.villages().front().code);
    auto& product = *made.mutable_tourism_product();
    product.set_product_id("SP-" + pen.commune());
    product.set_kind(static_cast<v1::TourismProduct::Kind>(1 + std::stoi(pen.commune()) % 7));
    product.set_stage(pen.month_is({2})   ? v1::TourismProduct::IDEA
                      : pen.month_is({5}) ? v1::TourismProduct::BUILDING
                                          : v1::TourismProduct::OPERATING);
    if (product.kind() == v1::TourismProduct::OCOP && product.stage() == v1::TourismProduct::OPERATING) {
        product.set_ocop_stars(3);
    }
    pen.post(Phone::culture, made);
}

void sell(Pen& pen) {
    auto made = pen.event(pen.some_village().code, v1::FARMERS, v1::ASSOCIATION_OFFICER);
    auto& sold = *made.mutable_product_sold();
    const bool craft = pen.chance(30);
    sold.set_product(craft ? v1::ProductSold::CRAFT_PRODUCT : v1::ProductSold::FARM_PRODUCT);
    sold.set_quantity(craft ? 1 + pen.draw(40) : 200 + pen.draw(8000));
    sold.set_unit(craft ? v1::ProductSold::PIECE : v1::ProductSold::KILOGRAM);
    sold.set_value_vnd(sold.quantity() * (craft ? 250'000ULL : 12'000ULL));
    sold.set_channel(pen.any<v1::ProductSold::Channel>());
    sold.mutable_households()->set_poor(pen.draw(6));
    sold.mutable_households()->set_near_poor(pen.draw(5));
    sold.mutable_households()->set_other(1 + pen.draw(8));
    pen.post(Phone::head, made);
}

void assess(Pen& pen) {
    for (std::uint32_t criterion = 1; criterion <= 19; ++criterion) {
        auto made = pen.by_culture();
        made.mutable_rural_criterion_assessed()->set_criterion(criterion);
        made.mutable_rural_criterion_assessed()->set_status(pen.chance(65) ? v1::RuralCriterionAssessed::MET
                                                                           : v1::RuralCriterionAssessed::NOT_MET);
        pen.post(Phone::culture, made);
    }
}

}  // namespace

void play_culture(Pen& pen) {
    hold_activity(pen);
    sell(pen);
    if (pen.chance(40)) {
        keep_heritage(pen);
    }
    if (pen.chance(50)) {
        receive_visitors(pen);
    }
    if (pen.month_is({1, 7})) {
        report_facilities(pen);
    }
    if (pen.month_is({2, 5, 9})) {
        grow_product(pen);
    }
    if (pen.month_is({6, 12})) {
        assess(pen);
    }
}

}  // namespace chieng::play
