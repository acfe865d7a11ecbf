// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/host.hpp"

#include "services/runtime/core/topics.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <csignal>
#include <future>
#include <utility>

namespace chieng {
namespace {

// Under load a round costs nearly the same for one message and for a hundred: after a large one began, the next waits until so many
// times as long as it took have passed.
constexpr std::size_t large_round = 64;
constexpr auto gather_times = 2;
constexpr std::chrono::steady_clock::duration gather_min = std::chrono::milliseconds(8);
constexpr std::chrono::steady_clock::duration gather_max = std::chrono::milliseconds(50);
// What is handled at once is held in memory several times over; by this much a sync is shared well enough.
constexpr std::size_t round_bytes = std::size_t{1} << 18U;
constexpr auto between_warnings = std::chrono::seconds(10);

}  // namespace

Host::Host(MqttOptions options, std::chrono::milliseconds beat)
    : options_(std::move(options)),
      beat_(beat),
      loop_(std::make_unique<boost::asio::io_context>(1)),
      gathering_(std::make_unique<boost::asio::steady_timer>(*loop_)),
      last_beat_(std::chrono::steady_clock::now()) {}
Host::~Host() = default;

void Host::add(std::string name, Component component) {
    const auto actions = std::make_shared<Actions>();
    add(std::move(name), Durable{[component = std::move(component), actions](std::span<const Input> inputs, Instant now) {
                                     *actions = component(inputs, now);
                                 },
                                 {},
                                 [actions] { return std::exchange(*actions, {}); }});
}

void Host::add(std::string name, Durable component) {
    components_.push_back({std::move(name), std::move(component), {}, {}, 0});
}

Host::Status Host::status() const {
    return {link_ ? link_->status() : MqttLink::Status{}, last_beat_};
}

void Host::dispatch(std::vector<Input> inputs) {
    for (auto& input : inputs) {
        auto* arrived = std::get_if<Arrived>(&input);
        Slot* last = nullptr;  // the one that may have the message itself; those before it have copies
        for (auto& slot : components_) {
            const bool is_for_it = arrived == nullptr ||
                                   std::any_of(slot.filters.begin(), slot.filters.end(),
                                               [&](const std::string& filter) { return topics::matches(filter, arrived->message.topic); });
            if (!is_for_it) {
                continue;
            }
            if (last != nullptr) {
                last->inputs.push_back(input);
            }
            last = &slot;
            slot.messages += arrived == nullptr ? 0U : 1U;
        }
        if (last != nullptr) {
            last->inputs.push_back(std::move(input));
        }
    }
    const auto now = clock_.now();
    for (auto& slot : components_) {
        if (!slot.inputs.empty()) {
            slot.component.take(slot.inputs, now);
        }
    }
    commit_all();
    for (auto& slot : components_) {
        if (!slot.inputs.empty()) {
            carry_out(slot, slot.component.answer());
        }
    }
}

// A sync takes milliseconds in which its thread only waits: several wait together.
void Host::commit_all() {
    std::vector<std::future<void>> others;
    const Slot* own = nullptr;
    for (const auto& slot : components_) {
        if (slot.inputs.empty() || !slot.component.commit) {
            continue;
        }
        if (slot.messages == 0) {
            slot.component.commit();  // next to nothing to do
        } else if (own == nullptr) {
            own = &slot;
        } else {
            others.push_back(std::async(std::launch::async, slot.component.commit));
        }
    }
    if (own != nullptr) {
        own->component.commit();
    }
    for (auto& other : others) {
        other.get();
    }
}

void Host::carry_out(Slot& slot, Actions actions) {
    if (on_batch_ && slot.messages > 0) {
        on_batch_(slot.name, slot.messages);
    }
    slot.inputs.clear();
    slot.messages = 0;
    for (const auto& action : actions) {
        if (const auto* subscribe = std::get_if<Subscribe>(&action)) {
            slot.filters.push_back(subscribe->filter);
        }
    }
    std::sort(slot.filters.begin(), slot.filters.end());
    slot.filters.erase(std::unique(slot.filters.begin(), slot.filters.end()), slot.filters.end());
    link_->send(std::move(actions));
}

void Host::beat() {
    last_beat_ = std::chrono::steady_clock::now();
    dispatch({Input(Tick{})});
    held_ = held_ || (done_ && done_());
    tell_what_was_dropped();
}

void Host::tell_what_was_dropped() {
    const auto link = link_->status();
    const auto dropped = link.dropped_in + link.dropped_out;
    if (dropped > dropped_told_ && last_beat_ - dropped_told_at_ > between_warnings) {
        spdlog::warn("mqtt: the queue was full: {} messages in and {} out were dropped since the start; they come again", link.dropped_in,
                     link.dropped_out);
        dropped_told_ = dropped;
        dropped_told_at_ = last_beat_;
    }
}

void Host::take() {
    woken_ = false;
    const auto began = std::chrono::steady_clock::now();
    auto inputs = link_->take();
    const bool is_large = inputs.size() >= large_round;
    std::vector<Input> round;
    std::size_t bytes = 0;
    for (auto& input : inputs) {
        const auto* arrived = std::get_if<Arrived>(&input);
        bytes += arrived == nullptr ? 0 : arrived->message.payload.size();
        round.push_back(std::move(input));
        if (bytes >= round_bytes) {
            dispatch(std::exchange(round, {}));
            bytes = 0;
        }
    }
    dispatch(std::move(round));
    held_ = held_ || (done_ && done_());
    const auto took = std::chrono::steady_clock::now() - began;
    not_before_ = is_large ? began + std::clamp(gather_times * took, gather_min, gather_max) : std::chrono::steady_clock::time_point{};
}

// On the loop, when the link has something.
void Host::take_soon() {
    if (std::chrono::steady_clock::now() >= not_before_) {
        return take();
    }
    gathering_->expires_at(not_before_);
    gathering_->async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            take();
        }
    });
}

bool Host::run(std::chrono::milliseconds patience) {
    if (clock_.is_replayed()) {
        spdlog::info("the time is not the machine's: CHIENG_CLOCK is set, it is {} now", format_day(day_at(clock_.now().civil)));
    }
    bool stopped = false;
    boost::asio::signal_set signals(*loop_, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& error, int) { stopped = stopped || !error; });
    link_ = std::make_unique<MqttLink>(options_, [this] {
        if (!woken_.exchange(true)) {
            boost::asio::post(*loop_, [this] { take_soon(); });
        }
    });
    boost::asio::steady_timer timer(*loop_);
    const std::function<void()> next_beat = [&] {
        timer.expires_after(beat_);
        timer.async_wait([&](const boost::system::error_code& error) {
            if (!error) {
                beat();
                next_beat();
            }
        });
    };
    next_beat();
    const auto began = std::chrono::steady_clock::now();
    while (!stopped && !held_ && std::chrono::steady_clock::now() - began < patience) {
        loop_->run_one_for(std::chrono::seconds(1));
    }
    for (const auto& farewell : farewells_) {
        link_->send(farewell(clock_.now()));
    }
    link_->drain();
    link_.reset();
    return held_;
}

}  // namespace chieng
