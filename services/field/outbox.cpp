// SPDX-License-Identifier: Apache-2.0
#include "services/field/outbox.hpp"

#include "services/field/outbox_records.hpp"
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/rules.hpp"
#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <limits>

namespace chieng {

using outbox_records::digest_in;
using outbox_records::final_verdict;
using outbox_records::item_key;
using outbox_records::parse;

namespace {

bool is_conflict(const v1::Answer& answer) {
    static const auto code = reason(ReasonCode::conflict, "", "").code();
    return answer.verdict() == v1::REFUSED &&
           std::any_of(answer.reasons().begin(), answer.reasons().end(), [&](const v1::Reason& one) { return one.code() == code; });
}

v1::Reason conflict_with_target(std::uint64_t target) {
    return reason(ReasonCode::conflict, "correction.sequence", std::to_string(target));
}

std::string next_key(const std::string& service) {
    return std::string(Outbox::counted_posts) + service;
}

}  // namespace

Outbox::Outbox(Store& store) : store_(store) {
    store_.begin();
    read_all();
    store_.commit();
}

Outbox::Posted Outbox::post(v1::Event event, const std::string& service, const Places* places, std::string_view commune, Day today,
                            std::uint64_t recorded_at, const Beside& beside) {
    event.set_sequence(1);  // for the rules; the number is drawn below
    event.set_recorded_at(recorded_at);
    if (auto reasons = judge_event(event, service, places, commune, today); !reasons.empty()) {
        return reasons;
    }
    if (service.empty()) {
        return Reasons{reason(ReasonCode::unknown_type, "body", "")};
    }
    store_.begin();
    take_over();
    const auto known = boxes_.find(service);
    const auto sequence = known == boxes_.end() ? 1 : known->second.next;
    event.set_sequence(sequence);
    const auto* body = body_type(event);
    store::v1::OutboxItem item;
    item.set_service(service);
    item.set_sequence(sequence);
    item.set_event(frozen_bytes(event));
    item.set_digest(check_of(item.event()));
    item.set_title(body == nullptr ? v1::Correction::descriptor()->name() : body->name());
    item.set_occurred_on(event.occurred_on());
    item.set_village(event.village());
    if (event.has_correction() && event.correction().device().empty()) {
        item.set_corrects(event.correction().sequence());
        item.set_voids(event.correction().action() == v1::Correction::VOID);
    }
    item.set_posted_at(recorded_at);
    auto reasons = judge_own_target(item);
    if (waiting_ >= limits::outbox_events_max) {
        reasons.push_back(reason(ReasonCode::outbox_full, "", std::to_string(limits::outbox_events_max)));
    } else if (item.event().size() > limits::event_bytes_max) {
        reasons.push_back(reason(ReasonCode::too_large, "", std::to_string(item.event().size())));
    }
    if (reasons.empty()) {
        store_.put(item_key(service, sequence), item.SerializeAsString());
        store_.put(next_key(service), std::to_string(sequence + 1));
        if (beside) {
            beside(sequence);
        }
    }
    if (!together_) {
        store_.commit();
    }
    if (!reasons.empty()) {
        return reasons;
    }
    take(item);
    return sequence;
}

// A number that was refused as another's content is at the service that other event: who corrects his own would change a stranger's.
Reasons Outbox::judge_own_target(const store::v1::OutboxItem& item) {
    if (item.corrects() == 0) {
        return {};
    }
    if (item.corrects() >= item.sequence()) {
        return {reason(ReasonCode::nothing_to_correct, "correction.sequence", std::to_string(item.corrects()))};
    }
    const auto target = find(item.service(), item.corrects());
    return target && is_conflict(target->answer()) ? Reasons{conflict_with_target(item.corrects())} : Reasons();
}

bool Outbox::post_together(const std::function<bool()>& posts) {
    store_.begin();
    together_ = true;
    if (!posts()) {
        return false;
    }
    together_ = false;
    store_.commit();
    return true;
}

std::optional<store::v1::OutboxItem> Outbox::find(const std::string& service, std::uint64_t sequence) {
    const auto key = item_key(service, sequence);
    const auto bytes = store_.get(key);
    return bytes ? parse(key, *bytes) : std::nullopt;
}

std::uint64_t Outbox::apply(std::span<const v1::Receipt> receipts, std::uint64_t now) {
    if (receipts.empty()) {
        return 0;
    }
    store_.begin();
    take_over();
    std::uint64_t answered = 0;
    for (const auto& receipt : receipts) {
        for (const auto& answer : receipt.answers()) {
            answered += apply(receipt.service(), answer, now);
        }
    }
    if (answered > 0) {
        put_attempts();
        put_revision();
    }
    store_.commit();
    return answered;
}

std::uint64_t Outbox::apply(const std::string& service, const v1::Answer& answer, std::uint64_t now) {
    const auto found = boxes_.find(service);
    const auto verdict = final_verdict(answer);
    if (found == boxes_.end() || verdict == v1::VERDICT_UNSPECIFIED || !is_about_ours(service, found->second, answer)) {
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
            close(service, box, at, answer, verdict, now);
            box.waiting.erase(at);
            if (is_conflict(answer)) {
                refuse_corrections_of(service, box, sequence, now);
            }
        }
    }
    const auto answered = before - box.waiting.size();
    waiting_ -= answered;
    return answered;
}

// An earlier version of the service says no check. A refusal without one is about what another client said under this name, of which the
// commune could not read that much.
bool Outbox::is_about_ours(const std::string& service, const Box& box, const v1::Answer& answer) {
    if (!answer.has_check()) {
        return answer.verdict() != v1::REFUSED;
    }
    std::uint32_t sum = 0;
    std::uint64_t sequence = 0;
    for (const auto above : answer.sequences()) {
        if (above >= box.next - sequence) {
            return false;  // beyond all that was ever posted
        }
        sequence += above;
        const auto digest = digest_of(service, box, sequence);
        if (!digest) {
            return false;
        }
        sum += *digest;
    }
    return sum == answer.check();
}

std::optional<std::uint32_t> Outbox::digest_of(const std::string& service, const Box& box, std::uint64_t sequence) {
    if (const auto at = box.waiting.find(sequence); at != box.waiting.end()) {
        return at->second.digest;
    }
    const auto record = find(service, sequence);
    return record ? digest_in(*record) : std::nullopt;
}

void Outbox::refuse_corrections_of(const std::string& service, Box& box, std::uint64_t sequence, std::uint64_t now) {
    std::vector<std::uint64_t> refused{sequence};
    v1::Answer answer;
    answer.set_verdict(v1::REFUSED);
    for (std::size_t i = 0; i < refused.size(); ++i) {
        const auto target = refused[i];
        *(answer.reasons_size() == 0 ? answer.add_reasons() : answer.mutable_reasons(0)) = conflict_with_target(target);
        const auto corrections = box.corrections;  // close() forgets them one by one
        for (const auto& [correction, corrected] : corrections) {
            if (corrected == target) {
                refused.push_back(correction);
                const auto at = box.waiting.find(correction);
                close(service, box, at, answer, v1::REFUSED, now);
                box.waiting.erase(at);
            }
        }
    }
}

void Outbox::close(const std::string& service, Box& box, Waiting::iterator at, const v1::Answer& answer, v1::Verdict verdict,
                   std::uint64_t now) {
    auto record = find(service, at->first).value_or(store::v1::OutboxItem());  // what it is about may be damaged: the answer is known
    record.set_service(service);
    record.set_sequence(at->first);
    *record.mutable_answer() = answer;
    record.mutable_answer()->clear_sequences();
    record.mutable_answer()->clear_check();
    record.set_digest(at->second.digest);
    record.set_attempts(at->second.times);
    record.set_last_sent_at(at->second.last_at);
    record.set_answered_at(now);
    record.set_done(true);
    if (verdict == v1::STORED) {
        record.clear_event();
        ++box.stored;
    } else {
        ++box.refused;
    }
    box.corrections.erase(at->first);
    box.attempted = true;  // one less
    store_.put(item_key(service, at->first), record.SerializeAsString());
    if (answered_) {
        answered_(service, at->first, answer);
    }
}

std::uint64_t Outbox::prune(std::uint64_t before) {
    store_.begin();
    take_over();
    std::vector<std::pair<std::string, std::string>> old;  // key, service
    store_.scan("e/", [&](std::string_view key, std::string_view bytes) {
        const auto record = parse(key, bytes);
        if (record && record->done() && final_verdict(record->answer()) == v1::STORED &&
            std::max(record->answered_at(), record->posted_at()) < before) {
            old.emplace_back(key, record->service());
        }
        return true;
    });
    std::map<std::string, std::uint64_t> dropped;
    for (const auto& [key, service] : old) {
        store_.erase(key);
        ++dropped[service];
    }
    for (const auto& [service, count] : dropped) {
        auto& box = boxes_[service];
        box.pruned += count;
        store_.put("p/" + service, std::to_string(box.pruned));
        store_.put(next_key(service), std::to_string(box.next));
    }
    if (!old.empty()) {
        put_revision();
    }
    store_.commit();
    return old.size();
}

void Outbox::keep_attempts() {
    if (std::any_of(boxes_.begin(), boxes_.end(), [](const auto& box) { return box.second.attempted; })) {
        store_.begin();
        put_attempts();
    }
    store_.commit();  // also without: what could not be scrubbed is tried again
}

// A sender sends the lowest numbers first, so that few of those that wait were ever sent.
void Outbox::put_attempts() {
    for (auto& [service, box] : boxes_) {
        if (!box.attempted) {
            continue;
        }
        store::v1::Attempts attempts;
        for (const auto& [sequence, sent] : box.waiting) {
            if (sent.times > 0) {
                auto& attempt = *attempts.add_attempts();
                attempt.set_sequence(sequence);
                attempt.set_times(sent.times);
                attempt.set_last_at(sent.last_at);
            }
        }
        store_.put("t/" + service, attempts.SerializeAsString());
        box.attempted = false;
    }
}

void Outbox::put_revision() {
    store_.put("v", std::to_string(++revision_));
}

const Outbox::Waiting& Outbox::waiting(const std::string& service) const {
    static const Waiting nothing;
    const auto found = boxes_.find(service);
    return found == boxes_.end() ? nothing : found->second.waiting;
}

bool Outbox::waits_for_another(const std::string& service, std::uint64_t sequence) const {
    const auto found = boxes_.find(service);
    if (found == boxes_.end()) {
        return false;
    }
    const auto corrected = found->second.corrections.find(sequence);
    return corrected != found->second.corrections.end() && found->second.waiting.contains(corrected->second);
}

std::string Outbox::frozen(const std::string& service, std::uint64_t sequence) {
    if (auto record = find(service, sequence)) {
        return std::move(*record->mutable_event());
    }
    if (!store_.get(item_key(service, sequence))) {
        throw Broken("the outbox has lost event " + std::to_string(sequence) + " of " + service + "; restore it from a backup");
    }
    store_.begin();
    put_attempts();
    read_all();
    store_.commit();
    return {};
}

void Outbox::sent(const std::string& service, std::uint64_t sequence, std::uint64_t now) {
    auto& box = boxes_.at(service);
    if (const auto at = box.waiting.find(sequence); at != box.waiting.end()) {
        at->second.times += at->second.times < std::numeric_limits<std::uint32_t>::max() ? 1U : 0U;
        at->second.last_at = now;
        box.attempted = true;
    }
}

std::vector<store::v1::OutboxItem> Outbox::items(std::string_view service) {
    std::vector<store::v1::OutboxItem> all;
    visit(service, [&](const store::v1::OutboxItem& item) { all.push_back(item); });
    return all;
}

void Outbox::visit(std::string_view service, const std::function<void(const store::v1::OutboxItem&)>& visitor) {
    const auto prefix = service.empty() ? std::string("e/") : std::string("e/").append(service).append("/");
    store_.scan(prefix, [&](std::string_view key, std::string_view bytes) {
        auto item = parse(key, bytes);
        if (!item) {
            return true;
        }
        const auto& attempts = waiting(item->service());
        if (const auto at = attempts.find(item->sequence()); at != attempts.end()) {
            item->set_attempts(at->second.times);
            item->set_last_sent_at(at->second.last_at);
        }
        visitor(*item);
        return true;
    });
}

Outbox::Ledger Outbox::ledger() const {
    Ledger total;
    for (const auto& [service, part] : ledgers()) {
        total.posted += part.posted;
        total.stored += part.stored;
        total.refused += part.refused;
        total.waiting += part.waiting;
        total.damaged += part.damaged;
    }
    return total;
}

std::map<std::string, Outbox::Ledger> Outbox::ledgers() const {
    std::map<std::string, Ledger> all;
    for (const auto& [service, box] : boxes_) {
        all[service] = Ledger{box.next - 1, box.stored, box.refused, box.waiting.size()};
    }
    for (const auto& [service, sequence] : damaged_) {
        ++all[service].waiting;
        ++all[service].damaged;
    }
    return all;
}

}  // namespace chieng
