// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/values.hpp"

#include "gateway/export/restated.hpp"
#include "gateway/serve/value_text.hpp"
#include "gateway/web/received.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace chieng::web {
namespace {

Json both(const std::string& text) {
    return {{"vi", with_comma(text)}, {"en", text}};
}

bool is_achievement(const v1::Indicator& indicator) {
    return indicator.targets().view() == v1::ACHIEVEMENT;
}

Json hidden_part_json(const std::string& cut, const std::string& cut_value) {
    return {{"cut", cut}, {"value", cut_value}, {"text", text_json(hidden_text())}, {"status", name_of(Status::suppressed)}};
}

// Below the number, and when the window began.
template <class Value>
void put_what_it_is_of(const v1::Indicator& indicator, const Value& value, Json& json) {
    const bool is_change = indicator.measure() == v1::Indicator::CHANGE;
    if (is_change || indicator.measure() == v1::Indicator::RATIO) {
        json["denominator"] = value.denominator();
    }
    if (is_change) {
        json["startNumber"] = value.start_number();
        json["startDenominator"] = value.start_denominator();
    }
}

Json part_json(const Call& call, const v1::Indicator& indicator, const v1::IndicatorValue& whole, const v1::IndicatorValue::Part& part) {
    Json json{{"cut", part.cut()}, {"value", part.cut_value()}};
    const auto* of = is_achievement(indicator) ? call.world.definitions.find(part.cut_value(), *parse_day(whole.to())) : nullptr;
    const bool is_nothing = !number_of(indicator, part);
    json["text"] = both(is_nothing || of == nullptr ? text_of(indicator, part) : percent_text(part.number(), part.denominator()));
    if (!part.unknown()) {
        json["number"] = part.number();
    }
    put_what_it_is_of(indicator, part, json);
    json["status"] = name_of(is_nothing ? Status::no_value : Status::ok);
    return json;
}

bool is_shown(const Json& value) {
    return value["status"] != name_of(Status::suppressed);
}

// Those that are shown, among those that are hidden.
Json parts_json(const Call& call, const v1::Indicator& indicator, const v1::IndicatorValue& value, const Telling& telling,
                bool& any_shown) {
    const auto told = telling.told;
    const auto is_asked_for = [&](const std::string& cut) { return telling.cuts.only.empty() || telling.cuts.only == cut; };
    auto parts = Json::array();
    for (const auto& part : value.parts()) {
        if (!is_asked_for(part.cut())) {
            continue;
        }
        const bool hidden = is_hidden(call.sight(), indicator, value, part, told);
        any_shown = any_shown || !hidden;
        parts.push_back(hidden ? hidden_part_json(part.cut(), part.cut_value()) : part_json(call, indicator, value, part));
    }
    for (const auto& [cut, cut_value] : hidden_nothings(call.sight(), indicator, value, told)) {
        if (is_asked_for(cut)) {
            parts.push_back(hidden_part_json(cut, cut_value));
        }
    }
    return parts;
}

// Under which poverty standards it was counted, as figures of different ones do not compare; null of what knows no standard. Of a part
// that is hidden nothing is said.
Json standards_json(const Call& call, const v1::Indicator& indicator, const v1::IndicatorValue& value, Told told) {
    if (!knows_standard(indicator)) {
        return nullptr;
    }
    auto standards = Json::array();
    for (const auto& part : value.parts()) {
        const bool counts = part.number() != 0 || part.denominator() != 0;
        if (part.cut() == standard_cut && counts && !is_hidden(call.sight(), indicator, value, part, told)) {
            standards.push_back(part.cut_value());
        }
    }
    return standards;
}

}  // namespace

Json text_json(const v1::Label& label) {
    return {{"vi", label.vi()}, {"en", label.en()}};
}

std::string hex16(std::uint64_t number) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
    return text.data();
}

Json value_json(const Call& call, const v1::Indicator& indicator, const v1::IndicatorValue& value, const Telling& telling) {
    if (!call.share.has(value)) {
        return nullptr;
    }
    bool any_shown = false;
    auto parts = telling.cuts.are_told ? parts_json(call, indicator, value, telling, any_shown) : Json::array();
    if (is_hidden(call.sight(), indicator, value, telling.told)) {
        Json json{{"text", text_json(hidden_text())}, {"status", name_of(Status::suppressed)}};
        if (any_shown) {
            json["parts"] = std::move(parts);
        }
        return json;
    }
    const auto status = status_of(indicator, value, telling.reported);
    Json json{{"text", both(status == Status::ok ? text_of(indicator, value) : "–")}, {"status", name_of(status)}};
    if (status == Status::ok && indicator.measure() == v1::Indicator::MEDIAN) {
        json["median"] = value.median();
    } else if (status != Status::not_reported) {
        json["number"] = value.number();
    }
    put_what_it_is_of(indicator, value, json);
    if (auto standards = standards_json(call, indicator, value, telling.told); !standards.is_null()) {
        json["standards"] = std::move(standards);
    }
    if (sees_lineage(call.viewer)) {
        json["events"] = value.lineage().events();
        json["digest"] = hex16(value.lineage().digest());
    }
    if (!parts.empty()) {
        json["parts"] = std::move(parts);
    }
    return json;
}

std::shared_ptr<const Filed> filed_of(const Call& call, const Period& period, std::uint32_t revision) {
    if (period.calendar != v1::OFFICIAL) {
        return nullptr;
    }
    auto report = received_report(call, period.format(), revision);
    if (!report) {
        return nullptr;
    }
    auto filed = std::make_shared<Filed>();
    filed->report = std::move(*report);
    for (const auto& value : filed->report.values()) {
        filed->values[{value.area(), value.indicator()}] = &value;
    }
    filed->reported = places_that_reported(call.world.definitions, filed->report.values(), period.last_day());
    return filed;
}

Column::Column(const Call& call, std::string area, Period period, std::optional<Day> map, std::shared_ptr<const Filed> filed)
    : call_(call),
      area_(std::move(area)),
      period_(period),
      filed_(map ? nullptr : std::move(filed)),
      told_(map ? Told::recut : Told::now),
      rows_(received_rows(call, area_, period, map)) {
    reported_ = std::any_of(rows_->begin(), rows_->end(), [&](const KeptColumns::Row& row) {
        return tells_of_events(call.world.definitions, row.value, period_.last_day());
    });
    for (std::size_t i = 0; i < rows_->size(); ++i) {
        if (is_achievement((*rows_)[i].definition->indicator)) {
            achievements_.push_back(i);
        }
    }
}

Json Column::value(const std::string& code, const Cuts& cuts) const {
    const auto it = std::find_if(rows_->begin(), rows_->end(), [&](const auto& row) { return row.value.indicator() == code; });
    return it == rows_->end() ? Json(nullptr) : value(*it, cuts);
}

Json Column::value(const KeptColumns::Row& row, const Cuts& cuts) const {
    const auto& indicator = row.definition->indicator;
    auto json = value_json(call_, indicator, row.value, {reported_, cuts, told_});
    if (const auto* found = target(indicator); found != nullptr && !is_hidden(call_.sight(), indicator, row.value, told_)) {
        json["target"] = target_json(indicator, *found);
        json["target"]["own"] = has_own_target(indicator);
    }
    if (filed_) {
        const auto before = filed_->values.find({area_, indicator.code()});
        if (before != filed_->values.end()) {
            const bool reported_then = filed_->reported.contains(area_);
            const auto filed = value_json(call_, indicator, *before->second, {reported_then, {}, Told::filed});
            // Of what is shown now and then: what is hidden would be told by having changed.
            const bool restated = is_shown(json) && is_shown(filed) &&
                                  is_restated(*before->second, status_of(indicator, *before->second, reported_then), row.value,
                                              status_of(indicator, row.value, reported_));
            json["filed"] = {{"text", filed["text"]}, {"revision", filed_->report.revision()}, {"restated", restated}};
        }
    }
    return json;
}

// What is hidden depends on the whole board, so it is written anew each time.
void Column::append_text(std::size_t at, const Cuts& cuts, std::string& text) const {
    if (at >= rows_->size()) {
        text += "null";
        return;
    }
    auto& row = (*rows_)[at];
    if (call_.viewer.threshold() != 0) {
        text += json_text(value(row, cuts));
        return;
    }
    if (auto now = beside(row, cuts); row.text.empty() || row.beside != now) {
        row.text = json_text(value(row, cuts));
        row.beside = std::move(now);
    }
    text += row.text;
}

// All that is told with a value, or decides how it is told, where nothing is hidden.
std::string Column::beside(const KeptColumns::Row& row, const Cuts& cuts) const {
    std::string all{static_cast<char>(cuts.are_told), static_cast<char>(reported_)};
    all.append(cuts.only).push_back(' ');
    const auto add = [&](std::int64_t number) { all.append(std::to_string(number)).push_back(' '); };
    add(filed_ ? filed_->report.revision() : 0);
    if (const auto* found = target(row.definition->indicator)) {
        add(found->number());
        add(found->denominator());
        add(found->unknown() ? 1 : 0);
        add(has_own_target(row.definition->indicator) ? 1 : 0);
        add(call_.now.today().time_since_epoch().count());
    }
    return all;
}

// The achievement of targets has a part for each indicator that has one: of the whole, not of an organisation's part.
const v1::IndicatorValue::Part* Column::target(const v1::Indicator& indicator) const {
    const v1::IndicatorValue::Part* found = nullptr;
    if (call_.share.narrows(indicator.code())) {
        return found;
    }
    for (const auto at : achievements_) {
        const auto& parts = (*rows_)[at].value.parts();
        const auto it = std::find_if(parts.begin(), parts.end(), [&](const auto& part) { return part.cut_value() == indicator.code(); });
        const auto& row = (*rows_)[at];
        const bool is_told = it != parts.end() &&
                             (call_.viewer.threshold() == 0 || !is_hidden(call_.sight(), row.definition->indicator, row.value, *it, told_));
        found = is_told ? &*it : found;
    }
    return found;
}

bool Column::has_own_target(const v1::Indicator& indicator) const {
    return std::any_of(achievements_.begin(), achievements_.end(), [&](std::size_t at) {
        auto& row = (*rows_)[at];
        if (!row.own_targets) {
            row.own_targets.emplace();
            for (const auto& part : row.value.parts()) {
                if (received_own_target(call_, *row.definition, part.cut_value(), area_, period_)) {
                    row.own_targets->insert(part.cut_value());
                }
            }
        }
        return row.own_targets->contains(indicator.code());
    });
}

Json Column::target_json(const v1::Indicator& indicator, const v1::IndicatorValue::Part& target) const {
    const auto hundredths = [](std::int64_t number) { return static_cast<double>(number) / 100; };
    const auto actual = target.number();
    const auto assigned = target.denominator();
    const auto all = (period_.last_day() - period_.first_day()).count() + 1;
    const auto gone = std::clamp<std::int64_t>((call_.now.today() - period_.first_day()).count(), 0, all);
    if (target.unknown()) {  // nothing to be behind with
        return Json{
            {"assigned", hundredths(assigned)},
            {"achieved", "–"},
            {"pace", {{"missing", hundredths(indicator.less_is_better() ? 0 : assigned)}, {"daysLeft", all - gone}, {"behind", false}}}};
    }
    const bool met = indicator.less_is_better() ? actual <= assigned : actual >= assigned;
    const bool adds_up = indicator.measure() == v1::Indicator::NUMBER && !indicator.less_is_better();
    const bool behind = adds_up && gone < all ? actual * all < assigned * gone : !met;
    const auto missing = met ? 0 : indicator.less_is_better() ? actual - assigned : assigned - actual;
    return Json{{"assigned", hundredths(assigned)},
                {"achieved", assigned == 0 ? "–" : percent_text(actual, assigned)},  // of nothing
                {"pace", {{"missing", hundredths(missing)}, {"daysLeft", all - gone}, {"behind", behind}}}};
}

}  // namespace chieng::web
