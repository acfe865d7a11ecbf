// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/http_session.hpp"

#include "services/runtime/host/http_stream.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <array>
#include <cstdio>
#include <ctime>
#include <string>
#include <utility>

namespace chieng {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto time_to_go = std::chrono::seconds(1);
constexpr std::size_t farewell_bytes_max = 256 * 1024;
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

// "Tue, 15 Nov 1994 08:12:31 GMT" (RFC 9110, 5.6.7), of the machine's clock.
std::string date_text() {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", days.at(static_cast<std::size_t>(utc.tm_wday)),
                  utc.tm_mday, months.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    return text.data();
}

HttpReply refusal(unsigned status, std::string title, std::string detail, std::string detail_vi) {
    return reply_of({status, "", std::move(title), std::move(detail), std::move(detail_vi), ""});
}

HttpRequest request_of(const http::request<http::string_body>& message, bool& well) {
    HttpRequest request;
    request.method = std::string(message.method_string());
    well = read_target({message.target().data(), message.target().size()}, request);
    for (const auto& field : message) {
        std::string name(field.name_string());
        for (auto& c : name) {
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
        auto& value = request.fields[name];
        value += (value.empty() ? "" : ", ") + std::string(field.value());
    }
    request.body = message.body();
    return request;
}

}  // namespace

HttpSession::HttpSession(tcp::socket socket, std::shared_ptr<HttpServer::Listener> listener)
    : socket_(std::move(socket), listener->tls()),
      listener_(std::move(listener)),
      seat_(listener_->take_seat()),
      late_(socket_.get_executor()) {}

void HttpSession::start() {
    if (!socket_.is_tls()) {
        return run();
    }
    socket_.tcp().expires_after(limits::http_patience);
    socket_.async_handshake([self = shared_from_this()](Error error) { self->take_handshake(error); });
}

void HttpSession::take_handshake(Error error) {
    if (!error) {
        certificate_ = socket_.certificate_sha256();
        return run();
    }
    if (!HttpSocket::is_clear_text(error)) {
        return end();
    }
    socket_.leave_tls();
    parser_.emplace();
    answer(refusal(400, "TLS only", "this port speaks HTTPS only; ask the same with https:// instead of http://",
                   "máy chủ này chỉ dùng HTTPS; hãy truy cập lại bằng https:// thay cho http://"),
           false);
}

void HttpSession::run() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits::http_header_bytes_max));
    parser_->body_limit(limits::http_body_bytes_max);
    wait_at_most(limits::http_patience);
    http::async_read_header(socket_, buffer_, *parser_, [self = shared_from_this()](Error error, std::size_t) {
        self->wait_no_more();
        self->take_header(error);
    });
}

// A timer of the stream itself would close it, and who is late would hear nothing.
void HttpSession::wait_at_most(std::chrono::steady_clock::duration patience) {
    socket_.tcp().expires_never();
    is_late_ = false;
    late_.expires_after(patience);
    late_.async_wait([self = shared_from_this(), wait = ++waits_](Error error) {
        if (!error && wait == self->waits_) {
            self->is_late_ = true;
            self->socket_.tcp().cancel();
        }
    });
}

void HttpSession::wait_no_more() {
    ++waits_;
    late_.cancel();
}

void HttpSession::take_header(Error error) {
    if (error) {
        return refuse(error);
    }
    const auto& request = parser_->get();
    if (request.version() == 11 && request.count(http::field::host) != 1) {
        return answer(refusal(400, "No host, or several", "a request of HTTP/1.1 has one field Host (RFC 9112, 3.2)",
                              "yêu cầu HTTP/1.1 phải có đúng một trường Host (RFC 9112, 3.2)"),
                      false);
    }
    // Where its body ends could not be told, and what is in it would be read as the next request.
    const auto coding = request[http::field::transfer_encoding];
    if (request.count(http::field::transfer_encoding) > 1 || (!coding.empty() && !boost::beast::iequals(coding, "chunked"))) {
        return answer(refusal(501, "Transfer coding not known", "of Transfer-Encoding only chunked is read here (RFC 9112, 6.1)",
                              "với Transfer-Encoding, ở đây chỉ đọc được chunked (RFC 9112, 6.1)"),
                      false);
    }
    if (answer_fixed()) {
        return;
    }
    if (parser_->is_done()) {
        return handle();
    }
    const auto expected = parser_->get()[http::field::expect];
    if (expected.empty()) {
        return begin_body();
    }
    socket_.tcp().expires_after(limits::http_patience);
    asio::async_write(socket_, asio::buffer(go_on),
                      [self = shared_from_this()](Error failed, std::size_t) { failed ? self->end() : self->begin_body(); });
}

void HttpSession::begin_body() {
    body_began_ = std::chrono::steady_clock::now();
    read_body();
}

// Whoever goes on sending has more time than who stopped.
void HttpSession::read_body() {
    const auto came = parser_->get().body().size();
    const auto until = body_began_ + limits::http_patience + std::chrono::seconds(came / limits::http_body_bytes_per_second);
    wait_at_most(until - std::chrono::steady_clock::now());
    http::async_read_some(socket_, buffer_, *parser_, [self = shared_from_this()](Error error, std::size_t) {
        self->wait_no_more();
        self->take_body(error);
    });
}

void HttpSession::take_body(Error error) {
    if (error) {
        return refuse(error);
    }
    parser_->is_done() ? handle() : read_body();
}

void HttpSession::refuse(Error error) {
    if (is_late_) {
        const bool said_nothing = !parser_->got_some() && buffer_.size() == 0;
        return said_nothing ? end()
                            : answer(refusal(408, "Too slow", "the rest of the request did not come in time; send it again, in one go",
                                             "phần còn lại của yêu cầu không đến kịp; hãy gửi lại toàn bộ"),
                                     false);
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        const auto most = std::to_string(limits::http_header_bytes_max);
        return answer(refusal(431, "Header too large", "the header is larger than " + most + " bytes; send a shorter one",
                              "phần đầu yêu cầu dài hơn " + most + " byte; hãy gửi ngắn hơn"),
                      false);
    }
    if (error == http::error::body_limit) {
        const auto most = std::to_string(limits::http_body_bytes_max);
        return answer(refusal(413, "Content too large", "the body is larger than " + most + " bytes; send less at a time",
                              "nội dung dài hơn " + most + " byte; hãy gửi ít hơn mỗi lần"),
                      false);
    }
    const bool spoke = error.category() == http::make_error_code(http::error::bad_target).category();
    const bool broke_off = error == http::error::end_of_stream || error == http::error::partial_message;
    if (!spoke || broke_off) {
        return end();
    }
    answer(refusal(400, "Not an HTTP request", "this is no HTTP request: " + error.message() + "; speak HTTP/1.1",
                   "đây không phải yêu cầu HTTP hợp lệ; hãy dùng HTTP/1.1"),
           false);
}

bool HttpSession::answer_fixed() {
    const auto& request = parser_->get();
    const auto path = request.target().substr(0, request.target().find('?'));
    const auto& routes = listener_->routes();
    const auto route = routes.find(std::string_view(path.data(), path.size()));
    const bool reads = request.method() == http::verb::get || request.method() == http::verb::head;
    if (route == routes.end() && listener_->handler()) {
        return false;
    }
    if (route == routes.end()) {
        std::string known;
        for (const auto& [name, handler] : routes) {
            known += " " + name;
        }
        answer({404, "there are:" + known + "\n"}, false);
    } else if (!reads) {
        HttpReply reply{405, "GET and HEAD only\n"};
        reply.set("Allow", "GET, HEAD");
        answer(std::move(reply), false);
    } else {
        bool well = false;  // of a fixed path nothing else is read
        auto whole = request_of(request, well);
        whole.is_tls = socket_.is_tls();
        whole.certificate_sha256 = certificate_;
        answer(route->second(whole), parser_->is_done());
    }
    return true;
}

void HttpSession::handle() {
    bool well = false;
    auto request = request_of(parser_->get(), well);
    request.is_tls = socket_.is_tls();
    request.certificate_sha256 = certificate_;
    if (!well) {
        return answer(
            refusal(400, "Not a target",
                    "the path or query cannot be read: escapes are %XX of UTF-8, without control characters or %2F in the path, and at "
                    "most 32 parameters",
                    "không đọc được đường dẫn hoặc tham số: dùng %XX theo UTF-8, không có ký tự điều khiển hay %2F trong đường dẫn, "
                    "nhiều nhất 32 tham số"),
            true);
    }
    auto outcome = listener_->handler()(std::move(request));
    if (auto* reply = std::get_if<HttpReply>(&outcome)) {
        return answer(std::move(*reply), true);
    }
    if (auto* streaming = std::get_if<HttpFollow>(&outcome)) {
        return follow(std::move(*streaming));
    }
    socket_.tcp().expires_never();
    std::get<HttpLater>(outcome).begin([self = shared_from_this()](HttpReply reply) { self->answer(std::move(reply), true); });
}

void HttpSession::follow(HttpFollow follow) {
    if (follow.websocket && !boost::beast::websocket::is_upgrade(parser_->get())) {
        auto reply = refusal(426, "Upgrade required", "this is a WebSocket: ask with Upgrade: websocket, version 13",
                             "đây là WebSocket: hãy yêu cầu với Upgrade: websocket, phiên bản 13");
        reply.set("Upgrade", "websocket");
        return answer(std::move(reply), true);
    }
    const auto& asked = parser_->get();
    if (follow.websocket && (asked[http::field::sec_websocket_version] != "13" || asked[http::field::sec_websocket_key].empty())) {
        const bool is_other = asked[http::field::sec_websocket_version] != "13";
        auto reply = is_other ? refusal(426, "Another version", "this WebSocket speaks version 13", "WebSocket này chỉ dùng phiên bản 13")
                              : refusal(400, "No key", "a WebSocket is asked for with Sec-WebSocket-Key (RFC 6455, 4.1)",
                                        "yêu cầu mở WebSocket phải có Sec-WebSocket-Key");
        reply.set("Sec-WebSocket-Version", "13");
        return answer(std::move(reply), true);
    }
    auto seat = listener_->take_stream_seat();
    if (!seat) {
        auto reply = refusal(503, "Too many follow", "as many follow as may at once; try again in a minute or read /api/v1/feeds/cells",
                             "đã đủ số người theo dõi cùng lúc; hãy thử lại sau một phút hoặc đọc /api/v1/feeds/cells");
        reply.set("Retry-After", "60");
        return answer(std::move(reply), true);
    }
    socket_.tcp().expires_never();
    if (follow.websocket) {
        auto upgrade = parser_->release();
        HttpStream::open_websocket(std::move(socket_), std::move(upgrade), std::move(seat), std::move(follow.opened));
    } else {
        HttpStream::open_events(std::move(socket_), std::move(seat), std::move(follow.opened));
    }
}

void HttpSession::answer(HttpReply reply, bool keep) {
    const bool knows = parser_->is_header_done();
    keep = keep && knows && parser_->get().keep_alive();
    response_.emplace();
    response_->result(reply.status);
    response_->version(11);
    response_->keep_alive(keep);
    response_->set(http::field::content_type, reply.type);
    response_->set(http::field::cache_control, "no-store");
    response_->set(http::field::date, date_text());
    for (const auto& [name, value] : reply.fields) {
        response_->set(name, value);
    }
    response_->body() = std::move(reply.body);
    if (reply.status == 304 || reply.status == 204) {
        response_->body().clear();
        response_->erase(http::field::content_type);
    } else {
        response_->content_length(response_->body().size());
    }
    serializer_.emplace(*response_);
    const auto written = [self = shared_from_this(), keep](Error error, std::size_t) {
        error ? self->end() : keep ? self->run() : self->leave();
    };
    socket_.tcp().expires_after(limits::http_patience);
    if (knows && parser_->get().method() == http::verb::head) {
        http::async_write_header(socket_, *serializer_, written);
    } else {
        http::async_write(socket_, *serializer_, written);
    }
}

// Closing while the client still sends would throw away the answer on its way.
void HttpSession::leave() {
    socket_.tcp().expires_after(time_to_go);
    if (!socket_.is_tls()) {
        return hear_out();
    }
    socket_.async_shutdown([self = shared_from_this()](Error) { self->hear_out(); });
}

void HttpSession::hear_out() {
    Error gone;
    socket_.tcp().socket().shutdown(tcp::socket::shutdown_send, gone);
    drain(farewell_bytes_max);
}

void HttpSession::drain(std::size_t left) {
    socket_.tcp().async_read_some(asio::buffer(rest_), [self = shared_from_this(), left](Error error, std::size_t size) {
        error || size >= left ? self->end() : self->drain(left - size);
    });
}

void HttpSession::end() {
    socket_.tcp().close();
}

}  // namespace chieng
