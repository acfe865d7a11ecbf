// SPDX-License-Identifier: Apache-2.0
// Real processes for integration tests: each on the loopback, on a free port, in a folder of its own, stopped by process id.
#pragma once

#include "tests/support/folder.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace chieng::testing {

class Process {
public:
    // Starts it; its output goes to `log`. A file that it writes may not grow beyond `file_bytes_max`: the write fails then, as
    // it does on a full disk.
    Process(std::vector<std::string> command, std::filesystem::path log, std::optional<std::uint64_t> file_bytes_max = {});
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    Process(Process&&) = delete;
    Process& operator=(Process&&) = delete;
    ~Process();

    void start();
    // SIGKILL, as a power cut would be for the process.
    void kill();
    // SIGTERM and its exit code.
    int stop();
    [[nodiscard]] pid_t pid() const { return pid_; }
    // Whether it has ended by itself.
    [[nodiscard]] bool ended();
    // Its exit code (128 + signal, if one ended it) once it has ended by itself; nothing when it has not in that time.
    [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds patience);

private:
    std::vector<std::string> command_;
    std::filesystem::path log_;
    std::optional<std::uint64_t> file_bytes_max_;
    pid_t pid_ = -1;
    int status_ = 0;  // of a process that ended
};

// Whether it holds within that time.
[[nodiscard]] bool eventually(std::chrono::milliseconds patience, const std::function<bool()>& holds);

// A port that was free a moment ago.
[[nodiscard]] int free_port();

// Mosquitto with no memory: what it holds dies with it, as after a power cut. Its queue limit is the default.
class Broker {
public:
    explicit Broker(const Folder& folder);
    void restart();
    [[nodiscard]] int port() const { return port_; }
    void stop() { process_.kill(); }
    void start() { process_.start(); }
    [[nodiscard]] std::string url() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

private:
    int port_;
    Process process_;
};

}  // namespace chieng::testing
