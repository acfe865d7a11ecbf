// SPDX-License-Identifier: Apache-2.0
// Scripts for the sender, alone and against real engines over a link that loses messages.
#include "services/field/sender.hpp"

#include "services/household/household.hpp"
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/event_line.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/session/session.hpp"
#include "tests/support/engine_bench.hpp"
#include "tests/support/events.hpp"
#include "tests/support/lines.hpp"
#include "tests/support/lone_phone.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <tuple>

namespace sender_test {

using namespace chieng;
using namespace chieng::testing;
using namespace lone_phone;
using namespace std::chrono_literals;

namespace {

v1::Answer refused(ReasonCode why) {
    auto answer = verdict(v1::REFUSED);
    *answer.add_reasons() = reason(why, "sequence", "1");
    return answer;
}

}  // namespace

TEST_CASE("an event's bytes are deleted on its receipt only", "[sender]") {
    LonePhone phone;
    phone.post_many(2);
    phone.give(LinkUp{});
    phone.wait(400s);
    phone.give(LinkDown{});
    CHECK(phone.outbox->ledger().waiting == 2);
    CHECK(!phone.item(0).event().empty());
    auto answer = verdict(v1::STORED);
    answer.set_month(202204);
    phone.receive(answer, {{1, 1}});
    phone.restart();
    CHECK(phone.item(0).done());
    CHECK(phone.item(0).event().empty());
    CHECK(phone.item(0).answer().month() == 202204);
    CHECK(phone.item(0).answer().sequences().empty());
    CHECK(phone.item(0).attempts() == 2);
    CHECK(!phone.item(1).event().empty());
}

TEST_CASE("a refused event keeps its reason and its bytes, and is not sent again", "[sender]") {
    LonePhone phone;
    phone.post(a_session_held(0));
    phone.give(LinkUp{});
    auto answer = refused(ReasonCode::conflict);
    answer.set_check(phone.item(0).digest());
    phone.receive(answer, {{1, 1}});
    phone.restart();
    CHECK(phone.outbox->ledger() == Outbox::Ledger{1, 0, 1, 0});
    CHECK(phone.item(0).answer().reasons(0).code() == "CONFLICT");
    CHECK(!phone.item(0).event().empty());
    CHECK(sent(phone.give(LinkUp{})).empty());
    CHECK(phone.sender->drained());
}

TEST_CASE("a repeat's receipt tells the first verdict, and the first final verdict stands", "[sender]") {
    LonePhone phone;
    phone.post_many(4);
    phone.give(LinkUp{});
    phone.receive(verdict(v1::DUPLICATE, v1::STORED), {{1, 1}});
    phone.receive(verdict(v1::DUPLICATE, v1::REFUSED), {{2, 2}});
    phone.receive(verdict(v1::DUPLICATE), {{3, 3}});
    phone.receive(verdict(v1::VERDICT_UNSPECIFIED), {{4, 4}});
    CHECK(phone.outbox->ledger() == Outbox::Ledger{4, 1, 1, 2});
    phone.receive(refused(ReasonCode::conflict), {{1, 1}});
    CHECK(phone.outbox->ledger() == Outbox::Ledger{4, 1, 1, 2});
}

TEST_CASE("receipts for others, of unknown sequences or of no sense change nothing", "[sender]") {
    LonePhone phone;
    phone.post_many(2);
    phone.give(LinkUp{});
    phone.receive(verdict(v1::STORED), {{1, 2}}, "phone-2");
    phone.receive(verdict(v1::STORED), {{7, 9}});
    phone.give(Arrived{{topics::receipts("23656", "phone-1"), "\xFF\xFF", false}});
    auto endless = verdict(v1::STORED);
    for (const auto number : {~0ULL, ~0ULL, 1ULL, ~0ULL, 3ULL}) {
        endless.add_sequences(number);
    }
    phone.receive(endless, {});
    CHECK(phone.outbox->ledger().waiting == 2);
    auto open_ended = verdict(v1::STORED);
    open_ended.add_sequences(2);
    open_ended.add_sequences(~0ULL);
    phone.receive(open_ended, {});
    CHECK(phone.outbox->ledger() == Outbox::Ledger{2, 1, 0, 1});
}

TEST_CASE("nothing is sent while the link is down, and all is due when it comes up", "[sender]") {
    LonePhone phone;
    phone.post(a_session_held(0));
    CHECK(phone.wait(1s).empty());
    const auto actions = phone.give(LinkUp{});
    CHECK(std::get<Subscribe>(actions.at(0)).filter == "chieng/1/23656/receipts/phone-1");
    CHECK(sent(actions) == Sent{"session:1"});
    phone.give(LinkDown{});
    CHECK(phone.wait(1s).empty());  // sooner than a resend would be
    CHECK(sent(phone.give(LinkUp{})) == Sent{"session:1"});
}

TEST_CASE("a message holds at most 50 events and 64 KiB", "[sender]") {
    LonePhone phone;
    phone.post_many(70);
    std::string first = "session:1";
    for (int i = 2; i <= 50; ++i) {
        first += "," + std::to_string(i);
    }
    CHECK(sent(phone.give(LinkUp{})) == Sent{first});
    CHECK(sent(phone.wait(1s)).empty());  // one message of a service at a time
    const auto next = sent(phone.receive(verdict(v1::STORED), {{1, 50}}));
    REQUIRE(next.size() == 1);
    CHECK(next[0].starts_with("session:51,"));

    LonePhone wordy;
    auto event = a_session_held(0);
    std::string note;
    for (int i = 0; i < 500; ++i) {
        note += "\xF0\xA0\x80\x80";  // 4 bytes a character
    }
    event.set_note(note);
    for (int i = 0; i < 50; ++i) {
        wordy.post(event);
    }
    const auto messages = sent(wordy.give(LinkUp{}));  // checks the size
    REQUIRE(messages.size() == 1);
    CHECK(std::count(messages[0].begin(), messages[0].end(), ',') == 30);
}

TEST_CASE("a record that cannot be read is passed over, told of once, and nothing behind it waits", "[sender]") {
    for (const bool before_start : {true, false}) {
        LonePhone phone;
        phone.post_many(3);
        phone.store.put("e/session/" + big_endian(2), "\xFF");
        phone.store.commit();
        if (before_start) {
            phone.restart();
        }
        Lines lines(false);
        phone.sender->tell(lines);
        auto messages = sent(phone.give(LinkUp{}));
        if (!before_start) {
            CHECK(messages.empty());  // it turned out when the message was made
            messages = sent(phone.wait(1s));
        }
        CHECK(messages == Sent{"session:1,3"});
        phone.wait(1s);
        REQUIRE(lines.lines.size() == 1);
        CHECK(lines.lines[0].starts_with("at=device event=23656/session/phone-1/2 verdict=damaged "));
        CHECK_FALSE(phone.sender->drained());
        phone.receive(verdict(v1::STORED), {{1, 1}, {3, 3}});
        CHECK(phone.sender->drained());
        CHECK(phone.outbox->ledger() == Outbox::Ledger{3, 2, 0, 1, 1});
    }
}

TEST_CASE("every service has its own message under way", "[sender]") {
    LonePhone phone;
    phone.post(a_session_held(0));
    phone.post(a_household_supported(0), "household");
    phone.post(a_commendation_awarded(0), "commendation");
    CHECK(sent(phone.give(LinkUp{})) == Sent{"commendation:1", "household:1", "session:1"});
}

TEST_CASE("a resend backs off from 5 seconds to 5 minutes and begins anew after a receipt", "[sender]") {
    LonePhone phone;
    phone.post_many(2);
    phone.give(LinkUp{});
    std::vector<std::chrono::milliseconds> pauses;
    auto last = phone.steady;
    while (pauses.size() < 9) {
        if (!sent(phone.wait(100ms)).empty()) {
            pauses.push_back(phone.steady - last);
            last = phone.steady;
        }
    }
    auto patience = Sender::patience_min;
    for (const auto pause : pauses) {
        CHECK(pause >= patience);
        CHECK(pause <= patience + patience / 4 + 100ms);
        patience = std::min(patience * 2, Sender::patience_max);
    }
    CHECK(pauses.back() >= Sender::patience_max);
    CHECK(sent(phone.receive(verdict(v1::STORED), {{1, 1}})).empty());  // 2 is still under way
    phone.wait(400s);
    CHECK(sent(phone.receive(verdict(v1::STORED), {{2, 2}})).empty());
    phone.post(a_session_held(0));
    CHECK(sent(phone.wait(0ms)) == Sent{"session:3"});
    CHECK(sent(phone.wait(4900ms)).empty());
    CHECK(sent(phone.wait(1500ms)) == Sent{"session:3"});
}

TEST_CASE("a message that was turned away is remembered and does not hurry the resend", "[sender]") {
    LonePhone phone;
    phone.post(a_session_held(0));
    phone.give(LinkUp{});
    phone.wait(7s);  // sent again: patience is 10 s now
    CHECK(sent(phone.receive(refused(ReasonCode::wrong_commune), {})).empty());
    REQUIRE(phone.sender->last_refusal().has_value());
    CHECK(phone.sender->last_refusal()->reasons(0).code() == "WRONG_COMMUNE");
    CHECK(phone.outbox->ledger().waiting == 1);
    CHECK(sent(phone.wait(9s)).empty());
    CHECK(sent(phone.wait(4s)) == Sent{"session:1"});
}

TEST_CASE("an event posted while others are under way is sent after them", "[sender]") {
    LonePhone phone;
    phone.post(a_session_held(0));
    phone.give(LinkUp{});
    phone.post(a_session_held(0));
    CHECK(sent(phone.wait(1s)).empty());
    CHECK(sent(phone.receive(verdict(v1::STORED), {{1, 1}})) == Sent{"session:2"});
}

namespace {

// A phone and two services on a link that drops every third message, in both directions.
class Commune {
public:
    explicit Commune(std::uint64_t drop_every) : drop_every_(drop_every) {
        inputs_.emplace_back(LinkUp{});
        for (auto* engine : {&session, &household}) {
            const Input up = LinkUp{};
            std::ignore = engine->handle({&up, 1}, now());
        }
    }

    void step() {
        phone.steady += 1s;
        inputs_.emplace_back(Tick{});
        carry(phone.sender->handle(inputs_, now()));
        inputs_.clear();
        while (!wire_.empty()) {
            const auto message = std::move(wire_.front());
            wire_.pop_front();
            const Input input = Arrived{message};
            if (message.topic == topics::receipts("23656", "phone-1")) {
                inputs_.push_back(input);
            } else if (message.topic == topics::events("23656", "session", "phone-1")) {
                carry(session.handle({&input, 1}, now()));
            } else if (message.topic == topics::events("23656", "household", "phone-1")) {
                carry(household.handle({&input, 1}, now()));
            }
        }
    }

    void link_again() { inputs_.emplace_back(LinkUp{}); }

    LonePhone phone;
    std::uint64_t dropped = 0;

private:
    [[nodiscard]] Instant now() const { return Instant{Seconds{phone_day}, phone.steady}; }

    void carry(const Actions& actions) {
        for (const auto& action : actions) {
            if (const auto* publish = std::get_if<Publish>(&action)) {
                if (++carried_ % drop_every_ == 0) {
                    ++dropped;
                } else {
                    wire_.push_back(publish->message);
                }
            }
        }
    }

    MemoryStore session_store_;
    MemoryStore household_store_;
    std::uint64_t drop_every_;
    std::uint64_t carried_ = 0;
    std::deque<Message> wire_;
    std::vector<Input> inputs_;

public:
    Engine session{make_service<Session>(), "23656", kbang(), session_store_, 7};
    Engine household{make_service<Household>(), "23656", kbang(), household_store_, 7};
};

}  // namespace

TEST_CASE("nothing is lost and nothing counts twice when every third message is lost", "[sender]") {
    Commune commune(3);
    commune.phone.post_many(430);
    for (int i = 1; i <= 120; ++i) {
        commune.phone.post(a_household_supported(0, "S-" + std::to_string(i)), "household");
    }
    commune.phone.post(a_household_supported(0, "S-1"), "household");  // completed a second time: refused by the service
    int steps = 0;
    while (!commune.phone.sender->drained() && steps < 3600) {
        commune.step();
        if (++steps == 20) {
            commune.phone.restart();
            commune.link_again();
        }
    }
    CHECK(commune.phone.sender->drained());
    CHECK(commune.dropped > 0);
    CHECK(commune.session.last_offset() == 430);
    CHECK(commune.session.counters().stored == 430);
    CHECK(commune.household.counters().stored == 120);
    CHECK(commune.phone.outbox->ledgers().at("session") == Outbox::Ledger{430, 430, 0, 0});
    CHECK(commune.phone.outbox->ledgers().at("household") == Outbox::Ledger{121, 120, 1, 0});
    CHECK(commune.phone.outbox->items("household").back().answer().reasons(0).code() == "ALREADY_COMPLETED");
}

TEST_CASE("a twin with our name stored another event 1: ours is never told as stored, is refused in words, and is kept") {
    Bench village;
    LonePhone phone;
    auto theirs = a_session_held(1);
    theirs.mutable_session_held()->mutable_audience()->set_total(44);
    CHECK(village.send("phone-1", {theirs}) == "1,STORED 202204;");
    const auto hear = [&] { return phone.give(Arrived{{topics::receipts("23656", "phone-1"), village.last_receipt, false}}); };
    phone.post(a_session_held(0));
    phone.give(LinkUp{});
    CHECK(sent(hear()).empty());
    static_cast<void>(village.send("phone-1", {theirs}));  // DUPLICATE, first STORED
    hear();
    CHECK(phone.outbox->ledger() == Outbox::Ledger{1, 0, 0, 1});
    const auto again = phone.wait(7s);
    REQUIRE(sent(again) == Sent{"session:1"});
    static_cast<void>(village.deliver("phone-1", std::get<Publish>(again.front()).message.payload));
    hear();
    CHECK(phone.outbox->ledger() == Outbox::Ledger{1, 0, 1, 0});
    CHECK(phone.item(0).answer().reasons(0).code() == "CONFLICT");
    CHECK_FALSE(phone.item(0).event().empty());
    CHECK(phone.post(a_session_held(0)) == 2);
    static_cast<void>(village.deliver("phone-1", std::get<Publish>(phone.wait(0ms).front()).message.payload));
    hear();
    CHECK(phone.outbox->ledger() == Outbox::Ledger{2, 1, 1, 0});
}

TEST_CASE("a phone that comes back after weeks forgets what was erased meanwhile, once its answer has come") {
    Bench village(make_service<Household>());
    LonePhone phone;
    auto support = a_household_supported(0);
    support.mutable_household_supported()->set_household_key("HO-4711");
    phone.post(support, "household");
    auto erasure = an_event(1);
    erasure.set_role(v1::LABOUR_OFFICIAL);
    erasure.mutable_household_erased()->set_household_key("HO-4711");
    erasure.mutable_household_erased()->set_ground(v1::HouseholdErased::ON_REQUEST);
    static_cast<void>(village.send("p2", {a_household_supported(1, "HT-8")}));
    auto known = a_household_supported(2, "HT-9");
    known.mutable_household_supported()->set_household_key("HO-4711");
    static_cast<void>(village.send("p2", {known}));
    CHECK(village.refusal("office", erasure).empty());

    const auto topic = topics::forget("23656", "household", "phone-1");
    bool asks = false;
    std::string sent;
    for (const auto& action : phone.give(LinkUp{})) {
        if (const auto* subscribe = std::get_if<Subscribe>(&action)) {
            asks = asks || topics::matches(subscribe->filter, topic);
        } else {
            sent = std::get<Publish>(action).message.payload;
        }
    }
    CHECK(asks);
    static_cast<void>(village.deliver("phone-1", sent));
    REQUIRE(village.to_forget.contains(topic));
    // What is to be forgotten may come before the receipt.
    static_cast<void>(phone.give(Arrived{{topic, village.to_forget[topic], true}}));
    CHECK_FALSE(phone.item(0).event().empty());
    static_cast<void>(phone.give(Arrived{{topics::receipts("23656", "phone-1"), village.last_receipt, false}}));
    CHECK(phone.item(0).done());
    CHECK(phone.item(0).event().empty());
    bool named = false;
    phone.store.scan("", [&](std::string_view, std::string_view bytes) {
        named = named || bytes.find("HO-4711") != std::string_view::npos;
        return true;
    });
    CHECK_FALSE(named);
    CHECK(phone.store.get("g/household"));

    v1::Forget to_another;
    to_another.ParseFromString(village.to_forget[topic]);
    to_another.set_service("session");  // says otherwise than its topic
    const auto before = phone.store.get("g/session");
    static_cast<void>(phone.give(Arrived{{topic, to_another.SerializeAsString(), true}}));
    CHECK(phone.store.get("g/session") == before);
}

}  // namespace sender_test
