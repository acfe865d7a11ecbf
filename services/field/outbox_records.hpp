// SPDX-License-Identifier: Apache-2.0
// The outbox's records by key. For its own files.
#pragma once

#include "services/field/outbox.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chieng::outbox_records {

// e/SERVICE/NUMBER, the number in eight bytes.
[[nodiscard]] std::string item_key(const std::string& service, std::uint64_t sequence);

// Nothing when the bytes are not what was written under this key: cut, altered, or another event's.
[[nodiscard]] std::optional<store::v1::OutboxItem> parse(std::string_view key, std::string_view bytes);

// What stands under a key of this form. Throws Broken for another one.
[[nodiscard]] Outbox::Name named_by(std::string_view key);

// What is kept as text under a key: 0 when there is nothing.
[[nodiscard]] std::uint64_t number(const std::optional<std::string>& text);

// STORED or REFUSED, also where the answer says it again; otherwise unspecified.
[[nodiscard]] v1::Verdict final_verdict(const v1::Answer& answer);

// An earlier version kept none. Nothing when the bytes are gone too.
[[nodiscard]] std::optional<std::uint32_t> digest_in(const store::v1::OutboxItem& item);

}  // namespace chieng::outbox_records
