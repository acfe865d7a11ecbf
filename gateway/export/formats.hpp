// SPDX-License-Identifier: Apache-2.0
// The formats that a statement is written in: found by name (a parameter, a flag) or by what a client accepts (HTTP).
//
// Errors   writing gives a Refusal in both languages: the format cannot say this statement without being misread, or the file
//          could not be made; nothing is thrown.
#pragma once

#include "gateway/export/statement.hpp"

#include <boost/system/result.hpp>

#include <span>
#include <string>
#include <string_view>

namespace chieng {

// Why there is no file, and what to do instead.
struct Refusal {
    v1::Label text;
};
using Written = boost::system::result<std::string, Refusal>;

struct Format {
    std::string_view name;        // durable name
    std::string_view media_type;  // as in Content-Type
    std::string_view extension;
    Written (*make)(const Statement&, Tongue);
};

// In the order in which they are offered. A page that a browser shows brings its own style: it needs
// Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'.
[[nodiscard]] std::span<const Format> formats();

// Null: there is none of that name; Refusal says which there are.
[[nodiscard]] const Format* find_format(std::string_view name);
[[nodiscard]] Refusal unknown_format(std::string_view name);

// What the Accept header likes best (RFC 9110, 12.5.1); the first one for an empty header. Null: none is accepted. Formats that
// share their media type with an earlier one are had by name only.
[[nodiscard]] const Format* accepted_format(std::string_view accept);

// Whether what is of `media_type` may be the answer to a request with this Accept.
[[nodiscard]] bool is_accepted(std::string_view media_type, std::string_view accept);
[[nodiscard]] Refusal not_acceptable(std::string_view accept);

// `tongue`: of the words among the numbers; headings are in both languages.
[[nodiscard]] Written write(const Format& format, const Statement& statement, Tongue tongue);

// chieng-625-2022-Q2-official.xlsx
[[nodiscard]] std::string file_name(const Format& format, const Statement& statement);

}  // namespace chieng
