// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/visitors.hpp"

#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>

namespace chieng::simulation {
namespace {

constexpr Millis foreign_beat{300'000};
constexpr Millis auditor_beat{30'000};
constexpr Millis auditor_rest{600'000};

std::string name_of(const std::string& bytes) {
    v1::Entry entry;
    v1::Event event;
    entry.ParseFromString(bytes);
    event.ParseFromString(entry.event());
    return entry.device() + "/" + std::to_string(event.sequence());
}

}  // namespace

Foreign::Foreign(Around& around, std::string device, std::uint64_t seed)
    : around_(around),
      device_(std::move(device)),
      speaks_json_(Random(seed, "tongue of " + device_).chance({1, 2})),
      random_(seed, device_),
      reports_(seed, device_),
      client_(around.broker.add([this](const Input& input) { hear(input); })) {}

void Foreign::start() {
    around_.broker.open(client_);
    beat();
}

void Foreign::hear(const Input& input) {
    if (std::holds_alternative<LinkUp>(input)) {
        around_.broker.subscribe(client_, topics::receipts(commune, device_));
    }
}

// Sends again what has no answer, each event alone, in any order.
void Foreign::beat() {
    std::vector<const Sent*> open;
    for (const auto& sent : sent_) {
        if (!around_.checks.was_answered(sent.service, sent.id)) {
            open.push_back(&sent);
        }
    }
    for (auto i = open.size(); i > 1; --i) {
        std::swap(open[i - 1], open[random_.below(i)]);
    }
    for (const auto* sent : open) {
        around_.broker.publish(client_, {topics::events(commune, sent->service, device_), sent->payload, false});
    }
    around_.schedule.after(foreign_beat, [this] { beat(); });
}

bool Foreign::drained() const {
    return std::all_of(sent_.begin(), sent_.end(), [&](const Sent& sent) { return around_.checks.was_answered(sent.service, sent.id); });
}

void Foreign::report(Day today) {
    const auto& service = random_.pick(services());
    if (random_.chance(around_.faults.garbage)) {
        return send_rubbish(service);
    }
    // From an earlier number on: a correction may then come before what it corrects.
    auto event = reports_.draw(service, device_, v1::ASSOCIATION_OFFICER, today, around_.checks.posted(service));
    auto& next = next_[service];
    next += random_.between(1, 3);
    event.set_sequence(next);
    event.set_recorded_at(around_.checks.second_of_its_own(static_cast<std::uint64_t>(Seconds(today).time_since_epoch().count())));
    if (random_.chance(around_.faults.garbage)) {
        event.GetReflection()->MutableUnknownFields(&event)->AddVarint(900, 7);  // of a later revision
    }
    remember(service, event);
    if (random_.chance(around_.faults.garbage) && event.has_session_held()) {
        event.mutable_session_held()->set_duration_minutes(77);  // the same number for something else
        remember(service, event);
    }
}

void Foreign::remember(const std::string& service, const v1::Event& event) {
    v1::Events message;
    message.set_device(device_);
    message.set_commune(commune);
    *message.add_events() = event;
    const bool has_unknown = !event.GetReflection()->GetUnknownFields(event).empty();
    const bool as_json = speaks_json_ && !has_unknown;
    around_.checks.posted(service, {device_, event.sequence()}, event);
    sent_.push_back({service, {device_, event.sequence()}, as_json ? to_json(message) : message.SerializeAsString()});
    around_.broker.publish(client_, {topics::events(commune, service, device_), sent_.back().payload, false});
}

void Foreign::send_rubbish(const std::string& service) {
    v1::Events message;
    message.set_device(device_);
    message.set_commune(commune);
    auto& event = *message.add_events();
    event.set_sequence(1'000'000 + random_.below(3));
    event.set_occurred_on("2022-03-20");
    std::string payload;
    switch (random_.below(7)) {
        case 0:  // cut short
            payload = message.SerializeAsString();
            payload.resize(random_.below(payload.size()));
            break;
        case 1: payload = std::string(limits::payload_bytes_max + 1, 'x'); break;
        case 2:  // one event that is too large
            event.set_note(std::string(limits::event_bytes_max + 1, 'x'));
            payload = message.SerializeAsString();
            break;
        case 3:
            payload.resize(random_.below(200));
            std::generate(payload.begin(), payload.end(), [&] { return static_cast<char>(random_.below(256)); });
            break;
        case 4:  // somebody else's
            message.set_device("phone-" + secret + "-1");
            payload = message.SerializeAsString();
            break;
        case 5:
            message.set_commune("23653");
            payload = message.SerializeAsString();
            break;
        default:  // a type of a later revision
            event.GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(99)->assign("new");
            event.set_sequence(2'000'000);
            around_.checks.posted(service, {device_, event.sequence()}, event);
            payload = message.SerializeAsString();
            break;
    }
    around_.broker.publish(client_, {topics::events(commune, service, device_), payload, false});
}

Officer::Officer(Around& around, std::uint64_t seed)
    : around_(around), random_(seed, "officer"), client_(around.broker.add([this](const Input& input) { hear(input); })) {}

void Officer::start() {
    around_.broker.open(client_);
    beat();
}

void Officer::file() {
    static const std::vector<std::string> over{"2022-01", "2021-Q4", "2021-Q3", "2021"};
    static const std::vector<std::string> where{commune, district};
    open_.insert({random_.pick(where), over[random_.below(over.size())]});
}

void Officer::hear(const Input& input) {
    const auto* arrived = std::get_if<Arrived>(&input);
    if (std::holds_alternative<LinkUp>(input)) {
        for (const auto& place : {commune, district}) {
            around_.broker.subscribe(client_, topics::replies(place, "reports", "officer"));
        }
    } else if (v1::ReportReply reply; arrived != nullptr && reply.ParseFromString(arrived->message.payload) && reply.has_report()) {
        const auto& report = reply.report();
        open_.erase({report.area(), report.period()});
        const auto [it, fresh] = told_.try_emplace({report.area(), report.period(), report.revision()}, report);
        if (!fresh && it->second.digest() != report.digest()) {
            throw Violation("I6", "the report of " + report.area() + " for " + report.period() + " was filed twice under one revision");
        }
    }
}

void Officer::beat() {
    for (const auto& [place, period] : open_) {
        v1::ReportRequest request;
        request.set_period(period);
        request.set_file(true);
        request.set_why("the answer did not come");
        around_.broker.publish(client_, {topics::requests(place, "reports", "officer"), request.SerializeAsString(), false});
    }
    around_.schedule.after(foreign_beat, [this] { beat(); });
}

// What was told stands for ever, where all can read it.
void Officer::compare(const std::map<std::string, std::string>& retained, const Journals& journals) const {
    for (const auto& [name, report] : told_) {
        const auto topic = topics::report(report.area(), report.period(), std::to_string(report.revision()));
        const auto it = retained.find(topic);
        v1::Report now;
        if (it == retained.end() || !read_retained_event(it->second, now) || now.digest() != report.digest()) {
            throw Violation("I6", topic + " is not what was filed");
        }
        if (report.area() == commune) {
            around_.checks.report(report, journals);
        }
    }
}

Auditor::Auditor(Around& around, std::string service, std::uint64_t seed)
    : around_(around),
      service_(std::move(service)),
      random_(seed, "auditor of " + service_),
      client_(around.broker.add([this](const Input& input) { hear(input); })) {}

void Auditor::start() {
    around_.broker.open(client_);
    beat();
}

void Auditor::restart() {
    around_.broker.close(client_);
    link_is_up_ = false;
    reader_ = FeedReader(kept_.checkpoint);
    around_.broker.open(client_);
}

void Auditor::hear(const Input& input) {
    const auto topic = topics::feed(commune, service_);
    if (std::holds_alternative<LinkUp>(input)) {
        link_is_up_ = true;
        for (const auto* part : {"", "/head", "/replies/auditor"}) {
            around_.broker.subscribe(client_, topic + part);
        }
        ask();
    } else if (std::holds_alternative<LinkDown>(input)) {
        link_is_up_ = false;
    } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
        const auto& message = arrived->message;
        v1::Head head;
        v1::Block block;
        auto verdict = FeedReader::Verdict::skip;
        if (message.topic.ends_with("/head")) {
            verdict = head.ParseFromString(message.payload) ? reader_.see(head) : verdict;
        } else if (block.ParseFromString(message.payload)) {
            verdict = reader_.see(block, message.topic.ends_with("/replies/auditor"));
            if (ended_ && block.formerly() == ended_->epoch) {
                ended_->goes_on = true;
            }
        }
        if (verdict == FeedReader::Verdict::reset) {
            start_again();
            verdict = block.entries().empty() ? verdict : reader_.see(block, message.topic.ends_with("/replies/auditor"));
        }
        if (verdict == FeedReader::Verdict::fold) {
            fold(block);
        }
        ask();
    }
}

// A late answer that says where the feed ended looks as if the journal were shorter now: then all is read again.
void Auditor::start_again() {
    if (!around_.checks.may_be_rewritten(service_) && kept_.checkpoint.epoch != 0 && reader_.checkpoint().epoch != kept_.checkpoint.epoch) {
        throw Violation("I4", "the feed " + service_ + " began another history for its auditor");
    }
    if (const auto epoch = kept_.checkpoint.epoch; epoch != 0 && epoch != reader_.checkpoint().epoch) {
        ended_ = Ended{epoch, {}, false};
        for (const auto& entry : kept_.entries) {
            ended_->names.push_back(name_of(entry));
        }
    }
    kept_ = Kept{reader_.checkpoint(), {}};
}

void Auditor::fold(const v1::Block& block) {
    if (block.first() != kept_.entries.size() + 1) {
        throw Violation("I4", "the auditor of " + service_ + " is told to fold offset " + std::to_string(block.first()) + " after " +
                                  std::to_string(kept_.entries.size()));
    }
    for (const auto& entry : block.entries()) {
        kept_.entries.push_back(entry.SerializeAsString());
    }
    kept_.checkpoint = reader_.checkpoint();
}

void Auditor::ask() {
    if (!link_is_up_) {
        return;
    }
    const auto topic = topics::feed_requests(commune, service_, "auditor");
    if (const auto request = reader_.due(around_.schedule.now().count())) {
        around_.broker.publish(client_, {topic, request->SerializeAsString(), false});
    }
    if (asks()) {
        v1::Request request;
        request.set_epoch(ended_->epoch);
        request.set_after(ended_->names.size());
        request.set_max_bytes(1);
        around_.broker.publish(client_, {topic, request.SerializeAsString(), false});
    }
}

void Auditor::beat() {
    ask();
    around_.schedule.after(reader_.behind() || asks() ? auditor_beat : auditor_rest, [this] { beat(); });
}

// Of the feeds only an erasure begins another history here: which takes names out of the old one, and no event.
void Auditor::compare_ended() const {
    if (!ended_) {
        return;
    }
    if (!ended_->goes_on) {
        throw Violation("I4", "the feed " + service_ + " does not say that it tells what it told before an erasure");
    }
    for (std::size_t at = 0; at < ended_->names.size(); ++at) {
        if (kept_.entries.size() <= at || name_of(kept_.entries[at]) != ended_->names[at]) {
            throw Violation("I4", "the feed " + service_ + " tells another event at offset " + std::to_string(at + 1) +
                                      " than before an erasure, and says that it tells the same");
        }
    }
}

void Auditor::compare(const Journal& journal) const {
    compare_ended();
    if (kept_.entries.size() != journal.entries.size()) {
        throw Violation("I4", "the auditor of " + service_ + " folded " + std::to_string(kept_.entries.size()) +
                                  " entries, the journal has " + std::to_string(journal.entries.size()));
    }
    for (std::size_t i = 0; i < kept_.entries.size(); ++i) {
        if (kept_.entries[i] != journal.entries[i].entry.SerializeAsString()) {
            throw Violation("I4", "the auditor of " + service_ + " folded another entry at offset " + std::to_string(i + 1));
        }
    }
}

}  // namespace chieng::simulation
