// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/event_line.hpp"

#include <algorithm>
#include <array>

namespace chieng {
namespace {

constexpr std::array<std::string_view, 9> verdicts{"posted",   "sent",        "stored",  "duplicate", "refused",
                                                   "conflict", "quarantined", "damaged", "folded"};
constexpr std::size_t words_max = 4;  // an event may be wrong in many ways
constexpr std::size_t chars_max = 120;
constexpr std::size_t question_chars_max = 4'000;  // who asked for what is told whole

// A topic's level, or a path: what no device and no field is called shows as ?.
void add_plain(std::string& line, std::string_view text, std::size_t most = chars_max) {
    const bool is_long = text.size() > most;
    for (const char c : text.substr(0, most)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' ||
                           c == '/' || c == '[' || c == ']' || c == '&' || c == '=';
        line.push_back(plain ? c : '?');
    }
    line.append(is_long ? "..." : "");
}

void add_words(std::string& line, std::string_view name, const std::vector<std::string>& said) {
    const bool is_empty = std::all_of(said.begin(), said.end(), [](const std::string& word) { return word.empty(); });
    if (is_empty) {
        return;
    }
    line.append(" ").append(name).append("=");
    const auto shown = std::min(said.size(), words_max);
    for (std::size_t i = 0; i < shown; ++i) {
        line.append(i == 0 ? "" : ",");
        add_plain(line, said[i].empty() ? "-" : std::string_view(said[i]));
    }
    line.append(shown < said.size() ? ",..." : "");
}

}  // namespace

std::string event_line(const Step& step) {
    std::string line("at=");
    line.append(step.place).append(" event=");
    add_plain(line, step.event.text());
    line.append(" verdict=").append(verdicts.at(static_cast<std::size_t>(step.kind)));
    add_words(line, "reason", step.codes);
    add_words(line, "field", step.fields);
    if (step.event.is_whole()) {
        const auto trace = trace_parent(step.event, step.place);
        line.append(" trace_id=").append(trace.trace_id).append(" span_id=").append(trace.span_id);
    }
    if (step.caller) {
        line.append(" caller_trace_id=").append(step.caller->trace_id).append(" caller_span_id=").append(step.caller->span_id);
    }
    return line;
}

std::string read_line(const ReadNote& read) {
    std::string line("at=gateway read=");
    add_plain(line, read.what, question_chars_max);
    for (const auto& [name, word] :
         {std::pair<std::string_view, std::string_view>{"viewer", read.viewer}, {"recipient", read.recipient}, {"purpose", read.purpose}}) {
        line.append(" ").append(name).append("=");
        add_plain(line, word.empty() ? "-" : word);
    }
    return line;
}

std::string failure_line(const FailureNote& failure) {
    std::string line("at=gateway failed=");
    add_plain(line, failure.what, question_chars_max);
    line.append(" error=");
    add_plain(line, failure.error, question_chars_max);
    return line;
}

Step step_of(StepKind kind, std::string_view place, TracedEvent event, const Reasons& reasons) {
    Step step{kind, place, std::move(event), {}, {}};
    for (const auto& reason : reasons) {
        step.codes.push_back(reason.code());
        step.fields.push_back(reason.field());
    }
    return step;
}

bool LinePace::allows(std::chrono::milliseconds now) {
    const auto passed = std::clamp<std::int64_t>((now - at_).count(), 0, 1'000'000);
    at_ = now;
    left_ = std::min(at_once_ * 1000, left_ + passed * per_second_);
    if (left_ < 1000) {
        return false;
    }
    left_ -= 1000;
    return true;
}

}  // namespace chieng
