// SPDX-License-Identifier: Apache-2.0
// What officers post over HTTP: the gateway is a device like any other, with a durable outbox for each commune that it posts
// to. Whoever posted waits for the receipt for a while; the event waits for as long as it takes.
//
// Devices are named office-{place}-N at a commune and office-{place}-{commune}-N at a district. N is drawn when the outbox is
// made: a lost one never numbers an event a second time.
#pragma once

#include "gateway/serve/posted_keys.hpp"
#include "services/field/outbox.hpp"
#include "services/field/sender.hpp"
#include "services/field/status.hpp"
#include "services/runtime/core/places.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/telemetry.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace chieng {

class Office {
public:
    static constexpr std::chrono::milliseconds patience{10'000};

    struct Answer {
        TracedEvent event;  // sequence 0: it was not posted, for these reasons
        Reasons reasons;
        std::optional<v1::Answer> receipt;  // none: it waits
        bool other_body = false;            // something else was posted under this key: it was not posted
    };
    using Told = std::function<void(const Answer&)>;

    // Opens the outboxes that earlier runs made in the folder: what waits there is sent.
    // `telemetry` must outlive it.
    Office(std::string place, std::string folder, const Places& places, Telemetry& telemetry);
    Office(const Office&) = delete;
    Office& operator=(const Office&) = delete;
    Office(Office&&) = delete;
    Office& operator=(Office&&) = delete;
    ~Office();

    struct Posting {
        std::string commune;
        std::string service;
        v1::Event event;
        std::optional<PostKey> key;  // the same again under the same key is the first one
        std::optional<TraceParent> caller{};
    };
    // On disk when this returns; `told` is called once. Returns the event, of sequence 0 when it was not posted.
    // Throws Broken when the commit fails.
    TracedEvent post(const Posting& posting, Instant now, Told told);

    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);
    [[nodiscard]] Actions farewell(Instant now) const;

private:
    struct Desk;
    struct Waiting {
        TracedEvent event;
        std::chrono::milliseconds until{0};
        Told told;
    };

    Desk& desk_of(const std::string& commune);
    Desk& open(const std::string& commune, const std::string& device);
    [[nodiscard]] std::string prefix_of(const std::string& commune) const;
    [[nodiscard]] std::optional<TracedEvent> posted_before(const PostKey& key, Instant now, const Told& told);
    void tell_posted(const TracedEvent& event, const std::optional<TraceParent>& caller);
    void tell_answered();
    void give_up_waiting(std::chrono::milliseconds now);

    std::string place_;
    std::string folder_;
    const Places& places_;
    Telemetry& telemetry_;
    std::map<std::string, std::unique_ptr<Desk>> desks_;  // by commune
    std::vector<Waiting> waiting_;
    bool link_is_up_ = false;
};

}  // namespace chieng
