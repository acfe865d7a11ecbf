// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/journal.hpp"

#include <xxhash.h>

#include <string>

namespace chieng {
namespace {

[[noreturn]] void fail(std::uint64_t offset) {
    throw Damaged("the journal's block at offset " + std::to_string(offset) + " cannot be read; restore it from a backup");
}

}  // namespace

std::uint64_t chain_after(std::string_view block, std::uint64_t before) {
    return XXH3_64bits_withSeed(block.data(), block.size(), before);
}

std::optional<JournalBlock> read_block(Store& store, std::uint64_t offset) {
    auto block = store.block_at(offset);
    if (block && (block->first > offset || block->last < offset || chain_after(block->bytes, block->before) != block->after)) {
        fail(block->first);
    }
    return block;
}

store::v1::Entries entries_of(const JournalBlock& block) {
    store::v1::Entries entries;
    if (!entries.ParseFromString(block.bytes) || static_cast<std::uint64_t>(entries.entries_size()) != block.last - block.first + 1) {
        fail(block.first);
    }
    return entries;
}

JournalWalk::JournalWalk(Store& store, std::uint64_t after) : store_(store), last_(after) {
    if (last_ == 0) {
        chain_ = 0;
        return;
    }
    std::optional<JournalBlock> before;
    try {
        before = read_block(store_, last_);
    } catch (const Damaged&) {
        return;  // it is not what is read here
    }
    if (!before) {
        fail(last_);
    }
    if (before->last == last_) {
        chain_ = before->after;
    }
}

std::optional<JournalBlock> JournalWalk::next() {
    auto block = read_block(store_, last_ + 1);
    if (!block) {
        if (const auto end = store_.last_block(); (end ? end->last : 0) != last_) {
            fail(last_ + 1);  // it is not the end
        }
        return std::nullopt;
    }
    if (chain_ && (block->before != *chain_ || block->first != last_ + 1)) {
        fail(block->first);
    }
    last_ = block->last;
    chain_ = block->after;
    return block;
}

}  // namespace chieng
