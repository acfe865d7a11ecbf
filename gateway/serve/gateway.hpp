// SPDX-License-Identifier: Apache-2.0
// The gateway as a component: follows feeds, folds them into the board, publishes the cells that changed as a feed of its
// own and the indicators as retained topics. The level is configuration: at a commune the sources are feeds of events, at a
// district the feeds of cells of its communes.
//
// Keeps I4 (every offset folded once, in order) through its readers. It holds nothing on disk: at start it asks its sources
// from the beginning and begins a new epoch, so its own subscribers read its table again.
#pragma once

#include "gateway/indicator/board.hpp"
#include "gateway/indicator/definitions.hpp"
#include "gateway/indicator/feed_reader.hpp"
#include "services/runtime/ports/link.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace chieng {

struct Source {
    std::string place;
    std::string feed;
    [[nodiscard]] std::string name() const { return place + "/" + feed; }
};

class Gateway {
public:
    Gateway(const Definitions& definitions, const Places& places, std::string place, std::vector<Source> sources, std::uint64_t epoch);

    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

    [[nodiscard]] const Board& board() const { return board_; }

private:
    struct Follow {
        Source source;
        FeedReader reader;
    };
    // area, calendar, period, code
    using Topic = std::tuple<std::string, v1::Calendar, std::string, std::string>;

    void start(Actions& actions);
    void take(const Message& message, Actions& actions);
    void fold(Follow& follow, const Message& message);
    void answer(const Message& message, std::string_view subscriber, Actions& actions) const;
    void publish_cells(Actions& actions);
    void note_indicators(const v1::Cell& cell);
    void publish_indicators(Instant now, Actions& actions);
    [[nodiscard]] std::string subscriber() const { return "gateway-" + place_; }
    [[nodiscard]] std::string feed_topic(std::string_view rest = {}) const;
    [[nodiscard]] Publish head() const;

    const Definitions& definitions_;
    const Places& places_;
    std::string place_;
    Board board_;
    std::vector<Follow> follows_;
    std::uint64_t epoch_;
    std::uint64_t offset_ = 0;
    std::uint64_t head_sent_ = 0;
    bool link_is_up_ = false;
    std::map<std::uint64_t, v1::Cell> by_offset_;     // the table: the latest value of each cell, by its last change
    std::map<std::string, std::uint64_t> offset_of_;  // cell -> its last change
    std::set<Topic> stale_;                           // retained topics that are behind the board
};

}  // namespace chieng
