// SPDX-License-Identifier: Apache-2.0
// Streams of the HTTP server itself, on real sockets in one process: what waits for somebody who does not read has a bound.
#include "services/runtime/host/http_stream.hpp"
#include "services/runtime/host/http_server.hpp"
#include "tests/support/http.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace http_stream_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;

namespace {

class Streaming {
public:
    explicit Streaming(std::size_t most = 400) {
        server.serve(
            [this](HttpRequest&& request) -> HttpOutcome {
                return HttpFollow{request.path == "/websocket",
                                  [this](std::shared_ptr<HttpStream> stream) { streams.push_back(std::move(stream)); }};
            },
            {most + 10, most});
    }
    ~Streaming() {
        for (const auto& stream : streams) {
            stream->close();
        }
        loop.poll();
    }
    Streaming(const Streaming&) = delete;
    Streaming& operator=(const Streaming&) = delete;
    Streaming(Streaming&&) = delete;
    Streaming& operator=(Streaming&&) = delete;

    template <class Holds>
    bool turn_until(const Holds& holds) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!holds() && std::chrono::steady_clock::now() < deadline) {
            loop.run_one_for(1ms);
            loop.poll();
        }
        return holds();
    }
    std::unique_ptr<Wire> follower(const std::string& target, const std::string& more = "") {
        auto wire = std::make_unique<Wire>(server.port());
        wire->send("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n");
        return wire;
    }

    boost::asio::io_context loop{1};
    HttpServer server{loop, HttpListen{"127.0.0.1:0"}, {}};
    std::vector<std::shared_ptr<HttpStream>> streams;
};

constexpr const char* upgrade =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

}  // namespace

TEST_CASE("who never reads is dropped at the bound of what waits for him, and a reader is told everything", "[integration]") {
    Streaming side;
    const auto reader = side.follower("/events");
    REQUIRE(side.turn_until([&] { return side.streams.size() == 1; }));
    std::vector<std::unique_ptr<Wire>> silent;
    for (int i = 0; i < 300; ++i) {
        silent.push_back(i % 10 == 0 ? side.follower("/websocket", upgrade) : side.follower("/events"));
    }
    REQUIRE(side.turn_until([&] { return side.streams.size() == 301; }));

    const auto message = std::make_shared<const StreamMessage>(StreamMessage{"1-1", "cells", std::string(std::size_t{32} * 1024, 'x')});
    const auto open = [&] {
        return std::count_if(side.streams.begin(), side.streams.end(), [](const auto& one) { return one->is_open(); });
    };
    std::string heard;
    int sent = 0;
    for (; open() > 1 && sent < 100; ++sent) {
        for (const auto& stream : side.streams) {
            stream->send(message);
        }
        CHECK(side.turn_until([&] {
            heard += reader->receive(3ms);
            return side.streams.front()->is_idle();
        }));
    }
    // The queue, and what the systems of both sides keep besides: 256 KiB, twice 128 KiB, and room of the client's.
    CHECK(sent <= 32);
    CHECK(open() == 1);
    CHECK(side.streams.front()->is_open());
    side.turn_until([&] {
        heard += reader->receive(3ms);
        return heard.ends_with("x\n\n");
    });
    CHECK(std::count(heard.begin(), heard.end(), 'x') >= static_cast<std::ptrdiff_t>(sent) * 32 * 1024);
    side.streams.clear();
    CHECK(side.turn_until([&] { return message.use_count() == 1; }));
}

TEST_CASE("a follower that talks too much is dropped, and one that hangs up is forgotten", "[integration]") {
    Streaming side;
    auto gone = side.follower("/events");
    REQUIRE(side.turn_until([&] { return side.streams.size() == 1; }));
    const auto talker = side.follower("/events");
    REQUIRE(side.turn_until([&] { return side.streams.size() == 2; }));
    auto speaker = side.follower("/websocket", upgrade);
    REQUIRE(side.turn_until([&] { return side.streams.size() == 3; }));
    gone.reset();
    CHECK(side.turn_until([&] { return !side.streams[0]->is_open(); }));
    talker->send(std::string(100'000, 'x'));
    CHECK(side.turn_until([&] { return !side.streams[1]->is_open(); }));
    CHECK(side.streams[2]->is_open());
    speaker->send(std::string("\x81\xFE\x20\x00mask", 8));  // a text of 8 KiB is announced
    CHECK(side.turn_until([&] { return speaker->closed_within(1ms); }));
    speaker.reset();
    CHECK(side.turn_until([&] { return !side.streams[2]->is_open(); }));
}

TEST_CASE("more than may follow are refused with what to do instead, and let in when others leave", "[integration]") {
    Streaming side(20);
    std::vector<std::unique_ptr<Wire>> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(side.follower("/events"));
    }
    REQUIRE(side.turn_until([&] { return side.streams.size() == 20; }));
    const auto hears = [&](Wire& wire, const std::string& words) {
        std::string text;
        side.turn_until([&] {
            text += wire.receive(3ms);
            return text.find(words) != std::string::npos;
        });
        return text;
    };
    const auto refused = hears(*side.follower("/events"), "Retry-After");
    CHECK(refused.starts_with("HTTP/1.1 503 "));
    CHECK(refused.find("application/problem+json") != std::string::npos);
    all.pop_back();
    CHECK(side.turn_until([&] { return !side.streams.back()->is_open(); }));
    side.streams.pop_back();
    CHECK(hears(*side.follower("/events"), "text/event-stream").starts_with("HTTP/1.1 200 "));
}

}  // namespace http_stream_test
