// SPDX-License-Identifier: Apache-2.0
// What a year opens with, and what targets are compared with: figures of nothing are figures too. Found by tests/recount.
#include "gateway/indicator/board.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/events.hpp"

#include <catch2/catch.hpp>

namespace openings_and_targets_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

// A commune's board and the district's, fed by its cells.
class Boards {
public:
    void take(const std::string& service, const v1::Event& event, int seconds = 0) {
        v1::Entry entry;
        entry.set_device("p-1");
        entry.set_event(event.SerializeAsString());
        const auto day = parse_day(event.occurred_on())->time_since_epoch().count();
        entry.set_received_at(static_cast<std::uint64_t>(day) * 86'400 + static_cast<std::uint64_t>(seconds));
        commune.apply("23656/" + service, entry);
        for (const auto id : commune.take_changed(last_)) {
            district.set("23656/cells", commune.cell(id));
        }
    }

    Board commune{definitions(), kbang(), "23656"};
    Board district{definitions(), kbang(), "625"};

private:
    std::uint64_t last_ = 0;
};

Period official(std::string_view text) {
    return *Period::parse(v1::OFFICIAL, text);
}

v1::Event a_baseline(std::uint64_t sequence, std::uint32_t year, v1::PovertyStandard standard, std::uint32_t poor) {
    auto event = an_event(sequence);
    event.set_occurred_on("2022-01-10");
    auto& baseline = *event.mutable_baseline_set();
    baseline.set_year(year);
    baseline.set_standard(standard);
    baseline.set_households(100);
    baseline.set_poor(poor);
    return event;
}

v1::Event a_change(std::uint64_t sequence, const std::string& on, v1::HouseholdStatusChanged::Movement movement, v1::HouseholdClass from,
                   v1::HouseholdClass to) {
    auto event = an_event(sequence);
    event.set_occurred_on(on);
    auto& change = *event.mutable_household_status_changed();
    change.set_household_key("h-1");
    change.set_from_class(from);
    change.set_to_class(to);
    change.set_cause(v1::HouseholdStatusChanged::YEARLY_REVIEW);
    change.set_movement(movement);
    change.set_standard(v1::DECREE_07_2021);
    return event;
}

v1::Event a_target(std::uint64_t sequence, const std::string& code, const std::string& period, std::uint64_t value) {
    auto event = an_event(sequence);
    auto& target = *event.mutable_target_assigned();
    target.set_indicator(code);
    target.set_period(period);
    target.set_doc_no("1/KH");
    target.set_value(value);
    return event;
}

std::string text_of(const v1::IndicatorValue& value) {
    auto text = std::to_string(value.number()) + "/" + std::to_string(value.denominator());
    for (const auto& part : value.parts()) {
        text += " " + part.cut_value() + " " + std::to_string(part.number()) + "/" + std::to_string(part.denominator());
    }
    return text;
}

}  // namespace

TEST_CASE("a year that opens with no poor household, or under another standard, ends what the year before opened with") {
    Boards boards;
    boards.take("household", a_baseline(1, 2021, v1::DECISION_59_2015, 20));
    boards.take("household", a_baseline(2, 2022, v1::DECREE_07_2021, 0));
    boards.take("household", a_change(3, "2022-03-20", v1::HouseholdStatusChanged::NEWLY_POOR, v1::AVERAGE, v1::POOR));
    for (const auto* board : {&boards.commune, &boards.district}) {
        CHECK(text_of(board->value("23656-01", official("2021"), "POV-03")) == "20/100 other 20/100 DECISION_59_2015 20/100");
        CHECK(text_of(board->value("23656-01", official("2022"), "POV-03")) == "1/100 other 1/100 DECREE_07_2021 1/100");
        CHECK(board->value("23656", official("2022-01"), "POV-02").number() == 0);
    }
}

TEST_CASE("a target of nothing is a target") {
    Boards boards;
    boards.take("monitoring", a_target(1, "POV-07", "2022-04", 0));
    CHECK(text_of(boards.district.value("23656-01", official("2022-04"), "TGT-01")) == "1/1 POV-07 0/0");
    boards.take("household", a_change(1, "2022-03-20", v1::HouseholdStatusChanged::NEWLY_POOR, v1::AVERAGE, v1::POOR));
    CHECK(text_of(boards.district.value("23656-01", official("2022-04"), "TGT-01")) == "0/1 POV-07 100/0");
}

TEST_CASE("a target for the fall of the poverty rate is in points") {
    Boards boards;
    boards.take("household", a_baseline(1, 2022, v1::DECREE_07_2021, 20));
    boards.take("monitoring", a_target(1, "POV-08", "2022", 200));
    CHECK(text_of(boards.district.value("23656-01", official("2022"), "TGT-01")) == "0/1 POV-08 0/200");
    for (std::uint64_t i = 2; i < 4; ++i) {
        boards.take("household", a_change(i, "2022-03-20", v1::HouseholdStatusChanged::ESCAPED_POVERTY, v1::POOR, v1::AVERAGE));
    }
    CHECK(text_of(boards.district.value("23656-01", official("2022"), "TGT-01")) == "1/1 POV-08 200/200");
}

TEST_CASE("what has no value meets no target, even where less is better") {
    Boards boards;
    boards.take("monitoring", a_target(1, "POV-03", "2022", 500));
    CHECK(text_of(boards.district.value("23656-01", official("2022"), "TGT-01")) == "0/1 POV-03 0/500");
}

TEST_CASE("what adds up is held against a target over any window") {
    Boards boards;
    boards.take("monitoring", a_target(1, "POV-06", "2022-H1", 100));  // POV-06 itself is told by month, quarter and year
    boards.take("household", a_change(1, "2022-03-20", v1::HouseholdStatusChanged::ESCAPED_POVERTY, v1::POOR, v1::AVERAGE));
    CHECK(text_of(boards.district.value("23656-01", official("2022-H1"), "TGT-01")) == "1/1 POV-06 100/100");
}

TEST_CASE("a target for how many villages meet theirs is in villages") {
    Boards boards;
    boards.take("monitoring", a_target(1, "POV-06", "2022-H1", 100));
    auto of_commune = a_target(2, "TGT-02", "2022-H1", 200);
    of_commune.clear_village();
    boards.take("monitoring", of_commune);
    boards.take("household", a_change(1, "2022-03-20", v1::HouseholdStatusChanged::ESCAPED_POVERTY, v1::POOR, v1::AVERAGE));
    CHECK(text_of(boards.district.value("23656", official("2022-H1"), "TGT-01")) == "1/2 POV-06 100/100 TGT-02 100/200");
}

TEST_CASE("the actual figures of several villages are added before they are rounded") {
    Boards boards;
    for (std::uint64_t i = 1; i <= 3; ++i) {
        auto sold = an_event(i);
        sold.set_village("23656-0" + std::to_string(i));
        sold.mutable_product_sold()->set_product(v1::ProductSold::FARM_PRODUCT);
        sold.mutable_product_sold()->set_channel(v1::ProductSold::MARKET);
        sold.mutable_product_sold()->set_value_vnd(1'004'000);
        boards.take("culture", sold);
        auto target = a_target(i, "SAL-01", "2022-Q2", 100);
        target.set_village("23656-0" + std::to_string(i));
        boards.take("monitoring", target);
    }
    CHECK(text_of(boards.district.value("23656", official("2022-Q2"), "TGT-01")) == "1/1 SAL-01 301/300");
}

TEST_CASE("an indicator of which no household is deprived is 0 %, not missing") {
    Boards boards;
    auto event = an_event(1);
    event.mutable_deprivation_counted()->set_household_class(v1::POOR);
    event.mutable_deprivation_counted()->set_standard(v1::DECREE_07_2021);
    event.mutable_deprivation_counted()->set_households(59);
    event.mutable_deprivation_counted()->set_water(23);
    boards.take("household", event);
    const auto value = boards.district.value("625", official("2022"), "POV-10");
    CHECK(text_of(value).find("toilet 0/59") != std::string::npos);
    CHECK(text_of(value).find("water 23/59") != std::string::npos);
}

TEST_CASE("what was found under another standard is no change of the rate under this one; an opening under it hides the change") {
    Boards boards;
    boards.take("household", a_baseline(1, 2022, v1::DECREE_07_2021, 20));
    auto came = a_change(2, "2021-12-20", v1::HouseholdStatusChanged::UNCHANGED, v1::HOUSEHOLD_CLASS_UNSPECIFIED, v1::POOR);
    came.mutable_household_status_changed()->set_cause(v1::HouseholdStatusChanged::MOVED_IN);
    came.mutable_household_status_changed()->set_standard(v1::DECISION_59_2015);
    boards.take("household", came);
    auto value = boards.district.value("23656", official("2022"), "POV-08");
    CHECK(value.start_number() == 20);
    CHECK(value.start_denominator() == 100);
    CHECK(value.number() == 20);
    CHECK(value.denominator() == 100);
    CHECK(value.parts().empty());  // of which standard a part is, is not known
    boards.take("household", a_change(4, "2022-05-20", v1::HouseholdStatusChanged::ESCAPED_POVERTY, v1::POOR, v1::AVERAGE));
    value = boards.district.value("23656", official("2022"), "POV-08");
    CHECK(value.number() == 19);
    CHECK(value.denominator() == 100);
    auto other = a_baseline(3, 2021, v1::DECISION_59_2015, 10);
    other.set_village("23656-02");
    boards.take("household", other);
    value = boards.district.value("23656", official("2022"), "POV-08");
    CHECK(value.start_denominator() == 0);
    CHECK(value.denominator() == 0);
}

}  // namespace openings_and_targets_test
