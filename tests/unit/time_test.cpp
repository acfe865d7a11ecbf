// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/time.hpp"

#include <catch2/catch.hpp>

namespace time_test {

using namespace chieng;

namespace {
std::string period_of(v1::Calendar calendar, v1::Span span, const char* day) {
    return Period::of(calendar, span, *parse_day(day)).format();
}
}  // namespace

TEST_CASE("15 March 2022 belongs to reporting month 04/2022 and the second quarter (Decree 09/2019, article 12)") {
    CHECK(period_of(v1::OFFICIAL, v1::MONTH, "2022-03-15") == "2022-04");
    CHECK(period_of(v1::OFFICIAL, v1::QUARTER, "2022-03-15") == "2022-Q2");
    CHECK(period_of(v1::OFFICIAL, v1::MONTH, "2022-03-14") == "2022-03");
    CHECK(period_of(v1::OFFICIAL, v1::QUARTER, "2022-03-14") == "2022-Q1");
    CHECK(period_of(v1::CALENDAR_MONTHS, v1::QUARTER, "2022-03-15") == "2022-Q1");
    CHECK(official_month(*parse_day("2022-03-15")) == 202204);
}

TEST_CASE("an official year runs from 15 December to 14 December") {
    CHECK(period_of(v1::OFFICIAL, v1::YEAR, "2021-12-15") == "2022");
    CHECK(period_of(v1::OFFICIAL, v1::YEAR, "2021-12-14") == "2021");
    CHECK(period_of(v1::OFFICIAL, v1::HALF, "2022-06-14") == "2022-H1");
    CHECK(period_of(v1::OFFICIAL, v1::HALF, "2022-06-15") == "2022-H2");
    const auto half = *Period::parse(v1::OFFICIAL, "2022-H1");
    CHECK(format_day(half.first_day()) == "2021-12-15");
    CHECK(format_day(half.last_day()) == "2022-06-14");
}

TEST_CASE("every day lies in its own period, and in no other, in both calendars") {
    for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
        for (const auto span : {v1::MONTH, v1::QUARTER, v1::HALF, v1::YEAR}) {
            for (auto day = *parse_day("2019-12-01"); day < *parse_day("2025-02-01"); day += std::chrono::days(1)) {
                const auto period = Period::of(calendar, span, day);
                CHECK(period.first_day() <= day);
                CHECK(day <= period.last_day());
                CHECK(Period::of(calendar, span, period.last_day() + std::chrono::days(1)) != period);
                const auto atom = Atom::of(day).index - period.first_atom().index;
                CHECK((atom >= 0 && atom < period.atoms()));
                CHECK(Period::parse(calendar, period.format()) == period);
                CHECK(Atom::parse(Atom::of(day).format()) == Atom::of(day));
            }
        }
    }
}

TEST_CASE("nine months hold no day of the last three, of which the next year's are the next") {
    CHECK(period_of(v1::OFFICIAL, v1::NINE_MONTHS, "2022-09-14") == "2022-9M");
    CHECK(period_of(v1::OFFICIAL, v1::NINE_MONTHS, "2022-09-15") == "2023-9M");
    CHECK(period_of(v1::CALENDAR_MONTHS, v1::NINE_MONTHS, "2022-09-30") == "2022-9M");
    CHECK(period_of(v1::CALENDAR_MONTHS, v1::NINE_MONTHS, "2022-10-01") == "2023-9M");
    const auto nine = *Period::parse(v1::OFFICIAL, "2022-9M");
    CHECK(format_day(nine.first_day()) == "2021-12-15");
    CHECK(format_day(nine.last_day()) == "2022-09-14");
    CHECK(nine.holds(Atom::of(*parse_day("2022-09-01"))));
    CHECK_FALSE(nine.holds(Atom::of(*parse_day("2022-09-15"))));
    CHECK(Period::parse(v1::OFFICIAL, nine.format()) == nine);
    CHECK_FALSE(Period::parse(v1::OFFICIAL, "2022-6M"));
    CHECK_FALSE(Period::parse(v1::OFFICIAL, "2022-09M"));
}

TEST_CASE("only real days are days") {
    CHECK_FALSE(parse_day("2022-02-29"));
    CHECK(parse_day("2024-02-29"));
    CHECK_FALSE(parse_day("2022-3-12"));
    CHECK_FALSE(parse_day("12/03/2022"));
    CHECK_FALSE(parse_day(""));
    CHECK_FALSE(parse_day("2022-13-01"));
    for (std::size_t at = 0; at < 10; ++at) {
        for (const char wrong : {'x', '/', ':', ' ', '-', '\xB1', '\0'}) {
            auto text = std::string("2022-10-16");
            text[at] = wrong;
            CHECK(parse_day(text).has_value() == (text == "2022-10-16"));
        }
    }
}

TEST_CASE("a day begins at 17:00 of the day before in UTC") {
    const auto evening = Seconds(*parse_day("2022-03-14") + std::chrono::hours(17));
    CHECK(format_day(day_at(evening)) == "2022-03-15");
    CHECK(format_day(day_at(evening - std::chrono::seconds(1))) == "2022-03-14");
}

}  // namespace time_test
