// SPDX-License-Identifier: Apache-2.0
// The shape of a service: how it judges what the schema says it takes. A type whose rules all stand in the schema needs no
// code at all; the others are overloads in one pure header, and the engine does the rest.
//
//   struct Household {
//       static constexpr std::string_view name = "household";
//       using Judged = Types<v1::HouseholdSupported, v1::BaselineSet>;      // types with rules of their own
//       static Reasons decide(const v1::BaselineSet&, const Context&);      // rules of this one event; may be absent
//       static std::optional<Claim> claim(const v1::BaselineSet&, const v1::Event&);  // what it holds; may be absent
//       static Reasons retract(const v1::BaselineSet&, const Context&);     // why it may not be taken back; may be absent
//   };
//
// A claim is state in its simplest form: a key that a standing event holds. It is taken when the event is journalled, passed
// on by a REPLACE, released by a VOID, and rebuilt by folding the journal. With a refusal it is exclusive: a second event
// that claims it is refused. Without one it is a note for later events, which read it through Context::held.
#pragma once

#include "chieng/v1/event.pb.h"
#include "services/runtime/core/dated_rules.hpp"
#include "services/runtime/core/places.hpp"
#include "services/runtime/core/reasons.hpp"
#include "services/runtime/core/validator.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace chieng {

struct Context {
    const v1::Event& event;
    const Places& places;
    Day occurred_on;
    Day received_on;
    // What stands under a claim's key: its note, or the event that holds it.
    std::function<std::optional<std::string>(const std::string& key)> held;
    // What holds from one day to another, as data.
    const v1::ServiceRules& rules = built_in_rules();
};

struct Claim {
    std::string key;
    // Why a second one is refused; none: the later one takes it over.
    std::optional<ReasonCode> refusal;
    std::string_view field;
    std::string detail;
    std::string note;  // of one without a refusal
};

// How one type is judged, beyond the schema.
struct Judge {
    std::function<Reasons(const google::protobuf::Message&, const Context&)> decide;
    std::function<std::optional<Claim>(const google::protobuf::Message&, const v1::Event&)> claim;
    std::function<Reasons(const google::protobuf::Message&, const Context&)> retract;
};

// A service as the engine sees it.
struct Service {
    std::string name;  // durable name
    boost::unordered_flat_map<const google::protobuf::Descriptor*, Judge> judges;
    const v1::ServiceRules* rules = &built_in_rules();  // must outlive it

    [[nodiscard]] Reasons decide(const google::protobuf::Message& body, const Context& context) const {
        const auto it = judges.find(body.GetDescriptor());
        return it == judges.end() || !it->second.decide ? Reasons() : it->second.decide(body, context);
    }
    [[nodiscard]] std::optional<Claim> claim(const google::protobuf::Message& body, const v1::Event& event) const {
        const auto it = judges.find(body.GetDescriptor());
        return it == judges.end() || !it->second.claim ? std::nullopt : it->second.claim(body, event);
    }
    // Of a standing event that somebody wants to take back or replace.
    [[nodiscard]] Reasons retract(const google::protobuf::Message& body, const Context& context) const {
        const auto it = judges.find(body.GetDescriptor());
        return it == judges.end() || !it->second.retract ? Reasons() : it->second.retract(body, context);
    }
};

template <class... Body>
struct Types {};

template <class S, class Body>
Judge make_judge() {
    Judge judge;
    if constexpr (requires(const Body& body, const Context& context) { S::decide(body, context); }) {
        judge.decide = [](const google::protobuf::Message& body, const Context& context) {
            return S::decide(static_cast<const Body&>(body), context);
        };
    }
    if constexpr (requires(const Body& body, const v1::Event& event) { S::claim(body, event); }) {
        judge.claim = [](const google::protobuf::Message& body, const v1::Event& event) {
            return S::claim(static_cast<const Body&>(body), event);
        };
    }
    if constexpr (requires(const Body& body, const Context& context) { S::retract(body, context); }) {
        judge.retract = [](const google::protobuf::Message& body, const Context& context) {
            return S::retract(static_cast<const Body&>(body), context);
        };
    }
    return judge;
}

template <class S, class... Body>
Service make_service(Types<Body...> /*judged*/) {
    Service service;
    service.name = S::name;
    (service.judges.emplace(Body::descriptor(), make_judge<S, Body>()), ...);
    return service;
}
template <class S>
Service make_service() {
    return make_service<S>(typename S::Judged());
}

}  // namespace chieng
