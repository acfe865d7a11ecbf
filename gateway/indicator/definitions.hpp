// SPDX-License-Identifier: Apache-2.0
// Indicator definitions: read from protobuf text, checked against the schema, and compiled into plans that say what an
// event of each type adds to which series. A series is (indicator, cut, cut value), known by a small number.
#pragma once

#include "chieng/v1/indicator.pb.h"
#include "services/runtime/core/time.hpp"

#include <google/protobuf/descriptor.h>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng {

using Path = std::vector<const google::protobuf::FieldDescriptor*>;
using SeriesId = std::uint32_t;

struct Series {
    std::string indicator;
    std::string cut;  // empty: the whole
    std::string cut_value;
};

struct Condition {
    Path field;
    std::vector<int> any;
};

// A day of an event: one of its fields, or one of the two days that every entry has.
struct DayOf {
    enum class Kind { field, occurred, received };
    Kind kind = Kind::field;
    Path field;
};

struct PartPlan {
    SeriesId series = 0;
    std::vector<Path> plus;
    std::vector<Path> minus;
};

struct CutPlan {
    Path field;                                    // empty: by parts
    std::vector<std::pair<int, SeriesId>> values;  // the enum values that it shows, in their order
    std::vector<PartPlan> parts;

    [[nodiscard]] std::optional<SeriesId> series(int value) const;
};

// What one source of one indicator makes of an event.
struct SourcePlan {
    SeriesId whole = 0;
    Day from;
    Day until;
    std::vector<v1::Span> spans;
    std::vector<Condition> where;
    std::vector<Path> plus;
    Path distinct;
    std::optional<std::pair<DayOf, DayOf>> days;
    bool corrections_only = false;
    std::vector<CutPlan> cuts;
};

struct Definition {
    v1::Indicator indicator;
    Day from;
    Day until;
    SeriesId whole = 0;
    std::vector<SeriesId> parts;  // of all cuts, in the order of the definition
    bool distinct = false;

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
    [[nodiscard]] std::optional<SeriesId> series_id(const std::string& indicator, const std::string& cut, const std::string& value) const;

    // Which of all() a series has a part in, as their places in that list: its own, and those that cover it.
    [[nodiscard]] const std::vector<std::uint32_t>& touched(SeriesId series) const { return touched_[series]; }

    // Whether a series counts different values, and over which spans its indicator is counted.
    [[nodiscard]] bool distinct(SeriesId series) const { return distinct_[series]; }
    [[nodiscard]] const std::vector<v1::Span>& spans(SeriesId series) const { return spans_[series]; }

    // Of all definitions: the same text means the same digest.
    [[nodiscard]] std::uint64_t digest() const { return digest_; }

    // Plans for an event whose body is this case of Event.body; 0: no body.
    [[nodiscard]] const std::vector<SourcePlan>& plans(int body_case) const;

private:
    friend class Compiler;

    std::vector<Definition> all_;
    std::vector<Series> series_;
    boost::unordered_flat_map<std::string, SeriesId> ids_;  // indicator, cut and value, each ended by a line feed
    std::vector<std::vector<std::uint32_t>> touched_;
    std::map<int, std::vector<SourcePlan>> plans_;
    std::vector<bool> distinct_;
    std::vector<std::vector<v1::Span>> spans_;
    std::uint64_t digest_ = 0;
};

}  // namespace chieng
