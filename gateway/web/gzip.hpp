// SPDX-License-Identifier: Apache-2.0
// gzip for answers whose client accepts it.
#pragma once

#include "services/runtime/core/http.hpp"

#include <string>

namespace chieng::web {

[[nodiscard]] bool accepts_gzip(const HttpRequest& request);
// Level 1 is quick, 9 is small.
[[nodiscard]] std::string gzipped(const std::string& plain, int level);

}  // namespace chieng::web
