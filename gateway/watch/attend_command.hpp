// SPDX-License-Identifier: Apache-2.0
// chieng-gateway attend: an attendant with its outbox, its sender and its metrics, until it is stopped.
#pragma once

#include "chieng/v1/attention.pb.h"
#include "gateway/indicator/definitions.hpp"
#include "services/runtime/adapters/mqtt_link.hpp"
#include "services/runtime/core/places.hpp"
#include "services/runtime/host/event_lines.hpp"
#include "services/runtime/host/http_server.hpp"

#include <string>
#include <vector>

namespace chieng {

struct AttendSettings {
    std::string commune;
    std::string device;  // its name begins as Watch::finder says
    std::string data;
    HttpListen http;
    std::string rules;  // file; empty: the project's
    std::vector<std::string> services;
    MqttOptions mqtt;
    LogDetail log = LogDetail::trouble;
};

// Returns the exit code.
int attend(const AttendSettings& settings, const Definitions& definitions, const Places& places);

// Of a file, or the project's. Throws std::invalid_argument.
[[nodiscard]] v1::AttentionRules rules_from(const std::string& file);

}  // namespace chieng
