// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/digests.hpp"

#include "services/runtime/ports/store.hpp"

#include <openssl/evp.h>

#include <array>
#include <string_view>

namespace chieng {

std::string sha256_hex(const std::string& bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw Broken("SHA-256 is not available");
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += digits[digest[i] >> 4U];
        hex += digits[digest[i] & 15U];
    }
    return hex;
}

}  // namespace chieng
