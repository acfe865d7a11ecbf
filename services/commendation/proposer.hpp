// SPDX-License-Identifier: Apache-2.0
// Proposes exemplary households (plan II.5, III.2): follows the household service's feed and tells the commune, on one retained topic,
// who escaped poverty after support. What it folded and how far it read are one unit of its store. Pure: no clock, no link.
//
// Changes of class are few and stay in memory; supports are many and are looked up in the store, for those who escaped.
//
// It names households, so it stays in the commune. An erasure begins another epoch of the feed: then all that was folded is erased
// from the file, read again, and told anew.
//
// Keeps I4 through its reader.
#pragma once

#include "chieng/store/v1/proposer.pb.h"
#include "chieng/v1/proposal.pb.h"
#include "chieng/v1/rules.pb.h"
#include "services/runtime/core/feed_reader.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/store.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

class Proposer {
public:
    static constexpr std::chrono::milliseconds tell_every{3'000};
    static constexpr std::chrono::milliseconds keep_every{10'000};
    static constexpr int proposals_max = 500;
    static constexpr int supports_max = 20;
    static constexpr std::size_t unkept_max = 20'000;

    // Reads back what was kept. `rules` must outlive it. Throws Broken when a record cannot be read.
    Proposer(std::string commune, const v1::ServiceRules& rules, Store& store);

    // Throws Broken when a unit cannot be committed.
    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

    // What is proposed on that day, as far as it was read.
    [[nodiscard]] v1::Proposals at(Day day);

    [[nodiscard]] static std::string topic(const std::string& commune);

private:
    using Version = store::v1::HouseholdVersion;

    void subscribe(Actions& actions) const;
    void take(const Message& message);
    void fold(const v1::Entry& entry, std::uint64_t offset);
    void change(const v1::Entry& version, bool counts, std::uint64_t order);
    void forget();
    void keep();
    void tell(Actions& actions, Instant now);
    void keep_supports();
    [[nodiscard]] std::map<std::string, std::vector<v1::Event>> supports_of(const std::set<std::string>& households) const;
    [[nodiscard]] std::map<std::string, const v1::Event*> escaped_by(Day day) const;
    [[nodiscard]] static std::optional<v1::Proposal> propose(const std::string& household, const v1::Event& escape,
                                                             const std::vector<v1::Event>& supports);

    std::string commune_;
    const v1::ServiceRules& rules_;
    Store& store_;
    FeedReader reader_;
    // By household, then by the row of the version.
    std::map<std::string, std::map<std::string, Version>, std::less<>> moves_;
    boost::unordered_flat_map<std::string, std::optional<std::string>> unkept_moves_;  // rows
    struct Support {
        std::uint8_t shelf = 0;
        std::uint64_t order = 0;
        std::string version;
    };
    std::vector<Support> supports_;  // not kept yet
    v1::Event event_;                // reused
    bool is_ahead_ = false;          // of what is kept
    bool forgot_ = false;            // since it was kept
    bool link_is_up_ = false;
    bool changed_ = true;
    std::optional<Day> day_;           // on which it was told last
    std::optional<std::string> told_;  // what the topic holds, since the link came up
    std::chrono::milliseconds tell_at_{0};
    std::chrono::milliseconds keep_at_{0};
};

}  // namespace chieng
