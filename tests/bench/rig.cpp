// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/rig.hpp"

#include "chieng/v1/receipt.pb.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace chieng::bench {

using namespace testing;

double seconds_since(Clock::time_point began) {
    return std::chrono::duration<double>(Clock::now() - began).count();
}

Usage usage_of(const Process& process) {
    const auto folder = "/proc/" + std::to_string(process.pid()) + "/";
    Usage usage;
    std::string word;
    std::ifstream stat(folder + "stat");
    for (int i = 1; i <= 15 && stat >> word; ++i) {
        if (i >= 14) {
            usage.cpu += std::stod(word) / static_cast<double>(::sysconf(_SC_CLK_TCK));
        }
    }
    std::ifstream status(folder + "status");
    while (status >> word) {
        if (word == "VmHWM:") {
            status >> usage.peak_mb;
            usage.peak_mb /= 1024;
        }
    }
    std::ifstream io(folder + "io");
    while (io >> word) {
        if (word == "write_bytes:") {
            io >> usage.written_mb;
            usage.written_mb /= 1e6;
        }
    }
    return usage;
}

void Chain::start(int http_port) {
    service =
        std::make_unique<Process>(std::vector<std::string>{CHIENG_SERVICE, "--commune", commune, "--data", data, "--broker", broker.url()},
                                  folder.path() / "service.log");
    gateway = std::make_unique<Process>(
        std::vector<std::string>{CHIENG_GATEWAY, "--place", commune, "--data", data, "--broker", broker.url(), "run"},
        folder.path() / "commune.log");
    std::vector<std::string> command{CHIENG_GATEWAY, "--place", "625", "--data", data, "--broker", broker.url(), "run"};
    if (http_port != 0) {
        command.insert(command.end() - 1, {"--http", "127.0.0.1:" + std::to_string(http_port)});
    }
    district = std::make_unique<Process>(command, folder.path() / "district.log");
}

void Ear::operator()(std::string_view topic, std::string_view payload) {
    if (topic.find("/receipts/") != std::string_view::npos) {
        v1::Receipt receipt;
        receipt.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
        for (const auto& answer : receipt.answers()) {
            answered += static_cast<std::uint64_t>(answer.sequences_size());
            refused += answer.verdict() == v1::REFUSED || answer.first() == v1::REFUSED ? 1U : 0U;
        }
    } else if (topic.find("/feeds/cells") != std::string_view::npos) {
        v1::Block block;
        block.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
        for (auto& cell : *block.mutable_cells()) {
            if (cell.indicator() == "RPT-02" && cell.cut().empty()) {
                auto& held = events_in[cell.area() + cell.period()];
                in_cells += static_cast<std::uint64_t>(cell.lineage().events()) - held;
                held = static_cast<std::uint64_t>(cell.lineage().events());
            }
            if (table) {
                table->push_back(std::move(cell));
            }
        }
        last_of_reply = block.last();
        ++blocks;
    }
}

NullConsumer::NullConsumer(const testing::Folder& folder, const testing::Broker& broker)
    : counts_(shared(folder.path() / "count")),
      process_({CHIENG_CEILING, "count", broker.url(), "chieng/1/23656/+/events/+", folder.path() / "count"}, folder.path() / "count.log") {
    while (counts_[1] == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

const std::atomic<std::uint64_t>* NullConsumer::shared(const std::filesystem::path& file) {
    const int handle = ::open(file.c_str(), O_RDWR | O_CREAT, 0600);
    if (handle < 0 || ::ftruncate(handle, 4096) != 0) {
        throw std::runtime_error("cannot share a counter");
    }
    const void* memory = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, handle, 0);
    ::close(handle);
    return static_cast<const std::atomic<std::uint64_t>*>(memory);
}

std::string number(double value, const char* format) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

void row(const std::string& what, const std::string& measured, const std::string& of, const std::string& target, bool reached) {
    std::printf("   %-66s %10s  %-44s %-10s %s\n", what.c_str(), measured.c_str(), of.c_str(), target.c_str(),
                target.empty() ? ""
                : reached      ? "yes"
                               : "NO");
    std::fflush(stdout);
}

}  // namespace chieng::bench
