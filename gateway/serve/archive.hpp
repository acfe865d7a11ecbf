// SPDX-License-Identifier: Apache-2.0
// The archive's log (recipient R9): what a place filed, what was submitted and acknowledged, and each day how far its journals went.
// Each entry pins the one before by SHA-256; `chieng-gateway archive` reads and checks it.
//
// No entry tells of the household service's journal: an erasure writes that anew, and no digest of what was erased may stay.
#pragma once

#include "chieng/v1/archive.pb.h"
#include "chieng/v1/feed.pb.h"
#include "gateway/serve/follower.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/store.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace chieng {

class Archive {
public:
    static constexpr int entries_per_reply = 500;

    // Reads the latest entry. Throws Broken when it cannot be read.
    Archive(std::string place, Store& store);

    // The entry is part of the store's open unit; tell() publishes it, after the commit.
    void add(v1::ArchiveEntry::Kind kind, const std::string& subject, const std::string& sha256, Instant now);
    // When it went on since the last time.
    void add_journal(const Source& source, const FeedReader::Checkpoint& at, Instant now);
    // A report that was submitted, a period that was filed; each once, however often it is read.
    void hear(const Source& source, const v1::Entry& entry);

    [[nodiscard]] bool is_ahead() const { return !added_.empty(); }
    void tell(Actions& actions);
    void start(Actions& actions) const;
    // Answers who asks; false when it is no question to the archive.
    bool take(const Message& message, Actions& actions) const;

private:
    void add(v1::ArchiveEntry entry);

    std::string place_;
    Store& store_;
    v1::ArchiveEntry latest_;
    std::vector<v1::ArchiveEntry> added_;
};

// What is wrong with a log that is read from its first entry on, each after the one before it; empty when nothing is.
// `before` is the entry before these, if there is one.
[[nodiscard]] std::optional<std::string> first_break(const v1::ArchiveEntry* before, std::span<const v1::ArchiveEntry> entries);

}  // namespace chieng
