// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/intervals.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <set>

namespace intervals_test {

TEST_CASE("numbers sent in order are one interval") {
    chieng::Intervals set;
    for (std::uint64_t n = 1; n <= 1000; ++n) {
        REQUIRE(set.insert(n));
    }
    CHECK(set.runs().size() == 1);
    CHECK(set.count() == 1000);
    CHECK_FALSE(set.insert(500));
}

TEST_CASE("intervals hold exactly the numbers that were put in, in any order") {
    std::mt19937 random(20220312);
    for (int round = 0; round < 50; ++round) {
        chieng::Intervals set;
        std::set<std::uint64_t> truth;
        for (int i = 0; i < 300; ++i) {
            const std::uint64_t n = random() % 200;
            CHECK(set.insert(n) == truth.insert(n).second);
        }
        CHECK(set.count() == truth.size());
        for (std::uint64_t n = 0; n < 210; ++n) {
            CHECK(set.contains(n) == truth.contains(n));
        }
        std::uint64_t end = 0;
        bool first_run = true;
        for (const auto& [first, last] : set.runs()) {
            CHECK((first_run || first > end + 1));
            end = last;
            first_run = false;
        }
    }
}

TEST_CASE("the largest number does not overflow") {
    chieng::Intervals set;
    const auto top = ~std::uint64_t{0};
    CHECK(set.insert(top));
    CHECK_FALSE(set.insert(top));
    CHECK(set.insert(top - 1));
    CHECK(set.runs().size() == 1);
    CHECK(set.insert(1));
    CHECK(set.count() == 3);
}

}  // namespace intervals_test
