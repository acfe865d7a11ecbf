// SPDX-License-Identifier: Apache-2.0
// The simulated disk, and what the real store keeps on it when the process or the machine ends at any write.
#include "tests/simulation/disk.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace disk_test {

using namespace chieng;
using namespace chieng::simulation;

namespace {

// Commits "1", then dies at this write of committing "2". False when the unit was through before.
bool interrupted(Disk& disk, std::uint64_t write) {
    SqliteStore store("kept.db", disk.vfs());
    store.put("value", "1");
    store.commit();
    store.put("value", "2");
    disk.stop_at(write);
    try {
        store.commit();
    } catch (const Broken&) {
        return true;
    }
    return false;
}

std::string value_on(const Disk& disk, Disk::Image image) {
    Disk copy(disk, image);
    SqliteStore store("kept.db", copy.vfs());
    return store.get("value").value_or("nothing");
}

}  // namespace

TEST_CASE("a unit is there or not after a power cut at any of its writes, and one that was committed is there") {
    std::uint64_t cuts = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        for (std::uint64_t write = 0;; ++write) {
            Disk disk(seed);
            const bool was_interrupted = interrupted(disk, write);
            disk.stop();
            disk.cut_power();
            disk.restart();
            const auto value = value_on(disk, Disk::Image::as_seen);
            INFO("seed " << seed << ", write " << write);
            CHECK((value == "2" || (was_interrupted && value == "1")));
            if (!was_interrupted) {
                break;
            }
            ++cuts;
        }
    }
    CHECK(cuts > 12);
}

TEST_CASE("a unit that a killed process left is on disk once the next process has read it") {
    bool was_left = false;
    for (std::uint64_t write = 0;; ++write) {
        Disk disk(7);
        const bool was_interrupted = interrupted(disk, write);
        disk.restart();
        const SqliteStore next("kept.db", disk.vfs());
        const auto read = value_on(disk, Disk::Image::as_seen);
        INFO("write " << write);
        CHECK(value_on(disk, Disk::Image::only_synced) == read);
        was_left = was_left || (was_interrupted && read == "2");
        if (!was_interrupted) {
            break;
        }
    }
    CHECK(was_left);
}

TEST_CASE("what was not synced may be lost: the disk does lose it") {
    Disk disk(3);
    {
        SqliteStore store("kept.db", disk.vfs());
        store.put("value", "1");
        disk.faults.sync_fails = {1, 1};
        CHECK_THROWS_AS(store.commit(), Broken);
        disk.stop();
    }
    CHECK(value_on(disk, Disk::Image::only_synced) == "nothing");
}

TEST_CASE("a read that fails damages a journal, but inside a unit it ends the process: SQLite has given the unit up") {
    Disk disk(5);
    SqliteStore store("kept.db", disk.vfs());
    Random random(5);
    for (std::uint64_t first = 1; first <= 40; ++first) {  // more than its cache holds, and nothing that packs
        std::string bytes(60'000, '\0');
        std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(random.next()); });
        store.append({first, first, 0, 0, bytes});
        store.commit();
    }
    disk.faults.reads_fail = true;
    CHECK_THROWS_AS(store.block_at(1), Damaged);
    disk.faults.reads_fail = false;
    store.put("value", "half of a unit");
    disk.faults.reads_fail = true;
    bool process_ends = false;
    try {
        static_cast<void>(store.block_at(1));
    } catch (const Damaged&) {
        process_ends = false;
    } catch (const Broken&) {
        process_ends = true;
    }
    CHECK(process_ends);
    disk.faults.reads_fail = false;
    CHECK(value_on(disk, Disk::Image::as_seen) == "nothing");
}

}  // namespace disk_test
