// SPDX-License-Identifier: Apache-2.0
// One engine for all services: deliveries in; receipts, a journal and its feed out. A batch of deliveries is one unit of
// the store, on disk before its receipts leave (I1). The journal is the truth; inbox, claims and facts are folded from it
// and written down now and then, so that start-up and recovery are the same code.
//
// Keeps I1 (receipt after commit), I2 (an event key is journalled once), I3 (stored, refused or quarantined), I5 (a repeat
// gets the first verdict).
#pragma once

#include "chieng/store/v1/inbox.pb.h"
#include "chieng/v1/event.pb.h"
#include "chieng/v1/feed.pb.h"
#include "services/runtime/core/intervals.hpp"
#include "services/runtime/core/service.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/store.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>

namespace chieng {

class Engine {
public:
    struct Counters {
        std::uint64_t deliveries = 0;
        std::uint64_t stored = 0;
        std::uint64_t duplicates = 0;
        std::uint64_t refused = 0;
        std::uint64_t conflicts = 0;  // a known number with other content
        std::uint64_t quarantined = 0;
    };

    // Folds what the last snapshot misses. `epoch` names a journal that is born now.
    Engine(Service service, std::string commune, const Places& places, Store& store, std::uint64_t epoch);

    // Throws Broken when the unit cannot be committed: no receipt has left then.
    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

    [[nodiscard]] std::uint64_t last_offset() const { return last_offset_; }
    [[nodiscard]] const Counters& counters() const { return counters_; }

private:
    struct Device {
        Intervals stored;
        Intervals refused;
        std::map<std::uint64_t, std::map<std::uint32_t, store::v1::Seen>> open;  // page -> slot -> what was seen
        bool dirty = false;
    };
    // The answers to one device, by what they say.
    struct Replies {
        bool json = false;
        std::map<std::string, std::pair<v1::Answer, Intervals>> answers;
    };
    struct Id {
        std::string device;
        std::uint64_t sequence = 0;
        [[nodiscard]] std::string text() const { return device + "/" + std::to_string(sequence); }
    };

    void take(const Message& message, Instant now);
    void take_event(const std::string& device, const std::string& bytes, bool json, Instant now);
    void answer_request(const Message& message, std::string_view subscriber, Actions& actions);
    void hear_own_head(const Message& message, Actions& actions);
    void quarantine(const Message& message, const v1::Reason& why, Instant now);
    void reply(const std::string& device, bool json, std::uint64_t sequence, v1::Answer answer);

    [[nodiscard]] v1::Answer repeated(Device& device, const Id& id, std::uint64_t digest);
    [[nodiscard]] Reasons judge(const Id& id, Instant now, v1::Entry& entry);
    void judge_correction(const Id& id, v1::Entry& entry, Reasons& reasons);
    void refuse(Device& device, const Id& id, const std::string& bytes, std::uint64_t digest, const Reasons& reasons, Instant now);
    void journal(v1::Entry entry, std::uint64_t digest);

    void evolve(const v1::Entry& entry, const v1::Event& event, std::uint64_t offset, std::uint64_t digest);
    void hold_claim(const v1::Event& event, const std::string& holder);
    void release_claim(const v1::Event& event);
    void recover();
    void commit();
    void close_block();
    void snapshot();

    Device& device(const std::string& name);
    [[nodiscard]] std::optional<store::v1::Seen> seen(const Id& id);
    [[nodiscard]] v1::Entry entry_at(std::uint64_t offset);
    [[nodiscard]] Id root_of(const Id& id);
    [[nodiscard]] std::optional<store::v1::Fact> fact_of(const Id& root);
    [[nodiscard]] std::optional<std::string> value(const std::string& key);
    void set_value(const std::string& key, std::string value);
    void drop_value(const std::string& key);
    [[nodiscard]] std::string feed_topic(std::string_view rest = {}) const;
    [[nodiscard]] std::string block_header(const JournalBlock& block) const;
    [[nodiscard]] Publish head() const;

    Service service_;
    std::string commune_;
    const Places& places_;
    Store& store_;
    std::uint64_t epoch_ = 0;
    std::uint64_t last_offset_ = 0;  // of the last entry journalled, committed or not
    std::uint64_t chain_ = 0;
    std::uint64_t snapshot_offset_ = 0;
    std::uint64_t head_sent_ = 0;
    std::uint64_t quarantine_items_ = 0;
    Seconds latest_{};  // receipt that is journalled: time has not gone back behind it, whatever the clock says
    bool wrote_ = false;
    bool link_is_up_ = false;
    Counters counters_;

    store::v1::Entries pending_;  // entries of the block being filled
    std::size_t pending_bytes_ = 0;
    std::vector<JournalBlock> blocks_;  // closed in this unit, to be published
    std::map<std::string, Replies> replies_;
    std::unordered_map<std::string, Device> devices_;
    std::map<std::string, std::optional<std::string>> overlay_;  // derived values since the snapshot
    std::set<std::string> awaited_;                              // corrected before they came
    v1::Event event_;                                            // reused
};

}  // namespace chieng
