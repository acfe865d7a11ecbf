// SPDX-License-Identifier: Apache-2.0
// The connection of a client, in clear text or under TLS, so that sessions and streams need not know which. Private to the
// server.
//
// Limits   a time-out of tcp() bounds what TLS does with it too, the handshake among it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <string>
#include <utility>
#include <variant>

namespace chieng {

class HttpSocket {
public:
    using executor_type = boost::beast::tcp_stream::executor_type;
    using Error = boost::system::error_code;

    // Under TLS when there is a context.
    HttpSocket(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

    [[nodiscard]] executor_type get_executor() { return tcp().get_executor(); }
    // Below TLS.
    [[nodiscard]] boost::beast::tcp_stream& tcp();

    [[nodiscard]] bool is_tls() const { return std::holds_alternative<Tls>(stream_); }
    // SHA-256 in hex of the certificate that the client showed and that somebody vouches for; empty when there is none.
    [[nodiscard]] std::string certificate_sha256();
    // Whether a handshake failed because the client speaks HTTP in clear text.
    [[nodiscard]] static bool is_clear_text(const Error& error);
    // For such a client: what comes now is in clear text too.
    void leave_tls();

    template <class Handler>
    void async_handshake(Handler&& handler) {
        std::get<Tls>(stream_).async_handshake(boost::asio::ssl::stream_base::server, std::forward<Handler>(handler));
    }
    // Says that nothing comes any more; only under TLS.
    template <class Handler>
    void async_shutdown(Handler&& handler) {
        std::get<Tls>(stream_).async_shutdown(std::forward<Handler>(handler));
    }
    template <class Buffers, class Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        std::visit([&](auto& stream) { stream.async_read_some(buffers, std::forward<Handler>(handler)); }, stream_);
    }
    template <class Buffers, class Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        std::visit([&](auto& stream) { stream.async_write_some(buffers, std::forward<Handler>(handler)); }, stream_);
    }

    // How Beast's WebSocket ends it.
    template <class Handler>
    friend void async_teardown(boost::beast::role_type role, HttpSocket& socket, Handler&& handler) {
        using boost::beast::websocket::async_teardown;
        std::visit([&](auto& stream) { async_teardown(role, stream, std::forward<Handler>(handler)); }, socket.stream_);
    }
    friend void beast_close_socket(HttpSocket& socket) { socket.tcp().close(); }

private:
    using Clear = boost::beast::tcp_stream;
    using Tls = boost::beast::ssl_stream<Clear>;

    std::variant<Clear, Tls> stream_;
};

}  // namespace chieng
