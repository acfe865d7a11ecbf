// SPDX-License-Identifier: Apache-2.0
// Two thousand who follow one gateway while events come in: what they are told, how late, what it costs the gateway.
#include "tests/bench/followers.hpp"
#include "tests/support/http.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <thread>

namespace chieng::bench {

using namespace testing;

namespace {

constexpr int events_per_second = 500;
constexpr double fold_seconds = 6;
constexpr double memory_mb = 64;  // more: a hundred full queues of 256 KiB, and 16 KiB for each connection

struct Alone {
    double p50 = 0;
    double p99 = 0;
    double rate = 0;  // events folded per second
    double cpu = 0;   // of the gateway, per event in microseconds
    double peak_mb = 0;
};

Alone without_followers(District& district, std::uint64_t events) {
    Alone alone;
    forget_peak(*district.chain.district);
    const auto heard = Steady(district, events, events_per_second).heard();
    auto late = heard.latencies();
    alone.p50 = percentile(late, 0.5);
    alone.p99 = percentile(late, 0.99);
    alone.rate = static_cast<double>(events) / heard.seconds;
    alone.cpu = heard.gateway_cpu / static_cast<double>(events) * 1e6;
    alone.peak_mb = usage_of(*district.chain.district).peak_mb;
    return alone;
}

struct Fold {
    double cells_per_second = 0;
    double cores = 0;  // that the gateway took
};

Fold fold_at_full_speed(District& district, Followers* followers) {
    const auto before = cpu_of(*district.chain.district);
    const auto began = Clock::now();
    FullSpeed full(district, fold_seconds);
    while (!full.ended()) {
        if (followers != nullptr) {
            followers->pump(5);
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    const auto cores = (cpu_of(*district.chain.district) - before) / seconds_since(began);
    const auto rate = full.cells_per_second();
    return {rate, cores};
}

void begin(Followers& followers) {
    for (const auto began = Clock::now(); !followers.all_began();) {
        followers.pump(10);
        if (followers.lost() > 0 || seconds_since(began) > 30) {
            throw std::runtime_error("not all who follow were let in");
        }
    }
}

void say_completeness(const Followers& followers, const Heard& heard, int reading, std::uint64_t last) {
    const auto left_out = followers.left_out(heard);
    const bool complete = left_out == 0 && followers.lost() == 0 && followers.all_at(last);
    row(std::to_string(reading) + " readers at 500/s: changes that one was not told", std::to_string(left_out),
        std::to_string(heard.cells.size()) + " changes on MQTT, " +
            number(static_cast<double>(followers.bytes()) / 1e6 / heard.seconds, "%.0f") + " MB/s told",
        "0", complete);
    auto late = followers.since_published(heard);
    row("… from MQTT to a reader, p50 and p99", number(percentile(late, 0.5), "%.0f") + ", " + number(percentile(late, 0.99), "%.0f"), "ms",
        "", true);
    auto since_post = followers.since_posted(heard);
    const auto p99 = percentile(since_post, 0.99);
    row("… from the post to a reader, p50 and p99", number(percentile(since_post, 0.5), "%.0f") + ", " + number(p99, "%.0f"), "ms",
        "p99 <= 1000", p99 <= 1000);
}

// At full speed broker, readers and gateway share the processors: what is lost there is not the gateway's alone.
void say_full_speed(const Fold& with, const Fold& without) {
    row("cells folded per second at full speed, while all follow", number(with.cells_per_second / without.cells_per_second),
        "without them " + number(without.cells_per_second, "%.0f") + "/s; gateway on " + number(with.cores) + " and " +
            number(without.cores) + " cores",
        "", true);
}

void say_fold(const Heard& with, const Alone& without) {
    auto late = with.latencies();
    const auto p50 = percentile(late, 0.5);
    const auto events = static_cast<double>(with.posted.size());
    const auto rate = events / with.seconds;
    row("… events folded per second", number(rate / without.rate), "without them " + number(without.rate, "%.0f") + "/s", ">= 0.95",
        rate >= 0.95 * without.rate);
    row("… post to the district's cell on MQTT, p50 and p99", number(p50, "%.0f") + ", " + number(percentile(late, 0.99), "%.0f"),
        "ms; without them " + number(without.p50, "%.0f") + ", " + number(without.p99, "%.0f"), "", true);
    row("… processor of the gateway per event", number(with.gateway_cpu / events * 1e6, "%.0f") + " us",
        "without them " + number(without.cpu, "%.0f") + " us", "", true);
}

}  // namespace

void many_follow(District& district, int reading, int silent, int seconds) {
    std::printf("== %d follow over Server-Sent Events, %d of them never read, %d events a second\n", reading + silent, silent,
                events_per_second);
    const auto& gateway = *district.chain.district;
    const auto events = static_cast<std::uint64_t>(seconds) * events_per_second;
    const auto alone = without_followers(district, events / 2);
    auto followers = std::make_unique<Followers>(district.port, reading, silent);
    begin(*followers);
    Steady steady(district, events, events_per_second);
    while (!steady.ended()) {
        followers->pump(5);
    }
    const auto heard = steady.heard();
    const auto last = heard.blocks.empty() ? 0 : heard.blocks.back().last;
    for (const auto began = Clock::now(); !followers->all_at(last) && seconds_since(began) < 10;) {
        followers->pump(5);
    }
    const auto peak = usage_of(gateway).peak_mb;
    const auto left = samples(http(district.port, "GET", "/metrics").body).at("chieng_http_followers");
    say_completeness(*followers, heard, reading, last);
    say_fold(heard, alone);
    row("… memory of the gateway, peak", number(peak, "%.0f") + " MB",
        "without them " + number(alone.peak_mb, "%.0f") + " MB; " + number(left, "%.0f") + " still connected",
        "<= " + number(alone.peak_mb + memory_mb, "%.0f") + " MB", peak <= alone.peak_mb + memory_mb);
    followers->forget();
    const auto with = fold_at_full_speed(district, followers.get());
    followers.reset();
    say_full_speed(with, fold_at_full_speed(district, nullptr));
}

}  // namespace chieng::bench
