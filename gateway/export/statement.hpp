// SPDX-License-Identifier: Apache-2.0
// The one table that every file is written from: places × indicators and their parts, of one period. It is made once, from values
// that the board already told; a format only decides how it looks. What is hidden is gone from here on: no format can tell it.
//
// Errors   none: what is not there becomes a status.
#pragma once

#include "chieng/v1/report.pb.h"
#include "gateway/indicator/definitions.hpp"
#include "gateway/serve/value_text.hpp"
#include "services/runtime/core/time.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

enum class Status { ok, not_reported, suppressed, no_value };

// "OK", "NOT_REPORTED", "SUPPRESSED", "NO_VALUE": durable names.
[[nodiscard]] std::string_view name_of(Status status);
// What a person reads instead of a number.
[[nodiscard]] const v1::Label& words_of(Status status);

// Whether the value says that something happened in its time: what stands at the end of it, and rates of that, go on by themselves.
[[nodiscard]] bool tells_of_events(const Definitions& definitions, const v1::IndicatorValue& value, Day last_day);

// Of which places one of the values does.
[[nodiscard]] std::set<std::string> places_that_reported(const Definitions& definitions,
                                                         const google::protobuf::RepeatedPtrField<v1::IndicatorValue>& values,
                                                         Day last_day);

// `reported`: something happened there in that time, so that what nobody sent is of nothing.
[[nodiscard]] Status status_of(const v1::Indicator& indicator, const v1::IndicatorValue& value, bool reported);

// A value of a place, or a part of one.
struct CellName {
    std::string area;
    std::string indicator;
    std::string cut;  // empty: the whole
    std::string cut_value;
    friend auto operator<=>(const CellName&, const CellName&) = default;
};

struct PlaceValues {
    std::string code;
    v1::Label name;
    std::vector<v1::IndicatorValue> values;  // as Board::rows gives them
};

// The references must outlive the call.
struct StatementInput {
    const Definitions& definitions;
    Period period;
    std::vector<PlaceValues> places;        // the area itself, then those below it
    std::set<CellName> hidden;              // as it is now
    const v1::Report* report = nullptr;     // as filed, of this area and period
    std::optional<Day> map = std::nullopt;  // the day in whose units it is told, when that is not the period's
    std::set<CellName> hidden_filed{};      // as it was filed
    std::set<std::string> left_out{};       // indicators that are not there for the reader
    std::string cut{};                      // the only one whose parts are told; empty: all are
};

struct Figure {
    Status status = Status::not_reported;
    std::string text;                       // as an officer reads it: "7.50 (3/40)"; empty unless OK
    std::string number;                     // exact decimal: "7.50"; empty unless OK
    std::optional<std::int64_t> numerator;  // of a rate
    std::optional<std::int64_t> denominator;

    // The text, or the status in words.
    [[nodiscard]] std::string shown(Tongue tongue) const;
};

struct Cell {
    Figure now;
    std::optional<Figure> filed;
    bool restated = false;  // it is not what was filed; of what is hidden that is not told either
};

// An indicator, or below it one of its parts.
struct Row {
    std::string group;
    std::string code;
    v1::Label label;
    v1::Label unit;
    v1::Indicator::Measure measure = v1::Indicator::NUMBER;
    std::uint32_t decimals = 0;  // of the number as shown
    std::string cut;             // empty: the whole
    std::string cut_value;
    v1::Label cut_label;
    v1::Label cut_value_label;
    std::vector<Cell> cells;  // one a place

    [[nodiscard]] bool is_part() const { return !cut.empty(); }
    [[nodiscard]] bool is_rate() const { return measure == v1::Indicator::RATIO; }
};

struct Statement {
    struct Place {
        std::string code;
        v1::Label name;
    };
    struct Filed {
        std::uint32_t revision = 0;
        std::uint64_t filed_at = 0;
        std::string digest;
        std::size_t restated = 0;  // values, of which the whole or a part is not what was filed
    };

    Period period;
    std::optional<Day> map;
    std::vector<Place> places;  // the area first
    std::vector<Row> rows;      // in the order of the definitions, each part below its indicator
    std::optional<Filed> filed;
    std::uint64_t as_of = 0;  // seconds since 1970: of the latest value

    [[nodiscard]] const Place& area() const { return places.front(); }
    [[nodiscard]] std::vector<std::string> groups() const;  // in order
};

// `input.places` is not empty.
[[nodiscard]] Statement make_statement(const StatementInput& input);

}  // namespace chieng
