// SPDX-License-Identifier: Apache-2.0
// Nothing about a person or a household leaves the commune (I8): an event of every type, with a mark in every text that the
// schema calls personal, goes through services, gateways and recipients, and everything that anybody publishes is searched.
#include "chieng/v1/options.pb.h"
#include "gateway/serve/recipients.hpp"
#include "gateway/watch/attendant.hpp"
#include "services/commendation/proposer.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/dated_rules.hpp"
#include "services/runtime/core/validator.hpp"
#include "services/runtime/host/services.hpp"
#include "tests/scenario/world.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/events.hpp"
#include "tests/support/filled.hpp"

#include "data/attention_rules.hpp"
#include "data/recipients.hpp"

#include <catch2/catch.hpp>

namespace privacy_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

using google::protobuf::FieldDescriptor;

// Puts a mark into each personal text and remembers it.
class Marker {
public:
    void mark(google::protobuf::Message& message, v1::DataClass of_message = v1::PUBLIC) {
        const auto& type = *message.GetDescriptor();
        const auto& at = *message.GetReflection();
        for (int i = 0; i < type.field_count(); ++i) {
            const auto* field = type.field(i);
            const auto& rule = field->options().GetExtension(v1::field);
            const bool is_set =
                field->is_repeated() ? at.FieldSize(message, field) > 0 : !field->has_presence() || at.HasField(message, field);
            const auto own = rule.data_class() == v1::DATA_CLASS_UNSPECIFIED ? of_message : rule.data_class();
            if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && is_set) {
                const auto& body = rule_of(*field->message_type());
                const auto its = body.data_class() == v1::DATA_CLASS_UNSPECIFIED ? own : body.data_class();
                for (int item = 0; item < (field->is_repeated() ? at.FieldSize(message, field) : 1); ++item) {
                    mark(field->is_repeated() ? *at.MutableRepeatedMessage(&message, field, item) : *at.MutableMessage(&message, field),
                         its);
                }
            } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && own >= v1::PERSONAL && !field->is_repeated() &&
                       (rule.shape() == v1::REFERENCE || rule.shape() == v1::SHAPE_UNSPECIFIED)) {
                marks.push_back("MARK-" + std::to_string(1000 + marks.size()));
                at.SetString(&message, field, marks.back());
                names.insert(field->full_name());
            }
        }
    }

    std::vector<std::string> marks;
    std::set<std::string> names;  // of the fields
};

bool has_mark(const std::string& text) {
    return text.find("MARK-") != std::string::npos;
}

// All that is published, as somebody sees it who may read everything.
struct Spy {
    explicit Spy(MemoryBroker& broker) : link(broker) { link.send({Subscribe{"#"}}); }
    void look() {
        for (const auto& input : link.take()) {
            if (const auto* arrived = std::get_if<Arrived>(&input)) {
                seen.push_back(arrived->message);
            }
        }
    }
    // What devices send, what they are told, and what one service of the commune says to those who fold it.
    static bool stays(const std::string& topic) {
        const auto levels = topics::levels(topic);
        return levels[2] == "23656" && (levels[3] == "receipts" || levels[3] == "proposals" ||
                                        (levels.size() > 4 && levels[4] == "events") || (levels[3] == "feeds" && levels[4] != "cells"));
    }
    MemoryLink link;
    std::vector<Message> seen;
};

}  // namespace

TEST_CASE("no personal text of any type of event leaves the commune, whoever publishes it", "[privacy]") {
    const auto of_commune = Recipients::load(data::recipients, "recipients.txtpb", definitions(), "23656");
    const auto of_district = Recipients::load(data::recipients, "recipients.txtpb", definitions(), "625");
    std::vector<std::string> services;
    for (const auto& service : all_services()) {
        services.push_back(service.name);
    }
    MemoryStore proposed;
    MemoryStore kept;
    World world;
    world.set_day(*parse_day("2022-04-10"));
    static_cast<void>(world.phone("p1"));
    world.serve("23656", of_commune);
    world.serve("625", of_district);
    Attendant attendant(definitions(), kbang(), "23656", load_rules(data::attention_rules, "rules.txtpb"), services, "attention-23656",
                        world.phone("attention-23656").outbox, kept);
    Proposer proposer("23656", built_in_rules(), proposed);
    world.add([&](std::span<const Input> inputs, Instant now) { return attendant.handle(inputs, now); });
    world.add([&](std::span<const Input> inputs, Instant now) { return proposer.handle(inputs, now); });
    world.settle();
    Spy spy(world.broker());
    Marker marker;
    std::uint64_t number = 0;
    std::string household;
    std::set<std::string> unsent;
    const auto send = [&](v1::Event event, const std::string& service) {
        const EventName name{"p1", service, ++number};
        event.set_sequence(number);
        world.keep(name, event.SerializeAsString());
        world.send_by_hand(name);
        world.settle();
        spy.look();
        INFO(event.DebugString());
        const auto* answer = world.answer(name);
        REQUIRE(answer != nullptr);
        return answer->verdict() == v1::STORED;
    };
    for (const auto* type : bodies()) {
        auto event = sensible(*type);
        event.set_note("said");
        auto& evidence = *event.add_evidence();
        evidence.set_kind(v1::Evidence::PHOTO);
        evidence.set_sha256("of-a-photo");
        INFO(type->name());
        const auto before = marker.marks.size();
        marker.mark(event);
        if (event.has_household_erased() || event.has_duplicate_decided()) {
            unsent.insert(marker.marks.begin() + static_cast<std::ptrdiff_t>(before), marker.marks.end());
        }
        if (event.has_household_supported()) {
            household = event.household_supported().household_key();
        }
        if (!event.has_household_erased() && !event.has_duplicate_decided()) {
            CHECK(send(event, service_of(event)));
            event.set_village("23656-99");  // the same, refused
            CHECK_FALSE(send(event, service_of(event)));
        }
    }
    for (const std::string key : {"agreed-1", "silent-1"}) {  // two that escaped poverty after support
        auto support = a_household_supported(0, "HT-" + key);
        support.mutable_household_supported()->set_household_key(key);
        CHECK(send(support, "household"));
        auto escape = sensible(*v1::Event::descriptor()->FindFieldByName("household_status_changed"));
        auto& change = *escape.mutable_household_status_changed();
        change.set_household_key(key);
        change.set_movement(v1::HouseholdStatusChanged::ESCAPED_POVERTY);
        change.set_from_class(v1::POOR);
        change.set_to_class(v1::NEWLY_ESCAPED);
        change.set_example_consent_ref(key.starts_with("agreed") ? "DY-01" : "");
        CHECK(send(escape, "household"));
    }
    auto erasure = an_event(0);
    erasure.set_role(v1::LABOUR_OFFICIAL);
    erasure.mutable_household_erased()->set_household_key(household);
    erasure.mutable_household_erased()->set_ground(v1::HouseholdErased::ON_REQUEST);
    CHECK(send(erasure, "household"));
    CHECK(marker.names.size() >= 13);

    std::set<std::string> kinds;  // of what was searched
    std::string inside;
    for (const auto& message : spy.seen) {
        if (Spy::stays(message.topic)) {
            inside += message.payload;
            v1::Block block;
            if (message.topic.find("/feeds/") != std::string::npos && block.ParseFromString(message.payload)) {
                for (const auto& entry : block.entries()) {
                    CHECK(of_district.of_event("23656", "any", entry).empty());
                }
            }
            continue;
        }
        if (message.topic.find("/recipients/commune/labour/") != std::string::npos) {
            kinds.insert(has_mark(message.payload) ? "personal event" : "event");
            continue;
        }
        const bool is_candidates = message.topic.ends_with("/recipients/commune/centre/candidates");
        const bool names_who_agreed = message.payload.find("agreed-1") != std::string::npos;
        CHECK((is_candidates || !names_who_agreed));
        CHECK(message.payload.find("silent-1") == std::string::npos);
        kinds.insert(is_candidates && names_who_agreed ? "candidate" : "other");
        INFO(message.topic << " " << message.payload);
        CHECK_FALSE(has_mark(message.payload));
        CHECK_FALSE(has_mark(message.topic));
        for (const auto* kind : {"/indicators/", "/cells", "/notices/", "/acceptances", "/candidates", "/recipients/commune/"}) {
            if (message.topic.find(kind) != std::string::npos) {
                kinds.insert(kind);
            }
        }
        v1::IndicatorValue value;
        if (message.topic.find("/indicators/") != std::string::npos && read_retained_event(message.payload, value)) {
            for (const auto* recipients : {&of_commune, &of_district}) {
                for (const auto& given : recipients->of_value(value, EventData(value), *parse_day("2032-01-01"))) {
                    CHECK_FALSE(has_mark(given.payload));
                    kinds.insert("value for a recipient");
                }
            }
        }
    }
    for (const auto& mark : marker.marks) {  // so that the search could have found something
        INFO(mark);
        CHECK((inside.find(mark) != std::string::npos || unsent.contains(mark)));
    }
    for (const auto* kind : {"/indicators/", "/cells", "/notices/", "/acceptances", "/candidates", "/recipients/commune/",
                             "value for a recipient", "personal event", "candidate"}) {
        INFO(kind);
        CHECK(kinds.contains(kind));
    }
}

}  // namespace privacy_test
