// SPDX-License-Identifier: Apache-2.0
// One value as a viewer sees it: text in both languages, what it is made of, its target, what was filed of it; or that it is
// hidden from him.
#pragma once

#include "gateway/export/statement.hpp"
#include "gateway/web/api.hpp"
#include "gateway/web/hidden.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace chieng::web {

// What was filed of a period, as far as the viewer receives it, by area and indicator.
struct Filed {
    v1::Report report;
    std::map<std::pair<std::string, std::string>, const v1::IndicatorValue*> values;
    std::set<std::string> reported;  // places of which anything was told then
};
// `revision` 0: the latest. Empty when the period was never filed, or is of the other calendar.
[[nodiscard]] std::shared_ptr<const Filed> filed_of(const Call& call, const Period& period, std::uint32_t revision);

// Which parts of a value are told.
struct Cuts {
    bool are_told = false;
    std::string only{};  // of this cut; empty: of all
};

// All values of one area over one period that the viewer receives.
class Column {
public:
    Column(const Call& call, std::string area, Period period, std::optional<Day> map, std::shared_ptr<const Filed> filed);

    // Of an indicator that is counted over the period; null otherwise.
    [[nodiscard]] Json value(const std::string& code, const Cuts& cuts) const;
    // The same as text, of the row of this number: columns of one period have the same rows.
    void append_text(std::size_t row, const Cuts& cuts, std::string& text) const;
    [[nodiscard]] const KeptColumns::Rows& rows() const { return *rows_; }
    [[nodiscard]] bool reported() const { return reported_; }

private:
    [[nodiscard]] Json value(const KeptColumns::Row& row, const Cuts& cuts) const;
    [[nodiscard]] const v1::IndicatorValue::Part* target(const v1::Indicator& indicator) const;
    [[nodiscard]] bool has_own_target(const v1::Indicator& indicator) const;
    [[nodiscard]] Json target_json(const v1::Indicator& indicator, const v1::IndicatorValue::Part& target) const;
    [[nodiscard]] std::string beside(const KeptColumns::Row& row, const Cuts& cuts) const;

    const Call& call_;
    std::string area_;
    Period period_;
    std::shared_ptr<const Filed> filed_;
    Told told_ = Told::now;
    std::shared_ptr<KeptColumns::Rows> rows_;
    std::vector<std::size_t> achievements_;  // rows that tell of targets
    bool reported_ = false;                  // anything happened there in that time
};

struct Telling {
    bool reported = true;  // something happened there in that time
    Cuts cuts{};
    Told told = Told::now;
};
// A value by itself, without target and filing; null when it is none that he receives.
[[nodiscard]] Json value_json(const Call& call, const v1::Indicator& indicator, const v1::IndicatorValue& value, const Telling& telling);

[[nodiscard]] Json text_json(const v1::Label& label);
[[nodiscard]] std::string hex16(std::uint64_t number);

}  // namespace chieng::web
