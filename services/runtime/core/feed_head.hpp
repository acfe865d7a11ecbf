// SPDX-License-Identifier: Apache-2.0
// The head of a feed, as its writer publishes it and hears it back from the broker.
#pragma once

#include "services/runtime/ports/link.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace chieng {

[[nodiscard]] Publish feed_head(std::string topic, std::uint64_t epoch, std::uint64_t last);

// The epoch of the history that follows this one, whose last offset is given.
[[nodiscard]] std::uint64_t epoch_after(std::uint64_t epoch, std::uint64_t last);

// The last offset of a head of ours that the broker has kept, of whatever epoch; 0 when the message is none.
[[nodiscard]] std::uint64_t last_of_kept_head(const Message& kept);

// When the broker has kept a head of ours that is ahead of what we hold, our file was restored from a backup: what we
// write from now on is another history and needs this other epoch.
[[nodiscard]] std::optional<std::uint64_t> epoch_after_restore(const Message& kept, std::uint64_t epoch, std::uint64_t last);

}  // namespace chieng
