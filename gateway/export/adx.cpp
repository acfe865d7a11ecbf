// SPDX-License-Identifier: Apache-2.0
// ADX (IHE Aggregate Data Exchange): a group for each place, parts by an attribute that is named as their cut.
#include "gateway/export/dhis2_values.hpp"
#include "gateway/export/headings.hpp"
#include "gateway/export/markup.hpp"
#include "gateway/export/sdmx.hpp"
#include "gateway/export/writers.hpp"

#include <algorithm>

namespace chieng {
namespace {

// An attribute's name: a letter, then letters, digits, - and _.
std::string xml_name(std::string_view text) {
    auto name = sdmx::id_of(text);
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '@' || c == '$'; }, '_');
    const bool begins_well = !name.empty() && ((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z'));
    return begins_well ? name : "c" + name;
}

}  // namespace

Written write_adx(const Statement& statement, Tongue /*tongue*/) {
    if (auto refusal = dhis2::refusal(statement)) {
        return *refusal;
    }
    const auto& period = statement.period;
    const auto interval = format_day(period.first_day()) + "/" + std::string(sdmx::duration(period.span));
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<adx xmlns=\"urn:ihe:qrph:adx:2015\" exported=\"" +
                       moment_iso(statement.as_of) + "\">\n";
    for (const auto& unit : dhis2::org_units(statement)) {
        text += "  <group dataSet=\"" + escaped(dhis2::data_set(period)) + "\" period=\"" + interval + "\" orgUnit=\"" +
                escaped(unit.code) + "\">\n";
        for (const auto& value : unit.values) {
            text += "    <dataValue dataElement=\"" + escaped(value.element) + "\"";
            if (!value.category.empty()) {
                text += " " + xml_name(value.category) + "=\"" + escaped(value.option) + "\"";
            }
            text += " value=\"" + escaped(value.value) + "\"/>\n";
        }
        text += "  </group>\n";
    }
    return text + "</adx>\n";
}

}  // namespace chieng
