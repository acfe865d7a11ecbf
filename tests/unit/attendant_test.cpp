// SPDX-License-Identifier: Apache-2.0
// What the attendant posts and tells: each finding once, and its end once, across restarts.
#include "gateway/watch/attendant.hpp"

#include "data/attention_rules.hpp"
#include "data/indicators.hpp"
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/entries.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <memory>

namespace attendant_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

// A monitoring service that takes whatever is posted, and an attendant beside it.
class Office {
public:
    Office() { restart(); }

    void restart() {
        static const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
        outbox = std::make_unique<Outbox>(store);
        attendant = std::make_unique<Attendant>(definitions, kbang(), "23656", load_rules(data::attention_rules, "rules.txtpb"),
                                                std::vector<std::string>{"monitoring"}, "attention-1", *outbox, kept);
        give(LinkUp{});
        for (const auto& block : blocks) {
            arrive(topics::feed("23656", "monitoring"), block.SerializeAsString());
        }
        v1::Head head;
        head.set_epoch(7);
        head.set_last(blocks.size());
        arrive(topics::feed("23656", "monitoring") + "/head", head.SerializeAsString());
    }

    void give(const Input& input) {
        for (const auto& action : attendant->handle({&input, 1}, now())) {
            if (const auto* publish = std::get_if<Publish>(&action); publish != nullptr && publish->message.retained) {
                notices[publish->message.topic] = publish->message.payload;
            }
        }
    }
    void arrive(const std::string& topic, const std::string& payload) { give(Arrived{{topic, payload, false}}); }
    void wait(std::chrono::milliseconds time = std::chrono::milliseconds(3'000)) {
        steady += time;
        give(Tick{});
    }

    void take(const std::string& device, const v1::Event& event) {
        v1::Block block;
        block.set_epoch(7);
        block.set_first(blocks.size() + 1);
        block.set_last(blocks.size() + 1);
        block.set_before(blocks.size());
        block.set_after(blocks.size() + 1);
        *block.add_entries() = entry_of(device, event, event.occurred_on());
        blocks.push_back(block);
        arrive(topics::feed("23656", "monitoring"), block.SerializeAsString());
    }

    // Journals and answers what waits; tells it.
    std::string deliver() {
        std::string text;
        v1::Receipt receipt;
        receipt.set_service("monitoring");
        std::vector<std::uint64_t> numbers;
        for (const auto& [number, attempts] : outbox->waiting("monitoring")) {
            numbers.push_back(number);
        }
        for (const auto number : numbers) {
            v1::Event event;
            REQUIRE(event.ParseFromString(outbox->frozen("monitoring", number)));
            const auto& attention = event.attention_needed();
            text += event.village() + " " + attention.subject() + (attention.over() ? " over; " : "; ");
            auto& answer = *receipt.add_answers();
            answer.set_verdict(v1::STORED);
            answer.add_sequences(number);
            take("attention-1", event);
        }
        outbox->apply({&receipt, 1}, 1);
        return text;
    }

    [[nodiscard]] Instant now() const { return {Seconds(day), steady}; }

    MemoryStore store;
    MemoryStore kept;
    std::unique_ptr<Outbox> outbox;
    std::unique_ptr<Attendant> attendant;
    std::vector<v1::Block> blocks;
    std::map<std::string, std::string> notices;
    Day day = *parse_day("2022-04-10");
    std::chrono::milliseconds steady{1'000};
};

v1::Event loudspeakers(std::uint64_t sequence, std::uint32_t working) {
    auto event = an_event(sequence);
    event.set_occurred_on("2022-04-01");
    event.set_recorded_at(sequence);
    event.mutable_device_reported()->set_clusters(4);
    event.mutable_device_reported()->set_clusters_working(working);
    return event;
}

const std::string topic = "chieng/1/23656/notices/23656-01";

}  // namespace

TEST_CASE("what needs attention is posted once, also after a restart, and its end once") {
    Office office;
    office.wait();
    CHECK(office.deliver().empty());
    office.take("station", loudspeakers(1, 2));
    office.wait();
    CHECK(office.notices[topic].find("LOUDSPEAKERS_DOWN") != std::string::npos);
    office.wait();  // it is posted and not yet answered
    CHECK(office.deliver() == "23656-01 station; ");
    office.wait();
    CHECK(office.deliver().empty());
    office.restart();
    office.wait();
    CHECK(office.deliver().empty());
    office.take("station", loudspeakers(2, 4));
    office.wait();
    CHECK(office.deliver() == "23656-01 station over; ");
    CHECK(office.notices[topic].empty());
    office.wait();
    CHECK(office.deliver().empty());
    office.take("station", loudspeakers(3, 3));
    office.wait();
    CHECK(office.deliver() == "23656-01 station; ");
}

TEST_CASE("the day's turn raises what was due the day before") {
    Office office;
    auto event = an_event(1);
    auto& finding = *event.mutable_finding_resolved();
    finding.set_inspection_id("KT-1");
    finding.set_recommendation_no(1);
    finding.set_status(v1::FindingResolved::ONGOING);
    finding.set_due("2022-04-10");
    office.take("office", event);
    office.wait();
    CHECK(office.deliver().empty());
    office.day = *parse_day("2022-04-11");
    office.wait();
    CHECK(office.deliver() == "23656-01 KT-1/1; ");
}

TEST_CASE("when a village is no more, what stands in it is of the commune") {
    Office office;
    office.take("station", loudspeakers(1, 2));
    office.wait();
    CHECK(office.deliver() == "23656-01 station; ");
    office.day = *parse_day("2025-07-10");
    office.wait();
    CHECK(office.deliver() == " station; 23656-01 station over; ");
    CHECK(office.attendant->refused() == 0);
}

TEST_CASE("nothing about a household is told to a village") {
    Office office;
    auto event = an_event(1);
    event.mutable_household_supported()->set_household_key("h-17");
    event.mutable_household_supported()->set_stage(v1::COMPLETED);
    office.take("women", event);
    event = an_event(2);
    event.set_occurred_on("2022-03-25");
    event.mutable_household_status_changed()->set_household_key("h-17");
    event.mutable_household_status_changed()->set_movement(v1::HouseholdStatusChanged::ESCAPED_POVERTY);
    office.take("labour", event);
    office.wait();
    CHECK(office.deliver().empty());  // who may be proposed is told by the commendation service, to the commune alone
    for (const auto& [at, text] : office.notices) {
        CHECK(text.find("h-17") == std::string::npos);
    }
}

TEST_CASE("the figures of a device outlive its last will and a restart") {
    Office office;
    v1::Status status;
    status.set_device("phone");
    status.set_commune("23656");
    status.set_online(true);
    auto& part = *status.add_services();
    part.set_service("monitoring");
    part.set_posted(2);
    part.set_stored(2);
    office.arrive(topics::status("23656", "phone"), status.SerializeAsString());
    office.wait();
    office.wait(std::chrono::milliseconds(20'000));
    CHECK(office.attendant->difference() == 2);
    CHECK(office.deliver() == " phone/monitoring; ");
    office.restart();
    status.clear_services();
    status.set_online(false);
    office.arrive(topics::status("23656", "phone"), status.SerializeAsString());
    office.wait();
    CHECK(office.attendant->difference() == 2);
    office.take("phone", loudspeakers(1, 4));
    office.take("phone", loudspeakers(2, 4));
    office.wait();
    CHECK(office.attendant->difference() == 0);
    CHECK(office.deliver() == " phone/monitoring over; ");
}

TEST_CASE("an attendant goes on when a record of its outbox is damaged, and posts what it said no second time") {
    Office office;
    office.take("station", loudspeakers(1, 2));
    office.wait();
    CHECK(office.deliver() == "23656-01 station; ");
    office.store.put("e/monitoring/" + big_endian(1), "");
    office.store.commit();
    office.restart();
    office.wait();
    CHECK(office.deliver().empty());
    office.take("station", loudspeakers(2, 4));
    office.wait();
    CHECK(office.deliver() == "23656-01 station over; ");
}

TEST_CASE("an attendant whose outbox was lost notices it and posts nothing under used numbers") {
    Office office;
    office.take("station", loudspeakers(1, 2));
    office.wait();
    CHECK(office.deliver() == "23656-01 station; ");
    CHECK_FALSE(office.attendant->outbox_was_lost());
    static_cast<void>(std::exchange(office.outbox, nullptr));
    MemoryStore fresh;
    office.outbox = std::make_unique<Outbox>(fresh);
    const auto definitions = Definitions::load(data::indicators, "indicators.txtpb");
    office.attendant = std::make_unique<Attendant>(definitions, kbang(), "23656", load_rules(data::attention_rules, "rules.txtpb"),
                                                   std::vector<std::string>{"monitoring"}, "attention-1", *office.outbox, office.kept);
    office.give(LinkUp{});
    for (const auto& block : office.blocks) {
        office.arrive(topics::feed("23656", "monitoring"), block.SerializeAsString());
    }
    office.wait();
    CHECK(office.attendant->outbox_was_lost());
    CHECK(office.outbox->waiting_count() == 0);
}

}  // namespace attendant_test
