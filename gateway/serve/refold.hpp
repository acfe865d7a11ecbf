// SPDX-License-Identifier: Apache-2.0
// Folds feeds from their beginning into a board of its own, beside the gateway that runs, each up to an offset that somebody names.
// Of cells a feed says the latest only: what changed after that offset is there too late, or not yet.
#pragma once

#include "chieng/v1/report.pb.h"
#include "gateway/indicator/board.hpp"
#include "gateway/serve/sources.hpp"
#include "services/runtime/core/feed_reader.hpp"
#include "services/runtime/ports/link.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace chieng {

class Refold {
public:
    struct Feed {
        Source source;
        FeedReader reader;
        std::uint64_t epoch = 0;  // that of the offset
        std::uint64_t until = 0;
        std::uint64_t folded = 0;
        std::deque<v1::Entry> beyond;  // what came after it, of a feed of events

        [[nodiscard]] bool is_behind() const { return folded < until; }
        [[nodiscard]] bool is_of_cells() const { return source.feed == "cells"; }
    };

    // The references must outlive it.
    Refold(const Definitions& definitions, const Places& places, const std::string& place, const std::vector<Source>& sources,
           std::string client);

    // At each link.
    void subscribe(Actions& actions) const;
    // Asks for what is missing up to the offsets.
    void ask(std::chrono::milliseconds now, Actions& actions);
    // Of a head, or a block; true when it brought it on.
    bool take(const Message& message);
    // Up to where a feed is folded; not back behind what was.
    void stand(const v1::Report::Position& position);

    [[nodiscard]] bool is_behind() const;
    // Those that are, each with how far it came: "23656/session (3 of 7), …".
    [[nodiscard]] std::string behind() const;
    [[nodiscard]] const std::vector<Feed>& feeds() const { return feeds_; }
    [[nodiscard]] std::uint64_t entries() const { return entries_; }  // folded
    [[nodiscard]] Board& board() { return board_; }

private:
    void begin_again(Feed& feed);
    void fold(Feed& feed, const v1::Block& block);
    void fold_entries(Feed& feed);

    std::string client_;
    Board board_;
    std::vector<Feed> feeds_;
    std::uint64_t entries_ = 0;
};

}  // namespace chieng
