// SPDX-License-Identifier: Apache-2.0
// Folds a gateway's feeds from zero while it runs, up to the very offsets that it has read, and compares the boards (I6). Of cells
// what changed meanwhile is there too late or not yet: then the gateway is asked again where it is.
#pragma once

#include "chieng/v1/report.pb.h"
#include "gateway/serve/refold.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace chieng {

class Rebuild {
public:
    struct Result {
        bool same = false;
        std::uint64_t entries = 0;        // folded
        std::uint64_t lines = 0;          // of the board compared
        std::vector<std::string> differ;  // lines of the rebuilt board in the buckets that differ
        std::string error;                // it could not be compared
    };

    // Without anything new for so long somebody who is asked does not answer.
    static constexpr std::chrono::milliseconds patience{60'000};
    // The gateway walks its board for each answer: who asks again waits.
    static constexpr std::chrono::milliseconds pause{1'000};
    // For so long, from the first comparison on, it waits for a moment in which nothing comes.
    static constexpr std::chrono::milliseconds quiet_patience{120'000};

    Rebuild(const Definitions& definitions, const Places& places, std::string place, const std::vector<Source>& sources,
            std::string client);

    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);
    [[nodiscard]] const std::optional<Result>& result() const { return result_; }

private:
    void take(const Message& message);
    void take_digest(const Message& message);
    void finish_when_whole(Instant now);
    [[nodiscard]] bool is_at_one_moment() const;
    void give_up_when_silent(Instant now);

    std::string place_;
    std::string client_;
    std::uint64_t definitions_;  // digests of what it folds by
    std::uint64_t places_;
    Refold refold_;
    std::optional<v1::BoardDigest> live_;
    std::optional<Result> result_;
    std::optional<v1::BoardDigest> compared_;               // with it the boards differed
    std::optional<std::chrono::milliseconds> compared_at_;  // first
    bool ask_ = false;
    std::chrono::milliseconds ask_at_{0};
    bool link_is_up_ = false;
    std::uint64_t heard_ = 0;  // messages that brought it on
    std::uint64_t heard_before_ = 0;
    std::chrono::milliseconds heard_at_{0};
};

}  // namespace chieng
