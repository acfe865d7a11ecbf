// SPDX-License-Identifier: Apache-2.0
// The simulated world: the production components of a commune and its district on one thread, one queue and one seed.
// Warm-up, safety with faults, heal, liveness, final check of I1 to I10.
#pragma once

#include "tests/simulation/faults.hpp"
#include "tests/simulation/parts.hpp"
#include "tests/simulation/visitors.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace chieng::simulation {

struct Options {
    bool verbose = false;
    std::string known_bad;  // a fault of the program that the checks must find; empty: none
    bool rough = false;     // whatever the seed says, processes die in the middle of their units
};

struct Report {
    std::uint64_t seed = 0;
    std::string replay;     // the arguments of simulate that play it again
    std::string invariant;  // that does not hold; empty: all do
    std::string message;
    std::uint64_t trace = 0;
    std::uint64_t journalled = 0;
    std::uint64_t receipts = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t deaths = 0;
    std::int64_t days = 0;

    [[nodiscard]] bool holds() const { return invariant.empty(); }
    // One line, with what replays it.
    [[nodiscard]] std::string text() const;
};

class World {
public:
    World(std::uint64_t seed, const Options& options);

    [[nodiscard]] Report run();

private:
    void play();
    void begin();
    void report_now_and_then(Millis until);
    void fail_now_and_then(Millis until);
    void fail(Random& random);
    void heal();
    // Grows with each message that says something, and with each process that ends.
    [[nodiscard]] std::uint64_t news();
    [[nodiscard]] std::string unsettled() const;
    void check();
    [[nodiscard]] Journals journals() const;
    [[nodiscard]] std::vector<Node*> nodes();
    void say(const std::string& what) const;

    std::uint64_t seed_;
    Options options_;
    Random random_;
    Faults drawn_;
    Faults now_;
    Schedule schedule_;
    Trace trace_;
    Checks checks_;
    Broker broker_;
    Around around_;
    Officer officer_;
    std::vector<std::unique_ptr<DeviceNode>> devices_;
    std::vector<std::unique_ptr<ServiceNode>> services_;
    std::unique_ptr<GatewayNode> commune_gateway_;
    std::unique_ptr<GatewayNode> district_gateway_;
    std::vector<std::unique_ptr<Foreign>> foreigners_;
    std::vector<std::unique_ptr<Auditor>> auditors_;
    bool reporting_ = true;
};

}  // namespace chieng::simulation
