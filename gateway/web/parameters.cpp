// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/parameters.hpp"

#include "gateway/web/problems.hpp"
#include "gateway/web/received.hpp"

#include <algorithm>
#include <charconv>

namespace chieng::web {
namespace {

// Whether what a place right below the world's counted is in that area on that day, as after a merger.
bool carries_of(const World& world, const std::string& area, Day day) {
    const auto below = world.places.ever_below(world.place);
    return std::any_of(below.begin(), below.end(), [&](const std::string& code) {
        const auto from = world.places.nearest_day(code, day);
        return from && world.places.carrier(code, *from, day) == area;
    });
}

}  // namespace

void Parameters::refuse(Problem problem) {
    if (!wrong_) {
        wrong_ = std::move(problem);
    }
}

std::string Parameters::text(std::string_view name, std::string otherwise) const {
    if (const auto* given = call_.request.parameter(name)) {
        return *given;
    }
    return otherwise;
}

std::uint64_t Parameters::number(std::string_view name, std::uint64_t otherwise, std::uint64_t most, std::uint64_t least) {
    const auto* given = call_.request.parameter(name);
    if (given == nullptr) {
        return otherwise;
    }
    std::uint64_t number = 0;
    const auto* end = given->data() + given->size();
    const auto [rest, failed] = std::from_chars(given->data(), end, number);
    if (failed != std::errc() || rest != end || given->empty() || number > most || number < least) {
        const auto from = std::to_string(least);
        const auto to = std::to_string(most);
        refuse(bad_parameter(name, "a whole number from " + from + " to " + to, "một số nguyên từ " + from + " đến " + to));
        return otherwise;
    }
    return number;
}

bool Parameters::flag(std::string_view name) {
    const auto given = text(name, "false");
    if (given != "true" && given != "false") {
        refuse(bad_parameter(name, "true or false", "true hoặc false"));
    }
    return given == "true";
}

std::optional<Day> Parameters::day(std::string_view name) {
    if (!given(name)) {
        return std::nullopt;
    }
    const auto day = parse_day(text(name));
    if (!day) {
        refuse(bad_parameter(name, "a day from 1900 to 2199, such as 2022-03-12", "một ngày từ 1900 đến 2199, ví dụ 2022-03-12"));
    }
    return day;
}

v1::Calendar Parameters::calendar() {
    const auto given = text("calendar", "official");
    if (given != "official" && given != "calendar") {
        refuse(bad_parameter("calendar", "official (15th to 14th) or calendar (months)",
                             "official (từ ngày 15 đến 14) hoặc calendar (tháng)"));
    }
    return given == "calendar" ? v1::CALENDAR_MONTHS : v1::OFFICIAL;
}

Period Parameters::period(std::string_view name, v1::Calendar calendar) {
    const auto given = text(name);
    const auto period = Period::parse(calendar, given);
    if (!period) {
        refuse(bad_period(name));
    }
    if (period) {
        check_span(period->span, name);
    }
    return period.value_or(Period::of(calendar, v1::MONTH, call_.now.today()));
}

std::string Parameters::area(Day day) {
    auto area = text("area", own_area(call_));
    if (!is_of(call_.world, area, day) && !(given("map") && carries_of(call_.world, area, day))) {
        refuse(not_there("area " + area + " is not " + call_.world.place + " or a place below it on " + format_day(day) +
                             "; /api/v1/places?day= lists them",
                         "vào ngày " + format_day(day) + ", " + area + " không phải là " + call_.world.place +
                             " hay một nơi thuộc đó; xem /api/v1/places?day=",
                         "area"));
        return call_.world.place;
    }
    if (!call_.share.has_area(area)) {
        refuse(not_received(call_, area, "area"));
    }
    return area;
}

const Definition* Parameters::indicator(std::string_view code, Day day, std::optional<v1::Span> span) {
    const auto* definition = call_.world.definitions.find(code, day);
    if (definition == nullptr || definition->indicator.hidden()) {
        refuse(not_there("there is no indicator '" + std::string(code) + "'; /api/v1/indicators lists them",
                         "không có chỉ số '" + std::string(code) + "'; xem /api/v1/indicators", "indicator"));
        return nullptr;
    }
    if (!call_.share.has_indicator(definition->indicator.code())) {
        refuse(not_received(call_, definition->indicator.code(), "indicator"));
        return nullptr;
    }
    if (span && !definition->counted_over(*span)) {
        std::string spans;
        for (const auto known : definition->indicator.spans()) {
            spans += " " + v1::Span_Name(static_cast<v1::Span>(known));
        }
        refuse(bad_parameter("period", std::string(code) + " is counted over:" + spans, std::string(code) + " được tính theo kỳ:" + spans));
    }
    return definition;
}

void Parameters::check_span(v1::Span span, std::string_view field) {
    if (!call_.share.has_span(span)) {
        refuse(not_received(call_, v1::Span_Name(span), field));
    }
}

bool is_of(const World& world, const std::string& code, Day day) {
    if (code == world.place) {
        return true;
    }
    const auto* place = world.places.find(code, day);
    while (place != nullptr && !place->parent().empty()) {
        if (place->parent() == world.place) {
            return true;
        }
        place = world.places.find(place->parent(), day);
    }
    return false;
}

std::string calendar_name(v1::Calendar calendar) {
    return calendar == v1::OFFICIAL ? "official" : "calendar";
}

}  // namespace chieng::web
