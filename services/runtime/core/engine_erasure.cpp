// SPDX-License-Identifier: Apache-2.0
// A household is erased, on request or when its retention ended. In the unit that stores the erasure everything of the service's
// store is written again as though the household had always been named by a token: its counts stay, for the token is as
// distinct as the key was, and nothing but counts. What is derived (digests, claims) is folded again, and the feed begins
// another epoch, so that whoever folded the key forgets it.
//
// A phone may come back later with an event of that household: the key is recognised by a slow salted hash, kept beside the
// token, and the event is stored under the token. So a repeat of an old event still gets its first verdict.
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/feed_head.hpp"
#include "services/runtime/core/journal.hpp"
#include "services/runtime/core/retention.hpp"
#include "services/runtime/core/topics.hpp"

#include <xxhash.h>

#include <algorithm>

namespace chieng {
namespace {

using google::protobuf::FieldDescriptor;

constexpr std::size_t known_keys_max = 10'000;  // households that one commune may name

google::protobuf::Message* body_to_change(v1::Event& event) {
    const auto* field = event.GetReflection()->GetOneofFieldDescriptor(event, v1::Event::descriptor()->FindOneofByName("body"));
    return field == nullptr ? nullptr : event.GetReflection()->MutableMessage(&event, field);
}

const FieldDescriptor* key_field(const google::protobuf::Message& body) {
    return body.GetDescriptor()->FindFieldByName("household_key");
}

std::string household_in(const std::string& bytes) {
    v1::Event event;
    return event.ParseFromString(bytes) ? household_of(event) : std::string();
}

bool is_of_a_reference(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// Where a word stands by itself.
std::size_t find_word(const std::string& text, const std::string& word, std::size_t from = 0) {
    for (auto at = text.find(word, from); at != std::string::npos; at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        if ((at == 0 || !is_of_a_reference(text[at - 1])) && (end == text.size() || !is_of_a_reference(text[end]))) {
            return at;
        }
    }
    return std::string::npos;
}

void replace_word(std::string& text, const std::string& word, const std::string& by) {
    for (auto at = find_word(text, word); at != std::string::npos; at = find_word(text, word, at + by.size())) {
        text.replace(at, word.size(), by);
    }
}

// Texts of a body by which somebody could find the household again.
std::vector<const FieldDescriptor*> telling_fields(const google::protobuf::Message& body) {
    std::vector<const FieldDescriptor*> fields;
    for (int i = 0; i < body.GetDescriptor()->field_count(); ++i) {
        const auto* field = body.GetDescriptor()->field(i);
        const auto shape = field->options().GetExtension(v1::field).shape();
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated() && field != key_field(body) &&
            (shape == v1::REFERENCE || shape == v1::SHAPE_UNSPECIFIED)) {
            fields.push_back(field);
        }
    }
    return fields;
}

}  // namespace

std::string Engine::slow_hash_of(const std::string& text) {
    auto salt = store_.get("m/salt");
    if (!salt) {  // it only has to differ from that of every other store; it is kept beside what it salts
        salt = std::to_string(epoch_) + "/" + commune_ + "/" + service_.name;
        store_.put("m/salt", *salt);
    }
    return slow_hash(text, *salt);
}

std::optional<std::string> Engine::token_of(const std::string& key) {
    if (tokens_.empty() || key.empty() || tokens_.contains(key)) {
        return std::nullopt;
    }
    if (const auto it = known_keys_.find(key); it != known_keys_.end()) {
        return it->second;
    }
    if (known_keys_.size() >= known_keys_max) {
        known_keys_.clear();
    }
    return known_keys_[key] = store_.get("k/" + slow_hash_of(key));
}

// Names the household by its token, what was done for it by references that only repeat alike, and says nothing more of it.
void Engine::pseudonymise(v1::Event& event, const std::string& token) {
    auto* body = body_to_change(event);
    const auto& at = *body->GetReflection();
    event.DiscardUnknownFields();
    at.SetString(body, key_field(*body), token);
    for (const auto* field : telling_fields(*body)) {
        const auto value = at.GetString(*body, field);
        if (field->options().GetExtension(v1::field).shape() != v1::REFERENCE) {
            at.ClearField(body, field);
        } else if (!value.empty() && !value.starts_with(token)) {
            at.SetString(body, field, token + "-" + slow_hash_of(token + value).substr(0, 16));
        }
    }
    static_cast<void>(strip(event));
}

bool Engine::strip(v1::Event& event) {
    const bool has_more = !event.note().empty() || !event.evidence().empty() || !event.basis_ref().empty();
    event.clear_note();
    event.clear_evidence();
    event.clear_basis_ref();
    return has_more;
}

// An event that comes after its household was erased.
bool Engine::forget_in(v1::Event& event) {
    const auto token = tokens_.empty() ? std::nullopt : token_of(household_of(event));
    if (token) {
        pseudonymise(event, *token);
    }
    return token.has_value();
}

// What takes back an event of an erased household may not tell of it either.
void Engine::forget_in_correction(v1::Event& event, const v1::Entry& entry, std::string& bytes) {
    if (!tokens_.empty() && entry.has_retracts() && is_erased_household(household_in(entry.retracts().event())) && strip(event)) {
        bytes = frozen_bytes(event);
        let_forget(entry.device(), event.sequence());
    }
}

bool Engine::is_known_household(const std::string& key) {
    if (is_erased_household(key)) {
        return true;
    }
    close_block();
    // To the end: all of it will be written anew, and what cannot be read shows before anything is.
    bool is_known = false;
    JournalWalk walk(store_, 0);
    while (const auto block = walk.next()) {
        if (is_known || block->bytes.find(key) == std::string::npos) {
            continue;
        }
        const auto entries = entries_of(*block);
        is_known = std::any_of(entries.entries().begin(), entries.entries().end(),
                               [&](const v1::Entry& entry) { return household_in(entry.event()) == key; });
    }
    if (is_known) {
        return true;
    }
    store_.scan("r/", [&](std::string_view, std::string_view bytes) {
        store::v1::Refusal refusal;
        v1::Event event;
        is_known = refusal.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && event.ParseFromString(refusal.event()) &&
                   !event.has_household_erased() && household_of(event) == key;
        return !is_known;
    });
    return is_known;
}

void Engine::judge_erasure(Reasons& reasons) {
    const auto& key = event_.household_erased().household_key();
    if (reasons.empty() && !is_known_household(key)) {
        reasons.push_back(reason(ReasonCode::unknown_household, "household_erased.household_key", key));
    }
}

// The household has no other name from here on; what was written before is rewritten when the unit's last event is taken.
void Engine::erase(v1::Event& event, std::string& bytes) {
    const auto key = event.household_erased().household_key();
    if (is_erased_household(key)) {
        return;
    }
    const auto offset = last_offset_ + 1;
    const auto digest = XXH3_64bits_withSeed(&offset, sizeof offset, epoch_);
    std::string hex;
    for (unsigned shift = 64; shift > 0; shift -= 4) {
        hex.push_back("0123456789abcdef"[digest >> (shift - 4) & 15U]);
    }
    const auto token = "erased-" + hex;
    store_.put("k/" + slow_hash_of(key), token);
    tokens_.insert(token);
    erasing_[key] = token;
    known_keys_[key] = token;
    pseudonymise(event, token);
    bytes = frozen_bytes(event);
}

bool Engine::erase_in(std::string& bytes, const std::string& key) {
    v1::Event event;
    if (bytes.find(key) == std::string::npos || !event.ParseFromString(bytes)) {
        return false;
    }
    if (household_of(event) == key) {
        pseudonymise(event, erasing_.at(key));
    } else if ((find_word(event.note(), key) == std::string::npos && find_word(event.basis_ref(), key) == std::string::npos) ||
               !strip(event)) {
        return false;
    }
    bytes = frozen_bytes(event);
    return true;
}

bool Engine::erase_in(v1::Entry& entry, const std::string& key) {
    bool changed = false;
    bool is_about_it = false;
    if (entry.has_retracts()) {
        is_about_it = erase_in(*entry.mutable_retracts(), key);
    }
    if (entry.has_restores()) {
        is_about_it = erase_in(*entry.mutable_restores(), key) || is_about_it;
    }
    changed = erase_in(*entry.mutable_event(), key) || is_about_it;
    if (v1::Event event; is_about_it && event.ParseFromString(entry.event()) && strip(event)) {
        entry.set_event(frozen_bytes(event));
    }
    return changed;
}

void Engine::rewrite_journal() {
    std::uint64_t chain = 0;
    JournalWalk walk(store_, 0);
    while (auto read = walk.next()) {
        auto& block = *read;
        bool changed = block.before != chain;
        const bool is_named = std::any_of(erasing_.begin(), erasing_.end(),
                                          [&](const auto& each) { return block.bytes.find(each.first) != std::string::npos; });
        if (is_named) {
            auto entries = entries_of(block);
            for (auto& entry : *entries.mutable_entries()) {
                bool is_about_one = false;
                for (const auto& [key, token] : erasing_) {
                    is_about_one = erase_in(entry, key) || is_about_one;
                }
                if (v1::Event event; is_about_one && event.ParseFromString(entry.event())) {
                    let_forget(entry.device(), event.sequence());
                }
                changed = changed || is_about_one;
            }
            block.bytes = entries.SerializeAsString();
        }
        if (changed) {
            block.before = chain;
            block.after = chain_after(block.bytes, chain);
            store_.replace(block);
        }
        chain = block.after;
    }
    chain_ = chain;
}

void Engine::rewrite_refusals(const std::string& key) {
    std::vector<std::pair<std::string, store::v1::Refusal>> changed;
    store_.scan("r/", [&](std::string_view at, std::string_view bytes) {
        store::v1::Refusal refusal;
        if (bytes.find(key) != std::string_view::npos && refusal.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            changed.emplace_back(at, std::move(refusal));
        }
        return true;
    });
    for (auto& [at, refusal] : changed) {
        v1::Event before;
        v1::Event after;
        before.ParseFromString(refusal.event());
        if (!erase_in(*refusal.mutable_event(), key)) {
            continue;
        }
        after.ParseFromString(refusal.event());
        let_forget(at.substr(2, at.rfind('/', at.size() - 1 - sizeof(std::uint64_t)) - 2), after.sequence());
        refusal.set_digest(event_digest(refusal.event()));
        const auto* old_body = body_of(before);
        for (auto& reason : *refusal.mutable_answer()->mutable_reasons()) {
            for (auto* text : {reason.mutable_vi(), reason.mutable_en()}) {
                replace_word(*text, key, erasing_.at(key));
                for (const auto* field : old_body == nullptr ? std::vector<const FieldDescriptor*>() : telling_fields(*old_body)) {
                    const auto value = old_body->GetReflection()->GetString(*old_body, field);
                    if (!value.empty() && household_of(before) == key) {
                        replace_word(*text, value, erasing_.at(key));
                    }
                }
            }
        }
        store_.put(at, refusal.SerializeAsString());
    }
}

// Of what could not be read only the bytes are dropped: that it came stays on record.
void Engine::rewrite_quarantine(const std::string& key) {
    std::vector<std::pair<std::string, store::v1::Quarantined>> changed;
    store_.scan("q/", [&](std::string_view at, std::string_view bytes) {
        store::v1::Quarantined item;
        if (bytes.find(key) != std::string_view::npos && item.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            item.clear_payload();
            replace_word(*item.mutable_reason()->mutable_vi(), key, erasing_.at(key));
            replace_word(*item.mutable_reason()->mutable_en(), key, erasing_.at(key));
            changed.emplace_back(at, std::move(item));
        }
        return true;
    });
    for (const auto& [at, item] : changed) {
        store_.put(at, item.SerializeAsString());
    }
}

// The device keeps what it posted in its outbox, free pages of the file and all: it is told the number, which says nothing of whose
// it was. Part of the unit that erases.
void Engine::let_forget(const std::string& device, std::uint64_t sequence) {
    auto& numbers = forgotten_[device];
    if (!numbers.insert(sequence)) {
        return;
    }
    while (numbers.runs().size() > limits_.forget_runs) {
        numbers.insert(numbers.runs().begin()->first, std::next(numbers.runs().begin())->second);
    }
    store::v1::Device record;
    for (const auto& [first, last] : numbers.runs()) {
        record.add_stored(first);
        record.add_stored(last);
    }
    store_.put("g/" + device, record.SerializeAsString());
    forget_due_.insert(device);
}

void Engine::let_all_forget() {
    for (const auto& [device, numbers] : forgotten_) {
        forget_due_.insert(device);
    }
}

Publish Engine::to_forget(const std::string& device) const {
    v1::Forget forget;
    forget.set_device(device);
    forget.set_service(service_.name);
    for (const auto& [first, last] : forgotten_.at(device).runs()) {
        forget.add_runs(first);
        forget.add_runs(last);
    }
    return Publish{{topics::forget(commune_, service_.name, device), forget.SerializeAsString(), true}};
}

void Engine::rewrite_what_was_erased() {
    rewrite_journal();
    for (const auto& [key, token] : erasing_) {
        rewrite_refusals(key);
        rewrite_quarantine(key);
    }
    forget_derived();
    refold();
    snapshot();
    erasing_.clear();
    begin_history(epoch_after(epoch_, last_offset_), last_offset_);
    blocks_.clear();  // they are read again, under the new epoch
    head_due_ = true;
    store_.scrub();
}

}  // namespace chieng
