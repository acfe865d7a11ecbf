// SPDX-License-Identifier: Apache-2.0
// A raw HTTP client that may also misbehave, and a strict reader of Prometheus' text format.
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace chieng::testing {

// A connection to a port of the loopback.
class Wire {
public:
    explicit Wire(int port);
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    Wire(Wire&&) = delete;
    Wire& operator=(Wire&&) = delete;
    ~Wire();

    // False when the other side has closed.
    bool send(const std::string& bytes);
    // Says that nothing more will be sent; what comes is still heard.
    void end_sending();
    // All that comes until the other side closes, or that time has passed.
    [[nodiscard]] std::string receive(std::chrono::milliseconds patience = std::chrono::seconds(20));
    // Whether the other side closed within that time.
    [[nodiscard]] bool closed_within(std::chrono::milliseconds patience);
    [[nodiscard]] int socket() const { return socket_; }

private:
    int socket_;
};

struct HttpAnswer {
    int status = 0;  // 0: none came
    std::map<std::string, std::string> fields;
    std::string body;
};

// What is sent for it, on a connection that then closes; and what came as an answer.
[[nodiscard]] std::string request_text(const std::string& method, const std::string& target, const std::string& more = "");
[[nodiscard]] HttpAnswer answer_of(const std::string& text);
[[nodiscard]] HttpAnswer http(int port, const std::string& method, const std::string& target, const std::string& more = "");

// "name{label="value"}" -> value. Throws std::invalid_argument, with the line, on anything that the format does not allow:
// a sample without its HELP and TYPE before it, a type that is none, a name or label of wrong letters, a sample given
// twice, a counter that does not end in _total, buckets that fall or do not end in +Inf.
[[nodiscard]] std::map<std::string, double> samples(const std::string& text);

}  // namespace chieng::testing
