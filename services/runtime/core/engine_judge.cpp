// SPDX-License-Identifier: Apache-2.0
// How the engine judges one event: the rules of its type and service, what standing events claim, and what it does to them when it
// is a correction. Nothing here changes what is kept.
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/rules.hpp"
#include "services/runtime/core/validator.hpp"

#include <algorithm>

namespace chieng {
namespace {

bool may_correct_others(v1::Role role) {
    return role == v1::CULTURE_OFFICIAL || role == v1::LABOUR_OFFICIAL || role == v1::COMMUNE_LEADER;
}

bool is_about_body(const v1::Event& event, const v1::Reason& reason) {
    const auto* body = v1::Event::descriptor()->FindFieldByNumber(event.body_case());
    return body != nullptr && reason.field().starts_with(body->name() + ".");
}

}  // namespace

// What is judged by old entries that cannot be read waits until the journal is restored. Nothing was changed yet.
std::optional<Reasons> Engine::judge_or_wait(const Id& id, Instant now, v1::Entry& entry) {
    try {
        return judge(id, now, entry);
    } catch (const Damaged& why) {
        damage_ = why.what();
        return std::nullopt;
    }
}

std::optional<Reasons> Engine::judge(const Id& id, Instant now, v1::Entry& entry) {
    const auto received_on = day_at(std::max(now.civil, latest_));
    auto reasons = judge_event(event_, service_.name, &places_, commune_, received_on);
    // A correction that was itself corrected before it came will never count: nobody asks what it says, only what it is of. Were it
    // refused, the event and what stands for it would both count. An erasure acts whether it counts or not.
    const bool is_passing = event_.has_correction() && !event_.has_household_erased() && is_awaited(id);
    if (is_passing) {
        std::erase_if(reasons, [&](const v1::Reason& reason) { return is_about_body(event_, reason); });
    }
    if (!reasons.empty()) {
        return reasons;
    }
    const bool is_void = event_.correction().action() == v1::Correction::VOID;
    const auto* body = body_of(event_);
    const Context context{
        event_,         places_, *parse_day(event_.occurred_on()), received_on, [this](const std::string& key) { return held(key); },
        *service_.rules};
    if (body != nullptr && !is_void && !is_passing) {
        reasons = service_.decide(*body, context);
    }
    auto holder = id;
    if (event_.has_correction()) {
        judge_correction(id, entry, reasons);
        const auto& correction = event_.correction();
        holder = root_of(target_of(id, correction));
    } else if (event_.has_household_erased()) {
        judge_erasure(reasons);
    } else if (event_.has_duplicate_decided()) {
        judge_decision(entry, reasons);
    } else if (is_awaited(id)) {
        entry.set_effect(v1::Entry::NOTHING);
    }
    if (reasons.empty()) {
        judge_retracted(context, entry, reasons);
    }
    if (reasons.empty() && entry.effect() == v1::Entry::COUNTS && body != nullptr) {
        const auto claim = service_.claim(*body, event_);
        if (claim && claim->refusal) {
            const auto holds = holder_of(*claim);
            v1::Event retracted;
            const auto ends = entry.has_retracts() ? root_of_version(entry.retracts(), retracted) : std::nullopt;
            if (holds && !(*holds == holder) && holds != ends) {
                if (may_be_one_chain(id, holder, *holds)) {
                    return std::nullopt;
                }
                reasons.push_back(reason(*claim->refusal, claim->field, claim->detail));
            }
        }
    }
    return reasons;
}

// Corrections that overtook what they correct: until that comes, nobody knows whether the holder of a claim is a version of the
// same event. It is on its way, from the same device.
bool Engine::may_be_one_chain(const Id& id, const Id& root, const Id& held) {
    const auto is_to_come = [&](const Id& one) { return !is_stored(one) && !device(one.device).refused.contains(one.sequence); };
    return held.device == id.device && ((!(root == id) && is_to_come(root)) || (is_to_come(held) && held.sequence > id.sequence));
}

void Engine::judge_correction(const Id& id, v1::Entry& entry, Reasons& reasons) {
    const auto& correction = event_.correction();
    const auto target = target_of(id, correction);
    const bool own = target.device == id.device && is_of_its_poster(target);
    if (!own && !may_correct_others(event_.role())) {
        reasons.push_back(reason(ReasonCode::not_yours_to_correct, "correction.device", target.text()));
        return;
    }
    // A correction may overtake its own device's event on the way; one that names what was never sent is a slip.
    const bool was_refused = correction.action() == v1::Correction::VOID && device(target.device).refused.contains(target.sequence);
    if (was_refused || (!is_stored(target) && !(own && target.sequence < id.sequence))) {
        reasons.push_back(reason(ReasonCode::nothing_to_correct, "correction.sequence", target.text()));
        return;
    }
    const auto root = root_of(target);
    if (root == id) {
        reasons.push_back(reason(ReasonCode::nothing_to_correct, "correction.sequence", target.text()));  // each corrects the other
        return;
    }
    if (is_decision(root)) {  // it is not corrected: the other decision is posted
        reasons.push_back(reason(ReasonCode::decision_stands, "correction.sequence", target.text()));
        return;
    }
    // Decisions and erasures act beyond their own figures, and are judged where they are posted as such.
    if (event_.has_duplicate_decided() || (event_.has_household_erased() && !is_erasure(root))) {
        reasons.push_back(reason(ReasonCode::other_type, "body", target.text()));
        return;
    }
    const auto fact = fact_of(root);
    if (is_awaited(id)) {  // a correction that was itself corrected before it came: of the two versions one goes
        const auto later = fact_of(id);
        const bool later_stands = later && !later->voided();
        const bool later_goes = later && fact && stands_over(*fact, *later);
        if (later_stands) {
            static_cast<void>(entry_at(later->offset()));  // which folding reads: what is damaged shows before anything is kept
        }
        if (later_stands && !later_goes && who_counts(same_as(root)) == root) {
            retract(current_of(root), entry);  // and the later one goes on
        } else if (!later_goes) {
            judge_standing(root, later_stands, entry);
        }
        if (later_stands && (later_goes || (!entry.has_retracts() && entry.effect() != v1::Entry::COUNTS))) {
            retract(later, entry);
        }
        entry.set_effect(v1::Entry::NOTHING);
        return;
    }
    if (fact && is_overtaken(*fact, id, event_, entry.received_at())) {
        entry.set_effect(v1::Entry::NOTHING);
        return;
    }
    judge_standing(root, correction.action() != v1::Correction::VOID, entry);
}

// A gateway is one device for all who post there, and says who: of them each has only his own events.
bool Engine::is_of_its_poster(const Id& target) {
    const auto target_by = stored_event(target).posted_by();
    return target_by.empty() || event_.posted_by().empty() || target_by == event_.posted_by();
}

void Engine::retract(const std::optional<store::v1::Fact>& version, v1::Entry& entry) {
    if (version && !version->voided()) {
        *entry.mutable_retracts() = standing_at(version->offset());
    }
}

// The entry as it counted, without what it did to others.
v1::Entry Engine::standing_at(std::uint64_t offset) {
    auto entry = entry_at(offset);
    entry.clear_retracts();
    entry.clear_restores();
    return entry;
}

bool Engine::is_stored(const Id& id) const {
    const auto known = devices_.find(id.device);
    return known != devices_.end() && known->second.stored.contains(id.sequence);
}

// What is taken back may have a say in it.
void Engine::judge_retracted(const Context& context, const v1::Entry& entry, Reasons& reasons) const {
    v1::Event retracted;
    if (entry.has_retracts() && retracted.ParseFromString(entry.retracts().event())) {
        if (const auto* body = body_of(retracted)) {
            const Context its{retracted, context.places, context.occurred_on, context.received_on, context.held, context.rules};
            const auto more = service_.retract(*body, its);
            reasons.insert(reasons.end(), more.begin(), more.end());
        }
    }
}

}  // namespace chieng
