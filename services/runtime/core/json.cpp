// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/json.hpp"

#include "chieng/v1/event.pb.h"
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/limits.hpp"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace chieng {
namespace {

namespace json = google::protobuf::util;

bool parse(const std::string& text, google::protobuf::Message& message, std::string& error) {
    const auto status = json::JsonStringToMessage(text, &message);
    if (!status.ok()) {
        error = std::string(status.message()).substr(0, 200);
        std::replace(error.begin(), error.end(), '\n', ' ');
    }
    return status.ok();
}

bool from_cloud_event(const google::protobuf::Struct& envelope, v1::Events& events, std::string& error) {
    const auto text = [&](const char* name) {
        const auto it = envelope.fields().find(name);
        return it == envelope.fields().end() ? std::string() : it->second.string_value();
    };
    const auto source = text("source");
    const auto device_at = source.rfind('/');
    const auto commune_at = device_at == std::string::npos || device_at == 0 ? std::string::npos : source.rfind('/', device_at - 1);
    const auto id = text("id");
    std::uint64_t sequence = 0;
    const auto [end, bad] = std::from_chars(id.data(), id.data() + id.size(), sequence);
    const auto data = envelope.fields().find("data");
    if (device_at == std::string::npos || bad != std::errc() || end != id.data() + id.size() || data == envelope.fields().end()) {
        error = "a CloudEvent needs source .../{commune}/{device}, a number as id, and data";
        return false;
    }
    events.set_device(source.substr(device_at + 1));
    const auto commune_from = commune_at == std::string::npos ? 0 : commune_at + 1;
    events.set_commune(source.substr(commune_from, device_at - commune_from));
    std::string body;
    if (!json::MessageToJsonString(data->second, &body).ok() || !parse(body, *events.add_events(), error)) {
        return false;
    }
    events.mutable_events(0)->set_sequence(sequence);
    return true;
}

}  // namespace

bool is_json(std::string_view payload) {
    const auto at = payload.find_first_not_of(" \t\r\n");
    // A protobuf Events also begins with a line feed (field 1), but then its length: '{' would be a device of 123 letters.
    return at != std::string_view::npos && payload[at] == '{';
}

bool from_json(const std::string& payload, store::v1::FrozenEvents& frozen, std::string& error) {
    v1::Events events;
    google::protobuf::Struct envelope;
    if (payload.find("\"specversion\"") != std::string::npos) {
        if (!parse(payload, envelope, error) || !from_cloud_event(envelope, events, error)) {
            return false;
        }
    } else if (!parse(payload, events, error)) {
        return false;
    }
    frozen.set_device(events.device());
    frozen.set_commune(events.commune());
    for (const auto& event : events.events()) {
        frozen.add_events(frozen_bytes(event));
    }
    return true;
}

// "(events[0].session_held.form): invalid value …". A name that the schema does not know is the sender's, and is told in no field.
std::string field_in(std::string_view error) {
    const auto closed = error.find("): ");
    if (!error.starts_with("(events[") || closed == std::string_view::npos) {
        return {};
    }
    const auto path = error.substr(0, closed);
    const auto dot = path.find('.');
    const auto field = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    const bool is_plain = field.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.[]") == std::string_view::npos;
    return is_plain ? std::string(field) : std::string();
}

std::vector<std::uint64_t> sequences_in(const std::string& payload) {
    std::vector<std::uint64_t> found;
    const auto add = [&](const nlohmann::json& number) {
        std::uint64_t sequence = number.is_number_unsigned() ? number.get<std::uint64_t>() : 0;
        if (number.is_string()) {
            const auto& text = number.get_ref<const std::string&>();
            const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), sequence);
            sequence = bad == std::errc() && end == text.data() + text.size() ? sequence : 0;
        }
        if (sequence != 0 && found.size() < limits::batch_events_max) {
            found.push_back(sequence);
        }
    };
    const auto read = nlohmann::json::parse(payload, nullptr, false);
    if (!read.is_object()) {
        return found;
    }
    if (read.contains("id")) {
        add(read["id"]);
    } else if (read.contains("events") && read["events"].is_array()) {
        for (const auto& event : read["events"]) {
            if (event.is_object() && event.contains("sequence")) {
                add(event["sequence"]);
            }
        }
    }
    return found;
}

std::string to_json(const google::protobuf::Message& message) {
    std::string text;
    json::JsonPrintOptions options;
    options.add_whitespace = false;
    static_cast<void>(json::MessageToJsonString(message, &text, options));
    return text;
}

}  // namespace chieng
