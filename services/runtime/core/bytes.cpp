// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/bytes.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message_lite.h>

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

}  // namespace chieng
