// SPDX-License-Identifier: Apache-2.0
// The AsyncAPI document of everything on MQTT: each topic of the contract, who sends and who receives there, the messages and
// their schemas. Made of topics::patterns and of the protobuf schema when somebody asks.
#pragma once

#include <nlohmann/json.hpp>

namespace chieng::web {

[[nodiscard]] nlohmann::ordered_json asyncapi();

}  // namespace chieng::web
