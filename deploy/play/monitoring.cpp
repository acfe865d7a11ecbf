// SPDX-License-Identifier: Apache-2.0
// Steering of one commune in one month: plans, targets, officers, inspections, reviews, reports.
#include "deploy/play/pen.hpp"
#include "services/runtime/core/time.hpp"

namespace chieng::play {
namespace {

v1::Event by_leader(Pen& pen, const std::string& village = "") {
    return pen.event(village, v1::COMMUNE_PEOPLES_COMMITTEE, v1::COMMUNE_LEADER);
}

std::string period_before(const Pen& pen) {
    const auto month = std::to_string(pen.month() - 1);
    return "2022-" + std::string(month.size() < 2 ? "0" : "") + month;
}

void issue_plan(Pen& pen, v1::PlanIssued::Kind kind, const std::string& number, const std::string& parent) {
    auto made = by_leader(pen);
    auto& plan = *made.mutable_plan_issued();
    plan.set_kind(kind);
    plan.set_doc_no(number + "/KH-UBND");
    plan.set_doc_date(made.occurred_on());
    plan.set_year(2022);
    plan.set_parent_doc_no(parent);
    pen.post(Phone::culture, made);
}

void issue_plans(Pen& pen) {
    if (pen.month_is({1})) {
        issue_plan(pen, v1::PlanIssued::TARGET_PLAN, "05", "");
        issue_plan(pen, v1::PlanIssued::POVERTY_PLAN, "07", "314/KH-UBND");
    }
    if (pen.month_is({3})) {
        issue_plan(pen, v1::PlanIssued::COMMUNICATION_PLAN, "21", "07/KH-PVHTT");
        issue_plan(pen, v1::PlanIssued::INSPECTION_PLAN, "22", "");
        if (pen.chance(70)) {
            issue_plan(pen, v1::PlanIssued::TOURISM_PLAN, "23", "");
        }
    }
}

// In the unit in which the indicator is shown, with two decimals.
void assign_target(Pen& pen, const std::string& village, const std::string& indicator, std::uint32_t value, std::uint32_t revision) {
    auto made = by_leader(pen, village);
    auto& target = *made.mutable_target_assigned();
    target.set_indicator(indicator);
    target.set_value(100ULL * value);
    target.set_period("2022");
    target.set_doc_no(revision == 0 ? "05/KH-UBND" : "61/QĐ-UBND");
    target.set_revision(revision);
    pen.post(Phone::labour, made);
}

void assign_targets(Pen& pen) {
    std::uint32_t escapes = 0;
    for (const auto& village : pen.villages()) {
        const auto wanted = 1 + village.poor / 7;
        escapes += wanted;
        assign_target(pen, village.code, "POV-06", wanted, 0);
        assign_target(pen, village.code, "COM-01", 8 + pen.draw(3), 0);
    }
    assign_target(pen, "", "POV-06", escapes, 0);
    assign_target(pen, "", "COM-01", 9 * static_cast<std::uint32_t>(pen.villages().size()), 0);
}

void assign_officers(Pen& pen) {
    for (const auto& village : pen.villages()) {
        if (pen.chance(5)) {
            continue;  // the plan wants one everywhere; some village has none yet
        }
        auto made = by_leader(pen, village.code);
        auto& officer = *made.mutable_officer_assigned();
        officer.set_officer_organisation(static_cast<v1::Organisation>(4 + pen.draw(6)));
        officer.set_officer_role(v1::ASSIGNED_OFFICER);
        officer.set_from("2022-01-01");
        if (pen.chance(10)) {
            officer.set_until("2022-12-31");
        }
        pen.post(Phone::labour, made);
    }
}

std::string inspection_id(int quarter) {
    return "KT-2022-" + std::to_string(quarter);
}

// How many recommendations the inspection of a quarter makes: known again when they are followed up.
std::uint32_t recommendations_of(const Pen& pen, int quarter) {
    return 1 + static_cast<std::uint32_t>(std::stoi(pen.commune()) + quarter) % 3;
}

void inspect(Pen& pen) {
    auto made = by_leader(pen);
    auto& inspection = *made.mutable_inspection_held();
    const int quarter = pen.month() / 3;
    inspection.set_inspection_id(inspection_id(quarter));
    inspection.set_kind(pen.any<v1::InspectionHeld::Kind>());
    inspection.set_level(pen.chance(80) ? v1::InspectionHeld::COMMUNE_LEVEL : v1::InspectionHeld::DISTRICT_LEVEL);
    inspection.set_lead(pen.chance(50) ? v1::COMMUNE_PEOPLES_COMMITTEE : v1::COMMUNE_PEOPLES_COUNCIL);
    for (const auto& village : pen.villages()) {
        if (pen.chance(40)) {
            inspection.add_villages(village.code);
        }
    }
    inspection.add_contents(v1::InspectionHeld::COMMUNICATION_WORK);
    inspection.add_contents(pen.chance(50) ? v1::InspectionHeld::SUPPORT_TO_HOUSEHOLDS : v1::InspectionHeld::HOUSEHOLD_REVIEW);
    inspection.set_recommendations(recommendations_of(pen, quarter));
    inspection.set_findings(inspection.recommendations() + pen.draw(3));
    inspection.set_violations(pen.draw(2));
    pen.post(Phone::labour, made);
}

void follow_up(Pen& pen) {
    const int quarter = (pen.month() - 1) / 3;
    for (std::uint32_t number = 1; number <= recommendations_of(pen, quarter); ++number) {
        auto made = by_leader(pen);
        auto& resolved = *made.mutable_finding_resolved();
        resolved.set_inspection_id(inspection_id(quarter));
        resolved.set_recommendation_no(number);
        resolved.set_status(pen.chance(70) ? v1::FindingResolved::RESOLVED : pen.any<v1::FindingResolved::Status>());
        resolved.set_due(pen.day(20, 28));
        pen.post(Phone::labour, made);
    }
}

void review_people(Pen& pen) {
    auto made = by_leader(pen);
    auto& done = *made.mutable_review_done();
    done.set_subject(pen.month_is({6}) ? v1::ReviewDone::COLLECTIVES : v1::ReviewDone::INDIVIDUALS);
    done.set_excellent(1 + pen.draw(3));
    done.set_good(4 + pen.draw(10));
    done.set_fulfilled(pen.draw(5));
    done.set_not_fulfilled(pen.draw(2));
    done.set_count(done.excellent() + done.good() + done.fulfilled() + done.not_fulfilled());
    pen.post(Phone::labour, made);
}

void report(Pen& pen, v1::ReportSubmitted::Level level, const std::string& from, const std::string& to, const std::string& village) {
    auto made = by_leader(pen, village);
    auto& submitted = *made.mutable_report_submitted();
    submitted.set_period(period_before(pen));
    submitted.set_level(level);
    submitted.set_from_unit(from);
    submitted.set_to_unit(to);
    const auto due = *parse_day(pen.day(5, 5));
    submitted.set_due(format_day(due));
    submitted.set_sent(format_day(due - std::chrono::days(3) + std::chrono::days(pen.draw(5))));  // one in five is late
    made.set_occurred_on(submitted.sent());
    pen.post(Phone::culture, made);
}

void report_and_file(Pen& pen) {
    report(pen, v1::ReportSubmitted::COMMUNE_TO_DISTRICT, pen.commune(), "625", "");
    if (pen.month_is({4, 7, 10})) {
        for (const auto& village : pen.villages()) {
            report(pen, v1::ReportSubmitted::VILLAGE_TO_COMMUNE, village.code, pen.commune(), village.code);
        }
    }
    auto made = by_leader(pen);
    made.mutable_period_filed()->set_period(period_before(pen));
    made.mutable_period_filed()->set_digest("gia-dinh-" + pen.commune() + "-" + period_before(pen));
    pen.post(Phone::culture, made);
}

void report_devices(Pen& pen) {
    auto made = pen.event("", v1::CULTURE_CENTRE, v1::CENTRE_STAFF);
    auto& device = *made.mutable_device_reported();
    device.set_battery_percent(20 + pen.draw(80));
    device.set_queue_length(pen.draw(30));
    device.set_last_sequence(10 * static_cast<std::uint64_t>(pen.month()));
    device.set_clock_offset_seconds(pen.draw(90));
    device.set_clusters(static_cast<std::uint32_t>(pen.villages().size()));
    device.set_clusters_working(device.clusters() - pen.draw(3));
    pen.post(Phone::culture, made);
}

void call_attention(Pen& pen) {
    auto made = by_leader(pen);
    auto& attention = *made.mutable_attention_needed();
    attention.set_kind(pen.any<v1::AttentionNeeded::Kind>());
    attention.set_subject(pen.some_village().code);
    attention.set_since(made.occurred_on());
    attention.set_over(pen.chance(30));
    pen.post(Phone::labour, made);
}

}  // namespace

void play_monitoring(Pen& pen) {
    issue_plans(pen);
    if (pen.month_is({1})) {
        assign_targets(pen);
        assign_officers(pen);
    }
    if (pen.month_is({7}) && pen.chance(20)) {
        assign_target(pen, "", "COM-01", 10 * static_cast<std::uint32_t>(pen.villages().size()), 1);
    }
    if (pen.month_is({3, 6, 9, 12})) {
        inspect(pen);
    }
    if (pen.month_is({4, 7, 10})) {
        follow_up(pen);
    }
    if (pen.month_is({6, 12})) {
        review_people(pen);
    }
    if (pen.month() > 1) {
        report_and_file(pen);
    }
    report_devices(pen);
    if (pen.chance(25)) {
        call_attention(pen);
    }
}

}  // namespace chieng::play
