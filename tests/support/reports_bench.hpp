// SPDX-License-Identifier: Apache-2.0
// A gateway of one feed of sessions, and whoever asks it for its reports, its archive and its board.
#pragma once

#include "gateway/serve/gateway.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/gateway_bench.hpp"

#include "data/indicators.hpp"
#include "data/recipients.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace reports_test {

using namespace chieng;
using namespace chieng::testing;

inline const std::string feed = topics::feed("23656", "session");

struct Bench {
    MemoryStore store;
    Definitions definitions = Definitions::load(data::indicators, "indicators.txtpb");
    Recipients recipients = Recipients::load(data::recipients, "recipients.txtpb", definitions, "23656");
    std::string service = "session";
    std::optional<Gateway> gateway;
    std::int64_t now_ms = 0;
    std::string today = "2022-07-01";
    std::map<std::string, std::string> said;  // the last message of each topic
    std::vector<v1::Block> blocks;

    explicit Bench(const std::string& of = "session") : service(of) { start(); }
    void start() {
        gateway.emplace(definitions, kbang(), "23656", std::vector<Source>{{"23656", service}}, store, 77);
        gateway->serve(recipients);
        hear(Input(LinkUp{}));
        now_ms += 1'000;
        hear(Input(Tick{}));
    }
    void hear(const Input& input) {
        for (const auto& action : gateway->handle(std::span(&input, 1), {Seconds(*parse_day(today)), std::chrono::milliseconds(now_ms)})) {
            if (const auto* publish = std::get_if<Publish>(&action)) {
                said[publish->message.topic] = publish->message.payload;
            }
        }
    }
    void publish(const v1::Event& event) {
        auto block = gateway_test::block_of(blocks.size() + 1, event, 5);
        block.mutable_entries(0)->set_received_at(1'655'000'000);
        blocks.push_back(block);
        hear(Input(Arrived{{topics::feed("23656", service), block.SerializeAsString(), false}}));
    }
    v1::ReportReply acknowledge(const std::string& period, const std::string& recipient, std::uint32_t revision = 0) {
        v1::ReportRequest request;
        request.set_period(period);
        request.set_revision(revision);
        request.set_acknowledged_by(recipient);
        return ask(request);
    }
    std::vector<v1::ArchiveEntry> archive() {
        hear(Input(Arrived{{topics::requests("23656", "archive", "officer"), "", false}}));
        v1::ArchiveReply reply;
        REQUIRE(reply.ParseFromString(said[topics::replies("23656", "archive", "officer")]));
        return {reply.entries().begin(), reply.entries().end()};
    }
    v1::ReportReply ask(const std::string& period, bool file, std::uint32_t revision = 0) {
        v1::ReportRequest request;
        request.set_period(period);
        request.set_file(file);
        request.set_why(file ? "numbers were corrected" : "");
        request.set_revision(revision);
        return ask(request);
    }
    v1::ReportReply ask(const v1::ReportRequest& request) {
        hear(Input(Arrived{{topics::requests("23656", "reports", "officer"), request.SerializeAsString(), false}}));
        v1::ReportReply reply;
        REQUIRE(reply.ParseFromString(said[topics::replies("23656", "reports", "officer")]));
        return reply;
    }
};

inline v1::Event a_session_on(std::uint64_t sequence, const std::string& day) {
    auto event = a_session_held(sequence);
    event.set_occurred_on(day);
    return event;
}

}  // namespace reports_test
