// SPDX-License-Identifier: Apache-2.0
// A broker that keeps no more than ports/link.hpp promises: messages are lost, repeated, delayed and overtaken, sessions
// end with the connection, and retained messages live until the broker loses its memory. What one client publishes
// arrives in the order in which it was sent, as over one connection.
#pragma once

#include "services/runtime/ports/link.hpp"
#include "tests/simulation/random.hpp"
#include "tests/simulation/schedule.hpp"
#include "tests/simulation/trace.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace chieng::simulation {

class Broker {
public:
    struct Weather {
        Ratio lose;
        Ratio repeat;
        Ratio truncate;  // of events and receipts
        bool overtake = false;
        Millis delay_max{20};
        std::size_t queue_max = 4096;  // messages on their way to one client
    };
    using Hear = std::function<void(Input)>;
    using Client = std::size_t;

    Broker(Schedule& schedule, Trace& trace, std::uint64_t seed) : schedule_(schedule), trace_(trace), random_(seed, "broker") {}

    Weather weather;

    Client add(Hear hear);
    // The client's process has started: its link comes up when it can, again and again.
    void open(Client client);
    // The process is gone.
    void close(Client client);
    // Its link is down until then.
    void cut(Client client, Millis until);

    void subscribe(Client client, const std::string& filter);
    void publish(Client client, const Message& message);

    // Down until then; `forget`: it comes back without its retained messages.
    void restart(Millis until, bool forget);

    // No link has to stay down any longer, and all come up anew.
    void heal();

    [[nodiscard]] const std::map<std::string, std::string>& retained() const { return retained_; }
    [[nodiscard]] std::uint64_t deliveries() const { return deliveries_; }
    // Those that say something: what a device is to forget is told again for ever.
    [[nodiscard]] std::uint64_t news() const { return news_; }
    // Lists of what to forget and heads of feeds are said again and again; what they lead to is news.
    [[nodiscard]] static bool is_news(const std::string& topic) {
        return topic.find("/forget/") == std::string::npos && !topic.ends_with("/head");
    }

private:
    struct Link {
        Hear hear;
        bool is_open = false;
        bool is_up = false;
        Millis cut_until{0};
        std::uint64_t connection = 0;
        Millis last_in{0};  // no arrival overtakes what is due then
        Millis last_out{0};
        std::size_t queued = 0;
        std::set<std::string> filters;
        std::unordered_map<std::string, bool> wants;  // by topic: what the filters say, remembered
    };

    void come_up(Client client);
    void go_down(Client client);
    // Runs the task unless the connection has ended by then.
    void later(Client client, Millis when, std::function<void()> task);
    [[nodiscard]] static bool wants(Link& link, const std::string& topic);
    void arrive(const Message& message);
    void deliver(Client client, const Message& message);
    [[nodiscard]] Millis delay() {
        return Millis(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(weather.delay_max.count()) + 1)));
    }

    Schedule& schedule_;
    Trace& trace_;
    Random random_;
    std::vector<Link> links_;
    std::map<std::string, std::string> retained_;
    Millis down_until_{0};
    std::uint64_t deliveries_ = 0;
    std::uint64_t news_ = 0;
};

}  // namespace chieng::simulation
