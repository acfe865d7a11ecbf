// SPDX-License-Identifier: Apache-2.0
#include "services/field/sender.hpp"

#include "chieng/store/v1/inbox.pb.h"
#include "services/runtime/core/event_line.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>
#include <utility>

namespace chieng {
namespace {

constexpr std::size_t event_frame_bytes = 4;  // tag and length of an event of at most event_bytes_max
static_assert(limits::event_bytes_max < (1U << 21U) && limits::event_bytes_max + 256 < Sender::message_bytes_max);

StepKind kind_of(const v1::Answer& answer) {
    const bool is_refused = answer.verdict() == v1::REFUSED || answer.first() == v1::REFUSED;
    const bool is_conflict =
        std::any_of(answer.reasons().begin(), answer.reasons().end(), [](const v1::Reason& reason) { return reason.code() == "CONFLICT"; });
    return !is_refused ? StepKind::stored : is_conflict ? StepKind::conflict : StepKind::refused;
}

}  // namespace

Sender::Sender(std::string device, std::string commune, Outbox& outbox, std::uint64_t seed)
    : device_(std::move(device)), commune_(std::move(commune)), outbox_(outbox), random_(seed) {}

void Sender::tell(Telemetry& telemetry) {
    telemetry_ = &telemetry;
    outbox_.on_answered(
        [&telemetry, device = device_, commune = commune_](const std::string& service, std::uint64_t sequence, const v1::Answer& answer) {
            if (const auto kind = kind_of(answer); telemetry.wants(kind)) {
                const Reasons reasons(answer.reasons().begin(), answer.reasons().end());
                telemetry.tell(step_of(kind, "device", {commune, service, device, sequence}, reasons));
            }
        });
}

Actions Sender::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    std::vector<v1::Receipt> receipts;
    const auto seconds = static_cast<std::uint64_t>(now.civil.time_since_epoch().count());
    outbox_.refresh();
    tell_damaged();
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            lanes_.clear();  // what was under way may be lost: all of it is due
            actions.emplace_back(Subscribe{topics::receipts(commune_, device_)});
            actions.emplace_back(Subscribe{topics::forget(commune_, "+", device_)});
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            hear(arrived->message, receipts);
        }
    }
    apply(receipts, seconds);
    forget();
    if (link_is_up_) {
        give_up_waiting(now.steady);
        send(now.steady, seconds, actions);
    }
    if (now.steady >= keep_attempts_at_) {
        outbox_.keep_attempts();
        keep_attempts_at_ = now.steady + keep_attempts_every;
    }
    return actions;
}

void Sender::hear(const Message& message, std::vector<v1::Receipt>& receipts) {
    if (topics::matches(topics::forget(commune_, "+", device_), message.topic)) {
        return hear_what_to_forget(message);
    }
    v1::Receipt receipt;
    if (message.topic != topics::receipts(commune_, device_) || !receipt.ParseFromString(message.payload) || receipt.device() != device_) {
        return;  // not for us, or damaged: the events are sent again
    }
    for (const auto& answer : receipt.answers()) {
        if (answer.verdict() == v1::REFUSED && answer.sequences().empty()) {
            last_refusal_ = answer;
            if (telemetry_ != nullptr && telemetry_->wants(StepKind::quarantined)) {
                const Reasons reasons(answer.reasons().begin(), answer.reasons().end());
                telemetry_->tell(step_of(StepKind::quarantined, "device", {commune_, receipt.service(), device_, 0}, reasons));
            }
        }
    }
    receipts.push_back(std::move(receipt));
}

void Sender::hear_what_to_forget(const Message& message) {
    v1::Forget forget;
    if (!forget.ParseFromString(message.payload) || forget.device() != device_ ||
        message.topic != topics::forget(commune_, forget.service(), device_)) {
        return;
    }
    for (int i = 0; i + 1 < forget.runs_size(); i += 2) {
        if (forget.runs(i) <= forget.runs(i + 1)) {
            to_forget_[forget.service()].insert(forget.runs(i), forget.runs(i + 1));
        }
    }
}

// What still waits must reach the commune first; its number is kept until then.
void Sender::forget() {
    std::erase_if(to_forget_, [&](const auto& each) { return outbox_.forget(each.first, each.second).waiting == 0; });
}

void Sender::apply(std::span<const v1::Receipt> receipts, std::uint64_t seconds) {
    std::map<std::string, std::size_t> before;
    for (const auto& receipt : receipts) {
        before.try_emplace(receipt.service(), outbox_.waiting(receipt.service()).size());
    }
    outbox_.apply(receipts, seconds);
    for (const auto& [service, count] : before) {
        const auto& waiting = outbox_.waiting(service);
        const auto lane = lanes_.find(service);
        if (lane == lanes_.end() || waiting.size() == count) {
            continue;  // a receipt that answers nothing does not make us more eager
        }
        std::erase_if(lane->second.under_way, [&](std::uint64_t sequence) { return !waiting.contains(sequence); });
        lane->second.patience = patience_min;
    }
}

void Sender::give_up_waiting(std::chrono::milliseconds now) {
    for (auto& [service, lane] : lanes_) {
        if (!lane.under_way.empty() && now >= lane.due_at) {
            lane.under_way.clear();
            lane.patience = std::min(lane.patience * 2, patience_max);
        }
    }
}

// Each once, whoever found it.
void Sender::tell_damaged() {
    if (telemetry_ == nullptr || !telemetry_->wants(StepKind::damaged)) {
        return;
    }
    for (const auto& name : outbox_.damaged()) {
        if (damaged_told_.insert(name).second) {
            telemetry_->tell(step_of(StepKind::damaged, "device", {commune_, name.first, device_, name.second}));
        }
    }
}

void Sender::send(std::chrono::milliseconds now, std::uint64_t seconds, Actions& actions) {
    std::size_t under_way = 0;
    std::vector<std::pair<std::chrono::milliseconds, std::string>> ready;  // who was served longest ago comes first
    for (const auto& [service, ledger] : outbox_.ledgers()) {
        const auto& lane = lanes_[service];
        if (!lane.under_way.empty()) {
            ++under_way;
        } else if (!outbox_.waiting(service).empty()) {
            ready.emplace_back(lane.sent_at, service);
        }
    }
    std::sort(ready.begin(), ready.end());
    for (const auto& [sent_at, service] : ready) {
        if (under_way == window_messages) {
            return;
        }
        auto& lane = lanes_[service];
        auto message = next_message(service, lane, seconds);
        if (!message) {
            continue;  // in the next round
        }
        actions.emplace_back(*std::move(message));
        lane.sent_at = now;
        lane.due_at = now + lane.patience + jitter(lane.patience);
        ++under_way;
    }
}

// None when a record turned out to be damaged.
std::optional<Publish> Sender::next_message(const std::string& service, Lane& lane, std::uint64_t seconds) {
    store::v1::FrozenEvents message;
    message.set_device(device_);
    message.set_commune(commune_);
    auto size = message.ByteSizeLong();
    for (const auto& [sequence, attempts] : outbox_.waiting(service)) {
        if (lane.under_way.size() == limits::batch_events_max) {
            break;
        }
        if (outbox_.waits_for_another(service, sequence)) {
            break;  // and what was posted after it: it may rest on the correction
        }
        auto bytes = outbox_.frozen(service, sequence);
        if (bytes.empty()) {
            lane.under_way.clear();
            return std::nullopt;
        }
        size += bytes.size() + event_frame_bytes;
        if (size > message_bytes_max) {
            break;
        }
        message.add_events(std::move(bytes));
        lane.under_way.push_back(sequence);
    }
    for (const auto sequence : lane.under_way) {
        outbox_.sent(service, sequence, seconds);
        if (telemetry_ != nullptr && telemetry_->wants(StepKind::sent)) {
            telemetry_->tell(step_of(StepKind::sent, "device", {commune_, service, device_, sequence}));
        }
    }
    return Publish{{topics::events(commune_, service, device_), message.SerializeAsString(), false}};
}

// From nothing to a quarter of the patience (splitmix64).
std::chrono::milliseconds Sender::jitter(std::chrono::milliseconds patience) {
    random_ += 0x9E3779B97F4A7C15U;
    auto bits = random_;
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
    bits ^= bits >> 31U;
    const auto most = static_cast<std::uint64_t>(patience.count() / 4 + 1);
    return std::chrono::milliseconds(static_cast<std::int64_t>(bits % most));
}

}  // namespace chieng
