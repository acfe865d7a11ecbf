// SPDX-License-Identifier: Apache-2.0
// Every indicator of the catalogue once more, written from the catalogue alone: plain loops over all events, nothing kept, nothing
// shared with gateway/indicator, no definition read. Slow, and meant to be obviously right.
#pragma once

#include "chieng/v1/event.pb.h"
#include "services/runtime/core/places.hpp"
#include "services/runtime/core/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace chieng::recount {

// An event that a service of a commune said it stored.
struct Stored {
    std::string commune;
    std::string service;
    std::string device;
    std::uint64_t received_at = 0;
    v1::Event event;
};

// A version of an event that stands: nothing replaced or voided it.
struct Fact {
    const Stored* stored = nullptr;
    Day on;
    [[nodiscard]] const v1::Event& event() const { return stored->event; }
};

struct Window {
    Day first;
    Day last;
};
// Decree 09/2019/NĐ-CP, article 12: an official month is from the 15th of the month before to the 14th; a quarter, a half, a year is
// from the first day of its first month to the last day of its last.
[[nodiscard]] Window window_of(v1::Calendar calendar, v1::Span span, int year, int number);

struct Fraction {
    std::int64_t number = 0;
    std::int64_t denominator = 0;  // 0: a number; of a rate: it has no value
    friend bool operator==(const Fraction&, const Fraction&) = default;
};

struct Figure {
    Fraction whole;
    std::optional<double> median;
    Fraction start;                                                  // of a change: the rate when the window began; the whole is its end
    std::map<std::pair<std::string, std::string>, Fraction> parts;   // by cut and its value
    std::map<std::pair<std::string, std::string>, Fraction> starts;  // of a change's parts
};

enum class Kind { number, stock, rate, median, change };

struct Entry {
    std::string code;
    Kind kind;
    std::string spans;  // letters of M, Q, H, Y
    std::int64_t divide_by = 1;
    bool less_is_better = false;

    // With "9", nine months, where definitions say that they are told besides.
    [[nodiscard]] std::string counted_over() const { return spans.size() > 1 && spans.back() == 'Y' ? spans + "9" : spans; }
};
// The catalogue: all 71 codes.
[[nodiscard]] const std::vector<Entry>& catalogue();

class Recount {
public:
    // What each commune stored, in the order in which it came.
    Recount(const Places& places, std::vector<Stored> stored);
    // The same for somebody who knows by himself which of them stand: their places in the list.
    Recount(const Places& places, std::vector<Stored> stored, const std::vector<std::size_t>& standing);
    Recount(const Recount&) = delete;
    Recount& operator=(const Recount&) = delete;
    Recount(Recount&&) = delete;
    Recount& operator=(Recount&&) = delete;
    ~Recount() = default;

    // `area`: a village, a commune or a district.
    [[nodiscard]] Figure value(const std::string& area, const Period& period, const std::string& code) const;

    // The same, with the types of event that were looked at.
    [[nodiscard]] Figure value(const std::string& area, const Period& period, const std::string& code,
                               std::set<v1::Event::BodyCase>& looked_at) const;

    [[nodiscard]] const std::vector<Fact>& facts() const { return facts_; }

private:
    const Places& places_;
    std::vector<Stored> stored_;
    std::vector<Fact> facts_;
};

}  // namespace chieng::recount
