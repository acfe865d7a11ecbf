// SPDX-License-Identifier: Apache-2.0
// The invariants of the design (I1 to I10) as checkers: they hear all that the components hand to the broker, read the
// disks, and know what was posted. They share no code with what they check but the schema and the board's own fold.
#pragma once

#include "chieng/v1/feed.pb.h"
#include "chieng/v1/receipt.pb.h"
#include "chieng/v1/report.pb.h"
#include "gateway/indicator/board.hpp"
#include "services/field/outbox.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/store.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/meddler.hpp"

#include <compare>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace chieng::simulation {

inline const std::string commune = "23656";
inline const std::string district = "625";
// Stands in every text that must not leave the commune.
inline const std::string secret = "zqx";

class Violation : public std::runtime_error {
public:
    Violation(std::string which, const std::string& what) : std::runtime_error(which + ": " + what), invariant(std::move(which)) {}
    std::string invariant;
};

inline void demand(bool holds, const char* invariant, const std::string& what) {
    if (!holds) {
        throw Violation(invariant, what);
    }
}

struct Id {
    std::string device;
    std::uint64_t sequence = 0;

    [[nodiscard]] std::string text() const { return device + "/" + std::to_string(sequence); }
    friend auto operator<=>(const Id&, const Id&) = default;
};

// A service's journal as its disk has it.
struct Journal {
    struct Kept {
        Id id;
        v1::Event event;
        v1::Entry entry;
    };
    std::vector<Kept> entries;
    std::map<Id, Id> meant;  // corrections that were refused, while nothing stood in their place: what they were of

    // I2 and I4: keys once, offsets dense, blocks chained. `where` is for the message.
    [[nodiscard]] static Journal read(Store& store, const std::string& where);
    [[nodiscard]] static Journal read(const Disk& disk, Disk::Image image, const std::string& service);
};
using Journals = std::map<std::string, Journal>;  // by service

class Checks {
public:
    // Whether the gateways count the whole catalogue, or a few indicators.
    bool counts_all = false;
    [[nodiscard]] const Definitions& definitions() const;

    // What was posted, with every variant of its bytes: a foreign client may use a sequence twice.
    void posted(const std::string& service, const Id& id, const v1::Event& event);
    [[nodiscard]] const std::map<Id, std::vector<v1::Event>>& posted(const std::string& service) { return posted_[service]; }

    // That second or one soon after it at which nobody recorded anything: of two reports of one subject one is then the later.
    [[nodiscard]] std::uint64_t second_of_its_own(std::uint64_t second);
    // Whether households may have been erased in this service's journal, which begins another history then.
    [[nodiscard]] bool may_be_rewritten(const std::string& service) const { return rewritten_.contains(service); }

    // A component hands this to the broker.
    void published(const Message& message);
    // All that a component asked for at once.
    void bounds(const Actions& actions) const;
    // I10: a service's new blocks are closed by the entry that makes them longer than that.
    void blocks(const std::string& service, const Actions& actions, std::size_t bytes_max) const;

    // I1: whatever was ever receipted STORED would be in the journal after the worst power cut now.
    void durable(const std::string& service, const Disk& disk) const;
    [[nodiscard]] bool was_answered(const std::string& service, const Id& id) const;

    // At the end. I1, I2, I4, I5 and, for every device, I3.
    void journals(const Journals& journals) const;
    void ledger(const std::string& device, Outbox& outbox, std::uint64_t posted, const Journals& journals) const;
    // I6 and I7.
    void boards(const Board& of_commune, const Board& of_district, const Journals& journals, std::uint64_t shuffle,
                const MakeMeddler& meddler) const;
    // I6: what a gateway last published of each indicator is what its board says.
    void indicators(const std::string& who, const Board& board, const std::map<std::string, std::string>& published) const;
    // I6: what the boards say of every indicator, in windows and places drawn by the seed, against a count of our own.
    void truth(const Board& of_commune, const Board& of_district, const Journals& journals, std::uint64_t seed) const;
    // A household that was erased is in no byte of the service's disk.
    void erasures(const Disk& disk, const Journal& journal) const;
    // I6: a filed report is what the feeds were then, as far as it says that it read them.
    void report(const v1::Report& report, const Journals& journals) const;

    [[nodiscard]] std::uint64_t receipts() const { return receipts_; }

private:
    struct Answered {
        v1::Verdict first = v1::VERDICT_UNSPECIFIED;
        std::uint32_t month = 0;
        std::string reasons;
        std::uint64_t stored = 0;  // receipts that said STORED, and not DUPLICATE
        std::uint64_t refused = 0;
    };
    struct Feed {
        std::uint64_t epoch = 0;
        std::set<std::uint64_t> past;                  // epochs
        std::map<std::uint64_t, std::string> entries;  // by offset
    };

    [[nodiscard]] std::string interleaved(const Journals& journals, Random& random, const MakeMeddler& meddler) const;
    void receipt(const std::string& payload);
    void answer(const std::string& service, const Id& id, const v1::Answer& answer);
    void block(const std::string& service, const v1::Block& block);
    void epoch(const std::string& service, std::uint64_t epoch);
    void edge(const Message& message) const;

    std::map<std::string, std::map<Id, std::vector<v1::Event>>> posted_;
    std::map<std::string, std::map<Id, Answered>> answered_;
    std::map<std::string, Feed> feeds_;
    std::set<std::uint64_t> seconds_;
    std::set<std::string> rewritten_;
    std::uint64_t receipts_ = 0;
};

// The district, and of its communes this one: a small register is quick to search.
[[nodiscard]] const Places& places();
[[nodiscard]] const std::vector<std::string>& services();

}  // namespace chieng::simulation
