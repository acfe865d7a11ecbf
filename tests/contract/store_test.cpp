// SPDX-License-Identifier: Apache-2.0
// What every Store must do; run on each of them.
#include "services/runtime/adapters/sqlite_store.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace store_test {

using namespace chieng;

namespace {

struct InMemory {
    void crash() { store.crash(); }
    Store& get() { return store; }
    testing::MemoryStore store;
};

template <Sharing sharing>
struct OnFile {
    OnFile() : store(another()) {}
    void crash() {
        store.reset();
        store = another();
    }
    // As another process would open it.
    std::unique_ptr<SqliteStore> another() { return std::make_unique<SqliteStore>(folder.path() / "store.db", nullptr, sharing); }
    Store& get() { return *store; }
    testing::Folder folder;  // gone after the store
    std::unique_ptr<SqliteStore> store;
};
using OnDisk = OnFile<Sharing::exclusive>;
using OnSharedDisk = OnFile<Sharing::shared>;

}  // namespace

TEMPLATE_TEST_CASE("a store keeps what was committed, as one, and nothing else", "", InMemory, OnDisk, OnSharedDisk) {
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

TEMPLATE_TEST_CASE("a journal finds the block that holds an offset", "", InMemory, OnDisk, OnSharedDisk) {
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

TEMPLATE_TEST_CASE("a scan visits the keys of one prefix in byte order until told to stop", "", InMemory, OnDisk, OnSharedDisk) {
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
    seen.clear();
    for (const std::string from : {"b/2", "b/1x", "a/9", "b/9", "c/1"}) {
        seen += from + ":";
        world.get().scan_from(from, "b/", [&](std::string_view key, std::string_view) {
            seen += std::string(key) + " ";
            return true;
        });
    }
    CHECK(seen == "b/2:b/2 b/\xff b/1x:b/2 b/\xff a/9:b/10 b/2 b/\xff b/9:b/\xff c/1:");
    seen.clear();
    world.get().scan("b/", [&](std::string_view key, std::string_view) {  // who is visited may scan too
        world.get().scan("a/", [&](std::string_view other, std::string_view) {
            seen += std::string(key) + std::string(other) + " ";
            return true;
        });
        return true;
    });
    CHECK(seen ==
          "b/10a/1 b/2a/1 b/\xff"
          "a/1 ");
}

TEMPLATE_TEST_CASE("a unit may be opened before its first write, and hold none", "", InMemory, OnDisk, OnSharedDisk) {
    TestType world;
    world.get().begin();
    world.get().begin();
    world.get().commit();
    world.get().begin();
    world.get().put("k", "v");
    world.crash();
    CHECK(world.get().get("k") == std::nullopt);
    const auto version = world.get().version();
    world.get().put("k", "v");
    world.get().commit();
    CHECK(world.get().version() == version);  // one's own commits are no news
}

TEST_CASE("a second process on one store is refused with what to do") {
    OnDisk world;
    world.get().put("k", "v");
    world.get().commit();
    CHECK_THROWS_WITH(SqliteStore(world.folder.path() / "store.db"), Catch::Contains("another process"));
}

TEST_CASE("whoever shares a store sees what another process committed, and that it did") {
    OnSharedDisk world;
    const auto other = world.another();
    const auto version = world.get().version();
    other->put("k", "v");
    CHECK(world.get().get("k") == std::nullopt);
    CHECK(world.get().version() == version);
    other->commit();
    CHECK(world.get().version() != version);
    CHECK(world.get().get("k") == "v");
}

TEST_CASE("units of processes that share a store do not overlap: a number drawn in one is drawn once") {
    OnSharedDisk world;
    constexpr int each = 200;
    const auto draw = [&] {
        const auto store = world.another();
        for (int i = 0; i < each; ++i) {
            store->begin();
            const auto last = std::stoi(store->get("last").value_or("0"));
            store->put("last", std::to_string(last + 1));
            store->put("drawn/" + std::to_string(last + 1), "");
            store->commit();
        }
    };
    std::thread first(draw);
    std::thread second(draw);
    first.join();
    second.join();
    int drawn = 0;
    world.get().scan("drawn/", [&](std::string_view, std::string_view) { return ++drawn > 0; });
    CHECK(drawn == 2 * each);
    CHECK(world.get().get("last") == std::to_string(2 * each));
}

TEST_CASE("a store may be born under the hands of several processes that share it") {
    for (int round = 0; round < 5; ++round) {
        OnSharedDisk world;
        world.store.reset();
        std::filesystem::remove(world.folder.path() / "store.db");
        std::vector<std::thread> processes;
        for (int i = 0; i < 4; ++i) {
            processes.emplace_back([&world, i] {
                const auto store = world.another();
                store->put("k/" + std::to_string(i), "v");
                store->commit();
            });
        }
        for (auto& process : processes) {
            process.join();
        }
        int found = 0;
        world.another()->scan("k/", [&](std::string_view, std::string_view) { return ++found > 0; });
        CHECK(found == 4);
    }
}

TEST_CASE("a file that a later version wrote is left to that one") {
    OnDisk world;
    world.get().put("k", "v");
    world.get().commit();
    world.store.reset();
    {
        std::fstream file(world.folder.path() / "store.db", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(60);  // the user_version in the header of a SQLite file
        file.write("\0\0\0\x63", 4);
    }
    CHECK_THROWS_WITH(world.another(), Catch::Contains("later version"));
}

TEST_CASE("a store in a folder that is not there is refused with what to do") {
    CHECK_THROWS_WITH(SqliteStore("/nowhere/at/all/store.db"), Catch::Contains("check that its folder exists"));
}

TEMPLATE_TEST_CASE("a block comes back as it was, however long and whatever its bytes are", "", InMemory, OnDisk, OnSharedDisk) {
    TestType world;
    std::string alike;
    for (int i = 0; i < 2000; ++i) {
        alike += "session_held 23656-0" + std::to_string(i % 9);
    }
    std::string unlike;
    std::uint64_t bits = 1;
    for (int i = 0; i < 5000; ++i) {
        bits = bits * 6364136223846793005ULL + 1442695040888963407ULL;
        unlike.push_back(static_cast<char>(bits >> 56U));
    }
    const std::vector<std::string> all{alike, unlike, "", std::string("\x28\xB5\x2F\xFD", 4), std::string("\x28\xB5\x2F\xFD", 4) + unlike};
    for (std::uint64_t i = 0; i < all.size(); ++i) {
        world.get().append({i + 1, i + 1, i, i + 1, all[i]});
    }
    world.get().commit();
    world.crash();
    for (std::uint64_t i = 0; i < all.size(); ++i) {
        CHECK(world.get().block_at(i + 1)->bytes == all[i]);
    }
}

TEST_CASE("what is erased of a shared store is gone although others open and read it all the time") {
    const testing::Folder folder;
    const auto file = folder.path() / "store.db";
    SqliteStore store(file, nullptr, Sharing::shared);
    std::atomic<bool> over = false;
    std::atomic<int> failures = 0;
    std::thread reader([&] {
        while (!over) {
            try {
                SqliteStore other(file, nullptr, Sharing::shared);
                other.scan("c/", [](std::string_view, std::string_view) { return true; });
            } catch (const Broken&) {
                ++failures;
            }
        }
    });
    for (int i = 0; i < 40; ++i) {
        const auto key = "HO-giarai-" + std::to_string(i);
        for (int n = 0; n < 50; ++n) {
            store.put("c/" + std::to_string(n), "about " + key);
        }
        store.commit();
        for (int n = 0; n < 50; ++n) {
            store.erase("c/" + std::to_string(n));
        }
        store.scrub();
        CHECK_NOTHROW(store.commit());
        CHECK_FALSE(folder.holds(key));
    }
    over = true;
    reader.join();
    CHECK(failures == 0);
}

TEST_CASE("what could not be scrubbed while another process read is scrubbed with the next unit that asks, and by whoever is left") {
    const testing::Folder folder;
    const std::string key = "HO-giarai-4711";
    const auto file = (folder.path() / "store.db").string();
    const auto written = [&](SqliteStore& store) {
        store.put("c/1", "about " + key);
        store.put("c/2", "nobody");
        store.commit();
        store.erase("c/1");
        store.scrub();
    };
    SqliteStore store(file, nullptr, Sharing::shared);
    {
        SqliteStore other(file, nullptr, Sharing::shared);
        written(store);
        other.scan("c/", [&](std::string_view, std::string_view) {
            store.commit();
            return false;
        });
    }
    REQUIRE(folder.holds(key));
    store.scrub();
    store.commit();
    CHECK_FALSE(folder.holds(key));
    // Whoever erased has ended; who is left looks for it now and then.
    SqliteStore left(file, nullptr, Sharing::shared);
    {
        SqliteStore other(file, nullptr, Sharing::shared);
        SqliteStore reader(file, nullptr, Sharing::shared);
        written(other);
        reader.scan("c/", [&](std::string_view, std::string_view) {
            other.commit();
            return false;
        });
    }
    REQUIRE(folder.holds(key));
    left.commit();
    CHECK_FALSE(folder.holds(key));
}

TEST_CASE("no file of the store has a byte of what was erased, also when the process dies in the middle") {
    const testing::Folder folder;
    const std::string key = "HO-giarai-4711";
    const auto file = folder.path() / "store.db";
    {
        SqliteStore store(file);
        store.append({1, 1, 0, 1, "about " + key});
        store.append({2, 2, 1, 2, "about another"});
        for (int i = 0; i < 200; ++i) {  // pages are split, and one is left empty
            store.put("c/" + std::to_string(i), "about " + key + std::string(100, 'x'));
        }
        store.commit();
        REQUIRE(folder.holds(key));
        store.replace({1, 1, 0, 5, "about nobody"});
        for (int i = 0; i < 199; ++i) {
            store.erase("c/" + std::to_string(i));
        }
        store.put("c/199", "nobody");
        store.commit();
        CHECK(folder.holds(key));  // what scrub() is for
        store.scrub();
        store.commit();
        CHECK_FALSE(folder.holds(key));
        CHECK(store.block_at(1)->bytes == "about nobody");
        CHECK(store.block_at(2)->bytes == "about another");
        CHECK(store.get("c/199") == "nobody");
    }
    // As power loss leaves it between the unit and the end of the scrubbing: the mark is in the file.
    {
        SqliteStore store(file);
        store.put("c/1", "about " + key);
        store.commit();
        store.erase("c/1");
        store.scrub();
        const auto other = folder.path().string() + ".copy";
        std::filesystem::create_directory(other);
        store.on_commit([&](std::chrono::nanoseconds) {
            for (const auto& each : std::filesystem::directory_iterator(folder.path())) {
                std::filesystem::copy(each.path(), other / each.path().filename());
            }
        });
        store.commit();
        std::filesystem::rename(other, folder.path() / "crashed");
    }
    const auto crashed = folder.path() / "crashed" / "store.db";
    const auto is_left = [&] {
        return (testing::text_of(crashed) + testing::text_of(crashed.string() + "-wal")).find(key) != std::string::npos;
    };
    CHECK(is_left());
    { SqliteStore store(crashed); }
    CHECK_FALSE(is_left());
}

}  // namespace store_test
