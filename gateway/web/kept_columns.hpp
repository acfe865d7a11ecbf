// SPDX-License-Identifier: Apache-2.0
// Columns of tables that were read, kept from one state of the board to the next: a value is read again once something moved that it
// is made of, and only then written again. So a table costs what changed since, not what it holds.
#pragma once

#include "gateway/indicator/board.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace chieng::web {

class KeptColumns {
public:
    struct Row {
        const Definition* definition = nullptr;
        v1::IndicatorValue value;
        std::uint64_t read_at = 0;  // Board::moves()
        // As it was last told, and what else that was made of; whoever tells it keeps it here.
        std::string text;
        std::string beside;
        std::optional<std::set<std::string>> own_targets;  // of an achievement: which of them were assigned to the area itself
    };
    using Rows = std::vector<Row>;  // in the order of the definitions

    // All values of an area over a period, as they are now. With a map they are read for this once.
    [[nodiscard]] std::shared_ptr<Rows> of(const Definitions& definitions, const Board& board, const std::string& area,
                                           const Period& period, std::optional<Day> map);

private:
    static constexpr std::size_t columns_max = 64;

    std::map<std::pair<std::string, Period>, std::shared_ptr<Rows>> columns_;
};

}  // namespace chieng::web
