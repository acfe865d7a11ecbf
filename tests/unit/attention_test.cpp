// SPDX-License-Identifier: Apache-2.0
// What needs attention: each kind has a case that raises it, one that does not, and one that ends it.
#include "gateway/watch/attention.hpp"
#include "data/attention_rules.hpp"
#include "data/indicators.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/entries.hpp"
#include "tests/support/journals.hpp"

#include <catch2/catch.hpp>

namespace attention_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

class Commune {
public:
    explicit Commune(const std::string& rules = std::string(data::attention_rules), const Definitions& plan = definitions())
        : watch(plan, kbang(), "23656", load_rules(rules, "rules.txtpb")) {}

    Commune& has(const std::string& service, const std::string& device, v1::Event event, const std::string& day) {
        event.set_occurred_on(day);
        watch.apply(service, entry_of(device, event, day));
        return *this;
    }
    Commune& session(const std::string& day, const std::string& village = "23656-01") {
        auto event = a_session_held(++number);
        event.set_village(village);
        return has("session", "head", event, day);
    }
    // Devices, villages and subjects of one kind.
    [[nodiscard]] std::string found(v1::AttentionNeeded::Kind kind, const std::string& day) const {
        std::string text;
        for (const auto& [key, attention] : watch.at(*parse_day(day))) {
            if (key.kind == kind) {
                text += (text.empty() ? "" : ", ") + key.village + " " + key.subject + " since " + format_day(attention.since);
                CHECK_FALSE(attention.text.vi().empty());
                CHECK_FALSE(attention.text.en().empty());
            }
        }
        return text;
    }
    void says(std::uint64_t posted, std::uint64_t stored, std::uint64_t waiting, std::initializer_list<std::uint64_t> runs, bool online) {
        auto status = a_status("head", posted, stored);
        status.set_online(online);
        auto& part = *status.mutable_services(0);
        part.set_waiting(waiting);
        for (const auto run : runs) {
            part.add_waiting_runs(run);
        }
        watch.apply(status);
    }
    [[nodiscard]] std::string device_state(const std::string& day) const {
        const auto devices = watch.devices(*parse_day(day));
        REQUIRE(devices.size() == 1);
        return devices.front().state;
    }

    std::uint64_t number = 0;
    Watch watch;
};

constexpr auto silent = v1::AttentionNeeded::VILLAGE_SILENT;
constexpr auto behind = v1::AttentionNeeded::BEHIND_TARGET;
constexpr auto overdue = v1::AttentionNeeded::RECOMMENDATION_OVERDUE;
constexpr auto speakers = v1::AttentionNeeded::LOUDSPEAKERS_DOWN;
constexpr auto gap = v1::AttentionNeeded::DEVICE_GAP;
constexpr auto full = v1::AttentionNeeded::OUTBOX_FULL;

}  // namespace

TEST_CASE("a village is silent when an official month and the days of grace are over without an event of it") {
    Commune commune;
    CHECK(commune.found(silent, "2022-12-31").empty());  // nothing has begun
    for (const auto& village : kbang().children("23656", *parse_day("2022-03-20"))) {
        commune.session("2022-03-20", village);  // in the month that ends on 14 April; the next one ends on 14 May
    }
    CHECK(commune.found(silent, "2022-05-28").empty());
    CHECK(commune.found(silent, "2022-05-29").find("23656-01 23656-01 since 2022-05-29") == 0);
    commune.session("2022-05-20");
    CHECK(commune.found(silent, "2022-05-29").find("23656-01 ") == std::string::npos);
    CHECK(commune.found(silent, "2022-05-29").find("23656-02 ") == 0);
}

TEST_CASE("what monitoring says of a village does not make it speak") {
    Commune commune;
    commune.session("2022-03-20");
    commune.has("monitoring", "office", a_target(1, "COM-01", "2022-Q2", 0, "23656-01"), "2022-05-20");
    CHECK(commune.found(silent, "2022-05-29").find("23656-01 ") == 0);
}

TEST_CASE("a target is behind below its pace, not before a part of its time is gone, and not when it is reached") {
    Commune commune;
    // Four sessions, from 15 March to 14 June: 92 days.
    commune.has("monitoring", "office", a_target(1, "COM-01", "2022-Q2", 400, "23656-01"), "2022-03-15");
    CHECK(commune.found(behind, "2022-03-30").empty());
    CHECK(commune.found(behind, "2022-04-15") == "23656-01 COM-01/2022-Q2 since 2022-04-15");
    commune.session("2022-04-01").session("2022-04-02");
    CHECK(commune.found(behind, "2022-04-15").empty());
    CHECK(commune.found(behind, "2022-06-14") == "23656-01 COM-01/2022-Q2 since 2022-06-14");
    commune.session("2022-06-01");
    CHECK(commune.found(behind, "2022-06-05").empty());
    CHECK(commune.found(behind, "2022-06-15") == "23656-01 COM-01/2022-Q2 since 2022-06-15");  // not reached
    CHECK(commune.found(behind, "2022-09-01").empty());                                        // and long over
    commune.session("2022-06-02");
    CHECK(commune.found(behind, "2022-06-15").empty());
}

TEST_CASE("a recommendation is overdue the day after it was due, until it is resolved") {
    Commune commune;
    auto event = an_event(1);
    auto& finding = *event.mutable_finding_resolved();
    finding.set_inspection_id("KT-1");
    finding.set_recommendation_no(2);
    finding.set_status(v1::FindingResolved::ONGOING);
    finding.set_due("2022-04-20");
    commune.has("monitoring", "office", event, "2022-04-01");
    CHECK(commune.found(overdue, "2022-04-20").empty());
    CHECK(commune.found(overdue, "2022-04-21") == "23656-01 KT-1/2 since 2022-04-21");
    event.set_sequence(2);
    finding.set_status(v1::FindingResolved::RESOLVED);
    commune.has("monitoring", "office", event, "2022-04-25");
    CHECK(commune.found(overdue, "2022-04-26").empty());
    commune.watch.apply("monitoring", [&] {  // the resolution is taken back
        event.set_occurred_on("2022-04-25");
        return taking_back(entry_of("office", correcting(event, v1::Correction::VOID, 2)), entry_of("office", event, "2022-04-25"));
    }());
    CHECK(commune.found(overdue, "2022-04-26") == "23656-01 KT-1/2 since 2022-04-21");
}

TEST_CASE("loudspeakers are down while the latest report counts fewer clusters that work") {
    Commune commune;
    auto event = an_event(1);
    auto& report = *event.mutable_device_reported();
    report.set_clusters(4);
    report.set_clusters_working(4);
    commune.has("monitoring", "station", event, "2022-04-01");
    CHECK(commune.found(speakers, "2022-04-10").empty());
    event.set_sequence(2);
    report.set_clusters_working(3);
    commune.has("monitoring", "station", event, "2022-04-05");
    CHECK(commune.found(speakers, "2022-04-10") == "23656-01 station since 2022-04-05");
    event.set_sequence(3);
    report.clear_clusters();
    report.clear_clusters_working();  // a report of its battery only
    commune.has("monitoring", "station", event, "2022-04-06");
    CHECK_FALSE(commune.found(speakers, "2022-04-10").empty());
    event.set_sequence(4);
    report.set_clusters(4);
    report.set_clusters_working(4);
    commune.has("monitoring", "station", event, "2022-04-07");
    CHECK(commune.found(speakers, "2022-04-10").empty());
    CHECK(commune.found(speakers, "2022-04-06") == "23656-01 station since 2022-04-05");  // as it was on that day
    CHECK(commune.found(speakers, "2022-04-04").empty());
}

TEST_CASE("sleeping, silent, waiting, gap and lost are told apart") {
    Commune commune;
    commune.session("2022-03-20").session("2022-03-21");
    commune.says(2, 2, 0, {}, true);
    CHECK(commune.device_state("2022-04-10") == "awake");
    commune.says(2, 2, 0, {}, false);
    CHECK(commune.device_state("2022-04-10") == "sleeping");
    CHECK(commune.found(gap, "2022-04-10").empty());
    CHECK(commune.device_state("2022-05-29") == "silent");
    commune.says(3, 2, 1, {3, 3}, false);
    CHECK(commune.device_state("2022-04-10") == "waiting");
    CHECK(commune.found(gap, "2022-04-10").empty());
    commune.number = 3;
    commune.session("2022-04-01");  // the fourth, and the third still waits
    commune.says(4, 3, 1, {3, 3}, true);
    CHECK(commune.device_state("2022-04-10") == "gap");
    CHECK(commune.found(gap, "2022-04-03").empty());  // it may be on its way
    CHECK(commune.found(gap, "2022-04-04") == "23656-01 head/session since 2022-04-01");
    commune.says(4, 4, 0, {}, true);
    CHECK(commune.device_state("2022-04-10") == "lost");
    CHECK(commune.found(gap, "2022-04-02") == "23656-01 head/session since 2022-04-02");
    commune.number = 2;
    commune.session("2022-04-01");
    CHECK(commune.found(gap, "2022-04-10").empty());
    CHECK(commune.device_state("2022-04-10") == "awake");
}

TEST_CASE("an outbox is full from its share of the bound, by the device's words or its report, until it is emptied") {
    Commune commune;
    commune.session("2022-03-20");
    commune.says(80'001, 1, 80'000, {2, 80'001}, true);
    CHECK(commune.found(full, "2022-04-10").empty());
    commune.says(90'001, 1, 90'000, {2, 90'001}, true);
    CHECK(commune.found(full, "2022-04-10") == "23656-01 head since 2022-04-10");
    commune.says(90'001, 1, 10, {89'992, 90'001}, true);
    CHECK(commune.found(full, "2022-04-10").empty());
    auto event = an_event(1);
    event.mutable_device_reported()->set_queue_length(95'000);
    commune.has("monitoring", "station", event, "2022-04-05");
    CHECK(commune.found(full, "2022-04-10") == "23656-01 station since 2022-04-05");
}

TEST_CASE("a finding about a device stays with the village in which it was raised") {
    Commune commune;
    commune.session("2022-03-20");
    commune.says(90'001, 1, 90'000, {2, 90'001}, true);
    auto event = an_event(1);
    event.mutable_attention_needed()->set_kind(full);
    event.mutable_attention_needed()->set_subject("head");
    event.mutable_attention_needed()->set_since("2022-04-10");
    commune.has("monitoring", "attention-1", event, "2022-04-10");
    commune.session("2022-04-11", "23656-02");
    CHECK(commune.found(full, "2022-04-12") == "23656-01 head since 2022-04-10");
    event.set_sequence(2);
    event.mutable_attention_needed()->set_over(true);
    commune.has("monitoring", "attention-1", event, "2022-04-12");
    CHECK(commune.found(full, "2022-04-12") == "23656-02 head since 2022-04-10");
}

TEST_CASE("a target of an indicator that does not exist, or not over that period, is shown until it is taken back") {
    Commune commune;
    const auto target = [](std::uint64_t sequence, const std::string& code, const std::string& period) {
        return a_target(sequence, code, period, 100, "23656-01");
    };
    const auto wrong = target(1, "COM-77", "2022");
    commune.has("monitoring", "office", wrong, "2022-03-20");
    commune.has("monitoring", "office", target(2, "COM-01", "2022-Q2"), "2022-03-20");  // these are measured
    commune.has("monitoring", "office", target(3, "POV-06", "2022-H1"), "2022-03-20");  // a sum, over any period
    commune.has("monitoring", "office", target(4, "POV-03", "2022"), "2022-03-20");
    commune.has("monitoring", "office", target(5, "POV-09", "2022-04"), "2022-03-20");  // a stock of years only
    commune.has("monitoring", "office", target(6, "TGT-01", "2022"), "2022-03-20");     // achievement is measured by others
    commune.has("monitoring", "office", target(8, "COM-01", "2022-9M"), "2022-03-20");  // of nine months nothing is told
    constexpr auto of_nothing = v1::AttentionNeeded::TARGET_OF_NOTHING;
    CHECK(commune.found(of_nothing, "2022-04-01") ==
          "23656-01 COM-01/2022-9M since 2022-04-01, 23656-01 COM-77/2022 since 2022-04-01, 23656-01 POV-09/2022-04 since 2022-04-01, "
          "23656-01 TGT-01/2022 since 2022-04-01");
    v1::Entry taken_back;
    taken_back.set_effect(v1::Entry::NOTHING);
    taken_back.set_device("office");
    taken_back.set_event(correcting(an_event(7), v1::Correction::VOID, 1).SerializeAsString());
    auto counted = wrong;
    counted.set_occurred_on("2022-03-20");
    *taken_back.mutable_retracts() = entry_of("office", counted, "2022-03-20");
    commune.watch.apply("monitoring", taken_back);
    CHECK(commune.found(of_nothing, "2022-04-01").find("COM-77") == std::string::npos);
}

TEST_CASE("whatever has a target, it is looked at every day") {
    std::string text(data::indicators);
    text = text.substr(0, text.find("indicator {\n  code: \"TGT-01\""));
    const auto without_achievement = Definitions::load(text, "mine");
    for (const auto* plan : {&definitions(), &without_achievement}) {
        Commune commune(std::string(data::attention_rules), *plan);
        std::uint64_t sequence = 0;
        for (const auto& definition : definitions().all()) {
            for (const auto* period : {"2022-04", "2022-Q2", "2022-H1", "2022"}) {
                const auto target = a_target(++sequence, definition.indicator.code(), period, 1000, "23656-01");
                commune.has("monitoring", "office", target, "2022-03-20");
            }
        }
        int days_behind = 0;
        for (auto day = *parse_day("2022-01-01"); day < *parse_day("2023-03-01"); day += std::chrono::days(23)) {
            days_behind += commune.found(behind, format_day(day)).empty() ? 0 : 1;
        }
        CHECK((days_behind > 0) == (plan == &definitions()));
    }
}

TEST_CASE("rules that are not in the order of their days are refused with the day") {
    CHECK_THROWS_WITH(load_rules("rule { from: '2022-01-01' } rule { from: '2021-01-01' }", "mine"),
                      Catch::Contains("mine: rule from '2021-01-01'"));
    CHECK_THROWS_WITH(load_rules("rule { days: 3 }", "mine"), Catch::StartsWith("mine:1:"));
}

TEST_CASE("a report that nobody sent is overdue from the day after it was due, until it is sent") {
    const std::string rules(R"(report { level: COMMUNE_TO_DISTRICT span: QUARTER days: 4 from: "2022-06-01" until: "2022-12-31" }
                               report { level: VILLAGE_TO_COMMUNE span: MONTH days: 4 from: "2022-06-01" until: "2022-06-30" })");
    Commune commune(rules + "rule { from: '2021-01-01' stands_days: 60 }");
    constexpr auto unsent = v1::AttentionNeeded::REPORT_OVERDUE;
    CHECK(commune.found(unsent, "2022-12-31").empty());  // nothing has begun
    commune.session("2022-01-20");
    // The second quarter ends on 14 June, the third on 14 September; four days later is a Saturday, and a Sunday.
    CHECK(commune.found(unsent, "2022-06-20").empty());
    const auto due = commune.found(unsent, "2022-06-21");
    CHECK(due.find(" COMMUNE_TO_DISTRICT/2022-Q2 since 2022-06-21") == 0);
    CHECK(due.find("23656-01 VILLAGE_TO_COMMUNE/2022-06/23656-01 since 2022-06-21") != std::string::npos);
    v1::Event event = an_event(1);
    event.clear_village();
    event.mutable_report_submitted()->set_level(v1::ReportSubmitted::COMMUNE_TO_DISTRICT);
    event.mutable_report_submitted()->set_period("2022-Q2");
    commune.has("monitoring", "office", event, "2022-06-25");
    event.set_sequence(2);
    event.set_village("23656-01");
    event.mutable_report_submitted()->set_level(v1::ReportSubmitted::VILLAGE_TO_COMMUNE);
    event.mutable_report_submitted()->set_period("2022-06");
    commune.has("monitoring", "office", event, "2022-06-25");
    CHECK(commune.found(unsent, "2022-06-25").find("COMMUNE_TO_DISTRICT") == std::string::npos);
    CHECK(commune.found(unsent, "2022-06-25").find("23656-01 ") == std::string::npos);
    CHECK(commune.found(unsent, "2022-06-25").find("23656-02 ") == 0);
    CHECK(commune.found(unsent, "2022-09-19").find("2022-Q3") == std::string::npos);
    CHECK(commune.found(unsent, "2022-09-20").find("COMMUNE_TO_DISTRICT/2022-Q3 since 2022-09-20") != std::string::npos);
    CHECK(commune.found(unsent, "2022-12-20").find("2022-Q4") != std::string::npos);
    CHECK(commune.found(unsent, "2023-12-31").empty());  // the rule ended, and long ago is long ago

    CHECK_THROWS_WITH(load_rules("report { level: COMMUNE_TO_DISTRICT span: MONTH days: 3 from: '2022-01-01' }", "mine"),
                      Catch::Contains("a working day lies between"));
    CHECK_THROWS_WITH(load_rules("report { span: MONTH days: 5 from: '2022-01-01' }", "mine"), Catch::Contains("a level and a span"));
    CHECK_THROWS_WITH(
        load_rules("report { level: COMMUNE_TO_DISTRICT span: MONTH days: 5 from: '2022-01-01' until: '2021-01-01' }", "mine"),
        Catch::Contains("until none or a later one"));
}

TEST_CASE("a report may be due on a day of a month, before its period ends too, and to one office") {
    // Circular 10/2022/TT-BLĐTBXH, article 4: before 1 June and before 1 December; Decision 24/2021/QĐ-TTg, article 7: the 5th of
    // each month from February to September.
    const std::string rules(
        R"(report { level: COMMUNE_TO_DISTRICT span: HALF number: 1 day: 31 months_later: -1 from: "2021-01-01" to_unit: "labour" }
                               report { level: COMMUNE_TO_DISTRICT span: YEAR day: 31 months_later: -1 from: "2021-01-01" to_unit: "labour" }
                               report { level: COMMUNE_TO_DISTRICT span: MONTH number: [1, 2, 3, 4, 5, 6, 7, 8] day: 5 months_later: 1
                                        from: "2021-01-01" to_unit: "review" })");
    Commune commune(rules + "rule { from: '2021-01-01' stands_days: 20 }");
    constexpr auto unsent = v1::AttentionNeeded::REPORT_OVERDUE;
    commune.session("2022-01-20");
    const auto finds = [&](const char* day, const std::string& what) { return commune.found(unsent, day).find(what) != std::string::npos; };
    const auto send = [&](std::uint64_t sequence, const char* period, const char* to) {
        v1::Event event = an_event(sequence);
        event.clear_village();
        event.mutable_report_submitted()->set_level(v1::ReportSubmitted::COMMUNE_TO_DISTRICT);
        event.mutable_report_submitted()->set_period(period);
        event.mutable_report_submitted()->set_to_unit(to);
        commune.has("monitoring", "office", event, "2022-05-20");
    };
    CHECK_FALSE(finds("2022-03-05", "2022-02"));
    CHECK(finds("2022-03-06", "COMMUNE_TO_DISTRICT/2022-02/to/review since 2022-03-06"));
    CHECK_FALSE(finds("2022-10-10", "2022-09"));  // nobody asks for September's
    CHECK_FALSE(finds("2022-05-31", "2022-H1"));
    CHECK(finds("2022-06-01", "COMMUNE_TO_DISTRICT/2022-H1/to/labour since 2022-06-01"));
    CHECK_FALSE(finds("2022-12-20", "2022-H2"));
    CHECK_FALSE(finds("2022-11-30", "/2022/"));
    CHECK(finds("2022-12-01", "COMMUNE_TO_DISTRICT/2022/to/labour since 2022-12-01"));  // November has 30 days
    send(1, "2022-H1", "review");
    CHECK(finds("2022-06-01", "2022-H1"));  // that went to another office
    send(2, "2022-H1", "labour");
    CHECK_FALSE(finds("2022-06-01", "2022-H1"));
}

TEST_CASE("no report is overdue that was due before anything began") {
    Commune commune(R"(report { level: COMMUNE_TO_DISTRICT span: HALF day: 31 months_later: -1 from: "2021-01-01" }
                       rule { from: '2021-01-01' stands_days: 60 })");
    commune.session("2022-06-05");
    CHECK(commune.found(v1::AttentionNeeded::REPORT_OVERDUE, "2022-06-20").empty());
    CHECK(commune.found(v1::AttentionNeeded::REPORT_OVERDUE, "2022-12-01").find("2022-H2") != std::string::npos);
}

TEST_CASE("a day that is free is no day on which a report is due, and a deadline that cannot be is refused") {
    const auto period = *Period::parse(v1::OFFICIAL, "2022-08");  // ends on 14 August
    const auto rules =
        load_rules("report { level: COMMUNE_TO_DISTRICT span: MONTH days: 19 from: '2022-01-01' } holiday: '2022-09-05'", "mine");
    CHECK(due_day(rules.report(0), period, {}) == parse_day("2022-09-02"));
    CHECK(due_day(rules.report(0), period, {*parse_day("2022-09-02")}) == parse_day("2022-09-05"));
    CHECK(due_day(rules.report(0), period, {*parse_day("2022-09-02"), *parse_day("2022-09-05")}) == parse_day("2022-09-06"));
    const auto refused = [](const std::string& rest) {
        try {
            (void)load_rules("report { level: COMMUNE_TO_DISTRICT span: MONTH from: '2022-01-01' " + rest, "mine");
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string("taken");
    };
    CHECK(refused("day: 5 months_later: 1 number: [1, 12] }") == "taken");
    CHECK_THAT(refused("day: 5 months_later: 1 number: [1, 13] }"), Catch::EndsWith("a year has no period 13 of this span"));
    CHECK_THAT(refused("day: 5 days: 5 }"), Catch::EndsWith("either days after the period, or the day of a month"));
    CHECK_THAT(refused("}"), Catch::EndsWith("either days after the period, or the day of a month"));
    CHECK_THAT(refused("days: 5 months_later: 1 }"), Catch::Contains("without months"));
    CHECK_THAT(refused("day: 32 }"), Catch::Contains("a day is 1 to 31"));
    CHECK_THAT(refused("day: 5 months_later: 13 }"), Catch::Contains("months -12 to 12"));
    CHECK_THAT(refused("day: 5 months_later: -2 }"), Catch::EndsWith("a report is not due before its period begins"));
    CHECK_THAT(refused("days: 5 to_unit: '" + std::string(41, 'x') + "' }"), Catch::Contains("at most 40 letters"));
    CHECK_THAT(refused("days: 5 to_unit: 'Phòng Lao động' }"), Catch::Contains("to_unit is as in the report"));
    CHECK_THAT(refused("day: 5 months_later: -2147483648 }"), Catch::Contains("months -12 to 12"));
    CHECK_THAT(refused("days: 5 } holiday: '2.9.2022'"), Catch::Contains("mine: holiday '2.9.2022'"));
}

}  // namespace attention_test
