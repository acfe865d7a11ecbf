// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/archive.hpp"

#include "chieng/v1/event.pb.h"
#include "gateway/serve/digests.hpp"
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/topics.hpp"

#include <utility>

namespace chieng {
namespace {

constexpr const char* latest_key = "archive-latest";

std::string entry_key(std::uint64_t number) {
    const auto digits = std::to_string(number);
    return "archive/" + std::string(20 - digits.size(), '0') + digits;
}

Publish told(const std::string& place, const std::string& topic, const v1::ArchiveEntry& entry) {
    return retained_event(topic, {place, "gateway", entry.at()}, entry);
}

std::string digest_of(v1::ArchiveEntry entry) {
    entry.clear_digest();
    return sha256_hex(frozen_bytes(entry));
}

}  // namespace

Archive::Archive(std::string place, Store& store) : place_(std::move(place)), store_(store) {
    if (!latest_.ParseFromString(store_.get(latest_key).value_or(""))) {
        throw Broken("the archive's latest entry cannot be read; restore the gateway's file from a backup");
    }
}

void Archive::add(v1::ArchiveEntry entry) {
    entry.set_number(latest_.number() + 1);
    entry.set_before(latest_.digest());
    entry.set_digest(digest_of(entry));
    const auto bytes = entry.SerializeAsString();
    store_.put(entry_key(entry.number()), bytes);
    store_.put(latest_key, bytes);
    added_.push_back(entry);
    latest_ = std::move(entry);
}

void Archive::add(v1::ArchiveEntry::Kind kind, const std::string& subject, const std::string& sha256, Instant now) {
    v1::ArchiveEntry entry;
    entry.set_kind(kind);
    entry.set_at(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
    entry.set_subject(subject);
    entry.set_sha256(sha256);
    add(std::move(entry));
}

void Archive::add_journal(const Source& source, const FeedReader::Checkpoint& at, Instant now) {
    const auto mark = "archive-of/" + source.name();
    const auto where = std::to_string(at.epoch) + "/" + std::to_string(at.offset);
    if (source.feed == "household" || at.chain == 0 || store_.get(mark) == where) {
        return;
    }
    store_.put(mark, where);
    v1::ArchiveEntry entry;
    entry.set_kind(v1::ArchiveEntry::JOURNAL);
    entry.set_at(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
    entry.set_subject(source.name());
    entry.set_epoch(at.epoch);
    entry.set_offset(at.offset);
    entry.set_chain(at.chain);
    add(std::move(entry));
}

void Archive::hear(const Source& source, const v1::Entry& heard) {
    if (source.feed != "monitoring") {
        return;
    }
    v1::Event event;
    if (!event.ParseFromString(heard.event()) || (!event.has_report_submitted() && !event.has_period_filed())) {
        return;
    }
    const auto subject = source.name() + "/" + heard.device() + "/" + std::to_string(event.sequence());
    const auto mark = "archive-of/" + subject;
    if (store_.get(mark)) {
        return;
    }
    store_.put(mark, "");
    v1::ArchiveEntry entry;
    entry.set_kind(v1::ArchiveEntry::SUBMITTED);
    entry.set_at(heard.received_at());
    entry.set_subject(subject);
    entry.set_sha256(sha256_hex(heard.event()));
    add(std::move(entry));
}

void Archive::tell(Actions& actions) {
    for (const auto& entry : added_) {
        actions.emplace_back(told(place_, topics::archive_entry(place_, std::to_string(entry.number())), entry));
    }
    if (!added_.empty()) {
        actions.emplace_back(told(place_, topics::archive(place_), latest_));
    }
    added_.clear();
}

void Archive::start(Actions& actions) const {
    actions.emplace_back(Subscribe{topics::requests(place_, "archive", "+")});
    if (latest_.number() > 0 && added_.empty()) {
        actions.emplace_back(told(place_, topics::archive(place_), latest_));
    }
}

bool Archive::take(const Message& message, Actions& actions) const {
    const auto levels = topics::levels(message.topic);
    if (levels.size() != 6 || levels[2] != place_ || levels[3] != "archive" || levels[4] != "requests") {
        return false;
    }
    v1::ArchiveRequest request;
    v1::ArchiveReply reply;
    if (request.ParseFromString(message.payload)) {
        for (auto number = request.after() + 1; number <= latest_.number() && reply.entries_size() < entries_per_reply; ++number) {
            if (!reply.add_entries()->ParseFromString(store_.get(entry_key(number)).value_or(""))) {
                throw Broken("entry " + std::to_string(number) + " of the archive cannot be read; restore it from a backup");
            }
        }
    }
    actions.emplace_back(Publish{{topics::replies(place_, "archive", levels[5]), reply.SerializeAsString(), false}});
    return true;
}

std::optional<std::string> first_break(const v1::ArchiveEntry* before, std::span<const v1::ArchiveEntry> entries) {
    for (const auto& entry : entries) {
        const auto wanted = before == nullptr ? 1 : before->number() + 1;
        if (entry.number() != wanted) {
            return "entry " + std::to_string(wanted) + " is missing";
        }
        if (entry.before() != (before == nullptr ? std::string() : before->digest())) {
            return "entry " + std::to_string(wanted) + " does not follow the one before it";
        }
        if (entry.digest() != digest_of(entry)) {
            return "entry " + std::to_string(wanted) + " is not what was written";
        }
        before = &entry;
    }
    return std::nullopt;
}

}  // namespace chieng
