// SPDX-License-Identifier: Apache-2.0
// The messages that stand in golden bytes.
#pragma once

#include "chieng/v1/event.pb.h"
#include "chieng/v1/indicator.pb.h"
#include "chieng/v1/receipt.pb.h"

#include <memory>
#include <string>
#include <vector>

namespace chieng::testing {

struct Golden {
    std::string file;
    std::unique_ptr<google::protobuf::Message> message;
};

// Each with its file, without .hex.
[[nodiscard]] std::vector<Golden> goldens();

[[nodiscard]] std::string bytes_of(const google::protobuf::Message& message);

// One message on the wire with this event in it.
[[nodiscard]] v1::Events message_with(const v1::Event& event);

[[nodiscard]] v1::Event a_full_session();
[[nodiscard]] v1::Event a_full_support();
[[nodiscard]] v1::Event a_full_award();
[[nodiscard]] v1::Event a_full_envelope();
[[nodiscard]] v1::Receipt a_receipt();
[[nodiscard]] v1::IndicatorValue a_value();

}  // namespace chieng::testing
