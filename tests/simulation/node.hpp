// SPDX-License-Identifier: Apache-2.0
// A production component in its simulated process: a disk, a clock that may be wrong, a link, and a life that may end at
// any write, between a commit and the actions that follow it, or at any time.
#pragma once

#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/store.hpp"
#include "tests/simulation/broker.hpp"
#include "tests/simulation/checks.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/faults.hpp"
#include "tests/simulation/meddler.hpp"
#include "tests/simulation/schedule.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace chieng::simulation {

// What all parts of a world share.
struct Around {
    Schedule& schedule;
    Broker& broker;
    Checks& checks;
    Trace& trace;
    const Faults& faults;  // as of now
    std::function<void(const std::string&)> say;
    // Known-bad worlds put something between the component and its store, and between it and its link.
    std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)> wrap_service_store;
    std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)> wrap_gateway_store;
    MakeMeddler make_meddler;
    std::function<std::size_t(std::size_t)> blocks_are_cut_at;
};

class Node {
public:
    // `component`: device, service or gateway.
    Node(Around& around, const std::string& component, std::string name, std::uint64_t seed);
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    Node(Node&&) = delete;
    Node& operator=(Node&&) = delete;
    virtual ~Node() = default;

    void start();
    // The process will end at one of its next writes; or between its next commit and the last action after it.
    void die_at_write() { disk_.stop_at(random_.below(12)); }
    void die_after_commit() { dies_after_commit_ = true; }
    void kill();
    // It is asked to end, and may write down what it wants to keep.
    void stop();
    // It has nothing bad before it any more.
    void heal();
    [[nodiscard]] bool runs() const { return runs_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Disk& disk() { return disk_; }
    [[nodiscard]] const Disk& disk() const { return disk_; }
    [[nodiscard]] std::uint64_t deaths() const { return deaths_; }
    // Messages that it handed over and that say something.
    [[nodiscard]] std::uint64_t news() const { return news_; }
    void cut_link(Millis until) { around_.broker.cut(client_, until); }
    [[nodiscard]] Instant now() const;

    std::chrono::seconds clock_error{0};

protected:
    // Reads everything from the disk; throws Broken.
    virtual void open() = 0;
    virtual void close() = 0;
    virtual Actions handle(std::span<const Input> inputs, Instant now) = 0;
    virtual void stopping() {}
    virtual void dying() {}
    virtual void leaving(const Message& /*message*/) {}
    virtual void check_bounds(const Actions& actions) const { around_.checks.bounds(actions); }

    // Runs work that writes; false when the process did not outlive it.
    bool unit(const std::function<void()>& work);
    [[nodiscard]] std::unique_ptr<SqliteStore> open_store() { return std::make_unique<SqliteStore>(name_ + ".db", disk_.vfs()); }

    Around& around_;
    Random random_;

private:
    void give(Input input);
    void drain();
    void carry_out(const Actions& actions);
    void beat(Millis wait);
    void broken(const std::string& why);
    void end(bool power);

    std::string name_;
    Disk disk_;
    Broker::Client client_;
    std::unique_ptr<Meddler> meddler_;
    bool runs_ = false;
    bool dies_after_commit_ = false;
    std::uint64_t life_ = 0;
    std::uint64_t beat_ = 0;
    Millis next_beat_{0};
    Millis beat_wait_{0};
    std::deque<Input> inbox_;
    bool drain_is_due_ = false;
    std::uint64_t deaths_ = 0;
    std::uint64_t news_ = 0;
    unsigned failed_starts_ = 0;
};

}  // namespace chieng::simulation
