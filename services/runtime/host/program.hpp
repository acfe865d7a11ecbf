// SPDX-License-Identifier: Apache-2.0
// What every program says in the same words: the broker, the register of places, a file of settings, and how it ends.
//
// A word that a program does not know ends it before anything is opened: on the command line with exit_usage, in the file
// of settings with exit_config and the line.
#pragma once

#include "services/runtime/adapters/mqtt_link.hpp"

#include <functional>
#include <stdexcept>
#include <string>

namespace CLI {
class App;
}

namespace chieng {

// Exit codes of sysexits.h.
inline constexpr int exit_usage = 64;
inline constexpr int exit_data = 65;
inline constexpr int exit_unavailable = 69;
inline constexpr int exit_software = 70;
inline constexpr int exit_io = 74;
inline constexpr int exit_config = 78;

// Something outside that the program needs and another one holds: trying again later may help.
class Unavailable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// --broker, --user, --password, and for ssl:// brokers --cafile, --cert, --key.
void add_link_options(CLI::App& app, MqttOptions& mqtt);

// --places.
void add_places_option(CLI::App& app, std::string& places);

// Reads the command line and, with --config, a file of settings, which the command line overrides; then runs the program.
// Returns the exit code.
int run_program(CLI::App& app, int argc, char** argv, const std::function<int()>& program);

// Runs a program and turns what stops it into a message and an exit code.
int guarded(const std::function<int()>& program);

}  // namespace chieng
