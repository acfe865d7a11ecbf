// SPDX-License-Identifier: Apache-2.0
// What a service did not take, with the reason, page by page: from its file, or from the process that has that open.
#pragma once

#include "chieng/v1/turned_away.pb.h"
#include "services/runtime/core/rules.hpp"
#include "services/runtime/ports/link.hpp"
#include "services/runtime/ports/store.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace chieng {

// A page of what the store of a service holds.
[[nodiscard]] v1::TurnedAwayReply turned_away(Store& store, const v1::TurnedAwayRequest& request);

// Answers for the services of this process.
class TurnedAwayDesk {
public:
    // The stores, by the names of their services, must outlive it.
    TurnedAwayDesk(std::string commune, std::map<std::string, Store*> stores);
    Actions handle(std::span<const Input> inputs);

private:
    std::string commune_;
    std::map<std::string, Store*> stores_;
};

// Asks one after the other, to the end of each.
class TurnedAwayQuestions {
public:
    using Take = std::function<void(const v1::TurnedAwayReply&)>;
    TurnedAwayQuestions(std::string commune, std::string client, std::vector<v1::TurnedAwayRequest> asked, Take take);
    Actions handle(std::span<const Input> inputs, Instant now);

    [[nodiscard]] bool done() const { return asked_.empty(); }
    // Services of which nobody answered.
    [[nodiscard]] const std::vector<std::string>& unanswered() const { return unanswered_; }

private:
    void take(const Message& message, Actions& actions, Instant now);
    void ask(Actions& actions, Instant now);

    std::string commune_;
    std::string client_;
    std::vector<v1::TurnedAwayRequest> asked_;  // the next one first
    Take take_;
    std::chrono::milliseconds since_{-1};  // below zero: the link was never up
    std::vector<std::string> unanswered_;
};

}  // namespace chieng
