// SPDX-License-Identifier: Apache-2.0
// A small HTTP server on the loop of a host: fixed paths for whoever watches the program, and a handler for everything else.
//
// Thread   the loop's. Handlers run on it and must be quick.
// Limits   limits::http_header_bytes_max and http_body_bytes_max of a request, a number of connections (further clients wait to
//          be accepted) and of streams, and http_patience for a TLS handshake, a header and an answer each; a body has longer while it
//          comes: a slow or hostile client is told so, dropped, and never holds the loop. What is no HTTP is answered with a problem
//          document.
#pragma once

#include "services/runtime/core/http.hpp"
#include "services/runtime/core/limits.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>

namespace boost::asio {
class io_context;
}

namespace chieng {

class HttpStream;

// Where it listens. With a certificate it speaks TLS, and nothing else there; see http_tls.hpp.
struct HttpListen {
    std::string address;        // ADDRESS:PORT; port 0 takes a free one
    std::string certificate{};  // PEM files: its chain,
    std::string key{};          // its key,
    std::string authority{};    // and who vouches for certificates that clients may show; none: none is asked for
};

// Whether only programs of this machine reach it. Throws std::invalid_argument when it is no address and port.
[[nodiscard]] bool is_on_loopback(const HttpListen& listen);

// The answer comes later, once; nothing else is read of that client meanwhile.
struct HttpLater {
    std::function<void(std::function<void(HttpReply)> answer)> begin;
};
// The connection stays: as a WebSocket when the client asks for one, otherwise as Server-Sent Events.
struct HttpFollow {
    bool websocket = false;
    std::function<void(std::shared_ptr<HttpStream>)> opened;
};
using HttpOutcome = std::variant<HttpReply, HttpLater, HttpFollow>;

class HttpServer {
public:
    using Routes = std::map<std::string, std::function<HttpReply(const HttpRequest&)>, std::less<>>;  // path -> answer to GET and HEAD
    using Handler = std::function<HttpOutcome(HttpRequest&&)>;
    struct Bounds {
        std::size_t connections = limits::http_connections_max;
        std::size_t streams = 0;
    };

    // Throws std::invalid_argument when that is no address of this machine or a file is of no use, Unavailable when the port
    // is taken.
    HttpServer(boost::asio::io_context& loop, const HttpListen& listen, Routes routes);
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    HttpServer(HttpServer&&) = delete;
    HttpServer& operator=(HttpServer&&) = delete;
    ~HttpServer();

    // Whatever is no fixed path goes to the handler.
    void serve(Handler handler, Bounds bounds);

    [[nodiscard]] std::uint16_t port() const;

    class Listener;

private:
    std::shared_ptr<Listener> listener_;
};

}  // namespace chieng
