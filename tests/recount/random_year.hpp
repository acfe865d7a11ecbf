// SPDX-License-Identifier: Apache-2.0
// A year and a little more of a few communes, drawn by a seed: events of every type, with small pools of names so that they meet,
// figures within their bounds, days at the edges of both calendars, late arrival in any order, and corrections of all kinds, also of
// corrections and before what they correct. Most are valid; what a service refuses is not stored and does not count.
#pragma once

#include "chieng/v1/event.pb.h"
#include "services/runtime/core/places.hpp"
#include "tests/recount/random_event.hpp"

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
[[nodiscard]] std::vector<Sent> random_year(std::uint64_t seed, std::size_t events, const Places& places);

}  // namespace chieng::recount
