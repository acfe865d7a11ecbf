// SPDX-License-Identifier: Apache-2.0
// A national list from anywhere: refused with its line, or units and links that make a register without contradiction.
#include "services/runtime/core/place_lists.hpp"

#include "services/runtime/core/places.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <optional>
#include <stdexcept>

namespace chieng::testing::fuzz_place_lists {
namespace {

template <typename Read>
auto read_or_refuse(Read read, std::string_view text) -> std::optional<decltype(read(text, ""))> {
    try {
        return read(text, "list.csv");
    } catch (const std::invalid_argument& error) {
        const std::string_view what = error.what();
        must(what.starts_with("list.csv:") && what.size() > 9 && '0' < what[9] && what[9] <= '9', "a refusal names the line");
        return std::nullopt;
    }
}

void take(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of_input(data, size);
    const auto day = *parse_day("2025-07-01");
    static_cast<void>(read_or_refuse(read_links, text));
    const auto units = read_or_refuse(read_units, text);
    if (!units) {
        return;
    }
    // A list that is followed by itself changes nothing.
    const auto rows = merge_lists({{day, *units}, {day + std::chrono::days(30), *units}}, {});
    must(rows.place_size() == static_cast<int>(units->units.size()) && rows.succession().empty(), "a unit that goes on is one row");
    const Places places(rows);
    for (const auto& unit : units->units) {
        must(places.find(unit.place.code(), day) != nullptr, "what is listed is a place");
        must(places.carrier(unit.place.code(), day, day + std::chrono::days(60)) == unit.place.code(), "what goes on carries itself");
    }
}

const Target target("place_lists", take);

}  // namespace
}  // namespace chieng::testing::fuzz_place_lists
