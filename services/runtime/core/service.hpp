// SPDX-License-Identifier: Apache-2.0
// The shape of a service: what it takes and how it judges it. A service is one pure header; the engine does the rest.
//
//   struct Household {
//       using Body = v1::HouseholdSupported;
//       static Reasons decide(const Body&, const Context&);                 // rules of this one event
//       static std::optional<Claim> claim(const Body&);                     // what at most one event may hold
//   };
//
// A claim is state in its simplest form: a key that at most one standing event holds. It is taken when the event is
// journalled, passed on by a REPLACE, released by a VOID, and rebuilt by folding the journal.
#pragma once

#include "chieng/v1/event.pb.h"
#include "services/runtime/core/places.hpp"
#include "services/runtime/core/reasons.hpp"
#include "services/runtime/core/validator.hpp"

#include <functional>
#include <optional>
#include <string>

namespace chieng {

struct Context {
    const v1::Event& event;
    const Places& places;
    Day occurred_on;
    Day received_on;
};

struct Claim {
    std::string key;
    // Why the second one is refused.
    ReasonCode refusal;
    std::string_view field;
    std::string detail;
};

// A service as the engine sees it.
struct Service {
    std::string name;  // durable name
    const google::protobuf::Descriptor* body = nullptr;
    std::function<Reasons(const google::protobuf::Message&, const Context&)> decide;
    std::function<std::optional<Claim>(const google::protobuf::Message&)> claim;
};

template <class S>
Service make_service() {
    using Body = typename S::Body;
    return Service{
        rule_of(*Body::descriptor()).service(), Body::descriptor(),
        [](const google::protobuf::Message& body, const Context& context) { return S::decide(static_cast<const Body&>(body), context); },
        [](const google::protobuf::Message& body) { return S::claim(static_cast<const Body&>(body)); }};
}

}  // namespace chieng
