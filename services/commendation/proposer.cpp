// SPDX-License-Identifier: Apache-2.0
#include "services/commendation/proposer.hpp"

#include "chieng/store/v1/board.pb.h"
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/dated_rules.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/retention.hpp"
#include "services/runtime/core/topics.hpp"

#include <xxhash.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

namespace chieng {
namespace {

constexpr const char* followed = "household";
constexpr const char* subscriber = "commendation";
constexpr const char* checkpoint_key = "read/4";  // another one: what was kept is of another form, and is read again
constexpr char move_row = 'm';
constexpr char support_row = 's';
using Version = store::v1::HouseholdVersion;

// A household's rows stand together; no reference holds a zero byte.
std::string rows_of(char kind, std::string_view household) {
    return std::string({kind, '/'}).append(household).append(1, '\0');
}

std::string move_row_of(std::string_view household, const std::string& device, std::uint64_t sequence) {
    return rows_of(move_row, household).append(device).append(1, '\0').append(big_endian(sequence));
}

// Households come in no order, and rows in theirs would touch a page of the disk for each: what came since goes down as one row for each
// of a few shelves, behind what lies there.
std::uint8_t shelf_of(std::string_view household) {
    return static_cast<std::uint8_t>(XXH3_64bits(household.data(), household.size()));
}

std::string shelf_rows(std::uint8_t shelf) {
    return {support_row, '/', static_cast<char>(shelf)};
}

template <class M>
M parsed(std::string_view bytes) {
    M message;
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        throw Broken("a record of the proposals cannot be read; remove the file, it is made again");
    }
    return message;
}

// What a proposal says of a support.
Version support_of(const v1::Entry& entry, const v1::Event& event) {
    Version made;
    made.set_device(entry.device());
    made.mutable_event()->set_sequence(event.sequence());
    made.mutable_event()->set_occurred_on(event.occurred_on());
    const auto& given = event.household_supported();
    auto& kept = *made.mutable_event()->mutable_household_supported();
    kept.set_household_key(given.household_key());
    kept.set_support_id(given.support_id());
    kept.set_kind(given.kind());
    kept.set_funder(given.funder());
    kept.set_organiser(given.organiser());
    return made;
}

std::string reply_topic(const std::string& commune) {
    return topics::feed_replies(commune, followed, subscriber);
}

// Of several versions the one of the highest rank stands: the later day, then the later record, then receipt.
std::tuple<std::string, std::uint64_t, std::uint64_t> rank(const Version& version) {
    return {version.event().occurred_on(), version.event().recorded_at(), version.received_at()};
}

// A household that is not there any more is no example.
bool leaves(const v1::HouseholdStatusChanged& change) {
    return change.cause() == v1::HouseholdStatusChanged::MOVED_OUT || change.cause() == v1::HouseholdStatusChanged::DISSOLVED;
}

// What a proposal is made of; the rest is not kept.
bool says_something(const v1::Event& event) {
    const auto& change = event.household_status_changed();
    return (event.has_household_status_changed() && (change.movement() != v1::HouseholdStatusChanged::UNCHANGED || leaves(change))) ||
           (event.has_household_supported() && event.household_supported().stage() == v1::COMPLETED) || event.has_household_erased();
}

bool is_escape(const Version& version) {
    return version.event().household_status_changed().movement() == v1::HouseholdStatusChanged::ESCAPED_POVERTY;
}

// The household's latest change of class, when it is an escape from poverty and nobody erased the household.
const v1::Event* escape_of(const std::map<std::string, Version>& moves) {
    const Version* latest = nullptr;
    for (const auto& [row, version] : moves) {
        if (version.event().has_household_erased()) {
            return nullptr;
        }
        if (latest == nullptr || rank(*latest) < rank(version)) {
            latest = &version;
        }
    }
    return latest != nullptr && is_escape(*latest) ? &latest->event() : nullptr;
}

// That it agreed to be told of, where all say so who tell of an escape: who corrected one of two takes nothing for granted.
std::string consent_of(const v1::Event& escape, const std::map<std::string, Version>& moves) {
    const bool all = std::all_of(moves.begin(), moves.end(), [](const auto& move) {
        return !is_escape(move.second) || !move.second.event().household_status_changed().example_consent_ref().empty();
    });
    return all ? escape.household_status_changed().example_consent_ref() : std::string();
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
    } else {
        forget();  // whatever stands there
        return;
    }
    store_.scan({&move_row, 1}, [&](std::string_view row, std::string_view bytes) {
        auto version = parsed<Version>(bytes);
        const auto household = household_of(version.event());
        moves_[household].emplace(row, std::move(version));
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
    if (forgot_ || supports_.size() + unkept_moves_.size() >= unkept_max || (is_ahead_ && now.steady >= keep_at_)) {
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
        auto offset = block.first();
        for (const auto& entry : block.entries()) {
            fold(entry, offset++);
        }
        is_ahead_ = true;
    }
}

void Proposer::fold(const v1::Entry& entry, std::uint64_t offset) {
    auto order = 4 * offset;  // of what this entry does
    if (entry.has_retracts()) {
        change(entry.retracts(), false, order);
    }
    if (entry.effect() == v1::Entry::COUNTS) {
        change(entry, true, ++order);
    }
    if (entry.has_restores()) {
        change(entry.restores(), true, ++order);
    }
}

void Proposer::change(const v1::Entry& version, bool counts, std::uint64_t order) {
    auto& event = event_;
    if (!event.ParseFromString(version.event()) || !parse_day(event.occurred_on()) || !says_something(event)) {
        return;
    }
    const auto household = household_of(event);
    if (event.has_household_supported()) {
        auto made = support_of(version, event);
        made.set_taken_back(!counts);
        supports_.push_back({shelf_of(household), order, made.SerializeAsString()});
        changed_ = changed_ || moves_.contains(household);
        return;
    }
    Version made;
    event.clear_note();
    event.clear_evidence();
    event.clear_basis_ref();
    made.set_device(version.device());
    made.set_received_at(version.received_at());
    *made.mutable_event() = event;
    const auto row = move_row_of(household, version.device(), event.sequence());
    unkept_moves_[row] = counts ? std::optional(made.SerializeAsString()) : std::nullopt;
    auto& moves = moves_[household];
    moves.erase(row);
    if (counts) {
        moves.emplace(row, std::move(made));
    }
    if (moves.empty()) {
        moves_.erase(household);
    }
    changed_ = true;
}

// What was kept goes with the next unit, which is of what is read from the beginning.
void Proposer::forget() {
    unkept_moves_.clear();
    supports_.clear();
    moves_.clear();
    is_ahead_ = true;
    forgot_ = true;
    changed_ = true;
}

void Proposer::keep() {
    if (forgot_) {
        std::vector<std::string> rows;
        do {
            rows.clear();
            store_.scan("", [&](std::string_view row, std::string_view) {
                rows.emplace_back(row);
                return rows.size() < unkept_max;
            });
            for (const auto& row : rows) {
                store_.erase(row);
            }
        } while (!rows.empty());
    }
    keep_supports();
    for (const auto& [row, bytes] : unkept_moves_) {
        if (bytes) {
            store_.put(row, *bytes);
        } else {
            store_.erase(row);
        }
    }
    unkept_moves_.clear();
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

void Proposer::keep_supports() {
    auto all = std::exchange(supports_, {});
    std::stable_sort(all.begin(), all.end(), [](const Support& one, const Support& other) { return one.shelf < other.shelf; });
    for (auto first = all.begin(); first != all.end();) {
        store::v1::HouseholdVersions row;
        const auto key = shelf_rows(first->shelf).append(big_endian(first->order));
        const auto shelf = first->shelf;
        for (; first != all.end() && first->shelf == shelf; ++first) {
            row.add_versions(std::move(first->version));
        }
        store_.put(key, row.SerializeAsString());
    }
}

// Of these households those that stand, in the order in which they were given.
std::map<std::string, std::vector<v1::Event>> Proposer::supports_of(const std::set<std::string>& households) const {
    std::set<std::uint8_t> shelves;
    for (const auto& household : households) {
        shelves.insert(shelf_of(household));
    }
    std::map<std::string, std::map<std::pair<std::string, std::uint64_t>, v1::Event>> standing;
    for (const auto shelf : shelves) {
        store_.scan(shelf_rows(shelf), [&](std::string_view, std::string_view bytes) {
            const auto row = parsed<store::v1::HouseholdVersions>(bytes);
            for (const auto& one : row.versions()) {
                auto version = parsed<Version>(one);
                const auto household = household_of(version.event());
                const std::pair id(version.device(), version.event().sequence());
                if (version.taken_back()) {
                    standing[household].erase(id);
                } else if (households.contains(household)) {
                    standing[household][id] = std::move(*version.mutable_event());
                }
            }
            return true;
        });
    }
    const auto order = [](const v1::Event& event) {
        return std::tuple(event.occurred_on(), event.household_supported().kind(), event.household_supported().support_id());
    };
    std::map<std::string, std::vector<v1::Event>> found;
    for (auto& [household, events] : standing) {
        auto& all = found[household];
        for (auto& [id, event] : events) {
            all.push_back(std::move(event));
        }
        std::sort(all.begin(), all.end(), [&](const auto& one, const auto& other) { return order(one) < order(other); });
    }
    return found;
}

// Households that escaped from poverty, and not too long ago, with the event that says so.
std::map<std::string, const v1::Event*> Proposer::escaped_by(Day day) const {
    std::map<std::string, const v1::Event*> found;
    const auto* rule = proposal_rule_on(rules_, day);
    for (const auto& [household, moves] : moves_) {
        const auto* escape = rule == nullptr ? nullptr : escape_of(moves);
        if (escape == nullptr) {
            continue;
        }
        const auto escaped = *parse_day(escape->occurred_on());
        if (escaped <= day && day < escaped + std::chrono::days(rule->days())) {
            found.emplace(household, escape);
        }
    }
    return found;
}

// Nothing when it was not supported before.
std::optional<v1::Proposal> Proposer::propose(const std::string& household, const v1::Event& escape,
                                              const std::vector<v1::Event>& supports) {
    std::vector<v1::Event> before;
    std::copy_if(supports.begin(), supports.end(), std::back_inserter(before),
                 [&](const v1::Event& support) { return support.occurred_on() <= escape.occurred_on(); });
    if (before.empty()) {
        return std::nullopt;
    }
    v1::Proposal made;
    made.set_household_key(household);
    made.set_village(escape.village());
    made.set_escaped_on(escape.occurred_on());
    for (std::size_t i = 0; i < std::min<std::size_t>(before.size(), supports_max); ++i) {
        const auto& given = before[i].household_supported();
        auto& support = *made.add_supports();
        support.set_completed_on(before[i].occurred_on());
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

v1::Proposals Proposer::at(Day day) {
    if (!supports_.empty() || !unkept_moves_.empty() || forgot_) {
        keep();  // supports are read from the store
    }
    const auto escaped = escaped_by(day);
    std::set<std::string> households;
    for (const auto& [household, escape] : escaped) {
        households.insert(household);
    }
    auto supports = supports_of(households);
    std::vector<v1::Proposal> found;
    for (const auto& [household, escape] : escaped) {
        if (auto proposal = propose(household, *escape, supports[household])) {
            proposal->set_consent_ref(consent_of(*escape, moves_.at(household)));
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
    auto text = to_json(proposals);
    if (told_ != text) {
        const Said said{commune_, subscriber, static_cast<std::uint64_t>(now.civil.time_since_epoch().count())};
        actions.emplace_back(retained_event(topic(commune_), said, proposals));  // also when it is nobody: who tells it on has to know
        told_ = std::move(text);
    }
    changed_ = false;
    day_ = today;
}

}  // namespace chieng
