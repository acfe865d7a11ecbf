// SPDX-License-Identifier: Apache-2.0
// A golden file: what it holds, or, when CHIENG_WRITE_GOLDEN is set, what it shall hold from now on.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace chieng::testing {

inline std::filesystem::path golden_path(const std::string& file) {
    return std::filesystem::path(CHIENG_GOLDEN) / file;
}

inline std::string held(const std::string& file, const std::string& now) {
    if (std::getenv("CHIENG_WRITE_GOLDEN") != nullptr) {
        std::ofstream(golden_path(file), std::ios::binary) << now;
        return now;
    }
    std::ifstream in(golden_path(file), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace chieng::testing
