// SPDX-License-Identifier: Apache-2.0
// Reads the feeds of a commune's services from their beginning, and what its devices say of themselves. Nothing is kept: who
// asks reads again. A status is handed on a little after it came, once the feeds are read to their end: what it says was
// stored has then been seen in the journal too.
#pragma once

#include "chieng/v1/status.pb.h"
#include "services/runtime/core/feed_reader.hpp"
#include "services/runtime/ports/link.hpp"

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

class Journals {
public:
    struct Takers {
        std::function<void(const std::string& service, const v1::Entry& entry)> entry;
        std::function<void(const v1::Status& status)> status;
        // A journal began another history: all that came is void, and comes again.
        std::function<void()> forget;
    };

    static constexpr std::chrono::milliseconds hold_status{2'000};
    static constexpr std::chrono::milliseconds answer_within{10'000};

    // `subscriber`: no other has this name.
    Journals(std::string commune, std::vector<std::string> services, std::string subscriber, Takers takers);

    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

    // All feeds were read to their end, those of services that do not answer left out; and every status was handed on.
    [[nodiscard]] bool caught_up(Instant now) const;
    // The same for who follows on: a status that came just now may still be held, so that many devices do not put it off for ever.
    [[nodiscard]] bool read_once(Instant now) const;
    // Of a journal; 0 while nothing of it was read.
    [[nodiscard]] std::uint64_t epoch(std::string_view service) const;
    // Services of which nothing was heard.
    [[nodiscard]] std::vector<std::string> silent() const;

private:
    struct Feed {
        std::string service;
        FeedReader reader;
    };
    struct Held {
        v1::Status status;
        std::chrono::milliseconds since;
    };

    void subscribe(Actions& actions) const;
    void take(const Message& message, Instant now);
    void fold(Feed& feed, const Message& message, Instant now);
    void start_again(Instant now);
    [[nodiscard]] bool lags() const;
    [[nodiscard]] bool read_to_end(Instant now, std::chrono::milliseconds at_least) const;

    std::string commune_;
    std::string subscriber_;
    Takers takers_;
    std::vector<Feed> feeds_;
    std::vector<Held> held_;
    std::vector<v1::Status> handed_on_;  // the latest of each device, for a fresh start
    bool link_is_up_ = false;
    std::chrono::milliseconds reading_since_{-1};  // below zero: the link was never up
};

}  // namespace chieng
