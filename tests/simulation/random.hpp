// SPDX-License-Identifier: Apache-2.0
// The simulated world's dice: integers and ratios only, one stream per part, the same on every machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chieng::simulation {

struct Ratio {
    std::uint64_t of = 0;
    std::uint64_t in = 1;
};

// splitmix64.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    // A stream of its own for each part: what one part draws does not shift what another one gets.
    Random(std::uint64_t seed, std::string_view part) : state_(seed) {
        for (const char c : part) {
            state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
        }
        next();
    }

    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15U;
        auto bits = state_;
        bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
        bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
        return bits ^ (bits >> 31U);
    }

    // 0 … n - 1.
    std::uint64_t below(std::uint64_t n) { return next() % n; }
    // Both ends included.
    std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
    bool chance(Ratio ratio) { return below(ratio.in) < ratio.of; }

    template <class List>
    auto& pick(List& list) {
        return list[below(list.size())];
    }

private:
    std::uint64_t state_;
};

}  // namespace chieng::simulation
