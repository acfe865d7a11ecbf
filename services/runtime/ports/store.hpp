// SPDX-License-Identifier: Apache-2.0
// The durable side of one component: a journal of blocks and a table of values, changed together in units.
//
// Thread   one thread only.
// Order    reads see what was written before them, committed or not.
// Sharing  as a rule no other process has it open. Where others may, a unit that was opened by begin() reads and writes as if
//          it were alone from then until its commit; outside a unit each read sees the latest commit of anybody.
// Errors   Broken, from any call: nothing of the open unit is kept, and the process must end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace chieng {

// Something without which the process cannot keep its promises: it stops, and starts again from disk.
class Broken : public std::runtime_error {
public:
    enum class Why : unsigned char { other, disk_full, not_writable, disk_fails, damaged, busy };
    explicit Broken(const std::string& what, Why why = Why::other) : std::runtime_error(what), why_(why) {}
    [[nodiscard]] Why why() const { return why_; }

private:
    Why why_;
};

// A journal whose old bytes are not what was written. It ends a start; while a process runs, what needs them waits, and the rest goes on.
class Damaged : public Broken {
public:
    using Broken::Broken;
};

// Entries first..last of a journal, with the chain value before and after them.
struct JournalBlock {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    std::string bytes;
};

class Store {
public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    Store(Store&&) = delete;
    Store& operator=(Store&&) = delete;
    virtual ~Store() = default;

    virtual void append(const JournalBlock& block) = 0;
    [[nodiscard]] virtual std::optional<JournalBlock> last_block() = 0;
    // The block that holds this offset.
    [[nodiscard]] virtual std::optional<JournalBlock> block_at(std::uint64_t offset) = 0;

    // Puts this block in the place of the one with the same first offset.
    virtual void replace(const JournalBlock& block) = 0;

    [[nodiscard]] virtual std::optional<std::string> get(std::string_view key) = 0;
    virtual void put(std::string_view key, std::string_view value) = 0;
    virtual void erase(std::string_view key) = 0;
    // Visits keys with this prefix, from `from` on if it is one of them, in byte order until the visitor returns false. The visitor must
    // not write.
    using Visitor = std::function<bool(std::string_view key, std::string_view value)>;
    void scan(std::string_view prefix, const Visitor& visit) { scan_from(prefix, prefix, visit); }
    virtual void scan_from(std::string_view from, std::string_view prefix, const Visitor& visit) = 0;

    // Opens a unit before its first write, which opens one otherwise. Waits while another process has one open.
    virtual void begin() {}
    // Makes all that was written since the last commit durable, as one. On disk when it returns.
    virtual void commit() = 0;
    // Part of the open unit: when its commit returns, no byte of what was replaced or erased until then is left in the files;
    // when the process ends before that, not after the next start either; where another process reads all the time, with a later commit.
    // Slow.
    virtual void scrub() = 0;

    // Another number than before when another process has committed since.
    [[nodiscard]] virtual std::uint64_t version() { return 0; }
};

}  // namespace chieng
