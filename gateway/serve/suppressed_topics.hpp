// SPDX-License-Identifier: Apache-2.0
// The topics of recipients with a threshold (chieng/v1/recipient.proto): the values that they are given, with small numbers and what
// these could be worked out from suppressed, as over HTTP (web/hidden.hpp).
//
// What is hidden depends on the whole board. So all values are looked at together, on one state of it, and those that read otherwise than
// they were told last are told again; not more often than once a minute, as who hears of each change learns of single events.
//
// Thread   the loop's, which a look holds up for as long as it takes to read the board once.
#pragma once

#include "gateway/serve/gateway.hpp"
#include "gateway/web/hidden.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace chieng {

class SuppressedTopics {
public:
    static constexpr std::chrono::milliseconds look_every{60'000};

    // The references must outlive it.
    SuppressedTopics(const Definitions& definitions, const Places& places, const std::string& place, Gateway& gateway,
                     std::vector<Recipients::Cautious> recipients);

    // Asked whether what is sent still waits, as by the gateway.
    void wait_while(std::function<bool()> crowded) { crowded_ = std::move(crowded); }

    // As a component of the host.
    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

private:
    struct Recipient {
        Recipients::Cautious who;
        std::unordered_map<Board::IndicatorId, std::uint64_t> told;  // digests of what stands on its topics
    };

    void look(Instant now);
    void tell(std::size_t recipient, Board::IndicatorId id, v1::IndicatorValue value, Instant now);

    const Definitions& definitions_;
    const Places& places_;
    const std::string& place_;
    Gateway& gateway_;
    std::vector<Recipient> recipients_;
    web::HidingCache hidings_;
    std::function<bool()> crowded_;
    bool link_is_up_ = false;
    std::chrono::milliseconds look_at_{0};
    std::optional<std::pair<std::uint64_t, Day>> looked_at_;  // version of the board, and the day
    struct Due {
        std::size_t recipient;
        std::string value;  // serialized: after a start all of them wait
    };
    std::deque<Due> due_;
};

// What a recipient with a threshold is told of a value that it receives, as of its board; without lineage.
[[nodiscard]] v1::IndicatorValue suppressed(const web::Sight& sight, const v1::Indicator& indicator, const v1::IndicatorValue& value);

}  // namespace chieng
