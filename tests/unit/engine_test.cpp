// SPDX-License-Identifier: Apache-2.0
// Scripts for the engine: deliveries in, receipts and blocks out.
#include "services/runtime/core/engine.hpp"

#include "services/commendation/commendation.hpp"
#include "services/household/household.hpp"
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/feed_head.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/session/session.hpp"
#include "tests/support/engine_bench.hpp"
#include "tests/support/events.hpp"

#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/util/json_util.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>

namespace engine_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

v1::Event attended_by(v1::Event event, std::uint32_t people) {
    event.mutable_session_held()->mutable_audience()->set_total(people);
    return event;
}

}  // namespace

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

TEST_CASE("a journal that was lost says so when the broker has kept the head of a longer one") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1), a_session_held(2)}));
    const auto hear = [&](std::uint64_t epoch, std::uint64_t last, bool retained) {
        auto head = feed_head(topics::feed_head("23656", "session"), epoch, last).message;
        head.retained = retained;
        const Input input = Arrived{head};
        static_cast<void>(bench.engine->handle({&input, 1}, bench.now));
    };
    hear(7, 2, true);    // its own
    hear(99, 1, true);   // of one that was lost long ago
    hear(99, 5, false);  // said by somebody just now
    CHECK_FALSE(bench.engine->shortened());
    hear(99, 5, true);
    REQUIRE(bench.engine->shortened());
    CHECK(bench.engine->shortened()->last_offset == 2);
    CHECK(bench.engine->shortened()->seen == 5);
    bench.restart();
    hear(7, 3, true);  // restored from a backup
    REQUIRE(bench.engine->shortened());
    CHECK(bench.engine->shortened()->seen == 3);
}

TEST_CASE("a service says its head again when somebody else has said one of the same feed") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1), a_session_held(2)}));
    const auto heads_after = [&](const Input& input, std::chrono::milliseconds passed) {
        bench.now.steady += passed;
        int heads = 0;
        for (const auto& action : bench.engine->handle({&input, 1}, bench.now)) {
            const auto* publish = std::get_if<Publish>(&action);
            heads += publish != nullptr && publish->message.topic == topics::feed_head("23656", "session") ? 1 : 0;
        }
        return heads;
    };
    const auto heard = [](std::uint64_t epoch, std::uint64_t last) {
        auto head = feed_head(topics::feed_head("23656", "session"), epoch, last).message;
        head.retained = false;
        return Input(Arrived{head});
    };
    using std::chrono::milliseconds;
    static_cast<void>(heads_after(Input(LinkUp{}), milliseconds(0)));
    static_cast<void>(heads_after(Input(Tick{}), milliseconds(200)));
    CHECK(heads_after(heard(7, 2), milliseconds(200)) == 0);  // its own, as the broker passes it on
    CHECK(heads_after(Input(Tick{}), milliseconds(6'000)) == 0);
    CHECK(bench.engine->others_heads() == 0);
    CHECK(heads_after(heard(99, 0), milliseconds(200)) == 0);  // a second service, with an empty folder
    CHECK(bench.engine->others_heads() == 1);
    CHECK(heads_after(Input(Tick{}), milliseconds(4'000)) == 0);
    CHECK(heads_after(Input(Tick{}), milliseconds(1'000)) == 1);
    CHECK(heads_after(Input(Tick{}), milliseconds(6'000)) == 0);
    CHECK(heads_after(heard(99, 0), milliseconds(0)) == 0);  // it says its own again: those who read would begin anew each time
    CHECK(heads_after(Input(Tick{}), milliseconds(9'000)) == 0);
    CHECK(heads_after(Input(Tick{}), milliseconds(1'000)) == 1);
    static_cast<void>(heads_after(heard(7, 3), milliseconds(0)));  // from a copy of the folder, which has gone on
    CHECK(bench.engine->others_heads() == 3);
    static_cast<void>(heads_after(heard(0, 0), milliseconds(0)));  // a head that was cleared
    CHECK(bench.engine->others_heads() == 3);
}

TEST_CASE("an event that is too large is named among those that came with it") {
    Bench bench;
    auto large = a_session_held(2);
    large.set_note(std::string(20 * 1024, 'x'));
    CHECK(bench.send("p1", {a_session_held(1), large, a_session_held(3)}).find("2,REFUSED TOO_LARGE;") != std::string::npos);
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

TEST_CASE("a correction takes the old version out and puts the new one in") {
    Bench bench;
    static_cast<void>(bench.send("p1", {attended_by(a_session_held(1), 45)}));
    CHECK(bench.send("p1", {correcting(attended_by(a_session_held(2), 54), v1::Correction::REPLACE, 1)}) == "2,STORED 202204;");
    CHECK(bench.attendances() == 54);
    CHECK(bench.send("p1", {correcting(attended_by(a_session_held(3), 60), v1::Correction::REPLACE, 2)}) == "3,STORED 202204;");
    CHECK(bench.attendances() == 60);
    bench.restart();
    CHECK(bench.send("p1", {correcting(a_session_held(4), v1::Correction::VOID, 1)}) == "4,STORED;");
    CHECK(bench.attendances() == 0);
    CHECK(bench.send("p1", {correcting(attended_by(a_session_held(5), 70), v1::Correction::REPLACE, 1)}) == "5,STORED 202204;");
    CHECK(bench.attendances() == 70);
}

TEST_CASE("a correction that overtakes its event counts in its place") {
    Bench bench;
    static_cast<void>(bench.send("p1", {correcting(attended_by(a_session_held(2), 54), v1::Correction::REPLACE, 1)}));
    bench.restart();
    CHECK(bench.send("p1", {attended_by(a_session_held(1), 45)}) == "1,STORED 202204;");
    CHECK(bench.attendances() == 54);
}

TEST_CASE("of two corrections of one device the later one stands, whichever comes first") {
    Bench bench;
    static_cast<void>(bench.send("p1", {attended_by(a_session_held(1), 45)}));
    static_cast<void>(bench.send("p1", {correcting(attended_by(a_session_held(3), 60), v1::Correction::REPLACE, 1)}));
    static_cast<void>(bench.send("p1", {correcting(attended_by(a_session_held(2), 54), v1::Correction::REPLACE, 1)}));
    CHECK(bench.attendances() == 60);
}

TEST_CASE("a correction that its own device has superseded does not undo what an officer corrected since") {
    Bench bench;
    const auto of = [](std::uint64_t sequence, std::uint32_t total) {
        return correcting(attended_by(a_session_held(sequence), total), v1::Correction::REPLACE, 1);
    };
    auto officer = correcting(attended_by(a_session_held(1), 60), v1::Correction::REPLACE, 1, "p1");
    officer.set_role(v1::CULTURE_OFFICIAL);
    static_cast<void>(bench.send("p1", {attended_by(a_session_held(1), 50)}));
    static_cast<void>(bench.send("p1", {of(3, 70)}));
    CHECK(bench.send("officer", {officer}) == "1,STORED 202204;");
    bench.restart();
    CHECK(bench.send("p1", {of(2, 65)}) == "2,STORED 202204;");
    CHECK(bench.attendances() == 60);
    auto gone = correcting(attended_by(a_session_held(2), 60), v1::Correction::VOID, 1, "p1");
    gone.set_role(v1::CULTURE_OFFICIAL);
    static_cast<void>(bench.send("officer", {gone}));
    CHECK(bench.attendances() == 0);
    static_cast<void>(bench.send("p1", {of(4, 80)}));  // this one he wrote after the one that was superseded
    CHECK(bench.attendances() == 80);
}

TEST_CASE("a superseded correction that comes while its event is a duplicate is not what counts when it is none") {
    Bench bench;
    const auto of = [](std::uint64_t sequence, std::uint32_t total) {
        return correcting(attended_by(a_session_held(sequence), total), v1::Correction::REPLACE, 1);
    };
    static_cast<void>(bench.send("p1", {attended_by(a_session_held(1), 50)}));
    static_cast<void>(bench.send("p2", {attended_by(a_session_held(1), 47)}));
    static_cast<void>(bench.send("p1", {of(4, 70)}));
    const auto decided = [](std::uint64_t sequence, v1::DuplicateDecided::Decision decision) {
        auto event = a_session_held(sequence);
        event.set_role(v1::CULTURE_OFFICIAL);
        auto& one = *event.mutable_duplicate_decided();
        one.set_service("session");
        one.set_device("p1");
        one.set_sequence(1);
        one.set_same_device("p2");
        one.set_same_sequence(1);
        one.set_decision(decision);
        return event;
    };
    CHECK(bench.send("officer", {decided(1, v1::DuplicateDecided::SAME)}) == "1,STORED 202204;");
    static_cast<void>(bench.send("p1", {of(3, 65)}));
    bench.restart();
    static_cast<void>(bench.send("officer", {decided(2, v1::DuplicateDecided::DIFFERENT)}));
    CHECK(bench.attendances() == 117);
}

TEST_CASE("of one device that several post from each corrects only his own, unless he is a commune official") {
    Bench bench;
    auto first = a_session_held(1);
    first.set_posted_by("union");
    static_cast<void>(bench.send("office", {first}));
    const auto voided = [](std::uint64_t sequence, const std::string& by, v1::Role role) {
        auto event = correcting(a_session_held(sequence), v1::Correction::VOID, 1);
        event.set_posted_by(by);
        event.set_role(role);
        return event;
    };
    CHECK(bench.send("office", {voided(2, "women", v1::ASSOCIATION_OFFICER)}) == "2,REFUSED NOT_YOURS_TO_CORRECT;");
    bench.restart();
    CHECK(bench.send("office", {voided(3, "women", v1::ASSOCIATION_OFFICER)}) == "3,REFUSED NOT_YOURS_TO_CORRECT;");
    CHECK(bench.send("office", {voided(4, "women", v1::CULTURE_OFFICIAL)}) == "4,STORED;");
    auto named = a_session_held(1);
    named.set_posted_by("head");
    static_cast<void>(bench.send("phone", {named}));
    CHECK(bench.send("phone", {voided(2, "", v1::VILLAGE_HEAD)}) == "2,STORED;");  // a phone that names somebody once only
    CHECK(bench.send("office", {voided(5, "union", v1::ASSOCIATION_OFFICER)}) == "5,STORED;");
}

TEST_CASE("another device may correct only as a commune official, and only what has come") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1)}));
    CHECK(bench.send("p2", {correcting(a_session_held(1), v1::Correction::VOID, 1, "p1")}) == "1,REFUSED NOT_YOURS_TO_CORRECT;");
    auto officer = correcting(a_session_held(1), v1::Correction::VOID, 1, "p1");
    officer.set_role(v1::CULTURE_OFFICIAL);
    CHECK(bench.send("officer", {officer}) == "1,STORED;");
    officer.set_sequence(2);
    officer.mutable_correction()->set_sequence(9);
    CHECK(bench.send("officer", {officer}) == "2,REFUSED NOTHING_TO_CORRECT;");
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

TEST_CASE("a feed's head is said again now and then: like any message it may have been lost") {
    Bench bench;
    const auto heads = [&](const Input& input) {
        const auto actions = bench.engine->handle({&input, 1}, bench.now);
        return std::count_if(actions.begin(), actions.end(), [](const Action& action) {
            const auto* publish = std::get_if<Publish>(&action);
            return publish != nullptr && publish->message.topic == topics::feed_head("23656", "session");
        });
    };
    CHECK(heads(LinkUp{}) == 1);
    CHECK(heads(Tick{}) == 0);
    bench.now.steady += Engine::head_again_every;
    CHECK(heads(Tick{}) == 1);
    CHECK(heads(Tick{}) == 0);
}

TEST_CASE("what cannot be read is kept with the reason, counted, and answered") {
    Bench bench;
    CHECK(bench.deliver("p1", "\xff\xff\xff") == "REFUSED UNREADABLE;");
    CHECK(bench.deliver("p1", payload("p2", {a_session_held(1)})) == "REFUSED WRONG_DEVICE;");
    CHECK(bench.deliver("p1", payload("p1", {a_session_held(1)}, "23659")) == "REFUSED WRONG_COMMUNE;");
    CHECK(bench.deliver("p1", std::string(300 * 1024, 'x')) == "REFUSED TOO_LARGE;");
    CHECK(bench.deliver("p1", "") == "REFUSED WRONG_DEVICE;");
    CHECK(bench.send("p1", {a_session_held(0)}) == "REFUSED REQUIRED;");
    CHECK(bench.send("p1", {a_household_supported(1)}) == "1,REFUSED WRONG_SERVICE;");
    int kept = 0;
    bench.store.scan("q/", [&](std::string_view, std::string_view) { return ++kept > 0; });
    CHECK(kept == 6);
    CHECK(bench.engine->counters().quarantined == 6);
}

TEST_CASE("a receipt can be read whatever it quotes") {
    Bench bench;
    CHECK(bench.deliver("p1", payload("ộộộộộộộộộộộ", {a_session_held(1)})) == "REFUSED WRONG_DEVICE;");
    v1::Receipt receipt;
    static_cast<void>(bench.deliver("p1", "{\"seq\xc1\xac\": 1}"));
    CHECK(google::protobuf::util::JsonStringToMessage(bench.last_receipt, &receipt).ok());
    CHECK(receipt.answers(0).reasons(0).code() == "UNREADABLE");
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

TEST_CASE("fields of a later revision are kept and passed on") {
    Bench bench;
    auto event = a_session_held(1);
    event.GetReflection()->MutableUnknownFields(&event)->AddVarint(999, 7);
    static_cast<void>(bench.send("p1", {event}));
    v1::Event passed;
    REQUIRE(passed.ParseFromString(bench.feed.at(0).entries(0).event()));
    CHECK(passed.GetReflection()->GetUnknownFields(passed).field(0).number() == 999);
}

TEST_CASE("a plain JSON event is taken and answered in JSON; the same JSON again is the same event") {
    Bench bench;
    const std::string json = R"({"device":"web-1","commune":"23656","events":[{"sequence":"1","occurredOn":"2022-03-20",
        "village":"23656-02","organisation":"WOMEN","role":"ASSOCIATION_OFFICER","sessionHeld":{"form":"TALK",
        "topics":["LAW"],"languages":["VIETNAMESE"],"audience":{"total":30}}}]})";
    CHECK(bench.deliver("web-1", json).find("\"STORED\"") != std::string::npos);
    CHECK(bench.deliver("web-1", json).find("\"DUPLICATE\"") != std::string::npos);
    CHECK(bench.deliver("web-1", "{\"device\":1").find("UNREADABLE") != std::string::npos);
    auto unknown = json;
    unknown.replace(unknown.find("TALK"), 4, "SINGING");
    unknown.replace(unknown.find("\"1\""), 3, "\"7\"");
    const auto told = bench.deliver("web-1", unknown);
    CHECK(told.find("UNREADABLE") != std::string::npos);
    CHECK(told.find("\"sequences\":[\"7\"]") != std::string::npos);  // it may come again under its number, when it is right
    CHECK(told.find("SINGING") != std::string::npos);
    CHECK(told.find("\"field\":\"session_held.form\"") != std::string::npos);
    CHECK(bench.attendances() == 30);
}

TEST_CASE("of JSON in which a name stands twice nothing is taken, as one of its values would be passed over") {
    Bench bench;
    const std::string before =
        R"({"device":"web-1","commune":"23656","events":[{"sequence":"1","occurredOn":"2022-03-20","village":"23656-02",)"
        R"("organisation":"WOMEN","role":"ASSOCIATION_OFFICER","sessionHeld":{"form":"TALK","topics":["LAW"],)"
        R"("languages":["BAHNAR"],"audience":{"total":30)";
    const auto told = bench.deliver("web-1", before + R"(,"total":31}}}]})");
    CHECK(told.find("UNREADABLE") != std::string::npos);
    CHECK(told.find("total stands twice in one object") != std::string::npos);
    CHECK(told.find("có trường ghi hai lần") != std::string::npos);
    CHECK(bench.engine->last_offset() == 0);
    CHECK(bench.deliver("web-1", before + "}}}]}").find("STORED") != std::string::npos);
    CHECK(bench.deliver("web-1", before + R"(},"length":1}}]})").find("có trường không nằm trong danh mục") != std::string::npos);
    CHECK(bench.deliver("web-1", before + R"(}},"occurred_on":"2022-03-21"}]})").find("occurred_on stands twice") != std::string::npos);
    CHECK(bench.deliver("web-1", before + R"(}}}],"device":"web-1"})").find("device stands twice") != std::string::npos);
}

TEST_CASE("of a JSON batch with one event in which a name stands twice the others are taken") {
    Bench bench;
    const auto event = [](const std::string& sequence, const std::string& more) {
        return R"({"sequence":")" + sequence +
               R"(","occurredOn":"2022-03-20","village":"23656-02","organisation":"WOMEN","role":"ASSOCIATION_OFFICER",)" +
               R"("sessionHeld":{"form":"TALK","topics":["LAW"],"languages":["BAHNAR"],"audience":{"total":30)" + more + "}}}";
    };
    static_cast<void>(bench.deliver("web-1", R"({"device":"web-1","commune":"23656","events":[)" + event("1", "") + ",7," +
                                                 event("2", R"(,"total":31)") + "," + event("3", "") + "]}"));
    v1::Receipt receipt;
    REQUIRE(google::protobuf::util::JsonStringToMessage(bench.last_receipt, &receipt).ok());
    const auto told = Bench::tell(receipt.SerializeAsString());
    CHECK(told.find("1,3,STORED 202204;") != std::string::npos);
    CHECK(told.find("2,REFUSED UNREADABLE;") != std::string::npos);
    CHECK(bench.engine->last_offset() == 2);
}

TEST_CASE("of a JSON batch with one event that cannot be read the others are taken, and that one is named") {
    Bench bench;
    const auto event = [](const std::string& sequence, const std::string& form) {
        return R"({"sequence":")" + sequence + R"(","occurredOn":"2022-03-20","village":"23656-02","organisation":"WOMEN",)" +
               R"("role":"ASSOCIATION_OFFICER","sessionHeld":{"form":")" + form +
               R"(","topics":["LAW"],"languages":["VIETNAMESE"],"audience":{"total":30}}})";
    };
    const auto batch = [&](const std::string& second) {
        return R"({"device":"web-1","commune":"23656","events":[)" + event("1", "TALK") + "," + second + "," + event("3", "TALK") + "]}";
    };
    const auto told = bench.deliver("web-1", batch(event("2", "SINGING")));
    CHECK(bench.attendances() == 60);
    CHECK(told.find(R"({"verdict":"STORED","sequences":["1","2"])") != std::string::npos);
    CHECK(told.find(R"({"verdict":"REFUSED","sequences":["2"])") != std::string::npos);
    CHECK(told.find("events[1]") != std::string::npos);
    CHECK(bench.engine->counters().quarantined == 1);
    CHECK(bench.deliver("web-1", batch(event("2", "TALK"))).find(R"({"verdict":"STORED","sequences":["2"])") != std::string::npos);
    CHECK(bench.attendances() == 90);
    CHECK(bench.deliver("web-1", batch("17")).find("UNREADABLE") != std::string::npos);
    CHECK(bench.attendances() == 90);
}

TEST_CASE("a CloudEvent in structured mode is an event") {
    Bench bench;
    const std::string json = R"({"specversion":"1.0","type":"chieng.v1.SessionHeld","source":"/chieng/23656/web-1","id":"5",
        "data":{"occurredOn":"2022-03-20","organisation":"WOMEN","role":"ASSOCIATION_OFFICER","sessionHeld":{"form":"TALK",
        "topics":["LAW"],"languages":["VIETNAMESE"],"audience":{"total":30}}}})";
    CHECK(bench.deliver("web-1", json).find("\"STORED\"") != std::string::npos);
    CHECK(bench.attendances() == 30);
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

TEST_CASE("a correction of a correction counts once, in whatever order the three come") {
    const auto with = [](v1::Event event, std::uint32_t total) {
        event.mutable_session_held()->mutable_audience()->set_total(total);
        return event;
    };
    const std::vector<v1::Event> all{a_session_held(1), with(correcting(a_session_held(2), v1::Correction::REPLACE, 1), 50),
                                     with(correcting(a_session_held(3), v1::Correction::REPLACE, 2), 60)};
    std::vector<std::size_t> order{0, 1, 2};
    do {
        Bench bench;
        for (const auto at : order) {
            static_cast<void>(bench.send("p1", {all[at]}));
            bench.restart();
        }
        INFO(order[0] << order[1] << order[2]);
        CHECK(bench.attendances() == 60);
        CHECK(bench.send("p1", {correcting(an_event(4), v1::Correction::VOID, 1)}) == "4,STORED;");
        CHECK(bench.attendances() == 0);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("who replaces a correction that was refused means the event that it was of") {
    Bench bench;
    const auto with = [](v1::Event event, std::uint32_t total, std::uint32_t female = 0) {
        event.mutable_session_held()->mutable_audience()->set_total(total);
        event.mutable_session_held()->mutable_audience()->set_female(female);
        return event;
    };
    const auto replacing = [&](std::uint64_t number, std::uint64_t of) {
        return correcting(a_session_held(number), v1::Correction::REPLACE, of);
    };
    CHECK(bench.send("p1", {with(a_session_held(1), 30)}) == "1,STORED 202204;");
    CHECK(bench.send("p1", {with(replacing(2, 1), 20, 99)}) == "2,REFUSED ABOVE_TOTAL;");
    bench.restart();
    CHECK(bench.send("p1", {with(replacing(3, 2), 21, 99)}) == "3,REFUSED ABOVE_TOTAL;");
    CHECK(bench.send("p1", {with(replacing(4, 3), 20)}) == "4,STORED 202204;");
    CHECK(bench.attendances() == 20);
    bench.restart();
    CHECK(bench.send("p1", {with(replacing(5, 4), 25)}) == "5,STORED 202204;");
    CHECK(bench.attendances() == 25);
    CHECK(bench.send("p1", {correcting(an_event(6), v1::Correction::VOID, 3)}) == "6,REFUSED NOTHING_TO_CORRECT;");
    CHECK(bench.attendances() == 25);
    CHECK(bench.send("p1", {correcting(an_event(7), v1::Correction::VOID, 1)}) == "7,STORED;");
    CHECK(bench.attendances() == 0);
}

TEST_CASE("a completion that is corrected twice is one, in whatever order the three come") {
    const std::vector<v1::Event> all{a_household_supported(1), correcting(a_household_supported(2), v1::Correction::REPLACE, 1),
                                     correcting(a_household_supported(3), v1::Correction::REPLACE, 2)};
    std::vector<std::size_t> order{0, 1, 2};
    do {
        Bench bench(make_service<Household>());
        INFO(order[0] << order[1] << order[2]);
        std::vector<std::size_t> waiting;
        for (const auto at : order) {
            if (bench.send("p1", {all[at]}).empty()) {
                waiting.push_back(at);  // not before what it hangs together with has come
            }
            bench.restart();
        }
        for (const auto at : waiting) {
            CHECK(bench.send("p1", {all[at]}) == std::to_string(at + 1) + ",STORED 202204;");
        }
        std::int64_t counted = 0;
        for (const auto& block : bench.feed) {
            for (const auto& entry : block.entries()) {
                counted += (entry.effect() == v1::Entry::COUNTS ? 1 : 0) - (entry.has_retracts() ? 1 : 0);
            }
        }
        CHECK(counted == 1);
        CHECK(bench.send("p2", {a_household_supported(1)}) == "1,REFUSED ALREADY_COMPLETED;");
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("two events that correct each other are not both taken") {
    Bench bench;
    static_cast<void>(bench.send("p1", {correcting(a_session_held(3), v1::Correction::REPLACE, 2)}));
    CHECK(bench.send("p1", {correcting(a_session_held(2), v1::Correction::REPLACE, 3)}).find("NOTHING_TO_CORRECT") != std::string::npos);
    CHECK(bench.attendances() == 45);
}

TEST_CASE("a server whose clock fell back years refuses nothing that it would have taken before") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1)}));
    bench.restart();
    bench.now.civil = Seconds(*parse_day("2012-01-01"));
    CHECK(bench.send("p1", {a_session_held(2)}) == "2,STORED 202204;");
    CHECK(bench.send("p1", {a_session_held(3)}) == "3,STORED 202204;");
}

TEST_CASE("a subscriber that asks gets the blocks it missed, or the end of the feed") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1)}));
    static_cast<void>(bench.send("p1", {a_session_held(2)}));
    const auto ask = [&](std::uint64_t after) {
        v1::Request request;
        request.set_after(after);
        const Input input = Arrived{{topics::feed("23656", "session") + "/requests/g1", request.SerializeAsString(), false}};
        std::string answer;
        for (const auto& action : bench.engine->handle({&input, 1}, bench.now)) {
            const auto& message = std::get<Publish>(action).message;
            CHECK(message.topic == topics::feed("23656", "session") + "/replies/g1");
            v1::Block block;
            REQUIRE(block.ParseFromString(message.payload));
            CHECK(block.epoch() == 7);
            answer += std::to_string(block.first()) + "-" + std::to_string(block.last()) + " ";
        }
        return answer;
    };
    CHECK(ask(0) == "1-1 2-2 ");
    CHECK(ask(1) == "2-2 ");
    CHECK(ask(2) == "3-2 ");
}

}  // namespace engine_test
