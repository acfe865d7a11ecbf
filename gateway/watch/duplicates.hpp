// SPDX-License-Identifier: Apache-2.0
// Events that look like one fact: the same service, kind, village and day, the same hour where both name one, and nothing that tells them
// apart (another form of session, another household). Of one reporter, by device and by who posted there, only such as say the very same:
// he posts several facts of a day, but hardly the same one twice. Such a pair is undecided while both count and no officer has said that
// they are different; whoever hangs together by undecided pairs is one group.
//
// Keeps    the groups do not depend on the order of the feeds.
#pragma once

#include "gateway/watch/facts.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace chieng {

class Duplicates {
public:
    struct Member {
        EventId root;     // the event as it was first posted: what a decision names
        EventId version;  // as it counts: the same, or its correction
        v1::Organisation organisation = v1::ORGANISATION_UNSPECIFIED;
        v1::Role role = v1::ROLE_UNSPECIFIED;
        std::string time;
        std::uint64_t says = 0;  // digest of all but number, times and correction
    };
    struct Group {
        std::string service;
        std::string kind;  // name in Event.body
        std::string village;
        std::string day;
        std::vector<Member> members;                         // in order of their roots
        std::vector<std::pair<EventId, EventId>> undecided;  // pairs, in order; of one day at most pairs_max: those decided give way
        std::vector<std::pair<EventId, EventId>> different;  // of which an officer has said so
    };

    void apply(std::string_view service, const v1::Entry& entry);

    static constexpr std::size_t pairs_max = 200;

    // In order of service, kind, village and day.
    [[nodiscard]] std::vector<Group> undecided() const;

    // What an event that counts is counted instead of: other versions of it, then events that were decided to be the same, with theirs.
    // Also such as came without their first version, or were voided.
    struct Instead {
        bool is_same = false;  // decided so; otherwise a version of the same event
        EventId id;
        friend auto operator<=>(const Instead&, const Instead&) = default;
    };
    [[nodiscard]] std::set<Instead> counted_instead_of(std::string_view service, const EventId& version) const;

private:
    using Alike = std::tuple<std::string, std::string, std::string, std::string, std::string>;  // service, kind, village, day, what else
    struct Said {
        v1::Organisation organisation = v1::ORGANISATION_UNSPECIFIED;
        v1::Role role = v1::ROLE_UNSPECIFIED;
        std::string time;
        std::uint64_t says = 0;
    };
    struct Journal {
        std::map<EventId, std::string> posted_by;                                         // where the event says who
        std::map<EventId, EventId> corrects;                                              // of corrections only
        std::map<EventId, std::set<EventId>> replaced_by;                                 // what a correction names, also in its turn
        std::map<std::pair<EventId, EventId>, v1::DuplicateDecided::Decision> decisions;  // the lesser root first; the latest holds
        std::map<EventId, std::set<EventId>> same;                                        // of roots, by those decisions
    };

    [[nodiscard]] EventId root_of(const Journal& journal, EventId id) const;
    static void note_same(Journal& journal, const EventId& decided, const std::pair<EventId, EventId>& pair);
    [[nodiscard]] static bool is_of_one_reporter(const Journal& journal, const EventId& one, const EventId& other);
    [[nodiscard]] bool look_alike(const Journal& journal, const Member& one, const Member& other) const;
    void note_different(const Journal& journal, Group& group) const;
    [[nodiscard]] bool settled(const Journal& journal, const Member& one, const Member& other) const;

    std::map<std::string, Journal, std::less<>> journals_;
    std::map<Alike, std::map<EventId, Said>> alike_;  // by the version that counts
};

}  // namespace chieng
