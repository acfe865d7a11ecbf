// SPDX-License-Identifier: Apache-2.0
// One engine for all services: deliveries in; receipts, a journal and its feed out. A batch of deliveries is one unit of
// the store, on disk before its receipts leave (I1). The journal is the truth; inbox, claims and facts are folded from it
// and written down now and then, so that start-up and recovery are the same code.
//
// engine.cpp takes; engine_answers.cpp answers; engine_judge.cpp judges; engine_fold.cpp is its memory; engine_versions.cpp knows which
// correction stands; engine_claims.cpp is what standing events hold;
// engine_duplicates.cpp follows decisions that two events are one; engine_erasure.cpp erases households.
//
// Keeps I1 (receipt after commit), I2 (an event key is journalled once), I3 (stored, refused or quarantined), I5 (a repeat
// gets the first verdict).
#pragma once

#include "chieng/store/v1/inbox.pb.h"
#include "chieng/v1/event.pb.h"
#include "chieng/v1/feed.pb.h"
#include "services/runtime/core/claim_index.hpp"
#include "services/runtime/core/intervals.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/service.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/store.hpp"
#include "services/runtime/ports/telemetry.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace chieng {

class Engine {
public:
    // A retained message may be lost like any other.
    static constexpr std::chrono::milliseconds forget_again_every{600'000};
    static constexpr std::chrono::milliseconds head_again_every{600'000};

    struct Counters {
        std::uint64_t deliveries = 0;
        std::uint64_t stored = 0;
        std::uint64_t duplicates = 0;
        std::uint64_t refused = 0;
        std::uint64_t conflicts = 0;  // a known number with other content
        std::uint64_t quarantined = 0;
        std::uint64_t waiting = 0;  // not answered: what they hang together with has yet to come
    };

    // Bounds that only tests make smaller.
    struct Limits {
        std::uint64_t snapshot_entries = limits::snapshot_entries;
        std::size_t block_bytes = limits::block_bytes_max;
        std::size_t forget_runs = limits::forget_runs_max;
    };

    // Folds what the last snapshot misses. `epoch` names a journal that is born now.
    Engine(Service service, std::string commune, const Places& places, Store& store, std::uint64_t epoch)
        : Engine(std::move(service), std::move(commune), places, store, epoch, Limits()) {}
    Engine(Service service, std::string commune, const Places& places, Store& store, std::uint64_t epoch, const Limits& limits);

    // A batch in, one transaction, actions out. Throws Broken when the unit cannot be committed: no receipt has left then.
    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

    // The same in three steps, for a host that commits the units of several services at one time: take(), then the store's
    // commit(), then answer(). Nothing may leave before the commit has returned.
    void take(std::span<const Input> inputs, Instant now);
    [[nodiscard]] Actions answer();

    // Told, once it is on disk, what was decided of each event; it must outlive this.
    void tell(Telemetry& telemetry) { telemetry_ = &telemetry; }

    [[nodiscard]] std::uint64_t last_offset() const { return last_offset_; }
    [[nodiscard]] const Counters& counters() const { return counters_; }

    // A journal that is shorter than subscribers have seen it: it was lost, emptied, or restored from a backup.
    struct Shortened {
        std::uint64_t last_offset = 0;  // when the broker said so
        std::uint64_t seen = 0;
    };
    [[nodiscard]] const std::optional<Shortened>& shortened() const { return shortened_; }
    // What is wrong with old entries, and what to do, once somebody needed them.
    [[nodiscard]] const std::optional<std::string>& damage() const { return damage_; }
    // How often somebody else was heard to write this feed: the service runs twice, with two journals.
    [[nodiscard]] std::uint64_t others_heads() const { return others_heads_; }

    // A stored event: what it was, and where it is.
    struct Seen {
        std::uint64_t digest = 0;
        std::uint64_t offset = 0;
    };

private:
    struct Device {
        Intervals stored;
        Intervals refused;
        boost::unordered_flat_map<std::uint64_t, Seen> recent;  // by sequence: since the snapshot, and the newest page
        bool dirty = false;
    };
    // An event as its device knows it: its number, and what stands for the bytes that it sent; nothing when they could not be read.
    struct Sent {
        std::uint64_t sequence = 0;
        std::optional<std::uint32_t> check;
    };
    struct Said {
        v1::Answer answer;
        Intervals sequences;
        std::optional<std::uint32_t> check = 0;  // over the sequences
        void insert(const Sent& sent);
    };
    // The answers to one device.
    struct Replies {
        bool json = false;
        std::vector<Said> said;
    };
    struct Id {
        std::string device;
        std::uint64_t sequence = 0;
        friend bool operator==(const Id&, const Id&) = default;
        [[nodiscard]] std::string text() const { return device + "/" + std::to_string(sequence); }
    };

    void take(const Message& message, Instant now);
    void take_event(const std::string& device, Device& from, std::string& bytes, Replies& replies, Instant now);
    void repeat(Device& from, const Sent& sent, const std::string& name, std::array<std::uint64_t, 2> digests, Replies& replies);
    [[nodiscard]] std::optional<std::uint32_t> month_told(const Seen& known);
    void answer_request(const Message& message, std::string_view subscriber);
    void hear_own_head(const Message& message, Instant now);
    void quarantine(const Message& message, const v1::Reason& why, Instant now);

    void note(StepKind kind, const std::string& device, std::uint64_t sequence, const Reasons& reasons = {});
    void tell_steps();

    Replies& replies_to(const std::string& device, bool json);
    static void say(Replies& replies, const Sent& sent, v1::Verdict verdict, v1::Verdict first, std::uint32_t month);
    static void say_refused(Replies& replies, const Sent& sent, const Reasons& reasons, bool again = false);

    // Empty: it counts; nothing: it cannot be judged before another event comes.
    [[nodiscard]] std::optional<Reasons> judge_or_wait(const Id& id, Instant now, v1::Entry& entry);
    [[nodiscard]] std::optional<Reasons> judge(const Id& id, Instant now, v1::Entry& entry);
    [[nodiscard]] bool may_be_one_chain(const Id& id, const Id& root, const Id& holder);
    void judge_correction(const Id& id, v1::Entry& entry, Reasons& reasons);
    void judge_decision(v1::Entry& entry, Reasons& reasons);
    // `ends`: what it holds is let go with the same entry.
    [[nodiscard]] std::optional<v1::Reason> what_holds_its_claim(const v1::Entry& version, const Id& root,
                                                                 const std::optional<Id>& ends = std::nullopt);
    void judge_standing(const Id& root, bool will_stand, v1::Entry& entry);
    [[nodiscard]] bool stands(const Id& root);
    [[nodiscard]] v1::Event::BodyCase latest_type_of(const Id& root);
    [[nodiscard]] std::optional<Id> first_that_stands(const store::v1::Same& same, const Id& root, bool will_stand,
                                                      const std::optional<Id>& counted);
    [[nodiscard]] store::v1::Same same_as(const Id& root);
    [[nodiscard]] std::optional<Id> who_counts(const store::v1::Same& same);
    static void take_out(store::v1::Same& same, const Id& root);
    void judge_retracted(const Context& context, const v1::Entry& entry, Reasons& reasons) const;
    void retract(const std::optional<store::v1::Fact>& version, v1::Entry& entry);
    [[nodiscard]] v1::Entry standing_at(std::uint64_t offset);
    [[nodiscard]] bool is_stored(const Id& id) const;
    [[nodiscard]] bool is_of_its_poster(const Id& target);
    [[nodiscard]] v1::Event stored_event(const Id& id);  // an empty one if there is none
    [[nodiscard]] bool is_decision(const Id& id);
    [[nodiscard]] bool is_erasure(const Id& id);
    void refuse(Device& device, const Id& id, const std::string& bytes, std::uint64_t digest, const Reasons& reasons, Instant now);
    void journal(Device& from, std::uint64_t digest);
    void close_block();

    [[nodiscard]] bool is_erased_household(const std::string& token) const { return tokens_.contains(token); }
    [[nodiscard]] std::optional<std::string> token_of(const std::string& key);
    [[nodiscard]] std::string slow_hash_of(const std::string& text);
    void pseudonymise(v1::Event& event, const std::string& token);
    [[nodiscard]] bool forget_in(v1::Event& event);
    [[nodiscard]] static bool strip(v1::Event& event);
    void forget_in_correction(v1::Event& event, const v1::Entry& entry, std::string& bytes);
    [[nodiscard]] bool is_known_household(const std::string& key);
    void judge_erasure(Reasons& reasons);
    void erase(v1::Event& event, std::string& bytes);
    [[nodiscard]] bool erase_in(std::string& bytes, const std::string& key);
    [[nodiscard]] bool erase_in(v1::Entry& entry, const std::string& key);
    void rewrite_journal();
    void rewrite_refusals(const std::string& key);
    void rewrite_quarantine(const std::string& key);
    void rewrite_what_was_erased();
    void let_forget(const std::string& device, std::uint64_t sequence);
    void let_all_forget();
    [[nodiscard]] Publish to_forget(const std::string& device) const;

    void recover();
    void forget_derived();
    void refold();
    void evolve(Device& from, const v1::Entry& entry, const v1::Event& event, std::uint64_t offset, std::uint64_t digest);
    void stand(const Id& id, const Id& root, const std::optional<store::v1::Fact>& fact, const v1::Entry& entry, const v1::Event& event,
               std::uint64_t offset);
    void evolve_decision(const v1::Entry& entry, const v1::Event& event);
    void evolve_others(const v1::Entry& entry);
    void note_who_counts(const Id& root, bool counts, const v1::Entry& entry);
    void keep_same(const store::v1::Same& same);
    [[nodiscard]] std::optional<Id> root_of_version(const v1::Entry& version, v1::Event& event);
    void join(const Id& id, const Id& root, const v1::Entry& entry);
    [[nodiscard]] std::optional<Id> holder_of(const Claim& claim);
    void hold_claim(const v1::Event& event, const Id& holder, std::uint64_t offset);
    void release_claim(const v1::Event& event, const Id& holder);
    [[nodiscard]] std::optional<std::string> held(const std::string& key);
    void keep_refused(const std::string& name, const Device& held);
    void snapshot();
    void write_pages(const std::string& name, Device& held, store::v1::Device& record);

    [[nodiscard]] static std::uint64_t event_digest(std::string_view bytes);
    [[nodiscard]] std::uint64_t received_at(Instant now) const;
    Device& device(const std::string& name);
    [[nodiscard]] std::optional<Seen> seen(const Id& id);
    [[nodiscard]] v1::Entry entry_at(std::uint64_t offset);
    [[nodiscard]] static Id read_id(const std::string& text);
    [[nodiscard]] Id root_of(const Id& id);
    [[nodiscard]] Id target_of(const Id& id, const v1::Correction& correction) const;
    void keep_meant(const Id& id);
    [[nodiscard]] bool is_awaited(const Id& id) const;
    [[nodiscard]] std::optional<store::v1::Fact> current_of(const Id& root);
    static void note_corrected(store::v1::Fact& fact, const Id& id);
    [[nodiscard]] static std::uint64_t recorded_at(const v1::Event& event, std::uint64_t received_at);
    [[nodiscard]] static bool has_higher_number(const store::v1::Fact& fact, const Id& id);
    [[nodiscard]] bool is_overtaken(const store::v1::Fact& fact, const Id& id, const v1::Event& event, std::uint64_t received_at) const;
    [[nodiscard]] static bool stands_over(const store::v1::Fact& one, const store::v1::Fact& other);
    [[nodiscard]] bool stands_over(const store::v1::Fact& fact, const store::v1::Fact& later, const Id& root, const v1::Entry& entry);
    [[nodiscard]] static bool takes_back(const v1::Entry& entry, const store::v1::Fact& version);
    [[nodiscard]] std::optional<store::v1::Fact> fact_of(const Id& root);
    [[nodiscard]] std::optional<std::string> value(const std::string& key);
    void set_value(const std::string& key, std::string value);
    void drop_value(const std::string& key);
    void begin_history(std::uint64_t epoch, std::uint64_t same_until);
    [[nodiscard]] bool is_own(std::uint64_t epoch);
    [[nodiscard]] bool tells_as_before(std::uint64_t epoch, std::uint64_t offset);
    [[nodiscard]] std::string block_header(const JournalBlock& block, std::uint64_t formerly = 0) const;
    [[nodiscard]] Publish head();

    Service service_;
    std::string commune_;
    const Places& places_;
    Store& store_;
    Limits limits_;
    std::uint64_t epoch_ = 0;
    std::uint64_t last_offset_ = 0;       // of the last entry journalled, committed or not
    std::uint64_t recovered_offset_ = 0;  // of the last one that was there at the start
    std::uint64_t chain_ = 0;
    std::uint64_t snapshot_offset_ = 0;
    std::uint64_t head_sent_ = 0;
    std::uint64_t quarantine_items_ = 0;
    Seconds latest_{};  // receipt that is journalled: time has not gone back behind it, whatever the clock says
    bool link_is_up_ = false;
    bool head_due_ = false;
    std::chrono::milliseconds head_again_at_{0};
    std::optional<Shortened> shortened_;
    std::optional<std::string> damage_;
    std::set<std::uint64_t> own_epochs_;  // said in this run
    std::uint64_t others_heads_ = 0;
    std::chrono::milliseconds others_wait_{0};
    std::chrono::milliseconds others_forgotten_at_{0};
    Counters counters_;
    Telemetry* telemetry_ = nullptr;
    std::vector<Step> steps_;  // of this unit
    std::uint64_t steps_left_out_ = 0;

    store::v1::Entries pending_;  // entries of the block being filled
    std::size_t pending_bytes_ = 0;
    std::vector<JournalBlock> blocks_;  // closed in this unit, to be published
    Actions actions_;                   // of this unit
    std::map<std::string, Replies> replies_;
    std::unordered_map<std::string, Device> devices_;
    ClaimIndex claims_;                                                           // of those that are exclusive
    boost::unordered_flat_map<std::string, std::optional<std::string>> overlay_;  // derived values since the snapshot
    // What was erased: the tokens that stand for it; of this unit also the keys; and what slow hashes said lately.
    std::set<std::string> tokens_;
    std::map<std::string, std::string> erasing_;  // key -> token
    boost::unordered_flat_map<std::string, std::optional<std::string>> known_keys_;
    std::map<std::string, Intervals> forgotten_;  // by device: its events that it must not keep either
    std::set<std::string> forget_due_;            // devices that are to be told
    std::chrono::milliseconds forget_at_{0};      // when all are told again
    std::set<std::string> awaited_;               // corrected before they came
    store::v1::FrozenEvents frozen_;              // reused
    v1::Event event_;                             // reused
    v1::Entry entry_;                             // reused
};

}  // namespace chieng
