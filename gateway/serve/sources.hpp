// SPDX-License-Identifier: Apache-2.0
// Which feeds the gateway of a place follows.
#pragma once

#include "gateway/indicator/definitions.hpp"
#include "services/runtime/core/places.hpp"

#include <string>
#include <vector>

namespace chieng {

struct Source {
    std::string place;
    std::string feed;
    [[nodiscard]] std::string name() const { return place + "/" + feed; }
    friend bool operator==(const Source&, const Source&) = default;
};

// A commune follows its services' journals, a place above the cells of every commune that was ever its own. What villages brought along
// from another commune, their new one reads in that one's cells, and so do the places above it; and in its journals, what the latest is
// asked of. What the new one says in place of what the old one said, that one reads in the new one's cells. Of a commune that goes on no
// journal is read in which there is a person or a household (invariant I8).
// Throws std::invalid_argument for a place that the register does not know.
[[nodiscard]] std::vector<Source> sources_of(const std::string& place, const Places& places, const Definitions& definitions,
                                             const std::vector<std::string>& services);

// Without those of communes that go on: whether they run is theirs to see to.
[[nodiscard]] std::vector<Source> needed_sources_of(const std::string& place, const Places& places, const Definitions& definitions,
                                                    const std::vector<std::string>& services);

}  // namespace chieng
