// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/http_server.hpp"

#include "services/runtime/core/limits.hpp"
#include "services/runtime/host/program.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace chieng {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto pause_after_failure = std::chrono::milliseconds(200);  // such as no file descriptor left
constexpr auto farewell = std::chrono::seconds(1);
constexpr std::size_t farewell_bytes_max = 256 * 1024;

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

// One connection: reads a header, answers, and hears the client out before it closes, so that the answer arrives.
class HttpServer::Session final : public std::enable_shared_from_this<Session> {
public:
    Session(tcp::socket socket, std::shared_ptr<Listener> listener) : stream_(std::move(socket)), listener_(std::move(listener)) {
        parser_.header_limit(static_cast<std::uint32_t>(limits::http_header_bytes_max));
    }

    void run() {
        stream_.expires_after(limits::http_patience);
        http::async_read_header(stream_, buffer_, parser_,
                                [self = shared_from_this()](error_code error, std::size_t) { self->take(error); });
    }

private:
    void take(error_code error);
    void answer(HttpReply reply);
    void leave();
    void drain(std::size_t left);
    void end();

    beast::tcp_stream stream_;
    std::shared_ptr<Listener> listener_;
    beast::flat_buffer buffer_{2 * limits::http_header_bytes_max};
    http::request_parser<http::empty_body> parser_;
    http::response<http::string_body> response_;
    std::optional<http::response_serializer<http::string_body>> serializer_;
    std::array<char, 4096> rest_{};
};

class HttpServer::Listener final : public std::enable_shared_from_this<Listener> {
public:
    Listener(asio::io_context& loop, const std::string& address, Routes routes)
        : acceptor_(loop), pause_(loop), routes_(std::move(routes)) {
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

    void accept() {
        if (accepting_ || !acceptor_.is_open() || connections_ >= limits::http_connections_max) {
            return;
        }
        accepting_ = true;
        acceptor_.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
            self->accepting_ = false;
            if (error) {
                return self->accept_later();
            }
            ++self->connections_;
            std::make_shared<Session>(std::move(socket), self)->run();
            self->accept();
        });
    }

    void ended() {
        --connections_;
        accept();
    }

    void close() {
        acceptor_.close();
        pause_.cancel();
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] const Routes& routes() const { return routes_; }

private:
    void accept_later() {
        pause_.expires_after(pause_after_failure);
        pause_.async_wait([self = shared_from_this()](error_code error) {
            if (!error) {
                self->accept();
            }
        });
    }

    tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    Routes routes_;
    std::size_t connections_ = 0;
    bool accepting_ = false;
};

void HttpServer::Session::take(error_code error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return answer({431, "the header is larger than " + std::to_string(limits::http_header_bytes_max) + " bytes\n"});
    }
    if (error) {
        const bool spoke = error.category() == http::make_error_code(http::error::bad_target).category();
        const bool broke_off = error == http::error::end_of_stream || error == http::error::partial_message;
        return spoke && !broke_off ? answer({400, "this is no HTTP request: " + error.message() + "\n"}) : end();
    }
    const auto& request = parser_.get();
    const auto path = request.target().substr(0, request.target().find('?'));
    const auto route = listener_->routes().find(std::string_view(path.data(), path.size()));
    if (route == listener_->routes().end()) {
        std::string known;
        for (const auto& [name, handler] : listener_->routes()) {
            known += " " + name;
        }
        return answer({404, "there are:" + known + "\n"});
    }
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
        return answer({405, "GET and HEAD only\n"});
    }
    answer(route->second());
}

void HttpServer::Session::answer(HttpReply reply) {
    response_.result(reply.status);
    response_.version(11);
    response_.keep_alive(false);
    response_.set(http::field::content_type, reply.type);
    response_.set(http::field::cache_control, "no-store");
    if (reply.status == 405) {
        response_.set(http::field::allow, "GET, HEAD");
    }
    response_.body() = std::move(reply.body);
    response_.prepare_payload();
    serializer_.emplace(response_);
    const auto written = [self = shared_from_this()](error_code error, std::size_t) { error ? self->end() : self->leave(); };
    stream_.expires_after(limits::http_patience);
    if (parser_.is_header_done() && parser_.get().method() == http::verb::head) {
        http::async_write_header(stream_, *serializer_, written);
    } else {
        http::async_write(stream_, *serializer_, written);
    }
}

// Closing while the client still sends would throw away the answer on its way.
void HttpServer::Session::leave() {
    error_code gone;
    stream_.socket().shutdown(tcp::socket::shutdown_send, gone);
    stream_.expires_after(farewell);
    drain(farewell_bytes_max);
}

void HttpServer::Session::drain(std::size_t left) {
    stream_.async_read_some(asio::buffer(rest_), [self = shared_from_this(), left](error_code error, std::size_t size) {
        error || size >= left ? self->end() : self->drain(left - size);
    });
}

void HttpServer::Session::end() {
    stream_.close();
    listener_->ended();
}

HttpServer::HttpServer(asio::io_context& loop, const std::string& address, Routes routes)
    : listener_(std::make_shared<Listener>(loop, address, std::move(routes))) {
    listener_->accept();
}

HttpServer::~HttpServer() {
    listener_->close();
}

std::uint16_t HttpServer::port() const {
    return listener_->port();
}

}  // namespace chieng
