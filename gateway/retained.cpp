// SPDX-License-Identifier: Apache-2.0
#include "gateway/retained.hpp"

#include "services/runtime/core/topics.hpp"
#include "services/runtime/host/host.hpp"
#include "services/runtime/host/program.hpp"

#include <chrono>
#include <cstdio>
#include <span>
#include <variant>

namespace chieng {
namespace {

// What was retained comes at once after the subscription, then what is published anew: only the former is waited for.
class Listener {
public:
    explicit Listener(const std::vector<std::string>& filters) : filters_(filters) {}

    Actions handle(std::span<const Input> inputs, const std::function<void(const Message&)>& take) {
        Actions actions;
        for (const auto& input : inputs) {
            if (std::holds_alternative<LinkUp>(input)) {
                for (const auto& filter : filters_) {
                    actions.emplace_back(Subscribe{filter});
                }
                up_ = true;
            } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
                take(arrived->message);
                if (arrived->message.retained) {
                    quiet_ = 0;
                    any_ = true;
                }
            } else if (std::holds_alternative<Tick>(input) && up_) {
                ++quiet_;
            }
        }
        return actions;
    }
    [[nodiscard]] bool quiet() const { return quiet_ >= (any_ ? 5 : 20); }

private:
    const std::vector<std::string>& filters_;
    bool up_ = false;
    bool any_ = false;
    int quiet_ = 0;  // ticks
};

}  // namespace

int read_retained(const MqttOptions& mqtt, const std::vector<std::string>& filters, const std::function<void(const Message&)>& take) {
    Listener listener(filters);
    Host host(mqtt);
    host.add("retained", [&](std::span<const Input> inputs, Instant) { return listener.handle(inputs, take); });
    host.until([&] { return listener.quiet(); });
    if (!host.run(std::chrono::seconds(60))) {
        std::fprintf(stderr, "no answer from the broker at %s; is it running?\n", mqtt.broker.c_str());
        return exit_unavailable;
    }
    return 0;
}

int read_told(const MqttOptions& mqtt, const std::string& place, std::vector<std::string> filters,
              const std::function<void(const Message&)>& take) {
    const auto head = topics::feed_head(place, "cells");
    bool is_known = false;
    filters.push_back(head);
    const int failed = read_retained(mqtt, filters, [&](const Message& message) {
        const auto levels = topics::levels(message.topic);
        is_known = is_known || message.topic == head || (levels[2] == "areas" && levels[3] == place);
        if (message.topic != head) {
            take(message);
        }
    });
    if (failed == 0 && !is_known) {
        std::fprintf(stderr, "the broker at %s tells nothing of the gateway of %s; is it running, and may this user read it?\n",
                     mqtt.broker.c_str(), place.c_str());
        return exit_unavailable;
    }
    return failed;
}

}  // namespace chieng
