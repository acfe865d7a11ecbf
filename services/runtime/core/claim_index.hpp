// SPDX-License-Identifier: Apache-2.0
// Who holds an exclusive claim: from the digest of a claim's key to the journal's offset of the entry that holds it. Keys come in
// no order, and a table sorted by them would rewrite a page of the disk for each. So what changed since the last keep() goes down
// as a run of its own, sorted, in blocks; a few runs of one size become one of the next. A claim is written again a handful of
// times in its life, however many there are.
//
// Memory   two bytes and a half of each claim: enough to know nearly always, without the disk, that nobody holds it.
// Limits   two keys with one digest of 64 bits are taken for one: who finds an entry compares what it claims.
// Thread   one thread only.
#pragma once

#include "services/runtime/ports/store.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng {

class ClaimIndex {
public:
    static constexpr std::string_view prefix = "h/";  // of its keys in the store, which must outlive it

    explicit ClaimIndex(Store& store) : store_(store) {}

    // Reads back what was kept. Throws Broken when it cannot be read.
    void load();

    // The offset of the entry that holds the key.
    [[nodiscard]] std::optional<std::uint64_t> find(std::string_view key);
    void hold(std::string_view key, std::uint64_t offset);
    void release(std::string_view key);

    // Puts what changed into the store's open unit.
    void keep();
    // Nothing is held. What the store has is left to the caller.
    void clear();

private:
    struct Row {
        std::uint64_t digest = 0;
        std::uint64_t offset = 0;  // 0: released
    };
    // Which rows of a run may be of a digest. Digests lie evenly: their first bits are the number of a bucket of a few, and of
    // each the bits behind those are kept.
    class Heads {
    public:
        Heads() = default;
        explicit Heads(const std::vector<std::uint32_t>& sorted);  // the upper halves of digests
        [[nodiscard]] std::size_t rows() const { return tails_.size(); }
        [[nodiscard]] std::pair<std::size_t, std::size_t> rows_of(std::uint32_t head) const;  // from, up to

    private:
        [[nodiscard]] std::size_t bucket_of(std::uint32_t head) const { return std::uint64_t{head} >> (32U - bits_); }
        [[nodiscard]] std::uint16_t tail_of(std::uint32_t head) const { return static_cast<std::uint16_t>(head >> (16U - bits_)); }

        unsigned bits_ = 0;  // that number a bucket, at most 16
        std::vector<std::uint32_t> ends_;
        std::vector<std::uint16_t> tails_;
    };
    struct Run {
        std::uint64_t number = 0;  // a later run has the last word
        std::uint32_t level = 0;
        Heads heads;
    };
    class Writer;
    class Reader;

    [[nodiscard]] static std::string key_of(std::uint64_t run, std::uint64_t block);
    [[nodiscard]] std::vector<Row> read(std::uint64_t run, std::uint64_t block);
    [[nodiscard]] std::optional<std::uint64_t> find_in(const Run& run, std::uint64_t digest);
    void merge_newest();

    Store& store_;
    boost::unordered_flat_map<std::uint64_t, std::uint64_t> fresh_;  // since the last keep()
    std::vector<Run> runs_;                                          // in the order of their numbers
    std::uint64_t next_ = 1;
};

}  // namespace chieng
