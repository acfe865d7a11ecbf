// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/world.hpp"

#include "services/runtime/host/services.hpp"
#include "tests/simulation/known_bad.hpp"

#include <cinttypes>
#include <cstdio>

namespace chieng::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Millis day = 24h;
constexpr Millis patience = 3 * day;  // in which all must drain once the faults are over
constexpr Millis quiet = 20min;       // without a message: nothing is under way

}  // namespace

std::string Report::text() const {
    std::string line = "seed " + std::to_string(seed);
    if (holds()) {
        return line + ": " + std::to_string(days) + " days, " + std::to_string(journalled) + " events, " + std::to_string(receipts) +
               " receipts, " + std::to_string(deliveries) + " deliveries, " + std::to_string(deaths) + " deaths";
    }
    return line + " fails: " + message + "; replay: .build/dev/tests/simulate " + replay;
}

World::World(std::uint64_t seed, const Options& options)
    : seed_(seed),
      options_(options),
      random_(seed, "world"),
      drawn_(Faults::draw(random_)),
      now_(Faults::none()),
      broker_(schedule_, trace_, seed),
      around_{schedule_, broker_, checks_, trace_, now_, [this](const std::string& what) { say(what); }, {}, {}, {}, {}},
      officer_(around_, seed) {
    checks_.counts_all = random_.chance({1, 4}) && !options.rough;
    if (options.rough) {
        drawn_.dies_at_write = drawn_.dies_after_commit = {1, 20};
        drawn_.power_fails = {1, 2};
    }
    if (!options.known_bad.empty()) {
        known_bad(options.known_bad).spoil(around_);
    }
    const auto phones = random_.between(1, 3);
    for (std::uint64_t i = 1; i <= phones; ++i) {
        devices_.push_back(std::make_unique<DeviceNode>(around_, "phone-" + secret + "-" + std::to_string(i), v1::VILLAGE_HEAD, seed));
    }
    devices_.push_back(std::make_unique<DeviceNode>(around_, "desk-" + secret, v1::CULTURE_OFFICIAL, seed));
    for (auto& service : all_services()) {
        services_.push_back(std::make_unique<ServiceNode>(around_, service, seed));
        auditors_.push_back(std::make_unique<Auditor>(around_, service.name, seed));
    }
    std::vector<Source> sources;
    for (const auto& service : simulation::services()) {
        sources.push_back({commune, service});
    }
    commune_gateway_ = std::make_unique<GatewayNode>(around_, commune, sources, seed);
    district_gateway_ = std::make_unique<GatewayNode>(around_, district, std::vector<Source>{{commune, "cells"}}, seed);
    foreigners_.push_back(std::make_unique<Foreign>(around_, "web-" + secret, seed));
}

Report World::run() {
    Report report;
    report.seed = seed_;
    report.replay = "--seed " + std::to_string(seed_) + (options_.rough ? " --rough" : "") +
                    (options_.known_bad.empty() ? "" : " --known-bad " + options_.known_bad);
    try {
        play();
    } catch (const Violation& violation) {
        report.invariant = violation.invariant;
        report.message = violation.what();
    }
    for (const auto* node : nodes()) {
        report.deaths += node->deaths();
    }
    for (const auto& service : services_) {
        report.journalled += service->last_offset();
    }
    report.trace = trace_.digest();
    report.receipts = checks_.receipts();
    report.deliveries = broker_.deliveries();
    report.days = schedule_.now() / day;
    return report;
}

void World::play() {
    begin();
    schedule_.run_until(day);

    say("safety");
    const auto days = !options_.rough && random_.chance({1, 4}) ? random_.between(15, 35) : random_.between(2, 8);
    const auto safe_until = day + Millis(day * days);
    now_ = drawn_;
    broker_.weather = now_.weather;
    fail_now_and_then(safe_until);
    schedule_.run_until(safe_until);

    say("heal");
    heal();
    const auto healed_at = schedule_.now();
    auto heard = news();
    auto heard_at = healed_at;
    while (true) {
        schedule_.run_until(schedule_.now() + 5min);
        if (heard != news()) {
            heard = news();
            heard_at = schedule_.now();
        }
        const auto open = unsettled();
        if (open.empty() && schedule_.now() - heard_at >= quiet) {
            break;
        }
        if (schedule_.now() - healed_at > patience) {
            throw Violation("I9", "three days after the faults ended, " + (open.empty() ? "messages still go round" : open));
        }
    }
    say("check");
    check();
}

void World::begin() {
    for (auto* node : nodes()) {
        schedule_.after(Millis(static_cast<std::int64_t>(random_.below(60'000))), [node] { node->start(); });
    }
    for (auto& auditor : auditors_) {
        auditor->start();
    }
    for (auto& foreigner : foreigners_) {
        foreigner->start();
    }
    officer_.start();
    report_now_and_then(day);
}

// Reports come in bursts with days between them.
void World::report_now_and_then(Millis next) {
    schedule_.after(Millis(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(next.count())))), [this] {
        if (!reporting_) {
            return;
        }
        const auto count = random_.between(1, 6);
        const auto who = random_.below(devices_.size() + foreigners_.size());
        for (std::uint64_t i = 0; i < count; ++i) {
            if (who < devices_.size()) {
                devices_[who]->report();
            } else {
                foreigners_[who - devices_.size()]->report(day_at(commune_gateway_->now().civil));
            }
        }
        if (random_.chance({1, 8})) {
            officer_.file();
        }
        report_now_and_then(random_.chance({1, 2}) ? Millis(10min) : day);
    });
}

void World::fail_now_and_then(Millis until) {
    if (schedule_.now() >= until) {
        return;
    }
    fail(random_);
    schedule_.after(1h, [this, until] { fail_now_and_then(until); });
}

void World::fail(Random& random) {
    const auto within = [&](Millis most) {
        return Millis(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count()))));
    };
    const auto all = nodes();
    for (auto* node : all) {
        if (random.chance(now_.dies_at_any_time)) {
            const bool asked = random.chance({1, 3});
            schedule_.after(within(1h), [node, asked] { asked ? node->stop() : node->kill(); });
        }
        if (random.chance(now_.dies_at_write)) {
            node->die_at_write();
        }
        if (random.chance(now_.dies_after_commit)) {
            node->die_after_commit();
        }
        if (random.chance(now_.cut)) {
            node->cut_link(schedule_.now() + within(random.chance({1, 4}) ? Millis(24h) : Millis(1min)));
        }
        if (random.chance(now_.full_disk) && !node->disk().faults.is_full) {
            say(node->name() + " has a full disk");
            node->disk().faults.is_full = true;
            schedule_.after(within(6h), [node] { node->disk().faults.is_full = false; });
        }
        if (random.chance(now_.wrong_clock)) {
            const auto wrong = static_cast<std::int64_t>(random.below(random.chance({1, 2}) ? 24UL * 3'600 : 3UL * 365 * 86'400));
            node->clock_error = std::chrono::seconds(random.chance({1, 2}) ? wrong : -wrong);
            schedule_.after(within(48h), [node] { node->clock_error = std::chrono::seconds(0); });
        }
    }
    for (auto& device : devices_) {
        if (random.chance(now_.silence)) {
            say(device->name() + " is silent");
            device->cut_link(schedule_.now() + within(21 * day));
        }
    }
    for (auto& auditor : auditors_) {
        if (random.chance(now_.dies_at_any_time)) {
            auditor->restart();
        }
    }
    if (random.chance(now_.broker_restart)) {
        say("the broker restarts");
        broker_.restart(schedule_.now() + within(10min), random.chance(now_.broker_forgets));
    }
}

void World::heal() {
    reporting_ = false;
    now_ = Faults::none();
    broker_.weather = Broker::Weather{};
    broker_.heal();
    for (auto* node : nodes()) {
        node->heal();
    }
}

std::uint64_t World::news() {
    auto all = broker_.news();
    for (const auto* node : nodes()) {
        all += node->news() + node->deaths();
    }
    return all;
}

std::string World::unsettled() const {
    for (const auto& device : devices_) {
        if (!device->drained()) {
            return device->name() + " waits for receipts";
        }
    }
    for (const auto& foreigner : foreigners_) {
        if (!foreigner->drained()) {
            return "the foreign client waits for receipts";
        }
    }
    if (!officer_.drained()) {
        return "a period is not filed";
    }
    for (std::size_t i = 0; i < services_.size(); ++i) {
        if (!services_[i]->runs() || auditors_[i]->offset() != services_[i]->last_offset() || auditors_[i]->asks()) {
            return "the auditor of " + services_[i]->service() + " is behind";
        }
    }
    return commune_gateway_->runs() && district_gateway_->runs() ? "" : "a gateway does not run";
}

void World::check() {
    const auto read = journals();
    for (const auto& service : services_) {
        checks_.durable(service->service(), service->disk());
    }
    checks_.journals(read);
    for (std::size_t i = 0; i < services_.size(); ++i) {
        auditors_[i]->compare(read.at(services_[i]->service()));
    }
    for (const auto& device : devices_) {
        checks_.ledger(device->name(), device->outbox(), device->posted(), read);
    }
    checks_.boards(commune_gateway_->board(), district_gateway_->board(), read, seed_, around_.make_meddler);
    for (const auto* gateway : {commune_gateway_.get(), district_gateway_.get()}) {
        checks_.indicators(gateway->name(), gateway->board(), gateway->said());
    }
    std::map<std::string, std::string> of_commune;
    std::map<std::string, std::string> of_district;
    for (const auto& [topic, payload] : broker_.retained()) {
        if (topic.starts_with("chieng/1/areas/") && topic.find("/indicators/") != std::string::npos) {
            (topic.starts_with("chieng/1/areas/" + district) ? of_district : of_commune)[topic] = payload;
        }
    }
    checks_.indicators("the broker", commune_gateway_->board(), of_commune);
    checks_.indicators("the broker", district_gateway_->board(), of_district);
    checks_.truth(commune_gateway_->board(), district_gateway_->board(), read, seed_);
    officer_.compare(broker_.retained(), read);
    // What could not be read is set aside as it came, keys and all.
    if (drawn_.weather.truncate.of == 0) {
        checks_.erasures(services_[1]->disk(), read.at("household"));
    }
}

Journals World::journals() const {
    Journals all;
    for (const auto& service : services_) {
        all[service->service()] = Journal::read(service->disk(), Disk::Image::as_seen, service->service());
    }
    return all;
}

std::vector<Node*> World::nodes() {
    std::vector<Node*> all;
    for (auto& device : devices_) {
        all.push_back(device.get());
    }
    for (auto& service : services_) {
        all.push_back(service.get());
    }
    all.push_back(commune_gateway_.get());
    all.push_back(district_gateway_.get());
    return all;
}

void World::say(const std::string& what) const {
    if (options_.verbose) {
        const auto minutes = schedule_.now() / 1min;
        std::printf("%4" PRId64 "d %02" PRId64 ":%02" PRId64 "  %s\n", minutes / 1440, minutes / 60 % 24, minutes % 60, what.c_str());
    }
}

}  // namespace chieng::simulation
