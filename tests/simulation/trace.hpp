// SPDX-License-Identifier: Apache-2.0
// A running digest of all that happens in a world: two runs of one seed must agree on it.
#pragma once

#include <cstdint>
#include <string_view>

namespace chieng::simulation {

class Trace {
public:
    void note(std::uint64_t number) { digest_ = (digest_ ^ number) * 0x9E3779B97F4A7C15U + (digest_ >> 29U); }

    void note(std::string_view text) {
        for (const char c : text) {
            digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
        }
        note(text.size());
    }

    // The same for any order of its bytes: protobuf writes the entries of a map in an order that changes from run to run.
    void note_unordered(std::string_view text) {
        std::uint64_t sum = 0;
        std::uint64_t squares = 0;
        for (const char c : text) {
            const std::uint64_t byte = static_cast<unsigned char>(c);
            sum += byte;
            squares += byte * byte;
        }
        note(sum);
        note(squares);
        note(text.size());
    }

    [[nodiscard]] std::uint64_t digest() const { return digest_; }

private:
    std::uint64_t digest_ = 0xCBF29CE484222325U;
};

}  // namespace chieng::simulation
