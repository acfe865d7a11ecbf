// SPDX-License-Identifier: Apache-2.0
// JSON and CloudEvents of foreign clients: refused with words, or events that are the same each time the text comes.
#include "services/runtime/core/json.hpp"

#include "chieng/v1/event.pb.h"
#include "tests/fuzz/fuzz.hpp"

namespace chieng::testing::fuzz_json {
namespace {

void take(const std::uint8_t* data, std::size_t size) {
    const std::string text(text_of_input(data, size));
    store::v1::FrozenEvents first;
    static_cast<void>(is_json(text));
    const auto unreadable = from_json(text, first);
    for (const auto& one : unreadable) {
        must(!one.error.empty() && one.error.size() <= 200 && one.error.find('\n') == std::string::npos, "a refusal says why, in a line");
    }
    store::v1::FrozenEvents second;
    must(from_json(text, second).size() == unreadable.size(), "the same text is accepted, or refused, again");
    must(first.SerializeAsString() == second.SerializeAsString(), "the same text is the same events");
    for (const auto& bytes : first.events()) {
        v1::Event event;
        must(event.ParseFromString(bytes), "a frozen event can be read");
    }
}

const Target target("json", take);

}  // namespace
}  // namespace chieng::testing::fuzz_json
