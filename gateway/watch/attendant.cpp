// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/attendant.hpp"

#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>

namespace chieng {

std::string notices_topic(const std::string& commune, const std::string& village) {
    return topics::notices(commune, village);
}

Attendant::Attendant(const Definitions& definitions, const Places& places, std::string commune, v1::AttentionRules rules,
                     std::vector<std::string> services, std::string device, Outbox& outbox, Store& kept)
    : definitions_(definitions),
      places_(places),
      commune_(std::move(commune)),
      rules_(std::move(rules)),
      device_(std::move(device)),
      outbox_(outbox),
      kept_(kept),
      journals_(commune_, std::move(services), device_,
                {[this](const std::string& service, const v1::Entry& entry) {
                     watch_->apply(service, entry);
                     changed_ = true;
                 },
                 [this](const v1::Status& status) { take(status); }, [this] { make_watch(); }}) {
    make_watch();
}

void Attendant::make_watch() {
    watch_.emplace(definitions_, places_, commune_, rules_);
    changed_ = true;
    kept_.scan("", [&](std::string_view, std::string_view bytes) {
        v1::Status status;
        if (status.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            status.set_online(false);  // until it says so
            watch_->apply(status);
        }
        return true;
    });
}

void Attendant::take(const v1::Status& status) {
    watch_->apply(status);
    changed_ = true;
    if (status.services_size() > 0) {
        to_keep_[status.device()] = status.SerializeAsString();
    }
}

void Attendant::keep(Instant now) {
    if (to_keep_.empty() || now.steady < keep_at_) {
        return;
    }
    keep_at_ = now.steady + keep_every;
    for (const auto& [device, bytes] : to_keep_) {
        kept_.put(device, bytes);
    }
    kept_.commit();
    to_keep_.clear();
}

Actions Attendant::handle(std::span<const Input> inputs, Instant now) {
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            told_.clear();
            changed_ = true;
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        }
    }
    auto actions = journals_.handle(inputs, now);
    keep(now);
    const auto today = day_at(now.civil);
    caught_up_ = journals_.caught_up(now);
    if (!link_is_up_ || !caught_up_ || now.steady < next_at_ || (!changed_ && day_ == today)) {
        return actions;
    }
    next_at_ = now.steady + pause;
    found_ = watch_->at(today);
    difference_ = difference_of(watch_->ledger().rows());
    if (all_came_back()) {
        post_changes(today, now);
        changed_ = false;
        day_ = today;
    }
    tell_villages(actions, today, now);
    return actions;
}

// Stored by receipt and seen in the journal: then raised() says all that was ever posted. The journal may hold more: of a record that is
// damaged its receipt is not known.
bool Attendant::all_came_back() const {
    const auto ledgers = outbox_.ledgers();
    const auto own = ledgers.find("monitoring");
    const auto stored = own == ledgers.end() ? 0 : own->second.stored;
    return outbox_.waiting_count() == 0 && watch_->ledger().held(device_, "monitoring") >= stored;
}

bool Attendant::outbox_was_lost() const {
    const auto ledgers = outbox_.ledgers();
    const auto own = ledgers.find("monitoring");
    const auto posted = own == ledgers.end() ? 0 : own->second.posted;
    return watch_->ledger().held(device_, "monitoring") > posted;
}

void Attendant::post_changes(Day today, Instant now) {
    std::size_t posted = 0;
    const auto raised = watch_->raised();
    for (const auto& [key, attention] : found_) {
        if (!raised.contains(key) && posted < posted_at_once_max && post(key, attention.since, false, today, now)) {
            ++posted;
        }
    }
    for (const auto& [key, since] : raised) {
        if (!found_.contains(key) && posted < posted_at_once_max && post(key, since, true, today, now)) {
            ++posted;
        }
    }
}

bool Attendant::post(const AttentionKey& key, Day since, bool over, Day today, Instant now) {
    if (refused_.contains({key, over})) {
        return false;
    }
    v1::Event event;
    // What ends because its village is no more ends while that was there.
    const bool is_there = key.village.empty() || watch_->has(key.village, today);
    event.set_occurred_on(format_day(is_there ? today : since));
    event.set_village(key.village);
    event.set_organisation(v1::COMMUNE_PEOPLES_COMMITTEE);
    event.set_role(v1::CULTURE_OFFICIAL);
    auto& attention = *event.mutable_attention_needed();
    attention.set_kind(key.kind);
    attention.set_subject(key.subject);
    attention.set_since(format_day(since));
    attention.set_over(over);
    const auto posted = outbox_.post(std::move(event), "monitoring", &places_, commune_, today,
                                     static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
    if (std::holds_alternative<Reasons>(posted)) {
        refused_.insert({key, over});
        return false;
    }
    return true;
}

// A village of which nothing is to be told has an empty topic, also one that an earlier run filled.
void Attendant::tell_villages(Actions& actions, Day today, Instant now) {
    std::map<std::string, v1::Notices> notices;
    for (const auto& village : places_.children(commune_, today)) {
        notices[village];
    }
    for (const auto& [key, attention] : found_) {
        if (key.village.empty()) {
            continue;
        }
        auto& notice = *notices[key.village].add_notices();
        notice.set_kind(key.kind);
        notice.set_subject(key.subject);
        const auto raised = watch_->raised().find(key);
        notice.set_since(format_day(raised == watch_->raised().end() ? attention.since : raised->second));
        *notice.mutable_text() = attention.text;
    }
    for (auto& [village, all] : notices) {
        all.set_commune(commune_);
        all.set_village(village);
        auto text = all.notices().empty() ? std::string() : to_json(all);
        const auto told = told_.find(village);
        if (told == told_.end() || told->second != text) {
            const auto topic = notices_topic(commune_, village);
            const Said said{commune_, "attend", static_cast<std::uint64_t>(now.civil.time_since_epoch().count())};
            actions.emplace_back(text.empty() ? Publish{{topic, "", true}} : retained_event(topic, said, all));
            told_[village] = std::move(text);
        }
    }
}

}  // namespace chieng
