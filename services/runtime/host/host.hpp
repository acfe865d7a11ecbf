// SPDX-License-Identifier: Apache-2.0
// Runs components on one loop: takes what the link heard, hands each component what it subscribed to, carries out what it
// asks for. A component is anything with handle(inputs, now) -> actions.
#pragma once

#include "services/runtime/adapters/clock.hpp"
#include "services/runtime/adapters/mqtt_link.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace chieng {

class Host {
public:
    using Component = std::function<Actions(std::span<const Input>, Instant)>;
    // A component that writes: takes a batch, makes it durable, and only then answers. The units of all that took messages
    // in one round are committed at the same time.
    struct Durable {
        std::function<void(std::span<const Input>, Instant)> take;
        std::function<void()> commit;
        std::function<Actions()> answer;
    };
    using OnBatch = std::function<void(const std::string& component, std::size_t messages)>;
    struct Status {
        MqttLink::Status link;
        std::chrono::steady_clock::time_point last_beat;  // of the loop
    };

    // `beat`: how often components hear that time passed.
    explicit Host(MqttOptions options, std::chrono::milliseconds beat = std::chrono::milliseconds(200));
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    Host(Host&&) = delete;
    Host& operator=(Host&&) = delete;
    ~Host();

    void add(std::string name, Component component);
    void add(std::string name, Durable component);

    // What it gives is sent before the host ends.
    void at_end(std::function<Actions(Instant)> farewell) { farewells_.push_back(std::move(farewell)); }

    // Told of each batch of messages that a component takes.
    void on_batch(OnBatch told) { on_batch_ = std::move(told); }

    [[nodiscard]] boost::asio::io_context& loop() { return *loop_; }
    [[nodiscard]] Status status() const;

    // Ends the loop after the batch in which it turns true.
    void until(std::function<bool()> done) { done_ = std::move(done); }

    // Until SIGTERM or SIGINT, or until() holds, or `patience` has passed. True when until() held. Runs once.
    bool run(std::chrono::milliseconds patience = std::chrono::hours(24 * 365 * 100));

private:
    struct Slot {
        std::string name;
        Durable component;
        std::vector<std::string> filters;
        std::vector<Input> inputs;
        std::size_t messages = 0;  // among the inputs
    };

    void dispatch(std::vector<Input> inputs);
    void commit_all();
    void carry_out(Slot& slot, Actions actions);
    void take();
    void take_soon();
    void beat();
    void tell_what_was_dropped();

    MqttOptions options_;
    std::chrono::milliseconds beat_;
    Clock clock_;
    std::unique_ptr<boost::asio::io_context> loop_;
    std::unique_ptr<boost::asio::steady_timer> gathering_;
    std::chrono::steady_clock::time_point not_before_;  // the next round
    std::atomic<bool> woken_ = false;
    bool held_ = false;
    std::unique_ptr<MqttLink> link_;  // while it runs; its threads wake the loop
    std::chrono::steady_clock::time_point last_beat_;
    std::uint64_t dropped_told_ = 0;
    std::chrono::steady_clock::time_point dropped_told_at_;
    OnBatch on_batch_;
    std::vector<Slot> components_;
    std::vector<std::function<Actions(Instant)>> farewells_;
    std::function<bool()> done_;
};

}  // namespace chieng
