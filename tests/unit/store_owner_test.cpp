// SPDX-License-Identifier: Apache-2.0
// A file in another's place is noticed before anything is written to it.
#include "services/runtime/core/store_owner.hpp"

#include "services/field/outbox.hpp"
#include "services/household/household.hpp"
#include "services/runtime/core/engine.hpp"
#include "services/session/session.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

namespace store_owner_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

template <class S>
void start(MemoryStore& store, const std::string& commune = "23656") {
    const Engine engine(make_service<S>(), commune, kbang(), store, 7);
}

std::string keys(MemoryStore& store) {
    std::string all;
    store.scan("", [&](std::string_view key, std::string_view) {
        all.append(key).append(" ");
        return true;
    });
    return all;
}

}  // namespace

TEST_CASE("a journal that was copied or renamed into another's place is refused and left as it is") {
    MemoryStore store;
    start<Session>(store);
    CHECK(store.get("m/of") == "journal session 23656");
    CHECK_NOTHROW(start<Session>(store));
    const auto before = keys(store);
    CHECK_THROWS_WITH(start<Household>(store),
                      "the file for the journal household 23656 is that of the journal session 23656; give each its own file in its own "
                      "folder, or restore the right one from a backup");
    CHECK_THROWS_WITH(start<Session>(store, "23659"), Catch::StartsWith("the file for the journal session 23659 is that of the journal "
                                                                        "session 23656;"));
    CHECK_THROWS_AS(start<Household>(store), Broken);
    CHECK(keys(store) == before);
}

TEST_CASE("a journal from before journals said whose they are is taken") {
    MemoryStore store;
    start<Session>(store);
    store.erase("m/of");
    store.commit();
    CHECK_NOTHROW(start<Session>(store));
    CHECK(store.get("m/of") == "journal session 23656");
}

TEST_CASE("an outbox, or whatever else is no journal, does not become one") {
    MemoryStore outbox;
    static_cast<void>(Outbox(outbox).post(a_session_held(0), "session", &kbang(), "23656", *parse_day("2022-03-25"), 100));
    CHECK_THROWS_WITH(start<Session>(outbox), Catch::StartsWith("the file for the journal session 23656 is a store of another kind; "));
    outbox.put("m/epoch", "7");  // as a version did that took any file
    CHECK_THROWS_AS(start<Session>(outbox), Broken);
    MemoryStore gateway;
    gateway.put("g/epoch", "7");
    CHECK_THROWS_AS(start<Session>(gateway), Broken);
    MemoryStore blocks;
    blocks.append({1, 1, 0, 1, ""});
    CHECK_THROWS_AS(start<Session>(blocks), Broken);
}

}  // namespace store_owner_test
