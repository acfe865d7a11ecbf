// SPDX-License-Identifier: Apache-2.0
// Keys under which something was posted over HTTP.
#include "gateway/serve/posted_keys.hpp"
#include "services/field/outbox.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

namespace posted_keys_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

constexpr std::uint64_t seconds = 48 * 3600;

Outbox::Posted post(MemoryStore& store, Outbox& outbox, const PostKey& key, std::uint64_t at, const v1::Event& event = a_session_held(0)) {
    PostedKeys keys(store);
    return outbox.post(event, "session", &kbang(), "23656", *parse_day("2022-04-10"), at,
                       [&](std::uint64_t sequence) { keys.put(key, "session", sequence, at); });
}

}  // namespace

TEST_CASE("a key is known with the number and the body that it was used for, until it expires", "[keys]") {
    MemoryStore store;
    Outbox outbox(store);
    PostedKeys keys(store);
    CHECK_FALSE(keys.find({"a", "one"}, 1000));
    REQUIRE(std::get<std::uint64_t>(post(store, outbox, {"a", "one"}, 1000)) == 1);
    const auto found = keys.find({"a", "one"}, 1000);
    REQUIRE(found);
    CHECK(found->service == "session");
    CHECK(found->sequence == 1);
    CHECK(found->is_same);
    CHECK_FALSE(keys.find({"a", "another"}, 1000)->is_same);
    CHECK_FALSE(keys.find({"b", "one"}, 1000));
    CHECK(keys.find({"a", "one"}, 1000 + seconds - 1));
    CHECK_FALSE(keys.find({"a", "one"}, 1000 + seconds));
    CHECK(keys.find({"a", "one"}, 10));  // a clock that fell back
}

TEST_CASE("a key and its event are kept together, or neither is", "[keys]") {
    MemoryStore store;
    {
        Outbox outbox(store);
        store.fail_commits = 1;
        CHECK_THROWS_AS(post(store, outbox, {"a", "one"}, 1000), Broken);
    }
    Outbox again(store);
    CHECK(again.ledger().posted == 0);
    CHECK_FALSE(PostedKeys(store).find({"a", "one"}, 1000));
    REQUIRE(std::get<std::uint64_t>(post(store, again, {"a", "one"}, 1000)) == 1);
    store.crash();
    CHECK(PostedKeys(store).find({"a", "one"}, 1000));
    CHECK(Outbox(store).find("session", 1));
    CHECK_FALSE(Outbox(store).find("session", 2));
}

TEST_CASE("what is not posted takes no key", "[keys]") {
    MemoryStore store;
    Outbox outbox(store);
    auto event = a_session_held(0);
    event.set_occurred_on("2032-03-20");
    CHECK(std::holds_alternative<Reasons>(post(store, outbox, {"a", "one"}, 1000, event)));
    CHECK_FALSE(PostedKeys(store).find({"a", "one"}, 1000));
}

TEST_CASE("keys that have expired are dropped when another comes", "[keys]") {
    MemoryStore store;
    Outbox outbox(store);
    static_cast<void>(post(store, outbox, {"a", "one"}, 1000));
    static_cast<void>(post(store, outbox, {"b", "two"}, 2000));
    static_cast<void>(post(store, outbox, {"c", "three"}, 1000 + seconds));
    std::vector<std::string> left;
    store.scan("k/", [&](std::string_view key, std::string_view) {
        left.emplace_back(key);
        return true;
    });
    CHECK(left == std::vector<std::string>{"k/b", "k/c"});
    CHECK(Outbox(store).ledger().posted == 3);
}

}  // namespace posted_keys_test
