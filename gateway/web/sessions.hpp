// SPDX-License-Identifier: Apache-2.0
// Sessions of browsers: who showed his token once is known by a random id until he signs out, the session is over, or the gateway
// stops. The token itself is in no cookie, and of the ids only digests are kept.
//
// Limits   of one viewer's sessions so many stand at once: the next one ends the oldest.
#pragma once

#include "chieng/v1/rights.pb.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace chieng::web {

class Sessions {
public:
    using Milliseconds = std::chrono::milliseconds;  // of a clock that nobody sets: a session ends in time under a wrong one too

    static constexpr std::chrono::hours lifetime{12};  // a working day
    static constexpr std::size_t of_one_viewer_max = 16;

    // `place`: of the gateway. A browser knows the host, not the port, of whose cookie it is: the gateways of one machine have each their
    // own.
    explicit Sessions(std::string_view place) : cookie_("chieng_session_" + std::string(place)) {}

    [[nodiscard]] const std::string& cookie() const { return cookie_; }
    // Its id. The viewer must outlive it.
    [[nodiscard]] std::string begin(const v1::Viewer& viewer, Milliseconds now);
    // Null when there is none of this id.
    [[nodiscard]] const v1::Viewer* viewer_of(std::string_view id, Milliseconds now) const;
    void end(std::string_view id);

private:
    struct Session {
        const v1::Viewer* viewer = nullptr;
        Milliseconds until{0};
    };

    void make_room(const v1::Viewer& viewer, Milliseconds now);

    std::string cookie_;
    std::map<std::string, Session, std::less<>> sessions_;  // by the digest of the id
};

}  // namespace chieng::web
