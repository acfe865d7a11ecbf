// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/engine.hpp"

#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/feed_head.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/rules.hpp"
#include "services/runtime/core/topics.hpp"

#include <xxhash.h>

#include <algorithm>

namespace chieng {
namespace {

constexpr std::uint64_t page_slots = 64;

std::uint64_t digest_of(std::string_view bytes, std::uint64_t seed = 0) {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::string page_key(const std::string& device, std::uint64_t page) {
    return "p/" + device + "/" + big_endian(page);
}
std::string refusal_key(const std::string& device, std::uint64_t sequence) {
    return "r/" + device + "/" + big_endian(sequence);
}

bool valid_device(std::string_view name) {
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

bool may_correct_others(v1::Role role) {
    return role == v1::CULTURE_OFFICIAL || role == v1::LABOUR_OFFICIAL || role == v1::COMMUNE_LEADER;
}

void put_runs(const Intervals& set, google::protobuf::RepeatedField<std::uint64_t>& pairs) {
    for (const auto& [first, last] : set.runs()) {
        pairs.Add(first);
        pairs.Add(last);
    }
}

void get_runs(const google::protobuf::RepeatedField<std::uint64_t>& pairs, Intervals& set) {
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
        set.insert(pairs[i], pairs[i + 1]);
    }
}

// The month that an event counts in, read from the event alone, so that a repeat is told the same.
std::uint32_t month_of(const v1::Event& event) {
    return event.correction().action() == v1::Correction::VOID ? 0 : official_month(*parse_day(event.occurred_on()));
}

v1::Answer stored(const v1::Event& event, v1::Verdict verdict) {
    v1::Answer answer;
    answer.set_verdict(verdict);
    if (verdict == v1::DUPLICATE) {
        answer.set_first(v1::STORED);
    }
    answer.set_month(month_of(event));
    return answer;
}

}  // namespace

Engine::Engine(Service service, std::string commune, const Places& places, Store& store, std::uint64_t epoch)
    : service_(std::move(service)), commune_(std::move(commune)), places_(places), store_(store) {
    if (const auto held = store_.get("m/epoch")) {
        epoch_ = std::stoull(*held);
    } else {
        epoch_ = epoch;
        store_.put("m/epoch", std::to_string(epoch_));
        store_.commit();
    }
    recover();
}

void Engine::recover() {
    store_.scan("d/", [&](std::string_view key, std::string_view bytes) {
        store::v1::Device record;
        record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        auto& device = devices_[std::string(key.substr(2))];
        get_runs(record.stored(), device.stored);
        for (const auto& page : record.open()) {
            for (const auto& seen : page.seen()) {
                device.open[page.number()][seen.slot()] = seen;
            }
        }
        return true;
    });
    store_.scan("x/", [&](std::string_view key, std::string_view bytes) {
        store::v1::Device record;
        record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        get_runs(record.refused(), devices_[std::string(key.substr(2))].refused);
        return true;
    });
    store_.scan("w/", [&](std::string_view key, std::string_view) {
        awaited_.insert(std::string(key.substr(2)));
        return true;
    });
    store_.scan("q/", [&](std::string_view, std::string_view) {
        ++quarantine_items_;
        return true;
    });
    if (const auto offset = store_.get("m/snapshot")) {
        snapshot_offset_ = std::stoull(*offset);
    }
    last_offset_ = snapshot_offset_;
    while (const auto block = store_.block_at(last_offset_ + 1)) {
        store::v1::Entries entries;
        if (!entries.ParseFromString(block->bytes)) {
            throw Broken("the journal's block at offset " + std::to_string(block->first) + " cannot be read; restore it from a backup");
        }
        auto offset = block->first;
        for (const auto& entry : entries.entries()) {
            if (offset > snapshot_offset_ && event_.ParseFromString(entry.event())) {
                evolve(entry, event_, offset, digest_of(entry.event()));
            }
            ++offset;
        }
        last_offset_ = block->last;
    }
    if (const auto block = store_.last_block()) {
        chain_ = block->after;
        const auto at = entry_at(block->last).received_at();
        latest_ = std::max(latest_, Seconds(std::chrono::seconds(at)));
    }
}

Actions Engine::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            actions.emplace_back(Subscribe{topics::events(commune_, service_.name, "+")});
            actions.emplace_back(Subscribe{feed_topic("/requests/+")});
            actions.emplace_back(Subscribe{feed_topic("/head")});
            actions.emplace_back(head());
            head_sent_ = last_offset_;
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            const auto parts = topics::levels(arrived->message.topic);
            if (parts.size() == 7 && parts[3] == "feeds") {
                answer_request(arrived->message, parts[6], actions);
            } else if (parts.size() == 6 && parts[3] == "feeds") {
                hear_own_head(arrived->message, actions);
            } else {
                take(arrived->message, now);
            }
        } else if (std::holds_alternative<Tick>(input) && link_is_up_ && head_sent_ != last_offset_) {
            actions.emplace_back(head());
            head_sent_ = last_offset_;
        }
    }
    commit();
    for (auto& [device, replies] : replies_) {
        v1::Receipt receipt;
        receipt.set_device(device);
        receipt.set_service(service_.name);
        for (auto& [key, item] : replies.answers) {
            auto& [answer, sequences] = item;
            std::uint64_t at = 1;
            for (const auto& [first, last] : sequences.runs()) {
                answer.add_sequences(first - at);
                answer.add_sequences(last - first + 1);
                at = last + 1;
            }
            *receipt.add_answers() = std::move(answer);
        }
        actions.emplace_back(
            Publish{{topics::receipts(commune_, device), replies.json ? to_json(receipt) : receipt.SerializeAsString(), false}});
    }
    replies_.clear();
    for (auto& block : blocks_) {
        actions.emplace_back(Publish{{feed_topic(), block_header(block) + block.bytes, false}});
    }
    blocks_.clear();
    return actions;
}

void Engine::take(const Message& message, Instant now) {
    ++counters_.deliveries;
    const auto parts = topics::levels(message.topic);
    const std::string device(parts.back());
    const bool json = is_json(message.payload);
    const auto turn_away = [&](ReasonCode code, std::string_view field, std::string_view detail) {
        const auto why = reason(code, field, detail);
        quarantine(message, why, now);
        v1::Answer answer;
        answer.set_verdict(v1::REFUSED);
        *answer.add_reasons() = why;
        if (valid_device(device)) {
            reply(device, json, 0, std::move(answer));
        }
    };
    if (message.payload.size() > limits::payload_bytes_max) {
        return turn_away(ReasonCode::too_large, "", std::to_string(message.payload.size()) + " bytes");
    }
    store::v1::FrozenEvents frozen;
    if (json) {
        std::string error;
        if (!from_json(message.payload, frozen, error)) {
            return turn_away(ReasonCode::unreadable, "", error);
        }
    } else if (!frozen.ParseFromString(message.payload)) {
        return turn_away(ReasonCode::unreadable, "", "not a chieng.v1.Events");
    }
    if (frozen.device() != device || !valid_device(device)) {
        return turn_away(ReasonCode::wrong_device, "device", frozen.device().substr(0, 32));
    }
    if (frozen.commune() != commune_) {
        return turn_away(ReasonCode::wrong_commune, "commune", frozen.commune().substr(0, 32));
    }
    if (frozen.events().empty()) {
        return turn_away(ReasonCode::unreadable, "events", "no event");
    }
    for (const auto& bytes : frozen.events()) {
        if (bytes.size() > limits::event_bytes_max) {
            turn_away(ReasonCode::too_large, "events", std::to_string(bytes.size()) + " bytes");
        } else if (!event_.ParseFromString(bytes)) {
            turn_away(ReasonCode::unreadable, "events", "not a chieng.v1.Event");
        } else if (event_.sequence() == 0) {
            turn_away(ReasonCode::required, "sequence", "sequence");
        } else {
            take_event(device, bytes, json, now);
        }
    }
}

void Engine::take_event(const std::string& name, const std::string& bytes, bool json, Instant now) {
    const Id id{name, event_.sequence()};
    auto& from = device(name);
    const auto digest = digest_of(bytes);
    if (from.stored.contains(id.sequence) || from.refused.contains(id.sequence)) {
        return reply(name, json, id.sequence, repeated(from, id, digest));
    }
    v1::Entry entry;
    entry.set_device(name);
    entry.set_event(bytes);
    entry.set_received_at(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
    const auto reasons = judge(id, now, entry);
    if (!reasons.empty()) {
        refuse(from, id, bytes, digest, reasons, now);
        v1::Answer answer;
        answer.set_verdict(v1::REFUSED);
        answer.mutable_reasons()->Assign(reasons.begin(), reasons.end());
        return reply(name, json, id.sequence, std::move(answer));
    }
    reply(name, json, id.sequence, stored(event_, v1::STORED));
    journal(std::move(entry), digest);
}

v1::Answer Engine::repeated(Device& from, const Id& id, std::uint64_t digest) {
    if (from.stored.contains(id.sequence)) {
        const auto known = seen(id);
        if (known && known->digest() == digest) {
            ++counters_.duplicates;
            return stored(event_, v1::DUPLICATE);
        }
    } else {
        store::v1::Refusal refusal;
        refusal.ParseFromString(store_.get(refusal_key(id.device, id.sequence)).value_or(""));
        if (refusal.digest() == digest) {
            ++counters_.duplicates;
            auto answer = refusal.answer();
            answer.set_verdict(v1::DUPLICATE);
            answer.set_first(v1::REFUSED);
            return answer;
        }
    }
    ++counters_.conflicts;
    v1::Answer answer;
    answer.set_verdict(v1::REFUSED);
    *answer.add_reasons() = reason(ReasonCode::conflict, "sequence", std::to_string(id.sequence));
    return answer;
}

Reasons Engine::judge(const Id& id, Instant now, v1::Entry& entry) {
    const auto received_on = day_at(std::max(now.civil, latest_));
    auto reasons = judge_event(event_, service_.name, &places_, commune_, received_on);
    if (!reasons.empty()) {
        return reasons;
    }
    const bool is_void = event_.correction().action() == v1::Correction::VOID;
    const auto* body = body_of(event_);
    const Context context{event_, places_, *parse_day(event_.occurred_on()), received_on};
    if (body != nullptr && !is_void) {
        reasons = service_.decide(*body, context);
    }
    auto holder = id;
    if (event_.has_correction()) {
        judge_correction(id, entry, reasons);
        const auto& correction = event_.correction();
        holder = root_of({correction.device().empty() ? id.device : correction.device(), correction.sequence()});
    } else if (awaited_.contains(id.text())) {
        entry.set_effect(v1::Entry::NOTHING);
    }
    if (reasons.empty() && entry.effect() == v1::Entry::COUNTS && body != nullptr) {
        if (const auto claim = service_.claim(*body)) {
            const auto held = value("c/" + claim->key);
            if (held && *held != holder.text()) {
                reasons.push_back(claim->refusal);
            }
        }
    }
    return reasons;
}

void Engine::judge_correction(const Id& id, v1::Entry& entry, Reasons& reasons) {
    const auto& correction = event_.correction();
    const Id target{correction.device().empty() ? id.device : correction.device(), correction.sequence()};
    const bool own = target.device == id.device;
    if (!own && !may_correct_others(event_.role())) {
        reasons.push_back(reason(ReasonCode::not_yours_to_correct, "correction.device", target.text()));
        return;
    }
    const auto known = devices_.find(target.device);
    const bool is_stored = known != devices_.end() && known->second.stored.contains(target.sequence);
    // A correction may overtake its own device's event on the way; one that names what was never sent is a slip.
    if (!is_stored && !(own && target.sequence < id.sequence)) {
        reasons.push_back(reason(ReasonCode::nothing_to_correct, "correction.sequence", target.text()));
        return;
    }
    const auto root = root_of(target);
    const auto fact = fact_of(root);
    if (fact && fact->device() == id.device && fact->sequence() > id.sequence) {
        entry.set_effect(v1::Entry::NOTHING);  // overtaken by a later correction of the same device
        return;
    }
    if (correction.action() == v1::Correction::VOID) {
        entry.set_effect(v1::Entry::NOTHING);
    }
    std::optional<std::uint64_t> current;
    if (fact) {
        current = fact->voided() ? std::nullopt : std::optional(fact->offset());
    } else if (const auto original = is_stored ? seen(root) : std::nullopt) {
        current = original->offset();
    }
    if (current) {
        auto version = entry_at(*current);
        version.clear_retracts();
        *entry.mutable_retracts() = std::move(version);
    }
}

void Engine::refuse(Device& from, const Id& id, const std::string& bytes, std::uint64_t digest, const Reasons& reasons, Instant now) {
    store::v1::Refusal refusal;
    refusal.set_digest(digest);
    refusal.set_event(bytes);
    refusal.set_received_at(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
    refusal.mutable_answer()->mutable_reasons()->Assign(reasons.begin(), reasons.end());
    from.refused.insert(id.sequence);
    store_.put(refusal_key(id.device, id.sequence), refusal.SerializeAsString());
    // The set of refused numbers is not in the journal, so it goes down in the same unit.
    store::v1::Device record;
    put_runs(from.refused, *record.mutable_refused());
    store_.put("x/" + id.device, record.SerializeAsString());
    wrote_ = true;
    ++counters_.refused;
}

void Engine::journal(v1::Entry entry, std::uint64_t digest) {
    const auto bytes = entry.ByteSizeLong();
    if (pending_bytes_ + bytes > limits::block_bytes_max) {
        close_block();
    }
    pending_bytes_ += bytes;
    ++last_offset_;
    ++counters_.stored;
    *pending_.add_entries() = std::move(entry);
    evolve(pending_.entries(pending_.entries_size() - 1), event_, last_offset_, digest);
}

// Folding: the same for an event that is journalled now and for one that is read back at start-up.
void Engine::evolve(const v1::Entry& entry, const v1::Event& event, std::uint64_t offset, std::uint64_t digest) {
    const Id id{entry.device(), event.sequence()};
    latest_ = std::max(latest_, Seconds(std::chrono::seconds(entry.received_at())));
    auto& from = device(id.device);
    from.dirty = true;
    from.stored.insert(id.sequence);
    auto& seen = from.open[id.sequence / page_slots][static_cast<std::uint32_t>(id.sequence % page_slots)];
    seen.set_slot(static_cast<std::uint32_t>(id.sequence % page_slots));
    seen.set_digest(digest);
    seen.set_offset(offset);
    if (!event.has_correction()) {
        if (!awaited_.empty() && awaited_.erase(id.text()) > 0) {
            drop_value("w/" + id.text());
        } else {
            hold_claim(event, id.text());
        }
        return;
    }
    const auto& correction = event.correction();
    const Id target{correction.device().empty() ? id.device : correction.device(), correction.sequence()};
    const auto root = root_of(target);
    set_value("a/" + id.text(), root.text());
    const auto fact = fact_of(root);
    if (fact && fact->device() == id.device && fact->sequence() > id.sequence) {
        return;
    }
    if (!device(root.device).stored.contains(root.sequence)) {
        awaited_.insert(root.text());
        set_value("w/" + root.text(), "");
    }
    if (entry.has_retracts()) {
        v1::Event replaced;
        if (replaced.ParseFromString(entry.retracts().event())) {
            release_claim(replaced);
        }
    }
    if (entry.effect() == v1::Entry::COUNTS) {
        hold_claim(event, root.text());
    }
    store::v1::Fact version;
    version.set_device(id.device);
    version.set_sequence(id.sequence);
    version.set_offset(offset);
    version.set_voided(correction.action() == v1::Correction::VOID);
    set_value("f/" + root.text(), version.SerializeAsString());
}

void Engine::hold_claim(const v1::Event& event, const std::string& holder) {
    if (const auto* body = body_of(event)) {
        if (const auto claim = service_.claim(*body)) {
            set_value("c/" + claim->key, holder);
        }
    }
}

void Engine::release_claim(const v1::Event& event) {
    if (const auto* body = body_of(event)) {
        if (const auto claim = service_.claim(*body)) {
            drop_value("c/" + claim->key);
        }
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
    block.after = digest_of(block.bytes, chain_);
    chain_ = block.after;
    store_.append(block);
    wrote_ = true;
    blocks_.push_back(std::move(block));
    pending_.Clear();
    pending_bytes_ = 0;
}

void Engine::commit() {
    close_block();
    if (last_offset_ - snapshot_offset_ >= limits::snapshot_entries) {
        snapshot();
    }
    if (wrote_) {
        store_.commit();
        wrote_ = false;
    }
}

void Engine::snapshot() {
    for (auto& [name, held] : devices_) {
        if (!held.dirty) {
            continue;
        }
        // All pages but the newest go down by themselves; a late number opens its page again.
        while (held.open.size() > 1) {
            const auto& [number, slots] = *held.open.begin();
            store::v1::Page page;
            page.ParseFromString(store_.get(page_key(name, number)).value_or(""));
            for (const auto& [slot, seen] : slots) {
                *page.add_seen() = seen;
            }
            store_.put(page_key(name, number), page.SerializeAsString());
            held.open.erase(held.open.begin());
        }
        store::v1::Device record;
        put_runs(held.stored, *record.mutable_stored());
        for (const auto& [number, slots] : held.open) {
            auto* page = record.add_open();
            page->set_number(number);
            for (const auto& [slot, seen] : slots) {
                *page->add_seen() = seen;
            }
        }
        store_.put("d/" + name, record.SerializeAsString());
        held.dirty = false;
    }
    for (const auto& [key, held] : overlay_) {
        if (held) {
            store_.put(key, *held);
        } else {
            store_.erase(key);
        }
    }
    overlay_.clear();
    snapshot_offset_ = last_offset_;
    store_.put("m/snapshot", std::to_string(snapshot_offset_));
    wrote_ = true;
}

void Engine::quarantine(const Message& message, const v1::Reason& why, Instant now) {
    ++counters_.quarantined;
    const auto key = "q/" + big_endian(digest_of(message.payload, digest_of(message.topic)));
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
    wrote_ = true;
}

void Engine::reply(const std::string& to, bool json, std::uint64_t sequence, v1::Answer answer) {
    auto& replies = replies_[to];
    replies.json = json;
    auto key = answer.SerializeAsString();
    auto& item = replies.answers.try_emplace(std::move(key), std::move(answer), Intervals()).first->second;
    if (sequence != 0) {
        item.second.insert(sequence);
    }
}

void Engine::answer_request(const Message& message, std::string_view subscriber, Actions& actions) {
    v1::Request request;
    if (!request.ParseFromString(message.payload)) {
        return;
    }
    commit();
    const auto topic = feed_topic("/replies/" + std::string(subscriber));
    std::size_t sent = 0;
    auto after = request.after();
    const auto budget =
        request.max_bytes() == 0 ? limits::reply_bytes_max : std::min<std::size_t>(request.max_bytes(), limits::reply_bytes_max);
    while (sent < budget) {
        const auto block = store_.block_at(after + 1);
        if (!block) {
            break;
        }
        actions.emplace_back(Publish{{topic, block_header(*block) + block->bytes, false}});
        sent += block->bytes.size();
        after = block->last;
    }
    if (sent == 0) {
        JournalBlock end;  // nothing follows: say where the feed ends
        end.first = last_offset_ + 1;
        end.last = last_offset_;
        end.before = chain_;
        end.after = chain_;
        actions.emplace_back(Publish{{topic, block_header(end), false}});
    }
}

Engine::Device& Engine::device(const std::string& name) {
    return devices_[name];
}

std::optional<store::v1::Seen> Engine::seen(const Id& id) {
    const auto number = id.sequence / page_slots;
    const auto slot = static_cast<std::uint32_t>(id.sequence % page_slots);
    const auto& open = device(id.device).open;
    if (const auto page = open.find(number); page != open.end()) {
        if (const auto it = page->second.find(slot); it != page->second.end()) {
            return it->second;
        }
    }
    store::v1::Page page;
    page.ParseFromString(store_.get(page_key(id.device, number)).value_or(""));
    for (const auto& seen : page.seen()) {
        if (seen.slot() == slot) {
            return seen;
        }
    }
    return std::nullopt;
}

v1::Entry Engine::entry_at(std::uint64_t offset) {
    const auto first_pending = last_offset_ + 1 - static_cast<std::uint64_t>(pending_.entries_size());
    if (offset >= first_pending) {
        return pending_.entries(static_cast<int>(offset - first_pending));
    }
    const auto block = store_.block_at(offset);
    store::v1::Entries entries;
    if (!block || !entries.ParseFromString(block->bytes)) {
        throw Broken("the journal has no entry at offset " + std::to_string(offset));
    }
    return entries.entries(static_cast<int>(offset - block->first));
}

Engine::Id Engine::root_of(const Id& id) {
    const auto root = value("a/" + id.text());
    if (!root) {
        return id;
    }
    const auto slash = root->rfind('/');
    return Id{root->substr(0, slash), std::stoull(root->substr(slash + 1))};
}

std::optional<store::v1::Fact> Engine::fact_of(const Id& root) {
    const auto bytes = value("f/" + root.text());
    store::v1::Fact fact;
    return bytes && fact.ParseFromString(*bytes) ? std::optional(fact) : std::nullopt;
}

std::optional<std::string> Engine::value(const std::string& key) {
    if (const auto it = overlay_.find(key); it != overlay_.end()) {
        return it->second;
    }
    return store_.get(key);
}

void Engine::set_value(const std::string& key, std::string value) {
    overlay_[key] = std::move(value);
}
void Engine::drop_value(const std::string& key) {
    overlay_[key] = std::nullopt;
}

std::string Engine::feed_topic(std::string_view rest) const {
    return topics::feed(commune_, service_.name).append(rest);
}

std::string Engine::block_header(const JournalBlock& block) const {
    v1::Block header;
    header.set_epoch(epoch_);
    header.set_first(block.first);
    header.set_last(block.last);
    header.set_before(block.before);
    header.set_after(block.after);
    return header.SerializeAsString();
}

Publish Engine::head() const {
    return feed_head(feed_topic("/head"), epoch_, last_offset_);
}

void Engine::hear_own_head(const Message& message, Actions& actions) {
    if (const auto epoch = epoch_after_restore(message, epoch_, last_offset_)) {
        epoch_ = *epoch;
        store_.put("m/epoch", std::to_string(epoch_));
        store_.commit();
        actions.emplace_back(head());
    }
}

}  // namespace chieng
