// SPDX-License-Identifier: Apache-2.0
#include "tests/scenario/world.hpp"

#include "gateway/serve/value_text.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/host/services.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/events.hpp"

#include <stdexcept>

namespace chieng::testing {
namespace {

constexpr int rounds_max = 5'000;
constexpr std::chrono::milliseconds round_time(10);
constexpr std::chrono::milliseconds pause_time(600'000);  // long enough for whoever waits to send or ask again
constexpr int pauses_max = 3;
constexpr auto morning = std::chrono::hours(2);  // 9 o'clock in UTC+7

}  // namespace

World::World() : outside_(broker_) {}

void World::set_day(Day day) {
    const auto civil = Seconds(day) + morning;
    now_.steady += civil > now_.civil && now_.civil != Seconds{} ? civil - now_.civil : std::chrono::hours(1);
    now_.civil = civil;
}

std::string World::commune_of(const std::string& device) const {
    const auto it = communes_of_.find(device);
    return it == communes_of_.end() ? "23656" : it->second;
}

Phone& World::phone(const std::string& name) {
    const auto commune = commune_of(name);
    open_commune(commune);
    return phones_.try_emplace(name, broker_, name, commune).first->second;
}

void World::open_commune(const std::string& commune) {
    if (!gateways_.contains(district)) {
        restart_gateway(district);
    }
    if (gateways_.contains(commune)) {
        return;
    }
    for (const auto& service : all_services()) {
        auto& served = services_.try_emplace({commune, service.name}, broker_).first->second;
        served.engine = std::make_unique<Engine>(service, commune, kbang(), served.store, 1);
    }
    restart_gateway(commune);
    settle();
}

void World::restart_service(const std::string& commune, const std::string& name) {
    open_commune(commune);
    auto& served = services_.at({commune, name});
    served.link.set_signal(false);
    static_cast<void>(served.link.take());
    served.store.crash();
    for (auto& service : all_services()) {
        if (service.name == name) {
            served.engine = std::make_unique<Engine>(std::move(service), commune, kbang(), served.store, 2);
        }
    }
    served.link.set_signal(true);
}

void World::restart_gateway(const std::string& place) {
    std::vector<Source> sources;
    if (place == district) {
        for (const auto& commune : kbang().ever_below(place)) {
            sources.push_back({commune, "cells"});
        }
    } else {
        for (const auto& service : all_services()) {
            sources.push_back({place, service.name});
        }
    }
    auto& board = gateways_.try_emplace(place, broker_).first->second;
    board.link.set_signal(false);
    static_cast<void>(board.link.take());
    board.store.crash();
    board.gateway = std::make_unique<Gateway>(definitions(), kbang(), place, std::move(sources), board.store, 1);
    if (const auto told = recipients_.find(place); told != recipients_.end()) {
        board.gateway->serve(*told->second);
    }
    board.link.set_signal(true);
}

World::Board& World::gateway(const std::string& place) {
    open_commune(place == district ? "23656" : place);
    return gateways_.at(place);
}

const Engine& World::engine(const std::string& commune, const std::string& service) {
    open_commune(commune);
    return *services_.at({commune, service}).engine;
}

void World::send_by_hand(const EventName& name) {
    const auto commune = commune_of(name.device);
    open_commune(commune);
    store::v1::FrozenEvents message;
    message.set_device(name.device);
    message.set_commune(commune);
    message.add_events(frozen_.at(name));
    outside_.send({Publish{{topics::events(commune, name.service, name.device), message.SerializeAsString(), false}}});
}

template <class Program>
bool World::step(MemoryLink& link, Program& program) {
    auto inputs = link.take();
    const bool heard = !inputs.empty();
    inputs.emplace_back(Tick{});
    const auto actions = program.handle(inputs, now_);
    link.send(actions);
    return heard || !actions.empty();
}

void World::settle() {
    int pauses = 0;
    for (int round = 0; round < rounds_max; ++round) {
        bool moved = listen();
        for (auto& [name, phone] : phones_) {
            moved = step(phone.link, phone.sender) || moved;
        }
        for (auto& [name, served] : services_) {
            moved = step(served.link, *served.engine) || moved;
        }
        for (auto& [place, board] : gateways_) {
            moved = step(board.link, *board.gateway) || moved;
        }
        for (auto& other : others_) {
            moved = step(other.link, other) || moved;
        }
        if (!moved && ++pauses == pauses_max) {
            return;
        }
        now_.steady += moved ? round_time : pause_time;
    }
    throw std::runtime_error("the world does not come to rest");
}

bool World::listen() {
    const auto inputs = outside_.take();
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            outside_.send({Subscribe{"chieng/1/+/receipts/+"}, Subscribe{"chieng/1/+/feeds/+"}, Subscribe{"chieng/1/areas/#"}});
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            hear(arrived->message);
        }
    }
    return !inputs.empty();
}

void World::hear(const Message& message) {
    const auto levels = topics::levels(message.topic);
    if (levels[2] == "areas") {
        v1::IndicatorValue value;
        if (read_retained_event(message.payload, value)) {
            published_[message.topic] = std::move(value);
        }
    } else if (levels[3] == "feeds" && levels[4] != "cells") {
        v1::Block block;
        block.ParseFromString(message.payload);
        for (const auto& entry : block.entries()) {
            v1::Event event;
            event.ParseFromString(entry.event());
            journalled_[{entry.device(), std::string(levels[4]), event.sequence()}] = entry.event();
        }
    } else if (v1::Receipt receipt; levels[3] == "receipts" && receipt.ParseFromString(message.payload)) {
        for (const auto& answer : receipt.answers()) {
            std::uint64_t sequence = 0;
            for (const auto above : answer.sequences()) {
                answers_[{receipt.device(), receipt.service(), sequence += above}] = answer;
            }
        }
    }
}

const v1::Answer* World::answer(const EventName& name) const {
    const auto it = answers_.find(name);
    return it == answers_.end() ? nullptr : &it->second;
}

const std::string* World::journalled(const EventName& name) const {
    const auto it = journalled_.find(name);
    return it == journalled_.end() ? nullptr : &it->second;
}

std::string World::on_board(const std::string& area, const Period& period, const std::string& code, const std::string& cut,
                            const std::string& cut_value) {
    const auto& board = gateway(area.substr(0, 5)).gateway->board();
    auto value = board.value(area, period, code);
    const auto& definition = definitions().find(code, period.last_day())->indicator;
    if (cut.empty()) {
        return chieng::text_of(definition, value);
    }
    value.clear_denominator();
    value.set_number(0);
    for (const auto& part : value.parts()) {
        if (part.cut() == cut && part.cut_value() == cut_value) {
            value.set_number(part.number());
        }
    }
    return chieng::text_of(definition, value);
}

std::string World::published(const std::string& area, const Period& period, const std::string& code) const {
    const auto* calendar = period.calendar == v1::OFFICIAL ? "official" : "calendar";
    const auto it = published_.find(topics::indicator(area, calendar, period.format(), code));
    return it == published_.end() ? std::string() : chieng::text_of(definitions().find(code, period.last_day())->indicator, it->second);
}

}  // namespace chieng::testing
