// SPDX-License-Identifier: Apache-2.0
// Clients of an HTTP server, many in one thread: who ask again and again, and who follow.
#pragma once

#include "tests/bench/load.hpp"

#include <cstddef>
#include <string>

namespace chieng::bench {

// A connection that reads without blocking; `buffer` is the kernel's room for what was not read, 0 as it likes.
[[nodiscard]] int connect_to(int port, int buffer = 0);
void send_all(int socket, const std::string& text);

struct Rate {
    double per_second = 0;
    std::size_t bytes = 0;  // of one body
};

// Unconditional GETs on connections that are kept, each client one after the other; throws on any answer but 200.
[[nodiscard]] Rate requests(int port, const std::string& target, int clients, double seconds);

}  // namespace chieng::bench
