// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/wire.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chieng::bench {
namespace {

constexpr std::uint8_t connect_type = 0x10;
constexpr std::uint8_t publish_type = 0x30;
constexpr std::uint8_t puback_type = 0x40;
constexpr std::uint8_t subscribe_type = 0x82;

void put_16(std::string& bytes, std::size_t number) {
    bytes.push_back(static_cast<char>(number >> 8U & 0xFFU));
    bytes.push_back(static_cast<char>(number & 0xFFU));
}

void put_text(std::string& bytes, std::string_view text) {
    put_16(bytes, text.size());
    bytes.append(text);
}

std::size_t get_16(std::string_view bytes, std::size_t at) {
    return static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[at])) << 8U | static_cast<std::uint8_t>(bytes[at + 1]);
}

}  // namespace

Wire::Wire(int port, const std::string& client_id) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("no broker on port " + std::to_string(port));
    }
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL, 0) | O_NONBLOCK);
    std::string body;
    put_text(body, "MQTT");
    body.append({'\x04', '\x02', '\x00', '\x00'});  // 3.1.1, clean session, no keep-alive
    put_text(body, client_id);
    frame(connect_type, body);
}

Wire::~Wire() {
    ::close(socket_);
}

void Wire::frame(std::uint8_t type, std::string_view body) {
    out_.push_back(static_cast<char>(type));
    auto length = body.size();
    do {
        auto digit = static_cast<std::uint8_t>(length & 0x7FU);
        length >>= 7U;
        digit = length > 0 ? digit | 0x80U : digit;
        out_.push_back(static_cast<char>(digit));
    } while (length > 0);
    out_.append(body);
}

void Wire::subscribe(const std::string& filter) {
    std::string body;
    put_16(body, ++packet_);
    put_text(body, filter);
    body.push_back('\x00');
    frame(subscribe_type, body);
}

void Wire::publish(std::string_view topic, std::string_view payload) {
    packet_ = packet_ == 0xFFFF ? 1 : static_cast<std::uint16_t>(packet_ + 1);
    std::string body;
    body.reserve(topic.size() + payload.size() + 4);
    put_text(body, topic);
    put_16(body, packet_);
    body.append(payload);
    frame(publish_type | 2U, body);
    ++published_;
}

void Wire::parse(const Take& take) {
    std::size_t at = 0;
    while (true) {
        std::size_t length = 0;
        std::size_t head = at + 1;
        unsigned shift = 0;
        bool complete = false;
        while (head < in_.size()) {
            const auto digit = static_cast<std::uint8_t>(in_[head++]);
            length |= static_cast<std::size_t>(digit & 0x7FU) << shift;
            shift += 7;
            if ((digit & 0x80U) == 0) {
                complete = true;
                break;
            }
        }
        if (!complete || in_.size() < head + length) {
            break;
        }
        const auto type = static_cast<std::uint8_t>(in_[at]);
        const auto body = std::string_view(in_).substr(head, length);
        if ((type & 0xF0U) == puback_type) {
            ++acknowledged_;
        } else if ((type & 0xF0U) == publish_type) {
            const auto topic = body.substr(2, get_16(body, 0));
            auto rest = body.substr(2 + topic.size());
            if ((type & 0x06U) != 0) {
                frame(puback_type, rest.substr(0, 2));
                rest.remove_prefix(2);
            }
            take(topic, rest);
        }
        at = head + length;
    }
    in_.erase(0, at);
}

void Wire::pump(int milliseconds, const Take& take) {
    pollfd wait{socket_, static_cast<short>(POLLIN | (out_.empty() ? 0 : POLLOUT)), 0};
    ::poll(&wait, 1, milliseconds);
    if (!out_.empty()) {
        const auto sent = ::send(socket_, out_.data(), out_.size(), MSG_NOSIGNAL);
        if (sent > 0) {
            out_.erase(0, static_cast<std::size_t>(sent));
        } else if (errno != EAGAIN) {
            throw std::runtime_error("the broker closed the connection");
        }
    }
    std::array<char, 65536> buffer{};
    ssize_t got = 0;
    while ((got = ::recv(socket_, buffer.data(), buffer.size(), 0)) > 0) {
        in_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    if (got == 0) {
        throw std::runtime_error("the broker closed the connection");
    }
    parse(take);
}

}  // namespace chieng::bench
