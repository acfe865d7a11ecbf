// SPDX-License-Identifier: Apache-2.0
// What a broker holds for whoever asks now: retained values and filed reports.
#pragma once

#include "services/runtime/adapters/mqtt_link.hpp"
#include "services/runtime/ports/link.hpp"

#include <functional>
#include <string>
#include <vector>

namespace chieng {

// Hands over each message that the filters bring; ends when nothing came for a while. An exit code: 0, or that the broker does
// not answer, which it has then said on the standard error.
[[nodiscard]] int read_retained(const MqttOptions& mqtt, const std::vector<std::string>& filters,
                                const std::function<void(const Message&)>& take);

// The same of what the gateway of `place` tells; exit_unavailable also when nothing of that gateway is there.
[[nodiscard]] int read_told(const MqttOptions& mqtt, const std::string& place, std::vector<std::string> filters,
                            const std::function<void(const Message&)>& take);

}  // namespace chieng
