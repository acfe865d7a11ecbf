// SPDX-License-Identifier: Apache-2.0
// The link on Paho MQTT C++: 3.1.1, clean sessions, own reconnection. Unreliable by contract: whatever is lost here
// is asked for or sent again by the state machines above.
//
// QoS      1 to publish, as the broker's acknowledgement paces us; 0 to subscribe: what a connection that breaks takes with
//          it a clean session does not send again, so to acknowledge each message saves none and costs the broker a packet each.
// Thread   Paho's thread only copies an arrival into a bounded queue (and drops it when the queue is full: no receipt, so
//          it comes again). One sender thread makes all Paho calls. The loop calls send() and take(), which never block.
// Limits   limits::queue_messages_max arrivals wait, and actions, of them limits::queue_passing_max publications that are not
//          retained; limits::window_messages are unacknowledged.
#pragma once

#include "services/runtime/ports/link.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace chieng {

struct MqttOptions {
    std::string broker = "tcp://127.0.0.1:1883";
    std::string client_id;
    std::string user;
    std::string password;
    // For an ssl:// broker.
    std::string ca_file;      // empty: the system's authorities
    std::string certificate;  // our own, with its key; empty: none
    std::string key;
    std::optional<Message> will;  // what the broker says for us when we are gone without a word
};

class MqttLink {
public:
    // Counted since the start.
    struct Status {
        bool up = false;
        std::uint64_t arrived = 0;      // messages taken from the broker
        std::uint64_t published = 0;    // messages given to it
        std::uint64_t dropped_in = 0;   // arrivals that found the queue full
        std::uint64_t dropped_out = 0;  // actions that found the queue full
        std::size_t waiting = 0;        // now, for the broker to take them
    };

    // `wake` is called from another thread when there is something to take.
    MqttLink(const MqttOptions& options, std::function<void()> wake);
    MqttLink(const MqttLink&) = delete;
    MqttLink& operator=(const MqttLink&) = delete;
    MqttLink(MqttLink&&) = delete;
    MqttLink& operator=(MqttLink&&) = delete;
    ~MqttLink();

    // All that arrived since the last call.
    [[nodiscard]] std::vector<Input> take();

    // Queues actions; publications beyond the queue's bound are dropped.
    void send(Actions actions);

    // Gives what is queued up to a second to leave.
    void drain();

    [[nodiscard]] Status status() const;

private:
    class Connection;
    std::unique_ptr<Connection> connection_;
};

}  // namespace chieng
