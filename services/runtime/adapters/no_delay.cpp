// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/adapters/no_delay.hpp"

#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace chieng {

// What is not a TCP socket refuses the option, and that is all.
void send_without_delay() {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
        const auto name = entry.path().filename().string();
        int handle = -1;
        std::from_chars(name.data(), name.data() + name.size(), handle);
        const int on = 1;
        static_cast<void>(::setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    }
}

}  // namespace chieng
