// SPDX-License-Identifier: Apache-2.0
// Keeps the lines that a program would write.
#pragma once

#include "services/runtime/core/event_line.hpp"
#include "services/runtime/ports/telemetry.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace chieng::testing {

class Lines final : public Telemetry {
public:
    explicit Lines(bool everything = true) : everything_(everything) {}
    [[nodiscard]] bool wants(StepKind kind) const override { return everything_ || is_trouble(kind); }
    void tell(const Step& step) override { lines.push_back(event_line(step)); }
    void tell(const ReadNote& read) override { lines.push_back(read_line(read)); }
    void tell(const FailureNote& failure) override { lines.push_back(failure_line(failure)); }
    void left_out(std::uint64_t steps) override { missing += steps; }

    std::vector<std::string> lines;
    std::uint64_t missing = 0;

private:
    bool everything_;
};

}  // namespace chieng::testing
