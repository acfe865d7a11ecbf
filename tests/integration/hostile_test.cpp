// SPDX-License-Identifier: Apache-2.0
// A district's gateway among clients that mean no good: each gets a problem document that says what is wrong, costs a bounded
// amount of memory, and the others never notice.
#include "tests/bench/wire.hpp"
#include "tests/support/clock_at.hpp"
#include "tests/support/events.hpp"
#include "tests/support/http.hpp"
#include "tests/support/processes.hpp"

#include "chieng/v1/feed.pb.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <vector>

namespace hostile_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr const char* neighbour = "23641";  // a commune whose feed is ours to write

class Region {
public:
    Region() {
        REQUIRE(eventually(60s, [&] { return text_of(folder.path() / "gateway.log").find("http: listening") != std::string::npos; }));
        for (const auto& village : kbang().villages(neighbour, *parse_day("2022-03-12"))) {
            for (int month = 1; month <= 12; ++month) {
                auto& cell = *cells.add_cells();
                cell.set_area(village);
                cell.set_period(std::string("2022-") + (month < 10 ? "0" : "") + std::to_string(month) + "a");
                cell.set_indicator("COM-01");
            }
        }
        cells.set_epoch(1);
        count();
        REQUIRE(cells.cells_size() > 0);
        REQUIRE(eventually(30s, [&] {
            publish();  // until the gateway has subscribed
            return end() >= static_cast<std::uint64_t>(cells.cells_size());
        }));
    }

    // Every cell has one event more.
    void change() {
        count();
        publish();
    }
    void count() {
        for (auto& cell : *cells.mutable_cells()) {
            cell.set_number(cell.number() + 1);
            cell.mutable_lineage()->set_events(cell.lineage().events() + 1);
        }
        cells.set_first(cells.last() + 1);
        cells.set_last(cells.last() + static_cast<std::uint64_t>(cells.cells_size()));
    }
    void publish() {
        commune.publish(std::string("chieng/1/") + neighbour + "/feeds/cells", cells.SerializeAsString());
        pump();
    }
    void pump() {
        commune.pump(1, [](std::string_view, std::string_view) {});
    }
    [[nodiscard]] std::uint64_t end() const { return Json::parse(http(port, "GET", "/api/v1/me").body).at("offset"); }
    // Resident, in megabytes.
    [[nodiscard]] double memory() const {
        std::ifstream status("/proc/" + std::to_string(gateway.pid()) + "/status");
        double kilobytes = 0;
        for (std::string word; status >> word;) {
            if (word == "VmRSS:") {
                status >> kilobytes;
            }
        }
        return kilobytes / 1024;
    }

    Folder folder;
    Broker broker{folder};
    int port = free_port();
    // What the address sanitizer keeps of freed memory would look like a leak.
    Process gateway{{"/usr/bin/env", "ASAN_OPTIONS=quarantine_size_mb=4", CHIENG_GATEWAY, "--place", "625", "--data", folder.path(),
                     "--broker", broker.url(), "--http", "127.0.0.1:" + std::to_string(port), "run"},
                    folder.path() / "gateway.log"};
    v1::Block cells;
    bench::Wire commune{broker.port(), "commune"};
};

// Area and period of each cell -> its number, as a stream tells them one after the other. The last id comes along.
struct Told {
    std::map<std::string, std::string> numbers;
    std::uint64_t last = 0;
    bool in_order = true;
};

Told read_stream(const std::string& text) {
    Told told;
    for (auto at = text.find("id: "); at != std::string::npos; at = text.find("\nid: ", at + 1)) {
        const auto end = text.find("\n\n", at);
        if (end == std::string::npos) {
            break;
        }
        const auto data = text.find("\ndata: ", at) + 7;
        const auto dash = text.find('-', at);
        const auto json = Json::parse(text.substr(data, end - data));
        const auto last = std::stoull(text.substr(dash + 1, 20));
        told.in_order = told.in_order && (last > told.last || told.last == 0);
        told.last = last;
        for (const auto& cell : json.value("cells", Json::array())) {
            told.numbers[cell.value("area", "") + cell.value("calendar", "") + cell.value("period", "") + cell.value("indicator", "")] =
                cell.value("number", "");
        }
    }
    return told;
}

void check_problem(const HttpAnswer& answer, int status) {
    CHECK(answer.status == status);
    REQUIRE(answer.fields.contains("Content-Type"));
    CHECK(answer.fields.at("Content-Type") == "application/problem+json");
    const auto problem = Json::parse(answer.body);
    CHECK(problem.at("status") == status);
    for (const auto* field : {"type", "title", "detail", "detailVi"}) {
        CHECK_FALSE(problem.at(field).get<std::string>().empty());
    }
}

struct Wrong {
    const char* target;
    int status;
    const char* field;  // that the problem names; "" for none
    const char* more = "";
    const char* method = "GET";
};

const Wrong wrongs[] = {
    // Methods.
    {"/api/v1/me", 405, "", "", "PUT"},
    {"/api/v1/table?period=2022", 405, "", "Content-Length: 0\r\n", "POST"},
    {"/api/v1/events", 405, "", "", "GET"},
    {"/api/v1/me", 405, "", "", "BREW"},
    {"example.org:443", 400, "", "", "CONNECT"},
    {"*", 400, "", "", "OPTIONS"},
    {"/api/v1/feeds/cells/events", 405, "", "", "DELETE"},
    // Paths.
    {"/api/v1/../../etc/passwd", 404, ""},
    {"/page/%2e%2e/%2e%2e/etc/passwd", 404, ""},
    {"/page/..%2f..%2fetc%2fpasswd", 400, ""},
    {"/page/..%5c..%5cetc", 400, ""},
    {"/page/%2e%2e", 404, ""},
    {"/page/app.js%00.html", 400, ""},
    {"/page/", 404, ""},
    {"//", 404, ""},
    {"//api/v1/me", 404, ""},
    {"/api//v1/me", 404, ""},
    {"/api/v1/me/", 404, ""},
    {"/API/V1/ME", 404, ""},
    {"/api/v1/%E1%BA", 400, ""},
    {"/api/v1/%", 400, ""},
    {"http://example.org/etc/passwd", 404, ""},
    {"/api/v1/places?day=%00", 400, ""},
    {"/api/v1/places?day=%0d%0aSet-Cookie:x", 400, ""},
    {"/api/v1/places?dayy=2022-03-12", 400, "dayy"},
    // Cursors.
    {"/api/v1/feeds/cells?after=-1", 400, "after"},
    {"/api/v1/feeds/cells?after=1e3", 400, "after"},
    {"/api/v1/feeds/cells?after=0x10", 400, "after"},
    {"/api/v1/feeds/cells?after=%201", 400, "after"},
    {"/api/v1/feeds/cells?after=99999999999999999999999", 400, "after"},
    {"/api/v1/feeds/cells?after=18446744073709551615", 409, "epoch"},
    {"/api/v1/feeds/cells?after=0&epoch=5", 409, "epoch"},
    {"/api/v1/feeds/cells?after=0&limit=0", 400, "limit"},
    {"/api/v1/feeds/cells/events?after=x", 400, "after"},
    {"/api/v1/feeds/cells/events", 400, "Last-Event-ID", "Last-Event-ID: 1\r\n"},
    {"/api/v1/feeds/cells/events", 400, "Last-Event-ID", "Last-Event-ID: -\r\n"},
    {"/api/v1/feeds/cells/events", 400, "Last-Event-ID", "Last-Event-ID: 1-\r\n"},
    {"/api/v1/feeds/cells/events", 400, "Last-Event-ID", "Last-Event-ID: -1\r\n"},
    {"/api/v1/feeds/cells/events", 400, "Last-Event-ID", "Last-Event-ID: 1-2-3\r\n"},
    {"/api/v1/feeds/cells/events", 400, "Last-Event-ID", "Last-Event-ID: a-b\r\n"},
    {"/api/v1/feeds/cells/events", 400, "Last-Event-ID", "Last-Event-ID: 18446744073709551616-1\r\n"},
    {"/api/v1/feeds/cells/events", 400, "Last-Event-ID", "Last-Event-ID: 1-1\r\nLast-Event-ID: 1-2\r\n"},
    {"/api/v1/feeds/cells/websocket", 426, ""},
    // Places.
    {"/api/v1/table?period=2022&area=99999", 404, "area"},
    {"/api/v1/table?period=2022&area=23641-99", 404, "area"},
    {"/api/v1/table?period=2022&area=", 404, "area"},
    {"/api/v1/table?period=2022&area=../625", 404, "area"},
    {"/api/v1/history?indicator=COM-01&area=%F0%9F%94%94", 404, "area"},
    {"/api/v1/behind?indicator=COM-01%27--&period=2022", 404, "indicator"},
    // Dates.
    {"/api/v1/places?day=2022-02-30", 400, "day"},
    {"/api/v1/places?day=1899-12-31", 400, "day"},
    {"/api/v1/places?day=2200-01-01", 400, "day"},
    {"/api/v1/places?day=0000-00-00", 400, "day"},
    {"/api/v1/places?day=99999999-01-01", 400, "day"},
    {"/api/v1/places?day=today", 400, "day"},
    {"/api/v1/table?period=1066", 400, "period"},
    {"/api/v1/table?period=9999-Q4", 400, "period"},
    {"/api/v1/table?period=2022-13", 400, "period"},
    {"/api/v1/table?period=2022-00", 400, "period"},
    {"/api/v1/table?period=2022-Q0", 400, "period"},
    {"/api/v1/table?period=2022-H3", 400, "period"},
    {"/api/v1/table?period=20222", 400, "period"},
    {"/api/v1/table?period=2022&map=2022-06-31", 400, "map"},
    {"/api/v1/history?indicator=COM-01&until=-2022", 400, "until"},
    {"/api/v1/reports/2022-Q9/1", 400, "period"},
    // What nobody serves.
    {"/api/v1/table?period=2022", 406, "format", "Accept: image/png\r\n"},
    {"/api/v1/table?period=2022", 406, "format", "Accept: text/csv;q=0\r\n"},
    {"/api/v1/table?period=2022", 406, "format", "Accept: rubbish\r\n"},
    {"/api/v1/table?period=2022&format=exe", 406, "format"},
    // Headers and bodies.
    {"/api/v1/me", 400, "", "Content-Length: many\r\n"},
    {"/api/v1/me", 400, "", "Content-Length: 1\r\nContent-Length: 2\r\n"},
    {"/api/v1/me", 400, "", "No colon in this line\r\n"},
    {"/api/v1/session", 400, "", "Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{", "POST"},
    {"/api/v1/session", 413, "", "Transfer-Encoding: chunked\r\n\r\n40000\r\n", "POST"},
};

}  // namespace

TEST_CASE("each request of no sense gets a problem that names what is wrong, in both languages", "[integration]") {
    const ClockAt july{"2022-07-20"};
    const Region region;
    for (const auto& wrong : wrongs) {
        INFO(wrong.method << " " << wrong.target << " " << wrong.more);
        const auto answer = http(region.port, wrong.method, wrong.target, wrong.more);
        check_problem(answer, wrong.status);
        CHECK(Json::parse(answer.body).value("field", "") == wrong.field);
        CHECK((wrong.status != 405 || answer.fields.contains("Allow")));
    }
    check_problem(http(region.port, "GET", "/" + std::string(20'000, 'x')), 431);
    check_problem(http(region.port, "GET", "/api/v1/me", "X-Filler: " + std::string(9'000, 'x') + "\r\n"), 431);
    std::string many;
    for (int i = 0; i < 1'000; ++i) {
        many += "X-" + std::to_string(i) + ": 1\r\n";
    }
    check_problem(http(region.port, "GET", "/api/v1/me", many), 431);
    const auto formats = http(region.port, "GET", "/api/v1/table?period=2022", "Accept: image/png\r\n").body;
    CHECK(formats.find("text/csv") != std::string::npos);
    CHECK(http(region.port, "GET", "/api/v1/me").status == 200);
}

TEST_CASE("three hundred who follow and never read cost bounded memory, and a reader is told everything meanwhile", "[integration]") {
    const ClockAt july{"2022-07-20"};
    Region region;
    const auto followers = [&] { return samples(http(region.port, "GET", "/metrics").body).at("chieng_http_followers"); };
    const auto follow = [&] {
        auto wire = std::make_unique<Wire>(region.port);
        wire->send("GET /api/v1/feeds/cells/events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return wire;
    };
    std::vector<std::unique_ptr<Wire>> silent;
    for (int i = 0; i < 300; ++i) {
        silent.push_back(follow());
    }
    REQUIRE(eventually(20s, [&] { return followers() == 300; }));
    const auto reader = follow();
    const auto before = region.memory();
    std::string text;
    for (int i = 0; i < 25; ++i) {
        region.change();
        text += reader->receive(20ms);
    }
    const auto& first = region.cells.cells(0);
    CHECK(eventually(20s, [&] {
        region.pump();
        text += reader->receive(50ms);
        const auto told = read_stream(text).numbers;
        const auto it = told.find(first.area() + first.period() + "COM-01");
        return it != told.end() && it->second == std::to_string(first.number());
    }));
    const auto end = region.end();
    CHECK(eventually(20s, [&] {
        text += reader->receive(50ms);
        return read_stream(text).last == end;
    }));
    const auto told = read_stream(text);
    CHECK(told.in_order);
    for (const auto& cell : region.cells.cells()) {
        INFO(cell.area() << " " << cell.period());
        CHECK(told.numbers.at(cell.area() + cell.period() + "COM-01") == std::to_string(cell.number()));
    }
    CHECK(region.memory() < before + 48);
    silent.clear();
    CHECK(eventually(20s, [&] { return followers() == 1; }));
}

TEST_CASE("half-open connections and senders of a byte at a time hold nobody up", "[integration]") {
    const ClockAt july{"2022-07-20"};
    const Region region;
    std::vector<std::unique_ptr<Wire>> idle;
    for (int i = 0; i < 300; ++i) {
        idle.push_back(std::make_unique<Wire>(region.port));
        if (i % 3 > 0) {
            idle.back()->send(i % 3 == 1 ? "GET /api/v1/me HT"
                                         : "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");
        }
    }
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) {
        for (std::size_t at = 1; at < 60; at += 3) {
            idle[at]->send("x");
        }
        CHECK(http(region.port, "GET", "/api/v1/me").status == 200);
    }
    CHECK(std::chrono::steady_clock::now() - began < 4s);  // before any of them was dropped
    Wire half(region.port);
    half.send("GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n");
    half.end_sending();
    CHECK(half.receive().starts_with("HTTP/1.1 200 "));
}

}  // namespace hostile_test
