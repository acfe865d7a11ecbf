// SPDX-License-Identifier: Apache-2.0
// Follows a place's feed of cells and tells each indicator's value when it has changed. What was told is kept in a store: a
// watcher that was away tells on its return what changed meanwhile, each once.
#pragma once

#include "gateway/serve/follower.hpp"

#include <functional>
#include <span>
#include <string>

namespace chieng {

class Watcher {
public:
    using Tell = std::function<void(const v1::IndicatorValue&)>;

    // `name`: no other subscriber has it.
    Watcher(const Definitions& definitions, const Places& places, const std::string& place, Store& store, const std::string& name,
            Tell tell)
        : follower_(definitions, places, place, {{place, "cells"}}, store, name), tell_(std::move(tell)) {}

    // Also tells each cell that is applied; null when another history began: all that came before is void. After a crash some are
    // told again.
    using TellCell = std::function<void(const v1::Cell*)>;
    void tell_cells(TellCell tell) { tell_cell_ = std::move(tell); }

    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

private:
    void take(const Message& message, Instant now);
    void tell_changes();

    Follower follower_;
    Tell tell_;
    TellCell tell_cell_;
    bool link_is_up_ = false;
};

}  // namespace chieng
