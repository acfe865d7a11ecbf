// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace chieng::web {

bool accepts_gzip(const HttpRequest& request) {
    auto accepted = request.field("accept-encoding");
    while (!accepted.empty()) {
        auto item = accepted.substr(0, accepted.find(','));
        accepted.remove_prefix(std::min(item.size() + 1, accepted.size()));
        item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
        if (item.starts_with("gzip") && item.find("q=0") == std::string_view::npos) {
            return true;
        }
    }
    return false;
}

std::string gzipped(const std::string& plain, int level) {
    z_stream stream{};
    constexpr int gzip_window = 15 + 16;
    if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("zlib is not available");
    }
    std::vector<Bytef> in(plain.begin(), plain.end());
    std::string packed(deflateBound(&stream, static_cast<uLong>(plain.size())), '\0');
    stream.next_in = in.data();
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int ended = deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    if (ended != Z_STREAM_END) {
        throw std::runtime_error("zlib did not end");
    }
    return packed;
}

}  // namespace chieng::web
