// SPDX-License-Identifier: Apache-2.0
// The district's side, in one run on one machine: a real broker, a real commune and a district's gateway with a year of all its
// communes. Clients are threads of this program; all of it listens on the loopback only.
#include "tests/bench/district_rig.hpp"
#include "tests/bench/http_load.hpp"

#include <cstdio>
#include <stdexcept>
#include <thread>

#include <sys/resource.h>

namespace chieng::bench {

using namespace testing;

namespace {

constexpr int few = 128;
constexpr int many = 1000;
constexpr double read_seconds = 4;
constexpr const char* table_path = "/api/v1/table?period=2022";

// The same server with bytes of that size ready in memory.
struct StaticFile {
    StaticFile(const Folder& folder, std::size_t size)
        : process({CHIENG_CEILING, "bytes", "127.0.0.1:" + std::to_string(port), std::to_string(size)}, folder.path() / "bytes.log") {
        if (!eventually(std::chrono::seconds(10), [&] { return answers(); })) {
            throw std::runtime_error("the ceiling does not listen");
        }
    }
    [[nodiscard]] bool answers() const {
        try {
            return requests(port, "/", 1, 0).bytes > 0;
        } catch (const std::runtime_error&) {
            return false;
        }
    }

    int port = free_port();
    Process process;
};

std::uint64_t option(int argc, char** argv, const std::string& name, std::uint64_t otherwise) {
    for (int i = 1; i + 1 < argc; ++i) {
        if (argv[i] == name) {
            return std::stoull(argv[i + 1]);
        }
    }
    return otherwise;
}

// Scenarios may be named; without a name all are played.
bool is_wanted(int argc, char** argv, std::string_view scenario) {
    bool any = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word(argv[i]);
        if (word == "--only") {
            any = true;
        }
        if (any && word == scenario) {
            return true;
        }
    }
    return !any;
}

void say_rate(const std::string& what, const Rate& ours, const Rate& ceiling, int clients) {
    row(what + ", " + std::to_string(clients) + " clients", number(ours.per_second / ceiling.per_second),
        "ready bytes " + number(ceiling.per_second, "%.0f") + "/s; ours " + number(ours.per_second, "%.0f") + "/s, " +
            number(clients / ours.per_second * 1e3, "%.0f") + " ms each",
        ">= 0.5", ours.per_second >= 0.5 * ceiling.per_second);
}

void run(int argc, char** argv) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    District district;
    std::printf("   %-66s %10s  %-44s %-10s\n", "what", "measured", "against", "wanted");
    std::printf("   the district's board has had %zu cells\n", district.cells);
    // Those who follow come first: what the others take of memory stays with the process.
    if (is_wanted(argc, argv, "followers")) {
        const auto all = static_cast<int>(option(argc, argv, "--followers", 2000));
        many_follow(district, all - all / 20, all / 20, static_cast<int>(option(argc, argv, "--seconds", 20)));
    }
    if (is_wanted(argc, argv, "table")) {
        table_over_http(district);
    }
    if (is_wanted(argc, argv, "page")) {
        first_visit(district);
    }
    if (is_wanted(argc, argv, "workbook")) {
        workbook(district);
    }
}

}  // namespace

// While the board changes, everybody waits for the next reading of it, so that only many together can take all that the server gives.
void table_over_http(District& district) {
    const auto size = requests(district.port, table_path, 1, 0.1).bytes;
    std::printf("== the table of the year over HTTP: all indicators, 14 communes, %zu bytes of JSON; connections are kept\n", size);
    const StaticFile file(district.data, size);
    for (const int clients : {few, many}) {
        const auto ceiling = requests(file.port, "/", clients, read_seconds);
        say_rate("nothing changes", requests(district.port, table_path, clients, read_seconds), ceiling, clients);
    }
    constexpr int per_second = 500;
    Steady steady(district, per_second * static_cast<std::uint64_t>(4 * read_seconds + 10), per_second);
    std::this_thread::sleep_for(std::chrono::seconds(2));
    for (const int clients : {few, many}) {
        const auto ceiling = requests(file.port, "/", clients, read_seconds);
        say_rate("500 events/s change it", requests(district.port, table_path, clients, read_seconds), ceiling, clients);
    }
    if (steady.ended()) {
        throw std::runtime_error("the events ended too early");
    }
    auto late = steady.heard().latencies();
    row("… post to the district's cell meanwhile, p50 and p99",
        number(percentile(late, 0.5), "%.0f") + ", " + number(percentile(late, 0.99), "%.0f"), "ms", "", true);
}

}  // namespace chieng::bench

int main(int argc, char** argv) {
    try {
        chieng::bench::run(argc, argv);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
