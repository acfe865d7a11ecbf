// SPDX-License-Identifier: Apache-2.0
// Plays the stories named on the command line.
#include "tests/scenario/story.hpp"

#include <cstdio>
#include <fstream>

int main(int argc, char** argv) {
    int failed = argc < 2 ? 1 : 0;
    for (int i = 1; i < argc; ++i) {
        std::ifstream text(argv[i]);
        try {
            chieng::testing::Story(argv[i]).play(text);
        } catch (const std::runtime_error& error) {
            std::fprintf(stderr, "%s\n", error.what());
            failed = 1;
        }
    }
    return failed;
}
