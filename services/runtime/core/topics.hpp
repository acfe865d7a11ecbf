// SPDX-License-Identifier: Apache-2.0
// The topics of the contract. Every level is [A-Za-z0-9_-]: any broker carries it.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace chieng::topics {

// A topic as a pattern: what stands for the levels in braces, the function of its name fills in, in this order.
struct Pattern {
    std::string_view name;
    std::string_view levels;
};

// The only list of topics. gateway/web/asyncapi.cpp says who sends what on each.
enum class Topic : unsigned char {
    events,
    receipts,
    forget,
    status,
    feed,
    feed_head,
    feed_requests,
    feed_replies,
    requests,
    replies,
    indicator,
    report,
    acknowledged,
    recipient_value,
    recipient_event,
    acceptances,
    candidates,
    archive,
    archive_entry,
    proposals,
    notices,
};
inline constexpr std::array patterns{
    Pattern{"events", "chieng/1/{commune}/{service}/events/{device}"},
    Pattern{"receipts", "chieng/1/{commune}/receipts/{device}"},
    Pattern{"forget", "chieng/1/{commune}/{service}/forget/{device}"},
    Pattern{"status", "chieng/1/{commune}/status/{device}"},
    Pattern{"feed", "chieng/1/{place}/feeds/{feed}"},
    Pattern{"feed_head", "chieng/1/{place}/feeds/{feed}/head"},
    Pattern{"feed_requests", "chieng/1/{place}/feeds/{feed}/requests/{subscriber}"},
    Pattern{"feed_replies", "chieng/1/{place}/feeds/{feed}/replies/{subscriber}"},
    Pattern{"requests", "chieng/1/{place}/{about}/requests/{client}"},
    Pattern{"replies", "chieng/1/{place}/{about}/replies/{client}"},
    Pattern{"indicator", "chieng/1/areas/{area}/indicators/{calendar}/{period}/{code}"},
    Pattern{"report", "chieng/1/areas/{area}/reports/{period}/{revision}"},
    Pattern{"acknowledged", "chieng/1/areas/{area}/reports/{period}/{revision}/acknowledged/{recipient}"},
    Pattern{"recipient_value", "chieng/1/areas/{area}/recipients/{recipient}/{calendar}/{period}/{code}"},
    Pattern{"recipient_event", "chieng/1/areas/{commune}/recipients/{recipient}/events/{service}/{device}/{sequence}"},
    Pattern{"acceptances", "chieng/1/areas/{village}/recipients/{recipient}/acceptances"},
    Pattern{"candidates", "chieng/1/areas/{commune}/recipients/{recipient}/candidates"},
    Pattern{"archive", "chieng/1/{place}/archive"},
    Pattern{"archive_entry", "chieng/1/{place}/archive/{number}"},
    Pattern{"proposals", "chieng/1/{commune}/proposals"},
    Pattern{"notices", "chieng/1/{commune}/notices/{village}"},
};

constexpr std::string_view pattern(Topic topic) {
    return patterns.at(static_cast<std::size_t>(topic)).levels;
}

inline std::string filled(Topic topic, std::initializer_list<std::string_view> values) {
    auto rest = pattern(topic);
    std::string made;
    for (const auto value : values) {
        const auto open = rest.find('{');
        made.append(rest.substr(0, open)).append(value);
        rest.remove_prefix(rest.find('}', open) + 1);
    }
    return made.append(rest);
}

inline std::string events(std::string_view commune, std::string_view service, std::string_view device) {
    return filled(Topic::events, {commune, service, device});
}
inline std::string receipts(std::string_view commune, std::string_view device) {
    return filled(Topic::receipts, {commune, device});
}
inline std::string forget(std::string_view commune, std::string_view service, std::string_view device) {
    return filled(Topic::forget, {commune, service, device});
}
inline std::string status(std::string_view commune, std::string_view device) {
    return filled(Topic::status, {commune, device});
}
inline std::string feed(std::string_view place, std::string_view feed) {
    return filled(Topic::feed, {place, feed});
}
inline std::string feed_head(std::string_view place, std::string_view feed) {
    return filled(Topic::feed_head, {place, feed});
}
inline std::string feed_requests(std::string_view place, std::string_view feed, std::string_view subscriber) {
    return filled(Topic::feed_requests, {place, feed, subscriber});
}
inline std::string feed_replies(std::string_view place, std::string_view feed, std::string_view subscriber) {
    return filled(Topic::feed_replies, {place, feed, subscriber});
}

// Questions to a place's gateway: about `reports`, `values`, its `board`, or its `archive`; to its services: about what was `turned-away`.
inline std::string requests(std::string_view place, std::string_view about, std::string_view client) {
    return filled(Topic::requests, {place, about, client});
}
inline std::string replies(std::string_view place, std::string_view about, std::string_view client) {
    return filled(Topic::replies, {place, about, client});
}

inline std::string indicator(std::string_view area, std::string_view calendar, std::string_view period, std::string_view code) {
    return filled(Topic::indicator, {area, calendar, period, code});
}
inline std::string report(std::string_view area, std::string_view period, std::string_view revision) {
    return filled(Topic::report, {area, period, revision});
}
inline std::string acknowledged(std::string_view area, std::string_view period, std::string_view revision, std::string_view recipient) {
    return filled(Topic::acknowledged, {area, period, revision, recipient});
}

// A recipient's name may have levels of its own: district/culture.
inline std::string recipient_value(std::string_view area, std::string_view recipient, std::string_view calendar, std::string_view period,
                                   std::string_view code) {
    return filled(Topic::recipient_value, {area, recipient, calendar, period, code});
}
inline std::string recipient_event(std::string_view commune, std::string_view recipient, std::string_view service, std::string_view device,
                                   std::string_view sequence) {
    return filled(Topic::recipient_event, {commune, recipient, service, device, sequence});
}
inline std::string acceptances(std::string_view village, std::string_view recipient) {
    return filled(Topic::acceptances, {village, recipient});
}

inline std::string candidates(std::string_view commune, std::string_view recipient) {
    return filled(Topic::candidates, {commune, recipient});
}
inline std::string archive(std::string_view place) {
    return filled(Topic::archive, {place});
}
inline std::string archive_entry(std::string_view place, std::string_view number) {
    return filled(Topic::archive_entry, {place, number});
}
inline std::string proposals(std::string_view commune) {
    return filled(Topic::proposals, {commune});
}
inline std::string notices(std::string_view commune, std::string_view village) {
    return filled(Topic::notices, {commune, village});
}

inline std::vector<std::string_view> levels(std::string_view topic) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto slash = topic.find('/');
        parts.push_back(topic.substr(0, slash));
        if (slash == std::string_view::npos) {
            return parts;
        }
        topic.remove_prefix(slash + 1);
    }
}

// Whether a topic falls under a filter with single-level + and a trailing #.
inline bool matches(std::string_view filter, std::string_view topic) {
    while (true) {
        const auto want = filter.substr(0, filter.find('/'));
        const auto have = topic.substr(0, topic.find('/'));
        if (want == "#") {
            return true;
        }
        if (want != "+" && want != have) {
            return false;
        }
        const bool topic_ends = have.size() == topic.size();
        if (want.size() == filter.size()) {
            return topic_ends;
        }
        filter.remove_prefix(want.size() + 1);
        if (topic_ends) {
            return filter == "#" || filter.starts_with("#/");
        }
        topic.remove_prefix(have.size() + 1);
    }
}

}  // namespace chieng::topics
