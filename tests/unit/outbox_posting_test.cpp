// SPDX-License-Identifier: Apache-2.0
// What an outbox takes, under which number, and what it refuses at once.
#include "services/field/outbox.hpp"

#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/limits.hpp"
#include "tests/support/events.hpp"
#include "tests/support/lone_phone.hpp"

#include <catch2/catch.hpp>

namespace outbox_posting_test {

using namespace chieng;
using namespace chieng::testing;
using namespace lone_phone;
using namespace std::chrono_literals;

namespace {

std::string codes(const Outbox::Posted& posted) {
    std::string text;
    for (const auto& reason : std::get<Reasons>(posted)) {
        text += reason.code() + " ";
    }
    return text;
}

}  // namespace

TEST_CASE("each service's events are numbered from 1", "[outbox]") {
    LonePhone phone;
    CHECK(phone.post(a_session_held(0)) == 1);
    CHECK(phone.post(a_session_held(0)) == 2);
    CHECK(phone.post(a_household_supported(0), "household") == 1);
    CHECK(phone.item(0).title() == "HouseholdSupported");
    CHECK(phone.item(1).occurred_on() == "2022-03-20");
    CHECK(phone.outbox->ledger() == Outbox::Ledger{3, 0, 0, 3});
    CHECK(phone.outbox->ledgers().at("session").waiting == 2);
}

TEST_CASE("a restart of the outbox keeps the numbering, what waits and its bytes", "[outbox]") {
    LonePhone phone;
    phone.post_many(3);
    phone.give(LinkUp{});
    phone.receive(verdict(v1::STORED), {{2, 2}});
    const auto bytes = phone.outbox->frozen("session", 3);
    phone.restart();
    CHECK(phone.outbox->ledger() == Outbox::Ledger{3, 1, 0, 2});
    CHECK(phone.outbox->frozen("session", 3) == bytes);
    CHECK(phone.post(a_session_held(0)) == 4);
    CHECK(sent(phone.give(LinkUp{})) == Sent{"session:1,3,4"});
}

TEST_CASE("what is not committed is not posted, and its number is free", "[outbox]") {
    LonePhone phone;
    phone.post(a_session_held(0));
    phone.store.fail_commits = 1;
    CHECK_THROWS_AS(phone.post(a_session_held(0)), Broken);
    phone.restart();
    CHECK(phone.outbox->ledger() == Outbox::Ledger{1, 0, 0, 1});
    CHECK(phone.post(a_session_held(0)) == 2);
}

TEST_CASE("an event that the service would refuse is refused at once and takes no number", "[outbox]") {
    LonePhone phone;
    auto late = a_session_held(0);
    late.set_occurred_on("2022-03-27");
    CHECK(codes(phone.try_post(late)) == "IN_THE_FUTURE ");
    auto tomorrow = a_session_held(0);
    tomorrow.set_occurred_on("2022-03-26");
    CHECK(phone.post(tomorrow) == 1);
    auto elsewhere = a_session_held(0);
    elsewhere.set_village("23656-99");
    CHECK(codes(phone.try_post(elsewhere)) == "UNKNOWN_PLACE ");
    auto too_many = a_session_held(0);
    too_many.mutable_session_held()->mutable_audience()->set_female(46);
    CHECK(codes(phone.try_post(too_many)) == "ABOVE_TOTAL ");
    CHECK(codes(phone.try_post(a_session_held(0), "household")) == "WRONG_SERVICE ");
    CHECK(codes(phone.try_post(an_event(0))) == "REQUIRED ");
    CHECK(codes(phone.try_post(correcting(an_event(0), v1::Correction::VOID, 1), "../x")) == "UNKNOWN_TYPE ");
    CHECK(phone.post(correcting(an_event(0), v1::Correction::VOID, 1)) == 2);
    CHECK(phone.outbox->ledger().posted == 2);
}

TEST_CASE("who corrects a number that is another client's content is told so: it would change a stranger's event", "[outbox]") {
    LonePhone phone;
    phone.post_many(2);
    phone.give(LinkUp{});
    auto conflict = verdict(v1::REFUSED);
    *conflict.add_reasons() = reason(ReasonCode::conflict, "", "1");
    conflict.set_check(phone.outbox->find("session", 1)->digest());
    phone.receive(conflict, {{1, 1}});
    auto other = verdict(v1::REFUSED);
    *other.add_reasons() = reason(ReasonCode::unknown_place, "village", "23656-09");
    other.set_check(phone.outbox->find("session", 2)->digest());
    phone.receive(other, {{2, 2}});
    CHECK(codes(phone.try_post(correcting(a_session_held(0), v1::Correction::REPLACE, 1))) == "CONFLICT ");
    CHECK(codes(phone.try_post(correcting(a_session_held(0), v1::Correction::VOID, 1))) == "CONFLICT ");
    CHECK(phone.post(correcting(a_session_held(0), v1::Correction::REPLACE, 2)) == 3);  // what was refused may be put right
    CHECK(phone.post(correcting(a_session_held(0), v1::Correction::REPLACE, 1, "phone-2")) == 4);
    CHECK(phone.post(correcting(a_session_held(0), v1::Correction::REPLACE, 3)) == 5);
}

TEST_CASE("a correction waits for the answer about what it corrects, and is refused with it when that is a stranger's number", "[outbox]") {
    const auto is_conflict = GENERATE(false, true);
    LonePhone phone;
    phone.post_many(1);
    CHECK(phone.post(correcting(an_event(0), v1::Correction::VOID, 1)) == 2);
    CHECK(phone.post(correcting(a_session_held(0), v1::Correction::REPLACE, 2)) == 3);
    phone.post_many(1);
    phone.restart();
    CHECK(sent(phone.give(LinkUp{})) == Sent{"session:1"});  // what comes after the correction may rest on it
    auto answer = verdict(is_conflict ? v1::REFUSED : v1::STORED);
    if (is_conflict) {
        *answer.add_reasons() = reason(ReasonCode::conflict, "", "1");
    }
    answer.set_check(phone.outbox->find("session", 1)->digest());
    phone.receive(answer, {{1, 1}});
    if (is_conflict) {
        CHECK(phone.outbox->ledger() == Outbox::Ledger{4, 0, 3, 1});
        CHECK(phone.outbox->find("session", 3)->answer().reasons(0).field() == "correction.sequence");
        CHECK(sent(phone.give(LinkUp{})) == Sent{"session:4"});
    } else {
        CHECK(sent(phone.give(LinkUp{})) == Sent{"session:2"});
        auto second = verdict(v1::STORED);
        second.set_check(phone.outbox->find("session", 2)->digest());
        phone.receive(second, {{2, 2}});
        CHECK(sent(phone.give(LinkUp{})) == Sent{"session:3,4"});
    }
}

TEST_CASE("what no service takes is not kept: nobody would ever answer it", "[outbox]") {
    LonePhone phone;
    const auto taken_back = correcting(an_event(0), v1::Correction::VOID, 1);
    CHECK(codes(phone.try_post(taken_back, "")) == "UNKNOWN_TYPE ");
    CHECK(codes(phone.try_post(taken_back)) == "NOTHING_TO_CORRECT ");  // it would have that number itself
    phone.post_many(1);
    CHECK(phone.post(taken_back) == 2);
}

TEST_CASE("without a register of places the village is left to the service", "[outbox]") {
    LonePhone phone;
    auto event = a_session_held(0);
    event.set_village("23656-99");
    const auto posted = phone.outbox->post(event, "session", nullptr, "23656", phone_day, 0);
    CHECK(std::holds_alternative<std::uint64_t>(posted));
}

TEST_CASE("a full outbox says so and takes more once some were answered", "[outbox]") {
    LonePhone phone;
    store::v1::OutboxItem item;
    item.set_service("session");
    item.set_event("x");
    for (std::uint64_t i = 1; i <= limits::outbox_events_max; ++i) {
        item.set_sequence(i);
        std::string key = "e/session/";
        for (unsigned shift = 64; shift > 0; shift -= 8) {
            key += static_cast<char>((i >> (shift - 8U)) & 0xFFU);
        }
        phone.store.put(key, item.SerializeAsString());
    }
    phone.store.commit();
    phone.restart();
    CHECK(codes(phone.try_post(a_session_held(0))) == "OUTBOX_FULL ");
    phone.receive(verdict(v1::STORED), {{1, 1}});
    CHECK(phone.post(a_session_held(0)) == limits::outbox_events_max + 1);
}

}  // namespace outbox_posting_test
