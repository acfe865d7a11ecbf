// SPDX-License-Identifier: Apache-2.0
// The engine's feed: its head, who asks for blocks, and what becomes of a journal that others have seen longer.
#include "services/runtime/core/engine.hpp"

#include "services/runtime/core/feed_head.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/engine_bench.hpp"
#include "tests/support/events.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace engine_feed_test {

using namespace chieng;
using namespace chieng::testing;

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

namespace {

// What a request is answered with; the chain value before what follows, and whether that history told the same up to there.
struct Told {
    std::uint64_t epoch = 0;
    std::uint64_t formerly = 0;
    std::uint64_t first = 0;
};
Told ask(Bench& bench, std::uint64_t epoch, std::uint64_t after) {
    v1::Request request;
    request.set_epoch(epoch);
    request.set_after(after);
    const Input input = Arrived{{topics::feed_requests("23656", "session", "me"), request.SerializeAsString(), false}};
    for (const auto& action : bench.engine->handle({&input, 1}, bench.now)) {
        v1::Block block;
        if (const auto* publish = std::get_if<Publish>(&action); publish != nullptr && block.ParseFromString(publish->message.payload)) {
            return {block.epoch(), block.formerly(), block.first()};
        }
    }
    return {};
}

}  // namespace

TEST_CASE("a feed knows up to where a history that ended told the same events") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1)}));
    static_cast<void>(bench.send("p1", {a_session_held(2)}));
    const auto old = ask(bench, 0, 0).epoch;
    CHECK(ask(bench, 0, 1).formerly == 0);
    CHECK(ask(bench, old, 2).formerly == old);
    CHECK(ask(bench, old, 3).formerly == 0);  // it did not go so far
    CHECK(ask(bench, 99, 1).formerly == 0);

    bench.restart();  // restored from a backup: the broker has seen two more
    static_cast<void>(bench.send("p2", {a_session_held(1)}));
    auto head = feed_head(topics::feed_head("23656", "session"), old, 4).message;
    head.retained = true;
    const Input input = Arrived{head};
    static_cast<void>(bench.engine->handle({&input, 1}, bench.now));
    const auto now = ask(bench, old, 2);
    CHECK(now.epoch != old);
    CHECK(now.formerly == old);
    CHECK(now.first == 3);
    CHECK(ask(bench, old, 3).formerly == 0);  // the third was another one then
    bench.restart();
    CHECK(ask(bench, old, 2).formerly == old);
    CHECK(ask(bench, now.epoch, 3).formerly == now.epoch);
}

TEST_CASE("a backup of before the last history goes on as another one: what is written now was not there then") {
    Bench bench;
    static_cast<void>(bench.send("p1", {a_session_held(1)}));
    const auto old = ask(bench, 0, 0).epoch;
    const auto hear = [&](std::uint64_t epoch, std::uint64_t last) {
        auto head = feed_head(topics::feed_head("23656", "session"), epoch, last).message;
        head.retained = true;
        const Input input = Arrived{head};
        static_cast<void>(bench.engine->handle({&input, 1}, bench.now));
        return ask(bench, 0, 0).epoch;
    };
    CHECK(hear(old, 1) == old);
    CHECK(hear(old + 1, 0) == old);  // of a journal in which there was nothing
    bench.restart();
    static_cast<void>(bench.send("p1", {a_session_held(2)}));
    const auto now = hear(99, 3);  // it was erased from, which the backup does not know
    CHECK(now != old);
    CHECK(now != 99);
    CHECK(ask(bench, old, 1).formerly == old);
    CHECK(ask(bench, old, 2).formerly == 0);
    CHECK(hear(old, 2) == now);  // a broker that was restored, too
    bench.restart();
    CHECK(hear(old, 2) == now);
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

}  // namespace engine_feed_test
