// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/http_tls.hpp"

#include "services/runtime/host/http_server.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>

#include <stdexcept>
#include <string>

namespace chieng {
namespace {

namespace ssl = boost::asio::ssl;

void check_words(const HttpListen& listen) {
    if (listen.certificate.empty() && !listen.key.empty()) {
        throw std::invalid_argument("--http-key " + listen.key + ": give --http-cert FILE too, the certificate of this key (PEM)");
    }
    if (!listen.certificate.empty() && listen.key.empty()) {
        throw std::invalid_argument("--http-cert " + listen.certificate + ": give --http-key FILE too, its private key (PEM)");
    }
    if (listen.certificate.empty() && !listen.authority.empty()) {
        throw std::invalid_argument("--http-ca " + listen.authority +
                                    ": in clear text nobody shows a certificate; give --http-cert and --http-key too");
    }
    if (!listen.certificate.empty() && listen.address.empty()) {
        throw std::invalid_argument("--http-cert " + listen.certificate +
                                    ": nothing listens; give --http ADDRESS:PORT too, or leave the certificate out");
    }
}

void take_certificate(ssl::context& context, const HttpListen& listen) {
    boost::system::error_code error;
    context.use_certificate_chain_file(listen.certificate, error);
    if (error) {
        throw std::invalid_argument("--http-cert " + listen.certificate + ": " + error.message() +
                                    "; give a file in PEM that can be read: the certificate, and after it those that vouch for it");
    }
}

bool is_of_another_certificate(const boost::system::error_code& error) {
    const auto code = static_cast<unsigned long>(error.value());
    const auto reason = ERR_GET_REASON(code);
    return error.category() == boost::asio::error::get_ssl_category() && ERR_GET_LIB(code) == ERR_LIB_X509 &&
           (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH);
}

void take_key(ssl::context& context, const HttpListen& listen) {
    boost::system::error_code error;
    // Without it OpenSSL would ask whoever sits at the terminal.
    context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });
    context.use_private_key_file(listen.key, ssl::context::pem, error);
    if (error && !is_of_another_certificate(error)) {
        throw std::invalid_argument("--http-key " + listen.key + ": " + error.message() +
                                    "; give a file that can be read: the private key in PEM, without a passphrase");
    }
    if (error || SSL_CTX_check_private_key(context.native_handle()) != 1) {
        throw std::invalid_argument("--http-key " + listen.key + " does not belong to --http-cert " + listen.certificate +
                                    "; give the key that this certificate was made with");
    }
}

void take_authority(ssl::context& context, const HttpListen& listen) {
    boost::system::error_code error;
    context.load_verify_file(listen.authority, error);
    auto* names = error ? nullptr : SSL_load_client_CA_file(listen.authority.c_str());
    if (names == nullptr) {
        throw std::invalid_argument("--http-ca " + listen.authority + ": " + (error ? error.message() : "no certificate") +
                                    "; give a file in PEM that can be read: the certificates that vouch for those of clients");
    }
    SSL_CTX_set_client_CA_list(context.native_handle(), names);  // a browser offers those that they vouch for
    context.set_verify_mode(ssl::verify_peer);
}

}  // namespace

std::unique_ptr<ssl::context> tls_of(const HttpListen& listen) {
    check_words(listen);
    if (listen.certificate.empty()) {
        return nullptr;
    }
    auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
    auto* handle = context->native_handle();
    SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
    SSL_CTX_set_options(handle, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(handle, 0);
    SSL_CTX_set_session_cache_mode(handle, SSL_SESS_CACHE_OFF);
    take_certificate(*context, listen);
    take_key(*context, listen);
    if (!listen.authority.empty()) {
        take_authority(*context, listen);
    }
    return context;
}

}  // namespace chieng
