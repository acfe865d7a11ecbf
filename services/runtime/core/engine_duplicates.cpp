// SPDX-License-Identifier: Apache-2.0
// Two reporters, one fact: an officer decides that an event is the same as another one, and it counts no longer; or that it
// is not, and it counts again. The decision is an event like any other; both reporters keep their receipts.
#include "services/runtime/core/engine.hpp"

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
    } else if (!is_stored(other) || is_decision(other) || root_of(other) == root_of(target)) {
        reasons.push_back(reason(ReasonCode::nothing_to_correct, "duplicate_decided.same_sequence", other.text()));
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
        }
        set_value("f/" + root.text(), hidden.SerializeAsString());
    } else if (decided.decision() == v1::DuplicateDecided::DIFFERENT && is_hidden) {
        set_value("f/" + root.text(), fact->beneath().SerializeAsString());
        if (entry.has_restores() && version.ParseFromString(entry.restores().event())) {
            hold_claim(version, root, fact->beneath().offset());
        }
    }
}

}  // namespace chieng
