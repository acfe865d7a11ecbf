// SPDX-License-Identifier: Apache-2.0
// What a device says about itself, and when.
#include "services/field/status.hpp"

#include "chieng/v1/status.pb.h"
#include "services/runtime/core/bytes.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/shared_outbox.hpp"

#include <catch2/catch.hpp>

namespace status_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;

namespace {

const Day today = *parse_day("2022-03-25");

class Phone {
public:
    void post(int count) {
        for (int i = 0; i < count; ++i) {
            REQUIRE(outbox.post(a_session_held(0), "session", &kbang(), "23656", today, 100).index() == 0);
        }
    }
    void answer(std::uint64_t sequence, v1::Verdict verdict) {
        v1::Receipt receipt;
        receipt.set_service("session");
        auto& one = *receipt.add_answers();
        one.set_verdict(verdict);
        one.add_sequences(sequence);
        shared_outbox::check_own(outbox, receipt, "session", sequence, 1);
        outbox.apply({&receipt, 1}, 200);
    }
    Actions give(const Input& input) { return report.handle({&input, 1}, now()); }
    Actions wait(std::chrono::milliseconds time) {
        steady += time;
        return give(Tick{});
    }
    [[nodiscard]] Instant now() const { return {Seconds{today}, steady}; }

    MemoryStore store;
    Outbox outbox{store};
    StatusReport report{"phone-1", "23656", outbox};
    std::chrono::milliseconds steady{1'000};
};

v1::Status said(const Actions& actions) {
    REQUIRE(actions.size() == 1);
    const auto& message = std::get<Publish>(actions[0]).message;
    CHECK(message.topic == "chieng/1/23656/status/phone-1");
    CHECK(message.retained);
    v1::Status status;
    REQUIRE(status.ParseFromString(message.payload));
    CHECK(status.device() == "phone-1");
    CHECK(status.commune() == "23656");
    return status;
}

}  // namespace

TEST_CASE("a device says that it is there when the link comes up, and what became of what it posted", "[status]") {
    Phone phone;
    phone.post(6);
    phone.answer(2, v1::STORED);
    phone.answer(3, v1::REFUSED);
    CHECK(phone.wait(10s).empty());
    const auto status = said(phone.give(LinkUp{}));
    CHECK(status.online());
    CHECK(status.recorded_at() == static_cast<std::uint64_t>(Seconds{today}.time_since_epoch().count()));
    REQUIRE(status.services_size() == 1);
    const auto& session = status.services(0);
    CHECK(session.service() == "session");
    CHECK(session.posted() == 6);
    CHECK(session.stored() == 1);
    CHECK(session.refused() == 1);
    CHECK(session.waiting() == 4);
    const auto& runs = session.waiting_runs();
    CHECK(std::vector<std::uint64_t>(runs.begin(), runs.end()) == std::vector<std::uint64_t>{1, 1, 4, 6});
}

TEST_CASE("what is damaged waits in the status, so that the commune misses it when it has not come", "[status]") {
    Phone phone;
    phone.post(4);
    phone.store.put("e/session/" + big_endian(2), "");
    CHECK(phone.outbox.frozen("session", 2).empty());
    phone.answer(1, v1::STORED);
    phone.answer(3, v1::STORED);
    const auto status = said(phone.give(LinkUp{}));
    const auto& session = status.services(0);
    CHECK(session.posted() == session.stored() + session.refused() + session.waiting());
    CHECK(session.waiting() == 2);
    const auto& runs = session.waiting_runs();
    CHECK(std::vector<std::uint64_t>(runs.begin(), runs.end()) == std::vector<std::uint64_t>{2, 2, 4, 4});
}

TEST_CASE("a status is said again when it changed, and at most every few seconds", "[status]") {
    Phone phone;
    said(phone.give(LinkUp{}));
    CHECK(phone.wait(60s).empty());
    phone.post(1);
    CHECK(said(phone.wait(0s)).services(0).posted() == 1);
    phone.post(1);
    CHECK(phone.wait(StatusReport::pause - 1ms).empty());
    CHECK(said(phone.wait(1ms)).services(0).posted() == 2);
    phone.give(LinkDown{});
    phone.post(1);
    CHECK(phone.wait(60s).empty());
    CHECK(said(phone.give(LinkUp{})).services(0).posted() == 3);
    phone.give(LinkDown{});
    CHECK(said(phone.give(LinkUp{})).online());  // the will has said otherwise meanwhile
}

TEST_CASE("a device says goodbye with its numbers, and its last will without them", "[status]") {
    Phone phone;
    phone.post(2);
    const auto farewell = said(phone.report.farewell(phone.now()));
    CHECK_FALSE(farewell.online());
    CHECK(farewell.services(0).waiting() == 2);
    const auto will = said({Publish{StatusReport::last_will("phone-1", "23656")}});
    CHECK_FALSE(will.online());
    CHECK(will.services_size() == 0);
}

TEST_CASE("many gaps are cut to the lowest 32", "[status]") {
    Phone phone;
    phone.post(100);
    for (std::uint64_t sequence = 1; sequence <= 100; sequence += 2) {
        phone.answer(sequence, v1::STORED);
    }
    const auto status = said(phone.give(LinkUp{}));
    CHECK(status.services(0).waiting() == 50);
    CHECK(status.services(0).waiting_runs_size() == 64);
}

}  // namespace status_test
