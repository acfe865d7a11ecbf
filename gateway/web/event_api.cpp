// SPDX-License-Identifier: Apache-2.0
// An officer's action is an event like any other; here it is read, and judged whether he may post it.
#include "gateway/web/bodies.hpp"
#include "gateway/web/parameters.hpp"
#include "gateway/web/problems.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/validator.hpp"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cctype>

namespace chieng::web {
namespace {

struct Need {
    v1::Viewer::May right;
    const char* why;
    const char* why_vi;
};

// Of what the event is, and of what it corrects.
std::vector<Need> needs_of(const v1::Event& event) {
    std::vector<Need> needs;
    if (event.has_correction()) {
        needs.push_back({v1::Viewer::CORRECT, "you may not correct events", "bạn không được đính chính tin"});
    }
    switch (event.body_case()) {
        case v1::Event::kDuplicateDecided:
            needs.push_back({v1::Viewer::DECIDE, "you may not decide whether events are one", "bạn không được kết luận tin trùng"});
            break;
        case v1::Event::kTargetAssigned:
        case v1::Event::kOfficerAssigned:
            needs.push_back(
                {v1::Viewer::ASSIGN, "you may not assign targets or officers", "bạn không được giao chỉ tiêu, phân công cán bộ"});
            break;
        case v1::Event::kPeriodFiled:
            needs.push_back({v1::Viewer::FILE, "you may not close a period", "bạn không được chốt kỳ báo cáo"});
            break;
        default:
            if (!event.has_correction()) {
                needs.push_back({v1::Viewer::POST, "you may not post events", "bạn không được gửi tin"});
            }
    }
    return needs;
}

// A commune's own; at a district the one of the event's village, or the one that is named.
std::optional<std::string> commune_of(const Call& call, const v1::Event& event) {
    const auto& world = call.world;
    const auto day = parse_day(event.occurred_on()).value_or(call.now.today());
    const auto* named = call.request.parameter("commune");
    if (world.places.is_commune(world.place, day)) {
        return named == nullptr || *named == world.place ? std::optional(world.place) : std::nullopt;
    }
    const auto* village = world.places.find(event.village(), day);
    const auto commune = named != nullptr ? *named : village != nullptr ? village->parent() : std::string();
    return world.places.was_below(commune, world.place) ? std::optional(commune) : std::nullopt;
}

// Who posts stands in the event. What is corrected stays its organisation's: a correction would move it to another one otherwise.
std::optional<Problem> sign(const v1::Viewer& viewer, v1::Event& event) {
    const bool other_role = event.role() != v1::ROLE_UNSPECIFIED && event.role() != viewer.role();
    const bool names_organisation = event.organisation() != v1::ORGANISATION_UNSPECIFIED;
    const bool other_organisation = names_organisation && !event.has_correction() && event.organisation() != viewer.organisation();
    if (other_role || other_organisation) {
        return Problem{403,
                       "right",
                       "Not in your name",
                       "you post as " + v1::Role_Name(viewer.role()) + " of " + v1::Organisation_Name(viewer.organisation()) +
                           (event.has_correction() ? "; leave role out" : "; leave role and organisation out"),
                       "bạn gửi với chức vụ " + v1::Role_Name(viewer.role()) + " của " + v1::Organisation_Name(viewer.organisation()) +
                           (event.has_correction() ? "; hãy bỏ trống role" : "; hãy bỏ trống role và organisation"),
                       other_role ? "role" : "organisation"};
    }
    if (event.correction().action() == v1::Correction::REPLACE && !names_organisation) {
        return bad_parameter("organisation", "name the organisation of the event that is replaced: it would count as yours",
                             "hãy ghi đơn vị của tin được thay, nếu không tin sẽ tính cho đơn vị của bạn");
    }
    if (!event.posted_by().empty() && event.posted_by() != viewer.name()) {
        return Problem{403,
                       "right",
                       "Not in your name",
                       "you post as " + viewer.name() + "; leave postedBy out",
                       "bạn gửi với tên " + viewer.name() + "; hãy bỏ trống postedBy",
                       "postedBy"};
    }
    constexpr std::string_view of_village = "village/";
    if (viewer.recipient().starts_with(of_village) && event.village() != viewer.recipient().substr(of_village.size())) {
        const auto village = viewer.recipient().substr(of_village.size());
        return Problem{403,
                       "right",
                       "Not of your village",
                       "you read as " + viewer.recipient() + " and post of that village: " + village,
                       "bạn là nơi nhận " + viewer.recipient() + " nên chỉ gửi tin của thôn, làng mình: " + village,
                       "village"};
    }
    event.set_posted_by(viewer.name());
    event.set_role(viewer.role());
    event.set_organisation(names_organisation ? event.organisation() : viewer.organisation());
    return std::nullopt;
}

Problem no_event(const std::string& why, const std::string& why_vi, std::string field) {
    return {400,
            "event",
            "It is no event",
            why + "; /asyncapi.json describes events",
            why_vi + "; các tin được mô tả ở /asyncapi.json",
            std::move(field)};
}

// Where the JSON is not as the contract says, from protobuf's words: "(session_held.audience) totl: Cannot find field."; empty when they
// name no field.
std::string place_in(std::string_view words) {
    std::string place;
    if (words.starts_with('(')) {
        place = words.substr(1, words.find(')') - 1);
        words.remove_prefix(std::min(words.find(')') + 1, words.size()));
        words.remove_prefix(std::min(words.find_first_not_of(' '), words.size()));
    }
    const auto name = words.substr(0, words.find(':'));
    place.append(place.empty() || name.empty() ? "" : ".").append(name);
    for (std::size_t at = 0; (at = place.find('_', at)) != std::string::npos && at + 1 < place.size();) {
        place.erase(at, 1);  // as in JSON
        place[at] = static_cast<char>(std::toupper(static_cast<unsigned char>(place[at])));
    }
    const auto is_plain = [](char c) { return c > ' ' && c <= '~'; };
    return std::all_of(place.begin(), place.end(), is_plain) ? place : "";
}

std::string types_of_events() {
    std::string all;
    const auto& bodies = *v1::Event::descriptor()->oneof_decl(0);
    for (int i = 0; i < bodies.field_count(); ++i) {
        all.append(all.empty() ? "" : ", ").append(bodies.field(i)->json_name());
    }
    return all;
}

std::optional<Problem> read_event(const HttpRequest& request, v1::Event& event) {
    Json body;
    if (auto wrong = read_json(request, body)) {
        return wrong;
    }
    if (const auto name = name_given_twice(request.body)) {
        return no_event(*name + " stands twice in one object", *name + " ghi hai lần trong một đối tượng", *name);
    }
    const auto read = google::protobuf::util::JsonStringToMessage(request.body, &event);
    if (!read.ok()) {
        const std::string words(read.message());
        const auto place = place_in(words);
        return no_event("the body is one chieng.v1.Event as proto3 JSON: " + words.substr(0, words.find_last_not_of('.') + 1),
                        "nội dung phải là một chieng.v1.Event dạng proto3 JSON" + (place.empty() ? "" : "; chỗ sai: " + place), place);
    }
    if (event.body_case() == v1::Event::BODY_NOT_SET && !event.has_correction()) {
        const auto all = types_of_events();
        return no_event("no type of event is given; it has one of: " + all, "chưa ghi loại tin; hãy ghi một trong các loại: " + all, "");
    }
    if (event.sequence() != 0 || event.recorded_at() != 0) {
        return bad_parameter(event.sequence() != 0 ? "sequence" : "recordedAt", "leave it out: the gateway numbers and times what you post",
                             "hãy bỏ trống: máy chủ tự đánh số và ghi giờ");
    }
    return std::nullopt;
}

// A string of draft-ietf-httpapi-idempotency-key-header, or the same without its quotes. False when it is none.
bool read_key(const Call& call, std::optional<PostKey>& key) {
    constexpr std::size_t chars_max = 128;
    auto text = call.request.field("idempotency-key");
    if (call.request.fields.find("idempotency-key") == call.request.fields.end()) {
        return true;
    }
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
    }
    const auto is_plain = [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != ','; };
    if (text.empty() || text.size() > chars_max || !std::all_of(text.begin(), text.end(), is_plain)) {
        return false;
    }
    const std::string secret(text);
    std::string body = secret + "\n";
    for (const auto& [name, value] : call.request.query) {
        body.append(name).append("=").append(value).append("\n");
    }
    key = PostKey{sha256_hex(call.viewer.name() + "\n" + secret), sha256_hex(body + call.request.body)};
    return true;
}

}  // namespace

Outcome post_event(const Call& call) {
    PostEvent post;
    if (!read_key(call, post.key)) {
        return reply_of(bad_parameter("Idempotency-Key", "one key, of 1 to 128 letters, digits and signs, as it is or in quotes",
                                      "một mã gồm 1 đến 128 chữ, số, dấu, để trần hoặc trong ngoặc kép"));
    }
    if (auto wrong = read_event(call.request, post.event)) {
        return reply_of(*wrong);
    }
    for (const auto& need : needs_of(post.event)) {
        if (!Rights::may(call.viewer, need.right)) {
            return reply_of(not_allowed(v1::Viewer::May_Name(need.right), need.why, need.why_vi));
        }
    }
    if (auto wrong = sign(call.viewer, post.event)) {
        return reply_of(*wrong);
    }
    const auto* named = call.request.parameter("service");
    post.service = post.event.body_case() == v1::Event::BODY_NOT_SET && named != nullptr ? *named : service_of(post.event);
    const auto& services = call.world.services;
    const bool known = std::find(services.begin(), services.end(), post.service) != services.end();
    if (!known || (named != nullptr && *named != post.service)) {
        std::string all;
        for (const auto& service : services) {
            all.append(all.empty() ? "" : ", ").append(service);
        }
        return reply_of(bad_parameter("service",
                                      known ? "this event goes to " + post.service : "name the service that takes it, one of " + all,
                                      known ? "tin này thuộc dịch vụ " + post.service : "hãy ghi dịch vụ nhận tin, một trong: " + all));
    }
    const auto commune = commune_of(call, post.event);
    if (!commune) {
        return reply_of(bad_parameter("commune", "name a commune of " + call.world.place + ", or a village in the event",
                                      "hãy ghi một xã thuộc " + call.world.place + ", hoặc ghi thôn, làng trong tin"));
    }
    post.commune = *commune;
    post.caller = read_trace_parent(call.request.field("traceparent"));
    return post;
}

}  // namespace chieng::web
