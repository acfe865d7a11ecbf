// SPDX-License-Identifier: Apache-2.0
// Idempotency keys of what was posted over HTTP, in the store of the outbox that numbered it: who posts the same again under
// the same key gets the first receipt, also after a restart, and nothing is posted twice.
#pragma once

#include "services/runtime/ports/store.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace chieng {

// What identifies a post: digests, made where the key is read.
struct PostKey {
    std::string name;  // of the poster and his key
    std::string body;  // of what he posts, made with the key
};

class PostedKeys {
public:
    static constexpr std::chrono::hours lifetime{48};

    explicit PostedKeys(Store& store) : store_(store) {}

    struct Found {
        std::string service;
        std::uint64_t sequence = 0;
        bool is_same = false;  // the body is
    };
    // `now` in seconds since 1970. Nothing once the key has expired.
    [[nodiscard]] std::optional<Found> find(const PostKey& key, std::uint64_t now);

    // Keeps it with the unit that the caller commits, and drops, once an hour, those that have expired.
    void put(const PostKey& key, const std::string& service, std::uint64_t sequence, std::uint64_t now);

private:
    void drop_expired(std::uint64_t now);

    Store& store_;
    std::optional<std::uint64_t> dropped_at_;
};

}  // namespace chieng
