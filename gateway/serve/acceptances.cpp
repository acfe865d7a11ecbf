// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/acceptances.hpp"

#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/time.hpp"
#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace chieng {
namespace {

bool came_before(const v1::Acceptance& one, const v1::Acceptance& other) {
    return std::forward_as_tuple(one.received_at(), one.sequence(), one.service(), one.device()) <
           std::forward_as_tuple(other.received_at(), other.sequence(), other.service(), other.device());
}

constexpr auto is_in_order = [](const v1::Acceptance* one, const v1::Acceptance* other) { return came_before(*one, *other); };

}  // namespace

Acceptances::Acceptances(const Places& places, std::string commune, Store& store)
    : places_(places), commune_(std::move(commune)), store_(store) {
    store_.scan("accepted/", [&](std::string_view key, std::string_view bytes) {
        v1::Acceptances kept;
        if (kept.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            villages_[std::string(key.substr(key.find('/') + 1))] = std::move(kept);
        }
        return true;
    });
}

void Acceptances::hear(const std::string& service, const v1::Entry& entry) {
    if (entry.has_retracts()) {
        take_back(service, entry);
    }
    if (entry.has_restores()) {
        take(service, entry.restores());
    }
    take(service, entry);
}

void Acceptances::take(const std::string& service, const v1::Entry& entry) {
    const auto day = event_.read(entry.event()) ? parse_day(event_.text(FieldTree::occurred_on)) : std::nullopt;
    const auto* place = day ? places_.find(event_.text(FieldTree::village), *day) : nullptr;
    if (place == nullptr || place->parent() != commune_ || event_.body() == v1::Event::kAttentionNeededFieldNumber) {
        return;
    }
    const auto sequence = static_cast<std::uint64_t>(event_.number(FieldTree::sequence));
    auto* acceptance = find(service, entry.device(), place->code(), sequence);
    if (acceptance == nullptr) {
        acceptance = add(service, entry, place->code(), sequence);
    }
    if (acceptance == nullptr) {
        return;  // the latest came after it
    }
    const bool counts = entry.effect() == v1::Entry::COUNTS;
    acceptance->set_occurred_on(std::string(event_.text(FieldTree::occurred_on)));
    if (const auto* body = v1::Event::descriptor()->FindFieldByNumber(event_.body())) {
        *acceptance->mutable_type() = rule_of(*body->message_type()).label();
    } else {
        *acceptance->mutable_type() = v1::Event::descriptor()->FindFieldByName("correction")->options().GetExtension(v1::field).label();
    }
    acceptance->set_state(counts ? v1::Acceptance::COUNTED : v1::Acceptance::NOT_COUNTED);
    acceptance->set_month(counts ? official_month(*day) : 0);
    acceptance->clear_corrected_by();
    acceptance->clear_correction_reason();
    note(place->code());
}

void Acceptances::take_back(const std::string& service, const v1::Entry& entry) {
    v1::Event before;
    v1::Event by;
    if (!before.ParseFromString(entry.retracts().event()) || !by.ParseFromString(entry.event())) {
        return;
    }
    auto* acceptance = find(service, entry.retracts().device(), before.village(), before.sequence());
    if (acceptance == nullptr) {
        return;  // too long ago
    }
    // A correction of the one that it is the same as takes its place again.
    using Name = std::pair<std::string, std::uint64_t>;
    const auto corrected = [](const std::string& device, const v1::Event& one) {
        return Name(one.correction().device().empty() ? device : one.correction().device(), one.correction().sequence());
    };
    const Name retracted(entry.retracts().device(), before.sequence());
    const bool is_of_another = corrected(entry.device(), by) != retracted &&
                               (!before.has_correction() || corrected(entry.device(), by) != corrected(retracted.first, before));
    acceptance->set_state(by.has_duplicate_decided() || is_of_another           ? v1::Acceptance::DUPLICATE
                          : by.correction().action() == v1::Correction::REPLACE ? v1::Acceptance::CORRECTED
                                                                                : v1::Acceptance::TAKEN_BACK);
    acceptance->set_month(0);
    acceptance->set_corrected_by(entry.device());
    acceptance->set_correction_reason(by.correction().reason());
    note(before.village());
}

v1::Acceptance* Acceptances::find(const std::string& service, const std::string& device, const std::string& village,
                                  std::uint64_t sequence) {
    const auto known = villages_.find(village);
    if (known == villages_.end()) {
        return nullptr;
    }
    for (auto& each : *known->second.mutable_acceptances()) {
        if (each.sequence() == sequence && each.device() == device && each.service() == service) {
            return &each;
        }
    }
    return nullptr;
}

// Puts a new one where it belongs, as a rule last; of many the oldest makes room, and lends it what memory it has.
v1::Acceptance* Acceptances::add(const std::string& service, const v1::Entry& entry, const std::string& village, std::uint64_t sequence) {
    auto& listed = villages_[village];
    listed.set_village(village);
    auto& all = *listed.mutable_acceptances();
    const bool is_full = all.size() == acceptances_max;
    new_.set_service(service);
    new_.set_device(entry.device());
    new_.set_sequence(sequence);
    new_.set_received_at(entry.received_at());
    if (is_full && came_before(new_, all.Get(0))) {
        return nullptr;
    }
    auto* made = is_full ? all.Mutable(0) : all.Add();
    std::rotate(all.pointer_begin(), is_full ? std::next(all.pointer_begin()) : all.pointer_begin(), all.pointer_end());
    made->Swap(&new_);
    const auto last = std::prev(all.pointer_end());
    std::rotate(std::upper_bound(all.pointer_begin(), last, made, is_in_order), last, all.pointer_end());
    return made;
}

void Acceptances::note(const std::string& village) {
    unkept_.insert(village);
    untold_.insert(village);
}

void Acceptances::keep() {
    for (const auto& village : std::exchange(unkept_, {})) {
        store_.put("accepted/" + village, villages_.at(village).SerializeAsString());
    }
}

void Acceptances::tell(const Recipients& recipients, Instant now, Actions& actions) {
    if (untold_.empty() || now.steady < tell_at_) {
        return;
    }
    tell_at_ = now.steady + tell_every;
    const auto at = static_cast<std::uint64_t>(now.civil.time_since_epoch().count());
    for (const auto& village : std::exchange(untold_, {})) {
        for (const auto& topic : recipients.of_acceptances(village)) {
            actions.emplace_back(retained_event(topic, {commune_, "gateway", at}, villages_.at(village)));
        }
    }
}

void Acceptances::say_again() {
    for (const auto& [village, all] : villages_) {
        untold_.insert(village);
    }
}

}  // namespace chieng
