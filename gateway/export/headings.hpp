// SPDX-License-Identifier: Apache-2.0
// What stands above a statement that a person reads, in both languages, and moments as people and machines write them.
#pragma once

#include "gateway/export/statement.hpp"

#include <string>
#include <vector>

namespace chieng {

[[nodiscard]] const v1::Label& title();
// Period and days, calendar, the map if it is another day's, what was filed, how fresh it is.
[[nodiscard]] std::vector<v1::Label> heading_lines(const Statement& statement);
// "Nhóm / Group": of a column, the Vietnamese word first.
[[nodiscard]] std::string both(const v1::Label& label);
// What a row is called below its indicator: "Hình thức: Nói chuyện".
[[nodiscard]] v1::Label part_label(const Row& row);

struct Signature {
    v1::Label who;
    v1::Label how;
};
[[nodiscard]] const std::vector<Signature>& signatures();

// "15/06/2022 14:30 (UTC+7)"
[[nodiscard]] std::string moment_text(std::uint64_t seconds);
// "2022-06-15T07:30:00Z"
[[nodiscard]] std::string moment_iso(std::uint64_t seconds);

}  // namespace chieng
