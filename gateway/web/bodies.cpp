// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/bodies.hpp"

#include "gateway/web/problems.hpp"
#include "services/runtime/core/nfc.hpp"

#include <algorithm>

namespace chieng::web {
namespace {

constexpr int levels_max = 16;

// Deeply nested texts are not parsed: each level is a call.
bool is_deep(const std::string& text) {
    int depth = 0;
    for (const char c : text) {
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        if (depth > levels_max) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::optional<Problem> read_json(const HttpRequest& request, Json& body) {
    const auto field = request.field("content-type");
    auto type = std::string(field.substr(0, field.find(';')));
    std::transform(type.begin(), type.end(), type.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    while (type.ends_with(' ')) {
        type.pop_back();
    }
    if (type != "application/json") {
        return Problem{415,
                       "content-type",
                       "Not this content type",
                       "the body is JSON and says so: Content-Type: application/json",
                       "nội dung phải là JSON và có tiêu đề Content-Type: application/json",
                       "Content-Type"};
    }
    body = is_deep(request.body) ? Json() : Json::parse(composed(request.body).value_or(request.body), nullptr, false);
    if (!body.is_object()) {
        return Problem{400, "body", "The body cannot be read", "the body is one JSON object", "nội dung phải là một đối tượng JSON", ""};
    }
    return std::nullopt;
}

std::optional<Problem> unknown_field(const Json& body, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : body.items()) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            std::string all;
            for (const auto one : known) {
                all.append(all.empty() ? "" : ", ").append(one);
            }
            return bad_parameter(name, "no such field here; there is: " + all, "không có mục này; chỉ có: " + all);
        }
    }
    return std::nullopt;
}

std::optional<std::string> text_of_field(const Json& body, const std::string& name) {
    const auto it = body.find(name);
    return it != body.end() && it->is_string() ? std::optional(it->get<std::string>()) : std::nullopt;
}

}  // namespace chieng::web
