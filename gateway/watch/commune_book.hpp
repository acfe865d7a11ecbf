// SPDX-License-Identifier: Apache-2.0
// What a commune's running gateway can be asked of its journals: the ledger, what looks like one fact, and the single events
// behind a number. The journals are read once, when somebody asks for the first time, and followed from then on; a journal that begins
// another history, as it does when a household is erased, empties all of it, and it is read again.
//
// Bounded: of journals that hold more than `events_most` events only the ledger is kept, which needs no single ones.
#pragma once

#include "gateway/watch/duplicates.hpp"
#include "gateway/watch/event_log.hpp"
#include "gateway/watch/journals.hpp"
#include "gateway/watch/ledger.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chieng {

class CommuneBook {
public:
    static constexpr std::size_t events_max = 200'000;

    CommuneBook(std::string commune, std::vector<std::string> services, std::size_t events_most = events_max);
    CommuneBook(const CommuneBook&) = delete;
    CommuneBook& operator=(const CommuneBook&) = delete;
    CommuneBook(CommuneBook&&) = delete;
    CommuneBook& operator=(CommuneBook&&) = delete;
    ~CommuneBook() = default;

    // From now on the journals are followed.
    void want() { is_wanted_ = true; }
    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

    // The journals were read to their end, once since they began; those of services that do not answer are left out.
    [[nodiscard]] bool ready() const { return is_ready_; }
    // Another number: something else may be answered.
    [[nodiscard]] std::uint64_t version() const { return version_; }
    [[nodiscard]] bool overfull() const { return events_ > events_most_; }

    [[nodiscard]] const Ledger& ledger() const { return ledger_; }
    [[nodiscard]] const Duplicates& duplicates() const { return duplicates_; }
    [[nodiscard]] const EventLog& events() const { return log_; }
    [[nodiscard]] const std::vector<std::string>& services() const { return services_; }
    [[nodiscard]] std::uint64_t epoch(std::string_view service) const { return journals_.epoch(service); }
    [[nodiscard]] std::vector<std::string> silent() const { return journals_.silent(); }

private:
    void take(const std::string& service, const v1::Entry& entry);
    void forget();

    std::vector<std::string> services_;
    std::size_t events_most_;
    Ledger ledger_;
    Duplicates duplicates_;
    EventLog log_;
    Journals journals_;
    std::size_t events_ = 0;
    std::uint64_t version_ = 0;
    bool is_wanted_ = false;
    bool is_ready_ = false;
    bool link_is_up_ = false;
    bool knows_of_link_ = false;  // the journals do
};

}  // namespace chieng
