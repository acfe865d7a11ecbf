// SPDX-License-Identifier: Apache-2.0
// A year and a little more of a few communes, drawn by a seed: events of every type, with small pools of names so that they meet,
// figures within their bounds, days at the edges of both calendars, late arrival in any order, and corrections of all kinds, also of
// corrections and before what they correct. Most are valid; what a service refuses is not stored and does not count.
#pragma once

#include "chieng/v1/event.pb.h"
#include "services/runtime/core/places.hpp"
#include "services/runtime/core/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace chieng::recount {

// An event on its way to a service, in the order in which they arrive, each a second of its own.
struct Sent {
    std::string commune;
    std::string service;
    std::string device;
    std::uint64_t arrives_at = 0;
    v1::Event event;
    std::size_t drawn = 0;  // its place in the order in which they happened to be drawn
};

[[nodiscard]] std::vector<std::string> communes_of(std::uint64_t seed);
// A few villages of each commune, so that there is much to count in each.
[[nodiscard]] std::vector<std::string> villages_used(const Places& places, const std::string& commune);

// One event of that day and of a type that this service takes, but no decision about two events and no erasure; without its sequence.
[[nodiscard]] v1::Event random_event(std::uint64_t seed, const std::string& service, const std::string& commune, Day day,
                                     const Places& places);

[[nodiscard]] std::vector<Sent> random_year(std::uint64_t seed, std::size_t events, const Places& places);

}  // namespace chieng::recount
