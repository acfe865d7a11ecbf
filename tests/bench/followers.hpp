// SPDX-License-Identifier: Apache-2.0
// Those who follow the feed of cells over Server-Sent Events: most read, some never do. What the readers are told is kept once for
// all who are told the same, so that each step of each of them can be held against the feed on MQTT.
#pragma once

#include "tests/bench/district_rig.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace chieng::bench {

class Followers {
public:
    Followers(int port, int reading, int silent);
    Followers(const Followers&) = delete;
    Followers& operator=(const Followers&) = delete;
    Followers(Followers&&) = delete;
    Followers& operator=(Followers&&) = delete;
    ~Followers();

    // Takes what comes; waits up to `milliseconds` when nothing does.
    void pump(int milliseconds);
    // Whether every reader has heard the head of the feed.
    [[nodiscard]] bool all_began() const { return began_ == clients_.size(); }
    // Whether every reader was told up to there.
    [[nodiscard]] bool all_at(std::uint64_t last) const;
    // What comes from now on is read, but not kept.
    void forget() { keeps_ = false; }

    // Readers that the gateway let go.
    [[nodiscard]] std::size_t lost() const { return lost_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    // Cells of `heard` that some step of some reader leaves out, and that no later one brings; and steps that differ though they are
    // of the same offsets.
    [[nodiscard]] std::uint64_t left_out(const Heard& heard) const;
    // Milliseconds: from each block on MQTT, and from each post, to each reader.
    [[nodiscard]] std::vector<double> since_published(const Heard& heard) const;
    [[nodiscard]] std::vector<double> since_posted(const Heard& heard) const;

private:
    struct Client {
        int socket = -1;
        std::string bytes;
        std::size_t looked = 0;  // no message ends before
        bool began = false;
        std::uint64_t at = 0;
        std::vector<std::pair<std::uint64_t, Clock::time_point>> told;  // up to which offset, when
    };
    struct Step {
        std::size_t hash = 0;
        std::string data;
    };

    void read(Client& client);
    void take(Client& client, std::string_view message, Clock::time_point now);

    int epoll_;
    std::vector<Client> clients_;
    std::vector<int> silent_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, Step> steps_;  // from which offset to which
    std::vector<char> buffer_;
    std::size_t began_ = 0;
    std::size_t lost_ = 0;
    std::uint64_t differing_ = 0;
    std::uint64_t bytes_ = 0;
    bool keeps_ = true;
};

}  // namespace chieng::bench
