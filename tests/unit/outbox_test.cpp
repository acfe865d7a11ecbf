// SPDX-License-Identifier: Apache-2.0
// An outbox that several processes share: an app that posts, a program that sends; what it keeps and for how long.
#include "services/field/outbox.hpp"

#include "services/runtime/core/bytes.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/shared_outbox.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <set>
#include <thread>

namespace outbox_test {

using namespace chieng;
using namespace chieng::testing;
using namespace chieng::testing::shared_outbox;

namespace {

std::uint64_t post(Outbox& outbox, std::uint64_t at = 100) {
    return std::get<std::uint64_t>(outbox.post(a_session_held(0), "session", &kbang(), "23656", *parse_day("2022-03-25"), at));
}

std::uint64_t answer(Outbox& outbox, v1::Verdict verdict, std::uint64_t first, std::uint64_t count, std::uint64_t now = 200) {
    auto receipt = answering("session", verdict, first, count);
    if (verdict == v1::REFUSED) {
        check_own(outbox, receipt, "session", first, count);
    }
    return outbox.apply({&receipt, 1}, now);
}

// As a service answers about these bytes.
std::uint64_t answer_about(Outbox& outbox, v1::Verdict verdict, std::uint64_t first, const std::vector<std::string>& events) {
    auto receipt = answering("session", verdict, first, events.size());
    std::uint32_t check = 0;
    for (const auto& bytes : events) {
        check += check_of(bytes);
    }
    receipt.mutable_answers(0)->set_check(check);
    return outbox.apply({&receipt, 1}, 200);
}

using Ledger = Outbox::Ledger;

// What may become of the bytes of a record.
std::vector<std::string> damages_of(const std::string& record, const std::string& another) {
    store::v1::OutboxItem item;
    REQUIRE(item.ParseFromString(record));
    auto lost = item;
    lost.clear_event();
    item.mutable_event()->back() = static_cast<char>(item.event().back() ^ 1);
    return {"", "\xFF\xFF", record.substr(0, record.size() / 2), another, lost.SerializeAsString(), item.SerializeAsString()};
}

std::vector<std::uint64_t> waiting(const Outbox& outbox) {
    std::vector<std::uint64_t> numbers;
    for (const auto& [sequence, pending] : outbox.waiting("session")) {
        numbers.push_back(sequence);
    }
    return numbers;
}

const std::set<Outbox::Name> the_second{{"session", 2}};

}  // namespace

TEST_CASE("what one process posts the other sends, and what is answered there is known here", "[outbox]") {
    const Device device;
    Process app(device);
    Process sender(device);
    CHECK(post(app.outbox) == 1);
    CHECK(post(sender.outbox) == 2);
    CHECK(post(app.outbox) == 3);
    sender.outbox.refresh();
    CHECK(sender.outbox.ledger() == Ledger{3, 0, 0, 3});
    CHECK(!sender.outbox.frozen("session", 3).empty());
    CHECK(answer(sender.outbox, v1::STORED, 1, 2) == 2);
    app.outbox.refresh();
    CHECK(app.outbox.ledger() == Ledger{3, 2, 0, 1});
    CHECK(post(app.outbox) == 4);
    CHECK(answer(sender.outbox, v1::REFUSED, 4, 1) == 1);  // hears of 4 when its receipt comes
    CHECK(sender.outbox.ledger() == Ledger{4, 2, 1, 1});
}

TEST_CASE("processes that post at the same instant draw different numbers", "[outbox]") {
    const Device device;
    Process sender(device);
    constexpr int each = 60;
    std::vector<std::set<std::uint64_t>> drawn(3);
    std::vector<std::thread> apps;
    for (auto& mine : drawn) {
        apps.emplace_back([&device, &mine] {
            Process app(device);
            for (int i = 0; i < each; ++i) {
                mine.insert(post(app.outbox));
            }
        });
    }
    std::uint64_t answered = 0;
    while (answered < 50) {  // meanwhile the sender takes receipts
        sender.outbox.refresh();
        const auto& waiting = sender.outbox.waiting("session");
        answered += waiting.empty() ? 0 : answer(sender.outbox, v1::STORED, waiting.begin()->first, 1);
    }
    for (auto& app : apps) {
        app.join();
    }
    std::set<std::uint64_t> all;
    for (auto& mine : drawn) {
        CHECK(mine.size() == each);
        all.merge(mine);
        CHECK(mine.empty());  // what is left over was drawn twice
    }
    CHECK(*all.rbegin() == 3 * each);
    sender.outbox.refresh();
    CHECK(sender.outbox.ledger() == Ledger{3 * each, answered, 0, 3 * each - answered});
}

TEST_CASE("an answer about another client's event of the same number is passed over, and ours waits for its own") {
    MemoryStore store;
    Outbox outbox(store);
    for (int i = 0; i < 3; ++i) {
        post(outbox);
    }
    const auto one = outbox.frozen("session", 1);
    const auto two = outbox.frozen("session", 2);
    const auto three = outbox.frozen("session", 3);
    CHECK(answer_about(outbox, v1::STORED, 1, {"theirs"}) == 0);
    CHECK(answer_about(outbox, v1::DUPLICATE, 1, {"theirs"}) == 0);
    CHECK(answer_about(outbox, v1::REFUSED, 1, {"theirs"}) == 0);
    CHECK(answer_about(outbox, v1::STORED, 1, {"theirs", two}) == 0);    // one unit of the service took both
    CHECK(answer_about(outbox, v1::STORED, 3, {three, "theirs"}) == 0);  // we never posted a fourth
    CHECK(outbox.ledger() == Ledger{3, 0, 0, 3});
    CHECK(answer_about(outbox, v1::STORED, 1, {one}) == 1);
    CHECK(Outbox(store).items().at(0).event().empty());
    CHECK(answer_about(outbox, v1::STORED, 1, {one, two}) == 1);  // told once more of 1, whose bytes are gone
    CHECK(Outbox(store).ledger() == Ledger{3, 2, 0, 1});
    CHECK_FALSE(Outbox(store).items().at(0).answer().has_check());
    outbox.prune(1000);
    CHECK(answer_about(outbox, v1::STORED, 1, {one, two, three}) == 0);  // what 1 was is not known any more
    CHECK(answer_about(outbox, v1::STORED, 3, {three}) == 1);
}

TEST_CASE("events that an earlier version kept without a digest are known by their bytes") {
    MemoryStore store;
    std::string bytes;
    {
        Outbox outbox(store);
        post(outbox);
        bytes = outbox.frozen("session", 1);
    }
    store.scan("e/", [&](std::string_view key, std::string_view value) {
        store::v1::OutboxItem item;
        REQUIRE(item.ParseFromArray(value.data(), static_cast<int>(value.size())));
        item.clear_digest();
        store.put(key, item.SerializeAsString());
        return false;
    });
    store.commit();
    Outbox outbox(store);
    CHECK(answer_about(outbox, v1::STORED, 1, {"theirs"}) == 0);
    CHECK(answer_about(outbox, v1::STORED, 1, {bytes}) == 1);
    CHECK(outbox.items().at(0).has_digest());
}

TEST_CASE("attempts go down with the next commit, or when they are kept", "[outbox]") {
    MemoryStore store;
    Outbox outbox(store);
    for (int i = 0; i < 3; ++i) {
        post(outbox);
    }
    outbox.sent("session", 1, 300);
    outbox.sent("session", 2, 300);
    outbox.sent("session", 2, 310);
    store.crash();
    CHECK(Outbox(store).items().at(1).attempts() == 0);
    answer(outbox, v1::STORED, 1, 1, 320);
    store.crash();
    CHECK(Outbox(store).items().at(0).attempts() == 1);
    CHECK(Outbox(store).items().at(0).last_sent_at() == 300);
    CHECK(Outbox(store).items().at(0).answered_at() == 320);
    CHECK(Outbox(store).items().at(1).attempts() == 2);
    CHECK(Outbox(store).items().at(1).last_sent_at() == 310);
    CHECK(Outbox(store).items().at(2).attempts() == 0);
    outbox.sent("session", 3, 330);
    outbox.keep_attempts();
    store.crash();
    CHECK(Outbox(store).items().at(2).last_sent_at() == 330);
}

TEST_CASE("events that were stored long ago leave the list and stay in the ledger", "[outbox]") {
    MemoryStore store;
    auto outbox = std::make_unique<Outbox>(store);
    for (int i = 0; i < 5; ++i) {
        post(*outbox, 100);
    }
    answer(*outbox, v1::STORED, 1, 2, 200);
    answer(*outbox, v1::REFUSED, 3, 1, 200);
    answer(*outbox, v1::STORED, 4, 1, 900);
    CHECK(outbox->prune(200) == 0);
    CHECK(outbox->prune(500) == 2);  // not the refusal, which somebody may still have to read
    CHECK(outbox->prune(500) == 0);
    for (int round = 0; round < 2; ++round) {
        CHECK(outbox->items().size() == 3);
        CHECK(outbox->ledger() == Ledger{5, 3, 1, 1});
        store.crash();
        outbox = std::make_unique<Outbox>(store);
    }
    CHECK(outbox->prune(1000) == 1);
    CHECK(answer(*outbox, v1::STORED, 5, 1, 1000) == 1);
    CHECK(outbox->prune(2000) == 1);
    outbox = std::make_unique<Outbox>(store);
    CHECK(outbox->ledger() == Ledger{5, 4, 1, 0});
    CHECK(post(*outbox) == 6);
}

TEST_CASE("whoever shares the outbox learns that records were dropped", "[outbox]") {
    const Device device;
    Process app(device);
    Process sender(device);
    post(app.outbox);
    answer(sender.outbox, v1::STORED, 1, 1);
    app.outbox.refresh();
    CHECK(sender.outbox.prune(1000) == 1);
    CHECK(post(app.outbox) == 2);
    CHECK(app.outbox.ledger() == Ledger{2, 1, 0, 1});
    CHECK(app.outbox.items().size() == 1);
}

TEST_CASE("a record that cannot be read is set aside for good, and stops nothing else", "[outbox]") {
    MemoryStore good;
    {
        Outbox outbox(good);
        for (int i = 0; i < 3; ++i) {
            post(outbox);
        }
    }
    for (const auto& damage : damages_of(*good.get(record_key(2)), *good.get(record_key(1)))) {
        MemoryStore store;
        good.scan("", [&](std::string_view key, std::string_view value) {
            store.put(key, value);
            return true;
        });
        store.put(record_key(2), damage);
        store.commit();
        for (int round = 0; round < 2; ++round) {
            Outbox outbox(store);
            store.crash();
            CHECK(outbox.ledger() == Ledger{3, 0, 0, 3, 1});
            CHECK(outbox.damaged() == the_second);
            CHECK(waiting(outbox) == std::vector<std::uint64_t>{1, 3});
            CHECK(outbox.items().size() == 2);
            CHECK(store.get(record_key(2, "d")) == damage);
            CHECK_FALSE(store.get(record_key(2)));
        }
        Outbox outbox(store);
        CHECK(answer(outbox, v1::STORED, 1, 3) == 2);  // 2 stays what it is: whoever posted it was told to post it anew
        CHECK(outbox.ledger() == Ledger{3, 2, 0, 1, 1});
        CHECK(outbox.waiting_count() == 0);
        CHECK(outbox.prune(1000) == 2);
        CHECK(post(outbox) == 4);
    }
}

TEST_CASE("the last record that was posted is damaged, and its number is not drawn again", "[outbox]") {
    MemoryStore store;
    {
        Outbox outbox(store);
        post(outbox);
        post(outbox);
    }
    store.put(record_key(2), "");
    store.erase("n/session");
    store.commit();
    Outbox outbox(store);
    CHECK(post(outbox) == 3);
}

TEST_CASE("a record that is damaged while it waits is set aside when it is to be sent, and others learn of it", "[outbox]") {
    const Device device;
    Process app(device);
    Process sender(device);
    for (int i = 0; i < 3; ++i) {
        post(sender.outbox);
    }
    app.outbox.refresh();
    SqliteStore fault(device.file(), nullptr, Sharing::shared);
    fault.put(record_key(2), "\xFF");
    fault.commit();
    CHECK_FALSE(sender.outbox.frozen("session", 1).empty());
    CHECK(sender.outbox.damaged().empty());
    CHECK(sender.outbox.frozen("session", 2).empty());
    app.outbox.refresh();
    for (auto* outbox : {&sender.outbox, &app.outbox}) {
        CHECK(outbox->damaged() == the_second);
        CHECK(waiting(*outbox) == std::vector<std::uint64_t>{1, 3});
    }
    fault.put(record_key(4), "\xFF");  // as another process posts it
    fault.put("n/session", "5");
    fault.commit();
    app.outbox.refresh();
    CHECK(app.outbox.ledger() == Ledger{4, 0, 0, 4, 2});
}

TEST_CASE("a refusal of what another client said under this name, and could not be read, is not believed", "[outbox]") {
    MemoryStore store;
    Outbox outbox(store);
    post(outbox);
    const auto theirs = answering("session", v1::REFUSED, 1, 1);  // no check: there was nothing to check
    CHECK(outbox.apply({&theirs, 1}, 200) == 0);
    CHECK(outbox.ledger() == Ledger{1, 0, 0, 1, 0});
    CHECK(answer(outbox, v1::REFUSED, 1, 1) == 1);
}

TEST_CASE("an answer stands also when the record was damaged meanwhile", "[outbox]") {
    MemoryStore store;
    Outbox outbox(store);
    post(outbox);
    post(outbox);
    const auto refused = outbox.items().at(1).event();
    for (std::uint64_t sequence = 1; sequence <= 2; ++sequence) {
        store.put(record_key(sequence), "\xFF");
    }
    answer(outbox, v1::STORED, 1, 1);
    CHECK(answer_about(outbox, v1::REFUSED, 2, {refused}) == 1);
    for (const auto& ledger : {outbox.ledger(), Outbox(store).ledger()}) {
        CHECK(ledger == Ledger{2, 1, 1, 0, 0});
    }
}

}  // namespace outbox_test
