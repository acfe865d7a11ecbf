// SPDX-License-Identifier: Apache-2.0
// A step of an event as one line of a log (logfmt), and how many such lines may be written.
#pragma once

#include "services/runtime/core/reasons.hpp"
#include "services/runtime/ports/telemetry.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace chieng {

// at=service event=23656/session/p1/7 verdict=refused reason=ABOVE_TOTAL field=session_held.audience.female trace_id=… span_id=…
// Whatever is put into it, it stays one line of plain words.
[[nodiscard]] std::string event_line(const Step& step);
[[nodiscard]] std::string read_line(const ReadNote& read);
[[nodiscard]] std::string failure_line(const FailureNote& failure);

// A step with the codes and fields of these reasons; their sentences quote what was sent, and stay out.
[[nodiscard]] Step step_of(StepKind kind, std::string_view place, TracedEvent event, const Reasons& reasons = {});

// At most so many at once, and so many a second after them.
class LinePace {
public:
    LinePace(std::int64_t at_once, std::int64_t per_second) : at_once_(at_once), per_second_(per_second), left_(at_once * 1000) {}

    [[nodiscard]] bool allows(std::chrono::milliseconds now);

private:
    std::int64_t at_once_;
    std::int64_t per_second_;
    std::int64_t left_;  // thousandths of a line
    std::chrono::milliseconds at_{0};
};

}  // namespace chieng
