// SPDX-License-Identifier: Apache-2.0
// Which faults a world has: each kind is on or off for the whole run, then has a rate; the limits that are parameters are
// drawn with them.
#pragma once

#include "tests/simulation/broker.hpp"
#include "tests/simulation/random.hpp"

#include <cstddef>

namespace chieng::simulation {

struct Faults {
    Broker::Weather weather;
    Ratio power_fails;  // of deaths: with the machine
    Ratio sync_fails;
    // Per hour of the safety phase.
    Ratio dies_at_any_time;
    Ratio dies_at_write;
    Ratio dies_after_commit;  // before the last action that follows it
    Ratio cut;
    Ratio silence;  // of a device, for weeks
    Ratio broker_restart;
    Ratio broker_forgets;  // of restarts
    Ratio full_disk;
    Ratio wrong_clock;
    // Of what a foreign client sends.
    Ratio garbage;

    std::size_t batch_max = 64;  // inputs at once
    std::size_t queue_max = 4096;

    [[nodiscard]] static Faults none() { return {}; }
    [[nodiscard]] static Faults draw(Random& random);
};

}  // namespace chieng::simulation
