// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/nfc.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

namespace chieng {
namespace {

std::optional<std::string> mapped(std::string_view text, int options) {
    utf8proc_uint8_t* made = nullptr;
    const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                                   &made, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | options));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
    return size < 0 ? std::nullopt : std::optional(std::string(reinterpret_cast<const char*>(made), static_cast<std::size_t>(size)));
}

}  // namespace

std::optional<std::string> composed(std::string_view text) {
    return mapped(text, 0);
}

std::optional<std::string> composed_in_any_case(std::string_view text) {
    return mapped(text, UTF8PROC_CASEFOLD);
}

}  // namespace chieng
