// SPDX-License-Identifier: Apache-2.0
// One connection of an HttpServer: after the handshake, under TLS, it reads a request, answers, and reads the next one; hears the client
// out before it closes, so that the answer arrives. Private to the server.
#pragma once

#include "services/runtime/host/http_server.hpp"
#include "services/runtime/host/http_socket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace chieng {

// Accepts connections and counts them.
class HttpServer::Listener final : public std::enable_shared_from_this<Listener> {
public:
    Listener(boost::asio::io_context& loop, const HttpListen& listen, Routes routes);

    void accept();
    void close();
    void serve(Handler handler, Bounds bounds);
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] boost::asio::ssl::context* tls() const { return tls_.get(); }  // null: clear text
    [[nodiscard]] const Routes& routes() const { return routes_; }
    [[nodiscard]] const Handler& handler() const { return handler_; }

    // Held by who has a connection, or a stream; gives its place back.
    [[nodiscard]] std::shared_ptr<void> take_seat();
    [[nodiscard]] std::shared_ptr<void> take_stream_seat();  // null when there is none

private:
    void accept_later();
    std::shared_ptr<void> seat(std::size_t& count);

    std::unique_ptr<boost::asio::ssl::context> tls_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    Routes routes_;
    Handler handler_;
    Bounds bounds_;
    std::size_t connections_ = 0;
    std::size_t streams_ = 0;
    bool accepting_ = false;
};

class HttpSession final : public std::enable_shared_from_this<HttpSession> {
public:
    HttpSession(boost::asio::ip::tcp::socket socket, std::shared_ptr<HttpServer::Listener> listener);

    void start();

private:
    using Error = boost::system::error_code;
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    using Response = boost::beast::http::response<boost::beast::http::string_body>;

    void take_handshake(Error error);
    // Reads a request.
    void run();
    void take_header(Error error);
    void begin_body();
    void read_body();
    void take_body(Error error);
    // Ends a read that takes longer.
    void wait_at_most(std::chrono::steady_clock::duration patience);
    void wait_no_more();
    // True when the header alone, or what is wrong with it, was answered.
    bool answer_fixed();
    void refuse(Error error);
    void handle();
    void follow(HttpFollow follow);
    void answer(HttpReply reply, bool keep);
    void leave();
    void hear_out();
    void drain(std::size_t left);
    void end();

    HttpSocket socket_;
    std::shared_ptr<HttpServer::Listener> listener_;
    std::shared_ptr<void> seat_;
    boost::beast::flat_buffer buffer_{2 * limits::http_header_bytes_max};
    std::optional<Parser> parser_;
    std::optional<Response> response_;
    std::optional<boost::beast::http::response_serializer<boost::beast::http::string_body>> serializer_;
    std::string certificate_;  // of the client
    std::array<char, 4096> rest_{};
    boost::asio::steady_timer late_;
    std::uint64_t waits_ = 0;  // counted, so that an old one ends no new read
    bool is_late_ = false;
    std::chrono::steady_clock::time_point body_began_;
};

}  // namespace chieng
