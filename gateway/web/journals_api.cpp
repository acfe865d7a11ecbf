// SPDX-License-Identifier: Apache-2.0
// What a commune's journals say, as `chieng-gateway ledger` and `chieng-gateway duplicates` print it: whether what devices
// posted was kept, and which events look like one fact. Of whoever may read what is INTERNAL; a district has no journals.
#include "gateway/web/events_behind.hpp"
#include "gateway/web/hidden.hpp"
#include "gateway/web/labels_of_events.hpp"
#include "gateway/web/parameters.hpp"
#include "gateway/web/problems.hpp"
#include "gateway/web/received.hpp"
#include "gateway/web/times.hpp"

#include <algorithm>
#include <cctype>

namespace chieng::web {
namespace {

constexpr std::size_t groups_max = 200;  // in one answer: those decided give way to others

// Why the journals cannot be told, or not yet.
std::optional<Outcome> not_now(const Call& call) {
    if (call.world.book == nullptr) {
        return reply_of(ask_the_commune());
    }
    if (Rights::sees(call.viewer) < v1::INTERNAL) {
        return reply_of(not_allowed("INTERNAL", "you may only read what is public", "bạn chỉ được xem thông tin công khai"));
    }
    if (call.world.book->ready()) {
        return std::nullopt;
    }
    if (!call.now.gave_up) {
        return AwaitJournals{};
    }
    auto reply = reply_of(still_reading());
    reply.set("Retry-After", "60");
    return reply;
}

// Who does not see small numbers is not told how many events came of which device and when: each moves them by one.
std::optional<Outcome> not_under_a_threshold(const Call& call) {
    if (sees_lineage(call.viewer)) {
        return std::nullopt;
    }
    return reply_of({403, "threshold", "Single events are not for you",
                     "small numbers are hidden from you, and these are single events; ask for rights without a threshold",
                     "bạn không được xem các số nhỏ, còn đây là từng tin một; hãy xin quyền không có ngưỡng", "threshold"});
}

v1::Label whole_ledger() {
    v1::Label label;
    label.set_vi("sổ đối chiếu, nơi đếm tin của mọi dịch vụ");
    label.set_en("the ledger, which counts the events of every service");
    return label;
}

std::string in_capitals(std::string_view name) {
    std::string text(name);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
    return text;
}

Json row_json(const Ledger& ledger, const Ledger::Row& row, bool days) {
    Json json{{"device", row.device}, {"service", row.service}, {"state", in_capitals(name_of(row.state))}};
    if (row.state != Ledger::State::unknown) {
        json["posted"] = row.posted;
        json["refused"] = row.refused;
        json["waiting"] = row.waiting;
    }
    json["stored"] = row.stored;
    json["later"] = row.later;
    json["difference"] = row.difference;
    if (row.first_missing != 0) {
        json["missing"] = row.missing;
        json["firstMissing"] = std::to_string(row.first_missing);
    }
    if (row.first_gap != 0) {
        json["firstGap"] = std::to_string(row.first_gap);
    }
    const auto device = ledger.devices().find(row.device);
    if (device != ledger.devices().end()) {
        json["online"] = device->second.online;
        if (device->second.heard_at != 0) {
            json["lastHeard"] = time_text(device->second.heard_at);
        }
    }
    if (days) {
        json["storedOn"] = Json::object();
        for (const auto& [day, count] : row.stored_on) {
            json["storedOn"][format_day(day)] = count;
        }
    }
    return json;
}

// The first number that is neither in the journal nor waiting; of refused ones among them it is not known which. A surplus has none.
Json difference_json(const Ledger::Row& row) {
    Json json{{"device", row.device}, {"service", row.service}, {"difference", row.difference}};
    if (row.difference > 0) {
        json["number"] = std::to_string(row.first_missing);
        json["missing"] = row.missing;
        json["refused"] = row.refused;
    }
    return json;
}

Json pair_json(const std::pair<EventId, EventId>& pair, const char* decision) {
    const auto& [one, other] = pair;
    return {{"device", other.device},
            {"sequence", std::to_string(other.sequence)},
            {"sameDevice", one.device},
            {"sameSequence", std::to_string(one.sequence)},
            {"decision", decision}};
}

// With what each reported, as far as the viewer may read it.
Json group_json(const Call& call, const Duplicates::Group& group) {
    Json json{{"service", group.service}, {"village", group.village}, {"occurredOn", group.day}, {"type", group.kind}};
    json["label"] = event_label(group.kind);
    json["events"] = Json::array();
    for (const auto& member : group.members) {
        Json one{{"device", member.root.device},
                 {"sequence", std::to_string(member.root.sequence)},
                 {"organisation", v1::Organisation_Name(member.organisation)},
                 {"role", v1::Role_Name(member.role)}};
        if (!member.time.empty()) {
            one["time"] = member.time;
        }
        if (const auto* logged = call.world.book->events().find(group.service, member.version)) {
            put_shown(one, *logged, Rights::sees(call.viewer));
        }
        json["events"].push_back(std::move(one));
    }
    json["pairs"] = Json::array();
    for (const auto& pair : group.undecided) {
        json["pairs"].push_back(pair_json(pair, "UNDECIDED"));
    }
    for (const auto& pair : group.different) {
        json["pairs"].push_back(pair_json(pair, v1::DuplicateDecided::Decision_Name(v1::DuplicateDecided::DIFFERENT).c_str()));
    }
    return json;
}

}  // namespace

Outcome get_ledger(const Call& call) {
    Parameters parameters(call);
    const bool days = parameters.flag("days");
    if (parameters.wrong()) {
        return reply_of(*parameters.wrong());
    }
    if (!receives_everything(call)) {
        return reply_of(not_received(call, whole_ledger(), ""));
    }
    if (auto why = not_under_a_threshold(call)) {
        return *why;
    }
    if (auto why = not_now(call)) {
        return *why;
    }
    const auto& book = *call.world.book;
    const auto rows = book.ledger().rows();
    const auto difference = difference_of(rows);
    Json json{{"balanced", difference == 0}, {"difference", difference}};
    const auto first = std::find_if(rows.begin(), rows.end(), [](const Ledger::Row& row) { return row.difference != 0; });
    if (first != rows.end()) {
        json["first"] = difference_json(*first);
    }
    json["silent"] = book.silent();
    json["devices"] = Json::array();
    for (const auto& row : rows) {
        json["devices"].push_back(row_json(book.ledger(), row, days));
    }
    return json_reply(json);
}

Outcome get_duplicates(const Call& call) {
    if (auto why = not_under_a_threshold(call)) {
        return *why;
    }
    if (auto why = not_now(call)) {
        return *why;
    }
    const auto& book = *call.world.book;
    if (book.overfull()) {
        return reply_of(too_many_events(CommuneBook::events_max, "chieng-gateway --place " + call.world.place + " duplicates"));
    }
    auto groups = book.duplicates().undecided();
    std::erase_if(groups, [&](const Duplicates::Group& group) { return !call.share.has_event(group.kind, group.village); });
    Json json{{"silent", book.silent()}, {"more", groups.size() - std::min(groups.size(), groups_max)}, {"groups", Json::array()}};
    for (std::size_t i = 0; i < std::min(groups.size(), groups_max); ++i) {
        json["groups"].push_back(group_json(call, groups[i]));
    }
    return json_reply(json);
}

}  // namespace chieng::web
