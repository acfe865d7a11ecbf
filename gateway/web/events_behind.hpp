// SPDX-License-Identifier: Apache-2.0
// The single events behind a value, at a commune, for who may see them; of each only what his data class lets him read. With each stands
// what it is counted instead of: what it replaced, and what was decided to be the same fact.
//
// Which events they are is asked of a board: one that changes the value of an otherwise empty board is behind it. So nothing
// of the counting is written down a second time. Of reports of which only the latest counts, all are told. It is asked with what he may
// read: that an event is behind the rate of one group, and not of another, would tell of which one it is.
#pragma once

#include "gateway/web/api.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace chieng::web {

struct EventsAsked {
    const Definition& definition;
    Period period;
    std::string area;
};

// A place in the journals: the service and the offset of what was told last.
struct EventsCursor {
    std::size_t service = 0;
    std::uint64_t offset = 0;
};

// Puts what a viewer of that class may read of an event into `event`, and `hidden` when that is not all.
void put_shown(Json& json, const EventLog::Logged& logged, v1::DataClass sees);

// Which page is asked for; nothing when there are no events for this viewer here. Refuses a cursor of another history.
class EventsPage {
public:
    static constexpr std::size_t events_max = 200;     // of one answer
    static constexpr std::size_t instead_max = 20;     // told of one event: what it is counted instead of
    static constexpr std::size_t weighed_max = 2'000;  // looked at for one answer, which may have fewer events then, and goes on

    explicit EventsPage(const Call& call);

    [[nodiscard]] const std::optional<Problem>& wrong() const { return wrong_; }
    // The journals have to be read first.
    [[nodiscard]] bool must_wait() const;
    // Puts `events` and `eventsNext` into the answer, and `eventsWithheld` when there may be others, or `eventsMissing` with the reason.
    void add_to(Json& json, const EventsAsked& asked) const;

private:
    void read_cursor(const std::string& text);
    [[nodiscard]] bool is_received(const EventLog::Logged& logged) const;
    [[nodiscard]] std::string text_of(const EventsCursor& cursor) const;

    const Call& call_;
    bool is_seen_;
    EventsCursor after_;
    std::size_t most_ = events_max;
    std::optional<Problem> wrong_;
};

}  // namespace chieng::web
