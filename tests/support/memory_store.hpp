// SPDX-License-Identifier: Apache-2.0
// Store in memory that forgets, on crash(), what was not committed. Passes the same contract as the SQLite one.
#pragma once

#include "services/runtime/ports/store.hpp"

#include <iterator>
#include <map>

namespace chieng::testing {

class MemoryStore final : public Store {
    struct State {
        std::map<std::uint64_t, JournalBlock> journal;
        std::map<std::string, std::string, std::less<>> kept;
    };

public:
    MemoryStore() = default;
    // As another one was left, if there is one.
    explicit MemoryStore(const MemoryStore* left) : now_(left == nullptr ? State() : left->durable_), durable_(now_) {}

    void append(const JournalBlock& block) override { now_.journal[block.first] = block; }
    std::optional<JournalBlock> last_block() override {
        return now_.journal.empty() ? std::nullopt : std::optional(now_.journal.rbegin()->second);
    }
    std::optional<JournalBlock> block_at(std::uint64_t offset) override {
        auto it = now_.journal.upper_bound(offset);
        if (it == now_.journal.begin()) {
            return std::nullopt;
        }
        --it;
        return it->second.last >= offset ? std::optional(it->second) : std::nullopt;
    }
    void replace(const JournalBlock& block) override { now_.journal.at(block.first) = block; }
    std::optional<std::string> get(std::string_view key) override {
        const auto it = now_.kept.find(key);
        return it == now_.kept.end() ? std::nullopt : std::optional(it->second);
    }
    void put(std::string_view key, std::string_view value) override { now_.kept.insert_or_assign(std::string(key), std::string(value)); }
    void erase(std::string_view key) override { now_.kept.erase(std::string(key)); }
    void scan_from(std::string_view from, std::string_view prefix, const Visitor& visit) override {
        for (auto it = now_.kept.lower_bound(std::max(from, prefix)); it != now_.kept.end() && it->first.starts_with(prefix); ++it) {
            if (!visit(it->first, it->second)) {
                return;
            }
        }
    }
    void commit() override {
        if (fail_commits > 0) {
            --fail_commits;
            now_ = durable_;
            throw Broken("commit failed");
        }
        durable_ = now_;
    }

    void scrub() override {}

    void crash() { now_ = durable_; }

    int fail_commits = 0;

private:
    State now_;
    State durable_;
};

}  // namespace chieng::testing
