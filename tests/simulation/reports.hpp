// SPDX-License-Identifier: Apache-2.0
// What people report: events of every type, mostly right, sometimes wrong in ways that only the service can tell, now and then a
// correction; of an official also decisions that two events are one, and erasures of households.
#pragma once

#include "chieng/v1/event.pb.h"
#include "services/runtime/core/time.hpp"
#include "tests/simulation/checks.hpp"
#include "tests/simulation/random.hpp"

#include <map>
#include <string>
#include <vector>

namespace chieng::simulation {

class Reports {
public:
    using Posted = std::map<Id, std::vector<v1::Event>>;

    Reports(std::uint64_t seed, const std::string& device)
        : random_(seed, "reports of " + device), erasures_left_(Random(seed, "erasures").chance({1, 4}) ? 2 : 0) {}

    // Without its sequence. `posted`: what all devices posted to this service.
    [[nodiscard]] v1::Event draw(const std::string& service, const std::string& device, v1::Role role, Day today, const Posted& posted);

private:
    [[nodiscard]] v1::Event any_of_three(const std::string& service, Day today);
    void decide(v1::Event& event, const std::string& service, const Posted& posted);
    void erase(v1::Event& event, const Posted& posted);
    void fill_session(v1::SessionHeld& session);
    void fill_support(v1::HouseholdSupported& support);
    void fill_award(v1::CommendationAwarded& award, Day today);
    void correct(v1::Event& event, const std::string& device, v1::Role role, const Posted& posted);
    [[nodiscard]] std::string reference(const std::string& kind, std::uint64_t different) {
        return kind + secret + "-" + std::to_string(random_.below(different));
    }
    [[nodiscard]] std::uint32_t number(std::uint64_t most) { return static_cast<std::uint32_t>(random_.below(most + 1)); }

    Random random_;
    unsigned erasures_left_;  // each costs slow hashes
};

}  // namespace chieng::simulation
