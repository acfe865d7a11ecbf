// SPDX-License-Identifier: Apache-2.0
#include "tests/support/statements.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include <stdlib.h>

namespace chieng::testing {

std::string unzipped(const std::string& workbook, const std::string& part) {
    std::string folder = (std::filesystem::temp_directory_path() / "chieng-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
        return {};
    }
    std::ofstream(folder + "/file.xlsx", std::ios::binary) << workbook;
    const auto command = "unzip -p '" + folder + "/file.xlsx' '" + part + "'";
    std::string text;
    if (FILE* pipe = ::popen(command.c_str(), "r"); pipe != nullptr) {
        std::array<char, 4096> buffer{};
        while (const auto size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
            text.append(buffer.data(), size);
        }
        static_cast<void>(::pclose(pipe));
    }
    std::filesystem::remove_all(folder);
    return text;
}

}  // namespace chieng::testing
