// SPDX-License-Identifier: Apache-2.0
#include "tests/support/folder.hpp"
#include "tests/support/statements.hpp"

#include <array>
#include <cstdio>
#include <fstream>

namespace chieng::testing {

std::string unzipped(const std::string& workbook, const std::string& part) {
    const Folder folder;
    const auto file = (folder.path() / "file.xlsx").string();
    std::ofstream(file, std::ios::binary) << workbook;
    const auto command = "unzip -p '" + file + "' '" + part + "'";
    std::string text;
    if (FILE* pipe = ::popen(command.c_str(), "r"); pipe != nullptr) {
        std::array<char, 4096> buffer{};
        while (const auto size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
            text.append(buffer.data(), size);
        }
        static_cast<void>(::pclose(pipe));
    }
    return text;
}

}  // namespace chieng::testing
