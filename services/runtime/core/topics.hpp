// SPDX-License-Identifier: Apache-2.0
// The topics of the contract. Every level is [A-Za-z0-9_-]: any broker carries it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chieng::topics {

inline std::string events(std::string_view commune, std::string_view service, std::string_view device) {
    return std::string("chieng/1/").append(commune).append("/").append(service).append("/events/").append(device);
}
inline std::string receipts(std::string_view commune, std::string_view device) {
    return std::string("chieng/1/").append(commune).append("/receipts/").append(device);
}
inline std::string forget(std::string_view commune, std::string_view service, std::string_view device) {
    return std::string("chieng/1/").append(commune).append("/").append(service).append("/forget/").append(device);
}
inline std::string status(std::string_view commune, std::string_view device) {
    return std::string("chieng/1/").append(commune).append("/status/").append(device);
}
inline std::string feed(std::string_view place, std::string_view feed) {
    return std::string("chieng/1/").append(place).append("/feeds/").append(feed);
}
inline std::string indicator(std::string_view area, std::string_view calendar, std::string_view period, std::string_view code) {
    return std::string("chieng/1/areas/")
        .append(area)
        .append("/indicators/")
        .append(calendar)
        .append("/")
        .append(period)
        .append("/")
        .append(code);
}

// Questions to a place's gateway: about `reports`, or about its `board`.
inline std::string requests(std::string_view place, std::string_view about, std::string_view client) {
    return std::string("chieng/1/").append(place).append("/").append(about).append("/requests/").append(client);
}
inline std::string replies(std::string_view place, std::string_view about, std::string_view client) {
    return std::string("chieng/1/").append(place).append("/").append(about).append("/replies/").append(client);
}
inline std::string report(std::string_view area, std::string_view period, std::string_view revision) {
    return std::string("chieng/1/areas/").append(area).append("/reports/").append(period).append("/").append(revision);
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
