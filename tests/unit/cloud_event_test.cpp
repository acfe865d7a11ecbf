// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/cloud_event.hpp"

#include "chieng/v1/indicator.pb.h"
#include "services/runtime/core/json.hpp"

#include <google/protobuf/util/message_differencer.h>
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

namespace cloud_event_test {

using namespace chieng;

namespace {

const std::string topic = "chieng/1/areas/625/indicators/official/2022-Q2/COM-01";

v1::IndicatorValue a_value() {
    v1::IndicatorValue value;
    value.set_area("625");
    value.set_indicator("COM-01");
    value.set_number(9'007'199'254'740'993);  // no double holds it
    value.set_median(0.1);
    value.mutable_lineage()->set_digest(UINT64_MAX);
    (*value.mutable_histogram())[-3] = 4;
    return value;
}

nlohmann::json said(std::uint64_t at, const v1::IndicatorValue& value) {
    return nlohmann::json::parse(retained_event(topic, {"625", "gateway", at}, value).message.payload);
}

}  // namespace

TEST_CASE("what is retained is a CloudEvent of which the message is the data") {
    const auto publish = retained_event(topic, {"625", "gateway", 1'649'558'096}, a_value());
    CHECK(publish.message.topic == topic);
    CHECK(publish.message.retained);
    const auto event = nlohmann::json::parse(publish.message.payload);
    CHECK(event.at("specversion") == "1.0");
    CHECK(event.at("source") == "/chieng/1/625/gateway");
    CHECK(event.at("type") == "chieng.v1.IndicatorValue");
    CHECK(event.at("subject") == "areas/625/indicators/official/2022-Q2/COM-01");
    CHECK(event.at("time") == "2022-04-10T02:34:56Z");
    CHECK(event.at("datacontenttype") == "application/json");
    CHECK(event.at("data").at("number") == "9007199254740993");
}

TEST_CASE("a CloudEvent that is said again has its id, another value or another time has another") {
    const auto first = said(7, a_value()).at("id");
    CHECK(said(7, a_value()).at("id") == first);
    CHECK(said(8, a_value()).at("id") != first);
    auto other = a_value();
    other.set_number(2);
    CHECK(said(7, other).at("id") != first);
}

TEST_CASE("a retained message is read from a CloudEvent, from plain JSON, and from a later revision; nothing else is") {
    v1::IndicatorValue read;
    REQUIRE(read_retained_event(retained_event(topic, {"625", "gateway", 7}, a_value()).message.payload, read));
    CHECK(google::protobuf::util::MessageDifferencer::Equals(read, a_value()));
    read.Clear();
    REQUIRE(read_retained_event(to_json(a_value()), read));
    CHECK(google::protobuf::util::MessageDifferencer::Equals(read, a_value()));
    CHECK(read_retained_event(R"({"specversion":"1.0","traceparent":"x","data":{"area":"625","later":{"deep":[1]}}})", read));
    CHECK(read.area() == "625");
    for (const auto* bad : {"", "{", R"({"specversion":"1.0"})", R"({"specversion":"1.0","data":7})", R"({"area":7e400})"}) {
        INFO(bad);
        CHECK_FALSE(read_retained_event(bad, read));
    }
}

}  // namespace cloud_event_test
