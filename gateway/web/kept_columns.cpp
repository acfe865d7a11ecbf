// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/kept_columns.hpp"

namespace chieng::web {

std::shared_ptr<KeptColumns::Rows> KeptColumns::of(const Definitions& definitions, const Board& board, const std::string& area,
                                                   const Period& period, std::optional<Day> map) {
    if (map) {
        auto rows = std::make_shared<Rows>();
        for (auto& value : board.rows(area, period, map)) {
            const auto* definition = definitions.find(value.indicator(), period.last_day());
            rows->push_back({definition, std::move(value), 0, "", "", {}});
        }
        return rows;
    }
    const auto known = columns_.find({area, period});
    if (known == columns_.end()) {
        auto rows = std::make_shared<Rows>();
        for (const auto* definition : definitions.shown(period)) {
            rows->push_back({definition, board.value(area, period, definition->indicator.code()), board.moves(), "", "", {}});
        }
        if (columns_.size() >= columns_max) {
            columns_.clear();
        }
        columns_.emplace(std::pair(area, period), rows);
        return rows;
    }
    const auto& kept = known->second;
    for (auto& row : *kept) {
        if (row.read_at < board.moved_at(*row.definition, area)) {
            row = {row.definition, board.value(area, period, row.definition->indicator.code()), board.moves(), "", "", {}};
        }
    }
    return kept;
}

}  // namespace chieng::web
