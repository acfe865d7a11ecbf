// SPDX-License-Identifier: Apache-2.0
// A journal as it is read back. What the disk gives is not trusted: bytes that were changed are found by the block's digest, and a page
// that lies in another one's place is a block that is whole, and does not follow the one before.
//
// Errors   Damaged with what to do, when a block is not what was written, or is not there.
#pragma once

#include "chieng/store/v1/inbox.pb.h"
#include "services/runtime/ports/store.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace chieng {

// The chain value after a block.
[[nodiscard]] std::uint64_t chain_after(std::string_view block, std::uint64_t before);

// The block that holds this offset; none behind the end.
[[nodiscard]] std::optional<JournalBlock> read_block(Store& store, std::uint64_t offset);

[[nodiscard]] store::v1::Entries entries_of(const JournalBlock& block);

// Reads block after block and holds each to follow the one before.
class JournalWalk {
public:
    // From the block that holds the offset after this one, which is there, or 0.
    JournalWalk(Store& store, std::uint64_t after);

    // None at the end. What the caller puts in the place of a block does not change what is read next.
    [[nodiscard]] std::optional<JournalBlock> next();

private:
    Store& store_;
    std::uint64_t last_;
    std::optional<std::uint64_t> chain_;
};

}  // namespace chieng
