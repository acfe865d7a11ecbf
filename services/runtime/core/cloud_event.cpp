// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/cloud_event.hpp"

#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/time.hpp"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>
#include <xxhash.h>
#include <nlohmann/json.hpp>

namespace chieng {
namespace {

constexpr std::string_view root = "chieng/1/";

// 2022-04-10T02:30:00Z
std::string utc(std::uint64_t seconds) {
    const std::chrono::sys_seconds at{std::chrono::seconds(static_cast<std::int64_t>(seconds))};
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::hh_mm_ss time(at - day);
    const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return format_day(day) + "T" + two(time.hours().count()) + ":" + two(time.minutes().count()) + ":" + two(time.seconds().count()) + "Z";
}

std::string digest(const std::string& text) {
    const auto hash = XXH3_128bits(text.data(), text.size());
    constexpr std::string_view digits = "0123456789abcdef";
    std::string made;
    for (const auto half : {hash.high64, hash.low64}) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            made.push_back(digits[(half >> static_cast<unsigned>(shift)) & 0xFU]);
        }
    }
    return made;
}

}  // namespace

EventData::EventData(const google::protobuf::Message& data)
    : json(to_json(data)), bytes(frozen_bytes(data)), type(data.GetDescriptor()->full_name()) {}

Publish retained_event(const std::string& topic, const Said& said, const google::protobuf::Message& data) {
    return retained_event(topic, said, EventData(data));
}

Publish retained_event(const std::string& topic, const Said& said, const EventData& data) {
    const auto time = utc(said.at);
    std::string json = R"({"specversion":"1.0","id":")" + digest(topic + "\n" + time + "\n" + data.bytes);
    json.append(R"(","source":"/)").append(root).append(said.place).append("/").append(said.who);
    json.append(R"(","type":")").append(data.type);
    json.append(R"(","subject":")").append(std::string_view(topic).substr(root.size()));
    json.append(R"(","time":")").append(time);
    json.append(R"(","datacontenttype":"application/json","data":)").append(data.json).append("}");
    return Publish{{topic, std::move(json), true}};
}

bool read_retained_event(const std::string& payload, google::protobuf::Message& data) {
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;
    if (payload.find("\"specversion\"") == std::string::npos) {
        return google::protobuf::util::JsonStringToMessage(payload, &data, options).ok();
    }
    const auto envelope = nlohmann::json::parse(payload, nullptr, false);
    const auto it = envelope.find("data");
    return it != envelope.end() && google::protobuf::util::JsonStringToMessage(it->dump(), &data, options).ok();
}

}  // namespace chieng
