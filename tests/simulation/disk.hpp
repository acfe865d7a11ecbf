// SPDX-License-Identifier: Apache-2.0
// A disk in memory, as a VFS of SQLite, that fails like a real one.
//
// Fault model. A process that is killed leaves all that it wrote, synced or not. A power cut keeps what was synced; of
// every other write each sector is kept, lost or torn by itself, and a torn one changes only bytes that were written to.
// Creating and deleting files becomes durable in order with the next sync of any file. A sync may fail, and leaves then
// what it did not write for the next one: a disk that forgets it while the page cache still shows it is beyond any store
// above it. A full disk takes no write that makes a file longer. A read may fail.
// Nothing else rots.
#pragma once

#include "tests/simulation/random.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3_vfs;

namespace chieng::simulation {

class Disk {
public:
    enum class Image { as_seen, only_synced };
    struct Faults {
        Ratio sync_fails;
        bool is_full = false;
        bool reads_fail = false;
    };

    explicit Disk(std::uint64_t seed);
    // What is on another disk now, or would be after the worst power cut.
    Disk(const Disk& other, Image image);
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;
    Disk(Disk&&) = delete;
    Disk& operator=(Disk&&) = delete;
    ~Disk();

    [[nodiscard]] const char* vfs() const { return name_.c_str(); }

    Faults faults;

    // The process that uses it dies at this write, sync or deletion from now on, counted from 0.
    void stop_at(std::uint64_t operation) { stop_at_ = operation; }
    void never_stop() { stop_at_.reset(); }
    // From now on nothing reaches the disk until restart().
    void stop() { stopped_ = true; }
    [[nodiscard]] bool stopped() const { return stopped_; }
    void cut_power();
    // Whoever had files open is gone by now.
    void restart();

    // Whether these bytes stand in any of its files, synced or not.
    [[nodiscard]] bool holds(std::string_view bytes) const;

    // Faults reported since the last restart.
    [[nodiscard]] std::uint64_t failures() const { return failures_; }

private:
    friend struct Calls;

    struct Write {
        std::uint64_t offset = 0;
        std::optional<std::string> bytes;  // empty: the file was cut to `offset`
    };
    struct File {
        std::string seen;
        std::string synced;
        std::vector<Write> unsynced;
    };
    // Of one power cut. The two ends are ones that a mixture hardly ever reaches.
    enum class Mood { all_lost, all_kept, mixed, mixed_too };
    using Names = std::map<std::string, std::shared_ptr<File>>;

    void enter();
    bool may_change();
    bool sync(File& file);
    static void apply(std::string& content, const Write& write);
    void survive(File& file, Mood mood);

    Random random_;
    std::size_t sector_ = 512;
    std::string name_;
    std::unique_ptr<sqlite3_vfs> vfs_;
    Names seen_;
    Names synced_;
    std::optional<std::uint64_t> stop_at_;
    bool stopped_ = false;
    std::uint64_t failures_ = 0;
};

}  // namespace chieng::simulation
