// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/http_server.hpp"

#include "services/runtime/host/http_session.hpp"
#include "services/runtime/host/http_tls.hpp"
#include "services/runtime/host/program.hpp"

#include <boost/asio/io_context.hpp>

#include <charconv>
#include <stdexcept>
#include <utility>

namespace chieng {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto pause_after_failure = std::chrono::milliseconds(200);  // such as no file descriptor left

tcp::endpoint endpoint_of(const std::string& text) {
    const auto colon = text.rfind(':');
    auto host = text.substr(0, colon == std::string::npos ? 0 : colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    std::uint16_t port = 0;
    const auto* begin = text.data() + colon + 1;
    const auto* end = text.data() + text.size();
    error_code bad_address;
    const auto address = asio::ip::make_address(host, bad_address);
    const auto [rest, bad_port] = std::from_chars(begin, end, port);
    if (colon == std::string::npos || bad_address || bad_port != std::errc() || rest != end) {
        throw std::invalid_argument("--http " + text + ": must be an address and a port, such as 127.0.0.1:9100 or [::1]:9100");
    }
    return {address, port};
}

}  // namespace

bool is_on_loopback(const HttpListen& listen) {
    return endpoint_of(listen.address).address().is_loopback();
}

HttpServer::Listener::Listener(asio::io_context& loop, const HttpListen& listen, Routes routes)
    : tls_(tls_of(listen)), acceptor_(loop), pause_(loop), routes_(std::move(routes)) {
    const auto& address = listen.address;
    const auto endpoint = endpoint_of(address);
    error_code error;
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint, error);
    if (!error) {
        acceptor_.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error == asio::error::address_in_use) {
        throw Unavailable("--http " + address + ": another program listens there; stop that one or choose another port");
    }
    if (error) {
        throw std::invalid_argument("--http " + address + ": " + error.message());
    }
}

void HttpServer::Listener::accept() {
    if (accepting_ || !acceptor_.is_open() || connections_ >= bounds_.connections) {
        return;
    }
    accepting_ = true;
    acceptor_.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
        self->accepting_ = false;
        if (error) {
            return self->accept_later();
        }
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);  // a change on a stream is small and leaves at once
        std::make_shared<HttpSession>(std::move(socket), self)->start();
        self->accept();
    });
}

void HttpServer::Listener::accept_later() {
    pause_.expires_after(pause_after_failure);
    pause_.async_wait([self = shared_from_this()](error_code error) {
        if (!error) {
            self->accept();
        }
    });
}

void HttpServer::Listener::close() {
    acceptor_.close();
    pause_.cancel();
    handler_ = {};  // who is still connected when the loop ends asks nothing any more
}

void HttpServer::Listener::serve(Handler handler, Bounds bounds) {
    handler_ = std::move(handler);
    bounds_ = bounds;
    accept();
}

std::shared_ptr<void> HttpServer::Listener::seat(std::size_t& count) {
    ++count;
    return {nullptr, [self = shared_from_this(), &count](void*) {
                --count;
                self->accept();
            }};
}

std::shared_ptr<void> HttpServer::Listener::take_seat() {
    return seat(connections_);
}

// A stream has both: a connection's seat goes with its session.
std::shared_ptr<void> HttpServer::Listener::take_stream_seat() {
    if (streams_ >= bounds_.streams) {
        return {};
    }
    auto both = std::make_shared<std::pair<std::shared_ptr<void>, std::shared_ptr<void>>>(seat(streams_), seat(connections_));
    return both;
}

HttpServer::HttpServer(asio::io_context& loop, const HttpListen& listen, Routes routes)
    : listener_(std::make_shared<Listener>(loop, listen, std::move(routes))) {
    listener_->accept();
}

HttpServer::~HttpServer() {
    listener_->close();
}

void HttpServer::serve(Handler handler, Bounds bounds) {
    listener_->serve(std::move(handler), bounds);
}

std::uint16_t HttpServer::port() const {
    return listener_->port();
}

}  // namespace chieng
