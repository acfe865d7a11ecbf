// SPDX-License-Identifier: Apache-2.0
// The device's durable list of what it posted. An event is numbered and frozen when it is posted, waits on disk until its
// receipt has come, and is answered once: the first final verdict stands. A record that cannot be read stops nothing else: it is set
// aside, kept, and never sent, for whoever posted it may have posted it anew.
//
// Keeps I3 (posted = stored + refused + waiting). On a shared store several processes may post at the same instant, while
// one of them sends; each sees what the others did at refresh() and before it numbers an event.
#pragma once

#include "chieng/store/v1/outbox.pb.h"
#include "chieng/v1/event.pb.h"
#include "services/runtime/core/intervals.hpp"
#include "services/runtime/core/places.hpp"
#include "services/runtime/core/reasons.hpp"
#include "services/runtime/ports/store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace chieng {

class Outbox {
public:
    // Loss ledger: `posted` is what was numbered; the next three are what the records say.
    struct Ledger {
        std::uint64_t posted = 0;
        std::uint64_t stored = 0;
        std::uint64_t refused = 0;
        std::uint64_t waiting = 0;
        std::uint64_t damaged = 0;  // of those waiting: nobody can read what they said, or what was answered

        friend bool operator==(const Ledger&, const Ledger&) = default;
    };
    // Before the services of which anything was posted, in the keys of its store.
    static constexpr std::string_view counted_posts = "n/";
    using Posted = std::variant<std::uint64_t, Reasons>;  // the sequence, or why it was not posted
    struct Pending {
        std::uint32_t digest = 0;   // of its bytes
        std::uint32_t times = 0;    // that it was sent
        std::uint64_t last_at = 0;  // seconds since 1970
    };
    using Waiting = std::map<std::uint64_t, Pending>;    // by sequence
    using Name = std::pair<std::string, std::uint64_t>;  // service and sequence

    // Reads all records, and sets those aside that cannot be read.
    explicit Outbox(Store& store);

    // Numbers the event 1, 2, 3 … for this service and keeps it: it is on disk when this returns a sequence. `places` may
    // be null: then the village is left to the service to check. Throws Broken when the commit fails.
    // `beside`, if any, is called with the sequence before the commit: what it puts into the store is kept with the event.
    using Beside = std::function<void(std::uint64_t sequence)>;
    [[nodiscard]] Posted post(v1::Event event, const std::string& service, const Places* places, std::string_view commune, Day today,
                              std::uint64_t recorded_at, const Beside& beside = {});
    // What is posted meanwhile is kept as one, or none of it when `posts` returns false or throws: then nothing but the end may follow.
    [[nodiscard]] bool post_together(const std::function<bool()>& posts);

    // Takes over what other processes did to a shared store.
    void refresh();

    // Called with each event that a receipt answers.
    using Answered = std::function<void(const std::string& service, std::uint64_t sequence, const v1::Answer& answer)>;
    void on_answered(Answered told) { answered_ = std::move(told); }

    // Marks what the receipts answer, in one commit. Ignores what is not waiting, verdicts that are not final, and answers about
    // other bytes than ours: another client has our name, and what waits is sent until its own answer comes.
    // Returns how many events were answered. Throws Broken when the commit fails.
    std::uint64_t apply(std::span<const v1::Receipt> receipts, std::uint64_t now = 0);

    // Drops the records of events that were stored, and answered before that second: they are counted on. Refusals stay.
    // Returns how many. Throws Broken when the commit fails.
    std::uint64_t prune(std::uint64_t before);

    struct Forgotten {
        std::uint64_t erased = 0;
        std::uint64_t waiting = 0;  // must reach the commune first, where they are stored without the key
    };
    // Erases this text from all records whose answer has come: the event's bytes, and the sentences of a refusal that quote
    // it. No byte of it is left in the files but in what still waits. Throws Broken when the commit fails.
    [[nodiscard]] Forgotten forget(const std::string& text);

    // The same for events whose numbers the commune names, because their household is erased: their bytes, and what a refusal quotes
    // of them. Those that wait are left; give the numbers again when they were answered. Throws Broken when the commit fails.
    Forgotten forget(const std::string& service, const Intervals& numbers);

    // Sequences that wait for a receipt, in order.
    [[nodiscard]] const Waiting& waiting(const std::string& service) const;
    // Whether it corrects one of them: another client may have this device's name, and its event that number. What the answer says of it
    // is waited for, before anything that was posted after it is sent; with a CONFLICT the correction is refused here.
    [[nodiscard]] bool waits_for_another(const std::string& service, std::uint64_t sequence) const;
    [[nodiscard]] std::uint64_t waiting_count() const { return waiting_; }

    // Those that were set aside, in order. waiting() does not name them.
    [[nodiscard]] const std::set<Name>& damaged() const { return damaged_; }

    // The bytes of a waiting event. None when its record cannot be read any more: it is set aside, and waiting() is another then.
    [[nodiscard]] std::string frozen(const std::string& service, std::uint64_t sequence);

    // Counts an attempt to send; in memory until the next commit, or until keep_attempts().
    void sent(const std::string& service, std::uint64_t sequence, std::uint64_t now);

    // Writes down the attempts, if there were any since the last commit.
    void keep_attempts();

    // A record; nothing when it was dropped, never posted, or cannot be read.
    [[nodiscard]] std::optional<store::v1::OutboxItem> find(const std::string& service, std::uint64_t sequence);

    // All records, or those of one service, in the order of service and sequence.
    [[nodiscard]] std::vector<store::v1::OutboxItem> items(std::string_view service = {});
    // The same one by one, for lists longer than a small device's memory. The visitor must not write.
    void visit(std::string_view service, const std::function<void(const store::v1::OutboxItem&)>& visitor);

    [[nodiscard]] Ledger ledger() const;
    [[nodiscard]] std::map<std::string, Ledger> ledgers() const;  // service -> its ledger

private:
    struct Box {
        std::uint64_t next = 1;
        std::uint64_t stored = 0;
        std::uint64_t refused = 0;
        std::uint64_t pruned = 0;  // of those stored
        Waiting waiting;
        std::map<std::uint64_t, std::uint64_t> corrections;  // of those that wait: the own number that each corrects
        bool attempted = false;                              // since they were written down
        Intervals forgotten;
    };

    void read_all();
    void read_records();
    void read_new();
    void take_over();
    void take(const store::v1::OutboxItem& item);
    [[nodiscard]] Reasons judge_own_target(const store::v1::OutboxItem& item);
    std::uint64_t apply(const std::string& service, const v1::Answer& answer, std::uint64_t now);
    [[nodiscard]] bool is_about_ours(const std::string& service, const Box& box, const v1::Answer& answer);
    [[nodiscard]] std::optional<std::uint32_t> digest_of(const std::string& service, const Box& box, std::uint64_t sequence);
    void refuse_corrections_of(const std::string& service, Box& box, std::uint64_t sequence, std::uint64_t now);
    void close(const std::string& service, Box& box, Waiting::iterator at, const v1::Answer& answer, v1::Verdict verdict,
               std::uint64_t now);
    [[nodiscard]] static Intervals to_forget(const Box& box, const Intervals& numbers, std::uint64_t& waiting);
    void put_attempts();
    void put_revision();

    Store& store_;
    std::map<std::string, Box> boxes_;
    std::uint64_t waiting_ = 0;
    bool together_ = false;
    std::set<Name> damaged_;
    std::uint64_t version_ = 0;   // of the store, when it was last read
    std::uint64_t revision_ = 0;  // of the records that were there: grows when one is answered or dropped
    Answered answered_;
};

}  // namespace chieng
