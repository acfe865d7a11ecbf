// SPDX-License-Identifier: Apache-2.0
// Known-bad stores: each breaks one promise of ports/store.hpp in a way that a program could. A simulation that does not
// find them finds nothing.
#pragma once

#include "services/runtime/ports/store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng::simulation {

class PassingStore : public Store {
public:
    explicit PassingStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}

    void append(const JournalBlock& block) override { inner_->append(block); }
    std::optional<JournalBlock> last_block() override { return inner_->last_block(); }
    std::optional<JournalBlock> block_at(std::uint64_t offset) override { return inner_->block_at(offset); }
    void replace(const JournalBlock& block) override { inner_->replace(block); }
    std::optional<std::string> get(std::string_view key) override { return inner_->get(key); }
    void put(std::string_view key, std::string_view value) override { inner_->put(key, value); }
    void erase(std::string_view key) override { inner_->erase(key); }
    void scan_from(std::string_view from, std::string_view prefix, const Visitor& visit) override {
        inner_->scan_from(from, prefix, visit);
    }
    void commit() override { inner_->commit(); }
    void scrub() override { inner_->scrub(); }

protected:
    Store& inner() { return *inner_; }

private:
    std::unique_ptr<Store> inner_;
};

// Says that a unit is on disk when it is not: only every fourth one is, with those before it.
class PretendingStore final : public PassingStore {
public:
    using PassingStore::PassingStore;
    void commit() override {
        if (++units_ % 4 == 0) {
            inner().commit();
        }
    }

private:
    std::uint64_t units_ = 0;
};

// Commits a gateway's checkpoints in one unit and what was folded up to them in the next.
class EarlyCheckpointStore final : public PassingStore {
public:
    using PassingStore::PassingStore;
    std::optional<std::string> get(std::string_view key) override {
        const auto it = later_.find(key);
        return it == later_.end() ? inner().get(key) : std::optional(it->second);
    }
    void put(std::string_view key, std::string_view value) override {
        if (key.starts_with("s/")) {
            inner().put(key, value);
        } else {
            later_.insert_or_assign(std::string(key), std::string(value));
        }
    }
    void commit() override {
        inner().commit();
        for (const auto& [key, value] : later_) {
            inner().put(key, value);
        }
        later_.clear();
        inner().commit();
    }

private:
    std::map<std::string, std::string, std::less<>> later_;
};

// Does not write down what was taken with the snapshot: whoever starts anew knows of nothing before it.
class NoInboxStore final : public PassingStore {
public:
    using PassingStore::PassingStore;
    void put(std::string_view key, std::string_view value) override {
        if (!key.starts_with("d/")) {
            inner().put(key, value);
        }
    }
};

// Does not write down what was refused: whoever starts anew judges it anew.
class NoRefusalsStore final : public PassingStore {
public:
    using PassingStore::PassingStore;
    void put(std::string_view key, std::string_view value) override {
        if (!key.starts_with("x/")) {
            inner().put(key, value);
        }
    }
};

// Commits the values in one unit and the journal's blocks in the next.
class TwoUnitStore final : public PassingStore {
public:
    using PassingStore::PassingStore;
    void append(const JournalBlock& block) override { blocks_.push_back(block); }
    std::optional<JournalBlock> last_block() override { return blocks_.empty() ? inner().last_block() : blocks_.back(); }
    std::optional<JournalBlock> block_at(std::uint64_t offset) override {
        for (const auto& block : blocks_) {
            if (block.first <= offset && offset <= block.last) {
                return block;
            }
        }
        return inner().block_at(offset);
    }
    void commit() override {
        inner().commit();
        for (const auto& block : blocks_) {
            inner().append(block);
        }
        blocks_.clear();
        inner().commit();
    }

private:
    std::vector<JournalBlock> blocks_;
};

}  // namespace chieng::simulation
