// SPDX-License-Identifier: Apache-2.0
// What a device forgets of a household, because somebody asks for it or because its commune erased it.
#include "services/field/outbox.hpp"

#include "tests/support/events.hpp"
#include "tests/support/shared_outbox.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <variant>

namespace outbox_forget_test {

using namespace chieng;
using namespace chieng::testing;
using namespace chieng::testing::shared_outbox;

namespace {

const std::string household = "HO-giarai-4711";

// A phone on which supports of households were posted.
struct Phone {
    std::uint64_t post(const std::string& key = household) {
        auto event = a_household_supported(0);
        event.mutable_household_supported()->set_household_key(key);
        return std::get<std::uint64_t>(process.outbox.post(event, "household", &kbang(), "23656", *parse_day("2022-03-25"), 100));
    }
    void answer(std::uint64_t sequence, v1::Verdict verdict, ReasonCode why = ReasonCode::unknown_household) {
        auto receipt = answering("household", verdict, sequence, 1);
        if (verdict == v1::REFUSED) {
            check_own(process.outbox, receipt, "household", sequence, 1);
            *receipt.mutable_answers(0)->add_reasons() = reason(why, "household_supported", household);
        }
        CHECK(process.outbox.apply(std::span(&receipt, 1), 200) == 1);
    }
    [[nodiscard]] bool holds_it() const { return device.folder.holds(household); }
    [[nodiscard]] store::v1::OutboxItem item(std::size_t at) { return process.outbox.items("household")[at]; }

    Device device;
    Process process{device};
};

}  // namespace

TEST_CASE("a household that is forgotten is in no byte of the outbox, but in what must still be sent") {
    Phone phone;
    auto& outbox = phone.process.outbox;
    for (std::uint64_t n = 1; n <= 3; ++n) {
        CHECK(phone.post() == n);
    }
    CHECK(phone.post("other") == 4);
    phone.answer(1, v1::STORED);
    phone.answer(2, v1::REFUSED);
    phone.answer(4, v1::REFUSED);
    auto done = outbox.forget(household);
    CHECK(done.erased == 2);
    CHECK(done.waiting == 1);
    CHECK(phone.holds_it());
    phone.answer(3, v1::STORED);
    done = outbox.forget(household);
    CHECK(done.erased == 0);
    CHECK(done.waiting == 0);
    CHECK_FALSE(phone.holds_it());
    const auto ledger = outbox.ledger();
    CHECK(ledger.stored == 2);
    CHECK(ledger.refused == 2);
    CHECK_FALSE(phone.item(3).event().empty());  // of the other household, which nobody erased
    for (const auto& item : outbox.items("household")) {
        CHECK_FALSE(item.has_digest());  // a guess of the key could be tried out on it
    }
    CHECK(phone.item(1).answer().reasons(0).code() == "UNKNOWN_HOUSEHOLD");
}

TEST_CASE("a household that is forgotten is in no byte of a record that was set aside, which stays named") {
    Phone phone;
    auto& [device, process] = phone;
    for (std::uint64_t sequence = 1; sequence <= 2; ++sequence) {
        CHECK(phone.post() == sequence);
    }
    for (std::uint64_t sequence = 1; sequence <= 2; ++sequence) {
        const auto key = record_key(sequence, "e", "household");
        process.store.put(key, *process.store.get(key) + "\xFF");
        process.store.commit();
        CHECK(process.outbox.frozen("household", sequence).empty());
    }
    CHECK(process.outbox.forget(household).erased == 2);
    CHECK(process.store.get(record_key(1, "d", "household")) == "");
    process.store.put(record_key(2, "d", "household"), household);
    process.store.commit();
    Intervals numbers;
    numbers.insert(2);
    CHECK(process.outbox.forget("household", numbers).erased == 1);
    CHECK(process.store.get(record_key(2, "d", "household")) == "");
    CHECK(Process(device).outbox.ledger() == Outbox::Ledger{2, 0, 0, 2, 2});
}

TEST_CASE("a device forgets the events whose numbers it is told, and what waits after its answer") {
    Phone phone;
    auto& outbox = phone.process.outbox;
    for (std::uint64_t n = 1; n <= 3; ++n) {
        CHECK(phone.post() == n);
    }
    phone.answer(1, v1::STORED);
    phone.answer(2, v1::REFUSED, ReasonCode::already_completed);
    Intervals numbers;
    numbers.insert(1, 900);  // more than were ever posted
    auto done = outbox.forget("household", numbers);
    CHECK(done.erased == 2);
    CHECK(done.waiting == 1);
    CHECK(phone.holds_it());
    CHECK(phone.item(1).event().empty());
    CHECK_FALSE(phone.item(1).has_digest());
    CHECK(phone.item(1).answer().reasons(0).code() == "ALREADY_COMPLETED");
    CHECK_FALSE(phone.item(1).answer().reasons(0).vi().empty());

    Process other(phone.device);  // as after a restart
    CHECK(other.outbox.forget("household", numbers).erased == 0);
    phone.answer(3, v1::STORED);
    done = outbox.forget("household", numbers);
    CHECK(done.erased == 1);
    CHECK(done.waiting == 0);
    CHECK_FALSE(phone.holds_it());
    CHECK(outbox.forget("household", numbers).erased == 0);
    CHECK(outbox.forget("session", numbers).erased == 0);
    CHECK(outbox.ledger().stored == 2);
    CHECK(outbox.ledger().refused == 1);
}

}  // namespace outbox_forget_test
