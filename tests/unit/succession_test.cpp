// SPDX-License-Identifier: Apache-2.0
// What the communes that succeed each other say of the same thing: the latest stands, whoever of them said it.
#include "gateway/serve/follower.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/events.hpp"
#include "tests/support/filled.hpp"
#include "tests/support/gateway_bench.hpp"
#include "tests/support/ladder.hpp"
#include "tests/support/memory_store.hpp"

#include "data/indicators.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <optional>
#include <random>
#include <utility>

namespace succession_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

const Definitions& definitions() {
    static const Definitions loaded = Definitions::load(data::indicators, "indicators.txtpb");
    return loaded;
}

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
// from July 2025 on, before and after.
class Tellers {
public:
    explicit Tellers(std::uint32_t seed) : random_(seed) {}

    Said next() {
        static constexpr std::array types{"facility_reported",        "model_supported",     "tourism_product",
                                          "finding_resolved",         "broadcast_aired",     "target_assigned",
                                          "rural_criterion_assessed", "deprivation_counted", "device_reported"};
        const bool before = below(2) == 0;
        const std::string where = std::array{"23656", "23660", "23638"}.at(below(3));
        const auto commune = before ? where : "23638";
        auto event = an_event(types.at(below(types.size())), below(3) == 0 ? "" : where + "-01", day(before));
        event.set_sequence(++sequence_);
        vary(event);
        return {commune, Ladder::entry(event)};
    }
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

private:
    std::string day(bool before) {
        const auto month = before ? 1 + below(6) : 7 + below(5);
        return std::string(month < 10 ? "2025-0" : "2025-") + std::to_string(month) + "-" + std::to_string(10 + below(15));
    }
    void vary(v1::Event& event) {
        if (event.has_facility_reported()) {
            event.mutable_facility_reported()->set_status(below(2) == 0 ? v1::FacilityReported::GOOD : v1::FacilityReported::BROKEN);
        } else if (event.has_model_supported()) {
            event.mutable_model_supported()->set_stage(below(2) == 0 ? v1::ModelSupported::BEGUN : v1::ModelSupported::ENDED);
        } else if (event.has_finding_resolved()) {
            event.mutable_finding_resolved()->set_due(day(true));
            event.mutable_finding_resolved()->set_status(below(2) == 0 ? v1::FindingResolved::RESOLVED : v1::FindingResolved::ONGOING);
        } else if (event.has_broadcast_aired()) {
            event.mutable_broadcast_aired()->clear_villages();
            event.mutable_broadcast_aired()->set_clusters(10);
            event.mutable_broadcast_aired()->set_clusters_working(static_cast<std::uint32_t>(below(11)));
        } else if (event.has_target_assigned()) {
            event.mutable_target_assigned()->set_period("2025");
            event.mutable_target_assigned()->set_revision(static_cast<std::uint32_t>(1 + below(3)));
            event.mutable_target_assigned()->set_value(1 + below(90));
        } else if (event.has_rural_criterion_assessed()) {
            event.mutable_rural_criterion_assessed()->set_status(below(2) == 0 ? v1::RuralCriterionAssessed::MET
                                                                               : v1::RuralCriterionAssessed::NOT_MET);
        } else if (event.has_deprivation_counted()) {
            event.mutable_deprivation_counted()->set_households(static_cast<std::uint32_t>(20 + below(20)));
        }
    }

    std::mt19937 random_;
    std::uint64_t sequence_ = 0;
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
    auto report = an_event("report_submitted", "", "2025-06-05");
    report.mutable_report_submitted()->set_due("2025-08-20");
    ladder.happened("23656", report);
    std::uint64_t last = 0;
    for (const auto id : ladder.at("23656").take_changed(last)) {
        for (const auto* above : {"23638", "625", "52"}) {
            ladder.at(above).set("23656/cells", ladder.at("23656").cell(id));
        }
    }
    for (const auto& [code, period] : {std::pair("INS-04", "2025-Q3"), std::pair("RPT-01", "2025-09")}) {
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
    for (const auto& value : ladder.at("52").rows("23638", *Period::parse(v1::OFFICIAL, "2025-Q3"), parse_day("2025-12-01"))) {
        CHECK((value.indicator() != "INS-04" || value.denominator() == 1));
    }
}

TEST_CASE("who reads the cells of communes that succeeded each other reads what the events say, in whatever order", "[succession]") {
    const auto seed = GENERATE(range(1U, 13U));
    CAPTURE(seed);
    Tellers tellers(seed);
    Ladder ladder(definitions(), {"23656", "23660", "23638", "52"});
    Board whole(definitions(), kbang(), "52");        // hears everything itself
    std::vector<std::pair<std::string, Said>> heard;  // by whom, of whom
    for (int i = 0; i < 60; ++i) {
        const auto said = tellers.next();
        whole.apply(said.commune + "/any", said.entry);
        heard.emplace_back(said.commune, said);
        if (said.commune != "23638") {
            heard.emplace_back("23638", said);
        }
    }
    while (!heard.empty()) {
        const auto at = heard.begin() + static_cast<std::ptrdiff_t>(tellers.below(heard.size()));
        ladder.hears(at->first, at->second.commune, at->second.entry);
        heard.erase(at);
        if (tellers.below(4) == 0) {
            const std::string from = std::array{"23656", "23660", "23638"}.at(tellers.below(3));
            ladder.goes_up(from, "52");
        }
    }
    for (const auto* from : {"23656", "23660", "23638"}) {
        ladder.goes_up(from, "52");
    }
    CHECK(ladder.at("52").unknown_cells() == 0);
    for (const auto* period : {"2025-05", "2025-H1", "2025-08", "2025-Q4", "2025-H2", "2025"}) {
        for (const auto* area : {"52", "23638", "23656-01"}) {
            CAPTURE(period, area);
            for (const auto& value : whole.rows(area, *Period::parse(v1::OFFICIAL, period))) {
                INFO(ladder.value("52", area, period, value.indicator()).ShortDebugString());
                CHECK(value.ShortDebugString() == ladder.value("52", area, period, value.indicator()).ShortDebugString());
            }
        }
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
