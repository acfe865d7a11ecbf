// SPDX-License-Identifier: Apache-2.0
// Writes the steps of events to the standard error, a line each. As a rule only what somebody has to look at; never more than a
// pace, so that who floods a program does not fill its log: the next line says how many were left out.
#pragma once

#include "services/runtime/core/event_line.hpp"

#include <cstdint>
#include <memory>

namespace CLI {
class App;
}
namespace spdlog {
class logger;
}

namespace chieng {

enum class LogDetail { off, trouble, events };

// --log.
void add_log_option(CLI::App& app, LogDetail& detail);

class EventLines final : public Telemetry {
public:
    explicit EventLines(LogDetail detail);
    EventLines(const EventLines&) = delete;
    EventLines& operator=(const EventLines&) = delete;
    EventLines(EventLines&&) = delete;
    EventLines& operator=(EventLines&&) = delete;
    ~EventLines() override;

    [[nodiscard]] bool wants(StepKind kind) const override {
        return detail_ == LogDetail::events || (detail_ == LogDetail::trouble && is_trouble(kind));
    }
    void tell(const Step& step) override;
    void tell(const ReadNote& read) override;        // always, and never left out
    void tell(const FailureNote& failure) override;  // at a pace of its own: no flood of events hides it
    void left_out(std::uint64_t steps) override { left_out_ += steps; }

private:
    LogDetail detail_;
    std::shared_ptr<spdlog::logger> lines_;
    LinePace of_failures_;
    LinePace of_trouble_;
    LinePace of_others_;
    std::uint64_t left_out_ = 0;
};

}  // namespace chieng
