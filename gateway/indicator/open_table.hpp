// SPDX-License-Identifier: Apache-2.0
// Entries by number, in one array with open addressing: a look-up waits for the memory once, and who knows the next ones can have them
// fetched ahead. An Entry has a `key`, and says of itself that it is_free(); a made one is free.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace chieng {

template <class Entry>
class OpenTable {
public:
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::size_t size() const { return size_; }

    void prefetch(std::uint64_t key) const {
        if (!entries_.empty()) {
            const auto* home = reinterpret_cast<const char*>(&entries_[home_of(key)]);
            __builtin_prefetch(home, 1);
            __builtin_prefetch(home + sizeof(Entry) - 1, 1);
        }
    }

    // Null when there is none. It stands until the next make() or erase().
    [[nodiscard]] const Entry* find(std::uint64_t key) const { return found(entries_, key); }
    [[nodiscard]] Entry* find(std::uint64_t key) { return found(entries_, key); }

    // The entry of the key. A new one is still free: the caller fills it, or gives it back with erase().
    [[nodiscard]] Entry& make(std::uint64_t key) {
        if (size_ + 1 > entries_.size() / 5 * 4) {
            grow();
        }
        auto& entry = entries_[place_of(key)];
        if (entry.is_free()) {
            entry.key = key;
            ++size_;
        }
        return entry;
    }

    // Those after it move up, as far as none comes before its home.
    void erase(Entry& entry) {
        auto hole = static_cast<std::size_t>(&entry - entries_.data());
        entry = Entry();
        for (auto at = next(hole); !entries_[at].is_free(); at = next(at)) {
            if (distance(home_of(entries_[at].key), at) >= distance(hole, at)) {
                entries_[hole] = std::exchange(entries_[at], Entry());
                hole = at;
            }
        }
        --size_;
    }

    template <class Visit>
    void each(const Visit& visit) const {
        for (const auto& entry : entries_) {
            if (!entry.is_free()) {
                visit(entry);
            }
        }
    }

private:
    template <class Entries>
    [[nodiscard]] auto found(Entries& entries, std::uint64_t key) const -> decltype(entries.data()) {
        if (entries.empty()) {
            return nullptr;
        }
        auto& entry = entries[place_of(key)];
        return entry.is_free() ? nullptr : &entry;
    }
    // 32 mixed bits, spread over the array: it may have any size, and so grows in small steps.
    [[nodiscard]] std::size_t home_of(std::uint64_t key) const {
        const auto mixed = (key ^ key >> 32U) * 0x9E3779B97F4A7C15U;
        return (mixed >> 32U) * entries_.size() >> 32U;
    }
    [[nodiscard]] std::size_t next(std::size_t at) const { return at + 1 == entries_.size() ? 0 : at + 1; }
    [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const {
        return from <= to ? to - from : to + entries_.size() - from;
    }
    [[nodiscard]] std::size_t place_of(std::uint64_t key) const {
        auto at = home_of(key);
        while (!entries_[at].is_free() && entries_[at].key != key) {
            at = next(at);
        }
        return at;
    }
    void grow() {
        auto before = std::exchange(entries_, std::vector<Entry>(entries_.size() + entries_.size() / 2 + 5));
        for (auto& entry : before) {
            if (!entry.is_free()) {
                entries_[place_of(entry.key)] = std::move(entry);
            }
        }
    }

    std::vector<Entry> entries_;
    std::size_t size_ = 0;
};

}  // namespace chieng
