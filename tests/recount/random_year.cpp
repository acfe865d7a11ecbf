// SPDX-License-Identifier: Apache-2.0
#include "tests/recount/random_year.hpp"

#include "chieng/v1/options.pb.h"
#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace chieng::recount {
namespace {

using simulation::Random;
using std::chrono::days;

constexpr std::uint64_t days_in_all = 440;  // until 13 February 2023

class Year {
public:
    Year(std::uint64_t seed, const Places& places) : draw_(Random(seed, "year"), places), communes_(communes_of(seed)) {}

    std::vector<Sent> draw(std::size_t events);

private:
    Day a_day();
    Sent a_new_event();
    Sent a_correction(const std::vector<Sent>& sent);
    void number(Sent& one);

    EventDraw draw_;
    std::vector<std::string> communes_;
    std::map<std::string, std::uint64_t> sequences_;  // commune/service/device
};

// Often where one period ends and the next begins.
Day Year::a_day() {
    const auto day = first_day + days(static_cast<int>(draw_.random().below(days_in_all)));
    if (!draw_.one_in(3)) {
        return day;
    }
    const std::chrono::year_month_day date(day);
    const auto month = date.year() / date.month();
    switch (draw_.random().below(5)) {
        case 0: return month / 14;
        case 1: return month / 15;
        case 2: return month / 1;
        case 3: return month / std::chrono::last;
        default:
            return draw_.one_in(2) ? Day(std::chrono::year(2021) / 12 / 31)
                                   : Day(std::chrono::year(2022) / 12 / 31) + days(draw_.random().below(2));
    }
}

// One of three devices; the sequence is the next of that device and service.
void Year::number(Sent& one) {
    one.event.set_sequence(++sequences_[one.commune + "/" + one.service + "/" + one.device]);
}

Sent Year::a_new_event() {
    static const std::set<std::string> twice{"session_held",    "broadcast_aired",  "household_supported", "household_status_changed",
                                             "baseline_set",    "target_assigned",  "officer_assigned",    "finding_resolved",
                                             "device_reported", "facility_reported"};
    const auto& bodies = *v1::Event::descriptor()->FindOneofByName("body");
    const auto* body = bodies.field(static_cast<int>(draw_.random().below(static_cast<std::uint64_t>(bodies.field_count()))));
    if (draw_.one_in(2) && !twice.contains(body->name())) {
        body = v1::Event::descriptor()->FindFieldByName(*std::next(twice.begin(), static_cast<long>(draw_.random().below(twice.size()))));
    }
    // A decision about two events and an erasure take events back, or their names: they have tests of their own.
    if (rule_of(*body->message_type()).any_service() || body->name() == "household_erased") {
        body = v1::Event::descriptor()->FindFieldByName("session_held");
    }
    Sent one;
    one.commune = draw_.random().pick(communes_);
    one.service = rule_of(*body->message_type()).service();
    one.device = "d" + std::to_string(draw_.random().below(3));
    draw_.fill_event(one.event, *body, one.commune, a_day());
    return one;
}

Sent Year::a_correction(const std::vector<Sent>& sent) {
    const auto& wrong = sent[draw_.random().below(sent.size())];
    Sent one = wrong;
    auto& event = one.event;
    const bool by_another = draw_.one_in(3);
    if (by_another) {
        one.device = "d" + std::to_string(draw_.random().below(3));
        event.set_role(v1::COMMUNE_LEADER);
    }
    auto day = *parse_day(event.occurred_on());
    event.set_recorded_at(static_cast<std::uint64_t>(Seconds(day).time_since_epoch().count()) + draw_.random().below(900) * 3600);
    auto& correction = *event.mutable_correction();
    correction.Clear();
    correction.set_reason(v1::Correction::WRONG_FIGURE);
    correction.set_sequence(wrong.event.sequence());
    correction.set_device(one.device == wrong.device && draw_.one_in(2) ? "" : wrong.device);
    const auto kept = correction;
    const auto* body = v1::Event::descriptor()->FindFieldByNumber(event.body_case());
    if (body == nullptr || draw_.one_in(3)) {
        event.mutable_correction()->set_action(v1::Correction::VOID);
        if (body != nullptr && draw_.one_in(2)) {
            event.clear_body();
        }
        return one;
    }
    event.mutable_correction()->set_action(v1::Correction::REPLACE);
    switch (draw_.random().below(4)) {
        case 0: event.set_occurred_on(format_day(draw_.near(day, 20, 20))); break;
        case 1:
            if (rule_of(*body->message_type()).in_a_village() || !draw_.one_in(3)) {
                event.set_village(draw_.a_village(one.commune));
            } else {
                event.clear_village();
            }
            break;
        case 2: {
            const auto village = event.village();
            const auto role = event.role();
            draw_.fill_event(event, *body, one.commune, day);
            event.set_village(village);
            event.set_role(role);
            break;
        }
        default:
            draw_.fill_event(event, *body, one.commune, draw_.near(day, 40, 40));
            event.set_role(by_another ? v1::COMMUNE_LEADER : event.role());
            break;
    }
    return one;
}

// An event that two devices corrected, and one of them out of order, has no version that all rules agree on ("of one device the
// highest number", "of two the one that was recorded last"; here clocks go back between two numbers): such versions arrive in the order of
// their numbers. One that would come before its day happened earlier: a correction that is refused has those that follow mean what it was
// of, which a recount does not know.
void let_one_by_one(std::vector<Sent>& sent) {
    using Id = std::pair<std::string, std::uint64_t>;
    const auto device = [](const Sent& one, const std::string& name) { return one.commune + "/" + one.service + "/" + name; };
    std::map<Id, Id> corrects;
    for (const auto& one : sent) {
        if (const auto& correction = one.event.correction(); one.event.has_correction()) {
            corrects[{device(one, one.device), one.event.sequence()}] = {
                device(one, correction.device().empty() ? one.device : correction.device()), correction.sequence()};
        }
    }
    std::map<Id, std::vector<std::size_t>> versions;
    for (std::size_t at = 0; at < sent.size(); ++at) {
        Id root{device(sent[at], sent[at].device), sent[at].event.sequence()};
        while (corrects.contains(root)) {
            root = corrects.at(root);
        }
        versions[root].push_back(at);
    }
    for (const auto& [root, places] : versions) {
        std::set<std::string> devices;
        std::vector<Sent> in_order;
        for (const auto at : places) {
            in_order.push_back(sent[at]);
            if (sent[at].event.has_correction()) {
                devices.insert(sent[at].device);
            }
        }
        if (devices.size() < 2) {
            continue;
        }
        std::sort(in_order.begin(), in_order.end(), [](const Sent& one, const Sent& other) { return one.drawn < other.drawn; });
        for (std::size_t i = 0; i < places.size(); ++i) {
            in_order[i].arrives_at = sent[places[i]].arrives_at;
            auto& event = in_order[i].event;
            const auto came = day_at(Seconds(std::chrono::seconds(in_order[i].arrives_at)));
            event.set_occurred_on(std::min(event.occurred_on(), format_day(came)));
            sent[places[i]] = in_order[i];
        }
    }
}

std::vector<Sent> Year::draw(std::size_t events) {
    std::vector<Sent> sent;
    while (sent.size() < events) {
        auto one = sent.size() > 10 && draw_.one_in(6) ? a_correction(sent) : a_new_event();
        number(one);
        one.drawn = sent.size();
        sent.push_back(std::move(one));
    }
    // Most come within days, some after weeks, a few a day too early by the server's clock.
    for (auto& one : sent) {
        const auto day = *parse_day(one.event.occurred_on());
        const auto late = draw_.one_in(5) ? draw_.random().below(70) : draw_.random().below(8);
        const auto came = day + days(static_cast<int>(late)) - days(draw_.one_in(20) ? 1 : 0);
        one.arrives_at = static_cast<std::uint64_t>(Seconds(came).time_since_epoch().count()) + draw_.random().below(86'400);
    }
    std::sort(sent.begin(), sent.end(), [](const Sent& one, const Sent& other) { return one.arrives_at < other.arrives_at; });
    let_one_by_one(sent);
    for (std::size_t i = 1; i < sent.size(); ++i) {
        sent[i].arrives_at = std::max(sent[i].arrives_at, sent[i - 1].arrives_at + 1);
    }
    return sent;
}

}  // namespace

std::vector<std::string> communes_of(std::uint64_t seed) {
    std::vector<std::string> communes{"23638", "23656"};
    if (seed % 2 == 0) {
        communes.emplace_back("23641");
    }
    return communes;
}

std::vector<Sent> random_year(std::uint64_t seed, std::size_t events, const Places& places) {
    return Year(seed, places).draw(events);
}

}  // namespace chieng::recount
