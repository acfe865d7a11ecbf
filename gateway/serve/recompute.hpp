// SPDX-License-Identifier: Apache-2.0
// A report of the past, computed once more: the feeds folded from their beginning up to where they had been read when it was filed, by
// the definitions and the places of then.
//
// Of a feed of cells only the latest can be read, so what is made of other places' cells is computed of what they say today.
#pragma once

#include "chieng/v1/report.pb.h"
#include "gateway/serve/refold.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace chieng {

class Recompute {
public:
    struct Result {
        std::uint64_t entries = 0;               // folded
        std::vector<v1::Restatement> differ;     // values that are not as they were filed: `now` is what was computed
        std::vector<std::string> changed_cells;  // feeds of cells that went on since
        std::string error;                       // it could not be computed: somebody does not answer, or not what it answered then
        std::string error_vi;                    // the same in Vietnamese
    };

    // Without anything new for so long somebody who is asked does not answer.
    static constexpr std::chrono::milliseconds patience{60'000};
    static constexpr std::chrono::milliseconds ask_again{2'000};

    // The references must outlive it.
    Recompute(const Definitions& definitions, const Places& places, const v1::Report& report, const std::string& client);

    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);
    [[nodiscard]] const std::optional<Result>& result() const { return result_; }

private:
    // A feed of events, asked whether it still tells what it told up to there.
    struct Then {
        v1::Report::Position position;
        std::optional<std::uint64_t> same_in;  // the history that does; 0: none
    };

    void take(const Message& message);
    void take_answer(Then& then, const v1::Block& block);
    [[nodiscard]] bool fail_of_other_history();
    void finish_when_whole();
    void give_up_when_silent(Instant now);

    const Places& places_;
    const v1::Report& report_;
    std::string client_of_then_;
    Refold refold_;
    std::map<std::string, Then> then_;                        // by feed
    std::map<std::string, v1::Report::Position> cells_then_;  // by feed
    std::map<std::string, bool> cells_heard_;                 // by feed: whether its head has come
    std::optional<Result> result_;
    bool link_is_up_ = false;
    std::chrono::milliseconds ask_at_{0};
    std::uint64_t heard_ = 0;
    std::uint64_t heard_before_ = 0;
    std::chrono::milliseconds heard_at_{0};
};

}  // namespace chieng
