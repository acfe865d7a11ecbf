// SPDX-License-Identifier: Apache-2.0
// Who shows a token, or a certificate, may see and do what his rights say (chieng/v1/rights.proto). Only digests are known here,
// and those of tokens are compared in a time that does not depend on where they differ.
#pragma once

#include "chieng/v1/rights.pb.h"
#include "gateway/serve/share.hpp"
#include "services/runtime/core/http.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace chieng::web {

class Rights {
public:
    // Nobody has a token; everybody reads what is PUBLIC.
    Rights();
    // What a recipient of this name is given, as Recipients::share; throws std::invalid_argument when there is none.
    using ShareOf = std::function<Share(const std::string& recipient)>;
    [[nodiscard]] static Share no_recipients(const std::string& recipient);
    // Throws std::invalid_argument "file:line:column: reason".
    [[nodiscard]] static Rights load(const std::string& text, const std::string& file_name, const ShareOf& share_of = no_recipients);

    // Null when nobody has it.
    [[nodiscard]] const v1::Viewer* of_token(std::string_view token) const;
    // The same of a certificate that was verified.
    [[nodiscard]] const v1::Viewer* of_certificate(std::string_view sha256) const;
    // Who shows none; null: he is refused.
    [[nodiscard]] const v1::Viewer* anonymous() const { return rights_.has_anonymous() ? &rights_.anonymous() : nullptr; }

    // Whether no file says who may do what: then only this machine may ask.
    [[nodiscard]] bool are_given() const { return are_given_; }

    [[nodiscard]] static bool may(const v1::Viewer& viewer, v1::Viewer::May right);
    [[nodiscard]] static v1::DataClass sees(const v1::Viewer& viewer);
    // Of the board: everything, unless he reads as a recipient.
    [[nodiscard]] const Share& share(const v1::Viewer& viewer) const;

private:
    void resolve(v1::Viewer& viewer, const ShareOf& share_of);

    v1::Rights rights_;
    bool are_given_ = false;
    std::map<std::string, Share, std::less<>> shares_;  // by the name of the viewer
};

// What a request shows: a token, or in a cookie the id of a session. One with a cookie may come from another page.
struct Shown {
    std::string secret;
    bool by_cookie = false;
};
[[nodiscard]] std::optional<Shown> shown_by(const HttpRequest& request, std::string_view session_cookie);

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace chieng::web
