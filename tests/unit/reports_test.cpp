// SPDX-License-Identifier: Apache-2.0
// Filed reports, at the gateway's own seams.
#include "gateway/export/restated.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/reports_bench.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>
#include <span>

namespace reports_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

std::int64_t number(const v1::Report& report, const std::string& code) {
    for (const auto& value : report.values()) {
        if (value.area() == "23656" && value.indicator() == code) {
            return value.number();
        }
    }
    return -1;
}

}  // namespace

TEST_CASE("another number is restated, the same number by other events is not", "[reports]") {
    constexpr auto ok = Status::ok;
    constexpr auto not_reported = Status::not_reported;
    v1::IndicatorValue filed;
    filed.set_number(8);
    filed.mutable_lineage()->set_digest(1);
    auto now = filed;
    now.mutable_lineage()->set_digest(2);
    CHECK_FALSE(is_restated(filed, ok, now, ok));
    now.set_number(9);
    CHECK(is_restated(filed, ok, now, ok));
    CHECK_FALSE(is_restated(filed, ok, now, Status::suppressed));
    CHECK_FALSE(is_restated(filed, Status::suppressed, now, ok));
    CHECK(is_restated({}, not_reported, now, ok));
    CHECK(is_restated(filed, ok, {}, not_reported));
    // Of the villages that there are, of which nobody told anything.
    v1::IndicatorValue of_twelve;
    of_twelve.set_denominator(12);
    CHECK_FALSE(is_restated(of_twelve, not_reported, {}, not_reported));
    CHECK_FALSE(is_restated(v1::IndicatorValue(), not_reported, of_twelve, ok));
    // The median of nothing is no value, that of a day is 0.
    v1::IndicatorValue of_a_day;
    (*of_a_day.mutable_histogram())[0] = 1;
    CHECK(is_restated({}, Status::no_value, of_a_day, ok));
    CHECK_FALSE(is_restated(v1::IndicatorValue(), Status::no_value, v1::IndicatorValue(), Status::no_value));
}

TEST_CASE("of a report the wholes and the parts that are restated are told, but not what is hidden", "[reports]") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    v1::Report report;
    report.set_to("2022-06-14");
    v1::Restatement one;
    one.mutable_filed()->set_area("23656");
    one.mutable_filed()->set_indicator("COM-01");
    one.mutable_filed()->set_number(8);
    one.mutable_filed()->mutable_lineage()->set_events(8);
    *report.add_values() = one.filed();
    *one.mutable_now() = one.filed();
    CHECK(restated_of(report, {one}, definitions).empty());
    auto& part = *one.mutable_now()->add_parts();
    part.set_cut("form");
    part.set_cut_value("TALK");
    CHECK(restated_of(report, {one}, definitions).empty());  // a part that is nothing
    part.set_number(3);
    REQUIRE(restated_of(report, {one}, definitions).size() == 1);
    CHECK_FALSE(restated_of(report, {one}, definitions).front().is_whole);
    CHECK(restated_of(report, {one}, definitions, {{"23656", "COM-01", "form", "TALK"}}).empty());
    one.mutable_now()->set_number(9);
    CHECK(restated_of(report, {one}, definitions).front().is_whole);
    CHECK(restated_of(report, {one}, definitions, {}, {{"23656", "COM-01", "", ""}}).empty());
}

TEST_CASE("a filed report stays as it was; what comes later is restated beside it", "[reports]") {
    Bench bench;
    bench.publish(a_session_on(1, "2022-06-14"));
    bench.publish(a_session_on(2, "2022-06-15"));
    const auto filed = bench.ask("2022-H1", true);
    CHECK(filed.error().empty());
    CHECK(filed.report().revision() == 1);
    CHECK(number(filed.report(), "COM-01") == 1);
    CHECK(filed.report().digest().size() == 64);
    CHECK(filed.report().definitions_size() > 40);
    CHECK(bench.said.contains(topics::report("23656", "2022-H1", "1")));
    CHECK(bench.ask("2022-H1", false).restated().empty());

    bench.publish(a_session_on(3, "2022-05-01"));  // a phone comes back
    bench.publish(a_session_on(4, "2022-07-01"));
    const auto compared = bench.ask("2022-H1", false);
    CHECK(compared.report().SerializeAsString() == filed.report().SerializeAsString());
    bool seen = false;
    for (const auto& restated : compared.restated()) {
        if (restated.now().area() == "23656" && restated.now().indicator() == "COM-01") {
            seen = true;
            CHECK(restated.filed().number() == 1);
            CHECK(restated.now().number() == 2);
        }
    }
    CHECK(seen);

    const auto again = bench.ask("2022-H1", true);
    CHECK(again.report().revision() == 2);
    CHECK(number(again.report(), "COM-01") == 2);
    CHECK(again.report().digest() != filed.report().digest());
    CHECK(bench.ask("2022-H1", false, 1).report().SerializeAsString() == filed.report().SerializeAsString());
    CHECK(bench.ask("2022-H1", false).restated().empty());
}

TEST_CASE("a filed report outlives a crash and other definitions", "[reports]") {
    Bench bench;
    bench.publish(a_session_on(1, "2022-06-14"));
    const auto filed = bench.ask("2022-H1", true).report().SerializeAsString();
    bench.gateway.reset();
    bench.store.crash();
    std::string text = data::indicators;
    text.replace(text.find("Communication sessions held"), 13, "Information  ");
    bench.definitions = Definitions::load(text, "indicators.txtpb");
    bench.said.clear();
    bench.start();
    CHECK(bench.said.contains(topics::report("23656", "2022-H1", "1")));
    CHECK(bench.ask("2022-H1", false).report().SerializeAsString() == filed);
}

TEST_CASE("what the broker holds of filed reports stands, when the gateway's file is of before", "[reports]") {
    Bench bench;
    bench.publish(a_session_on(1, "2022-06-14"));
    const auto first = bench.ask("2022-H1", true).report();
    static_cast<void>(bench.acknowledge("2022-H1", "commune/party"));
    const auto kept = bench.said;
    const auto topic = topics::report("23656", "2022-H1", "1");

    Bench later;  // whose file was restored from before, or lost
    const auto hear = [&](const std::string& where, const std::string& payload) { later.hear(Input(Arrived{{where, payload, true}})); };
    hear(topics::report("23656", "2022-Q1", "1"), std::regex_replace(kept.at(topic), std::regex("\"revision\":1"), "\"revision\":2"));
    CHECK(later.ask("2022-H1", false).error() == "period 2022-H1 has not been filed; file it first");
    CHECK(later.ask("2022-H1", false).error_vi() == "kỳ 2022-H1 chưa chốt; hãy chốt trước");
    hear(topic, kept.at(topic));
    hear(topics::acknowledged("23656", "2022-H1", "1", "commune/party"),
         kept.at(topics::acknowledged("23656", "2022-H1", "1", "commune/party")));
    const auto again = later.ask("2022-H1", false);
    CHECK(again.report().SerializeAsString() == first.SerializeAsString());
    REQUIRE(again.acknowledgements_size() == 1);
    CHECK(again.acknowledgements(0).digest() == first.digest());
    CHECK(later.archive().size() >= 2);
    CHECK(later.ask("2022-H1", true).report().revision() == 2);
}

TEST_CASE("whoever files as somebody is told which event says so; who only asks, or is refused, posts none", "[reports]") {
    Bench bench;
    std::vector<v1::Role> told;
    bench.gateway->tell_filed([&](const v1::ReportRequest& request, const v1::ReportReply& reply) {
        CHECK(reply.report().digest().size() == 64);
        told.push_back(request.role());
        return std::string("office-23656-1/1");
    });
    v1::ReportRequest request;
    request.set_period("2022-H1");
    request.set_role(v1::CULTURE_OFFICIAL);
    CHECK(bench.ask(request).posted().empty());
    request.set_file(true);
    CHECK(bench.ask(request).posted() == "office-23656-1/1");
    CHECK_FALSE(bench.ask(request).error().empty());  // once more, without saying why
    request.clear_role();
    request.set_why("numbers were corrected");
    CHECK(bench.ask(request).posted().empty());
    CHECK(told == std::vector<v1::Role>{v1::CULTURE_OFFICIAL});
}

TEST_CASE("a period that cannot be filed or compared is told why", "[reports]") {
    Bench bench;
    bench.today = "2022-06-14";
    CHECK_THAT(bench.ask("2022-H1", true).error(), Catch::Contains("ends on 2022-06-14"));
    CHECK_THAT(bench.ask("1999", true).error(), Catch::Contains("before the programme began, on 2021-01-01"));
    CHECK_THAT(bench.ask("2022-H1", false).error(), Catch::Contains("has not been filed"));
    CHECK_THAT(bench.ask("first half", true).error(), Catch::Contains("2022-H1"));
    bench.today = "2022-06-15";
    CHECK(bench.ask("2022-H1", true).error().empty());
    v1::ReportRequest again;
    again.set_period("2022-H1");
    again.set_file(true);
    CHECK_THAT(bench.ask(again).error(), Catch::Contains("filed before, as revision 1; say why"));
    again.set_why(std::string(501, 'x'));
    CHECK_THAT(bench.ask(again).error(), Catch::Contains("at most 500 bytes"));
    again.set_why("two villages were corrected");
    again.set_filed_by("labour-division");
    const auto report = bench.ask(again).report();
    CHECK(report.revision() == 2);
    CHECK(report.why() == "two villages were corrected");
    CHECK(report.filed_by() == "labour-division");
}

TEST_CASE("who is reported to confirms a filed report; the first time stands, and who has not is listed", "[reports]") {
    Bench bench;
    bench.publish(a_session_on(1, "2022-06-14"));
    CHECK_THAT(bench.acknowledge("2022-H1", "commune/party").error(), Catch::Contains("has not been filed"));
    const auto filed = bench.ask("2022-H1", true).report();
    CHECK(bench.ask("2022-H1", false).awaited_size() == 2);
    auto reply = bench.acknowledge("2022-H1", "commune/party");
    CHECK(reply.error().empty());
    REQUIRE(reply.acknowledgements_size() == 1);
    CHECK(reply.acknowledgements(0).digest() == filed.digest());
    REQUIRE(reply.awaited_size() == 1);
    CHECK(reply.awaited(0) == "commune/council");
    const auto topic = topics::report("23656", "2022-H1", "1") + "/acknowledged/commune/party";
    CHECK(bench.said.contains(topic));
    CHECK_THAT(bench.acknowledge("2022-H1", "commune/leaders").error(), Catch::Contains("commune/leaders"));
    CHECK_THAT(bench.acknowledge("2022-H1", "district/culture").error(), Catch::Contains("district/culture"));  // of another gateway

    const auto first = reply.acknowledgements(0).acknowledged_at();
    bench.today = "2022-08-01";
    CHECK(bench.acknowledge("2022-H1", "commune/party").acknowledgements(0).acknowledged_at() == first);
    static_cast<void>(bench.ask("2022-H1", true));  // a second revision is another report
    CHECK(bench.ask("2022-H1", false).awaited_size() == 2);
    CHECK(bench.ask("2022-H1", false, 1).acknowledgements_size() == 1);

    bench.gateway.reset();
    bench.store.crash();
    bench.said.clear();
    bench.start();
    CHECK(bench.said.contains(topic));
}

TEST_CASE("the archive pins what was filed, acknowledged and submitted, each once, and a change of it is noticed", "[reports]") {
    Bench bench("monitoring");
    auto submitted = an_event(1);
    submitted.mutable_report_submitted()->set_period("2022-H1");
    bench.publish(submitted);
    bench.publish(a_session_on(2, "2022-06-14"));
    const auto digest = bench.ask("2022-H1", true).report().digest();
    static_cast<void>(bench.acknowledge("2022-H1", "commune/party"));
    const auto entries = bench.archive();
    std::string kinds;
    for (const auto& entry : entries) {
        kinds += v1::ArchiveEntry::Kind_Name(entry.kind()) + " " + entry.subject() + ", ";
    }
    CHECK(kinds == "SUBMITTED 23656/monitoring/p/1, FILED 2022-H1/1, JOURNAL 23656/monitoring, ACKNOWLEDGED 2022-H1/1 commune/party, ");
    CHECK(entries[1].sha256() == digest);
    CHECK(entries[2].offset() == 2);
    CHECK_FALSE(first_break(nullptr, entries));
    CHECK_FALSE(first_break(&entries[0], std::span(entries).subspan(1)));
    auto changed = entries;
    changed[1].set_sha256(digest.substr(1) + "0");
    CHECK(first_break(nullptr, changed).value().find("entry 2") != std::string::npos);
    changed = entries;
    changed.erase(changed.begin() + 1);
    CHECK(first_break(nullptr, changed) == "entry 2 is missing");

    bench.gateway.reset();  // it read nothing to its end: the feed is read again
    bench.store.crash();
    bench.start();
    for (const auto& block : bench.blocks) {
        bench.hear(Input(Arrived{{topics::feed("23656", "monitoring"), block.SerializeAsString(), false}}));
    }
    bench.now_ms += 60'000;
    bench.hear(Input(Tick{}));
    CHECK(bench.archive().size() == entries.size());
    CHECK(bench.said.contains("chieng/1/23656/archive"));
}

TEST_CASE("how far the household service's journal went is in no archive: an erasure writes it anew", "[reports]") {
    Bench bench("household");
    bench.publish(a_household_supported(1));
    static_cast<void>(bench.ask("2022-H1", true));
    for (const auto& entry : bench.archive()) {
        CHECK(entry.kind() == v1::ArchiveEntry::FILED);
    }
}

TEST_CASE("a village head is told what became of the village's events, and nothing of what they say", "[reports]") {
    Bench bench;
    auto noted = a_session_on(1, "2022-06-14");
    noted.set_note("a note");
    bench.publish(noted);
    bench.publish(a_session_on(2, "2022-05-01"));
    const std::string topic = "chieng/1/areas/23656-01/recipients/village/23656-01/acceptances";
    const auto told = [&] {
        bench.now_ms += 2'000;
        bench.hear(Input(Tick{}));
        v1::Acceptances all;
        REQUIRE(read_retained_event(bench.said[topic], all));
        CHECK(bench.said[topic].find("a note") == std::string::npos);
        std::string text;
        for (const auto& each : all.acceptances()) {
            CHECK_FALSE(each.type().vi().empty());
            text += each.device() + "/" + std::to_string(each.sequence()) + " " + v1::Acceptance::State_Name(each.state()) + " " +
                    std::to_string(each.month()) + (each.corrected_by().empty() ? "" : " by " + each.corrected_by()) + ", ";
        }
        return text;
    };
    CHECK(told() == "p/1 COUNTED 202206, p/2 COUNTED 202205, ");
    v1::Block block;
    const auto offset = bench.blocks.size() + 1;
    block.set_epoch(5);
    block.set_first(offset);
    block.set_last(offset);
    block.set_before(offset - 1);
    block.set_after(offset);
    auto& entry = *block.add_entries();
    entry.set_device("office");
    entry.set_event(correcting(an_event(9), v1::Correction::VOID, 1, "p").SerializeAsString());
    entry.set_received_at(1'655'000'100);
    entry.set_effect(v1::Entry::NOTHING);
    entry.mutable_retracts()->set_device("p");
    entry.mutable_retracts()->set_event(noted.SerializeAsString());
    bench.hear(Input(Arrived{{feed, block.SerializeAsString(), false}}));
    bench.hear(Input(Arrived{{feed, block.SerializeAsString(), false}}));  // a repeat changes nothing
    CHECK(told() == "p/1 TAKEN_BACK 0 by office, p/2 COUNTED 202205, office/9 NOT_COUNTED 0, ");
    bench.blocks.push_back(block);
    for (std::uint64_t n = 3; n < 3 + Acceptances::acceptances_max; ++n) {
        bench.publish(a_session_on(n, "2022-06-14"));
    }
    CHECK(told().find("p/1 ") == std::string::npos);
    bench.gateway->close();
    const auto before = told();
    bench.gateway.reset();
    bench.store.crash();
    bench.said.clear();
    bench.start();
    CHECK(told() == before);
}

TEST_CASE("a district's restatement names the communes' cells that made it, from what to what", "[reports]") {
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    MemoryStore store;
    Gateway gateway(definitions, kbang(), "625", {{"23656", "cells"}, {"23653", "cells"}}, store, 77);
    std::map<std::string, std::string> said;
    std::int64_t now_ms = 0;
    const auto hear = [&](const Input& input) {
        now_ms += 1'000;
        for (const auto& action :
             gateway.handle(std::span(&input, 1), {Seconds(*parse_day("2022-07-01")), std::chrono::milliseconds(now_ms)})) {
            if (const auto* publish = std::get_if<Publish>(&action)) {
                said[publish->message.topic] = publish->message.payload;
            }
        }
    };
    std::uint64_t offset = 0;
    const auto publish = [&](const std::string& commune, std::int64_t sessions) {
        v1::Block block;
        block.set_epoch(5);
        block.set_first(1);
        block.set_last(++offset);
        auto& cell = *block.add_cells();
        cell.set_area(commune);
        cell.set_period("2022-05a");
        cell.set_indicator("COM-01");
        cell.set_number(sessions);
        cell.mutable_lineage()->set_events(static_cast<std::int32_t>(sessions));
        auto& part = *block.add_cells() = cell;
        part.set_cut("form");
        part.set_cut_value("TALK");
        hear(Input(Arrived{{topics::feed(commune, "cells"), block.SerializeAsString(), false}}));
    };
    const auto ask = [&](bool file) {
        v1::ReportRequest request;
        request.set_period("2022-H1");
        request.set_file(file);
        hear(Input(Arrived{{topics::requests("625", "reports", "officer"), request.SerializeAsString(), false}}));
        v1::ReportReply reply;
        REQUIRE(reply.ParseFromString(said[topics::replies("625", "reports", "officer")]));
        return reply;
    };
    hear(Input(LinkUp{}));
    hear(Input(Tick{}));
    publish("23656", 3);
    CHECK(ask(true).error().empty());
    const auto changed = [&] {
        const auto reply = ask(false);
        const auto restated = restated_of(reply.report(), {reply.restated().begin(), reply.restated().end()}, definitions);
        return changed_cells(reply.report(), restated, definitions);
    };
    CHECK(changed().empty());
    publish("23656", 5);
    const auto lines = changed();
    const auto has = [&](const std::string& line) { return std::find(lines.begin(), lines.end(), line) != lines.end(); };
    CHECK(has("23656  COM-01  3 → 5"));
    CHECK(has("23656  COM-01 form=TALK  3 → 5"));
    for (const auto& line : lines) {
        CHECK(line.starts_with("23656"));
    }
}

}  // namespace reports_test
