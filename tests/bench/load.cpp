// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/load.hpp"

#include "services/runtime/core/topics.hpp"
#include "tests/support/events.hpp"

#include <chrono>
#include <random>
#include <stdexcept>

namespace chieng::bench {
namespace {

using namespace chieng::testing;

v1::Event an_event_of(std::mt19937_64& random, int service, int device, std::uint64_t sequence) {
    const auto pick = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
    const auto id = std::to_string(device) + "-" + std::to_string(sequence);
    auto event = service == 0   ? a_session_held(sequence)
                 : service == 1 ? a_household_supported(sequence, "S-" + id)
                                : a_commendation_awarded(sequence, "A-" + id);
    event.set_occurred_on(format_day(*parse_day("2022-01-01") + std::chrono::days(pick(300))));
    event.set_village("23656-" + std::string(pick(10) == 9 ? "10" : "0" + std::to_string(1 + pick(9))));
    event.set_organisation(static_cast<v1::Organisation>(1 + pick(10)));
    event.set_recorded_at(1'660'000'000 + pick(1'000'000));
    if (service == 0) {
        auto& session = *event.mutable_session_held();
        session.set_form(static_cast<v1::SessionForm>(1 + pick(10)));
        session.set_topics(0, static_cast<v1::Topic>(1 + pick(17)));
        session.mutable_audience()->set_total(45 + pick(50));
    } else if (service == 1) {
        event.mutable_household_supported()->set_household_key("h" + std::to_string(pick(400)));
        event.mutable_household_supported()->set_kind(static_cast<v1::SupportKind>(1 + pick(14)));
    } else {
        event.set_occurred_on(format_day(*parse_day("2022-03-18") + std::chrono::days(pick(200))));
    }
    return event;
}

}  // namespace

Load make_load(std::uint64_t first, std::uint64_t events, std::size_t per_message) {
    static const std::vector<std::string> services{"session", "household", "commendation"};
    std::mt19937_64 random(first);
    std::vector<std::vector<std::uint64_t>> next(devices, std::vector<std::uint64_t>(services.size(), first));
    Load load;
    while (load.unique < events) {
        const auto device = static_cast<int>(random() % devices);
        const auto draw = random() % 10;
        const auto service = static_cast<std::size_t>(draw < 7 ? 0 : draw < 9 ? 1 : 2);
        v1::Events message;
        const auto name = "d" + std::to_string(device);
        message.set_device(name);
        message.set_commune(commune);
        for (std::size_t i = 0; i < per_message; ++i) {
            auto& sequence = next[static_cast<std::size_t>(device)][service];
            *message.add_events() = an_event_of(random, static_cast<int>(service), device, sequence++);
            load.event_bytes += message.events().rbegin()->ByteSizeLong();
        }
        load.messages.emplace_back(topics::events(commune, services[service], name), message.SerializeAsString());
        load.events += per_message;
        load.unique += per_message;
        if (random() % 20 == 0) {
            load.messages.push_back(load.messages.back());
            load.events += per_message;
        }
    }
    return load;
}

double run_load(Wire& wire, const Load& load, std::size_t per_message, std::uint64_t window, const std::function<std::uint64_t()>& done,
                const Wire::Take& take) {
    const auto began = Clock::now();
    std::uint64_t sent = 0;
    std::size_t at = 0;
    auto moved_at = began;
    std::uint64_t moved = 0;
    while (done() < load.events) {
        while (at < load.messages.size() && sent - done() < window && wire.unsent() < 65'536) {
            wire.publish(load.messages[at].first, load.messages[at].second);
            sent += per_message;
            ++at;
        }
        wire.pump(1, take);
        if (done() != moved) {
            moved = done();
            moved_at = Clock::now();
        } else if (Clock::now() - moved_at > std::chrono::seconds(30)) {
            throw std::runtime_error("no progress for 30 s at " + std::to_string(done()) + " of " + std::to_string(load.events));
        }
    }
    return std::chrono::duration<double>(Clock::now() - began).count();
}

}  // namespace chieng::bench
