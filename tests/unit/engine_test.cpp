// SPDX-License-Identifier: Apache-2.0
// Scripts for the engine: deliveries in, receipts and blocks out.
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/journal.hpp"

#include "services/commendation/commendation.hpp"
#include "services/household/household.hpp"
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/engine_bench.hpp"
#include "tests/support/events.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <limits>

namespace engine_test {

using namespace chieng;
using namespace chieng::testing;

TEST_CASE("an event is stored and told the official month that it counts in") {
    Bench bench;
    CHECK(bench.send("p1", {a_session_held(1)}) == "1,STORED 202204;");
    CHECK(bench.feed.size() == 1);
}

TEST_CASE("a device may number an event with the last number there is") {
    Bench bench;
    constexpr auto last = std::numeric_limits<std::uint64_t>::max();
    CHECK(bench.send("p1", {a_session_held(last)}) == "18446744073709551615,STORED 202204;");
    CHECK(bench.send("p1", {a_session_held(last), a_session_held(last - 1), a_session_held(1)}) ==
          "18446744073709551615,DUPLICATE(STORED) 202204;1,18446744073709551614,STORED 202204;");
}

TEST_CASE("an event sent twice is journalled once and told the same, also after a restart") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1), a_session_held(2)}));
    CHECK(bench.send("p1", {a_session_held(1)}) == "1,DUPLICATE(STORED) 202204;");
    bench.restart();
    CHECK(bench.send("p1", {a_session_held(2), a_session_held(3)}) == "2,DUPLICATE(STORED) 202204;3,STORED 202204;");
    CHECK(bench.engine->last_offset() == 3);
}

TEST_CASE("a refused event is refused for the same reasons for ever") {
    Bench bench;
    auto event = a_session_held(1);
    event.set_village("23656-99");
    CHECK(bench.send("p1", {event}) == "1,REFUSED UNKNOWN_PLACE;");
    bench.restart();
    CHECK(bench.send("p1", {event}) == "1,DUPLICATE(REFUSED) UNKNOWN_PLACE;");
    CHECK(bench.engine->last_offset() == 0);
}

TEST_CASE("the same number with other content is a conflict, and the first content stands") {
    Bench bench;
    static_cast<void>(bench.send("p1", {attended_by(a_session_held(1), 45)}));
    CHECK(bench.send("p1", {attended_by(a_session_held(1), 46)}) == "1,REFUSED CONFLICT;");
    CHECK(bench.engine->counters().conflicts == 1);
    CHECK(bench.engine->counters().refused == 0);
    CHECK(bench.send("p1", {attended_by(a_session_held(1), 45)}) == "1,DUPLICATE(STORED) 202204;");
    CHECK(bench.attendances() == 45);
}

TEST_CASE("an answer says of which bytes it is: the sum over its sequences of what stands for each event as it came") {
    Bench bench;
    const auto answers = [&] {
        v1::Receipt receipt;
        REQUIRE(receipt.ParseFromString(bench.last_receipt));
        return receipt.answers();
    };
    const auto one = a_session_held(1);
    const auto two = attended_by(a_session_held(2), 46);
    const auto check = check_of(frozen_bytes(one)) + check_of(frozen_bytes(two));
    CHECK(bench.send("p1", {one, two}) == "1,2,STORED 202204;");
    CHECK(answers()[0].check() == check);
    CHECK(bench.send("p1", {one, two, one}) == "1,2,DUPLICATE(STORED) 202204;");
    CHECK(answers()[0].check() == check);  // each is counted once
    const auto other = attended_by(a_session_held(1), 47);
    CHECK(bench.send("p1", {other}) == "1,REFUSED CONFLICT;");
    CHECK(answers()[0].check() == check_of(frozen_bytes(other)));
    auto wrong = a_session_held(3);
    wrong.set_village("23656-99");
    CHECK(bench.send("p1", {wrong}) == "3,REFUSED UNKNOWN_PLACE;");
    CHECK(answers()[0].check() == check_of(frozen_bytes(wrong)));
    CHECK(bench.send("p1", {wrong}) == "3,DUPLICATE(REFUSED) UNKNOWN_PLACE;");
    CHECK(answers()[0].check() == check_of(frozen_bytes(wrong)));
    CHECK(bench.send("p1", {a_session_held(0)}) == "REFUSED REQUIRED;");
    CHECK_FALSE(answers()[0].has_check());
    const auto told = bench.deliver("p1", R"({"device":"p1","commune":"23656","events":[{"sequence":"4","occurredOn":7}]})");
    CHECK(told.find("UNREADABLE") != std::string::npos);
    CHECK(told.find("check") == std::string::npos);
}

TEST_CASE("two clients of one name in one unit: no answer mixes their events unnoticed") {
    Bench bench;
    const auto ours = attended_by(a_session_held(1), 45);
    const auto ours_too = a_session_held(2);
    const auto theirs = attended_by(a_session_held(1), 46);
    const auto at = [](const v1::Event& event) {
        return Arrived{{topics::events("23656", "session", "p1"), payload("p1", {event}), false}};
    };
    const std::vector<Input> unit{at(theirs), at(ours), at(ours_too)};
    v1::Receipt receipt;
    REQUIRE(receipt.ParseFromString(std::get<Publish>(bench.engine->handle(unit, bench.now).front()).message.payload));
    CHECK(Bench::tell(receipt.SerializeAsString()) == "1,2,STORED 202204;1,REFUSED CONFLICT;");
    CHECK(receipt.answers(0).check() == check_of(frozen_bytes(theirs)) + check_of(frozen_bytes(ours_too)));
    CHECK(receipt.answers(1).check() == check_of(frozen_bytes(ours)));
}

TEST_CASE("no receipt leaves when the unit cannot be committed") {
    Bench bench;
    bench.store.fail_commits = 1;
    CHECK_THROWS_AS(bench.send("p1", {a_session_held(1)}), Broken);
    bench.restart();
    CHECK(bench.send("p1", {a_session_held(1)}) == "1,STORED 202204;");
}

TEST_CASE("events beyond a snapshot are still known one by one") {
    Bench bench;
    for (std::uint64_t first = 1; first < 45'000; first += 1000) {
        v1::Events events;
        events.set_device("p1");
        events.set_commune("23656");
        for (std::uint64_t n = first; n < first + 1000; ++n) {
            *events.add_events() = a_session_held(n);
        }
        static_cast<void>(bench.deliver("p1", events.SerializeAsString()));
    }
    bench.restart();
    for (const std::uint64_t n : {1U, 63U, 64U, 19'999U, 20'000U, 20'001U, 44'999U}) {
        CHECK(bench.send("p1", {a_session_held(n)}) == std::to_string(n) + ",DUPLICATE(STORED) 202204;");
        CHECK(bench.send("p1", {attended_by(a_session_held(n), 99)}) == std::to_string(n) + ",REFUSED CONFLICT;");
    }
    std::uint64_t next = 1;
    std::uint64_t chain = 0;
    for (const auto& block : bench.feed) {
        CHECK(block.first() == next);
        CHECK(block.before() == chain);
        next = block.last() + 1;
        chain = block.after();
    }
}

TEST_CASE("what another version kept beside the journal is folded from it again") {
    MemoryStore store;
    const auto receipt_of = [&](const v1::Event& event) {
        Engine engine(make_service<Commendation>(), "23656", kbang(), store, 7, {.snapshot_entries = 1});
        const Input input = Arrived{{topics::events("23656", "commendation", "p1"), payload("p1", {event}), false}};
        return Bench::tell(std::get<Publish>(engine.handle({&input, 1}, {Seconds(*parse_day("2022-04-10")), {}}).front()).message.payload);
    };
    CHECK(receipt_of(a_commendation_awarded(1, "A-1")) == "1,STORED 202204;");
    std::vector<std::string> claims;
    store.scan(ClaimIndex::prefix, [&](std::string_view key, std::string_view) {
        claims.emplace_back(key);
        return true;
    });
    CHECK(claims.size() == 1);
    for (const auto& key : claims) {  // as though the version had kept them elsewhere
        store.erase(key);
    }
    store.put("m/derived", "1");
    store.commit();
    CHECK(receipt_of(a_commendation_awarded(2, "A-1")) == "2,REFUSED ALREADY_AWARDED;");
}

TEST_CASE("a support is completed once, unless the first completion is taken back") {
    Bench bench(make_service<Household>());
    static_cast<void>(bench.send("p1", {a_household_supported(1)}));
    CHECK(bench.send("p2", {a_household_supported(1)}) == "1,REFUSED ALREADY_COMPLETED;");
    bench.restart();
    CHECK(bench.send("p1", {correcting(a_household_supported(2), v1::Correction::REPLACE, 1)}) == "2,STORED 202204;");
    CHECK(bench.send("p1", {correcting(a_household_supported(3), v1::Correction::VOID, 1)}) == "3,STORED;");
    CHECK(bench.send("p2", {a_household_supported(2)}) == "2,STORED 202204;");
}

TEST_CASE("one achievement is awarded once, by an authority that may grant the form on that date") {
    Bench bench(make_service<Commendation>());
    CHECK(bench.send("p1", {a_commendation_awarded(1)}) == "1,STORED 202204;");
    CHECK(bench.send("p1", {a_commendation_awarded(2)}) == "2,REFUSED ALREADY_AWARDED;");
    auto above = a_commendation_awarded(3, "A-2");
    above.mutable_commendation_awarded()->set_form(v1::DISTRICT_CERTIFICATE);
    CHECK(bench.send("p1", {above}) == "3,REFUSED NOT_THEIR_AWARD;");
    auto early = a_commendation_awarded(4, "A-3");
    early.mutable_commendation_awarded()->set_achievement_date("2022-03-19");
    CHECK(bench.send("p1", {early}) == "4,REFUSED BEFORE_ACHIEVEMENT;");
}

TEST_CASE("dates of 1970 and 2090 and a village of another commune are refused") {
    Bench bench;
    auto event = a_session_held(1);
    event.set_occurred_on("1970-01-01");
    CHECK(bench.send("p1", {event}) == "1,REFUSED TOO_OLD;");
    event.set_sequence(2);
    event.set_occurred_on("2090-01-01");
    CHECK(bench.send("p1", {event}) == "2,REFUSED IN_THE_FUTURE;");
    event = a_session_held(3);
    event.set_village("23659-01");
    CHECK(bench.send("p1", {event}) == "3,REFUSED UNKNOWN_PLACE;");
    event = a_session_held(4);
    event.set_occurred_on("2022-04-11");  // tomorrow: a clock may be ahead
    CHECK(bench.send("p1", {event}) == "4,STORED 202204;");
}

TEST_CASE("ten thousand copies of one event are one event and one short receipt") {
    Bench bench;
    v1::Events events;
    events.set_device("p1");
    events.set_commune("23656");
    for (int i = 0; i < 2000; ++i) {
        *events.add_events() = a_session_held(1);
    }
    static_cast<void>(bench.deliver("p1", events.SerializeAsString()));
    CHECK(bench.engine->last_offset() == 1);
    CHECK(bench.last_receipt.size() < 100);
}

TEST_CASE("a session held is at most 160 bytes on the air, 90 in a batch of 50; a receipt for 50 at most 100, of two months 110") {
    Bench bench;
    CHECK(payload("phone-23656-01", {a_session_held(12345)}).size() <= 160);
    const auto receipt_bytes = [&](std::uint64_t first, const std::function<bool(std::uint64_t)>& is_early) {
        v1::Events events;
        events.set_device("phone-23656-01");
        events.set_commune("23656");
        for (std::uint64_t n = first; n < first + 50; ++n) {
            auto event = a_session_held(n);
            event.set_occurred_on(is_early(n) ? "2022-02-20" : "2022-03-20");
            *events.add_events() = event;
        }
        CHECK(events.ByteSizeLong() <= 50 * 90);
        static_cast<void>(bench.deliver("phone-23656-01", events.SerializeAsString()));
        return bench.last_receipt.size();
    };
    CHECK(receipt_bytes(201, [](std::uint64_t) { return false; }) <= 100);
    CHECK(receipt_bytes(2'000'001, [](std::uint64_t) { return false; }) <= 100);
    CHECK(receipt_bytes(1, [](std::uint64_t n) { return n < 20; }) <= 110);
    CHECK(receipt_bytes(101, [](std::uint64_t n) { return n % 2 == 0; }) <= 110);
    CHECK(receipt_bytes(1'000'001, [](std::uint64_t n) { return n % 3 == 0; }) <= 110);
}

TEST_CASE("a server whose clock fell back years refuses nothing that it would have taken before") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1)}));
    bench.restart();
    bench.now.civil = Seconds(*parse_day("2012-01-01"));
    CHECK(bench.send("p1", {a_session_held(2)}) == "2,STORED 202204;");
    CHECK(bench.send("p1", {a_session_held(3)}) == "3,STORED 202204;");
    REQUIRE(bench.feed.size() == 3);
    for (const auto& block : bench.feed) {
        CHECK(block.entries(0).received_at() == bench.feed.front().entries(0).received_at());  // held at the last receipt
    }
}

TEST_CASE("a journal in which one block lies in another one's place is not read, and says what to do", "[engine]") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1), a_session_held(2), a_session_held(3)}));
    static_cast<void>(bench.send("p1", {a_session_held(4)}));
    const auto first = bench.store.block_at(1);
    auto other = *bench.store.block_at(4);
    const auto starts_with = [&](const JournalBlock& block) {
        bench.store.replace(block);
        bench.store.commit();
        CHECK_THROWS_WITH(bench.restart(), Catch::Contains("restore it from a backup"));
    };
    starts_with({1, 3, first->before, first->after, other.bytes});  // fewer entries than it says
    starts_with({1, 3, other.before, other.after, other.bytes});
    starts_with({1, 1, other.before, other.after, other.bytes});  // whole, but not what was there
    bench.store.replace({1, 3, first->before, first->after, first->bytes});
    starts_with({4, 4, first->after + 1, chain_after(other.bytes, first->after + 1), other.bytes});  // it does not follow
    bench.store.replace({4, 4, other.before, other.after, other.bytes});
    bench.store.replace(*first);
    bench.store.commit();
    CHECK_NOTHROW(bench.restart());
    other.after ^= 1U;
    starts_with(other);
}

TEST_CASE("a correction that joins a version that cannot be read waits", "[engine]") {
    Bench bench;
    static_cast<void>(bench.send("p1", {correcting(a_session_held(3), v1::Correction::REPLACE, 2)}));
    static_cast<void>(bench.send("p1", {a_session_held(1)}));
    const auto first = *bench.store.block_at(1);
    auto damaged = first;
    damaged.bytes.back() = static_cast<char>(damaged.bytes.back() ^ 1);
    bench.store.replace(damaged);
    bench.store.commit();
    const auto joining = correcting(a_session_held(2), v1::Correction::REPLACE, 1);
    CHECK(bench.send("p1", {joining}).empty());
    CHECK(bench.engine->damage());
    CHECK(bench.send("p1", {a_session_held(4)}) == "4,STORED 202204;");
    bench.store.replace(first);
    bench.store.commit();
    CHECK(bench.send("p1", {joining}) == "2,STORED;");
}

TEST_CASE("while old entries cannot be read new events are taken, and what needs the old ones waits", "[engine]") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1), a_session_held(2), a_session_held(3)}));
    static_cast<void>(bench.send("p1", {a_session_held(4)}));
    const auto first = *bench.store.block_at(1);
    const auto replies = [&](std::uint64_t after) {
        v1::Request request;
        request.set_after(after);
        const Input input = Arrived{{topics::feed_requests("23656", "session", "s"), request.SerializeAsString(), false}};
        std::vector<v1::Block> blocks;
        for (const auto& action : bench.engine->handle({&input, 1}, bench.now)) {
            REQUIRE(blocks.emplace_back().ParseFromString(std::get<Publish>(action).message.payload));
        }
        return blocks;
    };
    CHECK(replies(0).size() == 2);
    REQUIRE(replies(4).size() == 1);
    CHECK(replies(4).front().first() == 5);
    auto damaged = first;
    damaged.bytes.back() = static_cast<char>(damaged.bytes.back() ^ 1);
    bench.store.replace(damaged);
    bench.store.commit();
    CHECK_FALSE(bench.engine->damage());
    CHECK(bench.send("p1", {a_session_held(5)}) == "5,STORED 202204;");
    CHECK_FALSE(bench.engine->damage());
    CHECK(replies(0).empty());
    CHECK(bench.engine->damage()->find("restore it from a backup") != std::string::npos);
    CHECK(replies(3).size() == 2);  // who has read what is damaged needs it no more
    REQUIRE(replies(4).size() == 1);
    CHECK(replies(4).front().first() == 5);
    const auto correction = correcting(a_session_held(6), v1::Correction::VOID, 2);
    CHECK(bench.send("p1", {correction}).empty());
    CHECK(bench.engine->counters().waiting == 1);
    CHECK(bench.send("p1", {correcting(a_session_held(7), v1::Correction::VOID, 4)}) == "7,STORED;");
    CHECK(bench.send("p1", {correcting(a_session_held(7), v1::Correction::VOID, 4)}) == "7,DUPLICATE(STORED);");
    bench.store.replace(first);
    bench.store.commit();
    CHECK(replies(0).size() == 4);
    CHECK(bench.send("p1", {correction}) == "6,STORED;");
}

}  // namespace engine_test
