// SPDX-License-Identifier: Apache-2.0
// The recipients of the plan as named feeds: which of them get a value that is published, or an event, and in which form.
// Pure: the gateway publishes what it is given here.
//
// Keeps I8: a definition that would let what is personal out of the commune is refused, and of an event nobody gets a field
// above the data class of his definition. One that does not say what for is refused too.
#pragma once

#include "chieng/v1/event.pb.h"
#include "chieng/v1/feed.pb.h"
#include "chieng/v1/proposal.pb.h"
#include "chieng/v1/recipient.pb.h"
#include "gateway/indicator/definitions.hpp"
#include "gateway/serve/share.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/places.hpp"
#include "services/runtime/ports/link.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

// A value, also given as data, on the topic of a recipient of that name.
[[nodiscard]] Publish for_recipient(const std::string& name, const v1::IndicatorValue& value, const EventData& data);

class Recipients {
public:
    // Those whom the gateway of `place` serves: at a commune its own and its villages', above it the district's. Throws
    // std::invalid_argument "file:line:column: name: reason".
    [[nodiscard]] static Recipients load(std::string_view text, std::string_view file_name, const Definitions& definitions,
                                         std::string_view place);

    // One message for each recipient of a value, also given as data, that was published on that day. Who is reported to gets it
    // when its period is over.
    [[nodiscard]] std::vector<Message> of_value(const v1::IndicatorValue& value, const EventData& data, Day today) const;

    // Those from whom small numbers are hidden: `of_value` has nothing for them (serve/suppressed_topics.hpp).
    struct Cautious {
        std::string name;
        Share share;
        bool at_period_close = false;
    };
    [[nodiscard]] std::vector<Cautious> with_threshold() const;

    // Whether a village head is told this indicator of the village.
    [[nodiscard]] bool tells_villages(const v1::Indicator& indicator) const;

    // One message for each recipient of an event that was journalled, with what its class lets it read. Not retained: what
    // is erased later would stay on the broker.
    [[nodiscard]] std::vector<Message> of_event(std::string_view commune, std::string_view service, const v1::Entry& entry) const;

    // Whether any of them is told of candidates for stories.
    [[nodiscard]] bool tells_candidates() const;
    // One message for each who is: of what is proposed, the households that agreed.
    [[nodiscard]] std::vector<Message> of_proposals(const v1::Proposals& proposals, std::uint64_t said_at) const;

    // Topics of those who are told what became of the events of this village.
    [[nodiscard]] std::vector<std::string> of_acceptances(const std::string& village) const;

    // A period was over at the end of a day in [before, today): values that did not change since are due to who is reported to.
    [[nodiscard]] static bool a_period_closed(Day before, Day today);

    // Leaves out the fields above this class, the body as a whole when it is.
    static void cut(v1::Event& event, v1::DataClass highest);

    // Of the one that is so named on its topics: commune/labour, commune/front/WOMEN, village/23656-01. Throws std::invalid_argument
    // with the names that there are.
    [[nodiscard]] Share share(const std::string& name, const Places& places) const;

    [[nodiscard]] const std::vector<v1::RecipientFeed>& all() const { return all_; }

private:
    std::string place_;
    std::vector<v1::RecipientFeed> all_;  // one for each organisation
    std::vector<Share> shares_;           // one for each of them
    std::shared_ptr<const Share::Parted> parted_;
};

}  // namespace chieng
