// SPDX-License-Identifier: Apache-2.0
// A request and its reply as values: what a handler sees of HTTP, without a socket. A target is decoded here, once.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng {

struct HttpRequest {
    std::string method = "GET";
    std::string path = "/";                                  // decoded
    std::vector<std::pair<std::string, std::string>> query;  // decoded, as they came
    std::map<std::string, std::string, std::less<>> fields;  // names in small letters; several of one name joined by ", "
    std::string body;
    bool is_tls = false;               // this connection, not one that a proxy had before it
    std::string certificate_sha256{};  // in hex, of the client's certificate, which was verified; empty: it showed none

    [[nodiscard]] std::string_view field(std::string_view name) const;
    // The first of that name; null when there is none.
    [[nodiscard]] const std::string* parameter(std::string_view name) const;
};

struct HttpReply {
    unsigned status = 200;
    std::string body;
    std::string type = "text/plain; charset=utf-8";
    std::vector<std::pair<std::string, std::string>> fields{};  // beside the type

    // Puts it in the place of one of that name.
    void set(std::string_view name, std::string value);
    [[nodiscard]] std::string_view field(std::string_view name) const;
};

// Path and query of a request target. False when it is none: not a path (or a URL with one), a broken escape, a control
// character, an escaped slash, bytes that are not UTF-8, more than 32 parameters.
[[nodiscard]] bool read_target(std::string_view target, HttpRequest& request);

// application/problem+json (RFC 9457) in both languages. `name`: /problems/NAME; empty: about:blank.
struct Problem {
    unsigned status = 400;
    std::string name;
    std::string title;
    std::string detail;
    std::string detail_vi;
    std::string field;  // the parameter or field that it is about
};
[[nodiscard]] HttpReply reply_of(const Problem& problem);

}  // namespace chieng
