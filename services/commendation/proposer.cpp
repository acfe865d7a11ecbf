// SPDX-License-Identifier: Apache-2.0
#include "services/commendation/proposer.hpp"

#include "chieng/store/v1/board.pb.h"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/dated_rules.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/retention.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace chieng {
namespace {

constexpr const char* followed = "household";
constexpr const char* subscriber = "commendation";
constexpr const char* checkpoint_key = "at";
using Version = store::v1::KnownHousehold::Version;

std::string reply_topic(const std::string& commune) {
    return topics::feed_replies(commune, followed, subscriber);
}

// Of several versions the one of the highest rank stands: the later day, then the later record, then receipt.
std::tuple<std::string, std::uint64_t, std::uint64_t> rank(const Version& version) {
    return {version.event().occurred_on(), version.event().recorded_at(), version.received_at()};
}

// What a proposal is made of; the rest is not kept.
bool says_something(const v1::Event& event) {
    return (event.has_household_status_changed() && event.household_status_changed().movement() != v1::HouseholdStatusChanged::UNCHANGED) ||
           (event.has_household_supported() && event.household_supported().stage() == v1::COMPLETED) || event.has_household_erased();
}

// The household's latest change of class, when it is an escape from poverty and nobody erased the household.
const v1::Event* escape_of(const store::v1::KnownHousehold& household) {
    const Version* latest = nullptr;
    for (const auto& version : household.versions()) {
        if (version.event().has_household_erased()) {
            return nullptr;
        }
        if (version.event().has_household_status_changed() && (latest == nullptr || rank(*latest) < rank(version))) {
            latest = &version;
        }
    }
    const bool escaped =
        latest != nullptr && latest->event().household_status_changed().movement() == v1::HouseholdStatusChanged::ESCAPED_POVERTY;
    return escaped ? &latest->event() : nullptr;
}

// The earliest first.
std::vector<const v1::Event*> supports_until(const store::v1::KnownHousehold& household, const std::string& day) {
    std::vector<const v1::Event*> found;
    for (const auto& version : household.versions()) {
        if (version.event().has_household_supported() && version.event().occurred_on() <= day) {
            found.push_back(&version.event());
        }
    }
    std::sort(found.begin(), found.end(), [](const auto* one, const auto* other) {
        return std::tuple(one->occurred_on(), one->household_supported().kind(), one->household_supported().support_id()) <
               std::tuple(other->occurred_on(), other->household_supported().kind(), other->household_supported().support_id());
    });
    return found;
}

}  // namespace

std::string Proposer::topic(const std::string& commune) {
    return topics::proposals(commune);
}

Proposer::Proposer(std::string commune, const v1::ServiceRules& rules, Store& store)
    : commune_(std::move(commune)), rules_(rules), store_(store) {
    store::v1::Checkpoint at;
    if (const auto bytes = store_.get(checkpoint_key); bytes && at.ParseFromString(*bytes)) {
        reader_ = FeedReader({at.epoch(), at.offset(), at.chain()});
    }
    store_.scan("h/", [&](std::string_view key, std::string_view bytes) {
        if (!households_[std::string(key.substr(2))].ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            throw Broken("a record of the proposals cannot be read; remove the file, it is made again");
        }
        return true;
    });
}

Actions Proposer::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            told_.reset();
            changed_ = true;
            subscribe(actions);
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            take(arrived->message);
        }
    }
    if (forgot_ || (is_ahead_ && now.steady >= keep_at_)) {
        keep();
        keep_at_ = now.steady + keep_every;
    }
    if (!link_is_up_) {
        return actions;
    }
    if (const auto request = reader_.due(now.steady.count())) {
        actions.emplace_back(Publish{{topics::feed_requests(commune_, followed, subscriber), request->SerializeAsString(), false}});
    }
    const auto today = day_at(now.civil);
    if (!reader_.behind() && now.steady >= tell_at_ && (changed_ || day_ != today)) {
        tell(actions, now);
        tell_at_ = now.steady + tell_every;
    }
    return actions;
}

void Proposer::subscribe(Actions& actions) const {
    actions.emplace_back(Subscribe{topics::feed(commune_, followed)});
    actions.emplace_back(Subscribe{topics::feed_head(commune_, followed)});
    actions.emplace_back(Subscribe{reply_topic(commune_)});
}

void Proposer::take(const Message& message) {
    if (message.topic.ends_with("/head")) {
        v1::Head head;
        if (head.ParseFromString(message.payload) && reader_.see(head) == FeedReader::Verdict::reset) {
            forget();
        }
        return;
    }
    v1::Block block;
    if (!block.ParseFromString(message.payload)) {
        return;  // a damaged block is a gap: it is asked for again
    }
    const bool is_reply = message.topic == reply_topic(commune_);
    auto verdict = reader_.see(block, is_reply);
    if (verdict == FeedReader::Verdict::reset) {
        forget();
        verdict = reader_.see(block, is_reply);
    }
    if (verdict == FeedReader::Verdict::fold) {
        for (const auto& entry : block.entries()) {
            fold(entry);
        }
        is_ahead_ = true;
    }
}

void Proposer::fold(const v1::Entry& entry) {
    if (entry.has_retracts()) {
        change(entry.retracts(), false);
    }
    if (entry.effect() == v1::Entry::COUNTS) {
        change(entry, true);
    }
    if (entry.has_restores()) {
        change(entry.restores(), true);
    }
}

void Proposer::change(const v1::Entry& version, bool counts) {
    Version made;
    auto& event = *made.mutable_event();
    if (!event.ParseFromString(version.event()) || !parse_day(event.occurred_on()) || !says_something(event)) {
        return;
    }
    const auto key = household_of(event);
    event.clear_note();
    event.clear_evidence();
    made.set_device(version.device());
    made.set_received_at(version.received_at());
    auto& versions = *households_[key].mutable_versions();
    const auto is_the_same = [&](const Version& other) {
        return other.device() == made.device() && other.event().sequence() == event.sequence();
    };
    versions.erase(std::remove_if(versions.begin(), versions.end(), is_the_same), versions.end());
    if (counts) {
        *versions.Add() = std::move(made);
    }
    if (versions.empty()) {
        households_.erase(key);
    }
    unkept_.insert(key);
    changed_ = true;
}

void Proposer::forget() {
    for (const auto& [key, household] : households_) {
        unkept_.insert(key);
    }
    households_.clear();
    is_ahead_ = true;
    forgot_ = true;
    changed_ = true;
}

void Proposer::keep() {
    for (const auto& key : std::exchange(unkept_, {})) {
        if (const auto known = households_.find(key); known != households_.end()) {
            store_.put("h/" + key, known->second.SerializeAsString());
        } else {
            store_.erase("h/" + key);
        }
    }
    store::v1::Checkpoint at;
    at.set_epoch(reader_.checkpoint().epoch);
    at.set_offset(reader_.checkpoint().offset);
    at.set_chain(reader_.checkpoint().chain);
    store_.put(checkpoint_key, at.SerializeAsString());
    if (std::exchange(forgot_, false)) {
        store_.scrub();  // a household may have been erased
    }
    store_.commit();
    is_ahead_ = false;
}

std::optional<v1::Proposal> Proposer::propose(const std::string& key, const store::v1::KnownHousehold& household, Day day) const {
    const auto* rule = proposal_rule_on(rules_, day);
    const auto* escape = escape_of(household);
    if (rule == nullptr || escape == nullptr) {
        return std::nullopt;
    }
    const auto escaped = *parse_day(escape->occurred_on());
    if (day < escaped || escaped + std::chrono::days(rule->days()) <= day) {
        return std::nullopt;
    }
    const auto before = supports_until(household, escape->occurred_on());
    if (before.empty()) {
        return std::nullopt;
    }
    v1::Proposal made;
    made.set_household_key(key);
    made.set_village(escape->village());
    made.set_escaped_on(escape->occurred_on());
    for (std::size_t i = 0; i < std::min<std::size_t>(before.size(), supports_max); ++i) {
        const auto& given = before[i]->household_supported();
        auto& support = *made.add_supports();
        support.set_completed_on(before[i]->occurred_on());
        support.set_kind(given.kind());
        support.set_funder(given.funder());
        support.set_organiser(given.organiser());
    }
    const auto count = std::to_string(before.size());
    made.mutable_text()->set_vi("Đề xuất hộ điển hình: thoát nghèo ngày " + made.escaped_on() + ", đã được hỗ trợ " + count + " lần");
    made.mutable_text()->set_en("Proposed as exemplary: escaped poverty on " + made.escaped_on() + ", supported before (times: " + count +
                                ")");
    return made;
}

v1::Proposals Proposer::at(Day day) const {
    std::vector<v1::Proposal> found;
    for (const auto& [key, household] : households_) {
        if (auto proposal = propose(key, household, day)) {
            found.push_back(std::move(*proposal));
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& one, const auto& other) { return one.escaped_on() > other.escaped_on(); });
    v1::Proposals all;
    all.set_commune(commune_);
    for (auto& proposal : found) {
        if (all.proposals_size() == proposals_max) {
            break;
        }
        *all.add_proposals() = std::move(proposal);
    }
    all.set_left_out(static_cast<std::uint32_t>(found.size()) - static_cast<std::uint32_t>(all.proposals_size()));
    return all;
}

void Proposer::tell(Actions& actions, Instant now) {
    const auto today = day_at(now.civil);
    const auto proposals = at(today);
    auto text = proposals.proposals().empty() ? std::string() : to_json(proposals);
    if (told_ != text) {
        const Said said{commune_, subscriber, static_cast<std::uint64_t>(now.civil.time_since_epoch().count())};
        actions.emplace_back(text.empty() ? Publish{{topic(commune_), "", true}} : retained_event(topic(commune_), said, proposals));
        told_ = std::move(text);
    }
    changed_ = false;
    day_ = today;
}

}  // namespace chieng
