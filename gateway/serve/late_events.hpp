// SPDX-License-Identifier: Apache-2.0
// Which events made the difference to a filed report of a commune: those of its own feeds that came after it and touch its period.
#pragma once

#include "chieng/v1/report.pb.h"
#include "gateway/serve/sources.hpp"
#include "services/runtime/core/feed_reader.hpp"
#include "services/runtime/ports/link.hpp"

#include <span>
#include <string>
#include <vector>

namespace chieng {

// Whether a feed is one of the reporting place's own journals: not what others told of its villages.
[[nodiscard]] bool is_own_journal(const v1::Report& report, const std::string& feed);

class LateEvents {
public:
    struct One {
        std::string feed;
        std::string device;
        v1::Event event;
        v1::Event about;  // what a VOID that says nothing takes back; otherwise the event itself
    };

    LateEvents(const v1::Report& report, std::string client);

    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);
    [[nodiscard]] bool whole() const;
    // In the order in which they came, feed by feed.
    [[nodiscard]] const std::vector<One>& events() const { return events_; }
    // Feeds of which they cannot be told apart: a journal that was restored from a backup, and lacks what the report had read.
    [[nodiscard]] std::vector<std::string> begun_again() const;

private:
    struct Feed {
        Source source;
        FeedReader::Checkpoint then;
        FeedReader reader;
        v1::Head head{};       // the latest that came
        bool goes_on = false;  // its reader stands in the history that is told now
        bool begun_again = false;
    };

    [[nodiscard]] static bool is_whole(const Feed& feed);
    void take(const Message& message);
    void take(Feed& feed, const v1::Block& block);
    void note(const Feed& feed, const v1::Entry& entry);

    std::string client_;
    std::string from_;
    std::string to_;
    std::vector<Feed> feeds_;
    std::vector<One> events_;
    bool up_ = false;
};

}  // namespace chieng
