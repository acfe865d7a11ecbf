// SPDX-License-Identifier: Apache-2.0
// Definitions of indicators that an officer wrote: refused with file and line, or usable by a board.
#include "gateway/indicator/definitions.hpp"

#include "gateway/indicator/board.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/events.hpp"

#include <stdexcept>

namespace chieng::testing::fuzz_definitions {
namespace {

void take(const std::uint8_t* data, std::size_t size) {
    std::optional<Definitions> definitions;
    try {
        definitions = Definitions::load(text_of_input(data, size), "f.txtpb");
    } catch (const std::invalid_argument& error) {
        must(std::string_view(error.what()).starts_with("f.txtpb:"), "a refusal names the file");
        return;
    }
    Board board(*definitions, kbang(), "23656");
    for (const auto& event : {a_session_held(1), a_household_supported(2), a_commendation_awarded(3)}) {
        v1::Entry entry;
        entry.set_device("p-1");
        entry.set_event(event.SerializeAsString());
        entry.set_received_at(1'650'000'000);
        board.apply("23656/all", entry);
    }
    for (const auto* period : {"2022", "2022-H1", "2022-Q2", "2022-04"}) {
        static_cast<void>(board.rows("23656", *Period::parse(v1::OFFICIAL, period)));
    }
    board.forget("23656/all");
    must(board.rows("23656", *Period::parse(v1::OFFICIAL, "2022")).size() <= definitions->all().size(), "a row for an indicator");
}

const Target target("definitions", take);

}  // namespace
}  // namespace chieng::testing::fuzz_definitions
