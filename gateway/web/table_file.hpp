// SPDX-License-Identifier: Apache-2.0
// A table as a file to hand in, as gateway/export writes it; what is hidden from the viewer is hidden there too.
#pragma once

#include "gateway/export/formats.hpp"
#include "gateway/web/table_rows.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chieng::web {

struct TableFile {
    Period period;
    std::optional<Day> map;
    std::vector<std::string> areas;  // the first is what the table is of
    const TableRows& rows;
};

// In Vietnamese, or in English with ?lang=en. A format that cannot say the table without being misread is a problem.
[[nodiscard]] HttpReply file_reply(const Call& call, const Format& format, const TableFile& asked,
                                   const std::shared_ptr<const Filed>& filed);
[[nodiscard]] Problem no_such_format(const Refusal& why);

}  // namespace chieng::web
