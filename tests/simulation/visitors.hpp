// SPDX-License-Identifier: Apache-2.0
// Who else is on the broker: a foreign client that keeps the contract badly, an officer who files periods, and an auditor that follows a
// feed by the reader's rules with a fold of its own.
#pragma once

#include "services/runtime/core/feed_reader.hpp"
#include "tests/simulation/node.hpp"
#include "tests/simulation/reports.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace chieng::simulation {

// Numbers as it likes, in any order, in protobuf or JSON; sends rubbish; uses a number twice. It sends what it means again
// until it was answered, and has no disk: it never forgets.
class Foreign {
public:
    Foreign(Around& around, std::string device, std::uint64_t seed);

    void report(Day today);
    void start();
    [[nodiscard]] bool drained() const;

private:
    struct Sent {
        std::string service;
        Id id;
        std::string payload;
    };
    void hear(const Input& input);
    void beat();
    void send_rubbish(const std::string& service);
    void remember(const std::string& service, const v1::Event& event);

    Around& around_;
    std::string device_;
    bool speaks_json_;
    Random random_;
    Reports reports_;
    Broker::Client client_;
    std::map<std::string, std::uint64_t> next_;
    std::vector<Sent> sent_;
};

// Has periods filed, asks again until it is told that they are, and compares at the end what it was told.
class Officer {
public:
    Officer(Around& around, std::uint64_t seed);

    void start();
    void file();
    [[nodiscard]] bool drained() const { return open_.empty(); }
    void compare(const std::map<std::string, std::string>& retained, const Journals& journals) const;

private:
    void hear(const Input& input);
    void beat();

    Around& around_;
    Random random_;
    Broker::Client client_;
    std::set<std::pair<std::string, std::string>> open_;  // place and period
    std::map<std::tuple<std::string, std::string, std::uint32_t>, v1::Report> told_;
};

// I4: folds each offset once and in order, over restarts of its own; what it holds is what the journal holds.
class Auditor {
public:
    Auditor(Around& around, std::string service, std::uint64_t seed);

    void start();
    // Loses what it had in memory.
    void restart();
    [[nodiscard]] std::uint64_t offset() const { return kept_.checkpoint.offset; }
    // Whether it does not know yet what became of a history that has ended.
    [[nodiscard]] bool asks() const { return ended_ && !ended_->goes_on; }
    void compare(const Journal& journal) const;

private:
    // One unit: what was folded, and how far.
    struct Kept {
        FeedReader::Checkpoint checkpoint;
        std::vector<std::string> entries;
    };
    // What a history told that has ended.
    struct Ended {
        std::uint64_t epoch = 0;
        std::vector<std::string> names;  // of its events
        bool goes_on = false;            // the feed says that it tells the same
    };
    void hear(const Input& input);
    void start_again();
    void fold(const v1::Block& block);
    void ask();
    void beat();
    void compare_ended() const;

    Around& around_;
    std::string service_;
    Random random_;
    Broker::Client client_;
    bool link_is_up_ = false;
    FeedReader reader_;
    Kept kept_;
    std::optional<Ended> ended_;
};

}  // namespace chieng::simulation
