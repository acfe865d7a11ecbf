// SPDX-License-Identifier: Apache-2.0
// What a commune's gateway keeps of its journals for who asks.
#include "tests/support/journals.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace commune_book_test {

using namespace chieng;
using namespace chieng::testing;

TEST_CASE("journals are read when somebody asks for the first time, and followed from then on", "[book]") {
    JournalsOf town("23656");
    CHECK(town.give(LinkUp{}).empty());
    CHECK(town.give(Tick{}).empty());
    town.book.want();
    const auto actions = town.give(Tick{});
    CHECK(std::count_if(actions.begin(), actions.end(), [](const Action& action) { return std::holds_alternative<Subscribe>(action); }) ==
          7);
    CHECK(town.give(Tick{}).empty());
    CHECK_FALSE(town.book.ready());
    town.read();
    CHECK(town.book.ready());
    const auto before = town.book.version();
    town.stores(entry_of("phone", a_session_held(1)));
    CHECK(town.book.version() > before);
    CHECK(town.book.ledger().held("phone", "session") == 1);
    CHECK(town.book.ready());
}

TEST_CASE("statuses that never cease do not keep who asks waiting", "[book]") {
    JournalsOf busy("23656");
    for (int i = 0; i < 20; ++i) {
        busy.hears(a_status("phone", 0, 0));
    }
    busy.read();
    busy.settle();
    CHECK(busy.book.ready());
    for (int i = 0; i < 20; ++i) {
        busy.hears(a_status("phone", 0, 0));
        CHECK(busy.book.ready());
    }
    CHECK(busy.book.ledger().devices().size() == 1);
}

TEST_CASE("a journal that begins again empties what was kept of all of them", "[book]") {
    JournalsOf town("23656");
    town.read();
    town.stores({entry_of("head", a_session_held(1)), entry_of("women", a_session_held(1))});
    town.says(a_status("head", 1, 1));
    REQUIRE(town.book.duplicates().undecided().size() == 1);
    town.begins_again("household");
    CHECK_FALSE(town.book.ready());
    CHECK(town.book.ledger().held("head", "session") == 0);
    CHECK(town.book.duplicates().undecided().empty());
    CHECK(town.book.ledger().devices().size() == 1);  // what devices say of themselves stands
    town.settle();
    CHECK(town.book.ready());
}

TEST_CASE("of more events than fit only the ledger is kept", "[book]") {
    JournalsOf town("23656", 2);
    town.read();
    town.stores({entry_of("head", a_session_held(1)), entry_of("women", a_session_held(1))});
    CHECK_FALSE(town.book.overfull());
    CHECK(town.book.duplicates().undecided().size() == 1);
    town.stores(entry_of("women", a_session_held(2)));
    CHECK(town.book.overfull());
    CHECK(town.book.duplicates().undecided().empty());
    CHECK(town.book.ledger().held("women", "session") == 2);
}

TEST_CASE("answers to another reader of the same process are not taken", "[book]") {
    JournalsOf town("23656");
    town.read();
    v1::Block block;
    block.set_epoch(99);
    block.set_first(1);
    block.set_last(1);
    *block.add_entries() = entry_of("head", a_session_held(1));
    town.give(Arrived{{topics::feed("23656", "session") + "/replies/gateway-23656", block.SerializeAsString(), false}});
    CHECK(town.book.ready());
    CHECK(town.book.ledger().held("head", "session") == 0);
}

}  // namespace commune_book_test
