// SPDX-License-Identifier: Apache-2.0
// The engine's memory: what the journal folds to, how it is read back at start-up, and how it is looked up.
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/journal.hpp"
#include "services/runtime/core/limits.hpp"

#include <algorithm>

namespace chieng {
namespace {

constexpr std::uint64_t page_slots = 64;
constexpr const char* derived_version = "6";  // of what is kept beside the journal; another one is folded again

std::string page_key(const std::string& device, std::uint64_t page) {
    return "p/" + device + "/" + big_endian(page);
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

using Seens = std::map<std::uint64_t, Engine::Seen>;  // by sequence

template <class Take>
void each_seen(const store::v1::Page& page, std::uint64_t number, const Take& take) {
    std::uint64_t offset = 0;
    for (int i = 0; i < page.slots_size() && i < page.digests_size() && i < page.steps_size(); ++i) {
        offset += static_cast<std::uint64_t>(page.steps(i));
        take(number * page_slots + page.slots(i), Engine::Seen{page.digests(i), offset});
    }
}

// Of the page that the first one is of.
store::v1::Page page_of(Seens::const_iterator first, Seens::const_iterator last) {
    store::v1::Page page;
    std::uint64_t offset = 0;
    for (; first != last; ++first) {
        page.add_slots(static_cast<std::uint32_t>(first->first % page_slots));
        page.add_digests(first->second.digest);
        page.add_steps(static_cast<std::int64_t>(first->second.offset - offset));
        offset = first->second.offset;
    }
    return page;
}

}  // namespace

// All that the journal says again.
void Engine::forget_derived() {
    std::vector<std::string> derived{"m/snapshot"};
    for (const auto prefix : {std::string_view("d/"), std::string_view("p/"), std::string_view("c/"), std::string_view("f/"),
                              std::string_view("a/"), std::string_view("w/"), std::string_view("s/"), ClaimIndex::prefix}) {
        store_.scan(prefix, [&](std::string_view key, std::string_view) {
            derived.emplace_back(key);
            return true;
        });
    }
    for (const auto& key : derived) {
        store_.erase(key);
    }
    overlay_.clear();
    claims_.clear();
    awaited_.clear();
    for (auto& [name, held] : devices_) {
        held.stored = Intervals();
        held.recent.clear();
        held.dirty = false;
    }
    snapshot_offset_ = 0;
}

void Engine::recover() {
    const bool is_of_before = store_.get("m/derived") != derived_version;
    if (is_of_before) {
        forget_derived();
        store_.put("m/derived", derived_version);
    }
    claims_.load();
    store_.scan("d/", [&](std::string_view key, std::string_view bytes) {
        store::v1::Device record;
        record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        auto& device = devices_[std::string(key.substr(2))];
        get_runs(record.stored(), device.stored);
        each_seen(record.open(), record.open().number(), [&](std::uint64_t sequence, const Seen& seen) { device.recent[sequence] = seen; });
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
    store_.scan("k/", [&](std::string_view, std::string_view token) {
        tokens_.emplace(token);
        return true;
    });
    store_.scan("g/", [&](std::string_view key, std::string_view bytes) {
        store::v1::Device record;
        record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        get_runs(record.stored(), forgotten_[std::string(key.substr(2))]);
        return true;
    });
    if (const auto offset = store_.get("m/snapshot")) {
        snapshot_offset_ = std::stoull(*offset);
    }
    refold();
    if (const auto block = store_.last_block()) {
        chain_ = block->after;
        const auto at = entry_at(block->last).received_at();
        latest_ = std::max(latest_, Seconds(std::chrono::seconds(at)));
    }
    store_.commit();
}

// From the last snapshot on.
void Engine::refold() {
    last_offset_ = snapshot_offset_;
    JournalWalk walk(store_, snapshot_offset_);
    while (const auto block = walk.next()) {
        const auto entries = entries_of(*block);
        last_offset_ = block->last;
        auto offset = block->first;
        for (const auto& entry : entries.entries()) {
            if (offset > snapshot_offset_ && event_.ParseFromString(entry.event())) {
                evolve(device(entry.device()), entry, event_, offset, event_digest(entry.event()));
            }
            ++offset;
        }
        if (last_offset_ - snapshot_offset_ >= limits_.snapshot_entries) {
            snapshot();
        }
    }
}

// Folding: the same for an event that is journalled now and for one that is read back at start-up.
void Engine::evolve(Device& from, const v1::Entry& entry, const v1::Event& event, std::uint64_t offset, std::uint64_t digest) {
    const Id id{entry.device(), event.sequence()};
    latest_ = std::max(latest_, Seconds(std::chrono::seconds(entry.received_at())));
    from.dirty = true;
    from.stored.insert(id.sequence);
    from.recent[id.sequence] = {digest, offset};
    if (event.has_duplicate_decided()) {
        return evolve_decision(entry, event);
    }
    if (!event.has_correction()) {
        if (is_awaited(id)) {
            awaited_.erase(id.text());
            drop_value("w/" + id.text());
        } else {
            hold_claim(event, id, offset);
        }
        return;
    }
    const auto& correction = event.correction();
    const auto root = root_of(target_of(id, correction));
    evolve_others(entry);
    const auto fact = fact_of(root);
    set_value("a/" + id.text(), root.text());
    if (!device(root.device).stored.contains(root.sequence)) {
        awaited_.insert(root.text());
        set_value("w/" + root.text(), "");
    }
    if (is_awaited(id)) {
        join(id, root, entry);
        return;
    }
    // What a journal of before let stand stands.
    const bool changes = entry.effect() == v1::Entry::COUNTS || entry.has_retracts() || entry.has_restores();
    if (fact && !changes && is_overtaken(*fact, id, event, entry.received_at())) {
        auto noted = *fact;
        note_corrected(noted, id);
        set_value("f/" + root.text(), noted.SerializeAsString());
    } else {
        stand(id, root, fact, entry, event, offset);
        note_who_counts(root, entry.effect() == v1::Entry::COUNTS, entry);
    }
}

// The set of refused numbers is not in the journal, so it goes down in the same unit as the refusal.
void Engine::keep_refused(const std::string& name, const Device& held) {
    store::v1::Device record;
    put_runs(held.refused, *record.mutable_refused());
    store_.put("x/" + name, record.SerializeAsString());
}

// All pages but the newest go down by themselves; a late number opens its page again.
void Engine::write_pages(const std::string& name, Device& held, store::v1::Device& record) {
    Seens seens(held.recent.begin(), held.recent.end());
    const auto newest = seens.rbegin()->first / page_slots;
    *record.mutable_open() = page_of(seens.lower_bound(newest * page_slots), seens.end());
    record.mutable_open()->set_number(newest);
    seens.erase(seens.lower_bound(newest * page_slots), seens.end());
    while (!seens.empty()) {
        const auto number = seens.begin()->first / page_slots;
        const auto key = page_key(name, number);
        store::v1::Page page;
        page.ParseFromString(store_.get(key).value_or(""));
        each_seen(page, number, [&](std::uint64_t sequence, const Seen& seen) { seens[sequence] = seen; });
        const auto end = seens.lower_bound((number + 1) * page_slots);
        store_.put(key, page_of(seens.begin(), end).SerializeAsString());
        seens.erase(seens.begin(), end);
    }
    boost::unordered::erase_if(held.recent, [&](const auto& item) { return item.first / page_slots != newest; });
}

void Engine::snapshot() {
    for (auto& [name, held] : devices_) {
        if (!held.dirty) {
            continue;
        }
        store::v1::Device record;
        put_runs(held.stored, *record.mutable_stored());
        write_pages(name, held, record);
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
    claims_.keep();
    snapshot_offset_ = last_offset_;
    store_.put("m/snapshot", std::to_string(snapshot_offset_));
}

Engine::Device& Engine::device(const std::string& name) {
    return devices_[name];
}

std::optional<Engine::Seen> Engine::seen(const Id& id) {
    const auto& recent = device(id.device).recent;
    if (const auto it = recent.find(id.sequence); it != recent.end()) {
        return it->second;
    }
    const auto number = id.sequence / page_slots;
    store::v1::Page page;
    page.ParseFromString(store_.get(page_key(id.device, number)).value_or(""));
    std::optional<Seen> found;
    each_seen(page, number, [&](std::uint64_t sequence, const Seen& seen) {
        if (sequence == id.sequence) {
            found = seen;
        }
    });
    return found;
}

v1::Entry Engine::entry_at(std::uint64_t offset) {
    const auto first_pending = last_offset_ + 1 - static_cast<std::uint64_t>(pending_.entries_size());
    if (offset >= first_pending) {
        return pending_.entries(static_cast<int>(offset - first_pending));
    }
    const auto block = read_block(store_, offset);
    if (!block) {
        throw Damaged("the journal has no entry at offset " + std::to_string(offset) + "; restore it from a backup");
    }
    return entries_of(*block).entries(static_cast<int>(offset - block->first));
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

}  // namespace chieng
