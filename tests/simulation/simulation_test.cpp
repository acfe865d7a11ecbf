// SPDX-License-Identifier: Apache-2.0
// Seeds of the simulated world: those that failed once, fresh ones, one that must run twice alike, and programs that are
// broken on purpose.
//
// CHIENG_SEEDS=1000 tries that many fresh ones.
#include "tests/simulation/world.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace chieng::simulation;

namespace {

std::uint64_t fresh_seeds() {
    const char* wanted = std::getenv("CHIENG_SEEDS");
    return wanted == nullptr ? 3 : std::stoull(wanted);
}

// The first of so many seeds in which this invariant breaks; the last one when it breaks in none.
Report found(KnownBad known_bad, const std::string& invariant, std::uint64_t seed, std::uint64_t seeds) {
    Report report;
    for (const auto end = seed + seeds; seed < end && report.invariant != invariant; ++seed) {
        report = World(seed, {.verbose = false, .known_bad = known_bad, .rough = true}).run();
    }
    return report;
}

}  // namespace

TEST_CASE("every seed that failed once holds") {
    std::ifstream file(CHIENG_SEEDS_FILE);
    std::uint64_t seeds = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const auto report = World(std::stoull(line), {}).run();
        ++seeds;
        INFO(report.text() << "\n" << line);
        CHECK(report.holds());
    }
    CHECK(seeds > 0);
}

TEST_CASE("fresh seeds hold") {
    const auto start = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch() / std::chrono::milliseconds(1));
    std::cout << "fresh seeds from " << start << "\n";
    std::uint64_t journalled = 0;
    for (auto seed = start; seed < start + fresh_seeds(); ++seed) {
        const auto report = World(seed, {}).run();
        journalled += report.journalled;
        INFO(report.text());
        CHECK(report.holds());
    }
    CHECK(journalled > 0);
}

TEST_CASE("one seed is one world") {
    const auto first = World(5, {}).run();
    const auto again = World(5, {}).run();
    CHECK(first.trace == again.trace);
    CHECK(first.text() == again.text());
    CHECK(World(6, {}).run().trace != first.trace);
}

TEST_CASE("a receipt before its commit is found") {
    const auto report = found(KnownBad::receipt_before_commit, "I1", 1, 10);
    INFO(report.text());
    CHECK(report.invariant == "I1");
    CHECK(World(report.seed, {.verbose = false, .known_bad = KnownBad::none, .rough = true}).run().holds());
}

TEST_CASE("an inbox that is written in another unit than the journal is found") {
    const auto report = found(KnownBad::inbox_outside_unit, "I4", 5, 10);
    INFO(report.text());
    CHECK(report.invariant == "I4");
    CHECK(World(report.seed, {.verbose = false, .known_bad = KnownBad::none, .rough = true}).run().holds());
}

TEST_CASE("a checkpoint that is written in another unit than what was folded is found") {
    const auto report = found(KnownBad::checkpoint_outside_fold, "I6", 1, 10);
    INFO(report.text());
    CHECK(report.invariant == "I6");
    CHECK(World(report.seed, {.verbose = false, .known_bad = KnownBad::none, .rough = true}).run().holds());
}
