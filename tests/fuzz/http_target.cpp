// SPDX-License-Identifier: Apache-2.0
// A request target: refused, or decoded to a path and parameters without control characters, in UTF-8, that decode to themselves
// when they are written again.
#include "services/runtime/core/http.hpp"

#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

namespace chieng::testing::fuzz_http_target {
namespace {

bool is_plain(const std::string& text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string escaped(const std::string& text, bool keep_slash) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (c == '/' && keep_slash) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\' && keep_slash) {
            out += c;  // an escaped one is refused
            continue;
        }
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

void take(const std::uint8_t* data, std::size_t size) {
    HttpRequest request;
    if (!read_target(text_of_input(data, size), request)) {
        return;
    }
    must(request.path.starts_with('/') && is_plain(request.path), "a path begins with a slash and holds no control character");
    must(request.query.size() <= 32, "parameters are bounded");
    auto again = escaped(request.path, true) + "?";
    for (const auto& [name, value] : request.query) {
        must(is_plain(name) && is_plain(value), "parameters hold no control character");
        again.append(escaped(name, false)).append("=").append(escaped(value, false)).append("&");
    }
    HttpRequest other;
    must(read_target(again, other), "what was decoded can be written");
    must(other.path == request.path && other.query == request.query, "and is decoded to the same");
}

const Target target("http_target", take);

}  // namespace
}  // namespace chieng::testing::fuzz_http_target
