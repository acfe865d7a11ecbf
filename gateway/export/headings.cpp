// SPDX-License-Identifier: Apache-2.0
#include "gateway/export/headings.hpp"

#include "gateway/serve/labels.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace chieng {
namespace {

struct Moment {
    int year;
    unsigned month;
    unsigned day;
    int hour;
    int minute;
    int second;
};

Moment moment(std::chrono::sys_seconds at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(at - day);
    return {static_cast<int>(date.year()),          static_cast<unsigned>(date.month()),      static_cast<unsigned>(date.day()),
            static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count())};
}

std::chrono::sys_seconds at(std::uint64_t seconds) {
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

}  // namespace

const v1::Label& title() {
    static const auto text = label("Biểu tổng hợp chỉ số công tác giảm nghèo", "Indicators of poverty reduction work");
    return text;
}

std::vector<v1::Label> heading_lines(const Statement& statement) {
    const auto& period = statement.period;
    const auto name = period_label(period);
    const auto days = days_label(period.first_day(), period.last_day());
    const auto calendar = calendar_label(period.calendar);
    std::vector<v1::Label> lines{label(name.vi() + " (" + days.vi() + ")", name.en() + " (" + days.en() + ")"), calendar};
    if (statement.map) {
        const auto day = day_label(*statement.map);
        lines.push_back(label("Theo địa giới hành chính ngày " + day.vi(), "In the administrative units of " + day.en()));
    }
    if (statement.filed) {
        const auto& filed = *statement.filed;
        const auto when = moment_text(filed.filed_at);
        const auto revision = std::to_string(filed.revision);
        const auto restated = std::to_string(filed.restated);
        lines.push_back(
            label("Đã chốt lần " + revision + " lúc " + when + ", mã SHA-256 " + filed.digest + "; số giá trị thay đổi từ đó: " + restated,
                  "Filed, revision " + revision + ", at " + when + ", SHA-256 " + filed.digest + "; values restated since: " + restated));
    }
    if (statement.as_of != 0) {
        const auto when = moment_text(statement.as_of);
        lines.push_back(label("Số liệu đến " + when, "As of " + when));
    }
    return lines;
}

std::string both(const v1::Label& label) {
    return label.vi() == label.en() ? label.vi() : label.vi() + " / " + label.en();
}

v1::Label part_label(const Row& row) {
    return label(row.cut_label.vi() + ": " + row.cut_value_label.vi(), row.cut_label.en() + ": " + row.cut_value_label.en());
}

const std::vector<Signature>& signatures() {
    static const std::vector<Signature> all{
        {label("Người lập biểu", "Prepared by"), label("(Ký, ghi rõ họ tên)", "(signature, full name)")},
        {label("Thủ trưởng đơn vị", "Head of the unit"), label("(Ký, đóng dấu, ghi rõ họ tên)", "(signature, seal, full name)")},
    };
    return all;
}

std::string moment_text(std::uint64_t seconds) {
    const auto m = moment(at(seconds) + std::chrono::hours(7));
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%02u/%02u/%04d %02d:%02d (UTC+7)", m.day, m.month, m.year, m.hour, m.minute);
    return text.data();
}

std::string moment_iso(std::uint64_t seconds) {
    const auto m = moment(at(seconds));
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", m.year, m.month, m.day, m.hour, m.minute, m.second);
    return text.data();
}

}  // namespace chieng
