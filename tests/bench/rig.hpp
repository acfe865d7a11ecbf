// SPDX-License-Identifier: Apache-2.0
// What every scenario of the benchmark uses: the programs under load, what its client hears, what a process took, a row of the table.
#pragma once

#include "chieng/v1/feed.pb.h"
#include "tests/bench/load.hpp"
#include "tests/support/processes.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace chieng::bench {

[[nodiscard]] double seconds_since(Clock::time_point began);

struct Usage {
    double cpu = 0;         // seconds
    double peak_mb = 0;     // resident
    double written_mb = 0;  // to the disk
};
[[nodiscard]] Usage usage_of(const testing::Process& process);

// One commune's services and gateway, and the district's gateway.
struct Chain {
    explicit Chain(const std::filesystem::path& journals) : data(journals) {}

    // The district's gateway serves HTTP on that port when there is one.
    void start(int http_port = 0);

    testing::Folder folder;
    testing::Broker broker{folder};
    std::filesystem::path data;
    std::unique_ptr<testing::Process> service;
    std::unique_ptr<testing::Process> gateway;
    std::unique_ptr<testing::Process> district;
};

// What the load's client hears: receipts, and the district's cells.
class Ear {
public:
    void operator()(std::string_view topic, std::string_view payload);

    std::uint64_t answered = 0;
    std::uint64_t refused = 0;
    std::uint64_t in_cells = 0;  // events that the district's cells count (RPT-02 counts each once)
    std::uint64_t blocks = 0;
    std::uint64_t last_of_reply = 0;
    std::map<std::string, std::uint64_t> events_in;
    std::vector<v1::Cell>* table = nullptr;
};

// A consumer that only counts: the ceiling of what a broker and a client's library let through.
class NullConsumer {
public:
    NullConsumer(const testing::Folder& folder, const testing::Broker& broker);
    [[nodiscard]] std::uint64_t count() const { return counts_[0]; }
    [[nodiscard]] double cpu() const { return usage_of(process_).cpu; }

private:
    static const std::atomic<std::uint64_t>* shared(const std::filesystem::path& file);

    const std::atomic<std::uint64_t>* counts_;
    testing::Process process_;
};

[[nodiscard]] std::string number(double value, const char* format = "%.2f");
// `reached`: whether the target is, where there is one.
void row(const std::string& what, const std::string& measured, const std::string& of, const std::string& target, bool reached);

}  // namespace chieng::bench
