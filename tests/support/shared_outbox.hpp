// SPDX-License-Identifier: Apache-2.0
// A device's outbox on disk, as each process that shares it opens it; and what a service answers.
#pragma once

#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/bytes.hpp"
#include "tests/support/folder.hpp"

#include <cstdint>
#include <string>

namespace chieng::testing::shared_outbox {

struct Device {
    [[nodiscard]] std::string file() const { return folder.path() / "outbox.db"; }
    Folder folder;
};

struct Process {
    explicit Process(const Device& device) : store(device.file(), nullptr, Sharing::shared), outbox(store) {}
    SqliteStore store;
    Outbox outbox;
};

inline v1::Receipt answering(const std::string& service, v1::Verdict verdict, std::uint64_t first, std::uint64_t count) {
    v1::Receipt receipt;
    receipt.set_service(service);
    auto& answer = *receipt.add_answers();
    answer.set_verdict(verdict);
    answer.add_sequences(first);
    for (std::uint64_t i = 1; i < count; ++i) {
        answer.add_sequences(1);  // above the one before
    }
    return receipt;
}

// A refusal is believed about bytes that the device knows only: the check over what it holds under these numbers.
inline void check_own(Outbox& outbox, v1::Receipt& receipt, const std::string& service, std::uint64_t first, std::uint64_t count) {
    std::uint32_t check = 0;
    for (const auto& item : outbox.items(service)) {
        const bool is_meant = first <= item.sequence() && item.sequence() < first + count;
        check += is_meant ? (item.has_digest() ? item.digest() : check_of(item.event())) : 0;
    }
    receipt.mutable_answers(0)->set_check(check);
}

inline std::string record_key(std::uint64_t sequence, const std::string& kind = "e", const std::string& service = "session") {
    return kind + "/" + service + "/" + big_endian(sequence);
}

}  // namespace chieng::testing::shared_outbox
