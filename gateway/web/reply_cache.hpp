// SPDX-License-Identifier: Apache-2.0
// Replies that hold as long as one tag does: many who look at the same table cost one reading of the board.
#pragma once

#include "services/runtime/core/http.hpp"

#include <map>
#include <string>
#include <utility>

namespace chieng::web {

class ReplyCache {
public:
    static constexpr std::size_t bytes_max = 8 * 1024 * 1024;

    // Null when there is none of this tag.
    [[nodiscard]] const HttpReply* find(const std::string& tag, const std::string& key) {
        if (tag != tag_) {
            replies_.clear();
            bytes_ = 0;
            tag_ = tag;
        }
        const auto it = replies_.find(key);
        return it == replies_.end() ? nullptr : &it->second;
    }

    // Of the tag that was last looked for.
    void keep(std::string key, const HttpReply& reply) {
        if (bytes_ + reply.body.size() <= bytes_max) {
            bytes_ += reply.body.size();
            replies_.insert_or_assign(std::move(key), reply);
        }
    }

private:
    std::string tag_;
    std::map<std::string, HttpReply> replies_;
    std::size_t bytes_ = 0;
};

}  // namespace chieng::web
