// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/events_behind.hpp"

#include "gateway/serve/recipients.hpp"
#include "gateway/web/hidden.hpp"
#include "gateway/web/labels_of_events.hpp"
#include "gateway/web/parameters.hpp"
#include "gateway/web/problems.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace chieng::web {
namespace {

Problem bad_cursor() {
    return bad_parameter("after", "what an answer gave as eventsNext", "giá trị eventsNext của lần trả lời trước");
}

Problem other_journal() {
    return {409,
            "cursor",
            "The journal began again",
            "the journal was written anew since, as it is when a household is erased; ask without `after`, from the first page",
            "sổ đã được ghi lại từ đầu, như khi xóa dữ liệu một hộ; hãy xem lại từ trang đầu, không có `after`",
            "after"};
}

// Whether an event has a part in a value.
class Scales {
public:
    Scales(const World& world, const Share& share, const EventsAsked& asked)
        : feed_(world.place + "/"), share_(share), asked_(asked), board_(world.definitions, world.places, world.place) {
        board_.raise_horizon(world.board.horizon());
        nothing_ = read();
        const auto number = static_cast<std::uint32_t>(&asked.definition - world.definitions.all().data());
        const auto& bodies = *v1::Event::descriptor()->oneof_decl(0);
        note(world, 0, number);
        for (int i = 0; i < bodies.field_count(); ++i) {
            note(world, bodies.field(i)->number(), number);
        }
    }

    [[nodiscard]] bool may_weigh(int body) const { return bodies_.contains(body); }

    // Whether there may be events that weigh by what who sees up to this class is not shown; the same whichever there are.
    [[nodiscard]] bool may_withhold(v1::DataClass sees) const {
        constexpr int every_kind = 0;  // by its envelope
        return !bodies_.contains(every_kind) && std::any_of(bodies_.begin(), bodies_.end(), [&](int body) {
            const auto* kind = v1::Event::descriptor()->FindFieldByNumber(body);
            return kind != nullptr && is_above(*kind->message_type(), sees);
        });
    }

    // By what he is shown of it: which value an event is behind would tell the rest.
    [[nodiscard]] bool weighs(v1::Entry entry, v1::DataClass sees) {
        v1::Event event;
        event.ParseFromString(entry.event());
        Recipients::cut(event, sees);
        entry.set_event(event.SerializeAsString());
        board_.apply(feed_, entry);
        const bool moved = read() != nothing_;
        board_.forget(feed_);
        board_.settle();
        return moved;
    }

private:
    [[nodiscard]] std::string read() const {
        return share_.of(board_.value(asked_.area, asked_.period, asked_.definition.indicator.code())).SerializeAsString();
    }

    // The whole, or something in it that is sensitive.
    [[nodiscard]] static bool is_above(const google::protobuf::Descriptor& type, v1::DataClass sees) {
        bool sensitive = false;
        for (int i = 0; i < type.field_count(); ++i) {
            sensitive = sensitive || type.field(i)->options().GetExtension(v1::field).data_class() == v1::SENSITIVE;
        }
        return rule_of(type).data_class() > sees || (sensitive && sees < v1::SENSITIVE);
    }

    void note(const World& world, int body, std::uint32_t definition) {
        for (const auto& plan : world.definitions.plan(body).sources) {
            const auto& touched = world.definitions.touched(plan.whole);
            if (std::find(touched.begin(), touched.end(), definition) != touched.end()) {
                bodies_.insert(body);
            }
        }
    }

    std::string feed_;
    const Share& share_;
    const EventsAsked& asked_;
    Board board_;
    std::string nothing_;
    std::set<int> bodies_;
};

Json event_json(const TracedEvent& name, const EventLog::Logged& logged, v1::DataClass sees) {
    v1::Event event;
    event.ParseFromString(logged.bytes);
    const auto* kind = v1::Event::descriptor()->FindFieldByNumber(logged.body);
    Json json{{"service", name.service}, {"device", name.device}, {"sequence", std::to_string(name.sequence)}, {"traceId", trace_id(name)}};
    json["occurredOn"] = event.occurred_on();
    if (!event.village().empty()) {
        json["village"] = event.village();
    }
    json["type"] = kind == nullptr ? "" : kind->name();
    json["label"] = kind == nullptr ? text_json(v1::Label()) : event_label(kind->name());
    put_shown(json, logged, sees);
    return json;
}

// What it is counted instead of, as far as it is received.
template <class Received>
void put_instead(Json& json, const World& world, const TracedEvent& counted, v1::DataClass sees, const Received& is_received) {
    auto all = Json::array();
    for (const auto& instead : world.book->duplicates().counted_instead_of(counted.service, {counted.device, counted.sequence})) {
        const auto* other = world.book->events().find(counted.service, instead.id);
        if (other == nullptr || other->counts || !is_received(*other)) {
            continue;
        }
        if (all.size() == EventsPage::instead_max) {
            json["insteadOfMore"] = true;
            break;
        }
        auto told = event_json({counted.commune, counted.service, instead.id.device, instead.id.sequence}, *other, sees);
        told["because"] = instead.is_same ? "SAME" : "REPLACE";
        all.push_back(std::move(told));
    }
    if (!all.empty()) {
        json["insteadOf"] = std::move(all);
    }
}

}  // namespace

void put_shown(Json& json, const EventLog::Logged& logged, v1::DataClass sees) {
    v1::Event event;
    event.ParseFromString(logged.bytes);
    const auto whole = event.ByteSizeLong();
    Recipients::cut(event, sees);
    if (event.ByteSizeLong() != whole) {
        json["hidden"] = true;
    }
    json["event"] = Json::parse(to_json(event), nullptr, false);
}

EventsPage::EventsPage(const Call& call)
    : call_(call),
      is_seen_(call.world.book != nullptr && Rights::sees(call.viewer) >= v1::INTERNAL && sees_lineage(call.viewer) &&
               call.share.has_events()) {
    Parameters parameters(call);
    most_ = parameters.number("limit", events_max, events_max, 1);
    wrong_ = parameters.wrong();
    if (wrong_ || !parameters.given("after")) {
        return;
    }
    if (is_seen_) {
        read_cursor(parameters.text("after"));
    } else {
        wrong_ = bad_parameter("after", "goes on with single events, which are told at a commune to who sees INTERNAL and small numbers",
                               "dùng để xem tiếp từng tin, chỉ có ở cấp xã cho người xem được dữ liệu nội bộ và số nhỏ");
    }
}

bool EventsPage::must_wait() const {
    return is_seen_ && call_.request.parameter("map") == nullptr && !call_.world.book->ready() && !call_.now.gave_up;
}

// SERVICE-EPOCH-OFFSET.
void EventsPage::read_cursor(const std::string& text) {
    const auto& book = *call_.world.book;
    const auto first = text.find('-');
    const auto second = text.find('-', first + 1);
    const auto& services = book.services();
    const auto service = std::find(services.begin(), services.end(), text.substr(0, first));
    const auto number = [&](std::size_t begin, std::size_t end, std::uint64_t& to) {
        const auto [rest, failed] = std::from_chars(text.data() + begin, text.data() + end, to);
        return failed == std::errc() && rest == text.data() + end;
    };
    std::uint64_t epoch = 0;
    if (service == services.end() || second == std::string::npos || !number(first + 1, second, epoch) ||
        !number(second + 1, text.size(), after_.offset)) {
        wrong_ = bad_cursor();
    } else if (book.ready() && (epoch != book.epoch(*service) || after_.offset > book.events().of(*service).size())) {
        wrong_ = other_journal();
    }
    after_.service = static_cast<std::size_t>(service - services.begin());
}

std::string EventsPage::text_of(const EventsCursor& cursor) const {
    const auto& service = call_.world.book->services()[cursor.service];
    return service + "-" + std::to_string(call_.world.book->epoch(service)) + "-" + std::to_string(cursor.offset);
}

// A recipient of events reads those of its kinds, as on its topics.
bool EventsPage::is_received(const EventLog::Logged& logged) const {
    const auto* kind = v1::Event::descriptor()->FindFieldByNumber(logged.body);
    v1::Event event;
    return kind != nullptr && event.ParseFromString(logged.bytes) && call_.share.has_event(kind->name(), event.village());
}

void EventsPage::add_to(Json& json, const EventsAsked& asked) const {
    if (!is_seen_) {
        return;
    }
    const auto& book = *call_.world.book;
    const bool has_map = call_.request.parameter("map") != nullptr;
    if (has_map || book.overfull() || !book.ready()) {
        json["eventsMissing"] = has_map ? "MAP" : book.overfull() ? "TOO_MANY" : "READING";
        return;
    }
    Scales scales(call_.world, call_.share, asked);
    const auto sees = Rights::sees(call_.viewer);
    if (scales.may_withhold(sees)) {
        json["eventsWithheld"] = true;
    }
    auto& events = json["events"] = Json::array();
    std::size_t weighed = 0;
    auto at = after_;
    for (; at.service < book.services().size(); ++at.service, at.offset = 0) {
        const auto& service = book.services()[at.service];
        const auto& logged = book.events().of(service);
        for (; at.offset < logged.size(); ++at.offset) {
            const auto& event = logged[at.offset];
            if (event.bytes.empty() || !scales.may_weigh(event.body)) {
                continue;
            }
            if (events.size() == most_ || weighed == weighed_max) {
                json["eventsNext"] = text_of(at);
                return;
            }
            ++weighed;
            if (is_received(event) && scales.weighs(book.events().entry(event), sees)) {
                const TracedEvent name{call_.world.place, service, book.events().device(event), event.sequence};
                auto told = event_json(name, event, sees);
                put_instead(told, call_.world, name, sees, [&](const EventLog::Logged& other) { return is_received(other); });
                events.push_back(std::move(told));
            }
        }
    }
}

}  // namespace chieng::web
