// SPDX-License-Identifier: Apache-2.0
// A statement of one place as a table for a terminal.
#pragma once

#include "gateway/export/statement.hpp"

#include <string>

namespace chieng {

// One row an indicator; with `cuts`, one more a part. What is no number is said in the words of the files.
[[nodiscard]] std::string table(const Statement& statement, Tongue tongue, bool cuts);

}  // namespace chieng
