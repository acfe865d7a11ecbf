// SPDX-License-Identifier: Apache-2.0
#include "services/field/outbox_records.hpp"

#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/rules.hpp"

namespace chieng::outbox_records {

std::string item_key(const std::string& service, std::uint64_t sequence) {
    return "e/" + service + "/" + big_endian(sequence);
}

std::optional<store::v1::OutboxItem> parse(std::string_view key, std::string_view bytes) {
    store::v1::OutboxItem item;
    if (!item.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || key != item_key(item.service(), item.sequence())) {
        return std::nullopt;
    }
    const bool is_whole = item.event().empty() ? item.done() : !item.has_digest() || item.digest() == check_of(item.event());
    return is_whole ? std::optional(std::move(item)) : std::nullopt;
}

Outbox::Name named_by(std::string_view key) {
    constexpr std::size_t number_bytes = 8;
    if (key.size() < 3 + number_bytes) {
        throw Broken("the outbox has a record that names no event; restore it from a backup");
    }
    std::uint64_t number = 0;
    for (const char byte : key.substr(key.size() - number_bytes)) {
        number = number << 8U | static_cast<unsigned char>(byte);
    }
    return {std::string(key.substr(2, key.size() - 3 - number_bytes)), number};
}

std::uint64_t number(const std::optional<std::string>& text) {
    return text ? std::stoull(*text) : 0;
}

v1::Verdict final_verdict(const v1::Answer& answer) {
    const auto verdict = answer.verdict() == v1::DUPLICATE ? answer.first() : answer.verdict();
    return verdict == v1::STORED || verdict == v1::REFUSED ? verdict : v1::VERDICT_UNSPECIFIED;
}

std::optional<std::uint32_t> digest_in(const store::v1::OutboxItem& item) {
    if (item.has_digest()) {
        return item.digest();
    }
    return item.event().empty() ? std::nullopt : std::optional(check_of(item.event()));
}

}  // namespace chieng::outbox_records
