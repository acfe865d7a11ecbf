// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/event_lines.hpp"

#include "services/runtime/core/limits.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <map>

namespace chieng {

void add_log_option(CLI::App& app, LogDetail& detail) {
    const std::map<std::string, LogDetail> names{{"off", LogDetail::off}, {"trouble", LogDetail::trouble}, {"events", LogDetail::events}};
    app.add_option(
           "--log", detail,
           "a line about an event: trouble (refused, in conflict, quarantined, damaged; the default), events (each step of each), off")
        ->transform(CLI::CheckedTransformer(names).description("off|trouble|events"))
        ->option_text(" ");
}

// A logger of its own: its lines are key=value to the last word, and other levels are set for what a program says otherwise.
EventLines::EventLines(LogDetail detail)
    : detail_(detail),
      lines_(std::make_shared<spdlog::logger>("events", std::make_shared<spdlog::sinks::stderr_sink_mt>())),
      of_failures_(limits::log_trouble_at_once, limits::log_trouble_per_second),
      of_trouble_(limits::log_trouble_at_once, limits::log_trouble_per_second),
      of_others_(limits::log_events_at_once, limits::log_events_per_second) {
    lines_->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
}

EventLines::~EventLines() {
    if (left_out_ > 0) {
        lines_->warn("left_out={}", left_out_);
    }
}

void EventLines::tell(const Step& step) {
    if (detail_ == LogDetail::off) {
        return;
    }
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
    const bool trouble = is_trouble(step.kind) || !wants(step.kind);
    if (!(trouble ? of_trouble_ : of_others_).allows(now)) {
        ++left_out_;
        return;
    }
    auto line = event_line(step);
    if (left_out_ > 0) {
        line += " left_out=" + std::to_string(left_out_);
        left_out_ = 0;
    }
    lines_->log(is_trouble(step.kind) ? spdlog::level::warn : spdlog::level::info, line);
}

void EventLines::tell(const FailureNote& failure) {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
    if (of_failures_.allows(now)) {
        lines_->error(failure_line(failure));
    } else {
        ++left_out_;
    }
}

void EventLines::tell(const ReadNote& read) {
    lines_->info(read_line(read));
}

}  // namespace chieng
