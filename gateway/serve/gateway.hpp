// SPDX-License-Identifier: Apache-2.0
// The gateway as a component: follows feeds, folds them into the board, publishes the cells that changed as a feed of its
// own and the indicators as retained topics. The level is configuration: at a commune the sources are feeds of events, at a
// district the feeds of cells of its communes.
//
// On disk: the board and the checkpoints up to which it was folded, written as one unit now and then; after a crash the
// rest is read again from the feeds. Offsets of its own feed are reserved ahead, so that none is ever used twice and the
// epoch holds over a crash: whoever follows goes on. While it reads what it missed it publishes nothing: a number that was
// seen does not fall back. A cell that only the run that crashed knew, in passing, is told as gone.
//
// Keeps I4 (every offset folded once, in order) through its readers, I6 through the unit of checkpoint and fold.
#pragma once

#include "gateway/serve/acceptances.hpp"
#include "gateway/serve/archive.hpp"
#include "gateway/serve/follower.hpp"
#include "gateway/serve/recipients.hpp"
#include "gateway/serve/reports.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/store.hpp"
#include "services/runtime/ports/telemetry.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace chieng {

class Gateway {
public:
    // Reads back what was kept. `epoch` names a feed that is born now. Throws Broken when the store cannot be read.
    Gateway(const Definitions& definitions, const Places& places, std::string place, std::vector<Source> sources, Store& store,
            std::uint64_t epoch);

    // Also publishes to the plan's recipients; it must outlive this.
    void serve(const Recipients& recipients);

    // Told of each event that is folded for the first time; it must outlive this.
    void tell(Telemetry& telemetry) { telemetry_ = &telemetry; }

    // Asked whether what is sent still waits: while it does, retained topics stay behind the board. What a full queue drops of
    // them would not come again.
    void wait_while(std::function<bool()> crowded) { crowded_ = std::move(crowded); }

    // Throws Broken when a unit cannot be committed: nothing that depends on it was published then.
    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

    // Keeps all of it: the next start reads nothing again.
    void close();

    [[nodiscard]] const Board& board() const { return follower_.board(); }
    // Of all places but villages, those that this gateway's place tells.
    [[nodiscard]] std::vector<Board::IndicatorId> indicators_told();
    [[nodiscard]] const std::vector<Follower::Follow>& follows() const { return follower_.follows(); }
    // As of the last batch: see Follower.
    [[nodiscard]] bool caught_up() const { return caught_up_; }
    [[nodiscard]] std::uint64_t last_offset() const { return offset_; }
    [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
    [[nodiscard]] const Reports& reports() const { return reports_; }

    // Called with each block of cells that is published.
    void tell_cells(std::function<void(const v1::Block&)> told) { told_ = std::move(told); }
    // Asks of reports, or files one; what that publishes leaves with the next batch. Throws Broken when it cannot be kept.
    [[nodiscard]] v1::ReportReply ask(const v1::ReportRequest& request, Instant now);
    // Of what is filed over MQTT.
    void tell_filed(Reports::Filed filed) { reports_.tell_filed(std::move(filed)); }

private:
    using Milliseconds = std::chrono::milliseconds;

    void start(Actions& actions, Instant now);
    void take(const Message& message, Actions& actions, Instant now);
    void hear_own_head(const Message& message, Actions& actions);
    void begin_epoch(std::uint64_t epoch, Actions& actions);
    void hear_proposals(Instant now, Actions& actions);
    void pass_on_candidates(const Message& message, Instant now, Actions& actions) const;
    void answer(const Message& message, std::string_view subscriber, Actions& actions) const;
    void publish_cells(Instant now, Actions& actions);
    void follow_time(Instant now);
    void keep_horizon();
    void note_stale();
    void touch();
    void publish_indicators(Instant now, Actions& actions);
    void publish_to_recipients(Instant now, Actions& actions);
    void hear(const Source& source, const v1::Entry& entry, bool is_new);
    void tell_folded(const Source& source, const v1::Entry& entry) const;
    void reserve(std::uint64_t offsets);
    [[nodiscard]] Publish head() const;

    std::string place_;
    Store& store_;
    bool follows_cells_;
    Follower follower_;
    Archive archive_;
    Acceptances acceptances_;
    Reports reports_;
    std::uint64_t epoch_ = 0;
    std::uint64_t offset_ = 0;
    std::uint64_t reserved_ = 0;  // no offset up to here is given out by another run
    std::uint64_t head_sent_ = 0;
    Milliseconds head_again_at_{0};  // for a full queue drops it like any other message
    std::int32_t horizon_ = 0;       // the board's, as it is kept
    bool link_is_up_ = false;
    bool caught_up_ = false;
    Milliseconds saved_at_{0};
    Milliseconds folded_at_{0};
    Milliseconds cells_due_{0};
    Milliseconds indicators_at_{0};
    Milliseconds proposals_again_at_{0};
    Milliseconds busy_until_{0};              // so many came in lately that what is told one by one has to wait
    Milliseconds hear_at_{0};                 // then
    std::deque<Board::IndicatorId> own_due_;  // retained topics that are behind the board: of this place, which come first,
    std::deque<Board::IndicatorId> due_;      // and of those below
    boost::unordered_flat_set<Board::IndicatorId> stale_;
    std::deque<Board::CellId> touch_due_;  // cells that changed since their indicators were noted as stale
    boost::unordered_flat_set<Board::CellId> untouched_;
    v1::Block block_;  // reused
    const Recipients* recipients_ = nullptr;
    std::optional<Day> reported_on_;                       // the last day on which periods were looked at
    std::deque<std::pair<std::string, v1::Entry>> heard_;  // events for recipients, by service
    std::function<void(const v1::Block&)> told_;
    Telemetry* telemetry_ = nullptr;
    std::function<bool()> crowded_;
    Actions filed_;                            // what was filed and not published yet
    std::vector<Board::IndicatorId> touched_;  // reused
};

}  // namespace chieng
