// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/checks.hpp"

#include "chieng/store/v1/inbox.pb.h"
#include "chieng/v1/options.pb.h"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/host/services.hpp"

#include "data/kbang_places.hpp"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

namespace chieng::simulation {
namespace {

using google::protobuf::util::MessageDifferencer;

bool is_conflict(const v1::Answer& answer) {
    return answer.reasons_size() == 1 && answer.reasons(0).code() == "CONFLICT";
}

// What an erasure leaves as it was.
v1::Event told_less(v1::Event event) {
    event.clear_note();
    event.clear_evidence();
    event.DiscardUnknownFields();
    const auto* body = event.GetReflection()->GetOneofFieldDescriptor(event, v1::Event::descriptor()->FindOneofByName("body"));
    if (body != nullptr) {
        auto& message = *event.GetReflection()->MutableMessage(&event, body);
        for (int i = 0; i < body->message_type()->field_count(); ++i) {
            const auto* field = body->message_type()->field(i);
            const auto shape = field->options().GetExtension(v1::field).shape();
            if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING &&
                (shape == v1::REFERENCE || shape == v1::SHAPE_UNSPECIFIED)) {
                message.GetReflection()->ClearField(&message, field);
            }
        }
    }
    return event;
}

}  // namespace

const Places& places() {
    static const auto few = [] {
        v1::Places rows;
        if (!google::protobuf::TextFormat::ParseFromString(data::kbang_places, &rows)) {
            throw std::invalid_argument("kbang.txtpb does not parse");
        }
        v1::Places kept;
        for (const auto& row : rows.place()) {
            if (row.code() == district) {
                kept.add_place()->CopyFrom(row);
                kept.mutable_place(kept.place_size() - 1)->clear_parent();
            } else if (row.code() == commune || (row.code().starts_with(commune) && row.parent() == commune)) {
                *kept.add_place() = row;
            }
        }
        return Places(kept);
    }();
    return few;
}

const std::vector<std::string>& services() {
    static const auto names = [] {
        std::vector<std::string> all;
        for (const auto& service : all_services()) {
            all.push_back(service.name);
        }
        return all;
    }();
    return names;
}

namespace {

// DEVICE/NUMBER.
Id id_in(std::string_view text) {
    const auto slash = text.rfind('/');
    return {std::string(text.substr(0, slash)), std::stoull(std::string(text.substr(slash + 1)))};
}

}  // namespace

Journal Journal::read(Store& store, const std::string& where) {
    Journal journal;
    std::set<Id> keys;
    std::uint64_t chain = 0;
    while (const auto block = store.block_at(journal.entries.size() + 1)) {
        store::v1::Entries entries;
        demand(entries.ParseFromString(block->bytes), "I4", where + ": the block at " + std::to_string(block->first) + " cannot be read");
        demand(block->first == journal.entries.size() + 1 &&
                   block->last + 1 == block->first + static_cast<std::uint64_t>(entries.entries_size()),
               "I4", where + ": the block at " + std::to_string(block->first) + " leaves a hole or overlaps");
        demand(block->before == chain, "I4",
               where + ": the block at " + std::to_string(block->first) + " is not chained to the one before");
        chain = block->after;
        for (const auto& entry : entries.entries()) {
            Kept kept;
            demand(kept.event.ParseFromString(entry.event()), "I4", where + ": an entry cannot be read");
            kept.id = {entry.device(), kept.event.sequence()};
            kept.entry = entry;
            demand(keys.insert(kept.id).second, "I2", where + ": " + kept.id.text() + " is journalled twice");
            journal.entries.push_back(std::move(kept));
        }
    }
    store.scan("n/", [&](std::string_view key, std::string_view of) {
        journal.meant[id_in(key.substr(2))] = id_in(of);
        return true;
    });
    const auto last = store.last_block();
    demand((last ? last->last : 0) == journal.entries.size(), "I4",
           where + ": the journal ends at " + std::to_string(last ? last->last : 0) + " but only " +
               std::to_string(journal.entries.size()) + " entries are dense");
    return journal;
}

Journal Journal::read(const Disk& disk, Disk::Image image, const std::string& service) {
    Disk copy(disk, image);
    SqliteStore store(service + ".db", copy.vfs());
    return read(store, service);
}

void Checks::posted(const std::string& service, const Id& id, const v1::Event& event) {
    posted_[service][id].push_back(event);
    if (event.has_household_erased()) {
        rewritten_.insert(service);
    }
}

std::uint64_t Checks::second_of_its_own(std::uint64_t second) {
    while (!seconds_.insert(second).second) {
        ++second;
    }
    return second;
}

void Checks::published(const Message& message) {
    demand(message.payload.size() <= limits::payload_bytes_max, "I10",
           message.topic + " carries " + std::to_string(message.payload.size()) + " bytes");
    const auto levels = topics::levels(message.topic);
    if (levels.size() == 5 && levels[3] == "receipts") {
        receipt(message.payload);
    } else if (levels.size() >= 5 && levels[3] == "feeds" && levels[4] != "cells" && (levels.size() == 5 || levels[5] == "replies")) {
        v1::Block body;
        demand(body.ParseFromString(message.payload), "I4", message.topic + " carries no block");
        block(std::string(levels[4]), body);
    } else if (levels.size() == 6 && levels[3] == "feeds" && levels[4] != "cells" && levels[5] == "head") {
        v1::Head head;
        demand(head.ParseFromString(message.payload), "I4", message.topic + " carries no head");
        epoch(std::string(levels[4]), head.epoch());
    } else if (levels.size() == 6 && levels[4] == "events") {
        v1::Events events;
        demand(events.ParseFromString(message.payload) && static_cast<std::size_t>(events.events_size()) <= limits::batch_events_max, "I10",
               "a device sends " + std::to_string(events.events_size()) + " events at once");
    }
    edge(message);
}

void Checks::bounds(const Actions& actions) const {
    std::map<std::string, std::size_t> replies;
    std::size_t indicators = 0;
    for (const auto& action : actions) {
        if (const auto* publish = std::get_if<Publish>(&action)) {
            indicators += publish->message.topic.find("/indicators/") != std::string::npos ? 1U : 0U;
            if (publish->message.topic.find("/replies/") != std::string::npos) {
                replies[publish->message.topic] = std::max(replies[publish->message.topic], publish->message.payload.size());
            }
        }
    }
    for (const auto& [topic, bytes] : replies) {
        demand(bytes <= limits::block_bytes_max + limits::event_bytes_max + 4096, "I10",
               topic + " carries a block of " + std::to_string(bytes) + " bytes");
    }
    demand(indicators <= 1000, "I10", std::to_string(indicators) + " indicators at once");
}

void Checks::blocks(const std::string& service, const Actions& actions, std::size_t bytes_max) const {
    for (const auto& action : actions) {
        const auto* publish = std::get_if<Publish>(&action);
        v1::Block block;
        if (publish == nullptr || publish->message.topic != topics::feed(commune, service) ||
            !block.ParseFromString(publish->message.payload)) {
            continue;
        }
        std::size_t bytes = 0;
        for (int i = 0; i + 1 < block.entries_size(); ++i) {
            bytes += block.entries(i).ByteSizeLong();
        }
        demand(bytes <= bytes_max, "I10",
               "the feed " + service + " publishes a block that had " + std::to_string(bytes) + " bytes before its last entry, of " +
                   std::to_string(bytes_max));
    }
}

void Checks::receipt(const std::string& payload) {
    ++receipts_;
    v1::Receipt receipt;
    if (is_json(payload)) {
        demand(google::protobuf::util::JsonStringToMessage(payload, &receipt).ok(), "I5", "a receipt in JSON cannot be read");
    } else {
        demand(receipt.ParseFromString(payload), "I5", "a receipt cannot be read");
    }
    for (const auto& answer : receipt.answers()) {
        std::uint64_t at = 0;
        for (const auto step : answer.sequences()) {
            at += step;
            this->answer(receipt.service(), {receipt.device(), at}, answer);
        }
    }
}

void Checks::answer(const std::string& service, const Id& id, const v1::Answer& answer) {
    if (answer.reasons_size() == 1 && answer.reasons(0).code() == "TOO_LARGE") {
        return;  // rubbish that has a number: nothing of it is kept
    }
    const auto known = posted_[service].find(id);
    demand(known != posted_[service].end(), "I3", service + " answers " + id.text() + ", which nobody posted");
    if (is_conflict(answer)) {
        demand(known->second.size() > 1, "I5", service + " says that " + id.text() + " has other bytes than before, but it has not");
        return;
    }
    const auto first = answer.verdict() == v1::DUPLICATE ? answer.first() : answer.verdict();
    std::string reasons;
    for (const auto& reason : answer.reasons()) {
        reasons += reason.code() + " " + reason.field() + "; ";
    }
    demand(first == v1::STORED || first == v1::REFUSED, "I5", service + " gives " + id.text() + " no final verdict");
    auto& before = answered_[service][id];
    if (before.first != v1::VERDICT_UNSPECIFIED) {
        demand(before.first == first && before.reasons == reasons, "I5",
               service + " told " + id.text() + " " + v1::Verdict_Name(before.first) + " " + before.reasons + "and now " +
                   v1::Verdict_Name(first) + " " + reasons);
        demand(before.month == answer.month() || known->second.size() > 1, "I5", service + " told " + id.text() + " two months");
    }
    before.first = first;
    before.month = answer.month();
    before.reasons = reasons;
    before.stored += answer.verdict() == v1::STORED ? 1U : 0U;
    demand(before.stored <= 1, "I2", service + " told " + id.text() + " twice that it is STORED for the first time");
    before.refused += answer.verdict() == v1::REFUSED ? 1U : 0U;
    demand(before.refused <= 1, "I5", service + " told " + id.text() + " twice that it is REFUSED for the first time");
}

bool Checks::was_answered(const std::string& service, const Id& id) const {
    const auto of_service = answered_.find(service);
    return of_service != answered_.end() && of_service->second.contains(id);
}

void Checks::block(const std::string& service, const v1::Block& block) {
    epoch(service, block.epoch());
    auto& feed = feeds_[service];
    auto offset = block.first();
    for (const auto& entry : block.entries()) {
        const auto [it, fresh] = feed.entries.try_emplace(offset, entry.SerializeAsString());
        demand(fresh || it->second == entry.SerializeAsString(), "I4",
               "the feed " + service + " published two entries at offset " + std::to_string(offset));
        ++offset;
    }
}

void Checks::epoch(const std::string& service, std::uint64_t epoch) {
    auto& feed = feeds_[service];
    if (feed.epoch == epoch) {
        return;
    }
    demand(feed.epoch == 0 || may_be_rewritten(service), "I4", "the feed " + service + " began another history");
    demand(!feed.past.contains(epoch), "I4", "the feed " + service + " goes back to a history that has ended");
    feed.past.insert(feed.epoch);
    feed.epoch = epoch;
    feed.entries.clear();
}

void Checks::edge(const Message& message) const {
    const bool leaves =
        !message.topic.starts_with("chieng/1/" + commune + "/") || message.topic.starts_with("chieng/1/" + commune + "/feeds/cells");
    demand(!leaves || message.payload.find(secret) == std::string::npos, "I8", message.topic + " carries a secret of the commune");
}

void Checks::durable(const std::string& service, const Disk& disk) const {
    const auto journal = Journal::read(disk, Disk::Image::only_synced, service);
    std::set<Id> kept;
    for (const auto& entry : journal.entries) {
        kept.insert(entry.id);
    }
    const auto of_service = answered_.find(service);
    if (of_service == answered_.end()) {
        return;
    }
    for (const auto& [id, answered] : of_service->second) {
        demand(answered.first != v1::STORED || kept.contains(id), "I1",
               service + " told " + id.text() + " STORED, but a power cut now would lose it");
    }
}

void Checks::journals(const Journals& journals) const {
    for (const auto& [service, journal] : journals) {
        const auto known = posted_.find(service);
        const auto answered = answered_.find(service);
        const bool may_differ = may_be_rewritten(service);
        std::set<Id> kept;
        for (const auto& entry : journal.entries) {
            kept.insert(entry.id);
            const auto posted = known == posted_.end() ? decltype(known->second.end()){} : known->second.find(entry.id);
            demand(known != posted_.end() && posted != known->second.end(), "I3",
                   service + " journalled " + entry.id.text() + ", which nobody posted");
            demand(std::any_of(posted->second.begin(), posted->second.end(),
                               [&](const v1::Event& event) {
                                   return MessageDifferencer::Equals(event, entry.event) ||
                                          (may_differ && MessageDifferencer::Equals(told_less(event), told_less(entry.event)));
                               }),
                   "I3", service + " journalled " + entry.id.text() + " otherwise than it was posted");
            const auto told = answered == answered_.end() ? nullptr : &answered->second;
            demand(told == nullptr || !told->contains(entry.id) || told->at(entry.id).first == v1::STORED, "I5",
                   service + " journalled " + entry.id.text() + " but told REFUSED");
        }
        if (answered != answered_.end()) {
            for (const auto& [id, told] : answered->second) {
                demand(told.first != v1::STORED || kept.contains(id), "I1", service + " told " + id.text() + " STORED, but has it not");
            }
        }
        if (const auto feed = feeds_.find(service); feed != feeds_.end()) {
            for (const auto& [offset, entry] : feed->second.entries) {
                demand(offset <= journal.entries.size() && journal.entries[offset - 1].entry.SerializeAsString() == entry, "I4",
                       "the feed " + service + " published at offset " + std::to_string(offset) + " what the journal has not");
            }
        }
    }
}

void Checks::ledger(const std::string& device, Outbox& outbox, std::uint64_t posted, const Journals& journals) const {
    const auto ledger = outbox.ledger();
    demand(ledger.posted == posted, "I3",
           device + " posted " + std::to_string(posted) + " but its outbox counts " + std::to_string(ledger.posted));
    demand(ledger.posted == ledger.stored + ledger.refused + ledger.waiting, "I3", device + " does not add up");
    demand(ledger.waiting == 0, "I9", device + " still waits for " + std::to_string(ledger.waiting) + " receipts");
    std::uint64_t journalled = 0;
    for (const auto& [service, journal] : journals) {
        for (const auto& kept : journal.entries) {
            journalled += kept.id.device == device ? 1U : 0U;
        }
    }
    demand(ledger.stored == journalled, "I3",
           device + " was told STORED " + std::to_string(ledger.stored) + " times, the journals have " + std::to_string(journalled));
}

}  // namespace chieng::simulation
