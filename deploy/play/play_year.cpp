// SPDX-License-Identifier: Apache-2.0
// For the demonstration: posts one month of 2022 of Kbang's communes into outboxes on disk, through the same library as
// chieng-field. The figures are invented, with poverty between communes spread as in the plan's district; some phones have no
// signal for a month and some people err and correct themselves.
#include "deploy/play/pen.hpp"
#include "services/runtime/host/places.hpp"
#include "services/runtime/host/program.hpp"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    using namespace chieng;
    return guarded([&] {
        if (argc != 3) {
            throw std::invalid_argument("play-year FOLDER MONTH");
        }
        const auto places = load_places("");
        int posted = 0;
        for (const auto& commune : places.ever_below("625")) {
            play::Pen pen(places, argv[1], commune, std::atoi(argv[2]));
            play::play_session(pen);
            play::play_household(pen);
            play::play_commendation(pen);
            play::play_culture(pen);
            play::play_monitoring(pen);
            posted += pen.posted();
        }
        std::printf("%d\n", posted);
        return 0;
    });
}
