// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/status_command.hpp"

#include "chieng/v1/report.pb.h"
#include "gateway/watch/journals.hpp"
#include "gateway/watch/ledger.hpp"
#include "gateway/watch/standing.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/host/host.hpp"
#include "services/runtime/host/program.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <map>

namespace chieng {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds answer_within{5'000};  // of the gateway
constexpr milliseconds listen{1'000};         // for heads that are retained

// Asks the gateway how far it has read, and hears the heads.
class Question {
public:
    Question(Standing& standing, std::string client) : standing_(standing), client_(std::move(client)) {}

    Actions handle(std::span<const Input> inputs, Instant now) {
        Actions actions;
        for (const auto& input : inputs) {
            if (std::holds_alternative<LinkUp>(input)) {
                since_ = now.steady;
                ask(actions);
            } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
                take(arrived->message);
            }
        }
        const auto passed = now.steady - since_;
        done_ = since_ >= milliseconds(0) && passed >= (standing_.answers ? listen : answer_within);
        return actions;
    }
    [[nodiscard]] bool done() const { return done_; }

private:
    void ask(Actions& actions) const {
        for (const auto& feed : standing_.feeds) {
            const auto slash = feed.name.find('/');
            actions.emplace_back(Subscribe{topics::feed_head(feed.name.substr(0, slash), feed.name.substr(slash + 1))});
        }
        actions.emplace_back(Subscribe{topics::feed_head(standing_.place, "cells")});
        actions.emplace_back(Subscribe{topics::replies(standing_.place, "board", client_)});
        actions.emplace_back(Publish{{topics::requests(standing_.place, "board", client_), "", false}});
    }

    void take(const Message& message) {
        const auto levels = topics::levels(message.topic);
        v1::Head head;
        v1::BoardDigest digest;
        if (message.topic.ends_with("/head") && levels.size() == 6 && head.ParseFromString(message.payload)) {
            const auto name = std::string(levels[2]).append("/").append(levels[4]);
            const Standing::Position end{head.epoch(), head.last()};
            for (auto& feed : standing_.feeds) {
                if (feed.name == name) {
                    feed.end = end;
                }
            }
            if (name == standing_.place + "/cells") {
                standing_.cells = end;
            }
        } else if (message.topic == topics::replies(standing_.place, "board", client_) && digest.ParseFromString(message.payload)) {
            standing_.answers = true;
            for (auto& feed : standing_.feeds) {
                const auto it = std::find_if(digest.positions().begin(), digest.positions().end(),
                                             [&](const auto& position) { return position.feed() == feed.name; });
                if (it != digest.positions().end()) {
                    feed.read = Standing::Position{it->epoch(), it->offset()};
                }
            }
        }
    }

    Standing& standing_;
    std::string client_;
    milliseconds since_{-1};  // below zero: the link was never up
    bool done_ = false;
};

// What a commune's journals and its devices say.
class Count {
public:
    Count(const Standing& standing, const std::string& client) : journals_(standing.place, services(standing), client, takers()) {}

    Actions handle(std::span<const Input> inputs, Instant now) {
        auto actions = journals_.handle(inputs, now);
        done_ = journals_.caught_up(now);
        return actions;
    }
    [[nodiscard]] bool done() const { return done_; }

    void tell(Standing& standing) const {
        for (auto& feed : standing.feeds) {
            if (const auto it = received_on_.find(feed.name.substr(feed.name.find('/') + 1)); it != received_on_.end()) {
                feed.received_on = it->second;
            }
        }
        Standing::Devices devices;
        for (const auto& [name, device] : ledger_.devices()) {
            ++devices.known;
            devices.online += device.online ? 1 : 0;
        }
        const auto rows = ledger_.rows();
        for (const auto& row : rows) {
            devices.waiting += row.waiting;
            if (row.difference != 0 && devices.first_wrong.empty()) {
                devices.first_wrong = row.device + " " + row.service;
            }
        }
        devices.difference = difference_of(rows);
        standing.devices = devices;
    }

private:
    static std::vector<std::string> services(const Standing& standing) {
        std::vector<std::string> held;
        for (const auto& feed : standing.feeds) {
            held.push_back(feed.name.substr(feed.name.find('/') + 1));
        }
        return held;
    }
    Journals::Takers takers() {
        return {[this](const std::string& service, const v1::Entry& entry) {
                    ledger_.apply(service, entry);
                    auto& day = received_on_[service];
                    day = std::max(day, day_at(entry.received_at()));
                },
                [this](const v1::Status& status) { ledger_.apply(status); },
                [this] {
                    ledger_ = {};
                    received_on_.clear();
                }};
    }

    Ledger ledger_;
    std::map<std::string, Day> received_on_;
    Journals journals_;
    bool done_ = false;
};

}  // namespace

struct StatusCommand::Words {
    CLI::App* command = nullptr;
    bool english = false;
    int patience_seconds = 60;
};

StatusCommand::StatusCommand(CLI::App& app) : words_(std::make_unique<Words>()) {
    words_->command = app.add_subcommand("status", "how the place stands: its gateway, feeds, devices; and what to do");
    words_->command->add_flag("--english", words_->english, "in English");
    words_->command->add_option("--patience", words_->patience_seconds, "seconds")->check(CLI::Range(1, 1'000'000))->capture_default_str();
}

StatusCommand::~StatusCommand() = default;

bool StatusCommand::asked() const {
    return words_->command->parsed();
}

int StatusCommand::run(const std::string& place, const std::vector<Source>& sources, const MqttOptions& mqtt) const {
    Standing standing;
    standing.place = place;
    for (const auto& source : sources) {
        standing.feeds.push_back({source.name()});
    }
    const auto client = "status-" + std::to_string(fresh_epoch());
    Question question(standing, client);
    Count count(standing, client);
    const bool of_commune = !sources.empty() && sources.front().feed != "cells";
    Host host(mqtt);
    host.add("status", [&](std::span<const Input> inputs, Instant now) { return question.handle(inputs, now); });
    if (of_commune) {
        host.add("journals", [&](std::span<const Input> inputs, Instant now) { return count.handle(inputs, now); });
    }
    host.until([&] { return question.done() && (!of_commune || count.done()); });
    if (!host.run(std::chrono::seconds(words_->patience_seconds))) {
        std::fprintf(stderr, "%s %s\n",
                     words_->english ? "no answer from the broker at" : "không nối được hoặc đọc chưa xong ở máy trung chuyển",
                     mqtt.broker.c_str());
        return exit_unavailable;
    }
    if (of_commune) {
        count.tell(standing);
    }
    std::printf("%s", text_of(standing, words_->english).c_str());
    return standing.is_well() ? 0 : exit_software;
}

}  // namespace chieng
