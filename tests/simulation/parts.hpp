// SPDX-License-Identifier: Apache-2.0
// The production components as nodes: a device with its outbox and sender, a service's engine, a gateway.
#pragma once

#include "gateway/serve/gateway.hpp"
#include "services/field/outbox.hpp"
#include "services/field/sender.hpp"
#include "services/runtime/core/engine.hpp"
#include "tests/simulation/node.hpp"
#include "tests/simulation/reports.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace chieng::simulation {

class DeviceNode final : public Node {
public:
    DeviceNode(Around& around, const std::string& name, v1::Role role, std::uint64_t seed);

    // Its holder reports something, if the device runs.
    void report();
    [[nodiscard]] Outbox& outbox() { return *outbox_; }
    [[nodiscard]] bool drained() const { return runs() && sender_->drained(); }
    [[nodiscard]] std::uint64_t posted() const;

protected:
    void open() override;
    void close() override;
    Actions handle(std::span<const Input> inputs, Instant now) override { return sender_->handle(inputs, now); }

private:
    struct Attempt {
        std::string service;
        v1::Event event;
    };
    void remember(const std::string& service, std::uint64_t sequence, v1::Event event);
    // Learns what interrupted posts came to, and counts the outbox against what is known.
    void reconcile();

    v1::Role role_;
    Reports reports_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Outbox> outbox_;
    std::unique_ptr<Sender> sender_;
    std::map<std::string, std::uint64_t> posted_;  // by service
    std::vector<Attempt> in_doubt_;                // posts whose end was not heard; a later power cut may still bring one back
};

class ServiceNode final : public Node {
public:
    ServiceNode(Around& around, Service service, std::uint64_t seed);

    [[nodiscard]] const std::string& service() const { return service_.name; }
    [[nodiscard]] std::uint64_t last_offset() const { return engine_ == nullptr ? 0 : engine_->last_offset(); }

protected:
    void open() override;
    void close() override;
    Actions handle(std::span<const Input> inputs, Instant now) override { return engine_->handle(inputs, now); }
    void dying() override { around_.checks.durable(service_.name, disk()); }
    void check_bounds(const Actions& actions) const override;
    void leaving(const Message& message) override;

private:
    Service service_;
    Engine::Limits limits_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Engine> engine_;
};

class GatewayNode final : public Node {
public:
    GatewayNode(Around& around, std::string place, std::vector<Source> sources, std::uint64_t seed);

    [[nodiscard]] const Board& board() const { return gateway_->board(); }
    // What it last said of each indicator, by topic.
    [[nodiscard]] const std::map<std::string, std::string>& said() const { return said_; }

protected:
    void open() override;
    void close() override;
    Actions handle(std::span<const Input> inputs, Instant now) override { return gateway_->handle(inputs, now); }
    void stopping() override { gateway_->close(); }
    void leaving(const Message& message) override;

private:
    std::string place_;
    std::vector<Source> sources_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Gateway> gateway_;
    std::map<std::string, std::string> said_;
};

}  // namespace chieng::simulation
