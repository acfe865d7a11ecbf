// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/sessions.hpp"

#include "gateway/web/rights.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace chieng::web {
namespace {

std::string random_id() {
    std::array<unsigned char, 32> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("there are no random numbers");
    }
    return sha256_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

std::string Sessions::begin(const v1::Viewer& viewer, Milliseconds now) {
    make_room(viewer, now);
    auto id = random_id();
    sessions_.insert_or_assign(sha256_hex(id), Session{&viewer, now + lifetime});
    return id;
}

void Sessions::make_room(const v1::Viewer& viewer, Milliseconds now) {
    std::erase_if(sessions_, [&](const auto& one) { return one.second.until <= now; });
    const auto is_his = [&](const auto& one) { return one.second.viewer == &viewer; };
    if (static_cast<std::size_t>(std::count_if(sessions_.begin(), sessions_.end(), is_his)) < of_one_viewer_max) {
        return;
    }
    auto oldest = sessions_.end();
    for (auto it = sessions_.begin(); it != sessions_.end(); ++it) {
        oldest = is_his(*it) && (oldest == sessions_.end() || it->second.until < oldest->second.until) ? it : oldest;
    }
    sessions_.erase(oldest);
}

const v1::Viewer* Sessions::viewer_of(std::string_view id, Milliseconds now) const {
    const auto found = sessions_.find(sha256_hex(id));
    return found == sessions_.end() || found->second.until <= now ? nullptr : found->second.viewer;
}

void Sessions::end(std::string_view id) {
    sessions_.erase(sha256_hex(id));
}

}  // namespace chieng::web
