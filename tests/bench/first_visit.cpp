// SPDX-License-Identifier: Apache-2.0
// What comes over the wire when somebody opens the page for the first time, and what a workbook of the year costs.
#include "tests/bench/district_rig.hpp"
#include "tests/support/http.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <regex>
#include <set>
#include <stdexcept>

namespace chieng::bench {

namespace {

// What the page asks at first: app.js (contextOf, greet) and overview.js (load); the name as it stands in its sources, and the question.
constexpr std::pair<const char*, const char*> first_questions[] = {
    {"get('me')", "/api/v1/me"},
    {"get('indicators')", "/api/v1/indicators"},
    {"get('places', ", "/api/v1/places?day=2022-12-31"},
    {"get('table', ", "/api/v1/table?period=2022&calendar=official&area=625"},
};
constexpr const char* stream_path = "/api/v1/feeds/cells/events";

// Of the whole answer, header and body.
std::string answer_to(int port, const std::string& target, const std::string& more,
                      std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    testing::Wire wire(port);
    wire.send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + more + "\r\n");
    auto text = wire.receive(patience);
    if (!text.starts_with("HTTP/1.1 200 ")) {
        throw std::runtime_error(target + ": " + text.substr(0, text.find('\r')));
    }
    return text;
}

// What a browser fetches by itself when it reads this file.
std::vector<std::string> loads_of(const std::string& target, const std::string& text) {
    static const std::regex in_page("<(?:link|script|img)[^>]*(?:href|src)=\"([^\"]+)\"");
    static const std::regex in_script("(?:^|\\n|\\})\\s*(?:import|export)?[^;(]*?from '([^']+)'");
    static const std::regex in_style("url\\(['\"]?([^)'\"]+)|@import\\s+['\"]([^'\"]+)");
    const auto& pattern = target.ends_with(".js") ? in_script : target.ends_with(".css") ? in_style : in_page;
    std::vector<std::string> found;
    for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
        auto name = (*it)[1].matched ? (*it)[1].str() : (*it)[2].str();
        if (name.starts_with("./")) {
            name = "/page/" + name.substr(2);
        }
        if (!name.starts_with("data:")) {
            found.push_back(name);
        }
    }
    return found;
}

// Addresses of other machines; what names a namespace is none.
std::size_t others_named(const std::string& text) {
    static const std::regex absolute("(?:https?:|wss?:)//(?!www\\.w3\\.org/)|(?:src|href)=\"//|url\\(//");
    return static_cast<std::size_t>(std::distance(std::sregex_iterator(text.begin(), text.end(), absolute), std::sregex_iterator()));
}

}  // namespace

void first_visit(const District& district) {
    std::printf("== the page, first visit\n");
    std::deque<std::string> wanted{"/"};
    std::set<std::string> loaded;
    std::string sources;
    std::size_t bytes = 0;
    std::size_t elsewhere = 0;
    while (!wanted.empty()) {
        const auto target = wanted.front();
        wanted.pop_front();
        if (!loaded.insert(target).second) {
            continue;
        }
        if (!target.starts_with('/') || target.starts_with("//")) {
            ++elsewhere;
            continue;
        }
        const auto text = answer_to(district.port, target, "");
        bytes += answer_to(district.port, target, "Accept-Encoding: gzip\r\n").size();
        elsewhere += others_named(text);
        sources += text;
        for (const auto& next : loads_of(target, text)) {
            wanted.push_back(next);
        }
    }
    const auto of_files = bytes;
    for (const auto& [source, question] : first_questions) {
        if (sources.find(source) == std::string::npos) {
            throw std::runtime_error(std::string("the page does not ask ") + source + " any more: look again what it asks");
        }
        bytes += answer_to(district.port, question, "Accept: application/json\r\nAccept-Encoding: gzip\r\n").size();
    }
    bytes += answer_to(district.port, stream_path, "Accept: text/event-stream\r\n", std::chrono::milliseconds(500)).size();
    const auto kilobytes = static_cast<double>(bytes) / 1e3;
    row("over the wire, all in all", number(kilobytes, "%.0f") + " kB",
        std::to_string(loaded.size()) + " files " + number(static_cast<double>(of_files) / 1e3, "%.0f") + " kB, and the first figures",
        "<= 150 kB", kilobytes <= 150);
    row("… addresses of others in it", std::to_string(elsewhere), "", "0", elsewhere == 0 && loaded.size() > 5);
}

void workbook(const District& district) {
    std::printf("== the workbook of the district's year, all indicators with their parts, all communes\n");
    const auto& gateway = *district.chain.district;
    const std::string target = "/api/v1/table?period=2022&cuts=true&format=xlsx";
    forget_peak(gateway);
    const auto peak = usage_of(gateway).peak_mb;
    const auto before = cpu_of(gateway);
    const auto began = Clock::now();
    const auto size = answer_to(district.port, target, "").size();
    const auto seconds = seconds_since(began);
    const auto cpu = cpu_of(gateway) - before;
    row("processor of the gateway for one", number(cpu) + " s",
        number(static_cast<double>(size) / 1e3, "%.0f") + " kB in " + number(seconds) + " s", "<= 1 s", cpu <= 1);
    row("… memory that it took meanwhile", number(usage_of(gateway).peak_mb - peak, "%.0f") + " MB",
        "before " + number(peak, "%.0f") + " MB", "", true);
}

}  // namespace chieng::bench
