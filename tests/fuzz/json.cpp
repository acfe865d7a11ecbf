// SPDX-License-Identifier: Apache-2.0
// JSON and CloudEvents of foreign clients: refused with words, or events that are the same each time the text comes.
#include "services/runtime/core/json.hpp"

#include "chieng/v1/event.pb.h"
#include "tests/fuzz/fuzz.hpp"

using namespace chieng;
using namespace chieng::testing;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(text_of_input(data, size));
    store::v1::FrozenEvents first;
    std::string error;
    static_cast<void>(is_json(text));
    if (!from_json(text, first, error)) {
        must(!error.empty() && error.size() <= 200 && error.find('\n') == std::string::npos, "a refusal says why, in a line");
        return 0;
    }
    store::v1::FrozenEvents second;
    must(from_json(text, second, error), "the same text is accepted again");
    must(first.SerializeAsString() == second.SerializeAsString(), "the same text is the same events");
    for (const auto& bytes : first.events()) {
        v1::Event event;
        must(event.ParseFromString(bytes), "a frozen event can be read");
    }
    return 0;
}
