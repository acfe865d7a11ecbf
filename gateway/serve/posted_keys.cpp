// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/posted_keys.hpp"

#include "chieng/store/v1/outbox.pb.h"

#include <vector>

namespace chieng {
namespace {

constexpr const char* keys_begin = "k/";

// One that cannot be read is as good as none.
bool still_holds(const store::v1::PostedKey& kept, std::uint64_t now) {
    constexpr auto seconds = static_cast<std::uint64_t>(std::chrono::seconds(PostedKeys::lifetime).count());
    return now < kept.posted_at() + seconds;
}

}  // namespace

std::optional<PostedKeys::Found> PostedKeys::find(const PostKey& key, std::uint64_t now) {
    const auto bytes = store_.get(keys_begin + key.name);
    store::v1::PostedKey kept;
    if (!bytes || !kept.ParseFromString(*bytes) || !still_holds(kept, now)) {
        return std::nullopt;
    }
    return Found{kept.service(), kept.sequence(), kept.body() == key.body};
}

void PostedKeys::drop_expired(std::uint64_t now) {
    constexpr std::uint64_t every = 3'600;
    if (dropped_at_ && *dropped_at_ <= now && now < *dropped_at_ + every) {
        return;
    }
    dropped_at_ = now;
    std::vector<std::string> expired;
    store_.scan(keys_begin, [&](std::string_view name, std::string_view bytes) {
        store::v1::PostedKey kept;
        if (!kept.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !still_holds(kept, now)) {
            expired.emplace_back(name);
        }
        return true;
    });
    for (const auto& name : expired) {
        store_.erase(name);
    }
}

void PostedKeys::put(const PostKey& key, const std::string& service, std::uint64_t sequence, std::uint64_t now) {
    drop_expired(now);
    store::v1::PostedKey kept;
    kept.set_body(key.body);
    kept.set_service(service);
    kept.set_sequence(sequence);
    kept.set_posted_at(now);
    store_.put(keys_begin + key.name, kept.SerializeAsString());
}

}  // namespace chieng
