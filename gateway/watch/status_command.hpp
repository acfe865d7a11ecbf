// SPDX-License-Identifier: Apache-2.0
// chieng-gateway status: how the place stands, read over MQTT: retained heads and statuses, the gateway's own word on how far it has
// read, and at a commune the journals.
#pragma once

#include "gateway/serve/follower.hpp"
#include "services/runtime/adapters/mqtt_link.hpp"

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace chieng {

class StatusCommand {
public:
    // Adds the subcommand.
    explicit StatusCommand(CLI::App& app);
    StatusCommand(const StatusCommand&) = delete;
    StatusCommand& operator=(const StatusCommand&) = delete;
    StatusCommand(StatusCommand&&) = delete;
    StatusCommand& operator=(StatusCommand&&) = delete;
    ~StatusCommand();

    [[nodiscard]] bool asked() const;
    // An exit code: 0 when nothing is to be done.
    [[nodiscard]] int run(const std::string& place, const std::vector<Source>& sources, const MqttOptions& mqtt) const;

private:
    struct Words;
    std::unique_ptr<Words> words_;
};

}  // namespace chieng
