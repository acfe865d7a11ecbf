// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/open_table.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <map>
#include <random>

namespace chieng {
namespace {

struct Count {
    std::uint64_t key = 0;
    std::int64_t count = 0;
    [[nodiscard]] bool is_free() const { return count == 0; }
};

}  // namespace

TEST_CASE("an open table holds what a map holds, whatever came and went") {
    std::mt19937_64 random(7);
    for (const std::uint64_t keys : {1U, 3U, 50U, 4'000U}) {  // 0 among them
        OpenTable<Count> table;
        std::map<std::uint64_t, std::int64_t> expected;
        for (int step = 0; step < 50'000; ++step) {
            const auto key = random() % keys;
            const auto times = static_cast<std::int64_t>(random() % 3) - 1;
            auto& made = table.make(key);
            made.count += times;
            if (made.count == 0) {
                table.erase(made);
            }
            if ((expected[key] += times) == 0) {
                expected.erase(key);
            }
        }
        CHECK(table.size() == expected.size());
        CHECK(table.empty() == expected.empty());
        std::map<std::uint64_t, std::int64_t> held;
        table.each([&](const Count& one) { held[one.key] = one.count; });
        CHECK(held == expected);
        for (std::uint64_t key = 0; key < keys; ++key) {
            const auto* found = table.find(key);
            CHECK((found == nullptr ? 0 : found->count) == (expected.contains(key) ? expected.at(key) : 0));
        }
    }
}

}  // namespace chieng
