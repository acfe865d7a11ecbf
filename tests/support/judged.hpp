// SPDX-License-Identifier: Apache-2.0
// What a service says about one event when nothing came before it, on a day on which its date is past.
#pragma once

#include "services/runtime/core/rules.hpp"
#include "services/runtime/host/services.hpp"
#include "tests/support/events.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>

namespace chieng::testing {

inline Service service_named(const std::string& name) {
    for (auto& service : all_services()) {
        if (service.name == name) {
            return service;
        }
    }
    throw std::invalid_argument("no service " + name);
}

inline std::string text_of(const Reasons& reasons) {
    std::string text;
    for (const auto& reason : reasons) {
        CHECK_FALSE(reason.vi().empty());
        CHECK_FALSE(reason.en().empty());
        text += (text.empty() ? "" : " ") + reason.field() + ":" + reason.code();
    }
    return text;
}

// Empty when it is accepted, otherwise each field that is wrong with its reason. The place is not asked: the register of
// the tests ends in 2025, some rules do not.
inline std::string judged(const v1::Event& event, const std::string& received = "2032-12-31") {
    const auto name = service_of(event);
    const auto today = *parse_day(received);
    const auto reasons = judge_event(event, name, nullptr, "23656", today);
    if (!reasons.empty()) {
        return text_of(reasons);
    }
    static const auto none = [](const std::string&) { return std::optional<std::string>(); };
    return text_of(service_named(name).decide(*body_of(event), {event, kbang(), *parse_day(event.occurred_on()), today, none}));
}

}  // namespace chieng::testing
