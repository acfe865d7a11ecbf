// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/asyncapi.hpp"

#include "chieng/v1/archive.pb.h"
#include "chieng/v1/attention.pb.h"
#include "chieng/v1/event.pb.h"
#include "chieng/v1/feed.pb.h"
#include "chieng/v1/proposal.pb.h"
#include "chieng/v1/receipt.pb.h"
#include "chieng/v1/recipient.pb.h"
#include "chieng/v1/report.pb.h"
#include "chieng/v1/status.pb.h"
#include "chieng/v1/turned_away.pb.h"
#include "gateway/web/json_schema.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/core/validator.hpp"

#include <google/protobuf/descriptor.h>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace chieng::web {
namespace {

using google::protobuf::Descriptor;
using topics::Topic;
using Json = nlohmann::ordered_json;

// How a message lies in a payload.
enum class Form : unsigned char { protobuf, json, cloud_event, empty };

struct Said {
    const Descriptor* type = nullptr;
    Form form = Form::protobuf;
};

// One topic: who sends what to whom.
struct Channel {
    Topic topic;
    const char* senders;
    const char* receivers;
    const char* about;
    bool retained = false;
    bool leaves_commune = false;
    std::vector<Said> said;
    std::string_view answered_on = {};  // name of a topic
};

template <class Message>
Said said(Form form = Form::protobuf) {
    return {Message::descriptor(), form};
}

constexpr const char* gateway = "the place's gateway";
constexpr const char* writer = "the feed's writer: a service, or the place's gateway";
constexpr const char* subscriber = "whoever follows the feed";

std::vector<Channel> device_channels() {
    return {
        {Topic::events,
         "a device, or any other client",
         "the service",
         "Events of a device; it keeps each until its receipt has come.",
         false,
         false,
         {said<v1::Events>(), said<v1::Events>(Form::json), said<v1::Event>(Form::cloud_event)},
         "receipts"},
        {Topic::receipts,
         "a service, after the verdict is on disk",
         "the device",
         "What became of events. A device that spoke JSON, or in CloudEvents, is answered in JSON.",
         false,
         false,
         {said<v1::Receipt>(), said<v1::Receipt>(Form::json)}},
        {Topic::forget,
         "a service",
         "the device",
         "Numbers of its events that a device has to forget: of households that were erased.",
         true,
         false,
         {said<v1::Forget>()}},
        {Topic::status,
         "the device; as its last will the broker",
         "the commune's gateway commands: ledger, attention, attend",
         "What a device posted and what still waits.",
         true,
         false,
         {said<v1::Status>()}},
    };
}

std::vector<Channel> feed_channels() {
    return {
        {Topic::feed,
         writer,
         subscriber,
         "Blocks as they are written. Feeds of services hold events and stay in the commune; the feed 'cells' holds neither person nor "
         "household and leaves it. The reader's rules stand in chieng/v1/feed.proto.",
         false,
         true,
         {said<v1::Block>()}},
        {Topic::feed_head, writer, subscriber, "Where the feed ends.", true, true, {said<v1::Head>()}},
        {Topic::feed_requests,
         subscriber,
         writer,
         "Asks for what comes after an offset.",
         false,
         true,
         {said<v1::Request>()},
         "feed_replies"},
        {Topic::feed_replies, writer, subscriber, "The blocks that were asked for.", false, true, {said<v1::Block>()}},
        {Topic::requests,
         "an officer's command, or any other client",
         "the place's gateway; the commune's services",
         "Asks of reports (ReportRequest), of values (ValuesRequest), of what the board holds and how far it has read (an empty payload), "
         "or of the archive (ArchiveRequest); the commune's services of what was turned away (TurnedAwayRequest).",
         false,
         true,
         {said<v1::ReportRequest>(),
          said<v1::ValuesRequest>(),
          {nullptr, Form::empty},
          said<v1::ArchiveRequest>(),
          said<v1::TurnedAwayRequest>()},
         "replies"},
        {Topic::replies,
         "the place's gateway; the commune's services",
         "who asked",
         "The answers.",
         false,
         true,
         {said<v1::ReportReply>(), said<v1::ValuesReply>(), said<v1::BoardDigest>(), said<v1::ArchiveReply>(),
          said<v1::TurnedAwayReply>()}},
    };
}

std::vector<Channel> told_channels() {
    return {
        {Topic::indicator,
         gateway,
         "anybody",
         "The latest value of an indicator of an area in a period.",
         true,
         true,
         {said<v1::IndicatorValue>(Form::cloud_event)}},
        {Topic::report,
         gateway,
         "anybody",
         "A report as it was filed. The gateway itself takes up what its file has lost.",
         true,
         true,
         {said<v1::Report>(Form::cloud_event)}},
        {Topic::acknowledged,
         gateway,
         "anybody",
         "That a recipient has a filed report. The gateway itself takes up what its file has lost.",
         true,
         true,
         {said<v1::Acknowledgement>(Form::cloud_event)}},
        {Topic::recipient_value,
         gateway,
         "the recipient",
         "A value for one of the plan's recipients, cut to what he may read.",
         true,
         true,
         {said<v1::IndicatorValue>(Form::cloud_event)}},
        {Topic::recipient_event,
         gateway,
         "the recipient, of the commune",
         "An event for one of the plan's recipients; fields above his data class are left out, the body too.",
         false,
         false,
         {said<v1::Event>()}},
        {Topic::acceptances,
         gateway,
         "the village's head",
         "What became of the village's latest events.",
         true,
         false,
         {said<v1::Acceptances>(Form::cloud_event)}},
        {Topic::candidates,
         gateway,
         "the recipient, of the commune",
         "Households proposed as exemplary that agreed to be told of.",
         true,
         false,
         {said<v1::Proposals>(Form::cloud_event)}},
        {Topic::archive,
         gateway,
         "anybody at the place",
         "The latest entry of the archive's log.",
         true,
         false,
         {said<v1::ArchiveEntry>(Form::cloud_event)}},
        {Topic::archive_entry,
         gateway,
         "anybody at the place",
         "An entry of the archive's log.",
         true,
         false,
         {said<v1::ArchiveEntry>(Form::cloud_event)}},
        {Topic::proposals,
         "the commendation service",
         "the commune's offices",
         "Households proposed as exemplary.",
         true,
         false,
         {said<v1::Proposals>(Form::cloud_event)}},
        {Topic::notices,
         "chieng-gateway attend",
         "the village's devices",
         "What needs attention in a village; an empty payload when nothing does.",
         true,
         false,
         {said<v1::Notices>(Form::cloud_event)}},
    };
}

std::vector<Channel> channels() {
    auto all = device_channels();
    for (auto& each : feed_channels()) {
        all.push_back(std::move(each));
    }
    for (auto& each : told_channels()) {
        all.push_back(std::move(each));
    }
    return all;
}

std::string name_of(Topic topic) {
    return std::string(topics::patterns.at(static_cast<std::size_t>(topic)).name);
}

std::string name_of(const Said& each) {
    constexpr std::array suffixes{"", "Json", "CloudEvent"};
    return each.type == nullptr ? "Nothing" : each.type->name() + suffixes.at(static_cast<std::size_t>(each.form));
}

// The services are those that the events name.
Json services() {
    std::set<std::string> names;
    const auto& event = *v1::Event::descriptor();
    for (int i = 0; i < event.field_count(); ++i) {
        if (event.field(i)->real_containing_oneof() != nullptr && !rule_of(*event.field(i)->message_type()).service().empty()) {
            names.insert(rule_of(*event.field(i)->message_type()).service());
        }
    }
    return names;
}

// What a level in braces stands for.
Json parameter(const std::string& name) {
    struct Row {
        std::string_view name;
        const char* about;
        const char* example;
    };
    constexpr std::array rows{
        Row{"commune", "code of a commune, five digits", "23656"},
        Row{"device", "name of a device: letters, digits, - and _, at most 32", "phone-1"},
        Row{"place", "code of a commune or district", "625"},
        Row{"subscriber", "a name that no other subscriber of the feed has", "watch-7"},
        Row{"client", "a name that no other client has", "officer-3"},
        Row{"area", "code of a village, commune or district", "23656-01"},
        Row{"period", "a month, quarter, half-year, year, or nine months", "2022-Q2"},
        Row{"code", "code of an indicator", "COM-01"},
        Row{"revision", "of the report, from 1", "1"},
        Row{"recipient", "name of a recipient of the plan; it may have levels of its own", "district/culture"},
        Row{"sequence", "number of the event", "17"},
        Row{"village", "code of a village", "23656-01"},
        Row{"number", "of the entry, from 1", "12"},
    };
    for (const auto& row : rows) {
        if (row.name == name) {
            return {{"description", row.about}, {"examples", {row.example}}};
        }
    }
    if (name == "calendar") {
        return {{"description", "official: months from the 15th to the 14th"}, {"enum", {"official", "calendar"}}};
    }
    if (name == "about") {
        return {{"description", "what is asked of"}, {"enum", {"reports", "values", "board", "archive", "turned-away"}}};
    }
    auto names = services();
    if (name == "feed") {
        names.push_back("cells");
    }
    return {{"description", name == "feed" ? "a service's journal, or a gateway's cells" : "name of a service"},
            {"enum", std::move(names)}};
}

Json parameters_of(std::string_view levels) {
    auto all = Json::object();
    for (const auto level : topics::levels(levels)) {
        if (level.starts_with('{')) {
            const std::string name(level.substr(1, level.size() - 2));
            all[name] = parameter(name);
        }
    }
    return all;
}

Json cloud_event(Json data) {
    return {{"type", "object"},
            {"required", {"specversion", "id", "source", "type", "data"}},
            {"properties",
             {{"specversion", {{"type", "string"}, {"const", "1.0"}}},
              {"id",
               {{"type", "string"},
                {"minLength", 1},
                {"description", "of a posted event its sequence; of what is retained a digest: the same id is the same event"}}},
              {"source",
               {{"type", "string"},
                {"format", "uri-reference"},
                {"minLength", 1},
                {"description", "of a posted event it ends with /{commune}/{device}; of what is retained it says who tells it"}}},
              {"type", {{"type", "string"}, {"minLength", 1}}},
              {"subject", {{"type", "string"}, {"minLength", 1}}},
              {"time", {{"type", "string"}, {"format", "date-time"}}},
              {"datacontenttype", {{"type", "string"}, {"const", "application/json"}}},
              {"data", std::move(data)}}}};
}

Json message(const Said& each, JsonSchemas& schemas) {
    if (each.type == nullptr) {
        return {{"name", "Nothing"},
                {"title", "an empty payload"},
                {"contentType", "application/octet-stream"},
                {"payload", {{"type", "string"}, {"maxLength", 0}}}};
    }
    constexpr std::array types{"application/protobuf", "application/json", "application/cloudevents+json"};
    constexpr std::array forms{"in protobuf; the schema is that of its proto3 JSON", "as proto3 JSON",
                               "as a CloudEvent in structured mode"};
    const auto form = static_cast<std::size_t>(each.form);
    auto payload = schemas.reference(*each.type);
    return {{"name", name_of(each)},
            {"title", each.type->full_name() + " " + forms.at(form)},
            {"contentType", types.at(form)},
            {"x-protobuf-message", each.type->full_name()},
            {"payload", each.form == Form::cloud_event ? cloud_event(std::move(payload)) : std::move(payload)}};
}

Json references(const std::string& channel, const std::vector<Said>& all) {
    auto made = Json::array();
    for (const auto& each : all) {
        made.push_back({{"$ref", "#/channels/" + channel + "/messages/" + name_of(each)}});
    }
    return made;
}

Json channel_of(const Channel& channel) {
    const auto levels = topics::pattern(channel.topic);
    auto messages = Json::object();
    for (const auto& each : channel.said) {
        messages[name_of(each)] = {{"$ref", "#/components/messages/" + name_of(each)}};
    }
    return {{"address", levels},
            {"description", channel.about},
            {"messages", std::move(messages)},
            {"parameters", parameters_of(levels)},
            {"x-retained", channel.retained},
            {"x-leaves-the-commune", channel.leaves_commune}};
}

Json operation(const Channel& channel, bool sends) {
    const auto name = name_of(channel.topic);
    Json binding{{"qos", 1}, {"bindingVersion", "0.2.0"}};
    if (sends) {
        binding["retain"] = channel.retained;
    }
    return {{"action", sends ? "send" : "receive"},
            {"channel", {{"$ref", "#/channels/" + name}}},
            {"summary", std::string(sends ? "Sent by " : "Received by ") + (sends ? channel.senders : channel.receivers) + "."},
            {"bindings", {{"mqtt", std::move(binding)}}},
            {"messages", references(name, channel.said)}};
}

}  // namespace

Json asyncapi() {
    Json document{{"asyncapi", "3.0.0"},
                  {"id", "urn:chieng:1"},
                  {"info",
                   {{"title", "Chiêng: events of a poverty-reduction plan, and the indicators that come of them"},
                    {"version", "1.0.0"},
                    {"description",
                     "Everything on MQTT. 3.1.1 is enough, QoS 1, without a property of version 5: a payload is protobuf, or JSON when it "
                     "begins with "
                     "a brace. A message that is sent by one is received by the other: each topic stands here with both."},
                    {"license", {{"name", "Apache-2.0"}, {"url", "https://www.apache.org/licenses/LICENSE-2.0"}}}}},
                  {"defaultContentType", "application/protobuf"},
                  {"servers",
                   {{"broker",
                     {{"host", "{address}"},
                      {"protocol", "mqtt"},
                      {"protocolVersion", "3.1.1"},
                      {"description", "any broker of MQTT 3.1.1 or 5"},
                      {"variables", {{"address", {{"default", "127.0.0.1:1883"}}}}}}}}}};
    JsonSchemas schemas;
    auto messages = Json::object();
    auto operations = Json::object();
    for (const auto& channel : channels()) {
        const auto name = name_of(channel.topic);
        document["channels"][name] = channel_of(channel);
        operations["send_" + name] = operation(channel, true);
        operations["receive_" + name] = operation(channel, false);
        for (const auto& each : channel.said) {
            messages[name_of(each)] = message(each, schemas);
        }
        if (!channel.answered_on.empty()) {
            operations["send_" + name]["reply"] = {{"channel", {{"$ref", "#/channels/" + std::string(channel.answered_on)}}}};
        }
    }
    document["operations"] = std::move(operations);
    document["components"] = {{"schemas", schemas.all()}, {"messages", std::move(messages)}};
    return document;
}

}  // namespace chieng::web
