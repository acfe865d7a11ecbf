// SPDX-License-Identifier: Apache-2.0
// The rules that device and service share.
#include "services/runtime/core/rules.hpp"

#include "services/runtime/core/bytes.hpp"
#include "tests/support/events.hpp"

#include <catch2/catch.hpp>

namespace rules_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

std::string codes(const v1::Event& event, const Places* places = &kbang(), const std::string& service = "session") {
    std::string text;
    for (const auto& reason : judge_event(event, service, places, "23656", *parse_day("2022-03-25"))) {
        text += reason.field() + ":" + reason.code() + " ";
    }
    return text;
}

v1::Event on(const std::string& day) {
    auto event = a_session_held(1);
    event.set_occurred_on(day);
    return event;
}

}  // namespace

TEST_CASE("an event lies between the beginning of the programme and tomorrow", "[rules]") {
    CHECK(codes(on("2021-01-01"), nullptr).empty());
    CHECK(codes(on("2020-12-31")) == "occurred_on:TOO_OLD ");
    CHECK(codes(on("2022-03-26")).empty());
    CHECK(codes(on("2022-03-27")) == "occurred_on:IN_THE_FUTURE ");
    CHECK(codes(on("12/3/2022")) == "occurred_on:NOT_A_DATE ");
}

TEST_CASE("a village belongs to the commune on the day of the event", "[rules]") {
    auto elsewhere = a_session_held(1);
    elsewhere.set_village("23638-01");
    CHECK(codes(elsewhere) == "village:UNKNOWN_PLACE ");
    CHECK(codes(elsewhere, nullptr).empty());
}

TEST_CASE("an event has a body that its service takes, or voids another", "[rules]") {
    CHECK(codes(a_household_supported(1)) == "body:WRONG_SERVICE ");
    CHECK(codes(an_event(1)) == "body:REQUIRED ");
    const auto voiding = correcting(an_event(2), v1::Correction::VOID, 1);
    CHECK(codes(voiding).empty());
    CHECK(codes(voiding, &kbang(), "no-such") == "service:UNKNOWN_TYPE ");
}

TEST_CASE("big-endian keys sort as their numbers do", "[rules]") {
    CHECK(big_endian(0x0102030405060708U) == "\x01\x02\x03\x04\x05\x06\x07\x08");
    CHECK(big_endian(255) < big_endian(256));
    CHECK(big_endian(0).size() == 8);
}

}  // namespace rules_test
