// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/sources.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace chieng {
namespace {

// Communes that the villages of this one were in before, or are in after.
std::set<std::string> others_of(const std::string& commune, const Places& places) {
    std::set<std::string> others;
    for (const auto& codes : {places.came_from(commune), places.went_to(commune)}) {
        others.insert(codes.begin(), codes.end());
    }
    return others;
}

std::vector<Source> sources_of_commune(const std::string& commune, const Places& places, const Definitions& definitions,
                                       const std::vector<std::string>& services) {
    std::vector<Source> sources;
    for (const auto& service : services) {
        sources.push_back({commune, service});
    }
    for (const auto& other : others_of(commune, places)) {
        sources.push_back({other, "cells"});
    }
    for (const auto& before : places.came_from(commune)) {
        const bool is_carried = places.carries_on(commune, before);  // with what it knew of its households
        for (const auto& service : is_carried ? definitions.services_of_latest() : definitions.open_services_of_latest()) {
            sources.push_back({before, service});
        }
    }
    return sources;
}

}  // namespace

std::vector<Source> sources_of(const std::string& place, const Places& places, const Definitions& definitions,
                               const std::vector<std::string>& services) {
    if (!places.known(place)) {
        throw std::invalid_argument("--place " + place + " is not in the register of places");
    }
    std::set<std::string> below;
    for (const auto& child : places.ever_below(place)) {
        if (!names_village(child)) {
            below.insert(child);
            const auto lies_below = places.ever_below(child);
            if (!lies_below.empty() && names_village(lies_below.front())) {
                below.merge(others_of(child, places));
            }
        }
    }
    if (below.empty()) {
        return sources_of_commune(place, places, definitions, services);
    }
    std::vector<Source> sources;
    for (const auto& child : below) {
        sources.push_back({child, "cells"});
    }
    return sources;
}

std::vector<Source> needed_sources_of(const std::string& place, const Places& places, const Definitions& definitions,
                                      const std::vector<std::string>& services) {
    auto sources = sources_of(place, places, definitions, services);
    const bool is_of_commune = sources.front().place == place;
    std::erase_if(sources, [&](const Source& source) {
        return is_of_commune && source.place != place && places.find(source.place, Day::max()) != nullptr;
    });
    return sources;
}

}  // namespace chieng
