// SPDX-License-Identifier: Apache-2.0
// What needs attention, in plain words.
#include "gateway/watch/attention.hpp"

#include "gateway/serve/labels.hpp"

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

}  // namespace

v1::Label silent(const v1::Place& village, const Period& month) {
    return label(village.name().vi() + ": chưa có tin nào từ kỳ tháng " + month.format(),
                 village.name().en() + ": no event since the official month " + month.format());
}

v1::Label behind(const v1::Indicator& indicator, const std::string& period, std::int64_t actual, std::int64_t target,
                 std::int64_t percent_gone) {
    const auto figures = hundredths(actual) + " / " + hundredths(target);
    const auto gone = std::to_string(percent_gone) + " %";
    return label(indicator.label().vi() + " " + period + ": " + figures + ", đã qua " + gone + " thời gian",
                 indicator.label().en() + " " + period + ": " + figures + ", with " + gone + " of the time gone");
}

v1::Label target_of_nothing(const std::string& indicator, const std::string& period) {
    return label(
        "Chỉ tiêu " + indicator + " kỳ " + period + ": không có chỉ số này trong kỳ, hãy đính chính hoặc hủy",
        "Target on " + indicator + " for " + period + ": no indicator of that name is counted over it; correct it or take it back");
}

v1::Label overdue(const v1::FindingResolved& finding) {
    const auto number = std::to_string(finding.recommendation_no());
    return label("Kiến nghị số " + number + " của " + finding.inspection_id() + " quá hạn từ " + finding.due(),
                 "Recommendation " + number + " of " + finding.inspection_id() + " was due on " + finding.due());
}

v1::Label loudspeakers(const v1::DeviceReported& report) {
    const auto figures = std::to_string(report.clusters_working()) + "/" + std::to_string(report.clusters());
    return label("Chỉ " + figures + " cụm loa hoạt động", "Only " + figures + " loudspeaker clusters work");
}

v1::Label lost(const Ledger::Row& row) {
    const auto count = std::to_string(std::abs(row.difference));
    if (row.difference < 0) {
        return label(row.device + ": sổ của xã có nhiều hơn máy " + count + " tin " + row.service,
                     row.device + ": the journal has " + count + " events of " + row.service + " that the device does not know of");
    }
    const auto first = std::to_string(row.first_missing);
    return label(row.device + ": mất " + count + " tin " + row.service + ", từ số " + first,
                 row.device + ": " + count + " events of " + row.service + " are lost, from number " + first);
}

v1::Label gap(const Ledger::Row& row) {
    const auto first = std::to_string(row.first_gap);
    return label(row.device + ": tin " + row.service + " số " + first + " còn ở máy, tin sau đã đến",
                 row.device + ": event " + first + " of " + row.service + " still waits, later ones have come");
}

v1::Label full(const std::string& device, std::uint64_t waiting) {
    const auto count = std::to_string(waiting);
    return label(device + ": " + count + " tin chờ gửi, sắp đầy", device + ": " + count + " events wait, it is nearly full");
}

v1::Label unsent(const v1::ReportDeadline& report, const Period& period, Day due) {
    const auto& who = v1::ReportSubmitted::Level_descriptor()->FindValueByNumber(report.level())->options().GetExtension(v1::value);
    const auto to = report.to_unit().empty() ? "" : ", " + report.to_unit();
    return label("Báo cáo kỳ " + period.format() + " (" + who.vi() + to + "): chưa gửi, hạn " + format_day(due),
                 "Report of " + period.format() + " (" + who.en() + to + "): not sent, it was due on " + format_day(due));
}

}  // namespace chieng::attention_text
