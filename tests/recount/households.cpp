// SPDX-License-Identifier: Apache-2.0
#include "tests/recount/question.hpp"

namespace chieng::recount {
namespace {

void sup_01(const Question& asked, Figure& figure) {
    Different households;
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        if (step.stage() == v1::COMPLETED) {
            households.take(named(*fact, step.household_key()),
                            {{"class", v1::HouseholdClass_Name(step.household_class())}, {"kind", v1::SupportKind_Name(step.kind())}});
        }
    }
    households.count(figure);
}

void sup_02(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        if (step.stage() == v1::COMPLETED && (step.kind() == v1::HOUSE_NEW || step.kind() == v1::HOUSE_REPAIR)) {
            add(figure, 1, {{"kind", v1::SupportKind_Name(step.kind())}, {"funder", v1::Funder_Name(step.funder())}});
        }
    }
}

void sup_03(const Question& asked, Figure& figure) {
    Different households;
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        const auto kind = step.kind();
        if (kind == v1::LIVELIHOOD || kind == v1::LIVESTOCK || kind == v1::SEEDLINGS || kind == v1::LOAN) {
            households.take(named(*fact, step.household_key()), {{"class", v1::HouseholdClass_Name(step.household_class())}});
        }
    }
    households.count(figure);
}

// In đồng; shown in million.
void sup_04(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        add(figure, static_cast<std::int64_t>(step.value_vnd()),
            {{"funder", v1::Funder_Name(step.funder())},
             {"kind", v1::SupportKind_Name(step.kind())},
             {"organiser", v1::Organisation_Name(step.organiser())}});
    }
}

void sup_05(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        add(figure, step.workdays(), {{"organiser", v1::Organisation_Name(step.organiser())}});
    }
}

void mob_01(const Question& asked, Figure& figure) {
    Different households;
    for (const auto* fact : asked.all(Body::kHouseholdCommitted)) {
        const auto& committed = fact->event().household_committed();
        if (committed.kind() != v1::HouseholdCommitted::CHANGE_THINKING) {
            households.take(named(*fact, committed.household_key()), {{"class", v1::HouseholdClass_Name(committed.household_class())}});
        }
    }
    households.count(figure);
}

void mob_02(const Question& asked, Figure& figure) {
    Different households;
    for (const auto* fact : asked.all(Body::kHouseholdCommitted)) {
        const auto& committed = fact->event().household_committed();
        if (committed.kind() == v1::HouseholdCommitted::CHANGE_THINKING) {
            households.take(named(*fact, committed.household_key()), {});
        }
    }
    households.count(figure);
}

void mob_03(const Question& asked, Figure& figure) {
    static const std::set<v1::Organisation> front{v1::FATHERLAND_FRONT, v1::VETERANS, v1::FARMERS, v1::ELDERLY, v1::WOMEN, v1::YOUTH};
    const auto count = [&](v1::Organisation organiser) {
        if (front.contains(organiser)) {
            add(figure, 1, {{"organisation", v1::Organisation_Name(organiser)}});
        }
    };
    for (const auto* fact : asked.all(Body::kSessionHeld)) {
        count(fact->event().organisation());
    }
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        count(fact->event().household_supported().organiser());
    }
}

}  // namespace

Formulas formulas_of_households() {
    return {{"SUP-01", sup_01}, {"SUP-02", sup_02}, {"SUP-03", sup_03}, {"SUP-04", sup_04},
            {"SUP-05", sup_05}, {"MOB-01", mob_01}, {"MOB-02", mob_02}, {"MOB-03", mob_03}};
}

}  // namespace chieng::recount
