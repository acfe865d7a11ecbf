// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/broker_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace chieng {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_host(std::string_view host) {
    const bool in_brackets = host.starts_with('[') && host.ends_with(']');
    const auto name = in_brackets ? host.substr(1, host.size() - 2) : host;
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_' || (in_brackets && (c == ':' || c == '%'));
    });
}

bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port != 0;
}

}  // namespace

bool is_broker_address(std::string_view address) {
    const auto slashes = address.find("://");
    if (slashes == std::string_view::npos) {
        return false;
    }
    const auto scheme = address.substr(0, slashes);
    const auto rest = address.substr(slashes + 3);
    const auto colon = rest.rfind(':');
    return (scheme == "tcp" || scheme == "mqtt" || is_secure_broker(address)) && colon != std::string_view::npos &&
           is_host(rest.substr(0, colon)) && is_port(rest.substr(colon + 1));
}

bool is_secure_broker(std::string_view address) {
    return address.starts_with("ssl://") || address.starts_with("mqtts://");
}

}  // namespace chieng
