// SPDX-License-Identifier: Apache-2.0
// A report of the past: computed once more by what it was made by, and which events came after it, also after an erasure.
#include "gateway/serve/recompute.hpp"
#include "gateway/serve/late_events.hpp"
#include "tests/support/reports_bench.hpp"

#include <algorithm>

namespace recompute_test {

using namespace reports_test;
using reports_test::Bench;

namespace {

constexpr std::uint64_t old_epoch = 5;  // as the bench's blocks say
constexpr std::uint64_t new_epoch = 6;

v1::ReportReply with_basis(Bench& bench) {
    v1::ReportRequest request;
    request.set_period("2022-H1");
    request.set_with_basis(true);
    return bench.ask(request);
}

// Whether its service still tells what it told up to the report.
enum class Since { nothing, erasure, restored };

bool ended(const LateEvents& late) {
    return late.whole();
}
bool ended(const Recompute& recompute) {
    return recompute.result().has_value();
}

// Answers as the service does whose blocks the bench has heard.
template <class Client>
void answer(Client& client, const Bench& bench, const std::string& name, Since since) {
    std::vector<Message> waiting;
    const auto hear = [&](const Input& input) {
        for (const auto& action : client.handle({&input, 1}, {Seconds(), std::chrono::milliseconds(0)})) {
            if (const auto* publish = std::get_if<Publish>(&action)) {
                waiting.push_back(publish->message);
            }
        }
    };
    hear(LinkUp{});
    v1::Head head;
    head.set_epoch(since == Since::nothing ? old_epoch : new_epoch);
    head.set_last(bench.blocks.size());
    hear(Arrived{{topics::feed_head("23656", "session"), head.SerializeAsString(), true}});
    CHECK_FALSE(ended(client));
    while (!waiting.empty()) {
        const auto asked = waiting.front();
        waiting.erase(waiting.begin());
        v1::Request request;
        REQUIRE(request.ParseFromString(asked.payload));
        const auto who = asked.topic.substr(asked.topic.rfind('/') + 1);
        REQUIRE(who.starts_with(name));
        const bool agrees = request.epoch() == old_epoch && since != Since::restored;
        v1::Block end;
        end.set_first(bench.blocks.size() + 1);
        end.set_last(bench.blocks.size());
        auto following = std::vector<v1::Block>(bench.blocks.begin() + static_cast<std::ptrdiff_t>(request.after()), bench.blocks.end());
        for (auto block : following.empty() ? std::vector<v1::Block>{end} : following) {
            block.set_epoch(head.epoch());
            block.set_formerly(agrees ? request.epoch() : 0);
            hear(Arrived{{topics::feed_replies("23656", "session", who), block.SerializeAsString(), false}});
            CHECK((block.last() == bench.blocks.size() || since == Since::restored || !ended(client)));  // not at the first of several
        }
    }
}

std::vector<std::string> numbers_of(const LateEvents& late) {
    std::vector<std::string> numbers;
    for (const auto& one : late.events()) {
        numbers.push_back(one.feed + "/" + one.device + "/" + std::to_string(one.event.sequence()));
    }
    return numbers;
}

}  // namespace

TEST_CASE("the events that came after a report are listed, also when an erasure wrote the journal anew", "[reports]") {
    Bench bench;
    bench.publish(a_session_on(1, "2022-05-01"));
    const auto report = bench.ask("2022-H1", true).report();
    bench.publish(a_session_on(2, "2022-05-02"));
    bench.publish(a_session_on(3, "2022-06-15"));  // of the second half
    bench.publish(a_session_on(4, "2022-05-03"));
    const auto device = bench.blocks.front().entries(0).device();
    for (const auto since : {Since::nothing, Since::erasure}) {
        LateEvents late(report, "me");
        answer(late, bench, "me", since);
        CHECK(late.whole());
        CHECK(late.begun_again().empty());
        CHECK(numbers_of(late) == std::vector<std::string>{"session/" + device + "/2", "session/" + device + "/4"});
    }
    LateEvents late(report, "me");
    answer(late, bench, "me", Since::restored);
    CHECK(late.whole());
    CHECK(late.events().empty());
    CHECK(late.begun_again() == std::vector<std::string>{"23656/session"});
}

TEST_CASE("a report of the past is computed once more from what it had read", "[reports]") {
    Bench bench;
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
        bench.publish(a_session_on(sequence, "2022-05-01"));
    }
    const auto report = bench.ask("2022-H1", true).report();
    bench.publish(a_session_on(4, "2022-05-02"));
    const auto computed = [&](Since since) {
        Recompute recompute(bench.definitions, kbang(), report, "me");
        answer(recompute, bench, "me", since);
        REQUIRE(recompute.result());
        return *recompute.result();
    };
    const auto differ = [&](Since since) {
        const auto result = computed(since);
        CHECK(result.error.empty());
        CHECK(result.entries == 3);
        return result.differ.size();
    };
    CHECK(differ(Since::nothing) == 0);
    CHECK(differ(Since::erasure) == 0);
    CHECK_THAT(computed(Since::restored).error, Catch::Contains("what the report had read of 23656/session is not there as it was"));
    bench.blocks[1].mutable_entries(0)->set_event(a_session_on(2, "2022-07-01").SerializeAsString());
    CHECK(differ(Since::nothing) > 0);
}

TEST_CASE("a report of a district is computed of what its communes say today, and names those that said more since", "[reports]") {
    const auto cell = [](std::int64_t sessions) {
        v1::Cell made;
        made.set_area("23656-01");
        made.set_period("2022-03b");
        made.set_indicator("COM-01");
        made.set_number(sessions);
        made.mutable_lineage()->set_events(static_cast<std::int32_t>(sessions));
        return made;
    };
    Board board(definitions(), kbang(), "625");
    board.set("23656/cells", cell(2));
    board.settle();
    v1::Report report;
    report.set_area("625");
    report.set_period("2022-H1");
    for (auto& value : values_to_file(board, kbang(), "625", *Period::parse(v1::OFFICIAL, "2022-H1"))) {
        *report.add_values() = std::move(value);
    }
    auto& position = *report.add_positions();
    position.set_feed("23656/cells");
    position.set_epoch(1);
    position.set_offset(2);
    report.add_positions()->set_feed("23659/cells");  // of which nothing was ever heard

    for (const std::int64_t sessions : {2, 3}) {
        Recompute recompute(definitions(), kbang(), report, "me");
        const auto hear = [&](const Input& input) {
            static_cast<void>(recompute.handle({&input, 1}, {Seconds(), std::chrono::milliseconds(0)}));
        };
        hear(LinkUp{});
        CHECK_FALSE(recompute.result());
        const auto last = static_cast<std::uint64_t>(sessions);
        v1::Head head;
        head.set_epoch(1);
        head.set_last(last);
        hear(Arrived{{topics::feed_head("23656", "cells"), head.SerializeAsString(), true}});
        v1::Block block;
        block.set_epoch(1);
        block.set_first(1);
        block.set_last(last);
        *block.add_cells() = cell(sessions);
        hear(Arrived{{topics::feed_replies("23656", "cells", "me"), block.SerializeAsString(), false}});
        REQUIRE(recompute.result());
        CHECK(recompute.result()->differ.empty() == (sessions == 2));
        CHECK(recompute.result()->changed_cells.empty() == (sessions == 2));
    }
}

TEST_CASE("who does not answer a recomputation is named", "[reports]") {
    Bench bench;
    bench.publish(a_session_on(1, "2022-05-01"));
    const auto report = bench.ask("2022-H1", true).report();
    Recompute recompute(bench.definitions, kbang(), report, "me");
    const auto hear = [&](const Input& input, std::int64_t at) {
        static_cast<void>(recompute.handle({&input, 1}, {Seconds(), std::chrono::milliseconds(at)}));
    };
    hear(LinkUp{}, 1'000);
    hear(Tick{}, 60'000);
    CHECK_FALSE(recompute.result());
    hear(Tick{}, 61'000);
    REQUIRE(recompute.result());
    CHECK(recompute.result()->error.find("no answer from the feeds 23656/session (0 of 1)") == 0);
}

TEST_CASE("a gateway keeps what its reports were made by, whatever it is given later", "[reports]") {
    Bench bench;
    bench.publish(a_session_on(1, "2022-06-14"));
    static_cast<void>(bench.ask("2022-H1", true));
    const auto before = with_basis(bench);
    CHECK(before.report().indicators() == bench.definitions.digest());
    CHECK(before.indicators().SerializeAsString() == bench.definitions.bytes());
    CHECK(before.places().SerializeAsString() == kbang().rows().SerializeAsString());
    CHECK(Places(before.places()).digest() == before.report().places());
    CHECK_FALSE(bench.ask("2022-H1", false).has_indicators());

    std::string text = data::indicators;
    text.replace(text.find("Communication sessions held"), 13, "Information  ");
    bench.gateway.reset();
    const auto old = bench.definitions;
    bench.definitions = Definitions::load(text, "indicators.txtpb");
    bench.start();
    CHECK(with_basis(bench).indicators().SerializeAsString() == old.bytes());
}

}  // namespace recompute_test
