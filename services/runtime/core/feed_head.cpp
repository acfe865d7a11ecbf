// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/feed_head.hpp"

#include "chieng/v1/feed.pb.h"

#include <xxhash.h>

namespace chieng {

Publish feed_head(std::string topic, std::uint64_t epoch, std::uint64_t last) {
    v1::Head head;
    head.set_epoch(epoch);
    head.set_last(last);
    return Publish{{std::move(topic), head.SerializeAsString(), true}};
}

std::uint64_t epoch_after(std::uint64_t epoch, std::uint64_t last) {
    return XXH3_64bits_withSeed(&epoch, sizeof epoch, last) >> 1U | 1U;
}

std::uint64_t last_of_kept_head(const Message& kept) {
    v1::Head head;
    return kept.retained && head.ParseFromString(kept.payload) ? head.last() : 0;
}

std::optional<std::uint64_t> epoch_after_restore(const Message& kept, std::uint64_t epoch, std::uint64_t last) {
    v1::Head head;
    if (!kept.retained || !head.ParseFromString(kept.payload) || head.epoch() != epoch || head.last() <= last) {
        return std::nullopt;
    }
    return epoch_after(epoch, head.last());
}

}  // namespace chieng
