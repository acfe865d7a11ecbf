// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/followers.hpp"

#include "tests/bench/http_load.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <stdexcept>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chieng::bench {
namespace {

constexpr const char* follow_question = "GET /api/v1/feeds/cells/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n";
constexpr std::size_t buffer_bytes = 256 * 1024;
constexpr int small_room = 4096;  // of the kernel, for one who never reads

// Cell -> its offset.
std::map<std::string, std::uint64_t> cells_in(const std::string& data) {
    std::map<std::string, std::uint64_t> cells;
    const auto json = nlohmann::json::parse(data);
    const auto text = [](const nlohmann::json& cell, const char* field) { return cell.value(field, std::string()); };
    for (const auto& cell : json.at("cells")) {
        const auto calendar = cell.value("calendar", std::string("CALENDAR_UNSPECIFIED"));
        cells[name_of(text(cell, "area"), calendar, text(cell, "period"), text(cell, "indicator"), text(cell, "cut"),
                      text(cell, "cutValue"))] = cell.at("offset").get<std::uint64_t>();
    }
    return cells;
}

double milliseconds(Clock::time_point from, Clock::time_point to) {
    return std::max(0.0, std::chrono::duration<double, std::milli>(to - from).count());
}

}  // namespace

Followers::Followers(int port, int reading, int silent) : epoll_(::epoll_create1(0)), buffer_(buffer_bytes) {
    clients_.resize(static_cast<std::size_t>(reading));
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        clients_[i].socket = connect_to(port);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_[i].socket, &event);
        send_all(clients_[i].socket, follow_question);
    }
    for (int i = 0; i < silent; ++i) {
        silent_.push_back(connect_to(port, small_room));
        send_all(silent_.back(), follow_question);
    }
}

Followers::~Followers() {
    for (const auto& client : clients_) {
        ::close(client.socket);
    }
    for (const auto socket : silent_) {
        ::close(socket);
    }
    ::close(epoll_);
}

void Followers::pump(int milliseconds) {
    std::array<epoll_event, 256> events{};
    const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), milliseconds);
    for (int i = 0; i < ready; ++i) {
        read(clients_[events[static_cast<std::size_t>(i)].data.u64]);
    }
}

void Followers::read(Client& client) {
    const auto size = ::recv(client.socket, buffer_.data(), buffer_.size(), 0);
    if (size < 0 && errno == EAGAIN) {
        return;
    }
    if (size <= 0) {
        ++lost_;
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, client.socket, nullptr);
        return;
    }
    const auto now = Clock::now();
    bytes_ += static_cast<std::uint64_t>(size);
    client.bytes.append(buffer_.data(), static_cast<std::size_t>(size));
    std::size_t done = 0;
    while (true) {
        const auto end = client.bytes.find("\n\n", std::max(done, client.looked));
        if (end == std::string::npos) {
            break;
        }
        take(client, std::string_view(client.bytes).substr(done, end - done), now);
        done = end + 2;
        client.looked = done;
    }
    client.bytes.erase(0, done);
    client.looked = client.bytes.empty() ? 0 : client.bytes.size() - 1;
}

// id: EPOCH-OFFSET, event: head or cells, data: …
void Followers::take(Client& client, std::string_view message, Clock::time_point now) {
    const auto id = message.find("id: ");
    const auto dash = message.find('-', id);
    const auto data = message.find("\ndata: ");
    if (id == std::string_view::npos || data == std::string_view::npos) {
        return;  // a sign of life
    }
    const auto last = std::stoull(std::string(message.substr(dash + 1, 20)));
    if (!client.began) {
        client.began = true;
        ++began_;
    } else if (keeps_) {
        const auto text = message.substr(data);
        const auto hash = std::hash<std::string_view>()(text);
        const auto [step, is_new] = steps_.try_emplace({client.at, last}, Step{hash, {}});
        if (is_new) {
            step->second.data = text.substr(7);
        }
        differing_ += step->second.hash != hash || last <= client.at ? 1U : 0U;
        client.told.emplace_back(last, now);
    }
    client.at = last;
}

bool Followers::all_at(std::uint64_t last) const {
    return std::all_of(clients_.begin(), clients_.end(), [&](const Client& client) { return client.at >= last; });
}

// A cell that changed again may be left out: the later step brings it.
std::uint64_t Followers::left_out(const Heard& heard) const {
    std::map<std::string_view, std::uint64_t> latest;
    for (std::size_t i = 0; i < heard.cells.size(); ++i) {
        latest[heard.cells[i]] = heard.first + i;
    }
    auto missing = differing_;
    for (const auto& [offsets, step] : steps_) {
        const auto cells = cells_in(step.data);
        for (auto offset = std::max(offsets.first + 1, heard.first); offset <= offsets.second; ++offset) {
            const auto& cell = heard.cells.at(offset - heard.first);
            const auto told = cells.find(cell);
            missing += latest.at(cell) <= offsets.second && (told == cells.end() || told->second < offset) ? 1U : 0U;
        }
    }
    return missing;
}

std::vector<double> Followers::since_published(const Heard& heard) const {
    std::vector<double> values;
    for (const auto& client : clients_) {
        auto told = client.told.begin();
        for (const auto& block : heard.blocks) {
            while (told != client.told.end() && told->first < block.last) {
                ++told;
            }
            if (told != client.told.end()) {
                values.push_back(milliseconds(block.at, told->second));
            }
        }
    }
    return values;
}

std::vector<double> Followers::since_posted(const Heard& heard) const {
    std::vector<double> values;
    for (std::size_t i = 0; i < clients_.size(); i += 10) {  // a tenth of them
        auto told = clients_[i].told.begin();
        std::size_t event = 0;
        for (const auto& block : heard.blocks) {
            while (told != clients_[i].told.end() && told->first < block.last) {
                ++told;
            }
            for (; told != clients_[i].told.end() && event < std::min<std::size_t>(block.events, heard.posted.size()); ++event) {
                values.push_back(milliseconds(heard.posted[event], told->second));
            }
        }
    }
    return values;
}

}  // namespace chieng::bench
