// SPDX-License-Identifier: Apache-2.0
// The address of a broker, as a person writes it: tcp://HOST:PORT, or ssl://HOST:PORT. An IPv6 address stands in brackets.
// mqtt:// and mqtts:// are other names of the same two.
#pragma once

#include <string_view>

namespace chieng {

[[nodiscard]] bool is_broker_address(std::string_view address);

// With TLS. Of an address only.
[[nodiscard]] bool is_secure_broker(std::string_view address);

}  // namespace chieng
