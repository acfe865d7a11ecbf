// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/reports.hpp"

#include "chieng/v1/options.pb.h"
#include "services/runtime/core/retention.hpp"
#include "tests/recount/random_event.hpp"

#include <algorithm>
#include <iterator>

namespace chieng::simulation {
namespace {

// Makes every free text and reference of a body a secret of the commune, and alike ones alike.
void mark(google::protobuf::Message& message) {
    const auto& at = *message.GetReflection();
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    at.ListFields(message, &fields);
    for (const auto* field : fields) {
        const auto shape = field->options().GetExtension(v1::field).shape();
        const bool is_text = field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING;
        if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
            mark(*at.MutableMessage(&message, field));
        } else if (is_text && !field->is_repeated() && field->containing_type() != v1::Event::descriptor() &&
                   (shape == v1::REFERENCE || shape == v1::SHAPE_UNSPECIFIED)) {
            at.SetString(&message, field, secret + "-" + at.GetString(message, field));
        }
    }
}

}  // namespace

v1::Event Reports::draw(const std::string& service, const std::string& device, v1::Role role, Day today, const Posted& posted) {
    const auto late = random_.chance({1, 4}) ? random_.below(90) : random_.below(4);
    const auto day = today - std::chrono::days(late);
    const bool is_one_of_three = (service == "session" || service == "household" || service == "commendation") && random_.chance({1, 2});
    auto event = is_one_of_three ? any_of_three(service, today) : recount::random_event(random_.next(), service, commune, day, places());
    if (!is_one_of_three) {
        mark(event);
    }
    event.set_occurred_on(format_day(day));
    if (random_.chance({1, 40})) {
        event.set_occurred_on("2020-12-31");  // before the programme: only the service minds
    }
    if (random_.chance({1, 40})) {
        event.set_village(commune + "-99");
    }
    event.set_role(role);
    if (random_.chance({1, 3})) {
        event.set_note("Ghi chú " + secret + " " + std::string(random_.below(60), 'n'));
    }
    const bool is_official = role == v1::CULTURE_OFFICIAL;
    if (is_official && random_.chance({1, 6})) {
        decide(event, service, posted);
    } else if (is_official && service == "household" && erasures_left_ > 0 && random_.chance({1, 4})) {
        erase(event, posted);
    } else if (random_.chance({1, 5})) {
        correct(event, device, role, posted);
    }
    return event;
}

v1::Event Reports::any_of_three(const std::string& service, Day today) {
    v1::Event event;
    if (!random_.chance({1, 6})) {
        event.set_village(commune + "-0" + std::to_string(random_.between(1, 6)));
    }
    event.set_organisation(static_cast<v1::Organisation>(random_.between(1, 15)));
    if (service == "session") {
        fill_session(*event.mutable_session_held());
    } else if (service == "household") {
        fill_support(*event.mutable_household_supported());
    } else {
        fill_award(*event.mutable_commendation_awarded(), today);
    }
    return event;
}

void Reports::fill_session(v1::SessionHeld& session) {
    session.set_form(static_cast<v1::SessionForm>(random_.between(1, 10)));
    session.add_topics(random_.chance({1, 3}) ? v1::NEW_RURAL : v1::LAW);
    session.add_languages(static_cast<v1::Language>(random_.between(1, 4)));
    auto& audience = *session.mutable_audience();
    audience.set_total(1 + number(80));
    audience.set_female(number(audience.total()));
    audience.set_poor_households(number(audience.total() / 3));
    audience.set_near_poor_households(number(audience.total() / 3));
}

void Reports::fill_support(v1::HouseholdSupported& support) {
    support.set_support_id(reference("S-", 12));
    support.set_household_key(reference("H-", 8));
    support.set_household_class(static_cast<v1::HouseholdClass>(random_.between(1, 5)));
    support.set_kind(static_cast<v1::SupportKind>(random_.between(1, 14)));
    support.set_stage(random_.chance({1, 2}) ? v1::COMPLETED : static_cast<v1::SupportStage>(random_.between(1, 4)));
    support.set_value_vnd(random_.below(50) * 1'000'000);
    support.set_workdays(number(20));
    support.set_funder(static_cast<v1::Funder>(random_.between(1, 6)));
    support.set_organiser(static_cast<v1::Organisation>(random_.between(1, 15)));
}

void Reports::fill_award(v1::CommendationAwarded& award, Day today) {
    award.set_award_id(reference("K-", 12));
    award.set_form(random_.chance({1, 6}) ? v1::GRASSROOTS_FIGHTER : v1::COMMUNE_CERTIFICATE);
    award.set_authority(v1::COMMUNE);
    award.set_recipient(static_cast<v1::Recipient>(random_.between(1, 6)));
    award.set_achievement_ref(reference("A-", 12));
    const auto decided = today - std::chrono::days(random_.below(20));
    award.set_achievement_date(
        format_day(decided - std::chrono::days(random_.below(60)) + std::chrono::days(random_.chance({1, 20}) ? 90 : 0)));
    award.set_decision_date(format_day(decided));
    award.set_decision_no("15/" + secret);
}

// About two events, mostly of one type: the same, or not.
void Reports::decide(v1::Event& event, const std::string& service, const Posted& posted) {
    if (posted.size() < 2) {
        return;
    }
    const auto any = [&] { return std::next(posted.begin(), static_cast<std::ptrdiff_t>(random_.below(posted.size()))); };
    const auto one = any();
    auto other = any();
    for (int tries = 0; tries < 8 && (other == one || other->second.front().body_case() != one->second.front().body_case()); ++tries) {
        other = any();
    }
    auto& decided = *event.mutable_duplicate_decided();
    decided.set_service(service);
    decided.set_device(one->first.device);
    decided.set_sequence(one->first.sequence);
    decided.set_same_device(other->first.device);
    decided.set_same_sequence(other->first.sequence);
    decided.set_decision(random_.chance({2, 3}) ? v1::DuplicateDecided::SAME : v1::DuplicateDecided::DIFFERENT);
}

void Reports::erase(v1::Event& event, const Posted& posted) {
    for (const auto& [id, variants] : posted) {
        if (const auto key = household_of(variants.front()); !key.empty() && random_.chance({1, 3})) {
            event.mutable_household_erased()->set_household_key(key);
            event.mutable_household_erased()->set_ground(v1::HouseholdErased::ON_REQUEST);
            --erasures_left_;
            return;
        }
    }
}

// Of its own events, of its own corrections, of others' by an official; of others' by anybody, which is refused.
void Reports::correct(v1::Event& event, const std::string& device, v1::Role role, const Posted& posted) {
    const bool others = random_.chance(role == v1::CULTURE_OFFICIAL ? Ratio{2, 3} : Ratio{1, 20});
    std::vector<Id> targets;
    for (const auto& [id, variants] : posted) {
        if (others != (id.device == device)) {
            targets.push_back(id);
        }
    }
    if (targets.empty()) {
        return;
    }
    // Recent ones most: they are corrected again, and by two.
    const auto& target = random_.chance({1, 2}) ? targets.back() : random_.pick(targets);
    auto& correction = *event.mutable_correction();
    correction.set_action(random_.chance({1, 3}) ? v1::Correction::VOID : v1::Correction::REPLACE);
    correction.set_reason(v1::Correction::WRONG_FIGURE);
    correction.set_sequence(target.sequence);
    if (others || random_.chance({1, 2})) {
        correction.set_device(target.device);
    }
    if (correction.action() == v1::Correction::VOID && random_.chance({1, 2})) {
        event.clear_body();
    }
}

}  // namespace chieng::simulation
