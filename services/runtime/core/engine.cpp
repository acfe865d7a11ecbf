// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/journal.hpp"

#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/store_owner.hpp"
#include "services/runtime/core/topics.hpp"

#include <xxhash.h>

#include <algorithm>

namespace chieng {
namespace {

constexpr std::string_view marks_of_journals[] = {"m/epoch"};
constexpr std::string_view keys_of_outboxes[] = {"n/", "e/"};

std::uint64_t digest_of(std::string_view bytes, std::uint64_t seed) {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::string refusal_key(const std::string& device, std::uint64_t sequence) {
    return "r/" + device + "/" + big_endian(sequence);
}

bool valid_device(std::string_view name) {
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

// The month that an event counts in. A correction that another one stands over counts in none; of other events it is read from the event
// alone.
std::uint32_t month_of(const v1::Event& event, v1::Entry::Effect effect) {
    const bool counts = !event.has_correction() || (event.correction().action() != v1::Correction::VOID && effect == v1::Entry::COUNTS);
    return counts ? official_month(*parse_day(event.occurred_on())) : 0;
}

// Of an event that is another service's nobody here would find the household that it tells of, should that be erased.
std::string kept_of_refused(const v1::Event& event, const std::string& bytes, const Reasons& reasons) {
    const auto wrong = reason(ReasonCode::wrong_service, "", "").code();
    if (std::none_of(reasons.begin(), reasons.end(), [&](const v1::Reason& one) { return one.code() == wrong; })) {
        return bytes;
    }
    v1::Event kept;
    kept.set_sequence(event.sequence());
    kept.set_occurred_on(event.occurred_on());
    kept.set_village(event.village());
    kept.set_role(event.role());
    kept.set_organisation(event.organisation());
    return frozen_bytes(kept);
}

}  // namespace

std::uint64_t Engine::event_digest(std::string_view bytes) {
    return digest_of(bytes, 0);
}

// A clock that fell back is held at the last receipt.
std::uint64_t Engine::received_at(Instant now) const {
    return static_cast<std::uint64_t>(std::max(now.civil, latest_).time_since_epoch().count());
}

Engine::Engine(Service service, std::string commune, const Places& places, Store& store, std::uint64_t epoch, const Limits& limits)
    : service_(std::move(service)), commune_(std::move(commune)), places_(places), store_(store), limits_(limits), claims_(store) {
    take_store(store_, {"journal " + service_.name + " " + commune_, marks_of_journals, keys_of_outboxes});
    if (const auto held = store_.get("m/epoch")) {
        epoch_ = std::stoull(*held);
    } else {
        epoch_ = epoch;
        store_.put("m/epoch", std::to_string(epoch_));
        store_.commit();
    }
    recover();
    recovered_offset_ = last_offset_;
}

Actions Engine::handle(std::span<const Input> inputs, Instant now) {
    take(inputs, now);
    store_.commit();
    return answer();
}

void Engine::take(std::span<const Input> inputs, Instant now) {
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            actions_.emplace_back(Subscribe{topics::events(commune_, service_.name, "+")});
            actions_.emplace_back(Subscribe{topics::feed_requests(commune_, service_.name, "+")});
            actions_.emplace_back(Subscribe{topics::feed_head(commune_, service_.name)});
            head_due_ = true;
            head_again_at_ = now.steady + head_again_every;
            let_all_forget();
            forget_at_ = now.steady + forget_again_every;
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            const auto parts = topics::levels(arrived->message.topic);
            if (parts.size() == 7 && parts[3] == "feeds") {
                answer_request(arrived->message, parts[6]);
            } else if (parts.size() == 6 && parts[3] == "feeds") {
                hear_own_head(arrived->message, now);
            } else {
                take(arrived->message, now);
            }
        } else if (std::holds_alternative<Tick>(input) && link_is_up_) {
            if (head_sent_ != last_offset_ || now.steady >= head_again_at_) {
                head_due_ = true;
                head_again_at_ = now.steady + head_again_every;
            }
            if (now.steady >= forget_at_) {
                let_all_forget();
                forget_at_ = now.steady + forget_again_every;
            }
        }
    }
    close_block();
    if (!erasing_.empty()) {
        rewrite_what_was_erased();
    }
    if (last_offset_ - snapshot_offset_ >= limits_.snapshot_entries) {
        snapshot();
    }
}

void Engine::take(const Message& message, Instant now) {
    ++counters_.deliveries;
    const auto parts = topics::levels(message.topic);
    const std::string device(parts.back());
    const bool json = is_json(message.payload);
    const auto turn_away = [&](ReasonCode code, std::string_view field, std::string_view detail, const Sent& sent = {}) {
        const auto why = reason(code, field, detail);
        quarantine(message, why, now);
        note(StepKind::quarantined, valid_device(device) ? device : std::string(), sent.sequence, {why});
        if (valid_device(device)) {
            say_refused(replies_to(device, json), sent, Reasons{why});
        }
    };
    if (message.payload.size() > limits::payload_bytes_max) {
        return turn_away(ReasonCode::too_large, "", std::to_string(message.payload.size()));
    }
    std::vector<Unreadable> unreadable;
    if (json) {
        frozen_.Clear();
        unreadable = from_json(message.payload, frozen_);
    } else if (!frozen_.ParseFromString(message.payload)) {
        return turn_away(ReasonCode::unreadable, "", "not a chieng.v1.Events");
    }
    if (!unreadable.empty()) {
        quarantine(message, reason(ReasonCode::unreadable, unreadable.front().field, unreadable.front().words()), now);
        for (const auto& one : unreadable) {
            const Reasons why{reason(ReasonCode::unreadable, one.field, one.words())};
            note(StepKind::quarantined, valid_device(device) ? device : std::string(), one.sequence, why);
            if (valid_device(device)) {
                say_refused(replies_to(device, json), {one.sequence, std::nullopt}, why);
            }
        }
        if (frozen_.events().empty()) {
            return;
        }
    }
    if (frozen_.device() != device || !valid_device(device)) {
        return turn_away(ReasonCode::wrong_device, "device", frozen_.device().substr(0, 32));
    }
    if (frozen_.commune() != commune_) {
        return turn_away(ReasonCode::wrong_commune, "commune", frozen_.commune().substr(0, 32));
    }
    if (frozen_.events().empty()) {
        return turn_away(ReasonCode::unreadable, "events", "no event");
    }
    auto& from = this->device(device);
    auto& replies = replies_to(device, json);
    for (auto& bytes : *frozen_.mutable_events()) {
        if (!event_.ParseFromString(bytes)) {
            turn_away(ReasonCode::unreadable, "events", "not a chieng.v1.Event");
        } else if (bytes.size() > limits::event_bytes_max) {
            turn_away(ReasonCode::too_large, "events", std::to_string(bytes.size()), {event_.sequence(), check_of(bytes)});
        } else if (event_.sequence() == 0) {
            turn_away(ReasonCode::required, "sequence", "sequence");
        } else {
            take_event(device, from, bytes, replies, now);
        }
    }
}

// Takes the bytes, and leaves others that are done with: their memory is that of the next event.
void Engine::take_event(const std::string& name, Device& from, std::string& bytes, Replies& replies, Instant now) {
    const Id id{name, event_.sequence()};
    const Sent sent{id.sequence, check_of(bytes)};
    auto digest = event_digest(bytes);
    const auto as_it_came = digest;
    if (forget_in(event_)) {
        bytes = frozen_bytes(event_);
        digest = event_digest(bytes);
        let_forget(id.device, id.sequence);
    }
    if (from.stored.contains(id.sequence) || from.refused.contains(id.sequence)) {
        return repeat(from, sent, name, {as_it_came, digest}, replies);
    }
    entry_.Clear();
    entry_.set_device(name);
    entry_.set_received_at(received_at(now));
    const auto judged = judge_or_wait(id, now, entry_);
    if (!judged) {
        ++counters_.waiting;
        return;  // its device sends it again until it is answered
    }
    const auto& reasons = *judged;
    if (!reasons.empty()) {
        refuse(from, id, bytes, digest, reasons, now);
        note(StepKind::refused, id.device, id.sequence, reasons);
        return say_refused(replies, sent, reasons);
    }
    note(StepKind::stored, id.device, id.sequence);
    say(replies, sent, v1::STORED, v1::VERDICT_UNSPECIFIED, month_of(event_, entry_.effect()));
    if (event_.has_household_erased()) {
        erase(event_, bytes);
        let_forget(id.device, id.sequence);
    } else {
        forget_in_correction(event_, entry_, bytes);
    }
    digest = event_digest(bytes);
    entry_.mutable_event()->swap(bytes);
    journal(from, digest);
}

// `digests`: of what came, which stands where an erasure of the same unit is yet to be written, and of what is left of it.
void Engine::repeat(Device& from, const Sent& sent, const std::string& name, std::array<std::uint64_t, 2> digests, Replies& replies) {
    const Id id{name, sent.sequence};
    // What an erasure took from an event beside the household's own.
    auto stripped = event_;
    const auto less = !tokens_.empty() && strip(stripped) ? event_digest(frozen_bytes(stripped)) : digests[0];
    const auto is_it = [&](std::uint64_t digest) { return digest == digests[0] || digest == digests[1] || digest == less; };
    if (from.stored.contains(id.sequence)) {
        const auto known = seen(id);
        if (known && is_it(known->digest)) {
            const auto month = month_told(*known);
            if (!month) {
                ++counters_.waiting;
                return;
            }
            ++counters_.duplicates;
            note(StepKind::duplicate, id.device, id.sequence);
            return say(replies, sent, v1::DUPLICATE, v1::STORED, *month);
        }
    } else {
        store::v1::Refusal refusal;
        refusal.ParseFromString(store_.get(refusal_key(id.device, id.sequence)).value_or(""));
        if (is_it(refusal.digest())) {
            ++counters_.duplicates;
            const Reasons reasons(refusal.answer().reasons().begin(), refusal.answer().reasons().end());
            note(StepKind::duplicate, id.device, id.sequence, reasons);
            return say_refused(replies, sent, reasons, true);
        }
    }
    ++counters_.conflicts;
    const Reasons reasons{reason(ReasonCode::conflict, "sequence", std::to_string(id.sequence))};
    note(StepKind::conflict, id.device, id.sequence, reasons);
    say_refused(replies, sent, reasons);
}

// As with the first answer; nothing while the entry that says so cannot be read.
std::optional<std::uint32_t> Engine::month_told(const Seen& known) {
    if (!event_.has_correction()) {
        return month_of(event_, v1::Entry::COUNTS);
    }
    try {
        return month_of(event_, entry_at(known.offset).effect());
    } catch (const Damaged& why) {
        damage_ = why.what();
        return std::nullopt;
    }
}

void Engine::refuse(Device& from, const Id& id, const std::string& bytes, std::uint64_t digest, const Reasons& reasons, Instant now) {
    store::v1::Refusal refusal;
    refusal.set_digest(digest);
    refusal.set_event(kept_of_refused(event_, bytes, reasons));
    refusal.set_received_at(received_at(now));
    refusal.mutable_answer()->mutable_reasons()->Assign(reasons.begin(), reasons.end());
    from.refused.insert(id.sequence);
    store_.put(refusal_key(id.device, id.sequence), refusal.SerializeAsString());
    keep_refused(id.device, from);
    keep_meant(id);
    ++counters_.refused;
}

void Engine::journal(Device& from, std::uint64_t digest) {
    auto& entry = *pending_.add_entries();
    entry.Swap(&entry_);
    pending_bytes_ += entry.ByteSizeLong();
    ++last_offset_;
    ++counters_.stored;
    evolve(from, entry, event_, last_offset_, digest);
    if (pending_bytes_ > limits_.block_bytes) {
        close_block();
    }
}

void Engine::close_block() {
    if (pending_.entries().empty()) {
        return;
    }
    JournalBlock block;
    block.last = last_offset_;
    block.first = last_offset_ + 1 - static_cast<std::uint64_t>(pending_.entries_size());
    block.before = chain_;
    block.bytes = pending_.SerializeAsString();
    block.after = chain_after(block.bytes, chain_);
    chain_ = block.after;
    store_.append(block);
    blocks_.push_back(std::move(block));
    pending_.Clear();
    pending_bytes_ = 0;
}

void Engine::quarantine(const Message& message, const v1::Reason& why, Instant now) {
    ++counters_.quarantined;
    const auto key = "q/" + big_endian(digest_of(message.payload, digest_of(message.topic, 0)));
    store::v1::Quarantined item;
    const auto held = store_.get(key);
    if (held) {
        item.ParseFromString(*held);
    } else if (quarantine_items_ >= limits::quarantine_items_max) {
        return;  // counted and answered; what fills the quarantine is already there
    } else {
        ++quarantine_items_;
        item.set_topic(message.topic);
        item.set_payload(message.payload.substr(0, limits::quarantine_payload_bytes_max));
        item.set_payload_bytes(message.payload.size());
        item.set_received_at(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
        *item.mutable_reason() = why;
    }
    item.set_times(item.times() + 1);
    store_.put(key, item.SerializeAsString());
}

}  // namespace chieng
