// SPDX-License-Identifier: Apache-2.0
// A folder of a test's own, and whether its files have certain bytes.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include <stdlib.h>

namespace chieng::testing {

// It goes when the test ends.
class Folder {
public:
    explicit Folder(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string pattern = (parent / "chieng-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no temporary folder");
        }
        path_ = pattern;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    Folder(Folder&&) = delete;
    Folder& operator=(Folder&&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    // Whether any file in it has these bytes.
    [[nodiscard]] bool holds(std::string_view bytes) const;

private:
    std::filesystem::path path_;
};

// All of a file; empty when there is none.
inline std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline bool Folder::holds(std::string_view bytes) const {
    for (const auto& each : std::filesystem::directory_iterator(path_)) {
        if (text_of(each.path()).find(bytes) != std::string::npos) {
            return true;
        }
    }
    return false;
}

}  // namespace chieng::testing
