// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/node.hpp"

#include "services/runtime/core/limits.hpp"

#include <algorithm>

namespace chieng::simulation {
namespace {

const Seconds birth{*parse_day("2022-01-20")};
constexpr Millis first_beat{1'000};
constexpr Millis longest_beat{600'000};  // a component at rest hears that time passed as rarely as this

}  // namespace

Node::Node(Around& around, const std::string& component, std::string name, std::uint64_t seed)
    : around_(around),
      random_(seed, name),
      name_(std::move(name)),
      disk_(random_.next()),
      client_(around.broker.add([this](Input input) { give(std::move(input)); })),
      meddler_(around.make_meddler ? around.make_meddler(component) : nullptr) {}

Instant Node::now() const {
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(around_.schedule.now());
    return {birth + passed + clock_error, around_.schedule.now() + Millis(1'000)};
}

bool Node::unit(const std::function<void()>& work) {
    disk_.faults.sync_fails = around_.faults.sync_fails;
    try {
        work();
    } catch (const Broken& why) {
        broken(why.what());
        return false;
    }
    if (disk_.stopped()) {  // at a write whose failure harms nothing that was promised
        end(random_.chance(around_.faults.power_fails));
        return false;
    }
    return true;
}

void Node::start() {
    if (runs_) {
        return;
    }
    ++life_;
    runs_ = true;
    disk_.restart();
    ++failed_starts_;
    if (!unit([&] { open(); })) {
        return;
    }
    failed_starts_ = 0;
    around_.say(name_ + " starts");
    around_.broker.open(client_);
    beat(first_beat);
}

void Node::kill() {
    if (runs_) {
        disk_.stop();
        end(random_.chance(around_.faults.power_fails));
    }
}

void Node::stop() {
    if (runs_ && unit([&] { stopping(); })) {
        end(false);
    }
}

void Node::heal() {
    clock_error = std::chrono::seconds(0);
    dies_after_commit_ = false;
    disk_.never_stop();
    disk_.faults = Disk::Faults{};
    start();
}

void Node::broken(const std::string& why) {
    if (disk_.failures() == 0) {
        throw Violation("RECOVERY", name_ + " stops although its disk did nothing wrong: " + why);
    }
    around_.say(name_ + " is broken: " + why);
    end(disk_.stopped() && random_.chance(around_.faults.power_fails));
}

// Files are closed as by a process that unwinds, or, when the disk was stopped, not at all.
void Node::end(bool power) {
    disk_.never_stop();
    runs_ = false;
    dies_after_commit_ = false;
    ++life_;
    ++deaths_;
    inbox_.clear();
    drain_is_due_ = false;
    around_.broker.close(client_);
    close();
    if (power) {
        dying();
        disk_.cut_power();
    }
    around_.say(name_ + (power ? " loses power" : " ends"));
    around_.trace.note(name_);
    // Whoever starts it again waits longer each time that it ends at once.
    const auto longest = std::min<std::uint64_t>(60'000U << std::min(failed_starts_, 6U), 3'600'000);
    around_.schedule.after(Millis(static_cast<std::int64_t>(random_.between(100, longest))), [this] { start(); });
}

void Node::give(Input input) {
    if (!runs_) {
        return;
    }
    if (std::holds_alternative<Arrived>(input) && inbox_.size() >= around_.faults.queue_max) {
        return;
    }
    inbox_.push_back(std::move(input));
    if (!drain_is_due_) {
        drain_is_due_ = true;
        around_.schedule.after(Millis(static_cast<std::int64_t>(random_.below(20))), [this, life = life_] {
            if (life == life_) {
                drain();
            }
        });
    }
}

void Node::drain() {
    drain_is_due_ = false;
    std::vector<Input> batch;
    while (!inbox_.empty() && batch.size() < around_.faults.batch_max) {
        batch.push_back(std::move(inbox_.front()));
        inbox_.pop_front();
    }
    Actions actions;
    if (meddler_) {
        meddler_->before(batch);
    }
    if (!unit([&] { actions = handle(batch, now()); })) {
        return;
    }
    if (meddler_) {
        meddler_->after(batch, actions);
    }
    const bool idle =
        actions.empty() && std::all_of(batch.begin(), batch.end(), [](const Input& input) { return std::holds_alternative<Tick>(input); });
    if (!idle) {
        beat(first_beat);
    }
    carry_out(actions);
    if (runs_ && !inbox_.empty()) {
        drain_is_due_ = true;
        around_.schedule.after(Millis(1), [this, life = life_] {
            if (life == life_) {
                drain();
            }
        });
    }
}

void Node::carry_out(const Actions& actions) {
    check_bounds(actions);
    const bool dies = dies_after_commit_ && !actions.empty();
    auto left = dies ? random_.below(actions.size() + 1) : actions.size();
    for (const auto& action : actions) {
        if (left-- == 0) {
            break;
        }
        if (const auto* subscribe = std::get_if<Subscribe>(&action)) {
            around_.broker.subscribe(client_, subscribe->filter);
        } else if (const auto* publish = std::get_if<Publish>(&action)) {
            news_ += Broker::is_news(publish->message.topic) ? 1U : 0U;
            around_.trace.note(publish->message.topic);
            around_.trace.note_unordered(publish->message.payload);
            around_.checks.published(publish->message);
            leaving(publish->message);
            around_.broker.publish(client_, publish->message);
        }
    }
    if (dies) {
        kill();
    }
}

// The next tick comes after `wait` at the latest; each one that finds nothing to do lets the next wait longer.
void Node::beat(Millis wait) {
    const auto when = around_.schedule.now() + wait;
    if (wait == first_beat && beat_wait_ == first_beat && next_beat_ > around_.schedule.now()) {
        return;
    }
    beat_wait_ = wait;
    next_beat_ = when;
    around_.schedule.at(when, [this, number = ++beat_, life = life_, wait] {
        if (number == beat_ && life == life_) {
            beat(std::min(wait * 2, longest_beat));
            give(Tick{});
        }
    });
}

}  // namespace chieng::simulation
