// SPDX-License-Identifier: Apache-2.0
// An event's trace is the same wherever it is named, and a line about it says nothing of what is in it.
#include "services/runtime/core/trace.hpp"

#include "gateway/serve/gateway.hpp"
#include "services/field/sender.hpp"
#include "services/household/household.hpp"
#include "services/runtime/core/event_line.hpp"
#include "services/runtime/core/limits.hpp"
#include "tests/support/engine_bench.hpp"
#include "tests/support/lines.hpp"
#include "tests/support/web_world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>
#include <set>

namespace trace_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;

namespace {

std::set<std::string> words_of(const std::vector<std::string>& lines, const std::string& name) {
    std::set<std::string> found;
    for (const auto& line : lines) {
        const auto at = line.find(name + "=");
        found.insert(at == std::string::npos ? "" : line.substr(at + name.size() + 1, line.find(' ', at) - at - name.size() - 1));
    }
    return found;
}

}  // namespace

TEST_CASE("an event's trace id is the start of its name's SHA-256, as any tool gives it", "[trace]") {
    const TracedEvent event{"23656", "session", "p1", 7};
    CHECK(event.text() == "23656/session/p1/7");
    CHECK(trace_id(event) == "e1bf869cd40d7a53f97b767f1bc07d0b");  // printf %s 23656/session/p1/7 | sha256sum
    CHECK(trace_parent(event, "service").text() == "00-e1bf869cd40d7a53f97b767f1bc07d0b-f417c56d671fc612-01");
    CHECK(trace_id({"23656", "session", "p1", 8}) != trace_id(event));
    CHECK(trace_parent(event, "device").span_id != trace_parent(event, "service").span_id);
}

TEST_CASE("a traceparent is read as the W3C says, and anything else is none", "[trace]") {
    const std::regex valid("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]");
    for (std::uint64_t sequence = 1; sequence <= 200; ++sequence) {
        const auto text = trace_parent({"23656", "household", "phone", sequence}, "device").text();
        CHECK(std::regex_match(text, valid));
        REQUIRE(read_trace_parent(text));
        CHECK(read_trace_parent(text)->text() == text);
    }
    const std::string rest = "-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-";
    CHECK_FALSE(read_trace_parent("00" + rest + "00")->sampled);
    CHECK(read_trace_parent("00" + rest + "0b")->text() == "00" + rest + "01");
    CHECK(read_trace_parent("cc" + rest + "01-what-will-come"));
    for (const auto& wrong :
         {std::string(), "00" + rest, "00" + rest + "1", "00" + rest + "01-more", "cc" + rest + "01.more", "ff" + rest + "01",
          "0G" + rest + "01", "00" + rest + "0x", std::string("00-00000000000000000000000000000000-b7ad6b7169203331-01"),
          std::string("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"),
          std::string("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"),
          std::string("00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), "00" + rest + "01, 00" + rest + "01"}) {
        INFO(wrong);
        CHECK_FALSE(read_trace_parent(wrong));
    }
}

TEST_CASE("phone, service and gateway name one trace, and so does what is read about the event", "[trace]") {
    Lines phone;
    Lines commune;
    Lines gateway_lines;
    MemoryStore phone_store;
    Outbox outbox(phone_store);
    Sender sender("p1", "23656", outbox, 1);
    sender.tell(phone);
    REQUIRE(std::get<std::uint64_t>(outbox.post(a_session_held(0), "session", &kbang(), "23656", *parse_day("2022-04-10"), 1)) == 1);
    Bench service;
    service.engine->tell(commune);
    MemoryStore board;
    Gateway gateway(definitions(), kbang(), "23656", {{"23656", "session"}}, board, 7);
    gateway.tell(gateway_lines);
    const auto give = [](auto& part, const Input& input, std::chrono::milliseconds at) {
        return part.handle({&input, 1}, Instant{Seconds(*parse_day("2022-04-10")), at});
    };
    static_cast<void>(give(gateway, LinkUp{}, 0ms));
    static_cast<void>(give(gateway, Tick{}, 1'000ms));

    const auto sent = give(sender, LinkUp{}, 0ms);
    service.deliver("p1", std::get<Publish>(sent.back()).message.payload);
    REQUIRE(service.feed.size() == 1);
    static_cast<void>(give(gateway, Arrived{{topics::feed("23656", "session"), service.feed[0].SerializeAsString(), false}}, 1'100ms));
    static_cast<void>(give(sender, Arrived{{topics::receipts("23656", "p1"), service.last_receipt, false}}, 100ms));

    const TracedEvent event{"23656", "session", "p1", 1};
    const std::set<std::string> only{trace_id(event)};
    CHECK(words_of(phone.lines, "verdict") == std::set<std::string>{"sent", "stored"});
    CHECK(words_of(phone.lines, "trace_id") == only);
    CHECK(words_of(commune.lines, "verdict") == std::set<std::string>{"stored"});
    CHECK(words_of(commune.lines, "trace_id") == only);
    CHECK(words_of(gateway_lines.lines, "verdict") == std::set<std::string>{"folded"});
    CHECK(words_of(gateway_lines.lines, "trace_id") == only);
    CHECK(words_of(gateway_lines.lines, "span_id") != words_of(commune.lines, "span_id"));

    v1::Rights rights;
    rights.mutable_anonymous()->set_sees(v1::INTERNAL);
    WebWorld world("23656", web::Rights::load(rights.DebugString(), "rights.txtpb"));
    world.journals->read();
    const auto entry = entry_of("p1", a_session_held(1));
    world.journals->stores(entry, "session");
    world.follower.board().apply("23656/session", entry);
    world.take();
    const auto behind = world.get("/api/v1/behind?indicator=COM-01&period=2022-Q2");
    CHECK(behind.at("events").at(0).at("traceId") == trace_id(event));
}

TEST_CASE("by default only what somebody has to look at is told, after it is on disk", "[trace]") {
    Bench bench;
    Lines trouble(false);
    bench.engine->tell(trouble);
    static_cast<void>(bench.send("p1", {a_session_held(1), a_session_held(1), a_session_held(2)}));
    CHECK(trouble.lines.empty());
    auto wrong = a_session_held(3);
    wrong.set_village("23656-99");
    static_cast<void>(bench.send("p1", {wrong}));
    auto other = a_session_held(1);
    other.mutable_session_held()->set_duration_minutes(91);
    static_cast<void>(bench.send("p1", {other}));
    static_cast<void>(bench.deliver("p1", "no message"));
    REQUIRE(trouble.lines.size() == 3);
    CHECK_THAT(trouble.lines[0], Catch::StartsWith("at=service event=23656/session/p1/3 verdict=refused reason=UNKNOWN_PLACE field=village "
                                                   "trace_id=" +
                                                   trace_id({"23656", "session", "p1", 3})));
    CHECK_THAT(trouble.lines[1], Catch::StartsWith("at=service event=23656/session/p1/1 verdict=conflict reason=CONFLICT field=sequence "));
    CHECK(trouble.lines[2] == "at=service event=23656/session/p1/- verdict=quarantined reason=UNREADABLE");

    bench.store.fail_commits = 1;
    auto more = wrong;
    more.set_sequence(9);
    CHECK_THROWS_AS(bench.send("p1", {more}), Broken);
    CHECK(trouble.lines.size() == 3);
}

TEST_CASE("no line about an event says anything of a household, a person or a free text", "[trace]") {
    Bench bench(make_service<Household>());
    Lines lines;
    bench.engine->tell(lines);
    auto event = a_household_supported(1);
    event.mutable_household_supported()->set_household_key("secret-key");
    event.set_note("secret note\nlevel=error");
    static_cast<void>(bench.send("p1", {event}));
    event.set_sequence(2);
    event.set_village("secret-v");
    event.mutable_household_supported()->set_household_key("secret key that is much too long for a key " + std::string(300, 'x'));
    static_cast<void>(bench.send("p1", {event}));
    static_cast<void>(bench.deliver("secret \"device\"\nat=x", "secret bytes"));
    static_cast<void>(bench.deliver("p1", "{\"device\":\"p1\",\"secret\":1}"));
    static_cast<void>(bench.deliver("p1", "{\"device\":\"secret\",\"commune\":\"23656\"}"));
    REQUIRE(lines.lines.size() == 5);
    const std::regex plain(R"([a-z_]+=[A-Za-z0-9_./,\[\]?-]+( [a-z_]+=[A-Za-z0-9_./,\[\]?-]+)*)");
    for (const auto& line : lines.lines) {
        INFO(line);
        CHECK(line.find("secret") == std::string::npos);
        CHECK(line.size() < 500);
        CHECK(std::regex_match(line, plain));
    }
}

TEST_CASE("a message full of what cannot be read is told as a bounded number of steps", "[trace]") {
    Bench bench;
    Lines lines(false);
    bench.engine->tell(lines);
    store::v1::FrozenEvents flood;
    flood.set_device("p1");
    flood.set_commune("23656");
    for (int i = 0; i < 5'000; ++i) {
        flood.add_events("\xff");
    }
    static_cast<void>(bench.deliver("p1", flood.SerializeAsString()));
    CHECK(lines.lines.size() == limits::steps_told_max);
    CHECK(lines.missing == 5'000 - limits::steps_told_max);
}

TEST_CASE("lines keep their pace: so many at once, and so many a second", "[trace]") {
    LinePace pace(10, 2);
    const auto allowed = [&](std::chrono::milliseconds now, int asked) {
        int count = 0;
        for (int i = 0; i < asked; ++i) {
            count += pace.allows(now) ? 1 : 0;
        }
        return count;
    };
    CHECK(allowed(5'000ms, 100) == 10);
    CHECK(allowed(5'499ms, 100) == 0);
    CHECK(allowed(5'500ms, 100) == 1);
    CHECK(allowed(7'000ms, 100) == 3);
    CHECK(allowed(6'000ms, 100) == 0);  // a clock that falls back
    CHECK(allowed(90'000'000ms, 100) == 10);
}

}  // namespace trace_test
