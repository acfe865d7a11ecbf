// SPDX-License-Identifier: Apache-2.0
// The versions of an event: what a correction is of, and which one stands, whatever the order in which they come.
#include "services/runtime/core/engine.hpp"

#include <algorithm>
#include <tuple>

namespace chieng {

// The event that is corrected in the end.
Engine::Id Engine::read_id(const std::string& text) {
    const auto slash = text.rfind('/');
    return {text.substr(0, slash), std::stoull(text.substr(slash + 1))};
}

Engine::Id Engine::root_of(const Id& id) {
    auto root = id;
    while (const auto above = value("a/" + root.text())) {
        root = read_id(*above);
    }
    return root;
}

// What a correction is of. Whoever replaces a correction that was refused means the event which that was of.
Engine::Id Engine::target_of(const Id& id, const v1::Correction& correction) const {
    Id target{correction.device().empty() ? id.device : correction.device(), correction.sequence()};
    while (correction.action() == v1::Correction::REPLACE) {
        const auto meant = store_.get("n/" + target.text());
        if (!meant) {
            break;
        }
        target = read_id(*meant);
    }
    return target;
}

// Of a correction that is refused now, in the unit of its refusal: no journal tells it. Where something already stands in its place it
// stays as it is, or a second fold would read it otherwise. A chain of these ends, as it leads to what is stored or to a lower number.
void Engine::keep_meant(const Id& id) {
    if (!event_.has_correction() || is_awaited(id)) {
        return;
    }
    const auto target = target_of(id, event_.correction());
    if (is_stored(target) || (target.device == id.device && target.sequence < id.sequence)) {
        store_.put("n/" + id.text(), target.text());
    }
}

bool Engine::is_awaited(const Id& id) const {
    return !awaited_.empty() && awaited_.contains(id.text());
}

// The version of an event that counts: its latest correction, or itself; nothing while it is yet to come.
std::optional<store::v1::Fact> Engine::current_of(const Id& root) {
    auto fact = fact_of(root);
    if (!fact && device(root.device).stored.contains(root.sequence)) {
        fact.emplace().set_offset(seen(root)->offset);
    }
    return fact;
}

// By its device's word, but not after it came; who does not say it recorded it then.
std::uint64_t Engine::recorded_at(const v1::Event& event, std::uint64_t received_at) {
    return event.recorded_at() == 0 ? received_at : std::min(event.recorded_at(), received_at);
}

bool Engine::has_higher_number(const store::v1::Fact& fact, const Id& id) {
    const auto highest = fact.corrected().find(id.device);
    return highest != fact.corrected().end() && highest->second > id.sequence;
}

// Of one device the higher number stands, of two the one that was recorded later: a phone's correction that was long on its way undoes
// nothing of an officer's. Who names the very version that stands has seen it, whatever the clocks say.
bool Engine::is_overtaken(const store::v1::Fact& fact, const Id& id, const v1::Event& event, std::uint64_t received_at) const {
    if (has_higher_number(fact, id)) {
        return true;
    }
    const Id standing{fact.device(), fact.sequence()};
    return fact.device() != id.device && !(target_of(id, event.correction()) == standing) &&
           fact.recorded_at() > recorded_at(event, received_at);
}

void Engine::note_corrected(store::v1::Fact& fact, const Id& id) {
    auto& highest = (*fact.mutable_corrected())[id.device];
    highest = std::max(highest, id.sequence);
}

bool Engine::stands_over(const store::v1::Fact& one, const store::v1::Fact& other) {
    if (has_higher_number(one, {other.device(), other.sequence()})) {
        return true;
    }
    if (has_higher_number(other, {one.device(), one.sequence()})) {
        return false;
    }
    return one.device() == other.device() ? one.sequence() > other.sequence()
                                          : std::tuple(one.recorded_at(), one.offset()) > std::tuple(other.recorded_at(), other.offset());
}

std::optional<store::v1::Fact> Engine::fact_of(const Id& root) {
    const auto bytes = value("f/" + root.text());
    store::v1::Fact fact;
    return bytes && fact.ParseFromString(*bytes) ? std::optional(fact) : std::nullopt;
}

// A correction is the version of the event that it corrects, from now on.
void Engine::stand(const Id& id, const Id& root, const std::optional<store::v1::Fact>& fact, const v1::Entry& entry, const v1::Event& event,
                   std::uint64_t offset) {
    if (entry.effect() == v1::Entry::COUNTS) {
        hold_claim(event, root, offset);
    }
    store::v1::Fact version;
    version.set_device(id.device);
    version.set_sequence(id.sequence);
    version.set_offset(offset);
    version.set_voided(event.correction().action() == v1::Correction::VOID);
    version.set_recorded_at(std::max(recorded_at(event, entry.received_at()), fact ? fact->recorded_at() : 0));
    if (fact) {
        *version.mutable_corrected() = fact->corrected();
    }
    note_corrected(version, id);
    set_value("f/" + root.text(), version.SerializeAsString());
}

bool Engine::takes_back(const v1::Entry& entry, const store::v1::Fact& version) {
    v1::Event retracted;
    return entry.has_retracts() && entry.retracts().device() == version.device() && retracted.ParseFromString(entry.retracts().event()) &&
           retracted.sequence() == version.sequence();
}

// Of two versions that an entry joins: the journal says which of them it took back, if either counted by itself. So journals of before,
// of which the rule was another one, are read as they were written.
bool Engine::stands_over(const store::v1::Fact& fact, const store::v1::Fact& later, const Id& root, const v1::Entry& entry) {
    const bool is_alone = !value("s/" + root.text());
    if (is_alone && !later.voided()) {
        return takes_back(entry, later);
    }
    return is_alone && !fact.voided() ? !takes_back(entry, fact) : stands_over(fact, later);
}

// What corrected `id` before it came corrects, from now on, what `id` corrects.
void Engine::join(const Id& id, const Id& root, const v1::Entry& entry) {
    awaited_.erase(id.text());
    drop_value("w/" + id.text());
    if (value("s/" + id.text())) {  // as journals of before may have it: it was decided about before it came
        auto same = same_as(id);
        std::replace(same.mutable_members()->begin(), same.mutable_members()->end(), id.text(), root.text());
        same.set_counts(same.counts() == id.text() ? root.text() : same.counts());
        drop_value("s/" + id.text());
        keep_same(same);
    }
    const auto later = fact_of(id);
    drop_value("f/" + id.text());
    const auto fact = fact_of(root);
    const bool fact_stands = fact && (!later || stands_over(*fact, *later, root, entry));
    auto stands = fact_stands ? fact : later;
    if (!stands) {
        return;
    }
    const auto& other = fact_stands ? later : fact;
    if (other) {
        for (const auto& [device, sequence] : other->corrected()) {
            note_corrected(*stands, {device, sequence});
        }
        if (stands->device() == other->device()) {
            stands->set_recorded_at(std::max(stands->recorded_at(), other->recorded_at()));
        }
    }
    note_corrected(*stands, id);
    set_value("f/" + root.text(), stands->SerializeAsString());
    if (fact_stands) {
        return;
    }
    v1::Event standing;
    const bool stands_now = !later->voided() && standing.ParseFromString(entry_at(later->offset()).event());
    const bool is_taken_back = takes_back(entry, *later);
    if (stands_now && !is_taken_back) {
        release_claim(standing, id);
        hold_claim(standing, root, later->offset());
    }
    note_who_counts(root, stands_now && !is_taken_back, entry);
}

}  // namespace chieng
