// SPDX-License-Identifier: Apache-2.0
// How an outbox learns what its store holds: when it is opened, and what other processes that share it put there since.
#include "services/field/outbox.hpp"

#include "services/field/outbox_records.hpp"

#include <algorithm>

namespace chieng {

using outbox_records::digest_in;
using outbox_records::final_verdict;
using outbox_records::named_by;
using outbox_records::number;
using outbox_records::parse;

// Keys: n/SERVICE the next number, p/SERVICE how many were dropped, t/SERVICE attempts, g/SERVICE what was forgotten,
// e/SERVICE/NUMBER records, d/SERVICE/NUMBER those that could not be read, v revision. Others may keep what they put beside an event
// under k/.
void Outbox::read_all() {
    version_ = store_.version();
    revision_ = number(store_.get("v"));
    boxes_.clear();
    waiting_ = 0;
    damaged_.clear();
    store_.scan(counted_posts, [&](std::string_view key, std::string_view value) {
        boxes_[std::string(key.substr(2))].next = std::stoull(std::string(value));
        return true;
    });
    store_.scan("p/", [&](std::string_view key, std::string_view value) {
        auto& box = boxes_[std::string(key.substr(2))];
        box.pruned = std::stoull(std::string(value));
        box.stored = box.pruned;
        return true;
    });
    read_records();
    store_.scan("g/", [&](std::string_view key, std::string_view bytes) {
        v1::Forget runs;
        runs.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        for (int i = 0; i + 1 < runs.runs_size(); i += 2) {
            boxes_[std::string(key.substr(2))].forgotten.insert(runs.runs(i), runs.runs(i + 1));
        }
        return true;
    });
    store_.scan("t/", [&](std::string_view key, std::string_view bytes) {
        store::v1::Attempts attempts;
        attempts.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        auto& waiting = boxes_[std::string(key.substr(2))].waiting;
        for (const auto& attempt : attempts.attempts()) {
            if (const auto at = waiting.find(attempt.sequence()); at != waiting.end()) {
                at->second.times = attempt.times();
                at->second.last_at = attempt.last_at();
            }
        }
        return true;
    });
}

void Outbox::read_records() {
    std::vector<std::pair<std::string, std::string>> damaged;
    store_.scan("e/", [&](std::string_view key, std::string_view bytes) {
        if (const auto item = parse(key, bytes)) {
            take(*item);
        } else {
            damaged.emplace_back(key, bytes);
        }
        return true;
    });
    for (const auto& [key, bytes] : damaged) {
        store_.put("d" + key.substr(1), bytes);
        store_.erase(key);
    }
    if (!damaged.empty()) {
        put_revision();
    }
    store_.scan("d/", [&](std::string_view key, std::string_view) {
        const auto at = damaged_.insert(named_by(key)).first;
        auto& next = boxes_[at->first].next;
        next = std::max(next, at->second + 1);
        return true;
    });
}

void Outbox::take(const store::v1::OutboxItem& item) {
    auto& box = boxes_[item.service()];
    box.next = std::max(box.next, item.sequence() + 1);  // whatever else is damaged, a number is never used twice
    if (!item.done()) {
        box.waiting.try_emplace(item.sequence(), Pending{digest_in(item).value_or(0)});
        if (item.corrects() != 0) {
            box.corrections.emplace(item.sequence(), item.corrects());
        }
        ++waiting_;
    } else if (final_verdict(item.answer()) == v1::STORED) {
        ++box.stored;
    } else {
        ++box.refused;
    }
}

void Outbox::refresh() {
    if (store_.version() == version_) {
        return;
    }
    store_.begin();
    take_over();
    store_.commit();
}

void Outbox::take_over() {
    if (store_.version() == version_) {
        return;
    }
    if (number(store_.get("v")) == revision_) {
        read_new();
    } else {
        read_all();
    }
}

// Others only posted: what was there is as it was.
void Outbox::read_new() {
    version_ = store_.version();
    std::map<std::string, std::uint64_t> next;
    store_.scan(counted_posts, [&](std::string_view key, std::string_view value) {
        next[std::string(key.substr(2))] = std::stoull(std::string(value));
        return true;
    });
    for (const auto& [service, end] : next) {
        for (auto sequence = boxes_[service].next; sequence < end; ++sequence) {
            const auto record = find(service, sequence);
            if (!record) {
                return read_all();
            }
            take(*record);
        }
    }
}

}  // namespace chieng
