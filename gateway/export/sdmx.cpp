// SPDX-License-Identifier: Apache-2.0
#include "gateway/export/sdmx.hpp"

#include <algorithm>

namespace chieng::sdmx {

void each_observation(const Statement& statement, const std::function<void(const Observation&)>& take) {
    for (const auto& row : statement.rows) {
        Observation observation;
        observation.indicator = id_of(row.code);
        observation.cut = row.is_part() ? id_of(row.cut) : std::string(total);
        observation.cut_value = row.is_part() ? id_of(row.cut_value) : std::string(total);
        observation.row = &row;
        for (std::size_t place = 0; place < row.cells.size(); ++place) {
            observation.area = id_of(statement.places[place].code);
            observation.cell = &row.cells[place];
            observation.place = place;
            take(observation);
        }
    }
}

std::string id_of(std::string_view code) {
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@$-";
    std::string id(code);
    std::replace_if(
        id.begin(), id.end(), [&](char c) { return allowed.find(c) == std::string_view::npos; }, '_');
    return id;
}

// "Annual" is what is told once a year, nine months too; TIME_PERIOD says of which time.
std::string_view frequency(v1::Span span) {
    switch (span) {
        case v1::MONTH: return "M";
        case v1::QUARTER: return "Q";
        case v1::HALF: return "S";
        default: return "A";
    }
}

std::string_view duration(v1::Span span) {
    switch (span) {
        case v1::MONTH: return "P1M";
        case v1::QUARTER: return "P3M";
        case v1::HALF: return "P6M";
        case v1::NINE_MONTHS: return "P9M";
        default: return "P1Y";
    }
}

std::string time_period(const Period& period) {
    if (period.calendar == v1::OFFICIAL || period.span == v1::NINE_MONTHS) {
        return format_day(period.first_day()) + "/" + std::string(duration(period.span));
    }
    return period.span == v1::HALF ? std::to_string(period.year) + "-S" + std::to_string(period.number) : period.format();
}

std::string_view observation_status(Status status) {
    switch (status) {
        case Status::ok: return "A";
        case Status::not_reported: return "L";
        case Status::suppressed: return "Q";
        case Status::no_value: return "M";
    }
    return "";
}

std::string_view confidentiality(Status status) {
    return status == Status::suppressed ? "C" : "F";
}

}  // namespace chieng::sdmx
