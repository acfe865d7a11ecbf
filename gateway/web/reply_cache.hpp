// SPDX-License-Identifier: Apache-2.0
// Replies that hold as long as the board stays as it is: many who look at the same table cost one reading of the board, and one
// packing of what was read.
#pragma once

#include "gateway/web/gzip.hpp"
#include "services/runtime/core/http.hpp"

#include <map>
#include <string>
#include <utility>

namespace chieng::web {

class ReplyCache {
public:
    static constexpr std::size_t bytes_max = 8 * 1024 * 1024;
    static constexpr std::size_t worth_packing = 1024;

    class Kept {
    public:
        explicit Kept(HttpReply reply) : reply_(std::move(reply)) {}
        // As a client takes it.
        [[nodiscard]] HttpReply told(bool gzip) const {
            if (packed_.empty() || !gzip) {
                return reply_;
            }
            HttpReply reply{reply_.status, packed_, reply_.type, reply_.fields};
            reply.set("Content-Encoding", "gzip");
            return reply;
        }

    private:
        friend class ReplyCache;
        HttpReply reply_;
        std::string packed_;
    };

    // Null when there is none of this state of the board.
    [[nodiscard]] const Kept* find(const std::string& state, const std::string& key, bool gzip) {
        if (state != state_) {
            clear();
            state_ = state;
        }
        const auto it = replies_.find(key);
        if (it == replies_.end()) {
            return nullptr;
        }
        pack(it->second, gzip);
        return &it->second;
    }

    // Of the state that was last looked for.
    void keep(std::string key, HttpReply reply, bool gzip) {
        if (bytes_ + reply.body.size() > bytes_max) {
            clear();
        }
        bytes_ += reply.body.size();
        pack(replies_.insert_or_assign(std::move(key), Kept(std::move(reply))).first->second, gzip);
    }

private:
    void clear() {
        replies_.clear();
        bytes_ = 0;
    }
    void pack(Kept& kept, bool gzip) {
        if (gzip && kept.packed_.empty() && kept.reply_.body.size() >= worth_packing) {
            kept.packed_ = gzipped(kept.reply_.body, 1);
            bytes_ += kept.packed_.size();
        }
    }

    std::string state_;
    std::map<std::string, Kept> replies_;
    std::size_t bytes_ = 0;
};

}  // namespace chieng::web
