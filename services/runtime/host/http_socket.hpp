// SPDX-License-Identifier: Apache-2.0
// The connection of a client, in clear text or under TLS, so that sessions and streams need not know which. Private to the
// server.
//
// Limits   a time-out of tcp() bounds what TLS does with it too, the handshake among it.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <boost/container/static_vector.hpp>

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
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

    using Handled = std::function<void(Error)>;
    using Moved = std::function<void(Error, std::size_t)>;  // so many bytes

    void async_handshake(Handled handled);
    // Says that nothing comes any more; only under TLS.
    void async_shutdown(Handled handled);

    // As Asio and Beast call it. What they hand over has hundreds of types, each of which would be compiled for TLS and without: here they
    // become one. At most `buffers_at_once` of the buffers are filled or sent.
    template <class Buffers, class Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        read_some(first_of<boost::asio::mutable_buffer>(buffers), moved(std::forward<Handler>(handler)));
    }
    template <class Buffers, class Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        write_some(first_of<boost::asio::const_buffer>(buffers), moved(std::forward<Handler>(handler)));
    }

    // How Beast's WebSocket ends it.
    template <class Handler>
    friend void async_teardown(boost::beast::role_type role, HttpSocket& socket, Handler&& handler) {
        auto kept = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
        socket.teardown(role, [kept](Error error) { (*kept)(error); });
    }
    friend void beast_close_socket(HttpSocket& socket) { socket.tcp().close(); }

private:
    using Clear = boost::beast::tcp_stream;
    using Tls = boost::beast::ssl_stream<Clear>;

    static constexpr std::size_t buffers_at_once = 16;
    template <class Buffer>
    using Some = boost::container::static_vector<Buffer, buffers_at_once>;

    template <class Buffer, class From>
    static Some<Buffer> first_of(const From& buffers) {
        Some<Buffer> first;
        const auto end = boost::asio::buffer_sequence_end(buffers);
        for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end && first.size() < buffers_at_once; ++at) {
            first.push_back(*at);
        }
        return first;
    }
    // A handler can be moved only, a function must be copied.
    template <class Handler>
    static Moved moved(Handler&& handler) {
        auto kept = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
        return [kept](Error error, std::size_t bytes) { (*kept)(error, bytes); };
    }
    void read_some(const Some<boost::asio::mutable_buffer>& buffers, Moved moved);
    void write_some(const Some<boost::asio::const_buffer>& buffers, Moved moved);
    void teardown(boost::beast::role_type role, Handled handled);

    std::variant<Clear, Tls> stream_;
};

}  // namespace chieng
