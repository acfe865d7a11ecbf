// SPDX-License-Identifier: Apache-2.0
// Which numbers are hidden under a threshold, of all that one board can tell: asked once per state of the board, for whatever is
// told of it. A value that is computed from hidden numbers is hidden; so is one that would tell of a hidden one whether it
// reaches a target.
#pragma once

#include "gateway/indicator/board.hpp"
#include "gateway/web/ground.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace chieng::web {

[[nodiscard]] bool counts_people(const v1::Indicator& indicator);

class Hiding {
public:
    enum class What { all, small };  // small: only what is so by itself, as a measure of what the rest is for

    // `before`: the answer under the same threshold to an earlier state of the board, from which that is taken which is still so.
    // Definitions and places must outlive it.
    Hiding(const Definitions& definitions, const Places& places, const std::string& root, const Board& board, std::uint32_t threshold,
           const Hiding* before = nullptr, What what = What::all);
    Hiding(const Hiding&) = delete;
    Hiding& operator=(const Hiding&) = delete;
    Hiding(Hiding&&) = delete;
    Hiding& operator=(Hiding&&) = delete;
    ~Hiding();

    [[nodiscard]] bool hides(const v1::Indicator& indicator, const v1::IndicatorValue& value) const;
    // A part of it that stands in the value, or one that is nothing.
    [[nodiscard]] bool hides(const v1::Indicator& indicator, const v1::IndicatorValue& value, const std::string& cut,
                             const std::string& cut_value) const;

    [[nodiscard]] std::size_t hidden_count() const;

private:
    struct Grid;
    [[nodiscard]] std::shared_ptr<const Grid> still_so(const Hiding& before, std::size_t grid) const;
    struct Where {
        std::size_t grid = 0;
        std::uint32_t of = 0;
    };

    [[nodiscard]] bool hides(SeriesId series, const std::string& area, const Period& period, bool at_start = false) const;
    [[nodiscard]] bool hides_whole(const Definition& definition, const std::string& area, const Period& period) const;
    [[nodiscard]] bool hides_ratio(const Definition& definition, const std::string& area, const Period& period, bool change) const;
    [[nodiscard]] bool hides_share(const Definition& rate, const Definition& change, const std::string& area, const Period& period) const;
    [[nodiscard]] bool hides_met(const Definition& definition, const v1::IndicatorValue& value, const Period& period) const;
    [[nodiscard]] bool hides_kind(const Definition& definition, const std::string& area, const std::string& kind,
                                  const Period& period) const;

    const Definitions& definitions_;
    const Places& places_;
    Ground ground_;
    std::map<std::string, std::uint32_t, std::less<>> areas_;
    std::vector<std::shared_ptr<const Grid>> grids_;
    std::unordered_map<SeriesId, Where> where_;
};

// The latest answers, one a threshold: an event costs the indicators that it touched, not the whole board.
class HidingCache {
public:
    [[nodiscard]] const Hiding& of(const Definitions& definitions, const Places& places, const std::string& root, const Board& board,
                                   std::uint32_t threshold);

private:
    struct Answer {
        std::uint64_t version = 0;
        std::unique_ptr<Hiding> hiding;
    };
    std::map<std::uint32_t, Answer> answers_;
};

}  // namespace chieng::web
