// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/validator.hpp"
#include "tests/support/events.hpp"

#include <google/protobuf/unknown_field_set.h>
#include <catch2/catch.hpp>

#include <functional>

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
