// SPDX-License-Identifier: Apache-2.0
// A minimal MQTT 3.1.1 client on one socket, for the load side only: it must not take the processor that the measured
// programs need, so it writes and reads frames in bulk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace chieng::bench {

class Wire {
public:
    using Take = std::function<void(std::string_view topic, std::string_view payload)>;

    // Throws std::runtime_error when the broker does not answer.
    Wire(int port, const std::string& client_id);
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    Wire(Wire&&) = delete;
    Wire& operator=(Wire&&) = delete;
    ~Wire();

    // QoS 0, as our own programs do.
    void subscribe(const std::string& filter);
    // QoS 1, into the buffer; pump() sends it.
    void publish(std::string_view topic, std::string_view payload);
    // Sends what is buffered and takes what came; waits up to `milliseconds` when there is nothing to do.
    void pump(int milliseconds, const Take& take);

    [[nodiscard]] std::uint64_t unacknowledged() const { return published_ - acknowledged_; }
    [[nodiscard]] std::size_t unsent() const { return out_.size(); }

private:
    void frame(std::uint8_t type, std::string_view body);
    void parse(const Take& take);

    int socket_ = -1;
    std::string out_;
    std::string in_;
    std::uint16_t packet_ = 0;
    std::uint64_t published_ = 0;
    std::uint64_t acknowledged_ = 0;
};

}  // namespace chieng::bench
