// SPDX-License-Identifier: Apache-2.0
// Programs that are broken on purpose, one for each invariant: each changes one production part in a way that somebody could
// have written. Checks that do not find them find nothing.
#pragma once

#include "tests/simulation/node.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chieng::simulation {

struct KnownBad {
    std::string_view name;
    std::string_view invariant;  // that it breaks
    void (*spoil)(Around&);
};

[[nodiscard]] const std::vector<KnownBad>& known_bad();
// Throws std::invalid_argument, which lists the names, for an unknown one.
[[nodiscard]] const KnownBad& known_bad(std::string_view name);

}  // namespace chieng::simulation
