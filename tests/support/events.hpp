// SPDX-License-Identifier: Apache-2.0
// Builders with good defaults: a test shows only what matters to it.
#pragma once

#include "chieng/v1/event.pb.h"
#include "services/runtime/core/places.hpp"

#include "data/kbang_places.hpp"

#include <google/protobuf/text_format.h>

#include <initializer_list>
#include <stdexcept>

namespace chieng::testing {

inline const Places& kbang() {
    static const Places places = [] {
        v1::Places rows;
        if (!google::protobuf::TextFormat::ParseFromString(data::kbang_places, &rows)) {
            throw std::invalid_argument("kbang.txtpb does not parse");
        }
        return Places(rows);
    }();
    return places;
}

inline v1::Event an_event(std::uint64_t sequence) {
    v1::Event event;
    event.set_sequence(sequence);
    event.set_occurred_on("2022-03-20");
    event.set_village("23656-01");
    event.set_organisation(v1::VILLAGE);
    event.set_role(v1::VILLAGE_HEAD);
    return event;
}

inline v1::Event a_session_held(std::uint64_t sequence) {
    auto event = an_event(sequence);
    auto& session = *event.mutable_session_held();
    session.set_form(v1::VILLAGE_MEETING);
    session.add_topics(v1::POLICY);
    session.add_languages(v1::BAHNAR);
    session.set_duration_minutes(90);
    session.mutable_audience()->set_total(45);
    session.mutable_audience()->set_female(20);
    session.mutable_audience()->set_poor_households(12);
    return event;
}

inline v1::Event a_household_supported(std::uint64_t sequence, const std::string& support = "S-1") {
    auto event = an_event(sequence);
    auto& step = *event.mutable_household_supported();
    step.set_support_id(support);
    step.set_household_key("h-17");
    step.set_household_class(v1::POOR);
    step.set_kind(v1::HOUSE_REPAIR);
    step.set_stage(v1::COMPLETED);
    step.set_value_vnd(20'000'000);
    step.set_funder(v1::FOR_THE_POOR_FUND);
    step.set_organiser(v1::WOMEN);
    return event;
}

inline v1::Event a_commendation_awarded(std::uint64_t sequence, const std::string& achievement = "A-1") {
    auto event = an_event(sequence);
    auto& award = *event.mutable_commendation_awarded();
    award.set_award_id("K-1");
    award.set_form(v1::COMMUNE_CERTIFICATE);
    award.set_authority(v1::COMMUNE);
    award.set_recipient(v1::POOR_HOUSEHOLD);
    award.set_achievement_ref(achievement);
    award.set_achievement_date("2022-02-10");
    award.set_decision_no("15/QĐ-UBND");
    award.set_decision_date("2022-03-18");
    return event;
}

// Of the commune, or of one of its villages; in hundredths of what the indicator is shown in.
inline v1::Event a_target(std::uint64_t sequence, const std::string& indicator, const std::string& period, std::uint64_t value,
                          const std::string& village = "") {
    auto event = an_event(sequence);
    event.set_village(village);
    auto& target = *event.mutable_target_assigned();
    target.set_indicator(indicator);
    target.set_period(period);
    target.set_value(value);
    return event;
}

inline v1::Event correcting(v1::Event event, v1::Correction::Action action, std::uint64_t sequence, const std::string& device = "") {
    event.mutable_correction()->set_action(action);
    event.mutable_correction()->set_reason(v1::Correction::WRONG_FIGURE);
    event.mutable_correction()->set_sequence(sequence);
    event.mutable_correction()->set_device(device);
    return event;
}

inline std::string payload(const std::string& device, std::initializer_list<v1::Event> list, const std::string& commune = "23656") {
    v1::Events events;
    events.set_device(device);
    events.set_commune(commune);
    for (const auto& event : list) {
        *events.add_events() = event;
    }
    return events.SerializeAsString();
}

}  // namespace chieng::testing
