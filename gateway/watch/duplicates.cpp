// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/duplicates.hpp"

#include "services/runtime/core/bytes.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>

#include <xxhash.h>

namespace chieng {
namespace {

using google::protobuf::FieldDescriptor;

// Reports of one device, or of nothing that happened in a village.
constexpr std::array never_alike{v1::Event::kDeviceReported, v1::Event::kDuplicateDecided, v1::Event::kAttentionNeeded,
                                 v1::Event::BODY_NOT_SET};
// Where a body has one of these fields, another value is another fact.
constexpr std::array tells_apart{"form", "household_key", "indicator", "period", "inspection_id", "recommendation_no"};

std::string text_of(const google::protobuf::Message& message, const FieldDescriptor& field) {
    const auto& at = *message.GetReflection();
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING: return at.GetString(message, &field);
        case FieldDescriptor::CPPTYPE_ENUM: return std::to_string(at.GetEnumValue(message, &field));
        case FieldDescriptor::CPPTYPE_UINT32: return std::to_string(at.GetUInt32(message, &field));
        default: return {};
    }
}

const FieldDescriptor* body_field(const v1::Event& event) {
    return v1::Event::descriptor()->FindFieldByNumber(static_cast<int>(event.body_case()));
}

std::string what_else(const v1::Event& event) {
    const auto& body = event.GetReflection()->GetMessage(event, body_field(event));
    std::string text;
    for (const auto* name : tells_apart) {
        if (const auto* field = body.GetDescriptor()->FindFieldByName(name)) {
            text.append(text_of(body, *field)).append("\n");
        }
    }
    return text;
}

// All that it says, but when: under which number, and recorded when, makes no other fact; times are compared by themselves.
std::uint64_t digest_of_what(v1::Event event) {
    event.clear_sequence();
    event.clear_recorded_at();
    event.clear_correction();
    event.clear_time();
    const auto bytes = frozen_bytes(event);
    return XXH3_64bits(bytes.data(), bytes.size());
}

// Two times that are not of one hour are two facts; no time says nothing.
bool may_be_one_hour(const std::string& one, const std::string& other) {
    return one.empty() || other.empty() || one.substr(0, 2) == other.substr(0, 2);
}

std::pair<EventId, EventId> in_order(EventId one, EventId other) {
    return other < one ? std::pair(std::move(other), std::move(one)) : std::pair(std::move(one), std::move(other));
}

}  // namespace

void Duplicates::apply(std::string_view service, const v1::Entry& entry) {
    auto& journal = journals_[std::string(service)];
    Version own;
    if (!read_version(entry, own)) {
        return;
    }
    if (!own.event.posted_by().empty()) {
        journal.posted_by[own.id] = own.event.posted_by();
    }
    if (own.event.correction().sequence() != 0) {
        journal.corrects[own.id] = corrected_by(own);
        if (own.event.correction().action() == v1::Correction::REPLACE) {
            journal.replaced_by[corrected_by(own)].insert(own.id);
        }
    }
    if (own.event.has_duplicate_decided()) {
        const auto& decided = own.event.duplicate_decided();
        const auto pair = in_order(root_of(journal, {decided.device(), decided.sequence()}),
                                   root_of(journal, {decided.same_device(), decided.same_sequence()}));
        journal.decisions[pair] = decided.decision();
        note_same(journal, root_of(journal, {decided.device(), decided.sequence()}), pair);
    }
    each_change(entry, [&](const Version& version, bool counts) {
        const auto& event = version.event;
        if (event.village().empty() || std::find(never_alike.begin(), never_alike.end(), event.body_case()) != never_alike.end()) {
            return;
        }
        const Alike key{std::string(service), body_field(event)->name(), event.village(), event.occurred_on(), what_else(event)};
        if (counts) {
            alike_[key][version.id] = {event.organisation(), event.role(), event.time(), digest_of_what(event)};
        } else if (const auto found = alike_.find(key); found != alike_.end()) {
            found->second.erase(version.id);
            if (found->second.empty()) {
                alike_.erase(found);
            }
        }
    });
}

// As the service does it: who is the same as one is the same as all that are; who is different from one of them leaves them all.
void Duplicates::note_same(Journal& journal, const EventId& decided, const std::pair<EventId, EventId>& pair) {
    auto& same = journal.same;
    if (journal.decisions.at(pair) == v1::DuplicateDecided::SAME) {
        std::set<EventId> all{pair.first, pair.second};
        all.insert(same[pair.first].begin(), same[pair.first].end());
        all.insert(same[pair.second].begin(), same[pair.second].end());
        for (const auto& one : all) {
            same[one] = all;
            same[one].erase(one);
        }
    } else if (same[pair.first].contains(pair.second)) {
        for (const auto& other : std::exchange(same[decided], {})) {
            same[other].erase(decided);
        }
    }
}

EventId Duplicates::root_of(const Journal& journal, EventId id) const {
    for (std::size_t steps = 0; steps <= journal.corrects.size(); ++steps) {
        const auto found = journal.corrects.find(id);
        if (found == journal.corrects.end()) {
            break;
        }
        id = found->second;
    }
    return id;
}

std::set<Duplicates::Instead> Duplicates::counted_instead_of(std::string_view service, const EventId& version) const {
    std::set<Instead> found;
    const auto at = journals_.find(service);
    if (at == journals_.end()) {
        return found;
    }
    const auto& journal = at->second;
    const auto root = root_of(journal, version);
    std::set<EventId> seen;
    std::vector<Instead> next{{false, root}};
    while (!next.empty()) {
        const auto one = next.back();
        next.pop_back();
        if (!seen.insert(one.id).second) {
            continue;
        }
        if (one.id != version) {
            found.insert(one);
        }
        if (const auto versions = journal.replaced_by.find(one.id); versions != journal.replaced_by.end()) {
            for (const auto& other : versions->second) {
                next.push_back({one.is_same, other});
            }
        }
        if (const auto others = journal.same.find(one.id); others != journal.same.end()) {
            for (const auto& other : others->second) {
                next.push_back({true, other});
            }
        }
    }
    return found;
}

// A gateway is one device for all who post there.
bool Duplicates::is_of_one_reporter(const Journal& journal, const EventId& one, const EventId& other) {
    const auto poster = [&](const EventId& id) {
        const auto found = journal.posted_by.find(id);
        return found == journal.posted_by.end() ? std::string_view() : std::string_view(found->second);
    };
    return one.device == other.device && poster(one) == poster(other);
}

bool Duplicates::look_alike(const Journal& journal, const Member& one, const Member& other) const {
    if (!is_of_one_reporter(journal, one.root, other.root)) {
        return may_be_one_hour(one.time, other.time);
    }
    return one.says == other.says && (one.time == other.time || one.time.empty() || other.time.empty());
}

bool Duplicates::settled(const Journal& journal, const Member& one, const Member& other) const {
    const auto found = journal.decisions.find(in_order(one.root, other.root));
    return found != journal.decisions.end() && found->second == v1::DuplicateDecided::DIFFERENT;
}

std::vector<Duplicates::Group> Duplicates::undecided() const {
    std::vector<Group> groups;
    for (const auto& [key, by_version] : alike_) {
        if (by_version.size() < 2) {
            continue;
        }
        const auto& journal = journals_.find(std::get<0>(key))->second;
        std::vector<Member> members;
        for (const auto& [id, said] : by_version) {
            members.push_back({root_of(journal, id), id, said.organisation, said.role, said.time, said.says});
        }
        std::sort(members.begin(), members.end(), [](const Member& one, const Member& other) { return one.root < other.root; });
        std::vector<std::size_t> leader(members.size());  // of the group that each belongs to: its first member
        std::iota(leader.begin(), leader.end(), 0);
        std::vector<std::pair<std::size_t, std::size_t>> pairs;
        for (std::size_t i = 0; i < members.size() && pairs.size() < pairs_max; ++i) {
            for (std::size_t j = i + 1; j < members.size() && pairs.size() < pairs_max; ++j) {
                if (look_alike(journal, members[i], members[j]) && !settled(journal, members[i], members[j])) {
                    pairs.emplace_back(i, j);
                    const auto from = std::max(leader[i], leader[j]);
                    std::replace(leader.begin(), leader.end(), from, std::min(leader[i], leader[j]));
                }
            }
        }
        std::map<std::size_t, Group> found;
        for (const auto& [i, j] : pairs) {
            found[leader[i]].undecided.emplace_back(members[i].root, members[j].root);
        }
        for (auto& [first, group] : found) {
            std::tie(group.service, group.kind, group.village, group.day, std::ignore) = key;
            for (std::size_t i = 0; i < members.size(); ++i) {
                if (leader[i] == first) {
                    group.members.push_back(members[i]);
                }
            }
            note_different(journal, group);
            groups.push_back(std::move(group));
        }
    }
    return groups;
}

void Duplicates::note_different(const Journal& journal, Group& group) const {
    for (auto one = group.members.begin(); one != group.members.end(); ++one) {
        for (auto other = std::next(one); other != group.members.end(); ++other) {
            if (settled(journal, *one, *other)) {
                group.different.emplace_back(one->root, other->root);
            }
        }
    }
}

}  // namespace chieng
