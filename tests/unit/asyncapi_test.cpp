// SPDX-License-Identifier: Apache-2.0
// The AsyncAPI document says what the programs do: each topic function has its channel, and each field its bounds.
#include "gateway/web/asyncapi.hpp"
#include "services/runtime/core/topics.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace asyncapi_test {

using namespace chieng;

namespace {

using Json = nlohmann::ordered_json;

// Each function of topics.hpp, with values that tell their levels apart.
const std::map<std::string, std::string>& topics_made() {
    using namespace topics;
    static const std::map<std::string, std::string> all{
        {"events", events("commune", "service", "device")},
        {"receipts", receipts("commune", "device")},
        {"forget", forget("commune", "service", "device")},
        {"status", status("commune", "device")},
        {"feed", feed("place", "feed")},
        {"feed_head", feed_head("place", "feed")},
        {"feed_requests", feed_requests("place", "feed", "subscriber")},
        {"feed_replies", feed_replies("place", "feed", "subscriber")},
        {"requests", requests("place", "about", "client")},
        {"replies", replies("place", "about", "client")},
        {"indicator", indicator("area", "calendar", "period", "code")},
        {"report", report("area", "period", "revision")},
        {"acknowledged", acknowledged("area", "period", "revision", "recipient")},
        {"recipient_value", recipient_value("area", "recipient", "calendar", "period", "code")},
        {"recipient_event", recipient_event("commune", "recipient", "service", "device", "sequence")},
        {"acceptances", acceptances("village", "recipient")},
        {"candidates", candidates("commune", "recipient")},
        {"archive", archive("place")},
        {"archive_entry", archive_entry("place", "number")},
        {"proposals", proposals("commune")},
        {"notices", notices("commune", "village")},
    };
    return all;
}

std::string without_braces(std::string levels) {
    std::erase_if(levels, [](char c) { return c == '{' || c == '}'; });
    return levels;
}

void each_reference(const Json& json, const std::function<void(const std::string&)>& visit) {
    if (json.is_object() && json.contains("$ref") && json.at("$ref").is_string()) {
        visit(json.at("$ref").get<std::string>());
    }
    for (const auto& part : json) {
        if (part.is_structured()) {
            each_reference(part, visit);
        }
    }
}

TEST_CASE("each topic function has a channel in the AsyncAPI document with the same levels, and there is no other channel") {
    const auto document = web::asyncapi();
    const auto& channels = document.at("channels");
    CHECK(channels.size() == topics_made().size());
    CHECK(topics::patterns.size() == topics_made().size());
    for (const auto& [name, topic] : topics_made()) {
        INFO(name);
        REQUIRE(channels.contains(name));
        const auto address = channels.at(name).at("address").get<std::string>();
        CHECK(without_braces(address) == topic);
        CHECK(std::count(address.begin(), address.end(), '{') == static_cast<long>(channels.at(name).at("parameters").size()));
        CHECK_FALSE(channels.at(name).at("messages").empty());
    }
}

TEST_CASE("each channel says who sends there, whether it is retained, and who receives") {
    const auto document = web::asyncapi();
    const auto& operations = document.at("operations");
    for (const auto& [name, channel] : document.at("channels").items()) {
        INFO(name);
        const auto& sends = operations.at("send_" + name);
        CHECK(sends.at("action") == "send");
        CHECK(sends.at("bindings").at("mqtt").at("qos") == 1);
        CHECK(sends.at("bindings").at("mqtt").at("retain") == channel.at("x-retained"));
        CHECK(operations.at("receive_" + name).at("action") == "receive");
    }
    for (const auto* name :
         {"indicator", "report", "acknowledged", "recipient_value", "acceptances", "candidates", "archive", "proposals", "notices"}) {
        for (const auto& [message, reference] : document.at("channels").at(name).at("messages").items()) {
            INFO(message << reference);
            CHECK(document.at("components").at("messages").at(message).at("contentType") == "application/cloudevents+json");
        }
    }
    CHECK(operations.at("send_events").at("reply").at("channel").at("$ref") == "#/channels/receipts");
}

TEST_CASE("every reference in the AsyncAPI document leads somewhere in it") {
    const auto document = web::asyncapi();
    std::set<std::string> seen;
    each_reference(document, [&](const std::string& reference) { seen.insert(reference); });
    CHECK(seen.size() > 100);
    for (const auto& reference : seen) {
        INFO(reference);
        CHECK(document.contains(nlohmann::ordered_json::json_pointer(reference.substr(1))));
    }
}

TEST_CASE("a field's label, bounds, shape and class stand in the AsyncAPI document as the schema has them") {
    const auto document = web::asyncapi();
    const auto& schemas = document.at("components").at("schemas");
    const auto& event = schemas.at("Event");
    CHECK(event.at("properties").at("occurredOn").at("pattern") == "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
    CHECK(event.at("properties").at("occurredOn").at("title") == "Ngày diễn ra");
    CHECK(event.at("properties").at("note").at("maxLength") == 500);
    CHECK(event.at("properties").at("note").at("x-data-class") == "PERSONAL");
    CHECK(event.at("required") == Json{"sequence", "occurredOn", "organisation", "role"});
    CHECK(event.at("oneOf").at(0) == Json{{"required", {"sessionHeld"}}});
    CHECK(event.at("properties").at("evidence").at("maxItems") == 10);
    const auto& session = schemas.at("SessionHeld");
    CHECK(session.at("x-service") == "session");
    const auto& audience = schemas.at("Audience").at("properties");
    CHECK(audience.at("total").at("maximum") == 100'000);
    CHECK(audience.at("total").at("minimum") == 1);
    CHECK(audience.at("female").at("x-at-most") == "total");
    CHECK(schemas.at("Correction.Action").at("enum") == Json{"REPLACE", "VOID"});
    CHECK(schemas.at("Correction.Action").at("x-labels").at("VOID").at("vi") == "Hủy");
}

}  // namespace
}  // namespace asyncapi_test
