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
#include <set>
#include <utility>

namespace chieng {
namespace {

namespace json = google::protobuf::util;

constexpr const char* given_twice = " stands twice in one object";

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

// A number, or one in quotes, as proto3 writes it; 0 for anything else.
std::uint64_t sequence_in(const nlohmann::json& event, const char* name) {
    if (!event.is_object() || !event.contains(name)) {
        return 0;
    }
    const auto& number = event[name];
    std::uint64_t sequence = number.is_number_unsigned() ? number.get<std::uint64_t>() : 0;
    if (number.is_string()) {
        const auto& text = number.get_ref<const std::string&>();
        const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), sequence);
        sequence = bad == std::errc() && end == text.data() + text.size() ? sequence : 0;
    }
    return sequence;
}

std::vector<std::uint64_t> sequences_in(const nlohmann::json& read) {
    std::vector<std::uint64_t> found;
    const auto add = [&](std::uint64_t sequence) {
        if (sequence != 0 && found.size() < limits::batch_events_max) {
            found.push_back(sequence);
        }
    };
    if (read.is_object() && read.contains("id")) {
        add(sequence_in(read, "id"));
    } else if (read.is_object() && read.contains("events") && read["events"].is_array()) {
        for (const auto& event : read["events"]) {
            add(sequence_in(event, "sequence"));
        }
    }
    return found;
}

// One field has two spellings in proto3 JSON: occurredOn and occurred_on.
std::string field_of(std::string name) {
    std::erase(name, '_');
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return name;
}

// A name that stands twice in one object, and in which of the events that are objects; none: around them.
struct Twice {
    std::optional<std::size_t> event;
    std::string name;
};

std::vector<Twice> names_given_twice(std::string_view text) {
    struct Object {
        std::set<std::string> names;
        std::string last;
    };
    std::vector<Object> open;
    std::vector<Twice> found;
    std::size_t events = 0;  // begun
    const auto note = [&](int, nlohmann::json::parse_event_t at, nlohmann::json& read) {
        const bool is_in_events = !open.empty() && open.front().last == "events";
        if (at == nlohmann::json::parse_event_t::object_start) {
            events += open.size() == 1 && is_in_events ? 1U : 0U;
            open.emplace_back();
        } else if (at == nlohmann::json::parse_event_t::object_end) {
            open.pop_back();
        } else if (at == nlohmann::json::parse_event_t::key) {
            open.back().last = read.get<std::string>();
            const auto& name = open.back().last;
            if (!open.back().names.insert(field_of(name)).second) {
                const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
                found.push_back({open.size() > 1 && is_in_events ? std::optional(events - 1) : std::nullopt,
                                 is_plain ? name.substr(0, 64) : "a name"});  // it is the sender's
            }
        }
        return true;
    };
    return nlohmann::json::parse(text, note, false).is_discarded() ? std::vector<Twice>() : found;
}

// Events that cannot be read together, each as if it had come alone.
std::vector<Unreadable> one_by_one(nlohmann::json read, const std::vector<Twice>& twice, v1::Events& events) {
    const auto all = std::exchange(read["events"], nlohmann::json::array());
    std::vector<Unreadable> unreadable;
    std::string error;
    if (!parse(read.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), events, error)) {
        return unreadable;
    }
    std::size_t objects = 0;
    for (std::size_t at = 0; at < all.size(); ++at) {
        const auto object = all[at].is_object() ? std::optional(objects++) : std::nullopt;
        const auto is_here = [&](const Twice& one) { return object && one.event == object; };
        if (const auto it = std::find_if(twice.begin(), twice.end(), is_here); it != twice.end()) {
            unreadable.push_back({sequence_in(all[at], "sequence"), "", it->name + given_twice});
            continue;
        }
        const nlohmann::json alone{{"events", nlohmann::json::array({all[at]})}};
        v1::Events one;
        if (parse(alone.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), one, error)) {
            events.mutable_events()->MergeFrom(one.events());
            continue;
        }
        const auto field = field_in(error);
        if (error.starts_with("(events[0]")) {
            error.replace(0, std::string_view("(events[0]").size(), "(events[" + std::to_string(at) + "]");
        }
        unreadable.push_back({sequence_in(all[at], "sequence"), field, error.substr(0, 200)});
    }
    return unreadable;
}

// What is wrong with the text as a whole, and so with each number in it.
std::vector<Unreadable> none_of(const nlohmann::json& read, const std::string& error) {
    std::vector<Unreadable> all{{0, field_in(error), error}};
    for (const auto sequence : sequences_in(read)) {
        all.push_back({sequence, all.front().field, error});
    }
    return all;
}

void freeze(const v1::Events& events, store::v1::FrozenEvents& frozen) {
    frozen.set_device(events.device());
    frozen.set_commune(events.commune());
    for (const auto& event : events.events()) {
        frozen.add_events(frozen_bytes(event));
    }
}

}  // namespace

std::optional<std::string> name_given_twice(std::string_view text) {
    const auto all = names_given_twice(text);
    return all.empty() ? std::nullopt : std::optional(all.front().name);
}

Detail Unreadable::words() const {
    const auto what = error.find("Cannot find field") != std::string::npos ? "có mục không nằm trong mẫu"
                      : error.find("invalid value") != std::string::npos   ? "giá trị không hợp lệ"
                      : error.find(given_twice) != std::string::npos       ? "có mục ghi hai lần"
                                                                           : "không đúng dạng JSON của chieng.v1.Events";
    return {(field.empty() ? "" : field + ": ") + what + " (" + error + ")", error};
}

bool is_json(std::string_view payload) {
    const auto at = payload.find_first_not_of(" \t\r\n");
    // A protobuf Events also begins with a line feed (field 1), but then its length: '{' would be a device of 123 letters, '[' one of 91.
    return at != std::string_view::npos && (payload[at] == '{' || payload[at] == '[');
}

std::vector<Unreadable> from_json(const std::string& payload, store::v1::FrozenEvents& frozen) {
    v1::Events events;
    google::protobuf::Struct envelope;
    std::string error;
    const bool is_cloud_event = payload.find("\"specversion\"") != std::string::npos;
    const auto twice = names_given_twice(payload);
    const bool is_whole = twice.empty() && (is_cloud_event ? parse(payload, envelope, error) && from_cloud_event(envelope, events, error)
                                                           : parse(payload, events, error));
    if (is_whole) {
        freeze(events, frozen);
        return {};
    }
    const auto read = nlohmann::json::parse(payload, nullptr, false);
    const bool is_in_events = std::all_of(twice.begin(), twice.end(), [](const Twice& one) { return one.event.has_value(); });
    if (!is_cloud_event && is_in_events && read.is_object() && read.contains("events") && read["events"].is_array() &&
        read["events"].size() > 1) {
        v1::Events around;
        auto unreadable = one_by_one(read, twice, around);
        if (around.events_size() > 0) {
            freeze(around, frozen);
            return unreadable;
        }
    }
    return none_of(read, twice.empty() ? error : twice.front().name + given_twice);
}

std::string to_json(const google::protobuf::Message& message) {
    std::string text;
    json::JsonPrintOptions options;
    options.add_whitespace = false;
    static_cast<void>(json::MessageToJsonString(message, &text, options));
    return text;
}

}  // namespace chieng
