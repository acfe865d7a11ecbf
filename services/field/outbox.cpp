// SPDX-License-Identifier: Apache-2.0
#include "services/field/outbox.hpp"

#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/rules.hpp"
#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <limits>

namespace chieng {
namespace {

std::string item_key(const std::string& service, std::uint64_t sequence) {
    return "e/" + service + "/" + big_endian(sequence);
}
std::string next_key(const std::string& service) {
    return "n/" + service;
}

store::v1::OutboxItem parse(std::string_view key, std::string_view bytes) {
    store::v1::OutboxItem item;
    if (!item.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        const auto where = std::string(key.substr(0, key.rfind('/')));
        throw Broken("an outbox record under " + where + " cannot be read; restore the outbox from a backup");
    }
    return item;
}

v1::Verdict final_verdict(const v1::Answer& answer) {
    const auto verdict = answer.verdict() == v1::DUPLICATE ? answer.first() : answer.verdict();
    return verdict == v1::STORED || verdict == v1::REFUSED ? verdict : v1::VERDICT_UNSPECIFIED;
}

}  // namespace

Outbox::Outbox(Store& store) : store_(store) {
    store_.scan("n/", [&](std::string_view key, std::string_view value) {
        boxes_[std::string(key.substr(2))].next = std::stoull(std::string(value));
        return true;
    });
    store_.scan("e/", [&](std::string_view key, std::string_view bytes) {
        const auto item = parse(key, bytes);
        auto& box = boxes_[item.service()];
        box.next = std::max(box.next, item.sequence() + 1);  // whatever else is damaged, a number is never used twice
        if (!item.done()) {
            box.waiting.emplace(item.sequence(), 0);
            ++waiting_;
        } else if (final_verdict(item.answer()) == v1::STORED) {
            ++box.stored;
        } else {
            ++box.refused;
        }
        return true;
    });
}

Outbox::Posted Outbox::post(v1::Event event, const std::string& service, const Places* places, std::string_view commune, Day today,
                            std::uint64_t recorded_at) {
    if (waiting_ >= limits::outbox_events_max) {
        return Reasons{reason(ReasonCode::outbox_full, "", std::to_string(limits::outbox_events_max))};
    }
    const auto known = boxes_.find(service);
    const auto sequence = known == boxes_.end() ? 1 : known->second.next;
    event.set_sequence(sequence);
    event.set_recorded_at(recorded_at);
    if (auto reasons = judge_event(event, service, places, commune, today); !reasons.empty()) {
        return reasons;
    }
    const auto* body = body_type(event);
    store::v1::OutboxItem item;
    item.set_service(service);
    item.set_sequence(sequence);
    item.set_event(frozen_bytes(event));
    item.set_title(body == nullptr ? v1::Correction::descriptor()->name() : body->name());
    item.set_occurred_on(event.occurred_on());
    item.set_posted_at(recorded_at);
    if (item.event().size() > limits::event_bytes_max) {
        return Reasons{reason(ReasonCode::too_large, "", std::to_string(item.event().size()) + " bytes")};
    }
    store_.put(item_key(service, sequence), item.SerializeAsString());
    store_.put(next_key(service), std::to_string(sequence + 1));
    store_.commit();
    auto& box = boxes_[service];
    box.next = sequence + 1;
    box.waiting.emplace(sequence, 0);
    ++waiting_;
    return sequence;
}

std::uint64_t Outbox::apply(std::span<const v1::Receipt> receipts) {
    std::uint64_t answered = 0;
    for (const auto& receipt : receipts) {
        for (const auto& answer : receipt.answers()) {
            answered += apply(receipt.service(), answer);
        }
    }
    if (answered > 0) {
        store_.commit();
    }
    return answered;
}

std::uint64_t Outbox::apply(const std::string& service, const v1::Answer& answer) {
    const auto found = boxes_.find(service);
    const auto verdict = final_verdict(answer);
    if (found == boxes_.end() || verdict == v1::VERDICT_UNSPECIFIED) {
        return 0;
    }
    auto& box = found->second;
    const auto before = box.waiting.size();
    std::uint64_t sequence = 0;
    for (const auto above : answer.sequences()) {
        if (above >= box.next - sequence) {
            break;  // beyond all that was ever posted
        }
        sequence += above;
        if (const auto at = box.waiting.find(sequence); at != box.waiting.end()) {
            close(service, box, at, answer, verdict);
            box.waiting.erase(at);
        }
    }
    const auto answered = before - box.waiting.size();
    waiting_ -= answered;
    return answered;
}

void Outbox::close(const std::string& service, Box& box, Waiting::iterator at, const v1::Answer& answer, v1::Verdict verdict) {
    auto record = item(service, at->first);
    *record.mutable_answer() = answer;
    record.mutable_answer()->clear_sequences();
    record.set_attempts(at->second);
    record.set_done(true);
    if (verdict == v1::STORED) {
        record.clear_event();
        ++box.stored;
    } else {
        ++box.refused;
    }
    store_.put(item_key(service, at->first), record.SerializeAsString());
}

store::v1::OutboxItem Outbox::item(const std::string& service, std::uint64_t sequence) {
    const auto key = item_key(service, sequence);
    const auto bytes = store_.get(key);
    if (!bytes) {
        throw Broken("the outbox has lost event " + std::to_string(sequence) + " for " + service + "; restore the outbox from a backup");
    }
    return parse(key, *bytes);
}

const Outbox::Waiting& Outbox::waiting(const std::string& service) const {
    static const Waiting nothing;
    const auto found = boxes_.find(service);
    return found == boxes_.end() ? nothing : found->second.waiting;
}

std::string Outbox::frozen(const std::string& service, std::uint64_t sequence) {
    auto record = item(service, sequence);
    return std::move(*record.mutable_event());
}

void Outbox::sent(const std::string& service, std::uint64_t sequence) {
    auto& waiting = boxes_.at(service).waiting;
    if (const auto at = waiting.find(sequence); at != waiting.end() && at->second < std::numeric_limits<std::uint32_t>::max()) {
        ++at->second;
    }
}

std::vector<store::v1::OutboxItem> Outbox::items(std::string_view service) {
    const auto prefix = service.empty() ? std::string("e/") : std::string("e/").append(service).append("/");
    std::vector<store::v1::OutboxItem> all;
    store_.scan(prefix, [&](std::string_view key, std::string_view bytes) {
        all.push_back(parse(key, bytes));
        auto& item = all.back();
        const auto& attempts = waiting(item.service());
        if (const auto at = attempts.find(item.sequence()); at != attempts.end()) {
            item.set_attempts(at->second);
        }
        return true;
    });
    return all;
}

Outbox::Ledger Outbox::ledger() const {
    Ledger total;
    for (const auto& [service, part] : ledgers()) {
        total.posted += part.posted;
        total.stored += part.stored;
        total.refused += part.refused;
        total.waiting += part.waiting;
    }
    return total;
}

std::map<std::string, Outbox::Ledger> Outbox::ledgers() const {
    std::map<std::string, Ledger> all;
    for (const auto& [service, box] : boxes_) {
        all[service] = Ledger{box.next - 1, box.stored, box.refused, box.waiting.size()};
    }
    return all;
}

}  // namespace chieng
