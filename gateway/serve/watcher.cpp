// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/watcher.hpp"

#include <algorithm>

namespace chieng {

Actions Watcher::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            follower_.subscribe(actions, now);
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            take(arrived->message, now);
        }
    }
    follower_.settle();
    if (follower_.caught_up(now) && follower_.unsaved() > 0) {
        tell_changes();
        follower_.save();  // after it was told: a crash between them tells it again
    }
    if (link_is_up_) {
        follower_.ask(actions, now);
    }
    return actions;
}

// What the follower made of a message shows in its checkpoint.
void Watcher::take(const Message& message, Instant now) {
    const auto& reader = follower_.follows().front().reader;
    const auto before = reader.checkpoint();
    follower_.take(message, now);
    const auto& after = reader.checkpoint();
    if (!tell_cell_ || after == before) {
        return;
    }
    const bool is_other = before.offset > 0 && (after.epoch != before.epoch || after.offset < before.offset);
    if (is_other) {
        tell_cell_(nullptr);
    }
    v1::Block block;
    if (after.offset > (is_other ? 0 : before.offset) && block.ParseFromString(message.payload)) {
        for (const auto& cell : block.cells()) {
            tell_cell_(&cell);
        }
    }
}

void Watcher::tell_changes() {
    auto& board = follower_.board();
    std::uint64_t last = 0;
    std::vector<Board::IndicatorId> touched;
    for (const auto id : board.take_changed(last)) {
        board.touched(id, touched);
    }
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    for (const auto id : touched) {
        if (board.is_own(id)) {
            tell_(board.value(id));
        }
    }
}

}  // namespace chieng
