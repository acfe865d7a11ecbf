// SPDX-License-Identifier: Apache-2.0
// Two reporters, one fact: an officer decides that an event is the same as another one, or that it is not. The decision is an event
// like any other; both reporters keep their receipts. Events that are the same stand in the order of the decisions, and the first that
// is not voided counts: whatever is corrected when, the order of arrival makes no difference, and what two reported does not vanish
// with the slip of one.
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
    // Not one of which the first version is yet to come; that may have been refused.
    const auto can_be_decided = [this](const Id& id) {
        const auto root = root_of(id);
        return is_stored(id) && (is_stored(root) || device(root.device).refused.contains(root.sequence)) && !is_decision(id);
    };
    if (event_.role() != v1::CULTURE_OFFICIAL && event_.role() != v1::LABOUR_OFFICIAL && event_.role() != v1::COMMUNE_LEADER) {
        reasons.push_back(reason(ReasonCode::not_yours_to_correct, "duplicate_decided.device", target.text()));
    } else if (decided.service() != service_.name) {
        reasons.push_back(reason(ReasonCode::wrong_service, "duplicate_decided.service", decided.service()));
    } else if (!can_be_decided(target)) {
        reasons.push_back(reason(ReasonCode::nothing_to_correct, "duplicate_decided.sequence", target.text()));
    } else if (!can_be_decided(other)) {
        reasons.push_back(reason(ReasonCode::nothing_to_correct, "duplicate_decided.same_sequence", other.text()));
    } else if (root_of(other) == root_of(target)) {
        reasons.push_back(reason(ReasonCode::one_event, "duplicate_decided.same_sequence", other.text()));
    }
    if (!reasons.empty()) {
        return;
    }
    const auto root = root_of(target);
    auto one = same_as(root);
    const auto two = same_as(root_of(other));
    const bool are_same = one.members(0) == two.members(0);
    const auto counts = who_counts(one);
    if (decided.decision() == v1::DuplicateDecided::SAME && !are_same) {
        if (latest_type_of(root) != latest_type_of(root_of(other))) {
            reasons.push_back(reason(ReasonCode::two_types, "duplicate_decided.same_sequence", other.text()));
        } else if (counts && who_counts(two)) {
            retract(current_of(*counts), entry);
        }
    } else if (decided.decision() == v1::DuplicateDecided::DIFFERENT && are_same) {
        take_out(one, root);
        const auto again = counts == root ? first_that_stands(one, root, false, counts) : stands(root) ? std::optional(root) : std::nullopt;
        if (again && again != counts) {
            entry.mutable_restores()->CopyFrom(standing_at(current_of(*again)->offset()));
            if (const auto holds = what_holds_its_claim(entry.restores(), *again)) {
                reasons.push_back(*holds);
            }
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

// As which type an event was told last; voiding does not say.
v1::Event::BodyCase Engine::latest_type_of(const Id& root) {
    v1::Event event;
    const auto version = current_of(root);
    const bool says = version && !version->voided() && event.ParseFromString(entry_at(version->offset()).event());
    return says ? event.body_case() : stored_event(root).body_case();
}

// What it makes of who counts that `root` stands from now on, as this entry says, or stands no longer.
void Engine::judge_standing(const Id& root, bool will_stand, v1::Entry& entry) {
    const auto same = same_as(root);
    const auto counted = who_counts(same);
    const auto counts = first_that_stands(same, root, will_stand, counted);
    entry.set_effect(counts == root ? v1::Entry::COUNTS : v1::Entry::NOTHING);
    if (counted && (counted != counts || counts == root)) {
        retract(current_of(*counted), entry);
    }
    if (counts && counts != counted && counts != root) {
        *entry.mutable_restores() = standing_at(current_of(*counts)->offset());
    }
}

bool Engine::stands(const Id& root) {
    const auto version = current_of(root);
    return version && !version->voided();
}

// Of all that are the same, were `root` to stand or not. One whose claim somebody else has taken since is passed over.
std::optional<Engine::Id> Engine::first_that_stands(const store::v1::Same& same, const Id& root, bool will_stand,
                                                    const std::optional<Id>& counted) {
    for (const auto& text : same.members()) {
        const auto member = read_id(text);
        if (member == root ? !will_stand : !stands(member)) {
            continue;
        }
        if (member == root || member == counted || !what_holds_its_claim(standing_at(current_of(member)->offset()), member, counted)) {
            return member;
        }
    }
    return std::nullopt;
}

// Without a decision an event is the same as itself.
store::v1::Same Engine::same_as(const Id& root) {
    store::v1::Same same;
    if (const auto bytes = value("s/" + root.text())) {
        same.ParseFromString(*bytes);
        if (!same.first().empty()) {
            same.ParseFromString(value("s/" + same.first()).value_or(""));
        }
    }
    if (same.members().empty()) {
        same.add_members(root.text());
        same.set_counts(stands(root) ? root.text() : "");
    }
    return same;
}

std::optional<Engine::Id> Engine::who_counts(const store::v1::Same& same) {
    return same.counts().empty() ? std::nullopt : std::optional(read_id(same.counts()));
}

void Engine::take_out(store::v1::Same& same, const Id& root) {
    auto& members = *same.mutable_members();
    members.erase(std::remove(members.begin(), members.end(), root.text()), members.end());
}

// The last one that is left needs no record, unless it stands and yet does not count: another one holds its claim.
void Engine::keep_same(const store::v1::Same& same) {
    if (same.members_size() == 1 && (!same.counts().empty() || !stands(read_id(same.members(0))))) {
        return drop_value("s/" + same.members(0));
    }
    store::v1::Same of_another;
    of_another.set_first(same.members(0));
    set_value("s/" + same.members(0), same.SerializeAsString());
    for (int i = 1; i < same.members_size(); ++i) {
        set_value("s/" + same.members(i), of_another.SerializeAsString());
    }
}

// Which event an entry, as another one holds it, is a version of.
std::optional<Engine::Id> Engine::root_of_version(const v1::Entry& version, v1::Event& event) {
    return event.ParseFromString(version.event()) ? std::optional(root_of({version.device(), event.sequence()})) : std::nullopt;
}

// What counts no longer lets go what it claims; what counts again claims it.
void Engine::evolve_others(const v1::Entry& entry) {
    v1::Event version;
    if (entry.has_retracts()) {
        if (const auto root = root_of_version(entry.retracts(), version)) {
            release_claim(version, *root);
        }
    }
    if (entry.has_restores()) {
        if (const auto root = root_of_version(entry.restores(), version)) {
            hold_claim(version, *root, current_of(*root)->offset());
        }
    }
}

// After a correction of `root`: `counts` when its version does, or when nothing changed.
void Engine::note_who_counts(const Id& root, bool counts, const v1::Entry& entry) {
    if (!value("s/" + root.text())) {
        return;
    }
    auto same = same_as(root);
    v1::Event version;
    const auto restored = entry.has_restores() ? root_of_version(entry.restores(), version) : std::nullopt;
    const auto retracted = entry.has_retracts() ? root_of_version(entry.retracts(), version) : std::nullopt;
    const auto counted = who_counts(same);
    if (counts && counted && counted != root && counted != retracted) {  // so journals of before say: both count
        take_out(same, root);
        drop_value("s/" + root.text());
    } else if (counts || restored) {
        same.set_counts((counts ? root : *restored).text());
    } else if (retracted && retracted == counted) {
        same.clear_counts();
    }
    keep_same(same);
}

void Engine::evolve_decision(const v1::Entry& entry, const v1::Event& event) {
    const auto& decided = event.duplicate_decided();
    const auto root = root_of({decided.device(), decided.sequence()});
    auto one = same_as(root);
    auto two = same_as(root_of({decided.same_device(), decided.same_sequence()}));
    const bool are_same = one.members(0) == two.members(0);
    const auto counts = who_counts(one);
    const bool same_now = decided.decision() == v1::DuplicateDecided::SAME && !are_same;
    const bool different_now = decided.decision() == v1::DuplicateDecided::DIFFERENT && are_same;
    evolve_others(entry);
    // Journals of before hold decisions that changed nothing, where today one would be retracted or restored: they change nothing.
    if (same_now && (entry.has_retracts() || !counts || !who_counts(two))) {
        const auto stays = who_counts(two);
        two.mutable_members()->MergeFrom(one.members());
        two.set_counts(stays ? stays->text() : counts ? counts->text() : "");
        keep_same(two);
    } else if (different_now && (counts != root || entry.has_restores() || !first_that_stands(one, root, false, counts))) {
        take_out(one, root);
        drop_value("s/" + root.text());
        if (counts == root) {
            v1::Event version;
            const auto restored = entry.has_restores() ? root_of_version(entry.restores(), version) : std::nullopt;
            one.set_counts(restored ? restored->text() : "");
        }
        keep_same(one);
    }
}

}  // namespace chieng
