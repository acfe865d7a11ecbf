// SPDX-License-Identifier: Apache-2.0
// chieng-gateway export: a statement from the values that a broker retains, as a file to hand in.
#pragma once

#include "gateway/indicator/definitions.hpp"
#include "services/runtime/adapters/mqtt_link.hpp"
#include "services/runtime/core/places.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace chieng {

class ExportCommand {
public:
    // Adds the subcommand.
    explicit ExportCommand(CLI::App& app);
    ExportCommand(const ExportCommand&) = delete;
    ExportCommand& operator=(const ExportCommand&) = delete;
    ExportCommand(ExportCommand&&) = delete;
    ExportCommand& operator=(ExportCommand&&) = delete;
    ~ExportCommand();

    [[nodiscard]] bool asked() const;
    // An exit code; throws std::invalid_argument for a setting that is wrong.
    [[nodiscard]] int run(const std::string& place, const Definitions& definitions, const Places& places, const MqttOptions& mqtt) const;

private:
    struct Words;  // as they stand on the command line
    std::unique_ptr<Words> words_;
};

}  // namespace chieng
