// SPDX-License-Identifier: Apache-2.0
// fuzz NAME FOLDER…: gives every file of the folders to the target: each kept input is a regression test under any compiler.
#include "tests/fuzz/fuzz.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

int main(int argc, char** argv) {
    const auto take = chieng::testing::Target::named(argc > 1 ? argv[1] : "");
    int inputs = 0;
    for (int i = 2; i < argc; ++i) {
        for (const auto& file : std::filesystem::directory_iterator(argv[i])) {
            std::printf("%s\n", file.path().c_str());
            std::fflush(stdout);
            std::ifstream in(file.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
            take(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
            ++inputs;
        }
    }
    return inputs > 0 ? 0 : 1;
}
