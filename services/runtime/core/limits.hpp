// SPDX-License-Identifier: Apache-2.0
// Every bound of the runtime, in one place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chieng::limits {

inline constexpr std::size_t payload_bytes_max = 256 * 1024;  // of a message that we take or send
inline constexpr std::size_t event_bytes_max = 16 * 1024;
inline constexpr std::size_t block_bytes_max = 128 * 1024;   // of a journal block
inline constexpr std::size_t reply_bytes_max = 1024 * 1024;  // of all blocks that answer one request
inline constexpr std::size_t reply_cells_max = 20'000;       // of a table of cells
inline constexpr std::size_t quarantine_items_max = 10'000;
inline constexpr std::size_t quarantine_payload_bytes_max = 4096;
inline constexpr std::uint64_t snapshot_entries = 20'000;  // entries folded again after a crash, at most about this many
inline constexpr std::size_t queue_messages_max = 4096;    // arrivals that wait for the loop, actions that wait for the link;
inline constexpr std::size_t queue_passing_max = 3072;     // with so many of these none is taken that is not retained
inline constexpr std::size_t window_messages = 64;         // publications not yet taken by the broker
inline constexpr std::size_t outbox_events_max = 100'000;
inline constexpr std::size_t forget_runs_max = 4096;  // of one device; beyond it neighbours are joined: it forgets more, never less
inline constexpr int histories_max = 1'000;           // of a feed, those that ended: an erasure ends one
inline constexpr std::size_t batch_events_max = 50;
inline constexpr std::size_t steps_told_max = 1'000;      // of one unit, to a log
inline constexpr std::int64_t log_trouble_at_once = 200;  // lines about what is wrong …
inline constexpr std::int64_t log_trouble_per_second = 20;
inline constexpr std::int64_t log_events_at_once = 20'000;  // … and about the others, where they are asked for
inline constexpr std::int64_t log_events_per_second = 5'000;
inline constexpr std::size_t http_header_bytes_max = 8 * 1024;
inline constexpr std::size_t http_connections_max = 16;
inline constexpr std::chrono::seconds http_patience{5};         // for a header, for a body to begin, and for an answer to be taken
inline constexpr std::size_t http_body_bytes_per_second = 256;  // from then on, at least, on the whole
inline constexpr std::size_t http_body_bytes_max = 64 * 1024;
inline constexpr std::size_t http_api_connections_max = 4352;  // of a gateway, streams among them
inline constexpr std::size_t http_streams_max = 4096;
inline constexpr std::size_t http_queue_bytes_max = 256 * 1024;  // that wait for one who follows
inline constexpr std::size_t http_text_bytes_max = 4 * 1024;     // that he may say
inline constexpr std::chrono::seconds http_beat{15};             // between two signs of life
inline constexpr std::chrono::seconds http_stream_patience{60};  // for one message to be taken

}  // namespace chieng::limits
