// SPDX-License-Identifier: Apache-2.0
// A connection that stays: whoever follows is sent messages, as Server-Sent Events or over a WebSocket. Both share this queue
// and how it ends; they differ in how one message is written and how the other side's word is read.
//
// Thread   the loop's.
// Limits   limits::http_queue_bytes_max wait for one client, and one write may take http_stream_patience: who does not read is
//          dropped; a quarter of a megabyte more waits in the system. Messages are shared between clients, so a thousand that lag hold the
//          same bytes.
#pragma once

#include "services/runtime/core/http.hpp"
#include "services/runtime/host/http_socket.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace chieng {

// Without data it is a sign of life.
struct StreamMessage {
    std::string id;
    std::string event;
    std::string data;  // one line
};

class HttpStream : public std::enable_shared_from_this<HttpStream> {
public:
    using Message = std::shared_ptr<const StreamMessage>;
    using Request = boost::beast::http::request<boost::beast::http::string_body>;
    using Opened = std::function<void(std::shared_ptr<HttpStream>)>;

    // Takes the connection over and calls `opened` when the other side can hear. `seat` is held as long as the connection.
    static void open_events(HttpSocket socket, std::shared_ptr<void> seat, Opened opened);
    static void open_websocket(HttpSocket socket, Request request, std::shared_ptr<void> seat, Opened opened);

    HttpStream(const HttpStream&) = delete;
    HttpStream& operator=(const HttpStream&) = delete;
    HttpStream(HttpStream&&) = delete;
    HttpStream& operator=(HttpStream&&) = delete;
    virtual ~HttpStream() = default;

    // Queues it; drops a client of which too much is queued already.
    void send(Message message);
    void close();
    // Says why first, where the form has words for it: a WebSocket's Close frame, with status 1008. At most 120 bytes.
    void turn_away(std::string_view why);

    [[nodiscard]] bool is_open() const { return open_; }
    [[nodiscard]] bool is_idle() const { return queue_.empty(); }

    // Called when all that was queued is written.
    void on_idle(std::function<void()> told) { idle_ = std::move(told); }
    // Called with what a WebSocket's client says.
    void on_text(std::function<void(const std::string&)> told) { heard_ = std::move(told); }
    // Called once, when it is closed by either side.
    void on_closed(std::function<void()> told) { closed_ = std::move(told); }

protected:
    HttpStream(const boost::asio::any_io_executor& loop, std::shared_ptr<void> seat);

    void begin();
    void written(bool well);
    void hear(const std::string& text);

    virtual void write(const StreamMessage& message) = 0;  // calls written() once it is out
    virtual void read() = 0;                               // until the other side closes
    virtual void shut() = 0;
    virtual void say_and_shut(std::string_view /*why*/) { shut(); }

private:
    void end();
    void next();
    void beat();

    std::deque<Message> queue_;  // the first one is being written
    std::size_t bytes_ = 0;
    bool open_ = true;
    std::chrono::steady_clock::time_point writing_since_;
    boost::asio::steady_timer timer_;
    std::shared_ptr<void> seat_;
    std::function<void()> idle_;
    std::function<void(const std::string&)> heard_;
    std::function<void()> closed_;
};

}  // namespace chieng
