// SPDX-License-Identifier: Apache-2.0
// JSON: the statement as it is. Values are decimals in text, so that no reader rounds them.
#include "gateway/export/headings.hpp"
#include "gateway/export/writers.hpp"
#include "gateway/serve/labels.hpp"

#include <nlohmann/json.hpp>

namespace chieng {
namespace {

using Json = nlohmann::ordered_json;

Json both_of(const v1::Label& label) {
    return {{"vi", label.vi()}, {"en", label.en()}};
}

Json json_of(const Figure& figure, Tongue tongue) {
    Json json{{"status", name_of(figure.status)}, {"text", figure.shown(tongue)}};
    if (figure.status == Status::ok) {
        json["value"] = figure.number;
    }
    if (figure.denominator) {
        json["numerator"] = *figure.numerator;
        json["denominator"] = *figure.denominator;
    }
    return json;
}

Json json_of(const Statement& statement, const Row& row, Tongue tongue) {
    Json json{{"indicator", row.code}, {"group", row.group}, {"label", both_of(row.label)}, {"unit", both_of(row.unit)}};
    if (row.is_part()) {
        json["cut"] = {{"name", row.cut}, {"label", both_of(row.cut_label)}};
        json["cutValue"] = {{"name", row.cut_value}, {"label", both_of(row.cut_value_label)}};
    }
    auto& values = json["values"] = Json::array();
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        Json value{{"area", statement.places[i].code}};
        value.update(json_of(row.cells[i].now, tongue));
        if (row.cells[i].filed) {
            value["filed"] = json_of(*row.cells[i].filed, tongue);
            value["restated"] = row.cells[i].restated;
        }
        values.push_back(std::move(value));
    }
    return json;
}

}  // namespace

Written write_json(const Statement& statement, Tongue tongue) {
    const auto& period = statement.period;
    Json json{{"area", statement.area().code},       {"calendar", calendar_name(period.calendar)},
              {"period", period.format()},           {"from", format_day(period.first_day())},
              {"to", format_day(period.last_day())}, {"title", both_of(period_label(period))},
              {"asOf", moment_iso(statement.as_of)}};
    if (statement.map) {
        json["map"] = format_day(*statement.map);
    }
    if (statement.filed) {
        json["filed"] = {{"revision", statement.filed->revision},
                         {"filedAt", moment_iso(statement.filed->filed_at)},
                         {"sha256", statement.filed->digest},
                         {"restated", statement.filed->restated}};
    }
    auto& places = json["places"] = Json::array();
    for (const auto& place : statement.places) {
        places.push_back({{"code", place.code}, {"name", both_of(place.name)}});
    }
    auto& rows = json["rows"] = Json::array();
    for (const auto& row : statement.rows) {
        rows.push_back(json_of(statement, row, tongue));
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace chieng
