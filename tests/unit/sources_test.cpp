// SPDX-License-Identifier: Apache-2.0
// Which feeds a gateway follows: the places that were and will be its own, and no household of a commune that goes on.
#include "gateway/serve/sources.hpp"

#include "tests/support/definitions.hpp"
#include "tests/support/events.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

namespace sources_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

using Names = std::set<std::string>;

const std::vector<std::string> services{"session", "household", "commendation", "culture", "monitoring"};

Names followed(const std::string& place) {
    Names names;
    for (const auto& source : sources_of(place, kbang(), definitions(), services)) {
        names.insert(source.name());
    }
    return names;
}

Names needed(const std::string& place) {
    Names names;
    for (const auto& source : needed_sources_of(place, kbang(), definitions(), services)) {
        names.insert(source.name());
    }
    return names;
}

// Of what is followed, the feeds of another place.
Names of(const Names& names, const std::string& place) {
    Names found;
    std::copy_if(names.begin(), names.end(), std::inserter(found, found.end()),
                 [&](const std::string& name) { return name.starts_with(place + "/"); });
    return found;
}

}  // namespace

TEST_CASE("a commune follows its own services first, and the cells of those that its villages came from or went to") {
    const auto sources = sources_of("23656", kbang(), definitions(), services);
    REQUIRE(sources.size() == services.size() + 1);
    for (std::size_t i = 0; i < services.size(); ++i) {
        CHECK(sources[i] == Source{"23656", services[i]});
    }
    CHECK(sources.back() == Source{"23638", "cells"});  // where its villages are since July 2025
    CHECK(followed("23650") == Names{"23650/session", "23650/household", "23650/commendation", "23650/culture", "23650/monitoring"});
}

TEST_CASE("who carries on a commune that ended reads its journals, of what the latest is asked of") {
    CHECK(of(followed("23638"), "23656") == Names{"23656/cells", "23656/session", "23656/household", "23656/culture", "23656/monitoring"});
}

TEST_CASE("of a commune that goes on nobody reads a journal with persons or households") {
    CHECK(of(followed("23662"), "23674") == Names{"23674/cells", "23674/culture", "23674/monitoring"});
    for (const auto* place : {"23638", "23644", "23647", "23650", "23656", "23662", "23671", "23674"}) {
        for (const auto& other : kbang().came_from(place)) {
            CAPTURE(place, other);
            const auto names = followed(place);
            CHECK(names.contains(other + "/household") == kbang().carries_on(place, other));
            CHECK(names.contains(other + "/session") == kbang().carries_on(place, other));
        }
    }
}

TEST_CASE("a district and a province follow cells, and nothing else") {
    for (const auto* place : {"625", "52"}) {
        const auto names = followed(place);
        CHECK(names.size() >= 6);
        CHECK(std::all_of(names.begin(), names.end(), [](const std::string& name) { return name.ends_with("/cells"); }));
    }
    CHECK(followed("625").contains("23656/cells"));
    CHECK(followed("52").contains("23656/cells"));  // whose villages lie there now
    CHECK_THROWS_WITH(sources_of("99999", kbang(), definitions(), services), Catch::Contains("not in the register"));
}

TEST_CASE("a status asks for the feeds of others only when they have ended") {
    CHECK(of(needed("23656"), "23638").empty());
    CHECK(of(needed("23638"), "23656") == of(followed("23638"), "23656"));
    CHECK(of(needed("23662"), "23674").empty());
    CHECK(needed("625") == followed("625"));
}

}  // namespace sources_test
