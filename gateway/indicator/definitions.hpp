// SPDX-License-Identifier: Apache-2.0
// Indicator definitions: read from protobuf text, checked against the schema, and compiled into plans that say what an
// event of each type adds to which series. A series is (indicator, cut, cut value), known by a small number.
#pragma once

#include "chieng/v1/indicator.pb.h"
#include "gateway/indicator/event_fields.hpp"
#include "services/runtime/core/time.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng {

using SeriesId = std::uint32_t;

struct Series {
    std::string indicator;
    std::string cut;  // empty: the whole
    std::string cut_value;
    // Of the indicator.
    bool distinct = false;  // counts different values
    bool stock = false;     // what stands at a window's end
    bool median = false;    // of days
    std::vector<v1::Span> spans;
};

// A day of an event: one of its fields, or one of the two days that every entry has.
struct DayOf {
    enum class Kind { field, occurred, received };
    Kind kind = Kind::field;
    Path field;
};

struct PartPlan {
    SeriesId series = 0;
    std::vector<Path> plus;  // none: all that the source adds
    std::vector<Path> minus;
    std::vector<Condition> where;
};

struct CutPlan {
    enum class By { nothing, field, parts, text };
    By by = By::nothing;
    Path field;
    std::vector<std::optional<SeriesId>> by_value;  // of the enum that the field is
    std::vector<std::pair<int, SeriesId>> values;   // the same: those that it shows, in their order
    std::vector<PartPlan> parts;
    std::map<std::string, SeriesId, std::less<>> texts;

    [[nodiscard]] std::optional<SeriesId> series(int value) const {
        const auto at = static_cast<std::size_t>(value);  // one below 0 is far behind all
        return at < by_value.size() ? by_value[at] : std::nullopt;
    }
};

// What one source of one indicator makes of an event. What nearly every event is asked for comes first.
struct SourcePlan {
    enum class Kind { counts, values, days, latest, standing };
    enum class When { occurred, dated, window, opens };  // what says where in time it adds something
    Kind kind = Kind::counts;
    When when = When::occurred;
    bool has_places = false;  // a field names them
    bool corrections_only = false;
    bool stock = false;
    int sign = 1;
    SeriesId whole = 0;
    Day from;
    Day until;
    std::vector<Condition> where;
    std::vector<Path> plus;
    std::vector<Path> times;
    std::vector<CutPlan> cuts;
    std::vector<Path> distinct;
    std::optional<std::pair<DayOf, DayOf>> days;
    Path places;
    Path dated;
    Path window;
    Path opens;
    Path stands_from;
    Path stands_until;
    // What names the subject whose latest event stands, beside the commune: its village, if it is of one, and fields.
    bool by_village = false;
    std::vector<Path> latest;
    std::vector<Condition> standing;
    Path agreed_on;
    bool withdraws = false;
    Path scope;
    Path order;
    Path value_of;
};

// What all sources make of an event of one kind.
struct EventPlan {
    static constexpr std::uint16_t no_column = 0xFFFF;

    std::string name;  // of the kind, as in Event.body; empty: of none that this revision knows
    std::vector<SourcePlan> sources;
    // Series that it may add to where and when it happened, numbered; and the number of each series, or no_column.
    std::vector<SeriesId> columns;
    std::vector<std::uint16_t> column_of;

    [[nodiscard]] bool has_latest() const;
};

// Of a definition's text: what a report of the past cites.
[[nodiscard]] std::uint64_t digest_of(const v1::Indicator& indicator);

// Another indicator, or a part of it, as a definition names it.
struct Reference {
    std::string code;
    SeriesId series = 0;
};

struct Definition {
    v1::Indicator indicator;
    Day from;
    Day until;
    std::uint64_t digest = 0;  // digest_of it
    SeriesId whole = 0;
    std::vector<SeriesId> parts;  // of all cuts, in the order of the definition
    bool distinct = false;
    std::vector<SeriesId> made_of;  // its own series, and those that it is computed from
    bool reads_elsewhere = false;   // its value at a place asks other places than those that lie under it when something happens
    // What it is computed from, when it is not summed from events: see the message of the same name.
    std::optional<Reference> of;
    std::optional<Reference> per;

    [[nodiscard]] bool counted_over(v1::Span span) const;
};

class Definitions {
public:
    // Throws std::invalid_argument "file:line:column: reason".
    [[nodiscard]] static Definitions load(std::string_view text, std::string_view file_name);

    // In the order of the file.
    [[nodiscard]] const std::vector<Definition>& all() const { return all_; }
    // The definition of a code that holds on that day; if none does, the code's last one; null for an unknown code.
    [[nodiscard]] const Definition* find(std::string_view code, Day day) const;

    [[nodiscard]] const std::vector<Series>& series() const { return series_; }
    [[nodiscard]] const Series& series(SeriesId id) const { return series_[id]; }
    [[nodiscard]] std::optional<SeriesId> series_id(const std::string& indicator, const std::string& cut, const std::string& value) const;

    // Those that a table of the period shows, in the order of the file.
    [[nodiscard]] std::vector<const Definition*> shown(const Period& period) const;

    // Which of all() a series has a part in, as their places in that list: its own, and those that are computed from it.
    [[nodiscard]] const std::vector<std::uint32_t>& touched(SeriesId series) const { return touched_[series]; }

    // Whether it counts events that also move a stock from its opening: then it is a difference of two figures of that stock.
    [[nodiscard]] bool moves_a_stock(const v1::Indicator& indicator) const;

    // Of all definitions: the same text means the same digest.
    [[nodiscard]] std::uint64_t digest() const { return digest_; }
    // A v1::Indicators that says the same: what digest() is of.
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

    // For an event whose body is this case of Event.body; 0: no body.
    [[nodiscard]] const EventPlan& plan(int body_case) const;
    // Services that take events of which the latest stands; and those of them that take nothing about a person or a household.
    [[nodiscard]] std::set<std::string> services_of_latest() const;
    [[nodiscard]] std::set<std::string> open_services_of_latest() const;
    // All fields that the plans read.
    [[nodiscard]] const FieldTree& fields() const { return fields_; }

private:
    friend class DefinitionCompiler;

    std::vector<Definition> all_;
    std::map<std::string, std::vector<std::uint32_t>, std::less<>> by_code_;  // places in all_
    std::vector<Series> series_;
    boost::unordered_flat_map<std::string, SeriesId> ids_;  // indicator, cut and value, each ended by a line feed
    std::vector<std::vector<std::uint32_t>> touched_;
    std::set<std::string, std::less<>> stock_events_;  // that open or move a stock
    boost::unordered_flat_map<int, EventPlan> plans_;
    FieldTree fields_;
    std::uint64_t digest_ = 0;
    std::string bytes_;
};

}  // namespace chieng
