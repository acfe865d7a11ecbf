// SPDX-License-Identifier: Apache-2.0
// The world of a story: phones, the services of communes, their gateways and the district's, all of it production code on a
// store in memory and a link that just delivers. It runs until nothing moves, and a little longer for who was not heard.
#pragma once

#include "gateway/serve/gateway.hpp"
#include "services/field/outbox.hpp"
#include "services/field/sender.hpp"
#include "services/runtime/core/engine.hpp"
#include "tests/support/memory_link.hpp"
#include "tests/support/memory_store.hpp"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>

namespace chieng::testing {

// An event as a story names it: who sent it to which service under which number.
struct EventName {
    std::string device;
    std::string service;
    std::uint64_t sequence = 0;
    friend auto operator<=>(const EventName&, const EventName&) = default;
};

// A device with an outbox.
struct Phone {
    explicit Phone(MemoryBroker& broker, const std::string& name, const std::string& commune)
        : link(broker), outbox(store), sender(name, commune, outbox, 1) {}
    MemoryStore store;
    MemoryLink link;
    Outbox outbox;
    Sender sender;
};

class World {
public:
    static constexpr const char* district = "625";

    World();

    MemoryBroker& broker() { return broker_; }
    void set_day(Day day);
    [[nodiscard]] Day today() const { return day_at(now_.civil); }
    [[nodiscard]] std::uint64_t seconds() const { return static_cast<std::uint64_t>(now_.civil.time_since_epoch().count()); }

    // Lets everything run until nothing moves. Throws std::runtime_error when it does not come to rest.
    void settle();

    void move_device(const std::string& device, const std::string& commune) { communes_of_[device] = commune; }
    [[nodiscard]] std::string commune_of(const std::string& device) const;
    Phone& phone(const std::string& name);
    [[nodiscard]] const std::map<std::string, Phone>& phones() const { return phones_; }

    // Keeps the frozen bytes of an event, to be sent by hand.
    void keep(const EventName& name, std::string bytes) { frozen_[name] = std::move(bytes); }
    [[nodiscard]] const std::map<EventName, std::string>& kept() const { return frozen_; }
    void send_by_hand(const EventName& name);

    // One more program, with a link of its own.
    using Component = std::function<Actions(std::span<const Input>, Instant)>;
    void add(Component component) { others_.emplace_back(broker_, std::move(component)); }
    // The gateway of a place tells recipients, who must outlive it; it is started anew for that.
    void serve(const std::string& place, const Recipients& recipients) {
        recipients_[place] = &recipients;
        restart_gateway(place);
    }

    void restart_service(const std::string& commune, const std::string& service);
    void restart_gateway(const std::string& place);
    [[nodiscard]] const Engine& engine(const std::string& commune, const std::string& service);

    // The last answer that a device was told about an event; null when it was told nothing.
    [[nodiscard]] const v1::Answer* answer(const EventName& name) const;
    // The event's bytes in the feed of its service; null when it is not there.
    [[nodiscard]] const std::string* journalled(const EventName& name) const;
    // An indicator as it is on the board, as an officer reads it.
    [[nodiscard]] std::string on_board(const std::string& area, const Period& period, const std::string& code, const std::string& cut,
                                       const std::string& cut_value);
    // The same as it was published last; empty when it was not.
    [[nodiscard]] std::string published(const std::string& area, const Period& period, const std::string& code) const;

private:
    struct Served {
        explicit Served(MemoryBroker& broker) : link(broker) {}
        MemoryStore store;
        MemoryLink link;
        std::unique_ptr<Engine> engine;
    };
    struct Board {
        explicit Board(MemoryBroker& broker) : link(broker) {}
        MemoryStore store;
        MemoryLink link;
        std::unique_ptr<Gateway> gateway;
    };

    struct Other {
        Other(MemoryBroker& broker, Component component) : link(broker), handle(std::move(component)) {}
        MemoryLink link;
        Component handle;
    };

    void open_commune(const std::string& commune);
    Board& gateway(const std::string& place);
    template <class Program>
    bool step(MemoryLink& link, Program& program);
    bool listen();
    void hear(const Message& message);

    MemoryBroker broker_;
    Instant now_{};
    std::map<std::string, std::string> communes_of_;
    std::map<std::string, Phone> phones_;
    std::map<std::pair<std::string, std::string>, Served> services_;  // commune, service
    std::map<std::string, Board> gateways_;                           // commune or district
    std::map<std::string, const Recipients*> recipients_;             // by place
    std::list<Other> others_;
    MemoryLink outside_;  // what other systems send and what everybody hears
    std::map<EventName, std::string> frozen_;
    std::map<EventName, v1::Answer> answers_;
    std::map<EventName, std::string> journalled_;
    std::map<std::string, v1::IndicatorValue> published_;  // topic -> value
};

}  // namespace chieng::testing
