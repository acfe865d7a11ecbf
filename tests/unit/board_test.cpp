// SPDX-License-Identifier: Apache-2.0
// Keeps I6, I7 of the board.
#include "gateway/indicator/board.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/events.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

namespace board_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

v1::Entry entry_of(const v1::Event& event, std::uint64_t days_late = 2) {
    v1::Entry entry;
    entry.set_device("p-1");
    entry.set_event(event.SerializeAsString());
    const auto day = parse_day(event.occurred_on())->time_since_epoch().count();
    entry.set_received_at((static_cast<std::uint64_t>(day) + days_late) * 86'400);
    return entry;
}

Period official(std::string_view text) {
    return *Period::parse(v1::OFFICIAL, text);
}
Period plain(std::string_view text) {
    return *Period::parse(v1::CALENDAR_MONTHS, text);
}

std::int64_t part(const v1::IndicatorValue& value, const std::string& cut, const std::string& name) {
    for (const auto& part : value.parts()) {
        if (part.cut() == cut && part.cut_value() == name) {
            return part.number();
        }
    }
    return 0;
}

std::vector<v1::Cell> changed(Board& board) {
    std::uint64_t last = 0;
    std::vector<v1::Cell> cells;
    for (const auto id : board.take_changed(last)) {
        cells.push_back(board.cell(id));
    }
    return cells;
}

v1::Event random_event(std::mt19937& random, std::uint64_t sequence, const std::string& commune) {
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    auto event = a_session_held(sequence);
    if (pick(3) == 0) {
        event = a_household_supported(sequence);
        event.mutable_household_supported()->set_household_key("h-" + std::to_string(pick(5)));
        event.mutable_household_supported()->set_kind(static_cast<v1::SupportKind>(1 + pick(6)));
    } else if (pick(3) == 0) {
        event = a_commendation_awarded(sequence);
        event.mutable_commendation_awarded()->set_award_id("K-" + std::to_string(pick(5)));
    }
    event.set_organisation(static_cast<v1::Organisation>(1 + pick(15)));
    event.set_occurred_on("2022-0" + std::to_string(1 + pick(9)) + "-1" + std::to_string(pick(10)));
    event.set_village(pick(5) == 0 ? "" : commune + "-0" + std::to_string(1 + pick(6)));
    return event;
}

// A feed of events with corrections among them.
std::vector<v1::Entry> random_feed(std::mt19937& random, const std::string& commune) {
    std::vector<v1::Entry> entries;
    for (std::uint64_t sequence = 1; sequence <= 40; ++sequence) {
        auto event = random_event(random, sequence, commune);
        auto entry = entry_of(event, random() % 9);
        if (sequence % 8 == 0) {
            const bool is_void = random() % 2 == 0;
            const auto& replaced = entries[sequence - 2];
            event = correcting(event, is_void ? v1::Correction::VOID : v1::Correction::REPLACE, sequence - 1);
            entry = entry_of(event);
            entry.set_effect(is_void ? v1::Entry::NOTHING : v1::Entry::COUNTS);
            *entry.mutable_retracts() = replaced;
        }
        entries.push_back(entry);
    }
    return entries;
}

}  // namespace

TEST_CASE("any order and interleaving of feeds gives the same bytes") {
    std::mt19937 random(20220312);
    for (int round = 0; round < 5; ++round) {
        std::vector<std::pair<std::string, v1::Entry>> all;
        for (const std::string commune : {"23656", "23653"}) {
            for (const auto& entry : random_feed(random, commune)) {
                all.emplace_back(commune + "/all", entry);
            }
        }
        Board first(definitions(), kbang(), "625");
        Board second(definitions(), kbang(), "625");
        for (const auto& [feed, entry] : all) {
            first.apply(feed, entry);
        }
        std::shuffle(all.begin(), all.end(), random);
        for (const auto& [feed, entry] : all) {
            second.apply(feed, entry);
        }
        CHECK(!first.serialize().empty());
        CHECK(first.serialize() == second.serialize());
        CHECK(changed(first).size() == changed(second).size());
        const auto value = first.value("625", official("2022"), "SUP-01");
        CHECK(value.DebugString() == second.value("625", official("2022"), "SUP-01").DebugString());
    }
}

TEST_CASE("a journal of many years gives the same in one piece as event by event") {
    std::mt19937 random(20121231);
    google::protobuf::RepeatedPtrField<v1::Entry> journal;
    for (std::uint64_t sequence = 1; sequence <= 6'000; ++sequence) {
        auto event = random_event(random, sequence, "23656");
        event.set_occurred_on(format_day(*parse_day("2012-01-01") + std::chrono::days(random() % (sequence % 2 == 0 ? 5'000 : 10))));
        *journal.Add() = entry_of(event, random() % 9);
    }
    Board at_once(definitions(), kbang(), "23656");
    at_once.apply("23656/session", journal);
    CHECK_THROWS_AS(at_once.serialize(), std::logic_error);
    at_once.settle();
    Board one_by_one(definitions(), kbang(), "23656");
    for (const auto& entry : journal) {
        one_by_one.apply("23656/session", entry);
    }
    CHECK(at_once.serialize() == one_by_one.serialize());
    CHECK(changed(at_once).size() == changed(one_by_one).size());
    for (int year = 2012; year <= 2025; ++year) {
        const Period whole{v1::OFFICIAL, v1::YEAR, year, 1};
        for (const auto* code : {"SUP-01", "COM-01", "EMU-02"}) {
            CHECK(at_once.value("23656", whole, code).DebugString() == one_by_one.value("23656", whole, code).DebugString());
        }
    }
}

TEST_CASE("a household met in two villages is one of the commune's, until both meetings are taken back") {
    Board board(definitions(), kbang(), "23656");
    std::vector<v1::Entry> meetings;
    for (const std::string village : {"23656-01", "23656-02"}) {
        auto event = a_household_supported(meetings.size() + 1);
        event.set_village(village);
        meetings.push_back(entry_of(event));
        board.apply("household", meetings.back());
    }
    CHECK_FALSE(changed(board).empty());
    Board brought_back(definitions(), kbang(), "23656");
    board.cells([&](std::string_view feed, const v1::Cell& cell, const Board::KeyCounts& keys, std::uint64_t stamp) {
        brought_back.restore(feed, cell, keys, stamp);
    });
    for (auto* of : {&board, &brought_back}) {
        const auto households = [&](const std::string& area) { return of->value(area, official("2022-Q2"), "SUP-01").number(); };
        CHECK(households("23656") == 1);
        CHECK(households("23656-01") == 1);
        CHECK(households("23656-02") == 1);
        for (std::uint64_t at = 0; at < 2; ++at) {
            auto taken_back = entry_of(correcting(an_event(3 + at), v1::Correction::VOID, 1 + at));
            taken_back.set_effect(v1::Entry::NOTHING);
            *taken_back.mutable_retracts() = meetings[at];
            of->apply("household", taken_back);
            CHECK(households("23656") == (at == 0 ? 1 : 0));
            CHECK(households("23656-01") == 0);
            CHECK(households("23656-02") == (at == 0 ? 1 : 0));
        }
    }
}

TEST_CASE("what is retracted leaves nothing behind, and its cells are reported with 0") {
    std::mt19937 random(7);
    Board board(definitions(), kbang(), "23656");
    board.apply("session", entry_of(a_session_held(1)));
    const auto before = board.serialize();
    CHECK_FALSE(changed(board).empty());
    const auto taken_back = entry_of(a_household_supported(2));
    board.apply("household", taken_back);
    auto correction = entry_of(correcting(an_event(3), v1::Correction::VOID, 2));
    correction.set_effect(v1::Entry::NOTHING);
    *correction.mutable_retracts() = taken_back;
    board.apply("household", correction);
    const auto month = board.value("23656", official("2022-04"), "RPT-03");
    CHECK(month.number() == 1);
    CHECK(part(month, "type", "VOID") == 1);
    bool saw_zero = false;
    for (const auto& cell : changed(board)) {
        CHECK(cell.number() == (cell.indicator() == "RPT-03" ? 1 : 0));
        saw_zero = saw_zero || (cell.indicator() == "SUP-01" && cell.number() == 0);
    }
    CHECK(saw_zero);
    board.forget("household");
    CHECK(board.serialize() == before);
}

TEST_CASE("a household helped in two months is one household of the quarter") {
    Board board(definitions(), kbang(), "625");
    auto later = a_household_supported(2);
    later.set_occurred_on("2022-04-20");
    later.set_village("23656-02");
    board.apply("household", entry_of(a_household_supported(1)));
    board.apply("household", entry_of(later));
    CHECK(board.value("23656", plain("2022-03"), "SUP-01").number() == 1);
    CHECK(board.value("23656", plain("2022-04"), "SUP-01").number() == 1);
    CHECK(board.value("23656", official("2022-Q2"), "SUP-01").number() == 1);
    CHECK(board.value("23656-01", official("2022-Q2"), "SUP-01").number() == 1);
    CHECK(board.value("23656-02", official("2022-Q2"), "SUP-01").number() == 1);
    CHECK(board.value("625", official("2022-Q2"), "SUP-01").number() == 1);
}

TEST_CASE("14 and 15 March are two official months and one calendar month") {
    Board board(definitions(), kbang(), "23656");
    for (std::uint64_t day = 14; day <= 15; ++day) {
        auto event = a_session_held(day);
        event.set_occurred_on("2022-03-" + std::to_string(day));
        board.apply("session", entry_of(event));
    }
    CHECK(board.value("23656", official("2022-03"), "COM-01").number() == 1);
    CHECK(board.value("23656", official("2022-04"), "COM-01").number() == 1);
    CHECK(board.value("23656", plain("2022-03"), "COM-01").number() == 2);
    CHECK(board.value("23656", plain("2022-04"), "COM-01").number() == 0);
}

TEST_CASE("the district adds cells up to what a direct fold gives; forgetting a feed is never having seen it") {
    std::mt19937 random(11);
    Board direct(definitions(), kbang(), "625");
    Board district(definitions(), kbang(), "625");
    std::string without_last;
    for (const std::string commune : {"23656", "23653"}) {
        without_last = district.serialize();
        Board board(definitions(), kbang(), commune);
        for (const auto& entry : random_feed(random, commune)) {
            board.apply("all", entry);
            direct.apply(commune + "/all", entry);
            if (random() % 4 == 0) {
                for (const auto& cell : changed(board)) {
                    district.set(commune, cell);
                }
            }
        }
        for (const auto& cell : changed(board)) {
            district.set(commune, cell);
        }
    }
    for (const auto& period : {official("2022"), plain("2022"), official("2022-Q2"), plain("2022-H1"), official("2022-04")}) {
        const auto rows = district.rows("625", period);
        const auto expected = direct.rows("625", period);
        REQUIRE(rows.size() == expected.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            CHECK(rows[i].DebugString() == expected[i].DebugString());
        }
    }
    Board restored(definitions(), kbang(), "625");
    CHECK_FALSE(changed(direct).empty());
    direct.cells([&](std::string_view feed, const v1::Cell& cell, const Board::KeyCounts& keys, std::uint64_t stamp) {
        restored.restore(feed, cell, keys, stamp);
    });
    CHECK(restored.serialize() == direct.serialize());
    CHECK(changed(restored).empty());
    district.forget("23653");
    CHECK(district.serialize() == without_last);
    CHECK(district.unknown_cells() == 0);
}

TEST_CASE("a cell that comes empty, when nothing of it is held, is heard all the same") {
    Board board(definitions(), kbang(), "625");
    v1::Cell cell;
    cell.set_area("23656-01");
    cell.set_period("2022-03b");
    cell.set_indicator("COM-01");
    board.set("23656", cell);
    std::vector<Board::IndicatorId> indicators;
    board.all_indicators(indicators);
    CHECK_FALSE(indicators.empty());
    CHECK(changed(board).size() == 1);
    board.set("23656", cell);
    CHECK(changed(board).empty());
}

TEST_CASE("cells that share a stamp are read together") {
    Board board(definitions(), kbang(), "625");
    for (int i = 1; i <= 6; ++i) {
        v1::Cell cell;
        cell.set_area("23656-0" + std::to_string(i));
        cell.set_period("2022-03b");
        cell.set_indicator("COM-01");
        cell.set_number(i);
        board.restore("23656/cells", cell, {}, i < 5 ? 7 : 8);
    }
    CHECK(board.stamped_after(0, 2).size() == 4);
    CHECK(board.stamped_after(0, 4).size() == 4);
    CHECK(board.stamped_after(0, 5).size() == 6);
    CHECK(board.stamped_after(7, 9).size() == 2);
    CHECK(board.stamped_after(8, 9).empty());
}

TEST_CASE("a median is exact") {
    Board board(definitions(), kbang(), "23656");
    for (std::uint64_t i = 1; i <= 4; ++i) {
        auto award = a_commendation_awarded(i, "A-" + std::to_string(i));
        award.mutable_commendation_awarded()->set_decision_date(i < 3 ? "2022-02-11" : "2022-02-1" + std::to_string(i + 3));
        board.apply("commendation", entry_of(award));
        // 1, 1, 6, 7 days
        CHECK(board.value("23656", plain("2022-H1"), "EMU-04").median() == (i == 4 ? 3.5 : 1.0));
    }
    CHECK(board.value("23656", plain("2022-H1"), "EMU-04").histogram().at(1) == 2);
}

TEST_CASE("each indicator against figures counted by hand") {
    Board board(definitions(), kbang(), "23656");
    auto dialogue = a_session_held(2);  // a second session, in another village
    dialogue.set_village("23656-02");
    dialogue.set_organisation(v1::WOMEN);
    dialogue.mutable_session_held()->set_form(v1::POLICY_DIALOGUE);
    dialogue.mutable_session_held()->add_topics(v1::NEW_RURAL);
    dialogue.mutable_session_held()->add_languages(v1::VIETNAMESE);
    dialogue.mutable_session_held()->add_languages(v1::JRAI);
    auto livestock = a_household_supported(4, "S-2");
    livestock.mutable_household_supported()->set_kind(v1::LIVESTOCK);
    livestock.mutable_household_supported()->set_workdays(6);
    livestock.mutable_household_supported()->set_stage(v1::COMMITTED);
    for (const auto& event : {a_session_held(1), dialogue, a_household_supported(3), livestock, a_commendation_awarded(5)}) {
        board.apply("all", entry_of(event, 3));
    }
    board.apply("all", entry_of(correcting(a_session_held(6), v1::Correction::REPLACE, 9), 5));
    const std::vector<std::pair<std::string, std::int64_t>> expected = {
        {"COM-01", 3}, {"COM-02", 135}, {"COM-03", 36},         {"COM-04", 2}, {"COM-05", 3}, {"COM-10", 1}, {"COM-12", 1}, {"SUP-01", 1},
        {"SUP-02", 1}, {"SUP-03", 1},   {"SUP-04", 40'000'000}, {"SUP-05", 6}, {"EMU-02", 1}, {"EMU-03", 1}, {"MOB-03", 3}};
    for (const auto& [code, number] : expected) {
        INFO(code);
        CHECK(board.value("23656", plain("2022-H1"), code).number() == number);
    }
    CHECK(board.value("23656", plain("2022-H1"), "EMU-04").median() == 36);
    CHECK(board.value("23656", plain("2022-03"), "RPT-02").median() == 3);
    CHECK(board.value("23656", plain("2022-03"), "RPT-03").number() == 1);
    CHECK(board.value("23656", plain("2022-03"), "COM-04").denominator() == 10);
    const auto villages = kbang().villages("625", *parse_day("2022-03-31")).size();
    CHECK(board.value("625", plain("2022-03"), "COM-04").denominator() == static_cast<int>(villages));
    CHECK(part(board.value("23656", plain("2022-03"), "COM-02"), "sex", "male") == 75);
    CHECK(part(board.value("23656", plain("2022-03"), "COM-05"), "language", "BAHNAR") == 3);
    CHECK(part(board.value("23656", plain("2022-03"), "COM-05"), "language", "JRAI") == 1);
    CHECK(part(board.value("23656", plain("2022-H1"), "MOB-03"), "organisation", "WOMEN") == 3);
    CHECK_THROWS_AS(board.value("23656", plain("2022-03"), "COM-10"), std::invalid_argument);
    CHECK_THROWS_AS(board.value("23656", plain("2022-03"), "ZZZ-1"), std::invalid_argument);
}

namespace {}  // namespace

TEST_CASE("a story counts whose consent held on its day, whenever the withdrawal comes and goes") {
    const auto a_story = [](std::uint64_t sequence, const char* day, v1::ExemplarPublished::Consent consent, const char* agreed_on) {
        auto event = a_session_held(sequence);
        auto& story = *event.mutable_exemplar_published();
        event.set_occurred_on(day);
        story.set_kind(v1::ExemplarPublished::PERSON);
        story.add_channels(v1::ExemplarPublished::ZALO);
        story.set_consent(consent);
        story.set_consent_date(agreed_on);
        story.set_subject_ref("s-1");
        return event;
    };
    auto withdrawal = a_session_held(9);
    withdrawal.set_occurred_on("2022-04-10");
    withdrawal.mutable_consent_withdrawn()->set_subject_ref("s-1");
    std::vector<v1::Entry> entries{entry_of(a_story(1, "2022-04-05", v1::ExemplarPublished::GIVEN, "2022-04-01")),  // before it
                                   entry_of(a_story(2, "2022-04-12", v1::ExemplarPublished::GIVEN, "2022-04-01")),  // after it
                                   entry_of(a_story(3, "2022-04-12", v1::ExemplarPublished::GIVEN, "2022-04-11")),  // agreed to anew
                                   entry_of(a_story(4, "2022-04-12", v1::ExemplarPublished::NOT_NEEDED, "")), entry_of(withdrawal)};
    std::sort(entries.begin(), entries.end(), [](const auto& one, const auto& other) { return one.event() < other.event(); });
    do {
        Board board(definitions(), kbang(), "23656");
        for (const auto& entry : entries) {
            board.apply("23656/session", entry);
        }
        const auto value = board.value("23656", official("2022-04"), "EXM-01");
        REQUIRE(value.number() == 3);
        REQUIRE(part(value, "kind", "PERSON") == 3);
        REQUIRE(part(value, "channel", "ZALO") == 3);
        v1::Entry taken_back;
        taken_back.set_device("p-1");
        taken_back.set_event(a_session_held(10).SerializeAsString());
        taken_back.set_effect(v1::Entry::NOTHING);
        taken_back.mutable_retracts()->CopyFrom(entry_of(withdrawal));
        board.apply("23656/session", taken_back);
        REQUIRE(board.value("23656", official("2022-04"), "EXM-01").number() == 4);
    } while (std::next_permutation(entries.begin(), entries.end(),
                                   [](const auto& one, const auto& other) { return one.event() < other.event(); }));
}

TEST_CASE("of what one device recorded in the same second the last one stands, however it arrives", "[board]") {
    std::vector<v1::Entry> entries;
    for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
        auto event = a_session_held(sequence);
        event.set_recorded_at(1'646'100'000);
        auto& criterion = *event.mutable_rural_criterion_assessed();
        criterion.set_criterion(5);
        criterion.set_status(sequence % 2 == 1 ? v1::RuralCriterionAssessed::MET : v1::RuralCriterionAssessed::NOT_MET);
        entries.push_back(testing::entry_of("p", event, sequence == 4 ? "2022-04-09" : "2022-04-10"));
    }
    std::vector<std::size_t> order{0, 1, 2, 3};
    do {
        Board board(definitions(), kbang(), "23656");
        for (const auto at : order) {
            board.apply("23656/monitoring", entries[at]);
        }
        REQUIRE(board.value("23656", official("2022"), "NRD-01").number() == 0);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a withdrawal for one channel takes back the stories that went out on it, among others", "[board]") {
    const auto a_story = [](std::uint64_t sequence, std::vector<v1::ExemplarPublished::Channel> channels) {
        auto event = a_session_held(sequence);
        auto& story = *event.mutable_exemplar_published();
        event.set_occurred_on("2022-04-12");
        story.set_kind(v1::ExemplarPublished::PERSON);
        for (const auto channel : channels) {
            story.add_channels(channel);
        }
        story.set_consent(v1::ExemplarPublished::GIVEN);
        story.set_consent_date("2022-04-01");
        story.set_subject_ref("s-1");
        return event;
    };
    auto withdrawal = a_session_held(9);
    withdrawal.set_occurred_on("2022-04-10");
    withdrawal.mutable_consent_withdrawn()->set_subject_ref("s-1");
    withdrawal.mutable_consent_withdrawn()->set_scope(v1::ExemplarPublished::FACEBOOK);
    Board board(definitions(), kbang(), "23656");
    board.apply("23656/session", entry_of(a_story(1, {v1::ExemplarPublished::ZALO})));
    board.apply("23656/session", entry_of(a_story(2, {v1::ExemplarPublished::FACEBOOK, v1::ExemplarPublished::PRESS})));
    board.apply("23656/session", entry_of(withdrawal));
    board.apply("23656/session", entry_of(a_story(3, {v1::ExemplarPublished::FACEBOOK})));
    const auto value = board.value("23656", official("2022-04"), "EXM-01");
    CHECK(value.number() == 1);
    CHECK(part(value, "channel", "ZALO") == 1);
    CHECK(part(value, "channel", "FACEBOOK") == 0);
    CHECK(part(value, "channel", "PRESS") == 0);
}

}  // namespace board_test
