// SPDX-License-Identifier: Apache-2.0
// What the communes that succeed each other say of the same thing: the latest stands, whoever of them said it.
#include "gateway/serve/follower.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/events.hpp"
#include "tests/support/filled.hpp"
#include "tests/support/gateway_bench.hpp"
#include "tests/support/ladder.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace succession_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

v1::Event an_event(const char* type, const std::string& village, const std::string& day) {
    auto event = sensible(*v1::Event::descriptor()->FindFieldByName(type));
    event.clear_correction();
    event.set_village(village);
    event.set_occurred_on(day);
    return event;
}

v1::Event a_facility(const std::string& village, const std::string& day, v1::FacilityReported::Status status) {
    auto event = an_event("facility_reported", village, day);
    event.mutable_facility_reported()->set_facility_id("nha-rong");
    event.mutable_facility_reported()->set_status(status);
    return event;
}

// What a commune said, as its journal has it.
struct Said {
    std::string commune;
    v1::Entry entry;
};

// Of things that the communes Lơ Ku (23656), Đak SMar (23660) and the townlet Kbang (23638) had, which are the commune Kbang (23638)
// from July 2025 on, before and after. All devices have one name, and number from 1.
class Tellers {
public:
    explicit Tellers(std::uint32_t seed) : random_(seed) {}

    Said next() {
        static constexpr std::array types{"facility_reported",  "model_supported",          "tourism_product",     "finding_resolved",
                                          "broadcast_aired",    "rural_criterion_assessed", "deprivation_counted", "device_reported",
                                          "target_assigned",    "target_assigned",          "baseline_set",        "exemplar_published",
                                          "exemplar_published", "consent_withdrawn"};
        const bool before = below(2) == 0;
        const std::string where = std::array{"23656", "23660", "23638"}.at(below(3));
        const auto commune = before ? where : "23638";
        auto& said = said_[commune];
        const bool takes_back = !said.empty() && below(4) == 0;
        auto event = an_event(types.at(below(types.size())), below(3) == 0 ? "" : where + "-01", day(before));
        event.set_sequence(++sequences_[commune]);
        vary(event);
        auto entry = Ladder::entry(event);
        if (takes_back) {
            const auto at = said.begin() + static_cast<std::ptrdiff_t>(below(said.size()));
            *entry.mutable_retracts() = *at;
            said.erase(at);
        }
        if (takes_back && below(2) == 0) {
            entry.set_effect(v1::Entry::NOTHING);
        } else {
            said.push_back(entry);
        }
        return {commune, entry};
    }
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

private:
    std::string day(bool before) {
        const auto month = before ? 1 + below(6) : 7 + below(5);
        return std::string(month < 10 ? "2025-0" : "2025-") + std::to_string(month) + "-" + std::to_string(10 + below(15));
    }
    void vary(v1::Event& event) {
        const auto any = static_cast<std::uint32_t>(below(40));
        if (event.has_facility_reported()) {
            event.mutable_facility_reported()->set_status(below(2) == 0 ? v1::FacilityReported::GOOD : v1::FacilityReported::BROKEN);
        } else if (event.has_model_supported()) {
            event.mutable_model_supported()->set_stage(below(2) == 0 ? v1::ModelSupported::BEGUN : v1::ModelSupported::ENDED);
        } else if (event.has_finding_resolved()) {
            event.mutable_finding_resolved()->set_due(day(true));
            event.mutable_finding_resolved()->set_status(below(2) == 0 ? v1::FindingResolved::RESOLVED : v1::FindingResolved::ONGOING);
        } else if (event.has_broadcast_aired()) {
            event.mutable_broadcast_aired()->clear_villages();
            event.mutable_broadcast_aired()->set_clusters(40);
            event.mutable_broadcast_aired()->set_clusters_working(any);
        } else if (event.has_target_assigned()) {
            event.mutable_target_assigned()->set_indicator("COM-01");
            event.mutable_target_assigned()->set_period("2025");
            event.mutable_target_assigned()->set_revision(static_cast<std::uint32_t>(1 + below(6)));
            event.mutable_target_assigned()->set_value(any);
        } else if (event.has_rural_criterion_assessed()) {
            event.mutable_rural_criterion_assessed()->set_status(below(2) == 0 ? v1::RuralCriterionAssessed::MET
                                                                               : v1::RuralCriterionAssessed::NOT_MET);
        } else if (event.has_deprivation_counted()) {
            event.mutable_deprivation_counted()->set_households(20 + any);
        } else if (event.has_exemplar_published()) {
            event.mutable_exemplar_published()->set_consent(v1::ExemplarPublished::GIVEN);
            event.mutable_exemplar_published()->set_consent_date(day(true));
            event.mutable_exemplar_published()->set_subject_ref("s-1");
        } else if (event.has_consent_withdrawn()) {
            event.mutable_consent_withdrawn()->set_subject_ref("s-1");
        } else if (event.has_baseline_set()) {
            event.mutable_baseline_set()->set_year(2025);
            event.mutable_baseline_set()->set_households(100 + any);
            event.mutable_baseline_set()->set_poor(any);
            event.mutable_baseline_set()->set_standard(v1::DECREE_07_2021);
        }
    }

    std::mt19937 random_;
    std::map<std::string, std::uint64_t> sequences_;
    std::map<std::string, std::vector<v1::Entry>> said_;
};

}  // namespace

TEST_CASE("what the new commune says of a thing takes the place of what the old ones said", "[succession]") {
    Board board(definitions(), kbang(), "625");
    std::uint64_t sequence = 0;
    const auto says = [&](const std::string& commune, v1::Event event) {
        event.set_sequence(++sequence);
        board.apply(commune + "/culture", Ladder::entry(event));
    };
    const auto good = [&](const std::string& area, const std::string& period) {
        return board.value(area, *Period::parse(v1::OFFICIAL, period), "CUL-04").number();
    };
    says("23656", a_facility("", "2025-03-01", v1::FacilityReported::GOOD));
    says("23638", a_facility("", "2025-03-01", v1::FacilityReported::GOOD));
    says("23650", a_facility("", "2025-03-01", v1::FacilityReported::GOOD));
    CHECK(good("23656", "2025-H1") == 1);
    says("23650", an_event("session_held", "23650-01", "2025-11-01"));
    CHECK(good("23638", "2025-H2") == 2);  // two houses, until somebody says what has become of them
    says("23638", a_facility("", "2025-08-01", v1::FacilityReported::BROKEN));
    CHECK(good("23638", "2025-H2") == 0);
    CHECK(good("23656", "2025-H1") == 1);  // then
    CHECK(good("23650", "2025-H2") == 1);  // another one's, under the same name
}

TEST_CASE("what falls due when its commune has ended, falls due in the one that carries it", "[succession]") {
    Ladder ladder(definitions(), {"23656", "23638", "625", "52"});
    auto recommended = an_event("finding_resolved", "", "2025-05-05");
    recommended.mutable_finding_resolved()->set_due("2025-08-20");
    recommended.mutable_finding_resolved()->set_status(v1::FindingResolved::ONGOING);
    ladder.happened("23656", recommended);
    for (const auto& [village, due] : {std::pair("", "2025-08-20"), std::pair("23656-01", "2025-10-20")}) {
        auto report = an_event("report_submitted", village, "2025-06-05");
        report.mutable_report_submitted()->set_due(due);
        ladder.happened("23656", report);
    }
    ladder.goes_up("23656", {"23638", "625", "52"});
    for (const auto& [code, period] : {std::pair("INS-04", "2025-Q3"), std::pair("RPT-01", "2025-09"), std::pair("RPT-01", "2025-11")}) {
        CAPTURE(code);
        const auto due = [&ladder, code = code, period = period](const char* board, const char* area) {
            return ladder.value(board, area, period, code).denominator();
        };
        CHECK(due("23638", "23638") == 1);
        CHECK(due("52", "23638") == 1);
        CHECK(due("52", "52") == 1);
        CHECK(due("625", "625") == 0);      // which had ended
        CHECK(due("23656", "23656") == 1);  // itself
    }
    const auto recut = ladder.at("52").rows("23638", *Period::parse(v1::OFFICIAL, "2025-Q3"), parse_day("2025-12-01"));
    CHECK(std::any_of(recut.begin(), recut.end(),
                      [](const v1::IndicatorValue& value) { return value.indicator() == "INS-04" && value.denominator() == 1; }));
}

TEST_CASE("who reads the cells of communes that succeeded each other reads what the events say, in whatever order", "[succession]") {
    const auto seed = GENERATE(range(1U, 25U));
    CAPTURE(seed);
    Tellers tellers(seed);
    const std::vector<std::string> communes{"23656", "23660", "23638"};
    Ladder ladder(definitions(), {"23656", "23660", "23638", "625", "52"});
    Board district(definitions(), kbang(), "625");  // these two hear everything themselves
    Board province(definitions(), kbang(), "52");
    using Journal = std::pair<std::string, std::string>;  // who reads it, whose it is
    std::map<Journal, std::deque<v1::Entry>> unread;
    for (int i = 0; i < 60; ++i) {
        const auto said = tellers.next();
        district.apply(said.commune + "/any", said.entry);
        province.apply(said.commune + "/any", said.entry);
        unread[{said.commune, said.commune}].push_back(said.entry);
        unread[{"23638", said.commune}].push_back(said.entry);
        if (said.commune == "23638") {
            unread[{"23638", "23638"}].pop_back();
        }
    }
    const auto tell = [&](const std::string& from) {
        ladder.goes_up(from, from == "23638" ? std::vector<std::string>{"625", "52", "23656", "23660"}
                                             : std::vector<std::string>{"625", "52", "23638"});
    };
    while (!unread.empty()) {
        const auto journal = std::next(unread.begin(), static_cast<std::ptrdiff_t>(tellers.below(unread.size())));
        ladder.hears(journal->first.first, journal->first.second, journal->second.front());
        journal->second.pop_front();
        if (journal->second.empty()) {
            unread.erase(journal);
        }
        if (tellers.below(4) == 0) {
            tell(communes.at(tellers.below(3)));
        }
    }
    for (const auto& from : communes) {
        tell(from);
    }
    CHECK(ladder.at("625").unknown_cells() == 0);
    CHECK(ladder.at("52").unknown_cells() == 0);
    const auto compare = [&](const Board& whole, const std::string& reader, const std::string& area, const char* period) {
        CAPTURE(reader, area, period);
        for (const auto& value : whole.rows(area, *Period::parse(v1::OFFICIAL, period))) {
            CHECK(value.ShortDebugString() == ladder.value(reader, area, period, value.indicator()).ShortDebugString());
        }
    };
    for (const auto* period : {"2025-02", "2025-05", "2025-Q2", "2025-H1"}) {
        for (const auto* area : {"625", "23656", "23638", "23656-01"}) {
            compare(district, "625", area, period);
        }
        compare(district, "23656", "23656", period);  // also what the commune itself tells of windows in which it did not change
        compare(district, "23660", "23660", period);
    }
    for (const auto* period : {"2025-08", "2025-10", "2025-Q4", "2025-H2", "2025"}) {
        for (const auto* area : {"52", "23638", "23656-01"}) {
            compare(province, "52", area, period);
        }
    }
    for (const auto* period : {"2025-08", "2025-10", "2025-Q4"}) {
        compare(province, "23638", "23638", period);
    }
}

TEST_CASE("by its revision an old target may stand before a new one, and is told once", "[succession]") {
    Ladder ladder(definitions(), {"23656", "23638", "52"});
    std::uint64_t sequence = 0;
    const auto assigns = [&](const std::string& commune, const char* day, std::uint32_t revision, std::uint64_t value) {
        auto event = an_event("target_assigned", "23656-01", day);
        event.set_sequence(++sequence);
        event.mutable_target_assigned()->set_indicator("COM-01");
        event.mutable_target_assigned()->set_period("2025");
        event.mutable_target_assigned()->set_revision(revision);
        event.mutable_target_assigned()->set_value(value);
        ladder.hears("23638", commune, Ladder::entry(event));
        if (commune != "23638") {
            ladder.hears(commune, commune, Ladder::entry(event));
        }
        ladder.goes_up("23656", {"52", "23638"});
        ladder.goes_up("23638", {"52", "23656"});
        const auto told = ladder.value("52", "23656-01", "2025", "TGT-01");
        return told.parts_size() == 1 ? told.parts(0).denominator() : std::int64_t{-1};
    };
    CHECK(assigns("23656", "2025-01-05", 1, 200) == 200);
    CHECK(assigns("23638", "2025-07-05", 2, 500) == 500);
    CHECK(assigns("23656", "2025-01-06", 3, 300) == 300);
    CHECK(assigns("23638", "2025-07-06", 4, 700) == 700);
}

TEST_CASE("what is due in a commune of before, and the new one resolved, is due in the new one alone", "[succession]") {
    Ladder ladder(definitions(), {"23656", "23638", "625"});
    auto finding = an_event("finding_resolved", "", "2024-11-19");
    finding.mutable_finding_resolved()->set_due("2025-02-24");
    finding.mutable_finding_resolved()->set_status(v1::FindingResolved::ONGOING);
    ladder.hears("23656", "23656", Ladder::entry(finding));
    ladder.hears("23638", "23656", Ladder::entry(finding));
    finding.set_occurred_on("2025-07-18");
    finding.mutable_finding_resolved()->set_status(v1::FindingResolved::RESOLVED);
    ladder.hears("23638", "23638", Ladder::entry(finding));
    ladder.goes_up("23656", {"625", "23638"});
    ladder.goes_up("23638", {"625", "23656"});
    const auto shown = [&](const char* board, const char* area) {
        const auto value = ladder.value(board, area, "2025-Q1", "INS-04");
        return std::pair(value.number(), value.denominator());
    };
    CHECK(shown("625", "625") == std::pair<std::int64_t, std::int64_t>(1, 1));
    for (const auto* board : {"625", "23638"}) {
        CHECK(shown(board, "23638") == std::pair<std::int64_t, std::int64_t>(1, 1));
    }
    for (const auto* board : {"625", "23656"}) {
        CHECK(shown(board, "23656") == std::pair<std::int64_t, std::int64_t>(0, 0));
    }
}

TEST_CASE("what the communes before said is kept with the board, and goes with their journals", "[succession]") {
    MemoryStore store;
    const std::vector<Source> sources{{"23638", "culture"}, {"23656", "cells"}, {"23656", "culture"}};
    std::optional<Follower> follower;
    const auto hears = [&](const std::string& commune, std::uint64_t offset, const v1::Event& event, std::uint64_t epoch) {
        const auto block = gateway_test::block_of(offset, event, epoch);
        REQUIRE(follower->take({topics::feed(commune, "culture"), block.SerializeAsString(), false}, {}));
        follower->settle();
    };
    // Of the good ones what the own feed tells: the one in Lơ Ku's cells is taken back there.
    std::uint64_t last = 0;
    std::int64_t told = 0;
    const auto listen = [&] {
        for (const auto id : follower->board().take_changed(last)) {
            const auto cell = follower->board().cell(id);
            told = cell.indicator() == "CUL-04.good" && cell.cut().empty() && cell.period() == "2025-08a" ? cell.number() : told;
        }
    };
    follower.emplace(definitions(), kbang(), "23638", sources, store, "reader");
    hears("23656", 1, a_facility("23656-01", "2025-03-01", v1::FacilityReported::GOOD), 5);
    listen();
    CHECK(told == 0);
    follower->save();
    follower.emplace(definitions(), kbang(), "23638", sources, store, "reader");
    hears("23638", 1, a_facility("23656-01", "2025-08-01", v1::FacilityReported::BROKEN), 5);
    listen();
    CHECK(told == -1);
    hears("23656", 1, a_facility("23656-02", "2022-03-01", v1::FacilityReported::BROKEN), 6);  // another history of that journal
    listen();
    CHECK(told == 0);
    follower->save();
    follower.emplace(definitions(), kbang(), "23638", std::vector<Source>{{"23638", "culture"}}, store, "reader");  // not followed any more
    CHECK(follower->board().serialize().find("\t-1\t") == std::string::npos);
}

}  // namespace succession_test
