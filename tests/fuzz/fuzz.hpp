// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share: a property that must hold, and an input cut into messages.
#pragma once

#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace chieng::testing {

// Takes any bytes, and checks what must hold whatever they are. All targets are one program: nearly all that it is made of, each needs.
class Target {
public:
    using Take = void (*)(const std::uint8_t* data, std::size_t size);

    // Makes it known; targets are made before main().
    Target(const char* name, Take take);

    // Ends the program with the names that there are, when there is none of this one.
    static Take named(std::string_view name);
};

// What cannot be read is the daily bread here: no words about it.
inline const bool quiet = [] {
    google::protobuf::SetLogHandler(nullptr);
    return true;
}();

inline void must(bool holds, const char* property) {
    if (!holds) {
        std::fprintf(stderr, "does not hold: %s\n", property);
        std::abort();
    }
}

inline std::string_view text_of_input(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// One frame: a byte that says what it is, two bytes of length (little end first), and that much; the last may be short.
struct Frame {
    std::uint8_t kind = 0;
    std::string payload;
};

class Frames {
public:
    Frames(const std::uint8_t* data, std::size_t size) : rest_(text_of_input(data, size)) {}

    [[nodiscard]] std::optional<Frame> next() {
        if (rest_.size() < 3) {
            return std::nullopt;
        }
        const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(rest_[i]); };
        Frame frame{at(0), std::string(rest_.substr(3, at(1) + at(2) * 256U))};
        rest_.remove_prefix(3 + frame.payload.size());
        return frame;
    }

private:
    std::string_view rest_;
};

}  // namespace chieng::testing
