// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/turned_away.hpp"

#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/session/session.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace turned_away_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;

namespace {

// A service that was given things that it could not take, and who asks it for them.
struct Commune {
    MemoryStore store;
    Engine engine{make_service<Session>(), "23656", kbang(), store, 1};
    TurnedAwayDesk desk{"23656", {{"session", &store}}};
    std::vector<v1::TurnedAwayReply> pages;
    std::chrono::milliseconds steady{0};

    void arrives(const std::string& payload) {
        const Input input = Arrived{{topics::events("23656", "session", "p"), payload, false}};
        static_cast<void>(engine.handle(std::span(&input, 1), {Seconds(std::chrono::seconds(1'648'000'000)), {}}));
    }
    void refuse(std::uint64_t sequence) {
        auto event = a_session_held(sequence);
        event.mutable_session_held()->mutable_audience()->set_female(1'000);
        arrives(testing::payload("p", {event}));
    }
    static v1::TurnedAwayRequest of(const std::string& service, bool refused) {
        v1::TurnedAwayRequest request;
        request.set_service(service);
        request.set_refused(refused);
        return request;
    }
    // Carries what each says to the other, as often as it may come.
    std::vector<std::string> ask(std::vector<v1::TurnedAwayRequest> requests, int times = 1) {
        TurnedAwayQuestions questions("23656", "c", std::move(requests), [&](const v1::TurnedAwayReply& page) { pages.push_back(page); });
        std::vector<Input> to_desk{LinkUp{}};
        std::vector<Input> to_asker{LinkUp{}};
        while (!questions.done()) {
            const auto carry = [times](const Actions& actions, std::vector<Input>& to) {
                to.clear();
                for (const auto& action : actions) {
                    if (const auto* publish = std::get_if<Publish>(&action)) {
                        to.insert(to.end(), static_cast<std::size_t>(times), Arrived{publish->message});
                    }
                }
            };
            const auto said = desk.handle(to_desk);
            const auto asked = questions.handle(to_asker, {{}, steady});
            carry(asked, to_desk);
            carry(said, to_asker);
            steady += 100ms;
        }
        return questions.unanswered();
    }
};

}  // namespace

TEST_CASE("what a running service did not take is told page by page, once, however often a message comes") {
    Commune commune;
    for (std::uint64_t sequence = 1; sequence <= 450; ++sequence) {
        commune.refuse(sequence);
    }
    commune.arrives("rubbish");
    commune.arrives("rubbish");
    const int times = GENERATE(1, 2);
    CHECK(commune.ask({Commune::of("session", true), Commune::of("session", false)}, times).empty());
    std::set<std::uint64_t> refused;
    int unread = 0;
    for (const auto& page : commune.pages) {
        for (const auto& item : page.items()) {
            if (page.refused()) {
                CHECK(refused.insert(item.sequence()).second);
                CHECK(item.device() == "p");
                CHECK(item.reasons(0).code() == "ABOVE_TOTAL");
            } else {
                ++unread;
                CHECK(item.topic() == topics::events("23656", "session", "p"));
                CHECK(item.times() == 2);
                CHECK(item.payload_bytes() == 7);
            }
        }
    }
    CHECK(refused.size() == 450);
    CHECK(unread == 1);
    CHECK(commune.pages.size() == 4);
}

TEST_CASE("a service that nobody runs does not hold up the answer of another") {
    Commune commune;
    commune.refuse(1);
    CHECK(commune.ask({Commune::of("culture", false), Commune::of("culture", true), Commune::of("session", true)}) ==
          std::vector<std::string>{"culture"});
    REQUIRE(commune.pages.size() == 1);
    CHECK(commune.pages[0].items_size() == 1);
}

}  // namespace turned_away_test
