// SPDX-License-Identifier: Apache-2.0
// `chieng-field post`: one event from flags, or a file of them as JSON lines, into the outbox. A mistake is told before anything
// is kept, with the field and the rule.
#pragma once

#include "services/runtime/host/event_lines.hpp"
#include "services/runtime/host/host.hpp"

#include <CLI/CLI.hpp>

#include <map>
#include <string>
#include <string_view>

namespace chieng {

// What the program was told.
struct FieldSettings {
    std::string data = ".";
    std::string device = "phone-1";
    std::string commune = "23656";
    std::string places;
    std::string file;
    std::string service;  // of the type that is posted
    std::string household;
    bool english = false;
    bool traces = false;
    LogDetail log = LogDetail::trouble;
    int patience_seconds = 30;
    int keep_days = 400;
    MqttOptions mqtt;
};

// In the outbox: the commune that it posts to, from its first post on.
inline constexpr std::string_view commune_key = "c";

using FlagValues = std::map<std::string, std::map<std::string, std::string>>;  // of each event, what its flags say

const std::string& in_tongue(const FieldSettings& settings, const std::string& vi, const std::string& en);

// One subcommand for each event type of the schema, one flag for each field.
void add_post(CLI::App& app, FieldSettings& settings, FlagValues& values);

// Keeps what `command` (as add_post made it) was given in the device's outbox. Returns an exit code of sysexits.h.
int post(const FieldSettings& settings, const std::string& outbox_file, const CLI::App& command, const FlagValues& values);

}  // namespace chieng
