// SPDX-License-Identifier: Apache-2.0
// What every Store must do; run on each of them.
#include "services/runtime/adapters/sqlite_store.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <memory>

#include <stdlib.h>

using namespace chieng;

namespace {

struct InMemory {
    void crash() { store.crash(); }
    Store& get() { return store; }
    testing::MemoryStore store;
};

struct OnDisk {
    OnDisk() {
        std::string pattern = (std::filesystem::temp_directory_path() / "chieng-XXXXXX").string();
        folder = ::mkdtemp(pattern.data());
        store = std::make_unique<SqliteStore>(folder / "store.db");
    }
    OnDisk(const OnDisk&) = delete;
    OnDisk& operator=(const OnDisk&) = delete;
    ~OnDisk() {
        store.reset();
        std::filesystem::remove_all(folder);
    }
    void crash() {
        store.reset();
        store = std::make_unique<SqliteStore>(folder / "store.db");
    }
    Store& get() { return *store; }
    std::filesystem::path folder;
    std::unique_ptr<SqliteStore> store;
};

}  // namespace

TEMPLATE_TEST_CASE("a store keeps what was committed, as one, and nothing else", "", InMemory, OnDisk) {
    TestType world;
    world.get().append({1, 3, 0, 11, "abc"});
    world.get().put("k/1", "one");
    world.get().commit();
    world.get().append({4, 4, 11, 12, "d"});
    world.get().put("k/1", "two");
    world.get().erase("k/1");
    CHECK(world.get().get("k/1") == std::nullopt);
    CHECK(world.get().last_block()->last == 4);
    world.crash();
    CHECK(world.get().get("k/1") == "one");
    CHECK(world.get().last_block()->last == 3);
}

TEMPLATE_TEST_CASE("a journal finds the block that holds an offset", "", InMemory, OnDisk) {
    TestType world;
    CHECK_FALSE(world.get().last_block());
    CHECK_FALSE(world.get().block_at(1));
    world.get().append({1, 3, 0, ~std::uint64_t{0}, std::string("\0x", 2)});
    world.get().append({4, 9, ~std::uint64_t{0}, 5, "def"});
    world.get().commit();
    CHECK(world.get().block_at(3)->bytes == std::string("\0x", 2));
    CHECK(world.get().block_at(3)->after == ~std::uint64_t{0});
    CHECK(world.get().block_at(4)->first == 4);
    CHECK(world.get().block_at(9)->first == 4);
    CHECK_FALSE(world.get().block_at(10));
}

TEMPLATE_TEST_CASE("a scan visits the keys of one prefix in byte order until told to stop", "", InMemory, OnDisk) {
    TestType world;
    for (const auto* key : {"b/2", "a/1", "b/10", "c/1", "b/\xff"}) {
        world.get().put(key, "v");
    }
    std::string seen;
    world.get().scan("b/", [&](std::string_view key, std::string_view) {
        seen += std::string(key) + " ";
        return true;
    });
    CHECK(seen == "b/10 b/2 b/\xff ");
    seen.clear();
    world.get().scan("b/", [&](std::string_view key, std::string_view) {
        seen += std::string(key);
        return false;
    });
    CHECK(seen == "b/10");
}

TEST_CASE("a second process on one store is refused with what to do") {
    OnDisk world;
    world.get().put("k", "v");
    world.get().commit();
    CHECK_THROWS_WITH(SqliteStore(world.folder / "store.db"), Catch::Contains("another process"));
}

TEST_CASE("a store in a folder that is not there is refused with what to do") {
    CHECK_THROWS_WITH(SqliteStore("/nowhere/at/all/store.db"), Catch::Contains("check that its folder exists"));
}
