// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/faults.hpp"

namespace chieng::simulation {

Faults Faults::draw(Random& random) {
    const auto maybe = [&](std::uint64_t rarest, std::uint64_t most_often) {
        const auto in = random.between(most_often, rarest);
        return random.chance({1, 2}) ? Ratio{1, in} : Ratio{};
    };
    Faults drawn;
    drawn.weather.lose = maybe(100, 4);
    drawn.weather.repeat = maybe(50, 3);
    drawn.weather.truncate = maybe(100, 10);
    drawn.weather.overtake = random.chance({1, 2});
    constexpr std::uint64_t delays[] = {1, 200, 10'000, 600'000};
    drawn.weather.delay_max = Millis(static_cast<std::int64_t>(delays[random.below(4)]));
    constexpr std::size_t queues[] = {2, 16, 4096};
    drawn.weather.queue_max = queues[random.below(3)];
    drawn.power_fails = random.chance({1, 4}) ? Ratio{} : Ratio{1, random.between(1, 4)};
    drawn.sync_fails = maybe(200, 20);
    drawn.dies_at_any_time = maybe(1000, 50);
    drawn.dies_at_write = maybe(1000, 30);
    drawn.dies_after_commit = maybe(1000, 30);
    drawn.cut = maybe(500, 20);
    drawn.silence = maybe(1000, 200);
    drawn.broker_restart = maybe(400, 20);
    drawn.broker_forgets = random.chance({1, 2}) ? Ratio{1, 1} : Ratio{1, 2};
    drawn.full_disk = maybe(400, 50);
    drawn.wrong_clock = maybe(400, 50);
    drawn.garbage = maybe(10, 2);
    constexpr std::size_t batches[] = {1, 4, 64};
    drawn.batch_max = batches[random.below(3)];
    drawn.queue_max = queues[random.below(3)];
    return drawn;
}

}  // namespace chieng::simulation
