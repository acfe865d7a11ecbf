// SPDX-License-Identifier: Apache-2.0
// A commune's journals as a reader sees them, without services: heads, blocks, statuses, and a clock that a test moves.
#pragma once

#include "gateway/watch/commune_book.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/support/entries.hpp"

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace chieng::testing {

class JournalsOf {
public:
    explicit JournalsOf(std::string commune, std::size_t events_most = CommuneBook::events_max)
        : book(commune, {"session", "household"}, events_most), commune_(std::move(commune)) {}

    // Somebody asks, and all that stands in the journals is read.
    void read() {
        book.want();
        give(LinkUp{});
        begin("session");
        begin("household");
        settle();
    }
    void stores(const v1::Entry& entry, const std::string& service = "session") { stores(std::vector{entry}, service); }
    void stores(const std::vector<v1::Entry>& entries, const std::string& service = "session") {
        auto& journal = journals_[service];
        v1::Block block;
        block.set_epoch(journal.epoch);
        block.set_first(journal.last + 1);
        block.set_last(journal.last += entries.size());
        for (const auto& entry : entries) {
            *block.add_entries() = entry;
        }
        arrives(topics::feed(commune_, service), block.SerializeAsString());
    }
    // Another history, such as an erasure's: what was told is void.
    void begins_again(const std::string& service) {
        auto& journal = journals_[service];
        ++journal.epoch;
        journal.last = 0;
        begin(service);
        for (auto& [other, kept] : journals_) {
            kept.last = 0;
            begin(other);
        }
    }
    void hears(const v1::Status& status) {
        arrives(topics::status(commune_, status.device()), status.SerializeAsString());
        clock_ += std::chrono::milliseconds(500);
    }
    void says(const v1::Status& status) {
        hears(status);
        settle();
    }
    void settle() {
        give(Tick{});
        clock_ += std::chrono::seconds(5);
        give(Tick{});
    }
    Actions give(Input input) { return book.handle(std::span(&input, 1), {Seconds(), clock_}); }

    CommuneBook book;

private:
    struct Journal {
        std::uint64_t epoch = 7;
        std::uint64_t last = 0;
    };

    void begin(const std::string& service) {
        v1::Head head;
        head.set_epoch(journals_[service].epoch);
        head.set_last(journals_[service].last);
        arrives(topics::feed(commune_, service) + "/head", head.SerializeAsString());
    }
    void arrives(std::string topic, std::string payload) { give(Arrived{{std::move(topic), std::move(payload), false}}); }

    std::string commune_;
    std::map<std::string, Journal> journals_;
    std::chrono::milliseconds clock_{100'000};
};

// What a device says of its sessions.
inline v1::Status a_status(const std::string& device, std::uint64_t posted, std::uint64_t stored, std::uint64_t refused = 0) {
    v1::Status status;
    status.set_device(device);
    status.set_commune("23656");
    status.set_online(true);
    status.set_recorded_at(noon_of("2022-04-10"));
    auto& part = *status.add_services();
    part.set_service("session");
    part.set_posted(posted);
    part.set_stored(stored);
    part.set_refused(refused);
    return status;
}

}  // namespace chieng::testing
