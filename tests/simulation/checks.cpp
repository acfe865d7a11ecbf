// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/checks.hpp"

#include "chieng/store/v1/inbox.pb.h"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/host/services.hpp"
#include "tests/simulation/truth.hpp"

#include "data/kbang_places.hpp"
#include "data/simulated_indicators.hpp"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

namespace chieng::simulation {
namespace {

using google::protobuf::util::MessageDifferencer;

void demand(bool holds, const char* invariant, const std::string& what) {
    if (!holds) {
        throw Violation(invariant, what);
    }
}

bool is_conflict(const v1::Answer& answer) {
    return answer.reasons_size() == 1 && answer.reasons(0).code() == "CONFLICT";
}

// Where two texts of lines part: the first line of each that the other has not.
std::string difference(const std::string& a, const std::string& b) {
    const auto lines = [](const std::string& text) {
        std::set<std::string> all;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at);
            all.insert(text.substr(at, end - at));
            at = end + 1;
        }
        return all;
    };
    const auto left = lines(a);
    const auto right = lines(b);
    std::string only_left = "nothing";
    std::string only_right = "nothing";
    for (const auto& line : left) {
        if (!right.contains(line)) {
            only_left = line;
            break;
        }
    }
    for (const auto& line : right) {
        if (!left.contains(line)) {
            only_right = line;
            break;
        }
    }
    return "[" + only_left + "] against [" + only_right + "]";
}

}  // namespace

const Definitions& definitions() {
    static const auto loaded = Definitions::load(data::simulated_indicators, "indicators.txtpb");
    return loaded;
}

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
    demand(before.stored <= 1, "I5", service + " told " + id.text() + " twice that it is STORED for the first time");
}

bool Checks::was_answered(const std::string& service, const Id& id) const {
    const auto of_service = answered_.find(service);
    return of_service != answered_.end() && of_service->second.contains(id);
}

void Checks::block(const std::string& service, const v1::Block& block) {
    auto& feed = feeds_[service];
    demand(feed.epoch == 0 || feed.epoch == block.epoch(), "I4", "the feed " + service + " began another history");
    feed.epoch = block.epoch();
    auto offset = block.first();
    for (const auto& entry : block.entries()) {
        const auto [it, fresh] = feed.entries.try_emplace(offset, entry.SerializeAsString());
        demand(fresh || it->second == entry.SerializeAsString(), "I4",
               "the feed " + service + " published two entries at offset " + std::to_string(offset));
        ++offset;
    }
}

void Checks::edge(const Message& message) const {
    const bool leaves = message.topic.starts_with("chieng/1/areas/") || message.topic.starts_with("chieng/1/" + district + "/") ||
                        message.topic.starts_with("chieng/1/" + commune + "/feeds/cells");
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
        std::set<Id> kept;
        for (const auto& entry : journal.entries) {
            kept.insert(entry.id);
            const auto posted = known == posted_.end() ? decltype(known->second.end()){} : known->second.find(entry.id);
            demand(known != posted_.end() && posted != known->second.end(), "I3",
                   service + " journalled " + entry.id.text() + ", which nobody posted");
            demand(std::any_of(posted->second.begin(), posted->second.end(),
                               [&](const v1::Event& event) { return MessageDifferencer::Equals(event, entry.event); }),
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

void Checks::boards(const Board& of_commune, const Board& of_district, const Journals& journals, std::uint64_t shuffle) const {
    Board again(definitions(), places(), commune);
    std::vector<std::pair<std::string, const v1::Entry*>> all;
    for (const auto& [service, journal] : journals) {
        for (const auto& kept : journal.entries) {
            again.apply(commune + "/" + service, kept.entry);
            all.emplace_back(commune + "/" + service, &kept.entry);
        }
    }
    const auto folded = again.serialize();
    const auto held = of_commune.serialize();
    demand(folded == held, "I6", "the commune's board is not the fold of the journals: " + difference(held, folded));

    Random random(shuffle, "order");
    for (auto i = all.size(); i > 1; --i) {
        std::swap(all[i - 1], all[random.below(i)]);
    }
    Board shuffled(definitions(), places(), commune);
    for (const auto& [feed, entry] : all) {
        shuffled.apply(feed, *entry);
    }
    demand(shuffled.serialize() == folded, "I7", "another order gives another board: " + difference(shuffled.serialize(), folded));

    Board above(definitions(), places(), district);
    std::uint64_t stamp = 0;
    for (const auto id : again.take_changed(stamp)) {
        above.set(commune + "/cells", again.cell(id));
    }
    demand(above.serialize() == of_district.serialize(), "I6",
           "the district's board is not the commune's cells: " + difference(of_district.serialize(), above.serialize()));
}

void Checks::indicators(const std::string& who, const Board& board, const std::map<std::string, std::string>& published) const {
    for (const auto& [topic, payload] : published) {
        v1::IndicatorValue said;
        demand(google::protobuf::util::JsonStringToMessage(payload, &said).ok(), "I6", topic + " cannot be read");
        auto is = board.value(said.area(), *Period::parse(said.calendar(), said.period()), said.indicator());
        is.set_as_of(said.as_of());
        // Through the same text, so that a fraction is rounded alike.
        v1::IndicatorValue as_text;
        demand(google::protobuf::util::JsonStringToMessage(to_json(is), &as_text).ok(), "I6", topic + " cannot be written");
        demand(MessageDifferencer::Equals(said, as_text), "I6", who + ": " + topic + " says " + payload + " but the board " + to_json(is));
    }
}

void Checks::truth(const Board& of_district, const Journals& journals) const {
    const Truth truth(journals);
    const auto compare = [&](const std::string& code, v1::Calendar calendar, const std::string& period, const Truth::Window& window) {
        const auto is = of_district.value(district, *Period::parse(calendar, period), code).number();
        const auto must = truth.count(code, window);
        demand(is == must, "I6",
               "the district says " + code + " " + period + " is " + std::to_string(is) + ", the events make " + std::to_string(must));
    };
    for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
        const bool official = calendar == v1::OFFICIAL;
        for (const auto* code : {"COM-01", "COM-02", "SUP-01", "EMU-02"}) {
            for (int year = 2021; year <= 2024; ++year) {
                compare(code, calendar, std::to_string(year), {official, year, 1, 12});
            }
            compare(code, calendar, "2022-Q2", {official, 2022, 4, 6});
        }
        for (int month = 1; month <= 12; ++month) {
            const auto name = std::string("2022-") + (month < 10 ? "0" : "") + std::to_string(month);
            compare("RPT-03", calendar, name, {official, 2022, month, month});
        }
    }
}

}  // namespace chieng::simulation
