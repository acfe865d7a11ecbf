// SPDX-License-Identifier: Apache-2.0
// Somebody who works out numbers that he is not told. He knows that unknowns are not negative, what is the sum of what, what is
// at most what, and some numbers. Knows nothing of how anything is hidden.
//
// A number is worked out when its sum follows from sums that he knows (elimination, exact but for a prime modulus that no minor
// of these small matrices is likely to be a multiple of), or when its bounds meet.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace chieng::testing {

class Attacker {
public:
    using Sum = std::vector<std::string>;  // of unknowns

    // whole = sum of the parts, or at most that.
    void equal(const std::string& whole, const Sum& parts) { relate(whole, parts, true); }
    void at_most(const std::string& whole, const Sum& parts) { relate(whole, parts, false); }
    void knows(const std::string& name, std::int64_t number) {
        const auto id = unknown(name);
        low_[id] = number;
        high_[id] = number;
    }

    void think() {
        for (bool moved = true; moved;) {
            moved = false;
            for (const auto& relation : relations_) {
                moved = narrow(relation) || moved;
            }
        }
        eliminate();
    }

    // Empty: it may be one number or another.
    [[nodiscard]] std::optional<std::int64_t> worked_out(const std::string& name) const {
        const auto it = ids_.find(name);
        if (it == ids_.end()) {
            return std::nullopt;
        }
        if (low_[it->second] == high_[it->second]) {
            return low_[it->second];
        }
        Row row = row_of(it->second);
        reduce(row);
        if (!row.empty() && row.begin()->first != constant) {
            return std::nullopt;
        }
        return row.empty() ? 0 : static_cast<std::int64_t>(row.begin()->second);
    }

private:
    using Id = std::size_t;
    struct Relation {
        Id whole = 0;
        std::vector<Id> parts;
        bool equal = false;
    };
    using Row = std::map<Id, std::uint64_t>;
    static constexpr std::uint64_t prime = 2'147'483'647;
    static constexpr Id constant = std::numeric_limits<Id>::max();
    static constexpr std::int64_t unbounded = 1'000'000'000;

    Id unknown(const std::string& name) {
        const auto [it, fresh] = ids_.try_emplace(name, ids_.size());
        if (fresh) {
            low_.push_back(0);
            high_.push_back(unbounded);
        }
        return it->second;
    }

    void relate(const std::string& whole, const Sum& parts, bool equal) {
        Relation relation{unknown(whole), {}, equal};
        for (const auto& part : parts) {
            relation.parts.push_back(unknown(part));
        }
        relations_.push_back(std::move(relation));
    }

    bool raise(Id id, std::int64_t low) {
        const bool moved = low > low_[id];
        low_[id] = std::max(low_[id], low);
        return moved;
    }
    bool lower(Id id, std::int64_t high) {
        const bool moved = high < high_[id];
        high_[id] = std::min(high_[id], high);
        return moved;
    }

    bool narrow(const Relation& relation) {
        std::int64_t low = 0;
        std::int64_t high = 0;
        for (const auto part : relation.parts) {
            low += low_[part];
            high += high_[part];
        }
        bool moved = lower(relation.whole, high);
        moved = (relation.equal && raise(relation.whole, low)) || moved;
        for (const auto part : relation.parts) {
            moved = raise(part, low_[relation.whole] - (high - high_[part])) || moved;
            moved = (relation.equal && lower(part, high_[relation.whole] - (low - low_[part]))) || moved;
        }
        return moved;
    }

    // What is known of it is a constant.
    [[nodiscard]] Row row_of(Id id) const {
        if (low_[id] == high_[id]) {
            return low_[id] == 0 ? Row{} : Row{{constant, static_cast<std::uint64_t>(low_[id]) % prime}};
        }
        return {{id, 1}};
    }

    static void add(Row& row, const Row& other, std::uint64_t times) {
        for (const auto& [id, factor] : other) {
            auto& at = row[id];
            at = (at + factor * times) % prime;
            if (at == 0) {
                row.erase(id);
            }
        }
    }

    void reduce(Row& row) const {
        for (auto it = row.begin(); it != row.end() && it->first != constant;) {
            const auto id = it->first;
            const auto pivot = pivots_.find(id);
            if (pivot == pivots_.end()) {
                ++it;
                continue;
            }
            add(row, pivot->second, prime - it->second);
            it = row.upper_bound(id);
        }
    }

    static std::uint64_t inverse(std::uint64_t number) {
        std::uint64_t result = 1;
        for (auto power = prime - 2; power > 0; power /= 2) {
            result = power % 2 == 1 ? result * number % prime : result;
            number = number * number % prime;
        }
        return result;
    }

    void eliminate() {
        for (const auto& relation : relations_) {
            if (!relation.equal) {
                continue;
            }
            Row row = row_of(relation.whole);
            for (const auto part : relation.parts) {
                add(row, row_of(part), prime - 1);
            }
            reduce(row);
            if (row.empty() || row.begin()->first == constant) {
                continue;
            }
            const auto id = row.begin()->first;
            Row scaled;
            add(scaled, row, inverse(row.begin()->second));
            pivots_[id] = std::move(scaled);
        }
    }

    std::map<std::string, Id> ids_;
    std::vector<std::int64_t> low_;
    std::vector<std::int64_t> high_;
    std::vector<Relation> relations_;
    std::map<Id, Row> pivots_;
};

}  // namespace chieng::testing
