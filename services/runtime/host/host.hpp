// SPDX-License-Identifier: Apache-2.0
// Runs components on one loop: takes what the link heard, hands each component what it subscribed to, carries out what it
// asks for. A component is anything with handle(inputs, now) -> actions.
#pragma once

#include "services/runtime/adapters/clock.hpp"
#include "services/runtime/adapters/mqtt_link.hpp"

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace chieng {

class Host {
public:
    using Component = std::function<Actions(std::span<const Input>, Instant)>;

    // `beat`: how often components hear that time passed.
    explicit Host(MqttOptions options, std::chrono::milliseconds beat = std::chrono::milliseconds(200))
        : options_(std::move(options)), beat_(beat) {}

    void add(Component component) { components_.push_back({std::move(component), {}, {}}); }

    // Ends the loop after the batch in which it turns true.
    void until(std::function<bool()> done) { done_ = std::move(done); }

    // Until SIGTERM or SIGINT, or until() holds, or `patience` has passed. True when until() held.
    bool run(std::chrono::milliseconds patience = std::chrono::hours(24 * 365 * 100));

private:
    struct Slot {
        Component component;
        std::vector<std::string> filters;
        std::vector<Input> inputs;
    };

    void dispatch(MqttLink& link, std::vector<Input> inputs);

    MqttOptions options_;
    std::chrono::milliseconds beat_;
    Clock clock_;
    std::vector<Slot> components_;
    std::function<bool()> done_;
};

}  // namespace chieng
