// SPDX-License-Identifier: Apache-2.0
#include "gateway/export/dhis2_values.hpp"

#include "gateway/serve/labels.hpp"

namespace chieng::dhis2 {
namespace {

void add(const Row& row, const Figure& figure, std::vector<DataValue>& to) {
    if (figure.status != Status::ok) {
        return;
    }
    const auto element = row.code + (row.is_part() ? "_" + row.cut : std::string());
    if (figure.denominator) {
        to.push_back({element + "_NUM", row.cut, row.cut_value, std::to_string(*figure.numerator)});
        to.push_back({element + "_DEN", row.cut, row.cut_value, std::to_string(*figure.denominator)});
    } else {
        to.push_back({element, row.cut, row.cut_value, figure.number});
    }
}

}  // namespace

std::optional<Refusal> refusal(const Statement& statement) {
    const auto& period = statement.period;
    const auto name = period.format();
    Refusal refusal;
    if (period.span == v1::NINE_MONTHS) {
        refusal.text.set_vi("DHIS2 không có kỳ 9 tháng: " + name + ". Hãy lấy ba quý, hoặc chọn định dạng khác.");
        refusal.text.set_en("DHIS2 knows no period of nine months: " + name + ". Take its three quarters, or another format.");
        return refusal;
    }
    if (period.calendar == v1::CALENDAR_MONTHS) {
        return std::nullopt;
    }
    const auto days = days_label(period.first_day(), period.last_day());
    refusal.text.set_vi("DHIS2 chỉ có kỳ dương lịch: số liệu của kỳ báo cáo " + name + " (" + days.vi() +
                        ") sẽ bị ghi sang kỳ khác mà không báo lỗi. Hãy lấy kỳ dương lịch: calendar=calendar&period=" + name +
                        ", hoặc trên dòng lệnh: --calendar calendar.");
    refusal.text.set_en("DHIS2 knows calendar periods only: it would silently file the official period " + name + " (" + days.en() +
                        ") as another one. Ask for the calendar period: calendar=calendar&period=" + name +
                        ", on the command line: --calendar calendar.");
    return refusal;
}

std::vector<OrgUnit> org_units(const Statement& statement) {
    std::vector<OrgUnit> units;
    for (std::size_t place = statement.places.size() > 1 ? 1 : 0; place < statement.places.size(); ++place) {
        OrgUnit unit{statement.places[place].code, {}};
        for (const auto& row : statement.rows) {
            add(row, row.cells[place].now, unit.values);
        }
        if (!unit.values.empty()) {
            units.push_back(std::move(unit));
        }
    }
    return units;
}

std::string period_code(const Period& period) {
    auto year = std::to_string(period.year);
    const auto number = std::to_string(period.number);
    switch (period.span) {
        case v1::MONTH: return year + (period.number < 10 ? "0" : "") + number;
        case v1::QUARTER: return year + "Q" + number;
        case v1::HALF: return year + "S" + number;
        default: return year;
    }
}

std::string data_set(const Period& period) {
    return "CHIENG-" + v1::Span_Name(period.span);
}

}  // namespace chieng::dhis2
