// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/claim_index.hpp"

#include "chieng/store/v1/inbox.pb.h"
#include "services/runtime/core/bytes.hpp"

#include <xxhash.h>

#include <algorithm>
#include <limits>

namespace chieng {
namespace {

constexpr std::size_t block_rows = 700;     // with its key and numbers just under two pages of SQLite, beside what stands in the tree
constexpr std::size_t runs_of_a_level = 4;  // as many become one of the next

std::uint64_t digest_of(std::string_view key) {
    return XXH3_64bits(key.data(), key.size());
}

std::uint32_t head_of(std::uint64_t digest) {
    return static_cast<std::uint32_t>(digest >> 32U);
}

}  // namespace

// Writes rows, which come in their order, as a run.
class ClaimIndex::Writer {
public:
    Writer(ClaimIndex& index, std::uint32_t level) : index_(index) {
        run_.number = index_.next_++;
        run_.level = level;
    }
    void add(const Row& row) {
        block_.add_digests(row.digest);
        block_.add_offsets(row.offset);
        run_.heads.push_back(head_of(row.digest));
        if (static_cast<std::size_t>(block_.digests_size()) == block_rows) {
            flush();
        }
    }
    void finish() {
        flush();
        if (!run_.heads.empty()) {
            run_.heads.shrink_to_fit();
            index_.runs_.push_back(std::move(run_));
        }
    }

private:
    void flush() {
        if (block_.digests_size() > 0) {
            block_.set_level(run_.level);
            index_.store_.put(key_of(run_.number, blocks_++), block_.SerializeAsString());
            block_.Clear();
        }
    }

    ClaimIndex& index_;
    Run run_;
    store::v1::Claims block_;
    std::uint64_t blocks_ = 0;
};

// Goes through a run, a block at a time, and takes away what it has read.
class ClaimIndex::Reader {
public:
    Reader(ClaimIndex& index, std::uint64_t run, std::size_t rows) : index_(index), run_(run), left_(rows) { fill(); }
    [[nodiscard]] const Row* row() const { return left_ == 0 ? nullptr : &rows_[at_]; }
    void next() {
        --left_;
        ++at_;
        fill();
    }

private:
    void fill() {
        if (at_ == rows_.size() && left_ > 0) {
            rows_ = index_.read(run_, block_);
            index_.store_.erase(key_of(run_, block_++));
            at_ = 0;
        }
    }

    ClaimIndex& index_;
    std::uint64_t run_;
    std::size_t left_;
    std::uint64_t block_ = 0;
    std::vector<Row> rows_;
    std::size_t at_ = 0;
};

std::string ClaimIndex::key_of(std::uint64_t run, std::uint64_t block) {
    return std::string(prefix) + big_endian(run) + big_endian(block);
}

void ClaimIndex::load() {
    clear();
    store_.scan(prefix, [&](std::string_view key, std::string_view bytes) {
        std::uint64_t number = 0;
        for (const char byte : key.substr(prefix.size(), sizeof number)) {
            number = number << 8U | static_cast<std::uint8_t>(byte);
        }
        store::v1::Claims block;
        if (!block.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || block.digests_size() != block.offsets_size()) {
            throw Broken("the index of claims cannot be read; restore the file from a backup");
        }
        if (runs_.empty() || runs_.back().number != number) {
            runs_.push_back({number, block.level(), {}});
            next_ = number + 1;
        }
        for (const auto digest : block.digests()) {
            runs_.back().heads.push_back(head_of(digest));
        }
        return true;
    });
    for (auto& run : runs_) {
        run.heads.shrink_to_fit();
    }
}

void ClaimIndex::clear() {
    fresh_.clear();
    runs_.clear();
    next_ = 1;
}

std::vector<ClaimIndex::Row> ClaimIndex::read(std::uint64_t run, std::uint64_t block) {
    const auto bytes = store_.get(key_of(run, block));
    store::v1::Claims claims;
    if (!bytes || !claims.ParseFromString(*bytes) || claims.digests_size() != claims.offsets_size() || claims.digests().empty()) {
        throw Broken("the index of claims cannot be read; restore the file from a backup");
    }
    std::vector<Row> rows;
    rows.reserve(static_cast<std::size_t>(claims.digests_size()));
    for (int i = 0; i < claims.digests_size(); ++i) {
        rows.push_back({claims.digests(i), claims.offsets(i)});
    }
    return rows;
}

std::optional<std::uint64_t> ClaimIndex::find_in(const Run& run, std::uint64_t digest) {
    const auto [first, last] = std::equal_range(run.heads.begin(), run.heads.end(), head_of(digest));
    if (first == last) {
        return std::nullopt;
    }
    const auto block_at = [&](auto it) { return static_cast<std::uint64_t>(it - run.heads.begin()) / block_rows; };
    for (auto block = block_at(first); block <= block_at(last - 1); ++block) {
        for (const auto& row : read(run.number, block)) {
            if (row.digest == digest) {
                return row.offset;
            }
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> ClaimIndex::find(std::string_view key) {
    const auto digest = digest_of(key);
    std::optional<std::uint64_t> found;
    if (const auto it = fresh_.find(digest); it != fresh_.end()) {
        found = it->second;
    }
    for (auto run = runs_.rbegin(); !found && run != runs_.rend(); ++run) {
        found = find_in(*run, digest);
    }
    return found && *found != 0 ? found : std::nullopt;
}

void ClaimIndex::hold(std::string_view key, std::uint64_t offset) {
    fresh_[digest_of(key)] = offset;
}

void ClaimIndex::release(std::string_view key) {
    fresh_[digest_of(key)] = 0;
}

void ClaimIndex::keep() {
    if (fresh_.empty()) {
        return;
    }
    std::vector<std::pair<std::uint64_t, std::uint64_t>> rows(fresh_.begin(), fresh_.end());
    std::sort(rows.begin(), rows.end());
    Writer writer(*this, 0);
    for (const auto& [digest, offset] : rows) {
        writer.add({digest, offset});
    }
    writer.finish();
    fresh_ = {};
    while (runs_.size() >= runs_of_a_level && runs_[runs_.size() - runs_of_a_level].level == runs_.back().level) {
        merge_newest();
    }
}

// The oldest run needs no mark of what was released.
void ClaimIndex::merge_newest() {
    const std::vector<Run> merged(std::make_move_iterator(runs_.end() - runs_of_a_level), std::make_move_iterator(runs_.end()));
    runs_.resize(runs_.size() - runs_of_a_level);
    const bool is_oldest = runs_.empty();
    std::vector<Reader> readers;  // the newest first
    for (auto run = merged.rbegin(); run != merged.rend(); ++run) {
        readers.emplace_back(*this, run->number, run->heads.size());
    }
    Writer writer(*this, merged.back().level + 1);
    while (true) {
        const Row* least = nullptr;
        for (const auto& reader : readers) {
            least = reader.row() != nullptr && (least == nullptr || reader.row()->digest < least->digest) ? reader.row() : least;
        }
        if (least == nullptr) {
            break;
        }
        const Row row = *least;
        for (auto& reader : readers) {
            if (reader.row() != nullptr && reader.row()->digest == row.digest) {
                reader.next();
            }
        }
        if (row.offset != 0 || !is_oldest) {
            writer.add(row);
        }
    }
    writer.finish();
}

}  // namespace chieng
