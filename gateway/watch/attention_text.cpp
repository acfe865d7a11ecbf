// SPDX-License-Identifier: Apache-2.0
// What needs attention, in plain words.
#include "gateway/watch/attention.hpp"

#include "gateway/serve/labels.hpp"
#include "gateway/serve/value_text.hpp"

#include <cstdio>
#include <cstdlib>

namespace chieng::attention_text {
namespace {

// Without decimals that say nothing.
std::string hundredths(std::int64_t number) {
    char text[40];
    if (number % 100 == 0) {
        std::snprintf(text, sizeof text, "%lld", static_cast<long long>(number / 100));
    } else {
        std::snprintf(text, sizeof text, "%.2f", static_cast<double>(number) / 100.0);
    }
    return text;
}

// Of a target's period, which is of the official calendar.
v1::Label name_of(const std::string& period) {
    const auto parsed = Period::parse(v1::OFFICIAL, period);
    return parsed ? period_label(*parsed) : label(period, period);
}

}  // namespace

v1::Label silent(const v1::Place& village, const Period& month) {
    const auto name = period_label(month);
    return label(village.name().vi() + ": chưa có tin nào từ kỳ báo cáo " + name.vi(),
                 village.name().en() + ": no event since the official month " + name.en());
}

v1::Label behind(const v1::Indicator& indicator, const std::string& period, std::int64_t actual, std::int64_t target,
                 std::int64_t percent_gone) {
    const auto name = name_of(period);
    const auto gone = std::to_string(percent_gone) + "%";
    return label(indicator.label().vi() + ", " + name.vi() + ": đã được " + with_comma(hundredths(actual)) + ", chỉ tiêu " +
                     with_comma(hundredths(target)) + ", đã qua " + gone + " thời gian của kỳ",
                 indicator.label().en() + ", " + name.en() + ": " + hundredths(actual) + " of " + hundredths(target) + ", with " + gone +
                     " of the time gone");
}

v1::Label target_of_nothing(const std::string& indicator, const std::string& period) {
    const auto name = name_of(period);
    return label(
        "Chỉ tiêu " + indicator + ", " + name.vi() + ": không có chỉ số này trong kỳ, hãy đính chính hoặc hủy",
        "Target on " + indicator + ", " + name.en() + ": no indicator of that name is counted over it; correct it or take it back");
}

v1::Label overdue(const v1::FindingResolved& finding) {
    const auto number = std::to_string(finding.recommendation_no());
    const auto due = day_label(parse_day(finding.due()).value_or(Day()));
    return label("Kiến nghị số " + number + " của " + finding.inspection_id() + ": hạn xử lý " + due.vi() + ", nay đã quá hạn",
                 "Recommendation " + number + " of " + finding.inspection_id() + " was due on " + due.en());
}

v1::Label loudspeakers(const v1::DeviceReported& report) {
    const auto figures = std::to_string(report.clusters_working()) + "/" + std::to_string(report.clusters());
    return label("Chỉ " + figures + " cụm loa hoạt động", "Only " + figures + " loudspeaker clusters work");
}

v1::Label lost(const Ledger::Row& row) {
    const auto count = std::to_string(std::abs(row.difference));
    const auto service = service_label(row.service);
    if (row.difference < 0) {
        return label(row.device + ": sổ của xã có nhiều hơn máy " + count + " tin " + service.vi(),
                     row.device + ": the journal has " + count + " events of " + service.en() + " that the device does not know of");
    }
    const auto first = std::to_string(row.first_missing);
    return label(row.device + ": mất " + count + " tin " + service.vi() + ", từ số " + first,
                 row.device + ": " + count + " events of " + service.en() + " are lost, from number " + first);
}

v1::Label gap(const Ledger::Row& row) {
    const auto first = std::to_string(row.first_gap);
    const auto service = service_label(row.service);
    return label(row.device + ": tin " + service.vi() + " số " + first + " còn ở máy, tin sau đã đến",
                 row.device + ": event " + first + " of " + service.en() + " still waits, later ones have come");
}

v1::Label full(const std::string& device, std::uint64_t waiting) {
    const auto count = std::to_string(waiting);
    return label(device + ": " + count + " tin chờ gửi, sắp đầy", device + ": " + count + " events wait, it is nearly full");
}

v1::Label unsent(const v1::ReportDeadline& report, const Period& period, Day due) {
    const auto& who = v1::ReportSubmitted::Level_descriptor()->FindValueByNumber(report.level())->options().GetExtension(v1::value);
    const auto to = report.to_unit().empty() ? "" : ", " + report.to_unit();
    const auto name = period_label(period);
    const auto day = day_label(due);
    return label("Báo cáo " + name.vi() + " (" + who.vi() + to + "): chưa gửi, hạn " + day.vi(),
                 "Report of " + name.en() + " (" + who.en() + to + "): not sent, it was due on " + day.en());
}

}  // namespace chieng::attention_text
