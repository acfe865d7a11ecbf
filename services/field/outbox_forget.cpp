// SPDX-License-Identifier: Apache-2.0
// What an outbox has to forget: of whom somebody asks it, and of which events the commune says so.
#include "services/field/outbox.hpp"
#include "services/field/outbox_records.hpp"

#include <algorithm>

namespace chieng {

using outbox_records::named_by;
using outbox_records::parse;

namespace {

// A digest goes too: whoever guesses the text could try it out on that, also where the bytes were dropped long ago.
void erase_in(store::v1::OutboxItem& record, const std::string& text) {
    record.clear_digest();
    record.clear_village();
    if (record.event().find(text) != std::string::npos) {
        record.clear_event();
    }
    for (auto& reason : *record.mutable_answer()->mutable_reasons()) {
        for (auto* sentence : {reason.mutable_vi(), reason.mutable_en()}) {
            for (auto at = sentence->find(text); at != std::string::npos; at = sentence->find(text, at + 3)) {
                sentence->replace(at, text.size(), "…");
            }
        }
    }
}

}  // namespace

Outbox::Forgotten Outbox::forget(const std::string& text) {
    Forgotten result;
    store_.begin();
    take_over();
    std::vector<std::pair<std::string, std::string>> changed;
    store_.scan("e/", [&](std::string_view key, std::string_view bytes) {
        const bool holds_it = bytes.find(text) != std::string_view::npos;
        auto record = parse(key, bytes);
        if (!record || !record->done()) {
            result.waiting += holds_it ? 1 : 0;
        } else if (holds_it || record->has_digest()) {
            result.erased += holds_it ? 1 : 0;
            erase_in(*record, text);
            changed.emplace_back(key, record->SerializeAsString());
        }
        return true;
    });
    store_.scan("d/", [&](std::string_view key, std::string_view bytes) {
        if (bytes.find(text) != std::string_view::npos) {
            ++result.erased;
            changed.emplace_back(key, "");
        }
        return true;
    });
    for (const auto& [key, bytes] : changed) {
        store_.put(key, bytes);
    }
    put_revision();
    store_.scrub();  // also when no record holds it any more: what was sent long ago may still be in the file
    store_.commit();
    return result;
}

// Of these numbers those that were posted, were answered, and are not forgotten yet.
Intervals Outbox::to_forget(const Box& box, const Intervals& numbers, std::uint64_t& waiting) {
    Intervals fresh;
    for (const auto& [first, last] : numbers.runs()) {
        for (auto number = std::max<std::uint64_t>(first, 1); number <= last && number < box.next; ++number) {
            if (box.waiting.contains(number)) {
                ++waiting;
            } else if (!box.forgotten.contains(number)) {
                fresh.insert(number);
            }
        }
    }
    return fresh;
}

Outbox::Forgotten Outbox::forget(const std::string& service, const Intervals& numbers) {
    Forgotten result;
    const auto found = boxes_.find(service);
    if (found == boxes_.end() || to_forget(found->second, numbers, result.waiting).count() == 0) {
        return result;
    }
    store_.begin();
    take_over();
    auto& box = boxes_.at(service);
    result = {};
    const auto fresh = to_forget(box, numbers, result.waiting);
    std::vector<std::pair<std::string, std::string>> changed;
    store_.scan("e/" + service + "/", [&](std::string_view key, std::string_view bytes) {
        if (auto record = parse(key, bytes); record && fresh.contains(record->sequence())) {
            record->clear_event();
            record->clear_digest();
            for (auto& reason : *record->mutable_answer()->mutable_reasons()) {
                reason.set_vi("nội dung đã xóa cùng dữ liệu của hộ");
                reason.set_en("what it said was erased with the household");
            }
            changed.emplace_back(key, record->SerializeAsString());
        }
        return true;
    });
    store_.scan("d/" + service + "/", [&](std::string_view key, std::string_view) {
        if (fresh.contains(named_by(key).second)) {
            changed.emplace_back(key, "");
        }
        return true;
    });
    for (const auto& [key, bytes] : changed) {
        store_.put(key, bytes);
    }
    v1::Forget runs;
    for (const auto& [first, last] : fresh.runs()) {
        box.forgotten.insert(first, last);
    }
    for (const auto& [first, last] : box.forgotten.runs()) {
        runs.add_runs(first);
        runs.add_runs(last);
    }
    store_.put("g/" + service, runs.SerializeAsString());
    result.erased = fresh.count();
    put_revision();
    store_.scrub();  // also of records that are gone: the file's free pages still hold them
    store_.commit();
    return result;
}

}  // namespace chieng
