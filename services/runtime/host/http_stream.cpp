// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/http_stream.hpp"

#include "services/runtime/core/limits.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket.hpp>

#include <array>
#include <utility>

namespace chieng {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

constexpr std::string_view events_header =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n";
constexpr std::string_view sign_of_life = ": \n\n";
constexpr std::size_t talk_bytes_max = 64 * 1024;  // of a client that has nothing to say

// Left to itself the system keeps megabytes for one who does not read; Linux doubles what it is given here.
constexpr int system_room_bytes = 128 * 1024;

void bound_what_waits(asio::ip::tcp::socket& socket) {
    error_code ignored;
    socket.set_option(asio::socket_base::send_buffer_size(system_room_bytes), ignored);
}

}  // namespace

HttpStream::HttpStream(const asio::any_io_executor& loop, std::shared_ptr<void> seat) : timer_(loop), seat_(std::move(seat)) {}

void HttpStream::begin() {
    read();
    beat();
}

void HttpStream::send(Message message) {
    if (!open_) {
        return;
    }
    if (bytes_ > limits::http_queue_bytes_max) {
        return close();
    }
    bytes_ += message->data.size();
    queue_.push_back(std::move(message));
    if (queue_.size() == 1) {
        next();
    }
}

void HttpStream::next() {
    writing_since_ = std::chrono::steady_clock::now();
    write(*queue_.front());
}

void HttpStream::written(bool well) {
    if (!open_) {
        return;
    }
    if (!well) {
        return close();
    }
    bytes_ -= queue_.front()->data.size();
    queue_.pop_front();
    if (!queue_.empty()) {
        next();
    } else if (idle_) {
        const auto told = idle_;  // it may close this
        told();
    }
}

void HttpStream::hear(const std::string& text) {
    if (open_ && heard_) {
        const auto told = heard_;  // it may close this
        told(text);
    }
}

void HttpStream::beat() {
    timer_.expires_after(limits::http_beat);
    timer_.async_wait([self = shared_from_this()](error_code error) {
        if (error || !self->open_) {
            return;
        }
        if (!self->queue_.empty() && std::chrono::steady_clock::now() - self->writing_since_ > limits::http_stream_patience) {
            return self->close();
        }
        if (self->queue_.empty()) {
            static const auto nothing = std::make_shared<const StreamMessage>();
            self->send(nothing);
        }
        self->beat();
    });
}

void HttpStream::close() {
    if (std::exchange(open_, false)) {
        const auto self = shared_from_this();
        shut();
        end();
    }
}

void HttpStream::turn_away(std::string_view why) {
    if (std::exchange(open_, false)) {
        const auto self = shared_from_this();
        say_and_shut(why);
        end();
    }
}

// What is being written stays until its write has ended, which uses it.
void HttpStream::end() {
    timer_.cancel();
    idle_ = {};
    heard_ = {};
    if (const auto told = std::exchange(closed_, {})) {
        told();
    }
}

namespace {

class EventStream final : public HttpStream {
public:
    EventStream(HttpSocket socket, std::shared_ptr<void> seat)
        : HttpStream(socket.get_executor(), std::move(seat)), socket_(std::move(socket)) {}

    void start(Opened opened) {
        const auto self = std::static_pointer_cast<EventStream>(shared_from_this());
        asio::async_write(socket_, asio::buffer(events_header), [self, opened = std::move(opened)](error_code error, std::size_t) {
            if (error) {
                return self->close();
            }
            self->begin();
            opened(self);
        });
    }

private:
    void write(const StreamMessage& message) override {
        const auto done = [self = shared_from_this(), this](error_code error, std::size_t) { written(!error); };
        if (message.data.empty()) {
            return asio::async_write(socket_, asio::buffer(sign_of_life), done);
        }
        const std::array<asio::const_buffer, 7> parts{
            asio::buffer("id: ", 4),     asio::buffer(message.id),   asio::buffer("\nevent: ", 8), asio::buffer(message.event),
            asio::buffer("\ndata: ", 7), asio::buffer(message.data), asio::buffer("\n\n", 2)};
        asio::async_write(socket_, parts, done);
    }

    void read() override {
        socket_.async_read_some(asio::buffer(rest_), [self = shared_from_this(), this](error_code error, std::size_t size) {
            talk_ += size;
            error || talk_ > talk_bytes_max ? close() : read();
        });
    }

    void shut() override { socket_.tcp().close(); }

    HttpSocket socket_;
    std::array<char, 512> rest_{};
    std::size_t talk_ = 0;
};

class WebSocketStream final : public HttpStream {
public:
    WebSocketStream(HttpSocket socket, std::shared_ptr<void> seat)
        : HttpStream(socket.get_executor(), std::move(seat)), stream_(std::move(socket)) {}

    void start(Request request, Opened opened) {
        request_ = std::move(request);
        stream_.set_option(websocket::stream_base::timeout{limits::http_patience, websocket::stream_base::none(), false});
        stream_.read_message_max(limits::http_text_bytes_max);
        const auto self = std::static_pointer_cast<WebSocketStream>(shared_from_this());
        stream_.async_accept(request_, [self, opened = std::move(opened)](error_code error) {
            if (error) {
                return self->close();
            }
            self->stream_.text(true);
            self->begin();
            opened(self);
        });
    }

private:
    void write(const StreamMessage& message) override {
        if (message.data.empty()) {
            return stream_.async_ping({}, [self = shared_from_this(), this](error_code error) { written(!error); });
        }
        stream_.async_write(asio::buffer(message.data),
                            [self = shared_from_this(), this](error_code error, std::size_t) { written(!error); });
    }

    void read() override {
        stream_.async_read(buffer_, [self = shared_from_this(), this](error_code error, std::size_t) {
            if (error) {
                return close();
            }
            const auto text = beast::buffers_to_string(buffer_.data());
            buffer_.consume(buffer_.size());
            hear(text);
            if (is_open()) {
                read();
            }
        });
    }

    void shut() override { stream_.next_layer().tcp().close(); }

    // Who does not answer in time is hung up on.
    void say_and_shut(std::string_view why) override {
        stream_.async_close(websocket::close_reason(websocket::close_code::policy_error, why),
                            [self = shared_from_this(), this](error_code) { shut(); });
    }

    websocket::stream<HttpSocket, false> stream_;  // nothing is compressed
    beast::flat_buffer buffer_;
    Request request_;
};

}  // namespace

void HttpStream::open_events(HttpSocket socket, std::shared_ptr<void> seat, Opened opened) {
    bound_what_waits(socket.tcp().socket());
    std::make_shared<EventStream>(std::move(socket), std::move(seat))->start(std::move(opened));
}

void HttpStream::open_websocket(HttpSocket socket, Request request, std::shared_ptr<void> seat, Opened opened) {
    bound_what_waits(socket.tcp().socket());
    std::make_shared<WebSocketStream>(std::move(socket), std::move(seat))->start(std::move(request), std::move(opened));
}

}  // namespace chieng
