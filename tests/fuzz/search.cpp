// SPDX-License-Identifier: Apache-2.0
// libFuzzer's program: fuzz NAME CORPUS… -OPTIONS. The name is taken before it reads the rest.
#include "tests/fuzz/fuzz.hpp"

namespace {

chieng::testing::Target::Take chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
    chosen = chieng::testing::Target::named(*argc > 1 ? (*argv)[1] : "");
    for (int i = 1; i + 1 < *argc; ++i) {
        (*argv)[i] = (*argv)[i + 1];
    }
    --*argc;
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen(data, size);
    return 0;
}
