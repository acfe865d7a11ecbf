// SPDX-License-Identifier: Apache-2.0
// The monitoring service: plans, targets, officers, inspections, reviews, reports, decisions about numbers (plan I.2, II.4,
// III.1, III.4a). A period is filed, and a report sent, once for each revision; the targets of a filed period stand.
#pragma once

#include "services/runtime/core/dated_rules.hpp"
#include "services/runtime/core/service.hpp"

namespace chieng {

struct Monitoring {
    static constexpr std::string_view name = "monitoring";
    using Judged = Types<v1::TargetAssigned, v1::OfficerAssigned, v1::PeriodFiled, v1::ReportSubmitted>;

    static std::string target_of(const v1::TargetAssigned& target, const v1::Event& event) {
        return "target/" + target.indicator() + "/" + target.period() + "/" + event.village();
    }

    static Reasons decide(const v1::TargetAssigned& target, const Context& context) {
        if (context.held("filed/" + target.period()) && context.held(target_of(target, context.event))) {
            return {reason(ReasonCode::target_filed, "target_assigned.period", target.period())};
        }
        return {};
    }

    // The target of a filed period stands.
    static Reasons retract(const v1::TargetAssigned& target, const Context& context) {
        return context.held("filed/" + target.period())
                   ? Reasons{reason(ReasonCode::target_filed, "target_assigned.period", target.period())}
                   : Reasons();
    }

    // In the official calendar, which ends before the other one.
    static bool is_over(const std::string& period, Day on) { return Period::parse(v1::OFFICIAL, period)->last_day() < on; }

    // Data of a period are closed before they are sent (Decree 09/2019/NĐ-CP, article 8), but what the programme asks for is due earlier
    // (Circular 10/2022/TT-BLĐTBXH, article 4): the rules say how much.
    static bool may_be_sent(const std::string& period, Day sent, const v1::ServiceRules& rules) {
        const auto early = days_early(rules, Period::parse(v1::OFFICIAL, period)->span, sent);
        return is_over(period, sent + std::chrono::days(early));
    }

    static Reasons decide(const v1::ReportSubmitted& report, const Context& context) {
        const auto sent = *parse_day(report.sent());
        if (sent > context.received_on + std::chrono::days(1)) {
            return {reason(ReasonCode::in_the_future, "report_submitted.sent", report.sent())};
        }
        if (!may_be_sent(report.period(), sent, context.rules)) {
            return {reason(ReasonCode::not_over_yet, "report_submitted.sent", report.period() + ", " + report.sent())};
        }
        return {};
    }

    static Reasons decide(const v1::PeriodFiled& filed, const Context& context) {
        if (!is_over(filed.period(), context.received_on)) {
            return {reason(ReasonCode::not_over_yet, "period_filed.period", filed.period() + ", " + format_day(context.received_on))};
        }
        const auto before = context.held("filed/" + filed.period());
        if (before && padded(filed.revision()) <= *before) {
            return {reason(ReasonCode::already_set, "period_filed.revision", filed.period() + ", " + std::to_string(filed.revision()))};
        }
        return {};
    }

    // Numbers of one width are in order as texts.
    static std::string padded(std::uint32_t number) {
        const auto digits = std::to_string(number);
        return std::string(10 - digits.size(), '0') + digits;
    }

    static Reasons decide(const v1::OfficerAssigned& officer, const Context& /*context*/) {
        if (!officer.until().empty() && officer.until() < officer.from()) {
            return {reason(ReasonCode::ends_before, "officer_assigned.until", officer.until())};
        }
        return {};
    }

    static std::optional<Claim> claim(const v1::TargetAssigned& target, const v1::Event& event) {
        return Claim{target_of(target, event), std::nullopt, {}, {}, std::to_string(target.value())};
    }
    // A report is sent again under another revision only.
    static std::optional<Claim> claim(const v1::ReportSubmitted& report, const v1::Event& /*event*/) {
        const auto what = report.period() + ", " + report.from_unit() + ", " + report.to_unit() + ", " + std::to_string(report.revision());
        return Claim{"submitted/" + what, ReasonCode::already_set, "report_submitted.revision", what, {}};
    }
    static std::optional<Claim> claim(const v1::PeriodFiled& filed, const v1::Event& /*event*/) {
        return Claim{"filed/" + filed.period(), std::nullopt, {}, {}, padded(filed.revision())};
    }
};

}  // namespace chieng
