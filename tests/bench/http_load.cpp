// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/http_load.hpp"

#include "tests/bench/rig.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chieng::bench {
namespace {

constexpr std::size_t read_at_once = 256 * 1024;

struct Client {
    int socket = -1;
    std::string head;      // of the answer that comes
    std::size_t left = 0;  // of its body
};

// The bytes that its head announces.
std::size_t length_of(const std::string& head) {
    constexpr std::string_view field = "Content-Length: ";
    const auto at = head.find(field);
    if (!head.starts_with("HTTP/1.1 200 ") || at == std::string::npos) {
        throw std::runtime_error("not the answer that was asked for: " + head.substr(0, head.find('\r')));
    }
    return std::stoul(head.substr(at + field.size()));
}

// Takes what came; how many answers were complete with it.
int take(Client& client, std::string_view bytes, std::size_t& length) {
    int complete = 0;
    while (!bytes.empty()) {
        if (client.left == 0) {
            const auto before = client.head.size();
            client.head.append(bytes.substr(0, 4096));
            const auto end = client.head.find("\r\n\r\n");
            if (end == std::string::npos) {
                return complete;
            }
            bytes.remove_prefix(end + 4 - before);
            client.left = length = length_of(client.head);
            client.head.clear();
        }
        const auto part = std::min(client.left, bytes.size());
        client.left -= part;
        bytes.remove_prefix(part);
        complete += client.left == 0 ? 1 : 0;
    }
    return complete;
}

class Crowd {
public:
    Crowd(int port, const std::string& target, int clients)
        : question_("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n"), epoll_(::epoll_create1(0)) {
        for (int i = 0; i < clients; ++i) {
            clients_.push_back({connect_to(port), "", 0});
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u32 = static_cast<std::uint32_t>(i);
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_.back().socket, &event);
            send_all(clients_.back().socket, question_);
        }
    }
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;
    Crowd(Crowd&&) = delete;
    Crowd& operator=(Crowd&&) = delete;
    ~Crowd() {
        for (const auto& client : clients_) {
            ::close(client.socket);
        }
        ::close(epoll_);
    }

    std::uint64_t ask_for(double seconds) {
        std::uint64_t answered = 0;
        std::array<epoll_event, 64> events{};
        for (const auto began = Clock::now(); seconds_since(began) < seconds;) {
            const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 20);
            for (int i = 0; i < ready; ++i) {
                answered += read(clients_[events[static_cast<std::size_t>(i)].data.u32]);
            }
        }
        return answered;
    }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    std::uint64_t read(Client& client) {
        const auto size = ::recv(client.socket, buffer_.data(), buffer_.size(), 0);
        if (size == 0 || (size < 0 && errno != EAGAIN)) {
            throw std::runtime_error("the server closed a connection that is kept");
        }
        const auto complete = size < 0 ? 0 : take(client, {buffer_.data(), static_cast<std::size_t>(size)}, bytes_);
        for (int i = 0; i < complete; ++i) {
            send_all(client.socket, question_);
        }
        return static_cast<std::uint64_t>(complete);
    }

    std::string question_;
    int epoll_;
    std::vector<Client> clients_;
    std::vector<char> buffer_ = std::vector<char>(read_at_once);
    std::size_t bytes_ = 0;
};

}  // namespace

int connect_to(int port, int buffer) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (socket < 0) {
        throw std::runtime_error("no more sockets");
    }
    if (buffer > 0) {
        ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(socket);
        throw std::runtime_error("nobody listens on port " + std::to_string(port));
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL, 0) | O_NONBLOCK);
    return socket;
}

void send_all(int socket, const std::string& text) {
    if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
        throw std::runtime_error("a question could not be sent");
    }
}

Rate requests(int port, const std::string& target, int clients, double seconds) {
    Crowd crowd(port, target, clients);
    static_cast<void>(crowd.ask_for(1));  // first the buffers grow
    const auto began = Clock::now();
    const auto answered = crowd.ask_for(seconds);
    return {static_cast<double>(answered) / seconds_since(began), crowd.bytes()};
}

}  // namespace chieng::bench
