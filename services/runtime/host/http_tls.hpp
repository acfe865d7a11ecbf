// SPDX-License-Identifier: Apache-2.0
// How an HttpServer speaks TLS: 1.2 or later, with one certificate; clients may show one of theirs when it is known who vouches
// for them. Nothing is resumed: each connection shows its certificate anew, and nothing is kept between two.
#pragma once

#include <memory>

namespace boost::asio::ssl {
class context;
}

namespace chieng {

struct HttpListen;

// Null when it listens in clear text. Throws std::invalid_argument, with option, file and what to do, when one option lacks
// another, a file cannot be used, or the key does not belong to the certificate.
[[nodiscard]] std::unique_ptr<boost::asio::ssl::context> tls_of(const HttpListen& listen);

}  // namespace chieng
