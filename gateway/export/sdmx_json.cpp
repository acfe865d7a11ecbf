// SPDX-License-Identifier: Apache-2.0
// SDMX-JSON 2.0 data message (SDMX 3.0): flat observations; what is the same for all of them stands at the data set.
#include "gateway/export/headings.hpp"
#include "gateway/export/sdmx.hpp"
#include "gateway/export/writers.hpp"
#include "gateway/serve/labels.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <map>

namespace chieng {
namespace {

using Json = nlohmann::ordered_json;

// An id with its name in the reader's tongue and in both.
Json named(std::string_view id, const v1::Label& name, Tongue tongue) {
    return {{"id", id}, {"name", said(name, tongue)}, {"names", {{"vi", name.vi()}, {"en", name.en()}}}};
}

// The values of one dimension, in the order in which they came.
class Values {
public:
    std::size_t index(const std::string& id, const v1::Label& name, Tongue tongue) {
        const auto [it, fresh] = indexes_.try_emplace(id, values_.size());
        if (fresh) {
            values_.push_back(named(id, name, tongue));
        }
        return it->second;
    }
    [[nodiscard]] const Json& json() const { return values_; }

private:
    std::map<std::string, std::size_t> indexes_;
    Json values_ = Json::array();
};

// JSON has one kind of number; what is whole stays whole.
Json number_json(const std::string& decimal) {
    if (decimal.empty()) {
        return nullptr;
    }
    std::int64_t whole = 0;
    const auto* end = decimal.data() + decimal.size();
    if (std::from_chars(decimal.data(), end, whole).ptr == end) {
        return whole;
    }
    double number = 0;
    std::from_chars(decimal.data(), end, number);
    return number;
}

Json number_json(const std::optional<std::int64_t>& number) {
    return number ? Json(*number) : Json(nullptr);
}

Json dimension(std::string_view id, int position, const v1::Label& name, const Json& values, Tongue tongue) {
    auto json = named(id, name, tongue);
    json["keyPosition"] = position;
    json["values"] = values;
    return json;
}

Json attribute(std::string_view id, const v1::Label& name, Tongue tongue) {
    auto json = named(id, name, tongue);
    json["relationship"] = {{"observation", Json::object()}};
    return json;
}

Json status_values(Tongue tongue) {
    Json values = Json::array();
    for (const auto status : {Status::ok, Status::not_reported, Status::suppressed, Status::no_value}) {
        const auto name = status == Status::ok ? label("bình thường", "normal value") : words_of(status);
        values.push_back(named(sdmx::observation_status(status), name, tongue));
    }
    return values;
}

Json attributes(const Statement& statement, Tongue tongue) {
    auto status = attribute("OBS_STATUS", label("Trạng thái", "Observation status"), tongue);
    status["values"] = status_values(tongue);
    auto confidentiality = attribute("CONF_STATUS", label("Mức bảo mật", "Confidentiality status"), tongue);
    confidentiality["values"] =
        Json::array({named("F", label("được công bố", "free"), tongue), named("C", label("không công bố", "confidential"), tongue)});
    auto calendar = named("CALENDAR", label("Lịch", "Calendar"), tongue);
    calendar["relationship"] = {{"dataflow", Json::object()}};
    calendar["values"] =
        Json::array({named(v1::Calendar_Name(statement.period.calendar), calendar_label(statement.period.calendar), tongue)});
    return {{"dataSet", Json::array({calendar})},
            {"observation",
             {status, confidentiality, attribute("NUMERATOR", label("Tử số", "Numerator"), tongue),
              attribute("DENOMINATOR", label("Mẫu số", "Denominator"), tongue),
              attribute("FILED_VALUE", label("Giá trị đã chốt", "Value as filed"), tongue)}}};
}

Json frequency_dimension(const Period& period, Tongue tongue) {
    const std::map<v1::Span, v1::Label> names{{v1::MONTH, label("Tháng", "Monthly")},
                                              {v1::QUARTER, label("Quý", "Quarterly")},
                                              {v1::HALF, label("6 tháng", "Half-yearly")},
                                              {v1::YEAR, label("Năm", "Annual")},
                                              {v1::NINE_MONTHS, label("Năm", "Annual")}};
    return dimension("FREQ", 0, label("Tần suất", "Frequency"),
                     Json::array({named(sdmx::frequency(period.span), names.at(period.span), tongue)}), tongue);
}

Json time_dimension(const Period& period, Tongue tongue) {
    Json time = {{"value", sdmx::time_period(period)},
                 {"start", format_day(period.first_day()) + "T00:00:00+07:00"},
                 {"end", format_day(period.last_day()) + "T23:59:59+07:00"}};
    return dimension("TIME_PERIOD", 5, label("Kỳ", "Period"), Json::array({time}), tongue);
}

Json link() {
    return Json::array(
        {{{"rel", "dataflow"}, {"urn", "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=" + std::string(sdmx::dataflow)}}});
}

// Dimensions that observations differ in, and the observations.
struct Observations {
    Json dimensions = Json::array();
    Json values = Json::object();
};

Observations observations(const Statement& statement, Tongue tongue) {
    static const auto whole = label("Tổng", "Total");
    Values areas;
    Values indicators;
    Values cuts;
    Values cut_values;
    Observations made;
    sdmx::each_observation(statement, [&](const sdmx::Observation& one) {
        const auto& row = *one.row;
        const auto& now = one.cell->now;
        const auto key = std::to_string(areas.index(one.area, statement.places[one.place].name, tongue)) + ":" +
                         std::to_string(indicators.index(one.indicator, row.label, tongue)) + ":" +
                         std::to_string(cuts.index(one.cut, row.is_part() ? row.cut_label : whole, tongue)) + ":" +
                         std::to_string(cut_values.index(one.cut_value, row.is_part() ? row.cut_value_label : whole, tongue));
        Json value = Json::array({number_json(now.number), static_cast<int>(now.status), now.status == Status::suppressed ? 1 : 0,
                                  number_json(now.numerator), number_json(now.denominator)});
        if (one.cell->filed) {
            value.push_back(number_json(one.cell->filed->number));
        }
        made.values[key] = std::move(value);
    });
    made.dimensions = {dimension("REF_AREA", 1, label("Địa bàn", "Area"), areas.json(), tongue),
                       dimension("INDICATOR", 2, label("Chỉ số", "Indicator"), indicators.json(), tongue),
                       dimension("BREAKDOWN", 3, label("Phân tổ", "Breakdown"), cuts.json(), tongue),
                       dimension("BREAKDOWN_VALUE", 4, label("Giá trị phân tổ", "Value of the breakdown"), cut_values.json(), tongue)};
    return made;
}

}  // namespace

Written write_sdmx_json(const Statement& statement, Tongue tongue) {
    const auto& period = statement.period;
    auto told = observations(statement, tongue);
    Json structure{{"dataSets", Json::array({0})},
                   {"links", link()},
                   {"dimensions",
                    {{"dataSet", {frequency_dimension(period, tongue), time_dimension(period, tongue)}}, {"observation", told.dimensions}}},
                   {"measures", {{"observation", Json::array({named("OBS_VALUE", label("Giá trị", "Value"), tongue)})}}},
                   {"attributes", attributes(statement, tongue)}};
    Json data_set{{"structure", 0},
                  {"links", link()},
                  {"action", "Information"},
                  {"attributes", Json::array({0})},
                  {"observations", std::move(told.values)}};
    Json message{{"meta",
                  {{"schema",
                    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas/2.0.0/"
                    "sdmx-json-data-schema.json"},
                   {"id", sdmx::id_of("CHIENG-" + statement.area().code + "-" + period.format())},
                   {"prepared", moment_iso(statement.as_of)},
                   {"contentLanguages", {tongue == Tongue::vi ? "vi" : "en", tongue == Tongue::vi ? "en" : "vi"}},
                   {"sender", named(sdmx::id_of(statement.area().code), statement.area().name, tongue)}}},
                 {"data", {{"structures", Json::array({std::move(structure)})}, {"dataSets", Json::array({std::move(data_set)})}}}};
    return message.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace chieng
