// SPDX-License-Identifier: Apache-2.0
#include "tests/recount/question.hpp"

namespace chieng::recount {
namespace {

void count_activities(const Question& asked, bool sport, Figure& figure) {
    for (const auto* fact : asked.all(Body::kCultureSportHeld)) {
        const auto& held = fact->event().culture_sport_held();
        if ((held.kind() == v1::CultureSportHeld::SPORT) == sport) {
            add(figure, 1, {{"level", v1::CultureSportHeld::Level_Name(held.level())}});
        }
    }
}

void cul_01(const Question& asked, Figure& figure) {
    count_activities(asked, false, figure);
}

void cul_02(const Question& asked, Figure& figure) {
    count_activities(asked, true, figure);
}

void cul_03(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kCultureSportHeld)) {
        add_audience(figure, fact->event().culture_sport_held().audience());
    }
}

void cul_04(const Question& asked, Figure& figure) {
    for (const auto* report : latest(asked, Body::kFacilityReported,
                                     [](const Fact& fact) { return named(fact, fact.event().facility_reported().facility_id()); })) {
        const auto& facility = report->event().facility_reported();
        auto& part = figure.parts[{"kind", v1::FacilityReported::Kind_Name(facility.kind())}];
        for (auto* fraction : {&figure.whole, &part}) {
            fraction->number += facility.status() == v1::FacilityReported::GOOD ? 1 : 0;
            fraction->denominator += 1;
        }
    }
}

void cul_05(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHeritageAction)) {
        add(figure, 1, {{"kind", v1::HeritageAction::Kind_Name(fact->event().heritage_action().kind())}});
    }
}

void cul_06(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHeritageAction)) {
        figure.whole.number += fact->event().heritage_action().learners();
    }
}

std::int64_t titles(const Question& asked, v1::TitleRecognised::Title title) {
    std::int64_t count = 0;
    for (const auto* fact : asked.all(Body::kTitleRecognised)) {
        const auto& recognised = fact->event().title_recognised();
        count += recognised.title() == title ? recognised.count() : 0;
    }
    return count;
}

void cul_07(const Question& asked, Figure& figure) {
    figure.whole.number = titles(asked, v1::TitleRecognised::CULTURAL_FAMILY);
    figure.whole.denominator = asked.recount.value(asked.area, asked.period, "POV-01", asked.looked_at).whole.number;
}

void cul_08(const Question& asked, Figure& figure) {
    figure.whole.number = titles(asked, v1::TitleRecognised::CULTURAL_VILLAGE);
    figure.whole.denominator = villages_of(asked);
}

void count_products(const Question& asked, bool tours_only, Figure& figure) {
    for (const auto* report :
         latest(asked, Body::kTourismProduct, [](const Fact& fact) { return named(fact, fact.event().tourism_product().product_id()); })) {
        const auto& product = report->event().tourism_product();
        if (product.stage() != v1::TourismProduct::OPERATING) {
            continue;
        }
        if (!tours_only) {
            add(figure, 1, {{"kind", v1::TourismProduct::Kind_Name(product.kind())}});
        } else if (product.kind() == v1::TourismProduct::TOUR) {
            add(figure, 1, {});
        }
    }
}

void tou_01(const Question& asked, Figure& figure) {
    count_products(asked, false, figure);
}

void tou_02(const Question& asked, Figure& figure) {
    count_products(asked, true, figure);
}

void tou_03(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kTourismActivity)) {
        const auto& activity = fact->event().tourism_activity();
        figure.whole.number += activity.visitors();
        add_part(figure, "foreign", "FOREIGN", activity.foreign());
        add_part(figure, "foreign", "DOMESTIC", std::int64_t{activity.visitors()} - activity.foreign());
        add_part(figure, "overnight", "OVERNIGHT", activity.overnight());
        add_part(figure, "overnight", "DAY", std::int64_t{activity.visitors()} - activity.overnight());
    }
}

// In đồng; shown in million.
void tou_04(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kTourismActivity)) {
        figure.whole.number += static_cast<std::int64_t>(fact->event().tourism_activity().revenue_vnd());
    }
}

// In đồng; shown in million.
void sal_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kProductSold)) {
        const auto& sold = fact->event().product_sold();
        add(figure, static_cast<std::int64_t>(sold.value_vnd()),
            {{"product", v1::ProductSold::Product_Name(sold.product())}, {"channel", v1::ProductSold::Channel_Name(sold.channel())}});
    }
}

void sal_02(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kProductSold)) {
        const auto& households = fact->event().product_sold().households();
        add(figure, households.poor(), {{"class", "POOR"}});
        add(figure, households.near_poor(), {{"class", "NEAR_POOR"}});
    }
}

void job_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kJobPlaced)) {
        const auto& placed = fact->event().job_placed();
        const std::int64_t people = placed.people();
        add(figure, people, {{"kind", v1::JobPlaced::Kind_Name(placed.kind())}});
        add_part(figure, "sex", "FEMALE", placed.female());
        add_part(figure, "sex", "MALE", people - placed.female());
        add_part(figure, "minority", "MINORITY", placed.ethnic_minority());
        add_part(figure, "minority", "OTHER", people - placed.ethnic_minority());
        add_part(figure, "class", "POOR", placed.from_poor());
        add_part(figure, "class", "NEAR_POOR", placed.from_near_poor());
        add_part(figure, "class", "NEWLY_ESCAPED", placed.from_newly_escaped());
        add_part(figure, "class", "OTHER", people - placed.from_poor() - placed.from_near_poor() - placed.from_newly_escaped());
    }
}

}  // namespace

Formulas formulas_of_culture() {
    return {{"CUL-01", cul_01}, {"CUL-02", cul_02}, {"CUL-03", cul_03}, {"CUL-04", cul_04}, {"CUL-05", cul_05},
            {"CUL-06", cul_06}, {"CUL-07", cul_07}, {"CUL-08", cul_08}, {"TOU-01", tou_01}, {"TOU-02", tou_02},
            {"TOU-03", tou_03}, {"TOU-04", tou_04}, {"SAL-01", sal_01}, {"SAL-02", sal_02}, {"JOB-01", job_01}};
}

}  // namespace chieng::recount
