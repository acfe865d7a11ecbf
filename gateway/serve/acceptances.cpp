// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/acceptances.hpp"

#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/time.hpp"
#include "services/runtime/core/validator.hpp"

#include <tuple>
#include <utility>

namespace chieng {
namespace {

bool came_before(const v1::Acceptance& one, const v1::Acceptance& other) {
    return std::forward_as_tuple(one.received_at(), one.sequence(), one.service(), one.device()) <
           std::forward_as_tuple(other.received_at(), other.sequence(), other.service(), other.device());
}

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
    v1::Event event;
    const auto day = event.ParseFromString(entry.event()) ? parse_day(event.occurred_on()) : std::nullopt;
    const auto* place = day ? places_.find(event.village(), *day) : nullptr;
    if (place == nullptr || place->parent() != commune_ || event.has_attention_needed()) {
        return;
    }
    auto* acceptance = find(service, entry.device(), event);
    if (acceptance == nullptr) {
        auto& all = villages_[event.village()];
        all.set_village(event.village());
        acceptance = all.add_acceptances();
    }
    const bool counts = entry.effect() == v1::Entry::COUNTS;
    acceptance->set_service(service);
    acceptance->set_device(entry.device());
    acceptance->set_sequence(event.sequence());
    acceptance->set_occurred_on(event.occurred_on());
    if (const auto* type = body_type(event)) {
        *acceptance->mutable_type() = rule_of(*type).label();
    } else {
        *acceptance->mutable_type() = v1::Event::descriptor()->FindFieldByName("correction")->options().GetExtension(v1::field).label();
    }
    acceptance->set_received_at(entry.received_at());
    acceptance->set_state(counts ? v1::Acceptance::COUNTED : v1::Acceptance::NOT_COUNTED);
    acceptance->set_month(counts ? official_month(*day) : 0);
    acceptance->clear_corrected_by();
    acceptance->clear_correction_reason();
    note(event.village());
}

void Acceptances::take_back(const std::string& service, const v1::Entry& entry) {
    v1::Event before;
    v1::Event by;
    if (!before.ParseFromString(entry.retracts().event()) || !by.ParseFromString(entry.event())) {
        return;
    }
    auto* acceptance = find(service, entry.retracts().device(), before);
    if (acceptance == nullptr) {
        return;  // too long ago
    }
    acceptance->set_state(by.has_duplicate_decided()                            ? v1::Acceptance::DUPLICATE
                          : by.correction().action() == v1::Correction::REPLACE ? v1::Acceptance::CORRECTED
                                                                                : v1::Acceptance::TAKEN_BACK);
    acceptance->set_month(0);
    acceptance->set_corrected_by(entry.device());
    acceptance->set_correction_reason(by.correction().reason());
    note(before.village());
}

v1::Acceptance* Acceptances::find(const std::string& service, const std::string& device, const v1::Event& event) {
    const auto village = villages_.find(event.village());
    if (village == villages_.end()) {
        return nullptr;
    }
    for (auto& each : *village->second.mutable_acceptances()) {
        if (each.sequence() == event.sequence() && each.device() == device && each.service() == service) {
            return &each;
        }
    }
    return nullptr;
}

void Acceptances::note(const std::string& village) {
    auto& all = *villages_[village].mutable_acceptances();
    for (int i = all.size() - 1; i > 0 && came_before(all[i], all[i - 1]); --i) {  // a new one stands last, as a rule where it belongs
        all.SwapElements(i, i - 1);
    }
    if (all.size() > acceptances_max) {
        all.DeleteSubrange(0, 1);
    }
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
