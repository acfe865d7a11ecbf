// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/adapters/sqlite_store.hpp"

#include <spdlog/spdlog.h>
#include <sqlite3.h>
#include <zstd.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace chieng {
namespace {

void assign(sqlite3_stmt* statement, int at, std::string_view bytes) {
    sqlite3_bind_blob64(statement, at, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
}

void assign(sqlite3_stmt* statement, int at, std::uint64_t number) {
    sqlite3_bind_int64(statement, at, static_cast<sqlite3_int64>(number));
}

std::string_view blob(sqlite3_stmt* statement, int column) {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return bytes == nullptr ? std::string_view() : std::string_view(bytes, size);
}

// Entries of a block resemble each other. A packed block is a zstd frame; the bytes of a plain one never begin like one.
constexpr std::size_t packed_from_bytes = 256;
constexpr int packing_level = 1;
constexpr std::size_t block_bytes_bound = 64UL << 20U;

constexpr std::uint64_t scrub_is_due = 1;  // as the file's user_version
constexpr std::chrono::milliseconds turn_pause{5};
constexpr std::chrono::milliseconds scrub_patience{2'000};  // for those who read to end, while a unit is committed …
constexpr std::chrono::minutes scrub_again_after{1};        // … and until it is tried again

bool is_packed(std::string_view bytes) {
    constexpr std::string_view magic("\x28\xB5\x2F\xFD", 4);
    return bytes.starts_with(magic);
}

std::string packed(std::string_view bytes) {
    std::string made(ZSTD_compressBound(bytes.size()), '\0');
    const auto size = ZSTD_compress(made.data(), made.size(), bytes.data(), bytes.size(), packing_level);
    const bool is_worth_it = ZSTD_isError(size) == 0U && (size < bytes.size() || is_packed(bytes));
    made.resize(is_worth_it ? size : 0);
    return is_worth_it ? made : std::string(bytes);
}

// Empty when it is damaged.
std::string unpacked(std::string_view bytes) {
    const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > block_bytes_bound) {
        return {};
    }
    std::string made(size, '\0');
    const auto got = ZSTD_decompress(made.data(), made.size(), bytes.data(), bytes.size());
    return ZSTD_isError(got) != 0U || got != size ? std::string() : made;
}

std::uint64_t integer(sqlite3_stmt* statement, int column) {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement, column));
}

Broken::Why why_of(int result, int system_error) {
    const auto is_of_system = (result & 0xFF) == SQLITE_IOERR || (result & 0xFF) == SQLITE_CANTOPEN;  // of another call otherwise
    if (is_of_system && (system_error == ENOSPC || system_error == EDQUOT)) {
        return Broken::Why::disk_full;
    }
    switch (result & 0xFF) {
        case SQLITE_FULL: return Broken::Why::disk_full;
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY: return Broken::Why::not_writable;
        case SQLITE_IOERR: return Broken::Why::disk_fails;
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT: return Broken::Why::damaged;
        case SQLITE_BUSY: return Broken::Why::busy;
        default: return Broken::Why::other;
    }
}

// For whoever has to put it right; `otherwise` when the result does not say.
std::string what_to_do(Broken::Why why, const std::string& otherwise) {
    switch (why) {
        case Broken::Why::disk_full: return "the disk is full; free some space and start again";
        case Broken::Why::disk_fails:
            return "the disk does not take or give what it should; check it, its quota and whether it is read-only, and start again";
        case Broken::Why::not_writable:
            return "it may not be written; check who owns the folder and file, and whether the disk is read-only";
        case Broken::Why::damaged: return "the file is damaged; restore it from a backup";
        default: return otherwise;
    }
}

}  // namespace

void SqliteStore::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}
void SqliteStore::Close::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

SqliteStore::SqliteStore(const std::string& path, const char* vfs, Sharing sharing) : path_(path), sharing_(sharing) {
    open(vfs);
    if (sharing_ == Sharing::shared) {
        sqlite3_busy_timeout(database_.get(), static_cast<int>(turn_patience.count()));
    } else {
        run("PRAGMA locking_mode=EXCLUSIVE");  // no second process, and no shared-memory file beside the log
    }
    run("PRAGMA journal_mode=WAL");
    if (number("PRAGMA user_version") > scrub_is_due) {
        throw Broken(path_ + ": a later version of this program wrote the file; start that one");
    }
    run("PRAGMA synchronous=FULL");
    run(sharing_ == Sharing::shared ? "PRAGMA cache_size=-300" : "PRAGMA cache_size=-600");
    // A process that was killed between writing a unit and syncing it left a unit that can be read but not yet lost power.
    run("PRAGMA wal_checkpoint");
    run("CREATE TABLE IF NOT EXISTS journal(first INTEGER PRIMARY KEY, last INTEGER NOT NULL, before INTEGER NOT NULL, "
        "after INTEGER NOT NULL, bytes BLOB NOT NULL)");
    run("CREATE TABLE IF NOT EXISTS kept(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID");
    if (number("PRAGMA user_version") == scrub_is_due) {
        write_anew_if_can();
    }
    append_ = prepare("INSERT INTO journal(first, last, before, after, bytes) VALUES(?, ?, ?, ?, ?)");
    replace_ = prepare("UPDATE journal SET last = ?2, before = ?3, after = ?4, bytes = ?5 WHERE first = ?1");
    last_ = prepare("SELECT first, last, before, after, bytes FROM journal ORDER BY first DESC LIMIT 1");
    at_ = prepare("SELECT first, last, before, after, bytes FROM journal WHERE first <= ? ORDER BY first DESC LIMIT 1");
    get_ = prepare("SELECT value FROM kept WHERE key = ?");
    put_ = prepare("INSERT INTO kept(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value");
    erase_ = prepare("DELETE FROM kept WHERE key = ?");
    version_ = prepare("PRAGMA data_version");
}

SqliteStore::~SqliteStore() = default;

void SqliteStore::open(const char* vfs) {
    sqlite3* raw = nullptr;
    const int opened = sqlite3_open_v2(path_.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, vfs);
    database_.reset(raw);
    if (opened != SQLITE_OK) {
        const auto cause = database_ ? why() : Broken::Why::other;
        throw Broken(path_ + ": cannot open the file; " +
                         (cause == Broken::Why::disk_full ? "the disk is full" : "check that its folder exists and may be written") + " (" +
                         message() + ")",
                     cause);
    }
}

std::string SqliteStore::message() const {
    return database_ ? sqlite3_errmsg(database_.get()) : "no memory";
}

Broken::Why SqliteStore::why() const {
    return why_of(sqlite3_extended_errcode(database_.get()), sqlite3_system_errno(database_.get()));
}

void SqliteStore::fail(const std::string& otherwise) const {
    throw Broken(path_ + ": " + what_to_do(why(), otherwise) + " (" + message() + ")", why());
}

void SqliteStore::run(const char* sql) {
    const auto until = std::chrono::steady_clock::now() + turn_patience;
    int result = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
    // Where two want the whole file, as when a file is born, SQLite tells one of them at once instead of letting him wait.
    while (result == SQLITE_BUSY && sharing_ == Sharing::shared && !open_unit_ && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(turn_pause);
        result = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
    }
    if (result == SQLITE_BUSY && sharing_ == Sharing::exclusive) {
        throw InUse(path_ + ": another process has it open; stop that one first (" + message() + ")", Broken::Why::busy);
    }
    if (result == SQLITE_BUSY) {
        fail("another process writes to it and does not end");
    }
    if (result != SQLITE_OK) {
        fail(std::string("cannot ") + sql);
    }
}

SqliteStore::Statement SqliteStore::prepare(const char* sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr) != SQLITE_OK) {
        fail("the file is not a store of this program");
    }
    return Statement(raw);
}

void SqliteStore::begin() {
    if (!open_unit_) {
        run("BEGIN IMMEDIATE");
        open_unit_ = true;
    }
}

void SqliteStore::finish(sqlite3_stmt* statement) {
    const int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (result != SQLITE_DONE && result != SQLITE_ROW) {
        fail("cannot write");
    }
}

void SqliteStore::write(sqlite3_stmt* statement, const JournalBlock& block) {
    begin();
    assign(statement, 1, block.first);
    assign(statement, 2, block.last);
    assign(statement, 3, block.before);
    assign(statement, 4, block.after);
    const auto bytes = block.bytes.size() < packed_from_bytes && !is_packed(block.bytes) ? block.bytes : packed(block.bytes);
    assign(statement, 5, bytes);
    finish(statement);
}

void SqliteStore::append(const JournalBlock& block) {
    write(append_.get(), block);
}

void SqliteStore::replace(const JournalBlock& block) {
    write(replace_.get(), block);
}

std::optional<JournalBlock> SqliteStore::read_block(sqlite3_stmt* statement) {
    std::optional<JournalBlock> block;
    bool is_damaged = false;
    const int result = sqlite3_step(statement);
    if (result == SQLITE_ROW) {
        const auto bytes = blob(statement, 4);
        block = JournalBlock{integer(statement, 0), integer(statement, 1), integer(statement, 2), integer(statement, 3),
                             is_packed(bytes) ? unpacked(bytes) : std::string(bytes)};
        is_damaged = is_packed(bytes) && block->bytes.empty();
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    // With what SQLite gave up on, it may have given up the unit: what is written next would be kept without the rest of it.
    const bool unit_is_lost = open_unit_ && sqlite3_get_autocommit(database_.get()) != 0;
    if (!unit_is_lost && (is_damaged || (result & 0xFF) == SQLITE_CORRUPT || (result & 0xFF) == SQLITE_IOERR)) {
        const auto why = is_damaged ? Broken::Why::damaged : why_of(result, 0);
        throw Damaged(path_ + ": " + what_to_do(why, "the journal cannot be read; restore it from a backup"), why);
    }
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        fail("cannot read the journal; restore it from a backup");
    }
    return block;
}

std::optional<JournalBlock> SqliteStore::last_block() {
    return read_block(last_.get());
}

std::optional<JournalBlock> SqliteStore::block_at(std::uint64_t offset) {
    assign(at_.get(), 1, offset);
    auto block = read_block(at_.get());
    return block && block->last >= offset ? std::move(block) : std::nullopt;
}

std::optional<std::string> SqliteStore::get(std::string_view key) {
    std::optional<std::string> value;
    assign(get_.get(), 1, key);
    const int result = sqlite3_step(get_.get());
    if (result == SQLITE_ROW) {
        value = std::string(blob(get_.get(), 0));
    }
    sqlite3_reset(get_.get());
    sqlite3_clear_bindings(get_.get());
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        fail("cannot read");
    }
    return value;
}

void SqliteStore::put(std::string_view key, std::string_view value) {
    begin();
    assign(put_.get(), 1, key);
    assign(put_.get(), 2, value);
    finish(put_.get());
}

void SqliteStore::erase(std::string_view key) {
    begin();
    assign(erase_.get(), 1, key);
    finish(erase_.get());
}

void SqliteStore::scan_from(std::string_view from, std::string_view prefix, const Visitor& visit) {
    // Of its own: who is visited may scan too.
    const auto scan = prepare("SELECT key, value FROM kept WHERE key >= ? ORDER BY key");
    assign(scan.get(), 1, std::max(from, prefix));
    int result = SQLITE_ROW;
    while ((result = sqlite3_step(scan.get())) == SQLITE_ROW) {
        const auto key = blob(scan.get(), 0);
        if (!key.starts_with(prefix) || !visit(key, blob(scan.get(), 1))) {
            break;
        }
    }
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        fail("cannot read");
    }
}

void SqliteStore::commit() {
    if (open_unit_) {
        const auto began = std::chrono::steady_clock::now();
        run("COMMIT");
        open_unit_ = false;
        if (on_commit_) {
            on_commit_(std::chrono::steady_clock::now() - began);
        }
    }
    const auto now = std::chrono::steady_clock::now();
    if (now < scrub_at_) {
        return;
    }
    const bool is_of_others = sharing_ == Sharing::shared && !scrub_due_;  // another process may have ended before it could
    if (is_of_others) {
        scrub_at_ = now + scrub_again_after;
    }
    if (scrub_due_ || is_of_others) {
        write_anew_if_can();
    }
}

// The unit is durable already: of an outbox, whoever posted must not be told otherwise. A service must not go on with what was erased.
void SqliteStore::write_anew_if_can() {
    try {
        scrub_due_ = scrub_due_ || number("PRAGMA user_version") == scrub_is_due;
        if (scrub_due_) {
            write_anew();
        }
    } catch (const Broken& why) {
        if (sharing_ == Sharing::exclusive) {
            throw;
        }
        if (!scrub_due_) {
            return;  // whether any is due is asked again
        }
        spdlog::warn("{}; what was erased is still in the file, and is tried again", why.what());
        scrub_due_ = true;
        scrub_at_ = std::chrono::steady_clock::now() + scrub_again_after;
    }
}

// The mark is of the unit, so that a start after a crash knows.
void SqliteStore::scrub() {
    begin();
    run(("PRAGMA user_version=" + std::to_string(scrub_is_due)).c_str());
    scrub_due_ = true;
    scrub_at_ = {};
}

// Pages and log keep old bytes until they happen to be used again: every page is written from what is stored now.
void SqliteStore::write_anew() {
    run("VACUUM");
    const auto until = std::chrono::steady_clock::now() + scrub_patience;
    while (is_read_by_others()) {
        if (std::chrono::steady_clock::now() >= until) {
            spdlog::warn("{}: another process keeps reading it; what was erased is gone soon after that one has ended", path_);
            scrub_due_ = true;
            scrub_at_ = std::chrono::steady_clock::now() + scrub_again_after;
            return;
        }
        std::this_thread::sleep_for(turn_pause);
    }
    scrub_due_ = false;
    run("PRAGMA user_version=0");
}

// By another process, or by one that is just opening it; the log is emptied otherwise. Does not wait.
bool SqliteStore::is_read_by_others() {
    struct Impatience {
        sqlite3* database;
        int patience;
        Impatience(sqlite3* of, Sharing sharing)
            : database(of), patience(sharing == Sharing::shared ? static_cast<int>(turn_patience.count()) : 0) {
            sqlite3_busy_timeout(database, 0);
        }
        Impatience(const Impatience&) = delete;
        Impatience& operator=(const Impatience&) = delete;
        Impatience(Impatience&&) = delete;
        Impatience& operator=(Impatience&&) = delete;
        ~Impatience() { sqlite3_busy_timeout(database, patience); }
    };
    const Impatience now(database_.get(), sharing_);
    return number("PRAGMA wal_checkpoint(TRUNCATE)") != 0;
}

bool SqliteStore::is_sound() {
    const auto statement = prepare("PRAGMA integrity_check(1)");
    return sqlite3_step(statement.get()) == SQLITE_ROW && blob(statement.get(), 0) == "ok";
}

std::uint64_t SqliteStore::number(const char* sql) {
    const auto statement = prepare(sql);
    const int result = sqlite3_step(statement.get());
    if (result != SQLITE_ROW) {
        fail(std::string("cannot ") + sql);
    }
    return integer(statement.get(), 0);
}

std::uint64_t SqliteStore::version() {
    if (sharing_ == Sharing::exclusive) {
        return 0;
    }
    const int result = sqlite3_step(version_.get());
    const auto version = integer(version_.get(), 0);
    sqlite3_reset(version_.get());
    if (result != SQLITE_ROW) {
        fail("cannot read");
    }
    return version;
}

}  // namespace chieng
