// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.hpp"

#include <map>

namespace chieng::testing {
namespace {

std::map<std::string, Target::Take, std::less<>>& targets() {
    static std::map<std::string, Target::Take, std::less<>> all;
    return all;
}

}  // namespace

Target::Target(const char* name, Take take) {
    targets().emplace(name, take);
}

Target::Take Target::named(std::string_view name) {
    const auto found = targets().find(name);
    if (found == targets().end()) {
        std::fprintf(stderr, "the first argument is a target, one of:");
        for (const auto& [known, take] : targets()) {
            std::fprintf(stderr, " %s", known.c_str());
        }
        std::fprintf(stderr, "\n");
        std::exit(64);
    }
    return found->second;
}

}  // namespace chieng::testing
