// SPDX-License-Identifier: Apache-2.0
// The map of the plan in deploy/indicators/README.md says what the schema and the definitions say.
#include "chieng/v1/event.pb.h"
#include "services/runtime/core/validator.hpp"
#include "tests/support/definitions.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace plan_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

const std::vector<std::string> sections{"I.1",    "I.2",    "I.3",    "II.1",  "II.2",  "II.3",   "II.4",  "II.5",
                                        "III.1a", "III.1b", "III.1c", "III.2", "III.3", "III.4a", "III.4b"};

template <class Plan>
bool serves(const Plan& plan, const std::string& section) {
    return std::find(plan.begin(), plan.end(), section) != plan.end();
}

void add(std::string& list, const std::string& name) {
    list += (list.empty() ? "" : ", ") + name;
}

// The last two cells of the section's row.
std::string cells_of(const std::string& section) {
    std::string events;
    const auto* bodies = v1::Event::descriptor()->FindOneofByName("body");
    for (int i = 0; i < bodies->field_count(); ++i) {
        if (serves(rule_of(*bodies->field(i)->message_type()).plan(), section)) {
            add(events, "`" + bodies->field(i)->name() + "`");
        }
    }
    std::string indicators;
    for (const auto& definition : definitions().all()) {
        if (!definition.indicator.hidden() && serves(definition.indicator.plan(), section)) {
            add(indicators, definition.indicator.code());
        }
    }
    return events + " | " + indicators;
}

}  // namespace

TEST_CASE("each section of the plan has its row: what is posted for it, and what it is measured by") {
    std::ifstream file(CHIENG_PLAN);
    std::stringstream text;
    text << file.rdbuf();
    for (const auto& section : sections) {
        const auto cells = cells_of(section);
        CHECK(cells.front() == '`');
        CHECK(cells.back() != ' ');
        const auto row = text.str().find("\n| " + section + " |");
        REQUIRE(row != std::string::npos);
        CHECK_THAT(text.str().substr(row + 1, text.str().find('\n', row + 1) - row - 1), Catch::EndsWith("| " + cells + " |"));
    }
}

TEST_CASE("no event and no indicator serves a section that the plan does not have") {
    const auto all_are_known = [](const auto& plan) {
        return std::all_of(plan.begin(), plan.end(), [](const std::string& section) { return serves(sections, section); });
    };
    const auto* bodies = v1::Event::descriptor()->FindOneofByName("body");
    for (int i = 0; i < bodies->field_count(); ++i) {
        INFO(bodies->field(i)->name());
        CHECK_FALSE(rule_of(*bodies->field(i)->message_type()).plan().empty());
        CHECK(all_are_known(rule_of(*bodies->field(i)->message_type()).plan()));
    }
    for (const auto& definition : definitions().all()) {
        INFO(definition.indicator.code());
        CHECK(all_are_known(definition.indicator.plan()));
    }
}

}  // namespace plan_test
