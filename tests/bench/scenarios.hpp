// SPDX-License-Identifier: Apache-2.0
// The scenarios of the benchmark, and what they are checked against. Each prints its rows.
#pragma once

#include "gateway/indicator/definitions.hpp"
#include "tests/bench/rig.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace chieng::bench {

// journals.cpp

// The district's cells, asked for as any subscriber would, against a fold of the journals; and each event once. Throws when they differ.
void check(Chain& chain, std::uint64_t unique);
// Journals with so many events, written by the engine itself.
void preload(const std::filesystem::path& folder, std::uint64_t events);
[[nodiscard]] std::vector<std::string> journal_blocks(const std::filesystem::path& data);

// latency.cpp

[[nodiscard]] Load sessions_only(std::uint64_t first, std::uint64_t events);
void latency(Chain& chain, std::uint64_t events);

// returning.cpp

// Twenty phones come back at the same time with all that they hold.
void burst(std::uint64_t events);

// sizes.cpp

void sizes_on_the_air();
// A year of a commune's cells, as its gateway would publish them.
[[nodiscard]] std::vector<v1::Block> a_year_of(const Definitions& definitions, const std::string& place);
// A year of cells from 14 communes.
void district_memory();

}  // namespace chieng::bench
