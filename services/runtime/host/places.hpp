// SPDX-License-Identifier: Apache-2.0
// The register of places: a file, or the one that the programs carry.
#pragma once

#include "services/runtime/core/places.hpp"

#include <iosfwd>
#include <string>

namespace chieng {

// A register in protobuf text, or, in a file that ends in .csv, a list of units (place_lists.hpp), which then holds on every day.
// Empty: the register that the programs carry. Throws std::invalid_argument with file, line and reason.
[[nodiscard]] Places load_places(const std::string& file);

// The same rows before they are looked at as a register.
[[nodiscard]] v1::Places read_place_rows(const std::string& file);

// As protobuf text, one row a line.
void write_place_rows(const v1::Places& rows, std::ostream& out);

// The bytes of a file. Throws std::invalid_argument when it cannot be read.
[[nodiscard]] std::string read_whole(const std::string& file);

}  // namespace chieng
