// SPDX-License-Identifier: Apache-2.0
// What needs a commune leader's eye on a day: a pure function of the journals, of what the devices say, and of the day.
//
//   sleeping  a device is gone by its last will, nothing waits, and its village is within its rhythm: nothing to tell
//   silent    a village has no event of a whole official month, and the days of grace are over
//   gap       a number waits at a device though a later one came days ago
//   lost      a device says that a number was stored, and no journal holds it
//
// attention_fold.cpp folds the feeds; attention.cpp finds what stands; attention_text.cpp says it.
#pragma once

#include "chieng/v1/attention.pb.h"
#include "gateway/indicator/board.hpp"
#include "gateway/watch/deadlines.hpp"
#include "gateway/watch/ledger.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace chieng {

struct AttentionKey {
    v1::AttentionNeeded::Kind kind = v1::AttentionNeeded::KIND_UNSPECIFIED;
    std::string village;  // empty: of the whole commune
    std::string subject;

    friend auto operator<=>(const AttentionKey&, const AttentionKey&) = default;
};

struct Attention {
    Day since;
    v1::Label text;
};

using Attentions = std::map<AttentionKey, Attention>;

// Throws std::invalid_argument "file:line:column: reason".
[[nodiscard]] v1::AttentionRules load_rules(const std::string& text, const std::string& file_name);

class Watch {
public:
    // The name of a device that posts what was found begins so; only such events say what stands.
    static constexpr std::string_view finder = "attention-";

    struct Device {
        std::string name;
        std::string village;  // of the last event that it sent; empty: unknown
        std::string state;    // awake, sleeping, waiting, silent, gap, lost
    };

    // The references must outlive it.
    Watch(const Definitions& definitions, const Places& places, std::string commune, v1::AttentionRules rules);

    void apply(const std::string& service, const v1::Entry& entry);
    void apply(const v1::Status& status) { ledger_.apply(status); }

    // What needs attention on that day: silence, findings and devices by what had happened until then; targets, reports that were sent and
    // the ledger as they stand now.
    [[nodiscard]] Attentions at(Day day) const;
    // What the monitoring journal says so far: raised and not over.
    [[nodiscard]] const std::map<AttentionKey, Day>& raised() const { return raised_; }
    [[nodiscard]] const Ledger& ledger() const { return ledger_; }
    // Whether the commune has this village on that day.
    [[nodiscard]] bool has(const std::string& village, Day day) const;
    [[nodiscard]] std::vector<Device> devices(Day day) const;

private:
    // Of several versions the one of the highest rank stands: the later day, then the later record, then receipt.
    template <class Content>
    struct Ranked {
        std::tuple<std::string, std::uint64_t, std::uint64_t> rank;
        std::string village;
        Content content;
    };
    template <class Content>
    using Versions = std::map<EventId, Ranked<Content>>;
    struct Raise {
        Attentions& found;
        Day day;
        const v1::AttentionRule& rule;
        const Watch& watch;
        // What is of a village that is no more, or of another commune now, is of the commune.
        void operator()(AttentionKey key, Day since, v1::Label text) const;
    };

    template <class Content>
    [[nodiscard]] static const Ranked<Content>* latest(const Versions<Content>& versions, Day day);
    template <class Content>
    static void change(Versions<Content>& versions, const Version& version, bool counts, const Content& content);
    void change(const std::string& service, const Version& version, bool counts);
    void note_raised(const Version& version);

    [[nodiscard]] const v1::AttentionRule* rule_on(Day day) const;
    // Silent since; nothing while it is not.
    [[nodiscard]] std::optional<Day> silent_since(const v1::Place& village, Day day, const v1::AttentionRule& rule) const;
    void find_silent(const Raise& raise) const;
    void find_behind(const Raise& raise) const;
    void find_targets_of_nothing(const Raise& raise) const;
    void find_overdue(const Raise& raise) const;
    void find_reports(const Raise& raise) const;
    void find_differences(const Raise& raise) const;
    void find_full(const Raise& raise) const;
    [[nodiscard]] bool is_sent(const v1::ReportDeadline& report, const std::string& period, const std::string& village) const;
    void find_unsent(const Raise& raise) const;
    [[nodiscard]] std::string village_of(const std::string& device) const;
    // A finding about a device stays with the village in which it was raised, wherever the device goes meanwhile.
    [[nodiscard]] AttentionKey key_of(v1::AttentionNeeded::Kind kind, const std::string& device, const std::string& subject) const;

    const Definitions& definitions_;
    const Places& places_;
    std::string commune_;
    v1::AttentionRules rules_;
    std::set<Day> holidays_;
    Board board_;
    Ledger ledger_;
    std::map<std::string, std::map<Day, int>, std::less<>> active_;            // village -> days of its events
    std::map<Day, int> days_;                                                  // of the whole commune
    std::map<std::string, std::pair<std::string, std::string>> last_village_;  // device -> day, village
    std::map<std::pair<std::string, std::uint32_t>, Versions<v1::FindingResolved>> findings_;
    std::map<std::string, Versions<v1::DeviceReported>> reports_;
    std::map<std::tuple<std::string, std::string, std::string>, int> targets_;                                // indicator, period, village
    std::map<std::tuple<v1::ReportSubmitted::Level, std::string, std::string, std::string>, int> submitted_;  // …, period, village, to unit
    std::map<AttentionKey, Day> raised_;
};

namespace attention_text {
[[nodiscard]] v1::Label silent(const v1::Place& village, const Period& month);
[[nodiscard]] v1::Label behind(const v1::Indicator& indicator, const std::string& period, std::int64_t actual, std::int64_t target,
                               std::int64_t percent_gone);
[[nodiscard]] v1::Label target_of_nothing(const std::string& indicator, const std::string& period);
[[nodiscard]] v1::Label overdue(const v1::FindingResolved& finding);
[[nodiscard]] v1::Label loudspeakers(const v1::DeviceReported& report);
[[nodiscard]] v1::Label lost(const Ledger::Row& row);
[[nodiscard]] v1::Label gap(const Ledger::Row& row);
[[nodiscard]] v1::Label full(const std::string& device, std::uint64_t waiting);
[[nodiscard]] v1::Label unsent(const v1::ReportDeadline& report, const Period& period, Day due);
}  // namespace attention_text

template <class Content>
const Watch::Ranked<Content>* Watch::latest(const Versions<Content>& versions, Day day) {
    const Ranked<Content>* found = nullptr;
    const auto until = format_day(day);
    for (const auto& [id, version] : versions) {
        if (std::get<0>(version.rank) <= until && (found == nullptr || found->rank < version.rank)) {
            found = &version;
        }
    }
    return found;
}

template <class Content>
void Watch::change(Versions<Content>& versions, const Version& version, bool counts, const Content& content) {
    if (counts) {
        versions[version.id] = {
            {version.event.occurred_on(), version.event.recorded_at(), version.received_at}, version.event.village(), content};
    } else {
        versions.erase(version.id);
    }
}

}  // namespace chieng
