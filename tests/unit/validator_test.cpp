// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/validator.hpp"
#include "tests/support/events.hpp"

#include <google/protobuf/unknown_field_set.h>
#include <catch2/catch.hpp>

#include <functional>

namespace validator_test {

using namespace chieng;
using namespace chieng::testing;

namespace {
std::string codes(const v1::Event& event) {
    std::string text;
    for (const auto& reason : validate(event)) {
        CHECK_FALSE(reason.vi().empty());
        CHECK_FALSE(reason.en().empty());
        text += reason.field() + ":" + reason.code() + " ";
    }
    return text;
}
std::string with(v1::Event event, const std::function<void(v1::Event&)>& change) {
    change(event);
    return codes(event);
}
}  // namespace

TEST_CASE("good events have nothing wrong with them") {
    CHECK(codes(a_session_held(1)).empty());
    CHECK(codes(a_household_supported(1)).empty());
    CHECK(codes(a_commendation_awarded(1)).empty());
}

TEST_CASE("each broken field is named with its rule") {
    const auto session = a_session_held(1);
    CHECK(with(session, [](auto& e) { e.clear_occurred_on(); }) == "occurred_on:REQUIRED ");
    CHECK(with(session, [](auto& e) { e.set_occurred_on("20/3/2022"); }) == "occurred_on:NOT_A_DATE ");
    CHECK(with(session, [](auto& e) { e.set_village("Làng 01"); }) == "village:NOT_A_CODE ");
    CHECK(with(session, [](auto& e) { e.mutable_session_held()->clear_form(); }) == "session_held.form:REQUIRED ");
    CHECK(with(session, [](auto& e) { e.mutable_session_held()->add_topics(v1::POLICY); }) == "session_held.topics:REPEATED ");
    CHECK(with(session, [](auto& e) { e.mutable_session_held()->set_form(static_cast<v1::SessionForm>(99)); }) ==
          "session_held.form:UNKNOWN_VALUE ");
    CHECK(with(session, [](auto& e) { e.mutable_session_held()->set_duration_minutes(5000); }) ==
          "session_held.duration_minutes:ABOVE_MAX ");
    CHECK(with(session, [](auto& e) { e.set_note("Lo\u031B Ku"); }) == "note:NOT_NFC ");
    CHECK(with(session, [](auto& e) { e.set_note("Lơ Ku\x1B[2J"); }) == "note:CONTROL_CHARACTER ");
    CHECK(with(session, [](auto& e) { e.set_note("Lơ Ku\u0085"); }) == "note:CONTROL_CHARACTER ");
    CHECK(with(session, [](auto& e) { e.set_note("Lơ Ku\r\n\tba\u00A0làng"); }).empty());
    CHECK(with(session, [](auto& e) { e.set_note("Lơ Ku"); }).empty());
}

TEST_CASE("audience parts are not above the total, alone or as households together") {
    const auto session = a_session_held(1);
    CHECK(with(session, [](auto& e) { e.mutable_session_held()->mutable_audience()->set_female(46); }) ==
          "session_held.audience.female:ABOVE_TOTAL ");
    CHECK(with(session, [](auto& e) { e.mutable_session_held()->mutable_audience()->set_near_poor_households(40); }) ==
          "session_held.audience.total:ABOVE_TOTAL ");
}

TEST_CASE("a field that a later revision added is not wrong") {
    auto event = a_session_held(1);
    event.GetReflection()->MutableUnknownFields(&event)->AddVarint(999, 7);
    CHECK(codes(event).empty());
}

TEST_CASE("a period, a time of day and an indicator have their shape") {
    const auto target = [](const std::string& indicator, const std::string& period) {
        auto event = an_event(1);
        event.mutable_target_assigned()->set_indicator(indicator);
        event.mutable_target_assigned()->set_period(period);
        event.mutable_target_assigned()->set_doc_no("21/QĐ-UBND");
        return codes(event);
    };
    for (const auto* period : {"2022", "2022-04", "2022-12", "2022-Q1", "2022-Q4", "2022-H1", "2022-H2"}) {
        INFO(period);
        CHECK(target("COM-01", period).empty());
    }
    for (const auto* period :
         {"22", "2022-0", "2022-4", "2022-00", "2022-13", "2022-Q0", "2022-Q5", "2022-H3", "2022-q1", "Q1-2022", "2022 Q1"}) {
        INFO(period);
        CHECK(target("COM-01", period) == "target_assigned.period:NOT_A_PERIOD ");
    }
    for (const auto* indicator : {"COM-1", "com-01", "COM_01", "C0M-01", "COM-0A", "COM01", "CO-001"}) {
        INFO(indicator);
        CHECK(target(indicator, "2022") == "target_assigned.indicator:NOT_A_CODE ");
    }
    CHECK(target("COM-001", "2022") == "target_assigned.indicator:TOO_LONG ");
    const auto session = a_session_held(1);
    for (const auto* time : {"00:00", "09:05", "14:30", "23:59"}) {
        INFO(time);
        CHECK(with(session, [&](auto& e) { e.set_time(time); }).empty());
    }
    for (const auto* time : {"24:00", "12:60", "9:30", "12.30", "12:3", "12:30:00", "1a:30", "-1:30"}) {
        INFO(time);
        CHECK(with(session, [&](auto& e) { e.set_time(time); }) == "time:NOT_A_TIME ");
    }
}

TEST_CASE("texts in a list have their shape, stand once and are not too many") {
    auto event = an_event(1);
    auto& inspection = *event.mutable_inspection_held();
    inspection.set_inspection_id("KT-1");
    inspection.set_kind(v1::InspectionHeld::SUPERVISION);
    inspection.set_level(v1::InspectionHeld::COMMUNE_LEVEL);
    inspection.set_lead(v1::FATHERLAND_FRONT);
    for (int i = 0; i < 60; ++i) {
        inspection.add_villages("23656-" + std::to_string(10 + i));
    }
    CHECK(codes(event).empty());
    CHECK(with(event, [](auto& e) { e.mutable_inspection_held()->add_villages("23656-70"); }) == "inspection_held.villages:TOO_MANY ");
    CHECK(with(event, [](auto& e) { e.mutable_inspection_held()->set_villages(1, "Làng 2"); }) == "inspection_held.villages:NOT_A_CODE ");
    CHECK(with(event, [](auto& e) { e.mutable_inspection_held()->set_villages(1, ""); }) == "inspection_held.villages:NOT_A_CODE ");
    CHECK(with(event, [](auto& e) { e.mutable_inspection_held()->set_villages(1, "23656-10"); }) == "inspection_held.villages:REPEATED ");
}

TEST_CASE("messages in a list are each as their fields say") {
    const auto session = a_session_held(1);
    const auto add = [](v1::Event& event, v1::Evidence::Kind kind, const std::string& sha256) {
        event.add_evidence()->set_kind(kind);
        event.mutable_evidence()->rbegin()->set_sha256(sha256);
    };
    CHECK(with(session, [&](auto& e) { add(e, v1::Evidence::PHOTO, "ab12"); }).empty());
    CHECK(with(session, [&](auto& e) { add(e, v1::Evidence::KIND_UNSPECIFIED, "ab12"); }) == "evidence.kind:REQUIRED ");
    CHECK(with(session, [&](auto& e) { add(e, v1::Evidence::PHOTO, std::string(65, 'a')); }) == "evidence.sha256:TOO_LONG ");
    CHECK(with(session, [&](auto& e) {
              for (int i = 0; i < 11; ++i) {
                  add(e, v1::Evidence::PHOTO, "ab12");
              }
          }) == "evidence:TOO_MANY ");
}

TEST_CASE("a number with decimals is shown as it was written") {
    auto event = an_event(1);
    event.mutable_practice_adopted()->set_kind(v1::PracticeAdopted::NEW_VARIETY);
    event.mutable_practice_adopted()->mutable_households();
    event.mutable_practice_adopted()->set_area_ha(10'000'000);
    CHECK(codes(event).empty());
    event.mutable_practice_adopted()->set_area_ha(10'000'001);
    REQUIRE(validate(event).size() == 1);
    CHECK(validate(event)[0].en().find("100000.01 > 100000.00") != std::string::npos);
}

TEST_CASE("parts that are too many together are named once, also when one alone is too large") {
    auto event = an_event(1);
    auto& review = *event.mutable_review_done();
    review.set_subject(v1::ReviewDone::COLLECTIVES);
    review.set_count(10);
    review.set_excellent(6);
    review.set_good(4);
    CHECK(codes(event).empty());
    review.set_good(5);
    CHECK(codes(event) == "review_done.count:ABOVE_TOTAL ");
    review.set_good(11);
    CHECK(codes(event) == "review_done.good:ABOVE_TOTAL ");
}

}  // namespace validator_test
