// SPDX-License-Identifier: Apache-2.0
// What became of an event, step by step, told to whoever writes it down. A step is made of the event's name and of durable codes:
// there is no room in it for a key, a sentence or a figure (I8).
//
// Thread   the component's.
// Cost     nothing but a question as long as nobody wants the step.
#pragma once

#include "services/runtime/core/trace.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

enum class StepKind { posted, sent, stored, duplicate, refused, conflict, quarantined, damaged, folded };

// Somebody has to look at it.
[[nodiscard]] constexpr bool is_trouble(StepKind kind) {
    return kind == StepKind::refused || kind == StepKind::conflict || kind == StepKind::quarantined || kind == StepKind::damaged;
}

struct Step {
    StepKind kind = StepKind::posted;
    std::string_view place;  // who says so: device, service or gateway
    TracedEvent event;
    std::vector<std::string> codes;   // of the reasons
    std::vector<std::string> fields;  // their paths in the schema
    std::optional<TraceParent> caller{};
};

// Somebody was told of single households, or took a file along: kept for who has to answer for it (Law 91/2025/QH15).
struct ReadNote {
    std::string viewer;     // empty: one who needs no name
    std::string recipient;  // whom he reads as
    std::string purpose;
    std::string what;  // path and query
};

// A request that the program failed at: its own fault, whatever was asked.
struct FailureNote {
    std::string what;  // method, path and query
    std::string error;
};

class Telemetry {
public:
    Telemetry() = default;
    Telemetry(const Telemetry&) = delete;
    Telemetry& operator=(const Telemetry&) = delete;
    Telemetry(Telemetry&&) = delete;
    Telemetry& operator=(Telemetry&&) = delete;
    virtual ~Telemetry() = default;

    [[nodiscard]] virtual bool wants(StepKind kind) const = 0;
    // Also without being wanted, when a caller asked for it to be traced.
    virtual void tell(const Step& step) = 0;
    virtual void tell(const ReadNote& read) = 0;
    virtual void tell(const FailureNote& failure) = 0;
    // Steps that were not told, because there were too many at once.
    virtual void left_out(std::uint64_t steps) = 0;
};

}  // namespace chieng
