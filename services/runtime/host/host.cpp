// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/host.hpp"

#include "services/runtime/core/topics.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <memory>

namespace chieng {
void Host::dispatch(MqttLink& link, std::vector<Input> inputs) {
    for (auto& input : inputs) {
        const auto* arrived = std::get_if<Arrived>(&input);
        for (auto& slot : components_) {
            if (arrived == nullptr) {
                slot.inputs.push_back(input);
                continue;
            }
            for (const auto& filter : slot.filters) {
                if (topics::matches(filter, arrived->message.topic)) {
                    slot.inputs.push_back(input);
                    break;
                }
            }
        }
    }
    for (auto& slot : components_) {
        if (slot.inputs.empty()) {
            continue;
        }
        auto actions = slot.component(slot.inputs, clock_.now());
        slot.inputs.clear();
        for (const auto& action : actions) {
            if (const auto* subscribe = std::get_if<Subscribe>(&action)) {
                slot.filters.push_back(subscribe->filter);
            }
        }
        std::sort(slot.filters.begin(), slot.filters.end());
        slot.filters.erase(std::unique(slot.filters.begin(), slot.filters.end()), slot.filters.end());
        link.send(std::move(actions));
    }
}

bool Host::run(std::chrono::milliseconds patience) {
    boost::asio::io_context loop(1);
    bool stopped = false;
    bool held = false;
    boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& error, int) { stopped = stopped || !error; });

    std::atomic<bool> woken = false;
    std::unique_ptr<MqttLink> link;
    const auto take = [&] {
        woken = false;
        dispatch(*link, link->take());
        held = held || (done_ && done_());
    };
    link = std::make_unique<MqttLink>(options_, [&] {
        if (!woken.exchange(true)) {
            boost::asio::post(loop, take);
        }
    });

    boost::asio::steady_timer timer(loop);
    const auto began = std::chrono::steady_clock::now();
    const std::function<void()> beat = [&] {
        timer.expires_after(beat_);
        timer.async_wait([&](const boost::system::error_code& error) {
            if (!error) {
                dispatch(*link, {Input(Tick{})});
                held = held || (done_ && done_());
                beat();
            }
        });
    };
    beat();
    while (!stopped && !held && std::chrono::steady_clock::now() - began < patience) {
        loop.run_one_for(std::chrono::seconds(1));
    }
    link->drain();
    link.reset();
    return held;
}

}  // namespace chieng
