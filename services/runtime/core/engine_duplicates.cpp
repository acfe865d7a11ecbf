// SPDX-License-Identifier: Apache-2.0
// Two reporters, one fact: an officer decides that an event is the same as another one, and it counts no longer; or that it
// is not, and it counts again. The decision is an event like any other; both reporters keep their receipts. When the one that counts
// is voided, the first of those that were the same as it takes its place: what two reported does not vanish with the slip of one.
#include "services/runtime/core/engine.hpp"

#include <algorithm>

namespace chieng {

v1::Event Engine::stored_event(const Id& id) {
    const auto known = is_stored(id) ? seen(id) : std::nullopt;
    v1::Event event;
    if (known) {
        event.ParseFromString(entry_at(known->offset).event());
    }
    return event;
}

bool Engine::is_decision(const Id& id) {
    return stored_event(id).has_duplicate_decided();
}

bool Engine::is_erasure(const Id& id) {
    return stored_event(id).has_household_erased();
}

void Engine::judge_decision(v1::Entry& entry, Reasons& reasons) {
    const auto& decided = event_.duplicate_decided();
    const Id target{decided.device(), decided.sequence()};
    const Id other{decided.same_device(), decided.same_sequence()};
    entry.set_effect(v1::Entry::NOTHING);
    if (event_.role() != v1::CULTURE_OFFICIAL && event_.role() != v1::LABOUR_OFFICIAL && event_.role() != v1::COMMUNE_LEADER) {
        reasons.push_back(reason(ReasonCode::not_yours_to_correct, "duplicate_decided.device", target.text()));
    } else if (decided.service() != service_.name) {
        reasons.push_back(reason(ReasonCode::wrong_service, "duplicate_decided.service", decided.service()));
    } else if (!is_stored(target) || is_decision(target)) {
        reasons.push_back(reason(ReasonCode::nothing_to_correct, "duplicate_decided.sequence", target.text()));
    } else if (!is_stored(other) || is_decision(other)) {
        reasons.push_back(reason(ReasonCode::nothing_to_correct, "duplicate_decided.same_sequence", other.text()));
    } else if (root_of(other) == root_of(target)) {
        reasons.push_back(reason(ReasonCode::repeated, "duplicate_decided.same_sequence", other.text()));
    }
    if (!reasons.empty()) {
        return;
    }
    const auto root = root_of(target);
    const auto fact = fact_of(root);
    const bool is_hidden = fact && fact->duplicate();
    if (decided.decision() == v1::DuplicateDecided::SAME && !is_hidden) {
        const auto stays = current_of(root_of(other));
        if (!stays || stays->voided()) {  // then neither would count
            reasons.push_back(reason(ReasonCode::nothing_to_correct, "duplicate_decided.same_sequence", other.text()));
            return;
        }
        v1::Event one;
        v1::Event two;
        retract(current_of(root), entry);
        if (entry.has_retracts() && one.ParseFromString(entry.retracts().event()) &&
            two.ParseFromString(entry_at(stays->offset()).event()) && one.body_case() != two.body_case()) {
            reasons.push_back(reason(ReasonCode::other_type, "duplicate_decided.same_sequence", other.text()));
        }
    } else if (decided.decision() == v1::DuplicateDecided::DIFFERENT && is_hidden && !fact->beneath().voided()) {
        *entry.mutable_restores() = standing_at(fact->beneath().offset());
        if (const auto holds = what_holds_its_claim(entry.restores(), root)) {
            reasons.push_back(*holds);
        }
    }
}

// Why a version cannot count again: another event holds what it claims.
std::optional<v1::Reason> Engine::what_holds_its_claim(const v1::Entry& version, const Id& root, const std::optional<Id>& ends) {
    v1::Event event;
    const auto* body = event.ParseFromString(version.event()) ? body_of(event) : nullptr;
    const auto claim = body == nullptr ? std::nullopt : service_.claim(*body, event);
    const auto holds = claim && claim->refusal ? holder_of(*claim) : std::nullopt;
    return holds && *holds != root && holds != ends ? std::optional(reason(*claim->refusal, claim->field, claim->detail)) : std::nullopt;
}

// `entry` ends what counts of `root`.
void Engine::restore_a_duplicate(const Id& root, v1::Entry& entry) {
    const auto all = hidden_by(root);
    for (const auto& text : all.hidden()) {
        const auto hidden = read_id(text);
        const auto fact = fact_of(hidden);
        if (!fact || fact->beneath().voided() || entry.has_restores()) {
            continue;
        }
        auto version = standing_at(fact->beneath().offset());
        if (!what_holds_its_claim(version, hidden, root)) {
            *entry.mutable_restores() = std::move(version);
        }
    }
}

store::v1::Duplicates Engine::hidden_by(const Id& root) {
    store::v1::Duplicates duplicates;
    duplicates.ParseFromString(value("s/" + root.text()).value_or(""));
    return duplicates;
}

void Engine::keep_hidden(const Id& root, const store::v1::Duplicates& duplicates) {
    if (duplicates.hidden().empty()) {
        return drop_value("s/" + root.text());
    }
    set_value("s/" + root.text(), duplicates.SerializeAsString());
}

// Those that were hidden by the one are, from now on, hidden by the other.
void Engine::move_hidden(const Id& from, const Id& to) {
    const auto moved = hidden_by(from);
    if (from == to || moved.hidden().empty()) {
        return;
    }
    auto all = hidden_by(to);
    for (const auto& text : moved.hidden()) {
        if (auto fact = fact_of(read_id(text))) {
            fact->set_same_as(to.text());
            set_value("f/" + text, fact->SerializeAsString());
        }
        all.add_hidden(text);
    }
    keep_hidden(to, all);
    drop_value("s/" + from.text());
}

// It counts again, as it was beneath the decision.
void Engine::unhide(const Id& hidden, const store::v1::Fact& fact, const v1::Entry* restored) {
    const auto stays = read_id(fact.same_as());
    auto others = hidden_by(stays);
    auto& texts = *others.mutable_hidden();
    texts.erase(std::remove(texts.begin(), texts.end(), hidden.text()), texts.end());
    keep_hidden(stays, others);
    auto beneath = fact.beneath();
    *beneath.mutable_corrected() = fact.corrected();
    set_value("f/" + hidden.text(), beneath.SerializeAsString());
    v1::Event version;
    if (restored != nullptr && version.ParseFromString(restored->event())) {
        hold_claim(version, hidden, fact.beneath().offset());
    }
}

// Of a correction that ended the one that stayed.
void Engine::evolve_restored(const v1::Entry& restored) {
    v1::Event version;
    if (!version.ParseFromString(restored.event())) {
        return;
    }
    const auto hidden = root_of({restored.device(), version.sequence()});
    const auto fact = fact_of(hidden);
    if (fact && fact->duplicate()) {
        unhide(hidden, *fact, &restored);
        move_hidden(read_id(fact->same_as()), hidden);
    }
}

void Engine::evolve_decision(const Id& id, const v1::Entry& entry, const v1::Event& event, std::uint64_t offset) {
    const auto& decided = event.duplicate_decided();
    const auto root = root_of({decided.device(), decided.sequence()});
    const auto fact = fact_of(root);
    const bool is_hidden = fact && fact->duplicate();
    v1::Event version;
    if (decided.decision() == v1::DuplicateDecided::SAME && !is_hidden) {
        if (entry.has_retracts() && version.ParseFromString(entry.retracts().event())) {
            release_claim(version, root);
        }
        store::v1::Fact hidden;
        hidden.set_device(id.device);
        hidden.set_sequence(id.sequence);
        hidden.set_offset(offset);
        hidden.set_voided(true);
        hidden.set_duplicate(true);
        if (const auto current = current_of(root)) {
            *hidden.mutable_beneath() = *current;
            *hidden.mutable_corrected() = current->corrected();
        }
        const auto stays = root_of({decided.same_device(), decided.same_sequence()});
        hidden.set_same_as(stays.text());
        set_value("f/" + root.text(), hidden.SerializeAsString());
        auto all = hidden_by(stays);
        all.add_hidden(root.text());
        keep_hidden(stays, all);
        move_hidden(root, stays);
    } else if (decided.decision() == v1::DuplicateDecided::DIFFERENT && is_hidden) {
        unhide(root, *fact, entry.has_restores() ? &entry.restores() : nullptr);
    }
}

}  // namespace chieng
