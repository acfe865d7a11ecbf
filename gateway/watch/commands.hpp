// SPDX-License-Identifier: Apache-2.0
// What the commune asks its journals: which events look like one fact and are undecided, whether
// anything was lost, what needs attention.
#pragma once

#include "gateway/indicator/definitions.hpp"
#include "services/runtime/adapters/mqtt_link.hpp"
#include "services/runtime/core/places.hpp"
#include "services/runtime/host/event_lines.hpp"
#include "services/runtime/host/http_server.hpp"

#include <functional>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace chieng {

class WatchCommands {
public:
    // What the program was told, whichever its command.
    struct Settings {
        std::string commune;
        std::string data;
        HttpListen http;
        std::string places;
        MqttOptions mqtt;
        LogDetail log;
        std::function<Definitions()> definitions;
    };

    explicit WatchCommands(CLI::App& app);
    ~WatchCommands();
    WatchCommands(const WatchCommands&) = delete;
    WatchCommands& operator=(const WatchCommands&) = delete;
    WatchCommands(WatchCommands&&) = delete;
    WatchCommands& operator=(WatchCommands&&) = delete;

    // Whether the command line asks for one of them.
    [[nodiscard]] bool asked() const;

    // Returns the exit code.
    int run(const Settings& settings) const;

private:
    struct Words;
    std::unique_ptr<Words> words_;
};

}  // namespace chieng
