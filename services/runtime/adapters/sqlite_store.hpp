// SPDX-License-Identifier: Apache-2.0
// Store on one SQLite file, write-ahead logged and synced at every commit. The file is locked while it is open, and a second
// process on it is refused at start; or it is shared, and a process that writes waits for the one that does.
#pragma once

#include "services/runtime/ports/store.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace chieng {

enum class Sharing { exclusive, shared };

// Another process has the file open.
class InUse : public Broken {
public:
    using Broken::Broken;
};

class SqliteStore final : public Store {
public:
    static constexpr std::chrono::milliseconds turn_patience{20'000};  // for the unit of another process to end

    // Throws Broken with what to do when the file cannot be opened, locked or read; InUse when that is because another process has it.
    explicit SqliteStore(const std::string& path, const char* vfs = nullptr, Sharing sharing = Sharing::exclusive);
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;
    SqliteStore(SqliteStore&&) = delete;
    SqliteStore& operator=(SqliteStore&&) = delete;
    ~SqliteStore() override;

    void append(const JournalBlock& block) override;
    std::optional<JournalBlock> last_block() override;
    std::optional<JournalBlock> block_at(std::uint64_t offset) override;
    void replace(const JournalBlock& block) override;
    std::optional<std::string> get(std::string_view key) override;
    void put(std::string_view key, std::string_view value) override;
    void erase(std::string_view key) override;
    void scan_from(std::string_view from, std::string_view prefix, const Visitor& visit) override;
    void begin() override;
    void commit() override;
    void scrub() override;
    std::uint64_t version() override;

    // Whether the file holds together; reads all of it, so it is for small ones. What it says of a disk that gave back other bytes is
    // not all: a value may be wrong in a file that holds together.
    [[nodiscard]] bool is_sound();

    // Told how long each commit took.
    void on_commit(std::function<void(std::chrono::nanoseconds)> told) { on_commit_ = std::move(told); }

private:
    struct Close {
        void operator()(sqlite3* database) const;
        void operator()(sqlite3_stmt* statement) const;
    };
    using Statement = std::unique_ptr<sqlite3_stmt, Close>;

    [[nodiscard]] std::string message() const;
    [[nodiscard]] Broken::Why why() const;
    // With what to do, or `otherwise` when the result does not say.
    [[noreturn]] void fail(const std::string& otherwise) const;
    [[nodiscard]] bool is_read_by_others();
    void run(const char* sql);
    void open(const char* vfs);
    Statement prepare(const char* sql);
    std::optional<JournalBlock> read_block(sqlite3_stmt* statement);
    void finish(sqlite3_stmt* statement);
    void write(sqlite3_stmt* statement, const JournalBlock& block);
    void write_anew();
    void write_anew_if_can();
    [[nodiscard]] std::uint64_t number(const char* sql);

    std::string path_;
    Sharing sharing_;
    std::unique_ptr<sqlite3, Close> database_;
    Statement append_, replace_, last_, at_, get_, put_, erase_, version_;
    bool open_unit_ = false;
    bool scrub_due_ = false;
    std::chrono::steady_clock::time_point scrub_at_;  // not before
    std::function<void(std::chrono::nanoseconds)> on_commit_;
};

}  // namespace chieng
