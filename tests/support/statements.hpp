// SPDX-License-Identifier: Apache-2.0
// One small statement with everything in it: a rate, a median without values, a divided and a negative number, parts, something
// hidden, a place that did not report, a report that was filed before, and names that look like formulas.
#pragma once

#include "gateway/export/statement.hpp"

#include <string>
#include <utility>
#include <vector>

namespace chieng::testing {

inline const Definitions& statement_definitions() {
    static const auto definitions = Definitions::load(R"text(
        indicator {
          code: "COM-01" label { vi: "Số buổi tuyên truyền" en: "Communication sessions held" } unit { vi: "buổi" en: "sessions" }
          measure: NUMBER spans: [QUARTER]
          source { event: "session_held" }
          cut { name: "form" label { vi: "Hình thức" en: "Form" } field: "session_held.form" }
        }
        indicator {
          code: "COM-04" label { vi: "Tỷ lệ thôn, làng có tuyên truyền" en: "Villages with at least one session" } unit { vi: "%" en: "%" }
          measure: RATIO spans: [QUARTER]
          coverage { of: "COM-01" }
        }
        indicator {
          code: "EMU-04" label { vi: "Độ trễ khen thưởng" en: "Median delay" } unit { vi: "ngày" en: "days" }
          measure: MEDIAN spans: [QUARTER]
          source {
            event: "commendation_awarded"
            days_from: "commendation_awarded.achievement_date" days_to: "commendation_awarded.decision_date"
          }
        }
        indicator {
          code: "SUP-04" label { vi: "+Giá trị, \"hỗ trợ\"" en: "=HYPERLINK(\"http://x.example\",\"<b>value</b>\")" }
          unit { vi: "triệu đồng" en: "million VND" }
          measure: NUMBER spans: [QUARTER] divide_by: 1000000 decimals: 1
          source {
event:
    "household_supported" plus : "household_supported.value_vnd"
}
}
    )text",
                                                      "statements.hpp");
    return definitions;
}

inline v1::IndicatorValue a_value_of(const std::string& area, const std::string& code, std::int64_t number, std::int64_t denominator = 0,
                                     const std::vector<std::pair<std::string, std::int64_t>>& forms = {}) {
    v1::IndicatorValue value;
    value.set_area(area);
    value.set_indicator(code);
    value.set_number(number);
    value.mutable_lineage()->set_events(number == 0 ? 0 : 1);
    value.set_denominator(denominator);
    value.set_as_of(1'655'278'200);
    for (const auto& [form, count] : forms) {
        auto& part = *value.add_parts();
        part.set_cut("form");
        part.set_cut_value(form);
        part.set_number(count);
    }
    return value;
}

inline v1::Label a_name(const std::string& vi, const std::string& en) {
    v1::Label name;
    name.set_vi(vi);
    name.set_en(en);
    return name;
}

// What was filed of it.
inline const v1::Report& a_report() {
    static const auto report = [] {
        v1::Report made;
        made.set_area("625");
        made.set_period("2022-Q2");
        made.set_revision(2);
        made.set_filed_at(1'655'280'000);
        made.set_digest("00ff");
        *made.add_values() = a_value_of("625", "COM-01", 10, 0, {{"VILLAGE_MEETING", 7}, {"TALK", 3}});
        *made.add_values() = a_value_of("625", "COM-04", 3, 40);
        *made.add_values() = a_value_of("23656", "COM-01", 10, 0, {{"VILLAGE_MEETING", 7}, {"TALK", 3}});
        return made;
    }();
    return report;
}

// 23656's talks are hidden, and so are all its sessions. 23659 said nothing.
inline StatementInput a_statement_input(v1::Calendar calendar) {
    StatementInput input{statement_definitions(), *Period::parse(calendar, "2022-Q2"), {}, {}};
    auto median = a_value_of("625", "EMU-04", 0);
    (*median.mutable_histogram())[20] = 1;
    (*median.mutable_histogram())[21] = 1;
    median.set_median(20.5);
    input.places.push_back({"625",
                            a_name("Huyện KBang", "Kbang district"),
                            {a_value_of("625", "COM-01", 1'234, 0, {{"TALK", 34}, {"VILLAGE_MEETING", 1'200}}),
                             a_value_of("625", "COM-04", 3, 40), median, a_value_of("625", "SUP-04", 12'340'000)}});
    input.places.push_back({"23656",
                            a_name("Xã Lơ Ku", "Lo Ku"),
                            {a_value_of("23656", "COM-01", 777, 0, {{"TALK", 444}, {"VILLAGE_MEETING", 333}}),
                             a_value_of("23656", "COM-04", 0, 0), a_value_of("23656", "SUP-04", -2'500'000)}});
    input.places.push_back({"23659", a_name("@Xã Đông & <Đông>", "Dong"), {}});
    input.hidden.insert({"23656", "COM-01", "form", "TALK"});
    input.hidden.insert({"23656", "COM-01", "", ""});
    input.hidden_filed = input.hidden;
    if (calendar == v1::OFFICIAL) {
        input.report = &a_report();
    }
    return input;
}

inline Statement a_statement(v1::Calendar calendar = v1::OFFICIAL) {
    return make_statement(a_statement_input(calendar));
}

// What a workbook's part holds; empty when it has none of that name.
[[nodiscard]] std::string unzipped(const std::string& workbook, const std::string& part);

}  // namespace chieng::testing
