// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/broker.hpp"

#include "services/runtime/core/topics.hpp"

#include <algorithm>

namespace chieng::simulation {
namespace {

bool may_be_cut_short(const std::string& topic) {
    return topic.find("/events/") != std::string::npos || topic.find("/receipts/") != std::string::npos;
}

}  // namespace

Broker::Client Broker::add(Hear hear) {
    links_.emplace_back();
    links_.back().hear = std::move(hear);
    return links_.size() - 1;
}

void Broker::open(Client client) {
    auto& link = links_[client];
    link.is_open = true;
    ++link.connection;
    come_up(client);
}

void Broker::close(Client client) {
    auto& link = links_[client];
    link.is_open = false;
    link.is_up = false;
    ++link.connection;
}

void Broker::cut(Client client, Millis until) {
    auto& link = links_[client];
    link.cut_until = std::max(link.cut_until, until);
    if (link.is_open) {
        go_down(client);
    }
}

void Broker::restart(Millis until, bool forget) {
    down_until_ = until;
    if (forget) {
        retained_.clear();
    }
    for (Client client = 0; client < links_.size(); ++client) {
        if (links_[client].is_open) {
            go_down(client);
        }
    }
}

void Broker::heal() {
    for (auto& link : links_) {
        link.cut_until = schedule_.now();
    }
    restart(schedule_.now(), false);
}

void Broker::go_down(Client client) {
    auto& link = links_[client];
    ++link.connection;
    if (link.is_up) {
        link.is_up = false;
        link.hear(LinkDown{});
    }
    come_up(client);
}

void Broker::come_up(Client client) {
    const auto connection = links_[client].connection;
    const auto when = std::max({links_[client].cut_until, down_until_, schedule_.now()}) + Millis(10) + delay();
    schedule_.at(when, [this, client, connection] {
        auto& link = links_[client];
        if (link.connection != connection || !link.is_open) {
            return;
        }
        link.is_up = true;
        link.filters.clear();
        link.wants.clear();
        link.queued = 0;
        link.last_in = link.last_out = schedule_.now();
        link.hear(LinkUp{});
    });
}

void Broker::later(Client client, Millis when, std::function<void()> task) {
    const auto connection = links_[client].connection;
    schedule_.at(when, [this, client, connection, task = std::move(task)] {
        if (links_[client].connection == connection) {
            task();
        }
    });
}

void Broker::subscribe(Client client, const std::string& filter) {
    auto& link = links_[client];
    if (!link.is_up) {
        return;
    }
    link.last_out = std::max(link.last_out, schedule_.now() + delay());
    later(client, link.last_out, [this, client, filter] {
        links_[client].filters.insert(filter);
        links_[client].wants.clear();
        for (const auto& [topic, payload] : retained_) {
            if (topics::matches(filter, topic)) {
                deliver(client, {topic, payload, true});
            }
        }
    });
}

void Broker::publish(Client client, const Message& message) {
    auto& link = links_[client];
    if (!link.is_up || random_.chance(weather.lose)) {
        return;
    }
    const int times = random_.chance(weather.repeat) ? 2 : 1;
    for (int i = 0; i < times; ++i) {
        link.last_out = std::max(link.last_out, schedule_.now() + delay());
        later(client, link.last_out, [this, message] { arrive(message); });
    }
}

bool Broker::wants(Link& link, const std::string& topic) {
    const auto [it, fresh] = link.wants.try_emplace(topic);
    if (fresh) {
        it->second =
            std::any_of(link.filters.begin(), link.filters.end(), [&](const auto& filter) { return topics::matches(filter, topic); });
    }
    return it->second;
}

void Broker::arrive(const Message& message) {
    if (message.retained) {
        retained_[message.topic] = message.payload;
    }
    for (Client client = 0; client < links_.size(); ++client) {
        if (links_[client].is_up && wants(links_[client], message.topic)) {
            deliver(client, {message.topic, message.payload, false});
        }
    }
}

void Broker::deliver(Client client, const Message& message) {
    auto& link = links_[client];
    const int times = random_.chance(weather.repeat) ? 2 : 1;
    for (int i = 0; i < times; ++i) {
        if (random_.chance(weather.lose) || link.queued >= weather.queue_max) {
            continue;
        }
        auto copy = message;
        if (may_be_cut_short(copy.topic) && random_.chance(weather.truncate)) {
            copy.payload.resize(random_.below(copy.payload.size() + 1));
        }
        auto when = schedule_.now() + delay();
        if (!weather.overtake) {
            link.last_in = when = std::max(link.last_in, when);
        }
        ++link.queued;
        later(client, when, [this, client, copy = std::move(copy)] {
            --links_[client].queued;
            ++deliveries_;
            news_ += is_news(copy.topic) ? 1U : 0U;
            trace_.note(static_cast<std::uint64_t>(schedule_.now().count()));
            trace_.note(client);
            trace_.note(copy.topic);
            trace_.note_unordered(copy.payload);
            links_[client].hear(Arrived{copy});
        });
    }
}

}  // namespace chieng::simulation
