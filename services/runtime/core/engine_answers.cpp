// SPDX-License-Identifier: Apache-2.0
// What leaves once a unit is on disk: receipts, blocks of the feed, and what is logged of each event.
#include "services/runtime/core/engine.hpp"

#include "services/runtime/core/event_line.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>

namespace chieng {

Actions Engine::answer() {
    if (std::exchange(head_due_, false)) {
        actions_.emplace_back(head());
        head_sent_ = last_offset_;
    }
    for (auto& [device, replies] : replies_) {
        if (replies.said.empty()) {
            continue;
        }
        v1::Receipt receipt;
        receipt.set_device(device);
        receipt.set_service(service_.name);
        for (auto& said : replies.said) {
            std::uint64_t before = 0;
            for (const auto& [first, last] : said.sequences.runs()) {
                said.answer.add_sequences(first - before);
                for (before = first; before != last; ++before) {  // the last number there is has none after it
                    said.answer.add_sequences(1);
                }
            }
            if (said.check) {
                said.answer.set_check(*said.check);
            }
            *receipt.add_answers() = std::move(said.answer);
        }
        actions_.emplace_back(
            Publish{{topics::receipts(commune_, device), replies.json ? to_json(receipt) : receipt.SerializeAsString(), false}});
    }
    replies_.clear();
    for (auto& block : blocks_) {
        actions_.emplace_back(Publish{{topics::feed(commune_, service_.name), block_header(block).append(block.bytes), false}});
    }
    blocks_.clear();
    for (const auto& device : std::exchange(forget_due_, {})) {
        actions_.emplace_back(to_forget(device));
    }
    tell_steps();
    return std::exchange(actions_, {});
}

void Engine::note(StepKind kind, const std::string& device, std::uint64_t sequence, const Reasons& reasons) {
    if (telemetry_ == nullptr || !telemetry_->wants(kind)) {
        return;
    }
    if (steps_.size() == limits::steps_told_max) {
        ++steps_left_out_;
        return;
    }
    steps_.push_back(step_of(kind, "service", {commune_, service_.name, device, sequence}, reasons));
}

void Engine::tell_steps() {
    if (steps_left_out_ > 0) {
        telemetry_->left_out(std::exchange(steps_left_out_, 0));
    }
    for (const auto& step : steps_) {
        telemetry_->tell(step);
    }
    steps_.clear();
}

Engine::Replies& Engine::replies_to(const std::string& device, bool json) {
    auto& replies = replies_[device];
    replies.json = json;
    return replies;
}

// A number that is there already is not summed up again: one answer tells each once.
void Engine::Said::insert(const Sent& sent) {
    if (sequences.contains(sent.sequence)) {
        return;
    }
    sequences.insert(sent.sequence);
    check = check && sent.check ? std::optional(*check + *sent.check) : std::nullopt;
}

void Engine::say(Replies& replies, const Sent& sent, v1::Verdict verdict, v1::Verdict first, std::uint32_t month) {
    auto it = std::find_if(replies.said.begin(), replies.said.end(), [&](const Said& said) {
        return said.answer.verdict() == verdict && said.answer.first() == first && said.answer.month() == month &&
               said.answer.reasons().empty();
    });
    if (it == replies.said.end()) {
        it = replies.said.emplace(it);
        it->answer.set_verdict(verdict);
        it->answer.set_first(first);
        it->answer.set_month(month);
    }
    it->insert(sent);
}

// Events that are wrong in the same way share an answer.
void Engine::say_refused(Replies& replies, const Sent& sent, const Reasons& reasons, bool again) {
    v1::Answer answer;
    answer.set_verdict(again ? v1::DUPLICATE : v1::REFUSED);
    answer.set_first(again ? v1::REFUSED : v1::VERDICT_UNSPECIFIED);
    answer.mutable_reasons()->Assign(reasons.begin(), reasons.end());
    const auto bytes = answer.SerializeAsString();
    auto it = std::find_if(replies.said.begin(), replies.said.end(),
                           [&](const Said& said) { return !said.answer.reasons().empty() && said.answer.SerializeAsString() == bytes; });
    if (it == replies.said.end()) {
        it = replies.said.emplace(it);
        it->answer = std::move(answer);
    }
    if (sent.sequence == 0) {
        it->check.reset();
    } else {
        it->insert(sent);
    }
}

}  // namespace chieng
