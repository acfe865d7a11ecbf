// SPDX-License-Identifier: Apache-2.0
// A small HTTP server on the loop of a host, for whoever watches the program: one request a connection, GET and HEAD only.
//
// Thread   the loop's. Handlers run on it and must be quick.
// Limits   limits::http_header_bytes_max, http_connections_max (further clients wait to be accepted) and http_patience for a
//          request and for its answer each: a slow or hostile client is dropped and never holds the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace chieng {

struct HttpReply {
    unsigned status = 200;
    std::string body;
    std::string type = "text/plain; charset=utf-8";
};

class HttpServer {
public:
    using Routes = std::map<std::string, std::function<HttpReply()>, std::less<>>;  // path -> answer

    // Listens on ADDRESS:PORT; port 0 takes a free one. Throws std::invalid_argument when that is no address of this
    // machine, Unavailable when the port is taken.
    HttpServer(boost::asio::io_context& loop, const std::string& address, Routes routes);
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    HttpServer(HttpServer&&) = delete;
    HttpServer& operator=(HttpServer&&) = delete;
    ~HttpServer();

    [[nodiscard]] std::uint16_t port() const;

private:
    class Listener;
    class Session;
    std::shared_ptr<Listener> listener_;
};

}  // namespace chieng
