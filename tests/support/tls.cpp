// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tls.hpp"

#include "tests/support/processes.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <stdexcept>
#include <utility>
#include <vector>

#include <poll.h>

namespace chieng::testing {
namespace {

std::string why() {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    return text.data();
}

void must(bool holds, const std::string& what) {
    if (!holds) {
        throw std::runtime_error(what + ": " + why());
    }
}

}  // namespace

Certificates::Certificates(std::filesystem::path folder) : folder_(std::move(folder)) {
    make("authority", "");
}

void Certificates::make(const std::string& name, const std::string& vouched_by) const {
    std::vector<std::string> command{
        "/usr/bin/openssl", "req",     "-x509", "-newkey", "ec",          "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes",           "-days",   "2",     "-subj",   "/CN=" + name, "-addext",  "subjectAltName=IP:127.0.0.1",
        "-keyout",          key(name), "-out",  pem(name)};
    if (!vouched_by.empty()) {
        command.insert(command.end(), {"-CA", pem(vouched_by), "-CAkey", key(vouched_by)});
    }
    Process process(std::move(command), folder_ / "openssl.log");
    if (process.wait(std::chrono::seconds(20)) != 0) {
        throw std::runtime_error("no certificate was made: " + text_of(folder_ / "openssl.log"));
    }
}

std::string Certificates::sha256(const std::string& name) const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(pem(name).c_str(), "r"), &BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr), &X509_free);
    std::array<unsigned char, 32> digest{};
    must(certificate != nullptr && X509_digest(certificate.get(), EVP_sha256(), digest.data(), nullptr) == 1, pem(name));
    std::string hex;
    for (const auto byte : digest) {
        std::array<char, 3> two{};
        std::snprintf(two.data(), two.size(), "%02x", static_cast<unsigned>(byte));
        hex += two.data();
    }
    return hex;
}

void TlsWire::Freed::operator()(SSL_CTX* context) const {
    SSL_CTX_free(context);
}

void TlsWire::Freed::operator()(SSL* connection) const {
    SSL_free(connection);
}

TlsWire::TlsWire(int port, const Certificates& made, const std::string& shows, int version_max)
    : wire_(port), context_(SSL_CTX_new(TLS_client_method())) {
    auto* context = context_.get();
    must(SSL_CTX_load_verify_locations(context, made.pem("authority").c_str(), nullptr) == 1, "authority");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (version_max != 0) {
        SSL_CTX_set_min_proto_version(context, 0);
        SSL_CTX_set_max_proto_version(context, version_max);
        SSL_CTX_set_security_level(context, 0);
    }
    if (!shows.empty()) {
        must(SSL_CTX_use_certificate_file(context, made.pem(shows).c_str(), SSL_FILETYPE_PEM) == 1 &&
                 SSL_CTX_use_PrivateKey_file(context, made.key(shows).c_str(), SSL_FILETYPE_PEM) == 1,
             shows);
    }
    connection_.reset(SSL_new(context));
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection_.get()), "127.0.0.1");
    SSL_set_fd(connection_.get(), wire_.socket());
    ERR_clear_error();
    if (SSL_connect(connection_.get()) != 1) {
        fault_ = why();
    }
}

bool TlsWire::send(const std::string& bytes) {
    return SSL_write(connection_.get(), bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
}

std::string TlsWire::receive(const std::string& words, std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::string all;
    std::array<char, 4096> part{};
    pollfd wait{wire_.socket(), POLLIN, 0};
    while (all.find(words) == std::string::npos) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        if (left <= 0 || (SSL_pending(connection_.get()) == 0 && ::poll(&wait, 1, static_cast<int>(left)) <= 0)) {
            return all;
        }
        const auto size = SSL_read(connection_.get(), part.data(), static_cast<int>(part.size()));
        if (size <= 0) {
            return all;
        }
        all.append(part.data(), static_cast<std::size_t>(size));
    }
    return all;
}

HttpAnswer https(int port, const Certificates& made, const std::string& method, const std::string& target, const std::string& more,
                 const std::string& shows) {
    TlsWire wire(port, made, shows);
    wire.send(request_text(method, target, more));
    return answer_of(wire.receive());
}

}  // namespace chieng::testing
