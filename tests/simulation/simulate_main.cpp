// SPDX-License-Identifier: Apache-2.0
// Replays seeds of the simulated world: simulate --seed N [--seeds COUNT] [--verbose] [--rough] [--known-bad NAME]
#include "tests/simulation/world.hpp"

#include <google/protobuf/stubs/logging.h>

#include <chrono>
#include <cstdio>
#include <string_view>

using namespace chieng::simulation;

int main(int argc, char** argv) {
    google::protobuf::SetLogHandler(nullptr);
    std::uint64_t seed = 1;
    std::uint64_t count = 1;
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view flag = argv[i];
        if (flag == "--verbose") {
            options.verbose = true;
        } else if (flag == "--rough") {
            options.rough = true;
        } else if (i + 1 < argc && flag == "--known-bad") {
            options.known_bad = argv[++i];
        } else if (i + 1 < argc && flag == "--seed") {
            seed = std::stoull(argv[++i]);
        } else if (i + 1 < argc && flag == "--seeds") {
            count = std::stoull(argv[++i]);
        } else {
            std::fprintf(stderr, "usage: simulate --seed N [--seeds COUNT] [--verbose] [--rough] [--known-bad NAME]\n");
            return 2;
        }
    }
    std::uint64_t failed = 0;
    const auto began = std::chrono::steady_clock::now();
    for (auto at = seed; at < seed + count; ++at) {
        const auto report = World(at, options).run();
        failed += report.holds() ? 0U : 1U;
        if (!report.holds() || count == 1) {
            std::printf("%s\n", report.text().c_str());
            std::fflush(stdout);
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::printf("%lu seeds, %lu fail, %.1f s, %.1f seeds/s\n", count, failed, took.count(), static_cast<double>(count) / took.count());
    return failed == 0 ? 0 : 1;
}
