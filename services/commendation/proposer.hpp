// SPDX-License-Identifier: Apache-2.0
// Proposes exemplary households (plan II.5, III.2): follows the household service's feed and tells the commune, on one retained topic,
// who escaped poverty after support. What it folded and how far it read are one unit of its store. Pure: no clock, no link.
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

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace chieng {

class Proposer {
public:
    static constexpr std::chrono::milliseconds tell_every{3'000};
    static constexpr std::chrono::milliseconds keep_every{10'000};
    static constexpr int proposals_max = 500;
    static constexpr int supports_max = 20;

    // Reads back what was kept. `rules` must outlive it. Throws Broken when a record cannot be read.
    Proposer(std::string commune, const v1::ServiceRules& rules, Store& store);

    // Throws Broken when a unit cannot be committed.
    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

    // What is proposed on that day.
    [[nodiscard]] v1::Proposals at(Day day) const;

    [[nodiscard]] static std::string topic(const std::string& commune);

private:
    void subscribe(Actions& actions) const;
    void take(const Message& message);
    void fold(const v1::Entry& entry);
    void change(const v1::Entry& version, bool counts);
    void forget();
    void keep();
    void tell(Actions& actions, Instant now);
    [[nodiscard]] std::optional<v1::Proposal> propose(const std::string& key, const store::v1::KnownHousehold& household, Day day) const;

    std::string commune_;
    const v1::ServiceRules& rules_;
    Store& store_;
    FeedReader reader_;
    std::map<std::string, store::v1::KnownHousehold> households_;
    std::set<std::string> unkept_;
    bool is_ahead_ = false;  // of what is kept
    bool forgot_ = false;    // since it was kept
    bool link_is_up_ = false;
    bool changed_ = true;
    std::optional<Day> day_;           // on which it was told last
    std::optional<std::string> told_;  // what the topic holds, since the link came up
    std::chrono::milliseconds tell_at_{0};
    std::chrono::milliseconds keep_at_{0};
};

}  // namespace chieng
