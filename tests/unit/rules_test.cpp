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

TEST_CASE("what rests on a consent names it", "[rules]") {
    auto event = a_session_held(1);
    event.set_legal_basis(v1::Event::CONSENT);
    CHECK(codes(event) == "basis_ref:REQUIRED ");
    event.set_basis_ref("DY-01");
    CHECK(codes(event).empty());
}

TEST_CASE("who posts to the wrong commune is told the one that it was on that day", "[rules]") {
    const auto said = [](const v1::Event& event) {
        const auto reasons = judge_event(event, "session", &kbang(), "23656", *parse_day("2025-08-01"));
        REQUIRE(reasons.size() == 1);
        return reasons[0].vi() + "|" + reasons[0].en();
    };
    auto event = on("2022-03-20");
    event.set_village("23638-01");
    CHECK(said(event) ==
          "Thôn, làng không thuộc xã vào ngày đó: 23638-01 (khi đó thuộc Thị trấn KBang, mã 23638). Hãy xem lại mã, ngày và xã nhận tin.|"
          "This village was not in the commune on that day: 23638-01 (then in KBang townlet, 23638). Check the code, the day, and to whom "
          "it goes.");
    event.set_village("23656-77");
    CHECK(said(event).starts_with("Thôn, làng không thuộc xã vào ngày đó: 23656-77. Hãy xem lại mã, ngày và xã nhận tin."));
    event.set_occurred_on("2025-07-01");
    for (const auto* village : {"23656-01", ""}) {
        event.set_village(village);
        CHECK(
            said(event).starts_with("Không có xã này vào ngày 2025-07-01 (khi đó là Xã Kbang, mã 23638). Hãy gửi cho xã có vào ngày đó."));
    }
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
