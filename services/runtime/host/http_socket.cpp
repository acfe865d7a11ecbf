// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/http_socket.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <array>

namespace chieng {

HttpSocket::HttpSocket(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls) : stream_(Clear(std::move(socket))) {
    if (tls != nullptr) {
        auto clear = std::move(std::get<Clear>(stream_));
        stream_.emplace<Tls>(std::move(clear), *tls);
    }
}

boost::beast::tcp_stream& HttpSocket::tcp() {
    auto* tls = std::get_if<Tls>(&stream_);
    return tls == nullptr ? std::get<Clear>(stream_) : tls->next_layer();
}

std::string HttpSocket::certificate_sha256() {
    constexpr std::string_view digits = "0123456789abcdef";
    auto* tls = std::get_if<Tls>(&stream_);
    const auto* certificate = tls == nullptr ? nullptr : SSL_get0_peer_certificate(tls->native_handle());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    std::string hex;
    if (certificate != nullptr && SSL_get_verify_result(tls->native_handle()) == X509_V_OK &&
        X509_digest(certificate, EVP_sha256(), digest.data(), &size) == 1) {
        for (unsigned int i = 0; i < size; ++i) {
            hex += digits[digest[i] >> 4U];
            hex += digits[digest[i] & 15U];
        }
    }
    return hex;
}

bool HttpSocket::is_clear_text(const Error& error) {
    return error.category() == boost::asio::error::get_ssl_category() &&
           ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
}

void HttpSocket::leave_tls() {
    auto clear = std::move(tcp());
    stream_.emplace<Clear>(std::move(clear));
}

void HttpSocket::async_handshake(Handled handled) {
    std::get<Tls>(stream_).async_handshake(boost::asio::ssl::stream_base::server, std::move(handled));
}

void HttpSocket::async_shutdown(Handled handled) {
    std::get<Tls>(stream_).async_shutdown(std::move(handled));
}

void HttpSocket::read_some(const Some<boost::asio::mutable_buffer>& buffers, Moved moved) {
    std::visit([&](auto& stream) { stream.async_read_some(buffers, std::move(moved)); }, stream_);
}

void HttpSocket::write_some(const Some<boost::asio::const_buffer>& buffers, Moved moved) {
    std::visit([&](auto& stream) { stream.async_write_some(buffers, std::move(moved)); }, stream_);
}

void HttpSocket::teardown(boost::beast::role_type role, Handled handled) {
    using boost::beast::websocket::async_teardown;
    std::visit([&](auto& stream) { async_teardown(role, stream, std::move(handled)); }, stream_);
}

}  // namespace chieng
