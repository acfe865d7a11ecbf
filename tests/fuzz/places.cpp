// SPDX-License-Identifier: Apache-2.0
// A register of places that an officer wrote: refused with the row, or one in which every question has an answer.
#include "services/runtime/core/places.hpp"

#include "tests/fuzz/fuzz.hpp"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <optional>

namespace chieng::testing::fuzz_places {
namespace {

class Silent final : public google::protobuf::io::ErrorCollector {
    void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
};

void take(const std::uint8_t* data, std::size_t size) {
    v1::Places rows;
    Silent silent;
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(&silent);
    if (!parser.ParseFromString(std::string(text_of_input(data, size)), &rows)) {
        return;
    }
    std::optional<Places> places;
    try {
        places.emplace(rows);
    } catch (const PlacesError& error) {
        const std::string_view what = error.what();
        const bool names_place = what.starts_with("place ") && error.place_row >= 0 && error.place_row < rows.place_size();
        const bool names_succession =
            what.starts_with("succession of ") && error.succession_row >= 0 && error.succession_row < rows.succession_size();
        must(names_place != names_succession, "a refusal names the row");
        return;
    }
    const auto last_day = *parse_day("2199-12-31");
    for (const auto& row : rows.place()) {
        must(places->known(row.code()), "what is listed is known");
        for (const auto* day : {"1900-01-01", "2022-03-12", "2024-11-01", "2025-07-01", "2199-12-31"}) {
            const auto on = *parse_day(day);
            const auto villages = places->villages(row.code(), on);
            must(villages.empty() || places->find(row.code(), on) != nullptr, "villages are of a place that there is");
            for (const auto& child : places->children(row.code(), on)) {
                must(places->find(child, on)->parent() == row.code(), "a child has its parent");
            }
            must(places->carrier(row.code(), on, on) == (places->find(row.code(), on) != nullptr ? row.code() : ""),
                 "on its own day a place carries itself");
            const std::string carrier(places->carrier(row.code(), on, last_day));
            must(carrier.empty() || places->find(carrier, last_day) != nullptr, "what carries is a place of that day");
        }
    }
}

const Target target("places", take);

}  // namespace
}  // namespace chieng::testing::fuzz_places
