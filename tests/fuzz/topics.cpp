// SPDX-License-Identifier: Apache-2.0
// A filter and a topic, a line each: matching agrees with a second, slower reading of the rules.
#include "services/runtime/core/topics.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace chieng::testing::fuzz_topics {
namespace {

// Level by level: `+` is any one level, `#` is all that is left, or nothing.
bool matches_slowly(std::string_view filter, std::optional<std::string_view> topic) {
    const auto cut = filter.find('/');
    const auto level = filter.substr(0, cut);
    if (level == "#") {
        return true;
    }
    if (!topic || (level != "+" && level != topic->substr(0, topic->find('/')))) {
        return false;
    }
    const auto rest = topic->find('/');
    const auto next = rest == std::string_view::npos ? std::nullopt : std::optional(topic->substr(rest + 1));
    return cut == std::string_view::npos ? !next : matches_slowly(filter.substr(cut + 1), next);
}

void take(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of_input(data, size);
    const auto end = std::min(text.find('\n'), text.size());
    const auto filter = text.substr(0, end);
    const auto topic = text.substr(std::min(end + 1, text.size()));
    std::string joined;
    for (const auto level : topics::levels(topic)) {
        joined.append(level).append("/");
    }
    must(joined.substr(0, joined.size() - 1) == topic, "levels joined are the topic");
    must(topics::matches(topic, topic), "a topic matches itself");
    must(topics::matches(filter, topic) == matches_slowly(filter, topic), "matching is as MQTT says");
}

const Target target("topics", take);

}  // namespace
}  // namespace chieng::testing::fuzz_topics
