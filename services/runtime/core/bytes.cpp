// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/bytes.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message_lite.h>
#include <openssl/evp.h>
#include <xxhash.h>

#include <array>
#include <stdexcept>

namespace chieng {

std::string big_endian(std::uint64_t number) {
    std::string bytes(8, '\0');
    for (int i = 7; i >= 0; --i, number >>= 8U) {
        bytes[static_cast<std::size_t>(i)] = static_cast<char>(number & 0xFFU);
    }
    return bytes;
}

std::string frozen_bytes(const google::protobuf::MessageLite& message) {
    std::string bytes;
    google::protobuf::io::StringOutputStream text(&bytes);
    google::protobuf::io::CodedOutputStream out(&text);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
    out.Trim();
    return bytes;
}

std::uint32_t check_of(std::string_view bytes) {
    return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

std::string slow_hash(std::string_view secret, std::string_view salt) {
    constexpr std::uint64_t cost = 1U << 13U;  // with blocks of 8: 8 MB
    constexpr std::uint64_t memory = 16U << 20U;
    std::array<unsigned char, 16> made{};
    const std::string bytes(salt);
    if (EVP_PBE_scrypt(secret.data(), secret.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), cost, 8, 1, memory,
                       made.data(), made.size()) != 1) {
        throw std::runtime_error("scrypt does not work");
    }
    std::string text;
    for (const auto byte : made) {
        constexpr std::string_view digits = "0123456789abcdef";
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 15U]);
    }
    return text;
}

}  // namespace chieng
