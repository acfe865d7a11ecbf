// SPDX-License-Identifier: Apache-2.0
// A household is erased: what is left of it in what the service keeps and says, and what a phone that comes back is told.
#include "tests/support/erasure.hpp"
#include "services/runtime/core/retention.hpp"

#include <set>

namespace erasure_test {

using namespace chieng;
using namespace chieng::testing;
using namespace chieng::testing::erasure;

namespace {

// The households that the journal names.
std::set<std::string> households(Store& store) {
    std::set<std::string> named;
    for (const auto& block : blocks(store)) {
        store::v1::Entries entries;
        REQUIRE(entries.ParseFromString(block.bytes));
        for (const auto& entry : entries.entries()) {
            v1::Event event;
            REQUIRE(event.ParseFromString(entry.event()));
            if (event.has_household_supported()) {
                named.insert(event.household_supported().household_key());
            }
        }
    }
    return named;
}

}  // namespace

TEST_CASE("an erased household is in nothing that is kept, and its counts stay", "[erasure]") {
    Village village;
    CHECK(village.send("p1", {a_support(1), a_support(2, "other", "HT-2")}) == "1,2,STORED 202204;");
    auto correction = correcting(a_support(3), v1::Correction::REPLACE, 1);
    CHECK(village.send("p1", {correction}) == "3,STORED 202204;");
    CHECK(village.send("p2", {a_support(1)}) == "1,REFUSED ALREADY_COMPLETED;");
    static_cast<void>(village.deliver("p3", "{ not json, about " + key));
    auto other = a_support(4, "other", "HT-4");
    other.set_note("cùng nhà với " + key);
    other.set_basis_ref(key);
    CHECK(village.send("p1", {other}) == "4,STORED 202204;");
    const auto before = village.head().epoch();
    REQUIRE(holds(dump(village.store), key));

    CHECK(village.send("office", {an_erasure(1)}) == "1,STORED 202204;");
    const auto left = dump(village.store);
    CHECK_FALSE(holds(left, key));
    CHECK_FALSE(holds(left, support_id));
    CHECK(holds(left, said));  // of the other household, which nobody erased
    CHECK(households(village.store).size() == 2);
    CHECK(households(village.store).contains("other"));
    CHECK(village.head().epoch() != before);
    CHECK(village.head().last() == 5);
    CHECK(village.engine->last_offset() == 5);

    for (int i = 0; i < 2; ++i) {  // now, and folded again
        CHECK(village.send("p1", {a_support(1), correction, other}) == "1,3,4,DUPLICATE(STORED) 202204;");
        CHECK(village.send("p2", {a_support(1)}) == "1,DUPLICATE(REFUSED) ALREADY_COMPLETED;");
        CHECK(village.send("office", {an_erasure(1)}) == "1,DUPLICATE(STORED) 202204;");
        auto changed = a_support(1);
        changed.mutable_household_supported()->set_value_vnd(1);
        CHECK(village.send("p1", {changed}) == "1,REFUSED CONFLICT;");
        village.restart();
    }
    CHECK_FALSE(holds(dump(village.store), key));
}

TEST_CASE("an event of an erased household that comes six weeks later is taken under the same token", "[erasure]") {
    Village village;
    static_cast<void>(village.send("p1", {a_support(1)}));
    static_cast<void>(village.send("office", {an_erasure(1)}));
    village.restart();
    CHECK(village.send("p2", {a_support(1, key, "HT-9")}) == "1,STORED 202204;");
    CHECK(village.send("p2", {a_support(2)}) == "2,REFUSED ALREADY_COMPLETED;");  // the support is still the same one
    CHECK(village.send("p1", {[] {
                           auto taken_back = correcting(an_event(2), v1::Correction::VOID, 1);
                           taken_back.set_note(said);
                           taken_back.set_basis_ref("DY-dinh-van");
                           return taken_back;
                       }()}) == "2,STORED;");
    CHECK(households(village.store).size() == 1);
    const auto left = dump(village.store);
    CHECK_FALSE(holds(left, key));
    CHECK_FALSE(holds(left, support_id));
    CHECK_FALSE(holds(left, "HT-9"));
    CHECK_FALSE(holds(left, said));
    CHECK_FALSE(holds(left, "DY-dinh-van"));
    village.restart();
    CHECK(village.send("p2", {a_support(1, key, "HT-9"), a_support(2)}) ==
          "1,DUPLICATE(STORED) 202204;2,DUPLICATE(REFUSED) ALREADY_COMPLETED;");
}

TEST_CASE("an erasure of somebody unknown, by somebody who may not, or taken back, is refused with the reason", "[erasure]") {
    Village village;
    static_cast<void>(village.send("p1", {a_support(1)}));
    CHECK(village.refusal("office", an_erasure(1, "HO-nobody")) == "household_erased.household_key:UNKNOWN_HOUSEHOLD");
    CHECK(village.refusal("office", an_erasure(2, "HO-nobody")) == "household_erased.household_key:UNKNOWN_HOUSEHOLD");
    CHECK(village.refusal("office", an_erasure(3, key.substr(0, 5))) == "household_erased.household_key:UNKNOWN_HOUSEHOLD");
    CHECK(village.refusal("p1", an_erasure(2, key, v1::VILLAGE_HEAD)) == "role:NOT_YOURS_TO_ERASE");
    CHECK(holds(dump(village.store), key));
    CHECK(village.refusal("office", an_erasure(4)).empty());
    CHECK(village.refusal("office", an_erasure(5)).empty());  // said again: nothing is left to do
    auto taken_back = correcting(an_event(6), v1::Correction::VOID, 4);
    CHECK(village.refusal("office", taken_back) == "correction.sequence:ERASED_FOR_GOOD");
    CHECK_FALSE(holds(dump(village.store), key));
}

TEST_CASE("an erasure does not come as a correction of something else, whose role nobody would ask", "[erasure]") {
    Village village;
    static_cast<void>(village.send("p1", {a_support(1)}));
    CHECK(village.refusal("p1", correcting(an_erasure(2, key, v1::VILLAGE_HEAD), v1::Correction::VOID, 1)) == "body:OTHER_TYPE");
    CHECK(village.refusal("p2", correcting(an_erasure(2, key, v1::VILLAGE_HEAD), v1::Correction::VOID, 1)) == "body:OTHER_TYPE");
    CHECK(village.refusal("p1", correcting(an_erasure(3, key, v1::LABOUR_OFFICIAL), v1::Correction::REPLACE, 1)) == "body:OTHER_TYPE");
    CHECK(holds(dump(village.store), key));
    CHECK(village.refusal("office", an_erasure(1)).empty());
    CHECK(village.refusal("office", correcting(an_erasure(2), v1::Correction::VOID, 1)) == "correction.sequence:ERASED_FOR_GOOD");
}

TEST_CASE("a correction that was corrected before it came erases nothing that nobody was asked about", "[erasure]") {
    Village village;
    static_cast<void>(village.send("p1", {a_support(1), a_support(2, "other", "HT-2")}));
    static_cast<void>(village.send("office", {correcting(an_event(5), v1::Correction::VOID, 1)}));
    static_cast<void>(village.send("office", {an_erasure(1)}));
    static_cast<void>(village.send("office", {correcting(an_event(3), v1::Correction::VOID, 2)}));
    for (const auto role : {v1::LABOUR_OFFICIAL, v1::VILLAGE_HEAD}) {
        const auto wrong = correcting(an_erasure(2, role == v1::VILLAGE_HEAD ? "other" : "", role), v1::Correction::REPLACE, 1);
        CHECK(village.send("office", {wrong}).starts_with("2,REFUSED"));
    }
    CHECK(holds(dump(village.store), "other"));
}

TEST_CASE("an erasure whose unit is lost has erased nothing, and is done when it is sent again", "[erasure]") {
    Village village;
    static_cast<void>(village.send("p1", {a_support(1)}));
    village.store.fail_commits = 1;
    CHECK_THROWS_AS(village.send("office", {an_erasure(1)}), Broken);
    village.restart();
    CHECK(village.send("p1", {a_support(1)}) == "1,DUPLICATE(STORED) 202204;");
    CHECK(village.send("office", {an_erasure(1)}) == "1,STORED 202204;");
    CHECK_FALSE(holds(dump(village.store), key));
}

TEST_CASE("in a batch the erased household's events before and after the erasure are erased alike", "[erasure]") {
    Village village;
    static_cast<void>(village.send("office", {a_support(1), an_erasure(2), a_support(3, key, "HT-3"), a_support(4, "other", "HT-4")}));
    CHECK(households(village.store).size() == 2);
    CHECK_FALSE(holds(dump(village.store), key));
    for (const auto& block : village.feed) {
        CHECK_FALSE(holds(block.SerializeAsString(), key));
    }
}

TEST_CASE("many entries are folded again in parts", "[erasure]") {
    MemoryStore store;
    Engine engine(make_service<Household>(), "23656", kbang(), store, 7, {.snapshot_entries = 10, .block_bytes = 200});
    const Instant now{Seconds(*parse_day("2022-04-10")), {}};
    const auto take = [&](const v1::Event& event) {
        const Input input = Arrived{{topics::events("23656", "household", "p1"), payload("p1", {event}), false}};
        static_cast<void>(engine.handle({&input, 1}, now));
    };
    for (std::uint64_t n = 1; n <= 200; ++n) {
        take(a_support(n, n % 10 == 0 ? key : "h" + std::to_string(n), "HT-" + std::to_string(n)));
    }
    take(an_erasure(201));
    CHECK(engine.counters().stored == 201);
    CHECK_FALSE(holds(dump(store), key));
    for (std::uint64_t n = 1; n <= 200; ++n) {
        take(a_support(n, n % 10 == 0 ? key : "h" + std::to_string(n), "HT-" + std::to_string(n)));
    }
    CHECK(engine.counters().duplicates == 200);
    std::uint64_t chain = 0;
    for (const auto& block : blocks(store)) {
        CHECK(block.before == chain);
        chain = block.after;
    }
    CHECK(store.last_block()->last == 201);
}

TEST_CASE("households whose retention may have ended are listed, erased ones are not", "[erasure]") {
    Village village;
    auto early = a_support(1, "early", "HT-1");
    early.set_occurred_on("2021-05-01");
    auto also_later = a_support(2, "later", "HT-2");
    also_later.set_occurred_on("2021-05-01");
    static_cast<void>(village.send("p1", {early, also_later, a_support(3, "later", "HT-3"), a_support(4)}));
    const auto listed = [&](std::string_view day) {
        std::string text;
        for (const auto& each : resting_since(village.store, day)) {
            text += each.household + " " + each.last + " " + std::to_string(each.events) + ", ";
        }
        return text;
    };
    CHECK(listed("2022-03-20") == "early 2021-05-01 1, ");
    CHECK(listed("2022-03-21") == key + " 2022-03-20 1, early 2021-05-01 1, later 2022-03-20 2, ");
    static_cast<void>(village.send("office", {an_erasure(1, "early")}));
    CHECK(listed("2022-03-21") == key + " 2022-03-20 1, later 2022-03-20 2, ");
}

}  // namespace erasure_test
