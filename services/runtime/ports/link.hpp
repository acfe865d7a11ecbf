// SPDX-License-Identifier: Apache-2.0
// What a component hears and what it asks for. The link is unreliable by contract: a message may be lost, repeated,
// delayed or overtaken, and publishing promises nothing. A component is a function from inputs to actions.
#pragma once

#include "services/runtime/core/time.hpp"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace chieng {

struct Message {
    std::string topic;
    std::string payload;
    bool retained = false;
};

struct LinkUp {};
struct LinkDown {};
struct Arrived {
    Message message;
};
struct Tick {};  // time passed
using Input = std::variant<LinkUp, LinkDown, Arrived, Tick>;

struct Subscribe {
    std::string filter;
};
struct Publish {
    Message message;
};
using Action = std::variant<Subscribe, Publish>;
using Actions = std::vector<Action>;

// The two clocks: civil time decides days and may be wrong; steady time decides patience.
struct Instant {
    Seconds civil;
    std::chrono::milliseconds steady{0};
};

}  // namespace chieng
