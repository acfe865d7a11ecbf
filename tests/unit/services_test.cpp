// SPDX-License-Identifier: Apache-2.0
// The rules of session, commendation and monitoring, and those that hold for every type: what is refused, and its
// neighbour that is not. The household service has a file of its own.
#include "tests/support/engine_bench.hpp"
#include "tests/support/filled.hpp"
#include "tests/support/judged.hpp"

#include <vector>

namespace services_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

const google::protobuf::FieldDescriptor& body(const std::string& name) {
    return *v1::Event::descriptor()->FindFieldByName(name);
}

v1::Event a_story(std::uint64_t sequence, const std::string& day, const std::string& consent_date) {
    auto event = filled(body("exemplar_published"));
    event.set_sequence(sequence);
    event.set_occurred_on(day);
    auto& story = *event.mutable_exemplar_published();
    story.set_consent(v1::ExemplarPublished::GIVEN);
    story.set_consent_ref("12/DY");
    story.set_consent_date(consent_date);
    story.set_subject_ref("nv-4");
    return event;
}

v1::Event a_withdrawal(std::uint64_t sequence, const std::string& day, const std::string& subject = "nv-4") {
    auto event = an_event(sequence);
    event.set_occurred_on(day);
    event.mutable_consent_withdrawn()->set_subject_ref(subject);
    return event;
}

v1::Event a_target(std::uint64_t sequence, const std::string& period, const std::string& village, std::uint32_t revision = 0) {
    auto event = an_event(sequence);
    event.set_village(village);
    auto& target = *event.mutable_target_assigned();
    target.set_indicator("POV-06");
    target.set_value(300 + revision);
    target.set_period(period);
    target.set_doc_no("21/QĐ-UBND");
    target.set_revision(revision);
    return event;
}

v1::Event a_filing(std::uint64_t sequence, const std::string& period) {
    auto event = an_event(sequence);
    event.set_village("");
    event.mutable_period_filed()->set_period(period);
    event.mutable_period_filed()->set_digest("d41d8cd9");
    return event;
}

v1::Event an_award(v1::AwardForm form, v1::Authority authority, const std::string& decided) {
    auto event = a_commendation_awarded(1);
    event.set_occurred_on(decided);
    auto& award = *event.mutable_commendation_awarded();
    award.set_form(form);
    award.set_authority(authority);
    award.set_achievement_date("2022-01-10");
    award.set_decision_date(decided);
    return event;
}

}  // namespace

TEST_CASE("each type is stored by its service and turned away by the others", "[services]") {
    for (const auto* type : bodies()) {
        INFO(type->name());
        const auto event = sensible(*type);
        if (rule_of(*type->message_type()).any_service()) {
            continue;  // see duplicates_test
        }
        for (const auto& service : all_services()) {
            Bench bench(service);
            if (event.has_household_erased() && service.name == service_of(event)) {
                auto known = a_household_supported(1);
                known.mutable_household_supported()->set_household_key(event.household_erased().household_key());
                REQUIRE(bench.refusal("p0", known).empty());
            }
            CHECK(bench.refusal("p1", event) == (service.name == service_of(event) ? "" : "body:WRONG_SERVICE"));
        }
    }
}

TEST_CASE("some events are of a village, the others may be of the whole commune", "[services]") {
    std::size_t in_a_village = 0;
    for (const auto* type : bodies()) {
        INFO(type->name());
        auto event = sensible(*type);
        event.clear_village();
        if (rule_of(*type->message_type()).any_service()) {
            continue;
        }
        const bool needs_one = rule_of(*type->message_type()).in_a_village();
        in_a_village += needs_one ? 1U : 0U;
        CHECK(judged(event) == (needs_one ? "village:REQUIRED" : ""));
    }
    CHECK(in_a_village == 5);
}

TEST_CASE("each village of a list belongs to the commune on that day", "[services]") {
    Bench session(make_service<Session>());
    auto broadcast = sensible(body("broadcast_aired"));
    CHECK(session.refusal("p1", broadcast).empty());
    broadcast.set_sequence(2);
    broadcast.mutable_broadcast_aired()->set_villages(1, "23638-01");
    CHECK(session.refusal("p1", broadcast) == "broadcast_aired.villages:UNKNOWN_PLACE");
    Bench monitoring(make_service<Monitoring>());
    auto inspection = sensible(body("inspection_held"));
    CHECK(monitoring.refusal("p1", inspection).empty());
    inspection.set_sequence(2);
    inspection.mutable_inspection_held()->set_villages(0, "23656-77");
    CHECK(monitoring.refusal("p1", inspection) == "inspection_held.villages:UNKNOWN_PLACE");
}

TEST_CASE("nothing happens in a commune that is no more, and a report is sent once under one revision") {
    Bench monitoring(make_service<Monitoring>());
    auto report = an_event(1);
    auto& sent = *report.mutable_report_submitted();
    sent.set_period("2022-03");
    sent.set_level(v1::ReportSubmitted::COMMUNE_TO_DISTRICT);
    sent.set_from_unit("23656");
    sent.set_to_unit("625");
    sent.set_due("2022-03-20");
    sent.set_sent("2022-03-19");
    CHECK(monitoring.refusal("p1", report).empty());
    report.set_sequence(2);
    CHECK(monitoring.refusal("p1", report) == "report_submitted.revision:ALREADY_SET");
    report.set_sequence(3);
    report.mutable_report_submitted()->set_revision(1);
    CHECK(monitoring.refusal("p1", report).empty());
    report.set_sequence(4);
    report.clear_village();
    report.set_occurred_on("2025-07-01");
    report.mutable_report_submitted()->set_revision(2);
    monitoring.now.civil = Seconds(*parse_day("2025-08-01"));
    CHECK(monitoring.refusal("p1", report) == "occurred_on:NO_SUCH_COMMUNE");
    report.set_sequence(5);
    report.set_occurred_on("2025-06-30");
    report.set_note("B\\n^ak [nao");  // typed for an old font
    CHECK(monitoring.refusal("p1", report) == "note:NOT_NFC");
}

TEST_CASE("a reason says in both languages what an allowed value is called") {
    const auto detail = named(v1::DISTRICT_CERTIFICATE).add(", ").add(named(v1::COMMUNE));
    CHECK(detail.vi.find("DISTRICT") == std::string::npos);
    CHECK(detail.vi != detail.en);
}

TEST_CASE("a story that names somebody has a consent of before", "[session]") {
    auto story = a_story(1, "2022-06-01", "2022-06-01");
    CHECK(judged(story).empty());
    story.mutable_exemplar_published()->set_consent_date("2022-06-02");
    CHECK(judged(story) == "exemplar_published.consent_date:CONSENT_TOO_LATE");
    story.mutable_exemplar_published()->clear_consent_date();
    CHECK(judged(story) == "exemplar_published.consent_date:CONSENT_MISSING");
    story.mutable_exemplar_published()->clear_consent_ref();
    CHECK(judged(story) == "exemplar_published.consent_ref:CONSENT_MISSING");
    story.mutable_exemplar_published()->set_consent(v1::ExemplarPublished::NOT_NEEDED);
    CHECK(judged(story).empty());
}

TEST_CASE("from the day of a withdrawal on no story rests on a consent of before", "[session]") {
    Bench bench;
    bench.now = {Seconds(*parse_day("2022-12-01")), {}};
    const std::string refused = "exemplar_published.consent_date:CONSENT_WITHDRAWN";
    CHECK(bench.refusal("p1", a_story(1, "2022-04-20", "2022-04-01")).empty());
    CHECK(bench.refusal("p1", a_withdrawal(2, "2022-05-01")).empty());
    CHECK(bench.refusal("p1", a_story(3, "2022-06-01", "2022-04-01")) == refused);
    CHECK(bench.refusal("p1", a_story(4, "2022-05-01", "2022-04-01")) == refused);
    CHECK(bench.refusal("p1", a_story(5, "2022-04-30", "2022-04-01")).empty());  // it came late, and was out before
    CHECK(bench.refusal("p1", a_story(6, "2022-06-01", "2022-05-02")).empty());  // a new consent
    auto other = a_story(7, "2022-06-01", "2022-04-01");
    other.mutable_exemplar_published()->set_subject_ref("nv-5");
    CHECK(bench.refusal("p1", other).empty());
    bench.restart();
    CHECK(bench.refusal("p2", a_story(1, "2022-06-01", "2022-04-01")) == refused);
    CHECK(bench.refusal("p1", correcting(a_withdrawal(8, "2022-05-01"), v1::Correction::VOID, 2)).empty());
    CHECK(bench.refusal("p2", a_story(2, "2022-06-01", "2022-04-01")).empty());
}

TEST_CASE("a consent may be withdrawn for one channel, and a story goes out on the others", "[session]") {
    Bench bench;
    bench.now = {Seconds(*parse_day("2022-12-01")), {}};
    const auto story_on = [](std::uint64_t sequence, std::vector<v1::ExemplarPublished::Channel> channels, const char* agreed_on) {
        auto event = a_story(sequence, "2022-06-01", agreed_on);
        event.mutable_exemplar_published()->clear_channels();
        for (const auto channel : channels) {
            event.mutable_exemplar_published()->add_channels(channel);
        }
        return event;
    };
    auto withdrawal = a_withdrawal(1, "2022-05-01");
    withdrawal.mutable_consent_withdrawn()->set_scope(v1::ExemplarPublished::FACEBOOK);
    CHECK(bench.refusal("p1", withdrawal).empty());
    CHECK(bench.refusal("p2", a_withdrawal(1, "2022-05-01", "nv-4/ZALO")).empty());  // somebody else
    const std::string refused = "exemplar_published.channels:CHANNEL_WITHDRAWN";
    CHECK(bench.refusal("p1", story_on(2, {v1::ExemplarPublished::ZALO, v1::ExemplarPublished::FACEBOOK}, "2022-04-01")) == refused);
    CHECK(bench.refusal("p1", story_on(3, {v1::ExemplarPublished::ZALO}, "2022-04-01")).empty());
    CHECK(bench.refusal("p1", story_on(4, {v1::ExemplarPublished::FACEBOOK}, "2022-05-02")).empty());  // a new consent
    bench.restart();
    CHECK(bench.refusal("p1", story_on(5, {v1::ExemplarPublished::FACEBOOK}, "2022-04-01")) == refused);
    CHECK(bench.refusal("p1", a_withdrawal(6, "2022-05-10")).empty());
    CHECK(bench.refusal("p1", story_on(7, {v1::ExemplarPublished::FACEBOOK}, "2022-04-01")) ==
          "exemplar_published.consent_date:CONSENT_WITHDRAWN");
    CHECK(bench.refusal("p1", correcting(a_withdrawal(8, "2022-05-01"), v1::Correction::VOID, 1)).empty());
    CHECK(bench.refusal("p1", correcting(a_withdrawal(9, "2022-05-10"), v1::Correction::VOID, 6)).empty());
    CHECK(bench.refusal("p1", story_on(10, {v1::ExemplarPublished::FACEBOOK}, "2022-04-01")).empty());
}

TEST_CASE("withdrawals hold whatever their order, and one that is taken back leaves the other", "[session]") {
    Bench bench;
    bench.now = {Seconds(*parse_day("2022-12-01")), {}};
    const std::string refused = "exemplar_published.consent_date:CONSENT_WITHDRAWN";
    CHECK(bench.refusal("p1", a_withdrawal(1, "2022-05-01")).empty());
    CHECK(bench.refusal("p1", a_withdrawal(2, "2022-04-01")).empty());
    CHECK(bench.refusal("p1", a_story(3, "2022-06-01", "2022-04-15")) == refused);
    CHECK(bench.refusal("p1", correcting(a_withdrawal(4, "2022-04-01"), v1::Correction::VOID, 2)).empty());
    bench.restart();
    CHECK(bench.refusal("p1", a_story(5, "2022-06-01", "2022-04-15")) == refused);
    CHECK(bench.refusal("p1", correcting(a_withdrawal(6, "2022-05-01"), v1::Correction::VOID, 1)).empty());
    CHECK(bench.refusal("p1", a_story(7, "2022-06-01", "2022-04-15")).empty());
}

TEST_CASE("the target of a filed period is not taken back, and a period is filed once for each revision", "[monitoring]") {
    Bench bench(make_service<Monitoring>());
    bench.now = {Seconds(*parse_day("2022-12-01")), {}};
    CHECK(bench.refusal("p1", a_target(1, "2022-H1", "23656-01")).empty());
    CHECK(bench.refusal("p1", a_filing(2, "2022-H1")).empty());
    CHECK(bench.refusal("p1", correcting(a_target(3, "2022-H1", "23656-01"), v1::Correction::VOID, 1)) ==
          "target_assigned.period:TARGET_FILED");
    CHECK(bench.refusal("p1", a_filing(4, "2022-H1")) == "period_filed.revision:ALREADY_SET");
    auto again = a_filing(5, "2022-H1");
    again.mutable_period_filed()->set_revision(1);
    CHECK(bench.refusal("p1", again).empty());
}

TEST_CASE("a period that is not over is neither filed nor reported", "[monitoring]") {
    Bench bench(make_service<Monitoring>());
    bench.now = {Seconds(*parse_day("2022-06-14")) + std::chrono::hours(5), {}};
    CHECK(bench.refusal("p1", a_filing(1, "2022-H1")) == "period_filed.period:NOT_OVER_YET");
    auto report = an_event(2);
    auto& sent = *report.mutable_report_submitted();
    sent.set_period("2022-H1");
    sent.set_level(v1::ReportSubmitted::COMMUNE_TO_DISTRICT);
    sent.set_from_unit("23656");
    sent.set_to_unit("625");
    sent.set_due("2022-06-20");
    sent.set_sent("2022-06-14");
    CHECK(bench.refusal("p1", report) == "report_submitted.sent:NOT_OVER_YET");
    report.set_sequence(3);
    report.mutable_report_submitted()->set_sent("2022-06-17");
    CHECK(bench.refusal("p1", report) == "report_submitted.sent:IN_THE_FUTURE");
    bench.now.civil += std::chrono::days(1);
    CHECK(bench.refusal("p1", a_filing(4, "2022-H1")).empty());
    report.set_sequence(5);
    report.mutable_report_submitted()->set_sent("2022-06-15");
    CHECK(bench.refusal("p1", report).empty());
}

TEST_CASE("what the programme asks for before the window ends may be sent then, as the rules say", "[monitoring]") {
    Bench bench(make_service<Monitoring>());
    bench.now = {Seconds(*parse_day("2023-12-20")), {}};
    std::uint64_t sequence = 0;
    const auto refusal = [&](const std::string& period, const std::string& sent) {
        auto event = an_event(++sequence);
        auto& report = *event.mutable_report_submitted();
        report.set_period(period);
        report.set_level(v1::ReportSubmitted::COMMUNE_TO_DISTRICT);
        report.set_from_unit("23656");
        report.set_to_unit("625");
        report.set_due(sent);
        report.set_sent(sent);
        report.set_revision(static_cast<std::uint32_t>(sequence));
        return bench.refusal("p1", event);
    };
    CHECK(refusal("2022-H1", "2022-05-25") == "report_submitted.sent:NOT_OVER_YET");  // the circular is of July
    CHECK(refusal("2023-H1", "2023-05-25").empty());
    CHECK(refusal("2023-H1", "2023-05-01").empty());
    CHECK(refusal("2023-H1", "2023-04-30") == "report_submitted.sent:NOT_OVER_YET");
    CHECK(refusal("2023", "2023-11-15").empty());
    CHECK(refusal("2023-Q2", "2023-05-25") == "report_submitted.sent:NOT_OVER_YET");
    CHECK(refusal("2023-05", "2023-05-10") == "report_submitted.sent:NOT_OVER_YET");
}

TEST_CASE("who may grant what changes with the reform of 1 July 2025", "[commendation]") {
    struct Row {
        v1::AwardForm form;
        v1::Authority authority;
        bool before;
        bool after;
    };
    for (const auto& row : std::vector<Row>{{v1::COMMUNE_CERTIFICATE, v1::COMMUNE, true, true},
                                            {v1::COMMUNE_CERTIFICATE, v1::DISTRICT, false, false},
                                            {v1::DISTRICT_CERTIFICATE, v1::DISTRICT, true, false},
                                            {v1::DISTRICT_CERTIFICATE, v1::COMMUNE, false, false},
                                            {v1::PROVINCE_COMMENDATION, v1::PROVINCE, true, true},
                                            {v1::PROVINCE_COMMENDATION, v1::DISTRICT, false, false},
                                            {v1::PRIME_MINISTER_COMMENDATION, v1::CENTRAL, true, true},
                                            {v1::PRIME_MINISTER_COMMENDATION, v1::PROVINCE, false, false},
                                            {v1::ADVANCED_WORKER, v1::COMMUNE, true, true},
                                            {v1::ADVANCED_WORKER, v1::DISTRICT, true, false},
                                            {v1::ADVANCED_COLLECTIVE, v1::DISTRICT, true, false},
                                            {v1::ADVANCED_COLLECTIVE, v1::COMMUNE, false, true},
                                            {v1::GRASSROOTS_FIGHTER, v1::DISTRICT, true, false},
                                            {v1::GRASSROOTS_FIGHTER, v1::COMMUNE, false, true},
                                            {v1::PUBLIC_PRAISE, v1::DISTRICT, true, true},
                                            {v1::LETTER_OF_PRAISE, v1::CENTRAL, true, true}}) {
        INFO(v1::AwardForm_Name(row.form) << " by " << v1::Authority_Name(row.authority));
        const std::string refused = "commendation_awarded.authority:NOT_THEIR_AWARD";
        CHECK(judged(an_award(row.form, row.authority, "2025-06-30")) == (row.before ? "" : refused));
        CHECK(judged(an_award(row.form, row.authority, "2025-07-01")) == (row.after ? "" : refused));
    }
}

TEST_CASE("a decision is not before its achievement, nor after tomorrow", "[commendation]") {
    auto award = a_commendation_awarded(1);
    award.mutable_commendation_awarded()->set_achievement_date("2022-03-18");
    CHECK(judged(award).empty());
    award.mutable_commendation_awarded()->set_achievement_date("2022-03-19");
    CHECK(judged(award) == "commendation_awarded.decision_date:BEFORE_ACHIEVEMENT");
    award.mutable_commendation_awarded()->set_decision_date("2022-03-21");
    CHECK(judged(award, "2022-03-20").empty());
    award.mutable_commendation_awarded()->set_decision_date("2022-03-22");
    CHECK(judged(award, "2022-03-20") == "commendation_awarded.decision_date:IN_THE_FUTURE");
}

TEST_CASE("an achievement is awarded once", "[commendation]") {
    Bench bench(make_service<Commendation>());
    CHECK(bench.refusal("p1", a_commendation_awarded(1)).empty());
    CHECK(bench.refusal("p2", a_commendation_awarded(1)) == "commendation_awarded.achievement_ref:ALREADY_AWARDED");
    CHECK(bench.refusal("p2", a_commendation_awarded(2, "A-2")).empty());
}

TEST_CASE("an officer is not relieved before being assigned", "[monitoring]") {
    auto event = sensible(body("officer_assigned"));
    event.mutable_officer_assigned()->set_from("2022-03-01");
    event.mutable_officer_assigned()->set_until("2022-02-28");
    CHECK(judged(event) == "officer_assigned.until:ENDS_BEFORE");
    event.mutable_officer_assigned()->set_until("2022-03-01");
    CHECK(judged(event).empty());
    event.mutable_officer_assigned()->clear_until();
    CHECK(judged(event).empty());
}

TEST_CASE("the target of a filed period stands; a period that is not filed, and a village that had none, may get one", "[monitoring]") {
    Bench bench(make_service<Monitoring>());
    CHECK(bench.refusal("p1", a_target(1, "2022-Q1", "23656-01")).empty());
    CHECK(bench.refusal("p1", a_target(2, "2022-Q1", "23656-01", 1)).empty());  // revised in time
    CHECK(bench.refusal("p1", a_filing(3, "2022-Q1")).empty());
    const std::string refused = "target_assigned.period:TARGET_FILED";
    CHECK(bench.refusal("p1", a_target(4, "2022-Q1", "23656-01", 2)) == refused);
    CHECK(bench.refusal("p1", correcting(a_target(5, "2022-Q1", "23656-01", 2), v1::Correction::REPLACE, 2)) == refused);
    CHECK(bench.refusal("p1", a_target(6, "2022-Q1", "23656-02")).empty());
    CHECK(bench.refusal("p1", a_target(7, "2022-Q2", "23656-01")).empty());
    CHECK(bench.refusal("p1", a_target(8, "2022", "23656-01")).empty());
    bench.restart();
    CHECK(bench.refusal("p2", a_target(1, "2022-Q1", "23656-01", 2)) == refused);
    CHECK(bench.refusal("p1", correcting(a_filing(9, "2022-Q1"), v1::Correction::VOID, 3)).empty());
    CHECK(bench.refusal("p2", a_target(2, "2022-Q1", "23656-01", 2)).empty());
}

}  // namespace services_test
