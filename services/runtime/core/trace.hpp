// SPDX-License-Identifier: Apache-2.0
// The W3C trace context of an event, without carrying any: its trace id is a digest of its identity, so that phone, service and
// gateway, and whoever reads about it, name the same trace, and neither a message nor a journal is one byte longer.
//
//   printf %s 23656/session/p1/7 | sha256sum | cut -c1-32
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chieng {

struct TracedEvent {
    std::string commune;
    std::string service;
    std::string device;          // empty: not known
    std::uint64_t sequence = 0;  // 0: not known

    [[nodiscard]] bool is_whole() const { return !device.empty() && sequence != 0; }
    [[nodiscard]] std::string text() const;  // 23656/session/p1/7; what is not known is -
    friend bool operator==(const TracedEvent&, const TracedEvent&) = default;
};

// 32 hex digits, for ever the same.
[[nodiscard]] std::string trace_id(const TracedEvent& event);

// 16 hex digits: what a place (device, service, gateway) does within a trace.
[[nodiscard]] std::string span_id(std::string_view trace_id, std::string_view place);

// https://www.w3.org/TR/trace-context/#traceparent-header
struct TraceParent {
    std::string trace_id;
    std::string span_id;
    bool sampled = true;

    [[nodiscard]] std::string text() const;  // 00-…-…-01
};

[[nodiscard]] TraceParent trace_parent(const TracedEvent& event, std::string_view place);

// Nothing when it is none; the caller is as though he had sent none then. A later version is read as far as this one goes.
[[nodiscard]] std::optional<TraceParent> read_trace_parent(std::string_view text);

}  // namespace chieng
