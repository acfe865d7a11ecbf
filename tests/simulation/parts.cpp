// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/parts.hpp"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

namespace chieng::simulation {
namespace {

using google::protobuf::util::MessageDifferencer;

std::unique_ptr<Store> wrapped(const std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)>& wrap, std::unique_ptr<Store> store) {
    return wrap ? wrap(std::move(store)) : std::move(store);
}

}  // namespace

DeviceNode::DeviceNode(Around& around, const std::string& name, v1::Role role, std::uint64_t seed)
    : Node(around, "device", name, seed), role_(role), reports_(seed, name) {}

void DeviceNode::open() {
    store_ = open_store();
    outbox_ = std::make_unique<Outbox>(*store_);
    reconcile();
    sender_ = std::make_unique<Sender>(name(), commune, *outbox_, random_.next());
}

void DeviceNode::close() {
    sender_.reset();
    outbox_.reset();
    store_.reset();
}

void DeviceNode::report() {
    if (!runs()) {
        return;
    }
    const auto& service = random_.pick(services());
    const auto today = day_at(now().civil);
    auto event = reports_.draw(service, name(), role_, today, around_.checks.posted(service));
    // A device without the register of places leaves villages to the service.
    const auto* register_of_places = random_.chance({1, 2}) ? &places() : nullptr;
    const auto recorded_at = around_.checks.second_of_its_own(static_cast<std::uint64_t>(now().civil.time_since_epoch().count()));
    Outbox::Posted posted;
    in_doubt_.push_back({service, event});
    in_doubt_.back().event.set_recorded_at(recorded_at);
    if (!unit([&] { posted = outbox_->post(event, service, register_of_places, commune, today, recorded_at); })) {
        return;
    }
    if (const auto* sequence = std::get_if<std::uint64_t>(&posted)) {
        remember(service, *sequence, std::move(in_doubt_.back().event));
        in_doubt_.clear();
    } else {
        in_doubt_.pop_back();
    }
}

void DeviceNode::remember(const std::string& service, std::uint64_t sequence, v1::Event event) {
    ++posted_[service];
    if (sequence != posted_[service]) {
        throw Violation(
            "I3", name() + " posted event " + std::to_string(posted_[service]) + " of " + service + " as " + std::to_string(sequence));
    }
    event.set_sequence(sequence);
    around_.checks.posted(service, {name(), sequence}, event);
}

void DeviceNode::reconcile() {
    for (const auto& [service, ledger] : outbox_->ledgers()) {
        const auto next = posted_[service] + 1;
        if (ledger.posted == next && outbox_->waiting(service).contains(next)) {
            v1::Event event;
            event.ParseFromString(outbox_->frozen(service, next));
            event.clear_sequence();
            const auto it = std::find_if(in_doubt_.begin(), in_doubt_.end(), [&event, &service = service](const Attempt& attempt) {
                return attempt.service == service && MessageDifferencer::Equals(attempt.event, event);
            });
            if (it != in_doubt_.end()) {
                remember(service, next, event);
            }
        }
    }
    const auto ledgers = outbox_->ledgers();
    for (const auto& service : services()) {
        const auto it = ledgers.find(service);
        const auto counted = it == ledgers.end() ? 0 : it->second.posted;
        if (counted != posted_[service]) {
            throw Violation("I3", name() + " posted " + std::to_string(posted_[service]) + " events to " + service + ", its outbox knows " +
                                      std::to_string(counted) + " after a restart");
        }
    }
}

std::uint64_t DeviceNode::posted() const {
    std::uint64_t all = 0;
    for (const auto& [service, count] : posted_) {
        all += count;
    }
    return all;
}

ServiceNode::ServiceNode(Around& around, Service service, std::uint64_t seed)
    : Node(around, "service", service.name, seed), service_(std::move(service)) {
    constexpr std::uint64_t snapshots[] = {1, 5, 40, limits::snapshot_entries};
    limits_.snapshot_entries = snapshots[random_.below(4)];
    constexpr std::size_t blocks[] = {1, 400, limits::block_bytes_max};
    limits_.block_bytes = blocks[random_.below(3)];
}

void ServiceNode::open() {
    store_ = wrapped(around_.wrap_service_store, open_store());
    auto limits = limits_;
    limits.block_bytes = around_.blocks_are_cut_at ? around_.blocks_are_cut_at(limits.block_bytes) : limits.block_bytes;
    engine_ = std::make_unique<Engine>(service_, commune, places(), *store_, random_.next() | 1U, limits);
}

void ServiceNode::check_bounds(const Actions& actions) const {
    around_.checks.bounds(actions);
    around_.checks.blocks(service_.name, actions, limits_.block_bytes);
}

void ServiceNode::close() {
    engine_.reset();
    store_.reset();
}

void ServiceNode::leaving(const Message& message) {
    if (message.topic.find("/receipts/") != std::string::npos && random_.chance({1, 8})) {
        around_.checks.durable(service_.name, disk());
    }
}

GatewayNode::GatewayNode(Around& around, std::string place, std::vector<Source> sources, std::uint64_t seed)
    : Node(around, "gateway", "gateway-" + place, seed), place_(std::move(place)), sources_(std::move(sources)) {}

void GatewayNode::open() {
    store_ = wrapped(around_.wrap_gateway_store, open_store());
    gateway_ = std::make_unique<Gateway>(around_.checks.definitions(), places(), place_, sources_, *store_, random_.next() | 1U);
    said_.clear();
}

void GatewayNode::close() {
    gateway_.reset();
    store_.reset();
}

void GatewayNode::leaving(const Message& message) {
    if (message.retained && message.topic.starts_with("chieng/1/areas/") && message.topic.find("/indicators/") != std::string::npos) {
        said_[message.topic] = message.payload;
    }
}

}  // namespace chieng::simulation
