// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/claim_index.hpp"

#include "chieng/store/v1/inbox.pb.h"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

namespace claim_index_test {

using namespace chieng;
using chieng::testing::MemoryStore;

std::set<std::uint32_t> levels_in(MemoryStore& store) {
    std::set<std::uint32_t> levels;
    store.scan(ClaimIndex::prefix, [&](std::string_view, std::string_view bytes) {
        store::v1::Claims block;
        REQUIRE(block.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
        levels.insert(block.level());
        return true;
    });
    return levels;
}

std::size_t rows_in(MemoryStore& store) {
    std::size_t rows = 0;
    store.scan(ClaimIndex::prefix, [&](std::string_view, std::string_view bytes) {
        store::v1::Claims block;
        REQUIRE(block.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
        rows += static_cast<std::size_t>(block.digests_size());
        return true;
    });
    return rows;
}

TEST_CASE("a claim is held by the last that took it, over every run and start") {
    std::mt19937 random(20220312);
    MemoryStore store;
    auto index = std::make_unique<ClaimIndex>(store);
    std::map<std::string, std::uint64_t> truth;
    for (std::uint64_t step = 1; step <= 40'000; ++step) {
        const auto key = "S-" + std::to_string(random() % 3'000);
        if (random() % 4 == 0) {
            index->release(key);
            truth.erase(key);
        } else {
            index->hold(key, step);
            truth[key] = step;
        }
        if (random() % 300 == 0) {
            index->keep();
            store.commit();
        }
        if (random() % 5'000 == 0) {
            index->keep();
            store.commit();
            index = std::make_unique<ClaimIndex>(store);
            index->load();
        }
    }
    for (int n = 0; n < 3'100; ++n) {
        const auto key = "S-" + std::to_string(n);
        const auto held = truth.find(key);
        CHECK(index->find(key) == (held == truth.end() ? std::nullopt : std::optional(held->second)));
    }
    CHECK(levels_in(store).size() > 2);
}

TEST_CASE("what was released is forgotten when all runs become one") {
    MemoryStore store;
    ClaimIndex index(store);
    for (int run = 0; run < 4; ++run) {
        for (int n = 0; n < 600; ++n) {
            run == 3 ? index.release("S-" + std::to_string(n)) : index.hold("S-" + std::to_string(n), 1);
        }
        index.hold("of run " + std::to_string(run), 1);
        index.keep();
    }
    CHECK(rows_in(store) == 4);
    CHECK_FALSE(index.find("S-1"));
    CHECK(index.find("of run 0") == 1);
}

TEST_CASE("an index that is damaged is not taken for an empty one") {
    MemoryStore store;
    ClaimIndex index(store);
    index.hold("S-1", 1);
    index.keep();
    std::string damaged;
    store.scan(ClaimIndex::prefix, [&](std::string_view key, std::string_view) {
        damaged = key;
        return true;
    });
    store.put(damaged, "\xff");
    CHECK_THROWS_AS(index.find("S-1"), Broken);
    CHECK_THROWS_AS(ClaimIndex(store).load(), Broken);
}

}  // namespace claim_index_test
