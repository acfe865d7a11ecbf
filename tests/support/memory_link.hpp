// SPDX-License-Identifier: Apache-2.0
// A broker and its links in memory: what is sent is delivered, once and in order. Keeps the contract of a link, bounds
// included. What the broker holds dies with it.
#pragma once

#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/ports/link.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace chieng::testing {

class MemoryLink;

class MemoryBroker {
public:
    [[nodiscard]] bool is_up() const { return up_; }
    void start();
    void stop();

private:
    friend class MemoryLink;
    void publish(const Message& message);

    bool up_ = true;
    std::vector<MemoryLink*> links_;
    std::map<std::string, Message> retained_;
};

class MemoryLink {
public:
    explicit MemoryLink(MemoryBroker& broker) : broker_(broker) {
        broker_.links_.push_back(this);
        join();
    }
    MemoryLink(const MemoryLink&) = delete;
    MemoryLink& operator=(const MemoryLink&) = delete;
    MemoryLink(MemoryLink&&) = delete;
    MemoryLink& operator=(MemoryLink&&) = delete;
    ~MemoryLink() { std::erase(broker_.links_, this); }

    [[nodiscard]] std::vector<Input> take() { return std::exchange(arrived_, {}); }

    // Carries out at once; lost while the link is down.
    void send(const Actions& actions) {
        for (const auto& action : actions) {
            if (!joined_) {
                return;
            }
            if (const auto* subscribe = std::get_if<Subscribe>(&action)) {
                filters_.insert(subscribe->filter);
                for (const auto& [topic, message] : broker_.retained_) {
                    if (topics::matches(subscribe->filter, topic)) {
                        arrive({message.topic, message.payload, true});
                    }
                }
            } else {
                broker_.publish(std::get<Publish>(action).message);
            }
        }
    }

    // Whether the device has signal.
    void set_signal(bool signal) {
        signal_ = signal;
        signal ? join() : part();
    }

private:
    friend class MemoryBroker;

    void join() {
        if (!joined_ && signal_ && broker_.is_up()) {
            joined_ = true;
            arrived_.emplace_back(LinkUp{});
        }
    }
    void part() {
        if (joined_) {
            joined_ = false;
            filters_.clear();
            arrived_.emplace_back(LinkDown{});
        }
    }
    void arrive(const Message& message) {
        if (arrived_.size() < limits::queue_messages_max) {
            arrived_.emplace_back(Arrived{message});
        }
    }
    [[nodiscard]] bool listens_to(const std::string& topic) const {
        return std::any_of(filters_.begin(), filters_.end(), [&](const auto& filter) { return topics::matches(filter, topic); });
    }

    MemoryBroker& broker_;
    bool signal_ = true;
    bool joined_ = false;
    std::set<std::string> filters_;
    std::vector<Input> arrived_;
};

inline void MemoryBroker::start() {
    up_ = true;
    for (auto* link : links_) {
        link->join();
    }
}

inline void MemoryBroker::stop() {
    up_ = false;
    retained_.clear();
    for (auto* link : links_) {
        link->part();
    }
}

inline void MemoryBroker::publish(const Message& message) {
    if (message.retained) {
        retained_[message.topic] = message;
    }
    for (auto* link : links_) {
        if (link->listens_to(message.topic)) {
            link->arrive({message.topic, message.payload, false});
        }
    }
}

}  // namespace chieng::testing
