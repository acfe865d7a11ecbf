// SPDX-License-Identifier: Apache-2.0
// What a device says that it posted, against the journals.
#include "gateway/watch/ledger.hpp"
#include "tests/support/entries.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>

namespace ledger_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

class Commune {
public:
    Commune& holds(std::initializer_list<std::uint64_t> numbers, const std::string& day = "2022-04-10") {
        for (const auto number : numbers) {
            ledger.apply("session", entry_of("phone", a_session_held(number), day));
        }
        return *this;
    }
    Commune& hears(std::uint64_t posted, std::uint64_t stored, std::uint64_t refused, std::uint64_t waiting,
                   std::initializer_list<std::uint64_t> runs = {}) {
        v1::Status status;
        status.set_device("phone");
        status.set_commune("23656");
        status.set_online(true);
        auto& part = *status.add_services();
        part.set_service("session");
        part.set_posted(posted);
        part.set_stored(stored);
        part.set_refused(refused);
        part.set_waiting(waiting);
        for (const auto run : runs) {
            part.add_waiting_runs(run);
        }
        ledger.apply(status);
        return *this;
    }
    [[nodiscard]] Ledger::Row row() const {
        REQUIRE(ledger.rows().size() == 1);
        auto row = ledger.rows().front();
        if (row.state != Ledger::State::unknown) {
            CHECK(static_cast<std::int64_t>(row.posted) ==
                  static_cast<std::int64_t>(row.stored + row.refused + row.waiting) + row.difference);
        }
        return row;
    }
    [[nodiscard]] std::string state() const { return std::string(name_of(row().state)); }

    Ledger ledger;
};

}  // namespace

TEST_CASE("posted is stored, refused and waiting") {
    Commune commune;
    commune.holds({1, 2, 4}).hears(6, 3, 1, 2, {5, 6});
    CHECK(commune.state() == "balanced");
    CHECK(commune.row().waiting == 2);
    CHECK(difference_of(commune.ledger.rows()) == 0);
}

TEST_CASE("a journal that is ahead of the status is no difference") {
    Commune commune;
    commune.holds({1, 2, 3, 4, 5}).hears(4, 2, 0, 2, {3, 4});
    CHECK(commune.state() == "balanced");
    CHECK(commune.row().later == 1);
    CHECK(commune.row().waiting == 0);
}

TEST_CASE("what the device says was stored and the journal does not hold is lost, and the first one is named") {
    Commune commune;
    commune.holds({1, 2, 5}).hears(5, 5, 0, 0);
    CHECK(commune.state() == "lost");
    CHECK(commune.row().difference == 2);
    CHECK(commune.row().first_missing == 3);
    CHECK(difference_of(commune.ledger.rows()) == 2);
    commune.holds({3, 4});
    CHECK(commune.state() == "balanced");
}

TEST_CASE("a device whose journal is gone has lost all that was stored") {
    Commune commune;
    commune.hears(4, 3, 0, 1, {4, 4});
    CHECK(commune.state() == "lost");
    CHECK(commune.row().difference == 3);
    CHECK(commune.row().first_missing == 1);
}

TEST_CASE("a number that waits below one that has come is a gap, until it comes") {
    Commune commune;
    commune.holds({1}, "2022-04-01").holds({3}, "2022-04-03").hears(3, 2, 0, 1, {2, 2});
    CHECK(commune.state() == "gap");
    CHECK(commune.row().first_gap == 2);
    CHECK(format_day(*commune.row().later_since) == "2022-04-03");
    commune.holds({2});
    CHECK(commune.state() == "balanced");
}

TEST_CASE("what has come and the device does not know of is left over") {
    Commune commune;
    commune.holds({1, 2, 3}).hears(3, 1, 1, 1, {3, 3});
    CHECK(commune.state() == "surplus");
    CHECK(commune.row().difference == -1);
}

TEST_CASE("a long list of waiting numbers that is cut short loses nothing") {
    Commune commune;
    commune.holds({1, 2}).hears(100, 2, 3, 95, {3, 10});
    CHECK(commune.state() == "balanced");
    CHECK(commune.row().waiting == 95);
}

TEST_CASE("a last will takes no figures away, and without figures nothing is known") {
    Commune commune;
    commune.holds({1});
    CHECK(commune.state() == "unknown");
    commune.hears(1, 1, 0, 0);
    v1::Status will;
    will.set_device("phone");
    commune.ledger.apply(will);
    CHECK(commune.state() == "balanced");
    CHECK_FALSE(commune.ledger.devices().at("phone").online);
}

TEST_CASE("what was stored is told day by day") {
    Commune commune;
    commune.holds({1, 2}, "2022-04-01").holds({3}, "2022-04-02").hears(3, 3, 0, 0);
    const std::map<Day, std::uint64_t> days{{*parse_day("2022-04-01"), 2}, {*parse_day("2022-04-02"), 1}};
    CHECK(commune.row().stored_on == days);
}

}  // namespace ledger_test
