// SPDX-License-Identifier: Apache-2.0
// What became of the latest events of each village: for its head (recipient R8). Made of what the journals say, so an event that was
// read twice stands once. It says nothing of what an event holds.
//
// Limits   acceptances_max of a village, the latest received; older ones are left to who posted them.
#pragma once

#include "chieng/v1/event.pb.h"
#include "chieng/v1/feed.pb.h"
#include "chieng/v1/recipient.pb.h"
#include "gateway/indicator/event_fields.hpp"
#include "gateway/serve/recipients.hpp"
#include "services/runtime/core/places.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/store.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace chieng {

class Acceptances {
public:
    static constexpr int acceptances_max = 50;
    static constexpr std::chrono::milliseconds tell_every{1'000};

    // Reads back what was kept. The references must outlive it.
    Acceptances(const Places& places, std::string commune, Store& store);

    void hear(const std::string& service, const v1::Entry& entry);
    // Puts what changed into the store's open unit.
    void keep();
    // What changed, to those who are told.
    void tell(const Recipients& recipients, Instant now, Actions& actions);
    // A broker may have lost all of it.
    void say_again();

private:
    void take(const std::string& service, const v1::Entry& entry);
    void take_back(const std::string& service, const v1::Entry& entry);
    [[nodiscard]] v1::Acceptance* find(const std::string& service, const std::string& device, const std::string& village,
                                       std::uint64_t sequence);
    [[nodiscard]] v1::Acceptance* add(const std::string& service, const v1::Entry& entry, const std::string& village,
                                      std::uint64_t sequence);
    void note(const std::string& village);

    const Places& places_;
    std::string commune_;
    Store& store_;
    std::map<std::string, v1::Acceptances> villages_;
    std::set<std::string> unkept_;
    std::set<std::string> untold_;
    std::chrono::milliseconds tell_at_{0};
    FieldTree fields_;  // the envelope's: most events are only listed
    EventFields event_{fields_};
    v1::Acceptance new_;  // reused
};

}  // namespace chieng
