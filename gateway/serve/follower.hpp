// SPDX-License-Identifier: Apache-2.0
// Follows feeds into a board, and keeps both: the board and the checkpoints up to which it was folded are one unit of the
// store. A gateway does it to publish, a watcher to tell a person.
//
// Keeps I4 (every offset folded once, in order) through its readers, I6 through the unit of checkpoint and fold.
#pragma once

#include "gateway/indicator/board.hpp"
#include "gateway/indicator/definitions.hpp"
#include "gateway/serve/sources.hpp"
#include "services/runtime/core/feed_reader.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/store.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace chieng {

class Follower {
public:
    struct Follow {
        Source source;
        FeedReader reader;
        bool is_lent = false;       // of another commune, beside the own journals: it tells that itself
        std::uint64_t missing = 0;  // entries that the feed has not any more, of those that had been read when it was last begun again
    };

    // Reads back what was kept, unless other definitions or places made it: then everything is erased.
    // `subscriber` is the name under which it asks. Throws Broken when the store cannot be read.
    Follower(const Definitions& definitions, const Places& places, const std::string& place, std::vector<Source> sources, Store& store,
             std::string subscriber);

    // Whoever follows next on this store folds everything again.
    static void forget_what_was_kept(Store& store);

    [[nodiscard]] Board& board() { return board_; }
    [[nodiscard]] const Board& board() const { return board_; }
    [[nodiscard]] const std::vector<Follow>& follows() const { return follows_; }

    void subscribe(Actions& actions, Instant now);
    // Folds what is of one of the sources; false when it is of none. After the last of a round: settle().
    bool take(const Message& message, Instant now);
    // The board can be read.
    void settle() { board_.settle(); }
    // Asks for what is missing.
    void ask(Actions& actions, Instant now);

    // All that the feeds are known to hold was folded once since the start, or since one began another history; or a
    // minute has passed.
    [[nodiscard]] bool caught_up(Instant now);

    // A former run told what it had folded since it kept anything: until each feed was heard and read to its end once, the board
    // makes what only that run may have told of (see Board).
    void read_again();
    [[nodiscard]] bool reads_again() const { return reads_again_; }
    // Whether meanwhile, and since it was asked last, a feed began another history: what the former run told of the one before can
    // be found nowhere any more.
    [[nodiscard]] bool take_lost() { return std::exchange(lost_, false); }

    // Called with each entry of a feed that is not lent, when it is folded; `is_new` once all is caught up: otherwise it may be read again.
    using Hear = std::function<void(const Source&, const v1::Entry&, bool is_new)>;
    void hear(Hear hear) { hear_ = std::move(hear); }

    // Entries and cells that were folded and not yet kept.
    [[nodiscard]] std::uint64_t unsaved() const { return unsaved_; }
    // The checkpoints and what was folded up to them, as one.
    void save();

private:
    using Milliseconds = std::chrono::milliseconds;

    void recover();
    void fold(Follow& follow, const Message& message, Instant now);
    void forget(Follow& follow, std::uint64_t had, Instant now);

    Store& store_;
    std::string subscriber_;
    Board board_;
    std::vector<Follow> follows_;
    bool caught_up_ = false;
    bool reads_again_ = false;
    bool lost_ = false;
    Milliseconds reading_since_{-1};  // below zero: the link was never up
    std::uint64_t unsaved_ = 0;
    Hear hear_;
    bool forgot_ = false;  // since it was kept
    v1::Block block_;      // reused
};

}  // namespace chieng
