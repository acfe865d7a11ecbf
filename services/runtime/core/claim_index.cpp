// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/claim_index.hpp"

#include "chieng/store/v1/inbox.pb.h"
#include "services/runtime/core/bytes.hpp"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <iterator>

namespace chieng {
namespace {

constexpr std::size_t block_rows = 700;     // with its key and numbers just under two pages of SQLite, beside what stands in the tree
constexpr std::size_t runs_of_a_level = 4;  // as many become one of the next
constexpr std::size_t bucket_rows = 8;

std::uint64_t digest_of(std::string_view key) {
    return XXH3_64bits(key.data(), key.size());
}

std::uint32_t head_of(std::uint64_t digest) {
    return static_cast<std::uint32_t>(digest >> 32U);
}

}  // namespace

ClaimIndex::Heads::Heads(const std::vector<std::uint32_t>& sorted)
    : bits_(static_cast<unsigned>(std::min<std::size_t>(16, static_cast<std::size_t>(std::bit_width(sorted.size() / bucket_rows))))) {
    ends_.reserve(std::size_t{1} << bits_);
    tails_.reserve(sorted.size());
    for (const auto head : sorted) {
        ends_.resize(bucket_of(head), static_cast<std::uint32_t>(tails_.size()));
        tails_.push_back(tail_of(head));
    }
    ends_.resize(std::size_t{1} << bits_, static_cast<std::uint32_t>(tails_.size()));
}

std::pair<std::size_t, std::size_t> ClaimIndex::Heads::rows_of(std::uint32_t head) const {
    const auto bucket = bucket_of(head);
    const auto begin = [&](std::size_t row) { return tails_.begin() + static_cast<std::ptrdiff_t>(row); };
    const auto [first, last] = std::equal_range(begin(bucket == 0 ? 0 : ends_[bucket - 1]), begin(ends_[bucket]), tail_of(head));
    return {static_cast<std::size_t>(first - tails_.begin()), static_cast<std::size_t>(last - tails_.begin())};
}

// Writes rows, which come in their order, as a run.
class ClaimIndex::Writer {
public:
    // `rows`: at most so many.
    Writer(ClaimIndex& index, std::uint32_t level, std::size_t rows) : index_(index) {
        run_.number = index_.next_++;
        run_.level = level;
        heads_.reserve(rows);
    }
    void add(const Row& row) {
        block_.add_digests(row.digest);
        block_.add_offsets(row.offset);
        heads_.push_back(head_of(row.digest));
        if (static_cast<std::size_t>(block_.digests_size()) == block_rows) {
            flush();
        }
    }
    void finish() {
        flush();
        if (!heads_.empty()) {
            run_.heads = Heads(heads_);
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
    std::vector<std::uint32_t> heads_;
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
    std::vector<std::uint32_t> heads;  // of the run that is read
    const auto end_run = [&] {
        if (!runs_.empty()) {
            runs_.back().heads = Heads(heads);
            heads.clear();
        }
    };
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
            end_run();
            runs_.push_back({number, block.level(), {}});
            next_ = number + 1;
        }
        std::transform(block.digests().begin(), block.digests().end(), std::back_inserter(heads), head_of);
        return true;
    });
    end_run();
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
    const auto [first, last] = run.heads.rows_of(head_of(digest));
    if (first == last) {
        return std::nullopt;
    }
    for (auto block = first / block_rows; block <= (last - 1) / block_rows; ++block) {
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
    Writer writer(*this, 0, rows.size());
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
    std::size_t rows = 0;
    for (auto run = merged.rbegin(); run != merged.rend(); ++run) {
        readers.emplace_back(*this, run->number, run->heads.rows());
        rows += run->heads.rows();
    }
    Writer writer(*this, merged.back().level + 1, rows);
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
