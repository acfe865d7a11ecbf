// SPDX-License-Identifier: Apache-2.0
// One function a format, each in a file of its own; formats.cpp lists them.
#pragma once

#include "gateway/export/formats.hpp"

namespace chieng {

[[nodiscard]] Written write_csv(const Statement& statement, Tongue tongue);
// With a byte-order mark, by which spreadsheets know that it is UTF-8.
[[nodiscard]] Written write_csv_bom(const Statement& statement, Tongue tongue);
[[nodiscard]] Written write_json(const Statement& statement, Tongue tongue);
[[nodiscard]] Written write_html(const Statement& statement, Tongue tongue);
[[nodiscard]] Written write_xlsx(const Statement& statement, Tongue tongue);
[[nodiscard]] Written write_sdmx_csv(const Statement& statement, Tongue tongue);
[[nodiscard]] Written write_sdmx_json(const Statement& statement, Tongue tongue);
[[nodiscard]] Written write_dhis2(const Statement& statement, Tongue tongue);
[[nodiscard]] Written write_adx(const Statement& statement, Tongue tongue);

}  // namespace chieng
