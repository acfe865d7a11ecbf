// SPDX-License-Identifier: Apache-2.0
// What a kind of event is called, as the schema says it.
#pragma once

#include "gateway/web/values.hpp"
#include "services/runtime/core/validator.hpp"

#include <string>

namespace chieng::web {

// Of its name in Event.body: session_held.
[[nodiscard]] inline Json event_label(const std::string& kind) {
    const auto* field = v1::Event::descriptor()->FindFieldByName(kind);
    return field == nullptr ? Json{{"vi", kind}, {"en", kind}} : text_json(rule_of(*field->message_type()).label());
}

}  // namespace chieng::web
