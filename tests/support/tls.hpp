// SPDX-License-Identifier: Apache-2.0
// Certificates made on the spot, and a client that speaks TLS and may show one.
#pragma once

#include "tests/support/http.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include <openssl/types.h>

namespace chieng::testing {

// NAME.pem and NAME.key of 127.0.0.1 in a folder; the one named "authority" vouches for all others made with it.
class Certificates {
public:
    explicit Certificates(std::filesystem::path folder);
    // `vouched_by`: empty for nobody but itself.
    void make(const std::string& name, const std::string& vouched_by = "authority") const;
    [[nodiscard]] std::string pem(const std::string& name) const { return (folder_ / (name + ".pem")).string(); }
    [[nodiscard]] std::string key(const std::string& name) const { return (folder_ / (name + ".key")).string(); }
    // SHA-256 of its DER, in hex.
    [[nodiscard]] std::string sha256(const std::string& name) const;

private:
    std::filesystem::path folder_;
};

// Trusts the authority only, for 127.0.0.1 only.
class TlsWire {
public:
    // `shows`: the certificate that it shows; empty: none. `version_max`: such as TLS1_1_VERSION; 0: the newest.
    TlsWire(int port, const Certificates& made, const std::string& shows = "", int version_max = 0);

    // What went wrong in the handshake; empty when nothing did.
    [[nodiscard]] const std::string& fault() const { return fault_; }
    bool send(const std::string& bytes);
    // All that comes until the other side closes, that time has passed, or it holds these words.
    [[nodiscard]] std::string receive(const std::string& words = "\xff", std::chrono::milliseconds patience = std::chrono::seconds(20));

private:
    struct Freed {
        void operator()(SSL_CTX* context) const;
        void operator()(SSL* connection) const;
    };
    Wire wire_;
    std::unique_ptr<SSL_CTX, Freed> context_;
    std::unique_ptr<SSL, Freed> connection_;
    std::string fault_;
};

// As http(), under TLS.
[[nodiscard]] HttpAnswer https(int port, const Certificates& made, const std::string& method, const std::string& target,
                               const std::string& more = "", const std::string& shows = "");

}  // namespace chieng::testing
