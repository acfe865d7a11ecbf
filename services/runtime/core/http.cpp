// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/http.hpp"

#include <utf8proc.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace chieng {
namespace {

constexpr std::size_t parameters_max = 32;

int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_utf8(std::string_view text) {
    const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    for (auto left = static_cast<utf8proc_ssize_t>(text.size()); left > 0;) {
        utf8proc_int32_t point = 0;
        const auto size = utf8proc_iterate(at, left, &point);
        if (size <= 0) {
            return false;
        }
        at += size;
        left -= size;
    }
    return true;
}

std::optional<std::string> unescaped(std::string_view text, bool in_query) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto c = text[i];
        if (c == '%') {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            c = static_cast<char>(high * 16 + low);
            if (high < 0 || low < 0 || (!in_query && (c == '/' || c == '\\'))) {
                return std::nullopt;
            }
            i += 2;
        } else if (c == '+' && in_query) {
            c = ' ';
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            return std::nullopt;
        }
        plain += c;
    }
    return is_utf8(plain) ? std::optional(std::move(plain)) : std::nullopt;
}

bool read_query(std::string_view text, HttpRequest& request) {
    while (!text.empty()) {
        const auto part = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        if (part.empty()) {
            continue;
        }
        const auto equals = part.find('=');
        auto name = unescaped(part.substr(0, equals), true);
        auto value = unescaped(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1), true);
        if (!name || !value || request.query.size() == parameters_max) {
            return false;
        }
        request.query.emplace_back(std::move(*name), std::move(*value));
    }
    return true;
}

bool same_name(std::string_view one, std::string_view other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](char a, char b) {
        const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return small(a) == small(b);
    });
}

}  // namespace

std::string_view HttpRequest::field(std::string_view name) const {
    const auto it = fields.find(name);
    return it == fields.end() ? std::string_view() : it->second;
}

const std::string* HttpRequest::parameter(std::string_view name) const {
    const auto it = std::find_if(query.begin(), query.end(), [&](const auto& one) { return one.first == name; });
    return it == query.end() ? nullptr : &it->second;
}

void HttpReply::set(std::string_view name, std::string value) {
    std::erase_if(fields, [&](const auto& one) { return same_name(one.first, name); });
    fields.emplace_back(name, std::move(value));
}

std::string_view HttpReply::field(std::string_view name) const {
    const auto it = std::find_if(fields.begin(), fields.end(), [&](const auto& one) { return same_name(one.first, name); });
    return it == fields.end() ? std::string_view() : it->second;
}

bool read_target(std::string_view target, HttpRequest& request) {
    constexpr std::string_view scheme = "http://";
    if (target.starts_with(scheme)) {  // as a proxy writes it
        const auto path = target.find('/', scheme.size());
        target = path == std::string_view::npos ? "/" : target.substr(path);
    }
    if (!target.starts_with('/') || target.find('#') != std::string_view::npos) {
        return false;
    }
    const auto mark = target.find('?');
    auto path = unescaped(target.substr(0, mark), false);
    if (!path) {
        return false;
    }
    request.path = std::move(*path);
    request.query.clear();
    return mark == std::string_view::npos || read_query(target.substr(mark + 1), request);
}

HttpReply reply_of(const Problem& problem) {
    nlohmann::ordered_json json{{"type", problem.name.empty() ? "about:blank" : "/problems/" + problem.name},
                                {"title", problem.title},
                                {"status", problem.status},
                                {"detail", problem.detail},
                                {"detailVi", problem.detail_vi}};
    if (!problem.field.empty()) {
        json["field"] = problem.field;
    }
    return {problem.status, json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", "application/problem+json", {}};
}

}  // namespace chieng
